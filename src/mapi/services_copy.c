/* SPDX-License-Identifier: MIT */
/* Message services copied within a profile, into another, and with a whole profile. */
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapix.h>
#include "mem.h"
#include "profile_admin.h"
#include "profile_private.h"
#include "prop.h"
#include "secret.h"
#include "services.h"
#include "text.h"

/* Sections that were copied, under which new UID: their secrets follow. */
struct pair {
	MAPIUID old, fresh;
};

struct paste {
	GKeyFile *part; /* the service's group and its providers', as they were */
	const char *display;
	struct profile *target;
	bool same_profile;
	MAPIUID service, fresh;
	GArray *pairs;
};

static void
copy_keys(GKeyFile *from, const char *group, GKeyFile *to, const char *target)
{
	char **keys = g_key_file_get_keys(from, group, NULL, NULL);
	size_t i;

	for (i = 0; keys && keys[i]; i++) {
		char *value = g_key_file_get_value(from, group, keys[i], NULL);

		g_key_file_set_value(to, target, keys[i], value ? value : "");
		g_free(value);
	}
	g_strfreev(keys);
}

static void
set_service(GKeyFile *keys, const char *group, const MAPIUID *service)
{
	char *hex = text_hex(service, sizeof *service);

	g_key_file_set_string(keys, group, "Service", hex);
	g_free(hex);
}

/* Gives one section a UID of its own in `keys`; *group is its new group's name, g_free(). */
static HRESULT
add_section(struct paste *paste, GKeyFile *keys, const char *kind, const MAPIUID *old, char **group)
{
	struct pair pair = { .old = *old };
	char *from = profile_group_name(kind, old);
	HRESULT hr = uid_new(&pair.fresh);

	*group = NULL;
	if (SUCCEEDED(hr)) {
		*group = profile_group_name(kind, &pair.fresh);
		copy_keys(paste->part, from, keys, *group);
		g_array_append_val(paste->pairs, pair);
	}
	g_free(from);
	return hr;
}

/* --- One service --------------------------------------------------------------------------- */

/* Two logons to one file are refused: within a profile a copy of a store is a new store. */
static void
renew_store(struct paste *paste, GKeyFile *keys, const char *group, const MAPIUID *provider)
{
	static const ULONG learned[] = { PR_ENTRYID, PR_RECORD_KEY, PR_MDB_PROVIDER };
	char *type = g_key_file_get_string(keys, group, "Type", NULL);
	size_t i;

	g_key_file_remove_key(keys, group, "Default", NULL);
	if (paste->same_profile && !g_strcmp0(type, "store")) {
		g_key_file_remove_key(keys, group, "Path", NULL);
		for (i = 0; i < G_N_ELEMENTS(learned); i++)
			profile_drop_value(keys, group, learned[i]);
		services_put_path(keys, group, paste->target, provider);
	}
	services_put_default_store(keys, group);
	g_free(type);
}

static HRESULT
paste_provider(struct paste *paste, GKeyFile *keys, const MAPIUID *provider)
{
	char *group;
	HRESULT hr = add_section(paste, keys, "Provider", provider, &group);

	if (SUCCEEDED(hr)) {
		set_service(keys, group, &paste->fresh);
		if (paste->display)
			g_key_file_set_string(keys, group, "DisplayName", paste->display);
		renew_store(paste, keys, group,
		    &g_array_index(paste->pairs, struct pair, paste->pairs->len - 1).fresh);
	}
	g_free(group);
	return hr;
}

static HRESULT
paste_service(GKeyFile *keys, void *context)
{
	struct paste *paste = context;
	char **groups = g_key_file_get_groups(paste->part, NULL), *group = NULL, *name, *old;
	MAPIUID uid;
	HRESULT hr;
	size_t i;

	g_array_set_size(paste->pairs, 0); /* it may be asked for again */
	old = profile_group_name("Service", &paste->service);
	name = g_key_file_get_string(paste->part, old, "ServiceName", NULL);
	hr = name && services_is_second(keys, name) ? MAPI_E_NO_ACCESS : S_OK;
	if (SUCCEEDED(hr))
		hr = add_section(paste, keys, "Service", &paste->service, &group);
	if (SUCCEEDED(hr))
		paste->fresh = g_array_index(paste->pairs, struct pair, 0).fresh;
	if (SUCCEEDED(hr) && paste->display)
		g_key_file_set_string(keys, group, "DisplayName", paste->display);
	for (i = 0; SUCCEEDED(hr) && groups[i]; i++)
		if (profile_group_uid(groups[i], "Provider", &uid))
			hr = paste_provider(paste, keys, &uid);
	g_free(group);
	g_free(name);
	g_free(old);
	g_strfreev(groups);
	return hr;
}

/* The groups of a service out of its profile's file; MAPI_E_NOT_FOUND. */
static HRESULT
cut_out(struct profile *profile, const MAPIUID *service, GKeyFile *part)
{
	GArray *providers = services_providers(profile, service);
	char *group = profile_group_name("Service", service);
	HRESULT hr;
	guint i;

	g_mutex_lock(&profile->lock);
	hr = g_key_file_has_group(profile->keys, group) ? S_OK : MAPI_E_NOT_FOUND;
	copy_keys(profile->keys, group, part, group);
	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++) {
		char *one = profile_group_name("Provider", &g_array_index(providers, MAPIUID, i));

		copy_keys(profile->keys, one, part, one);
		g_free(one);
	}
	g_mutex_unlock(&profile->lock);
	g_array_unref(providers);
	g_free(group);
	return hr;
}

static HRESULT
copy_secrets(const GArray *pairs)
{
	HRESULT hr = S_OK;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < pairs->len; i++) {
		const struct pair *pair = &g_array_index(pairs, struct pair, i);

		hr = secret_copy_section(&pair->old, &pair->fresh);
	}
	return hr;
}

HRESULT
services_copy(struct profile *profile, const MAPIUID *service, const char *display,
    struct profile *target, MAPIUID *uid)
{
	struct paste paste = { .part = g_key_file_new(),
		.display = display,
		.target = target,
		.same_profile = !memcmp(profile_uid(profile), profile_uid(target), sizeof(MAPIUID)),
		.service = *service,
		.pairs = g_array_new(FALSE, FALSE, sizeof(struct pair)) };
	HRESULT hr = cut_out(profile, service, paste.part);

	if (SUCCEEDED(hr))
		hr = profile_edit(target, paste_service, &paste);
	if (SUCCEEDED(hr))
		hr = copy_secrets(paste.pairs);
	if (SUCCEEDED(hr) && uid)
		*uid = paste.fresh;
	g_array_unref(paste.pairs);
	g_key_file_free(paste.part);
	return hr;
}

/* --- A whole profile ----------------------------------------------------------------------- */

/* The fresh UID of a section that was copied; NULL for one that was not. */
static const MAPIUID *
fresh_of(const GArray *pairs, const MAPIUID *old)
{
	guint i;

	for (i = 0; i < pairs->len; i++)
		if (!memcmp(&g_array_index(pairs, struct pair, i).old, old, sizeof *old))
			return &g_array_index(pairs, struct pair, i).fresh;
	return NULL;
}

static void
renew_service_of(const GArray *pairs, GKeyFile *keys, const char *group)
{
	char *text = g_key_file_get_string(keys, group, "Service", NULL);
	const MAPIUID *fresh = NULL;
	MAPIUID old;

	if (text && text_unhex(g_strstrip(text), &old, sizeof old))
		fresh = fresh_of(pairs, &old);
	if (fresh)
		set_service(keys, group, fresh);
	g_free(text);
}

HRESULT
services_renew(GKeyFile *keys)
{
	struct paste paste = { .part = keys,
		.pairs = g_array_new(FALSE, FALSE, sizeof(struct pair)) };
	char **groups = g_key_file_get_groups(keys, NULL), *group;
	static const char *const kinds[] = { "Service", "Provider" };
	HRESULT hr = S_OK;
	MAPIUID uid;
	size_t i, k;

	for (k = 0; k < G_N_ELEMENTS(kinds); k++)
		for (i = 0; SUCCEEDED(hr) && groups[i]; i++) {
			if (!profile_group_uid(groups[i], kinds[k], &uid))
				continue;
			hr = add_section(&paste, keys, kinds[k], &uid, &group);
			if (SUCCEEDED(hr) && k)
				renew_service_of(paste.pairs, keys, group);
			if (SUCCEEDED(hr))
				g_key_file_remove_group(keys, groups[i], NULL);
			g_free(group);
		}
	if (SUCCEEDED(hr))
		hr = copy_secrets(paste.pairs);
	g_strfreev(groups);
	g_array_unref(paste.pairs);
	return hr;
}

/* --- The primary identity ------------------------------------------------------------------ */

static LONG
flags_of(struct profile *profile, const MAPIUID *service)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	LONG flags;

	profile_section_read(profile, service, &values, &count);
	flags = prop_find_long(values, count, PR_RESOURCE_FLAGS, 0);
	mem_free(values);
	return flags;
}

HRESULT
services_set_primary(struct profile *profile, const MAPIUID *service)
{
	GArray *services = services_list(profile);
	HRESULT hr = service ? MAPI_E_NOT_FOUND : S_OK;
	guint i;

	for (i = 0; service && i < services->len; i++)
		if (!memcmp(&g_array_index(services, MAPIUID, i), service, sizeof *service))
			hr = (ULONG)flags_of(profile, service) & SERVICE_NO_PRIMARY_IDENTITY
				 ? MAPI_E_NO_ACCESS
				 : S_OK;
	for (i = 0; SUCCEEDED(hr) && i < services->len; i++) {
		const MAPIUID *one = &g_array_index(services, MAPIUID, i);
		ULONG flags = (ULONG)flags_of(profile, one) & ~SERVICE_PRIMARY_IDENTITY;
		SPropValue value;

		if (service && !memcmp(one, service, sizeof *one))
			flags |= SERVICE_PRIMARY_IDENTITY;
		prop_set_long(&value, PR_RESOURCE_FLAGS, (LONG)flags);
		hr = profile_section_write(profile, one, 1, &value, NULL);
	}
	g_array_unref(services);
	return hr;
}
