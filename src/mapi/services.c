/* SPDX-License-Identifier: MIT */
/* Message services of a profile (MAPI reference: IMsgServiceAdmin, IProviderAdmin). */
#include "services.h"
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapix.h>
#include <emapispi.h>
#include "mapisvc.h"
#include "mem.h"
#include "paths.h"
#include "profile_admin.h"
#include "profile_private.h"
#include "prop.h"
#include "secret.h"
#include "text.h"

/* One change, as the functions under profile_edit() get it. */
struct change {
	struct profile *profile;
	GKeyFile *inf;
	const char *name;    /* of the service or provider group in mapisvc.inf */
	const char *display; /* may be NULL */
	MAPIUID service;
	MAPIUID provider;
	ULONG count;
	const SPropValue *values;
};

/* --- Lists --------------------------------------------------------------------------------- */

static bool
belongs_to(GKeyFile *keys, const char *group, const MAPIUID *service)
{
	char *text = g_key_file_get_string(keys, group, "Service", NULL);
	MAPIUID uid;
	bool does = text && text_unhex(g_strstrip(text), &uid, sizeof uid) &&
		    !memcmp(&uid, service, sizeof uid);

	g_free(text);
	return does;
}

static GArray *
list_groups(GKeyFile *keys, const char *kind, const MAPIUID *service)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(MAPIUID));
	char **groups = g_key_file_get_groups(keys, NULL);
	MAPIUID uid;
	size_t i;

	for (i = 0; groups[i]; i++)
		if (profile_group_uid(groups[i], kind, &uid) &&
		    (!service || belongs_to(keys, groups[i], service)))
			g_array_append_val(found, uid);
	g_strfreev(groups);
	return found;
}

GArray *
services_list(struct profile *profile)
{
	GArray *found;

	g_mutex_lock(&profile->lock);
	found = list_groups(profile->keys, "Service", NULL);
	g_mutex_unlock(&profile->lock);
	return found;
}

GArray *
services_providers(struct profile *profile, const MAPIUID *service)
{
	GArray *found;

	g_mutex_lock(&profile->lock);
	found = list_groups(profile->keys, "Provider", service);
	g_mutex_unlock(&profile->lock);
	return found;
}

/* --- Creation ------------------------------------------------------------------------------ */

static HRESULT
put_values(GKeyFile *keys, const char *group, ULONG count, const SPropValue *values)
{
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		if (!secret_is(values[i].ulPropTag))
			hr = profile_put_value(keys, group, &values[i]);
	return hr;
}

static HRESULT
put_inf_group(GKeyFile *keys, const char *group, GKeyFile *inf, const char *name)
{
	SPropValue *values;
	ULONG count;
	HRESULT hr;

	hr = mapisvc_values(inf, name, &values, &count);
	if (SUCCEEDED(hr))
		hr = put_values(keys, group, count, values);
	mem_free(values);
	return hr;
}

/* Whether something lies at `path`, or another provider has it. */
static bool
is_taken(GKeyFile *keys, const char *path)
{
	char **groups = g_key_file_get_groups(keys, NULL);
	bool taken = g_file_test(path, G_FILE_TEST_EXISTS);
	size_t i;

	for (i = 0; groups[i] && !taken; i++) {
		char *other = g_key_file_get_string(keys, groups[i], "Path", NULL);

		taken = !g_strcmp0(other, path);
		g_free(other);
	}
	g_strfreev(groups);
	return taken;
}

/* A file or folder of its own for a new store or pickup folder. */
void
services_put_path(
    GKeyFile *keys, const char *group, struct profile *profile, const MAPIUID *provider)
{
	char *module = g_key_file_get_string(keys, group, "Module", NULL), *file, *path;
	char *name = paths_escape(profile_name(profile)), *hex = text_hex(provider, 4);
	const char *suffix = NULL;

	if (!g_strcmp0(module, "emapi_store.so"))
		suffix = ".store";
	else if (!g_strcmp0(module, "emapi_pickup.so"))
		suffix = ".pickup";
	if (!suffix || g_key_file_has_key(keys, group, "Path", NULL))
		goto out;
	file = g_strconcat(name, suffix, NULL);
	path = paths_data(file);
	if (is_taken(keys, path)) {
		g_free(file);
		g_free(path);
		file = g_strconcat(name, "-", hex, suffix, NULL);
		path = paths_data(file);
	}
	g_key_file_set_string(keys, group, "Path", path);
	g_free(path);
	g_free(file);
out:
	g_free(hex);
	g_free(name);
	g_free(module);
}

/* The first store of a profile is its default. */
void
services_put_default_store(GKeyFile *keys, const char *group)
{
	char *type = g_key_file_get_string(keys, group, "Type", NULL);
	GArray *providers = list_groups(keys, "Provider", NULL);
	bool other = false;
	guint i;

	for (i = 0; i < providers->len && !other; i++) {
		char *name = profile_group_name("Provider", &g_array_index(providers, MAPIUID, i));

		other = strcmp(name, group) && g_key_file_get_boolean(keys, name, "Default", NULL);
		g_free(name);
	}
	if (!g_strcmp0(type, "store") && !other)
		g_key_file_set_boolean(keys, group, "Default", TRUE);
	g_array_unref(providers);
	g_free(type);
}

static HRESULT
add_provider(GKeyFile *keys, void *context)
{
	struct change *change = context;
	char *hex = text_hex(&change->service, sizeof change->service), *group = NULL;
	HRESULT hr;

	hr = uid_new(&change->provider);
	if (FAILED(hr))
		goto out;
	group = profile_group_name("Provider", &change->provider);
	g_key_file_set_string(keys, group, "Service", hex);
	hr = put_inf_group(keys, group, change->inf, change->name);
	if (SUCCEEDED(hr) && change->display)
		g_key_file_set_string(keys, group, "DisplayName", change->display);
	if (SUCCEEDED(hr))
		hr = put_values(keys, group, change->count, change->values);
	services_put_path(keys, group, change->profile, &change->provider);
	services_put_default_store(keys, group);
out:
	g_free(group);
	g_free(hex);
	return hr;
}

/* A service of which a profile may have but one. */
static bool
is_second(GKeyFile *keys, const struct change *change)
{
	GArray *services = list_groups(keys, "Service", NULL);
	char *flags = g_key_file_get_string(change->inf, change->name, "PR_RESOURCE_FLAGS", NULL);
	bool second = false;
	guint i;

	for (i = 0; flags && strstr(flags, "SERVICE_SINGLE_COPY") && i < services->len; i++) {
		char *group = profile_group_name("Service", &g_array_index(services, MAPIUID, i));
		char *name = g_key_file_get_string(keys, group, "ServiceName", NULL);

		second = second || !g_strcmp0(name, change->name);
		g_free(name);
		g_free(group);
	}
	g_array_unref(services);
	g_free(flags);
	return second;
}

static HRESULT
add_service(GKeyFile *keys, void *context)
{
	struct change *change = context, one = *change;
	char *group = NULL, *display, **providers;
	HRESULT hr;
	size_t i;

	if (is_second(keys, change))
		return MAPI_E_NO_ACCESS;
	hr = uid_new(&change->service);
	if (FAILED(hr))
		return hr;
	group = profile_group_name("Service", &change->service);
	display = g_key_file_get_string(change->inf, change->name, "PR_DISPLAY_NAME", NULL);
	if (!display)
		display = change->display && *change->display
			      ? g_strdup(change->display)
			      : g_key_file_get_string(change->inf, "Services", change->name, NULL);
	g_key_file_set_string(keys, group, "ServiceName", change->name);
	hr = put_inf_group(keys, group, change->inf, change->name);
	g_key_file_set_string(keys, group, "DisplayName", display);
	providers = mapisvc_providers(change->inf, change->name);
	for (i = 0; SUCCEEDED(hr) && providers[i]; i++) {
		one.name = providers[i];
		one.display = display;
		one.service = change->service;
		hr = add_provider(keys, &one);
	}
	g_strfreev(providers);
	g_free(display);
	g_free(group);
	return hr;
}

bool
services_is_second(GKeyFile *keys, const char *name)
{
	struct change change = { .inf = mapisvc_load(), .name = name };
	bool second = is_second(keys, &change);

	g_key_file_free(change.inf);
	return second;
}

HRESULT
services_create(struct profile *profile, const char *service, const char *display, MAPIUID *uid)
{
	struct change change = { .profile = profile, .name = service, .display = display };
	HRESULT hr = MAPI_E_NOT_FOUND;

	change.inf = mapisvc_load();
	if (service && mapisvc_has_service(change.inf, service))
		hr = profile_edit(profile, add_service, &change);
	if (SUCCEEDED(hr) && uid)
		*uid = change.service;
	g_key_file_free(change.inf);
	return hr;
}

HRESULT
services_add_defaults(struct profile *profile)
{
	GKeyFile *inf = mapisvc_load();
	char **names = g_key_file_get_keys(inf, "Default Services", NULL, NULL);
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; SUCCEEDED(hr) && names && names[i]; i++) {
		char *display = g_key_file_get_string(inf, "Default Services", names[i], NULL);

		hr = services_create(profile, names[i], display, NULL);
		g_free(display);
	}
	g_strfreev(names);
	g_key_file_free(inf);
	return hr;
}

HRESULT
services_add_provider(struct profile *profile, const MAPIUID *service, const char *provider,
    ULONG count, const SPropValue *values, MAPIUID *uid)
{
	struct change change = { .profile = profile,
		.name = provider,
		.service = *service,
		.count = count,
		.values = values };
	HRESULT hr = MAPI_E_NOT_FOUND;
	ULONG i;

	change.inf = mapisvc_load();
	if (provider && g_key_file_has_key(change.inf, provider, "PR_PROVIDER_DLL_NAME", NULL))
		hr = profile_edit(profile, add_provider, &change);
	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		if (secret_is(values[i].ulPropTag))
			hr = secret_write(profile, &change.provider, &values[i], NULL);
	if (SUCCEEDED(hr) && uid)
		*uid = change.provider;
	g_key_file_free(change.inf);
	return hr;
}

/* --- Removal ------------------------------------------------------------------------------- */

static HRESULT
remove_provider(GKeyFile *keys, void *context)
{
	struct change *change = context;
	char *group = profile_group_name("Provider", &change->provider);
	HRESULT hr = belongs_to(keys, group, &change->service) ? S_OK : MAPI_E_NOT_FOUND;

	if (SUCCEEDED(hr))
		g_key_file_remove_group(keys, group, NULL);
	g_free(group);
	return hr;
}

static HRESULT
remove_service(GKeyFile *keys, void *context)
{
	struct change *change = context, one = *change;
	char *group = profile_group_name("Service", &change->service);
	GArray *providers = list_groups(keys, "Provider", &change->service);
	HRESULT hr = g_key_file_has_group(keys, group) ? S_OK : MAPI_E_NOT_FOUND;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++) {
		one.provider = g_array_index(providers, MAPIUID, i);
		hr = remove_provider(keys, &one);
	}
	if (SUCCEEDED(hr))
		g_key_file_remove_group(keys, group, NULL);
	g_array_unref(providers);
	g_free(group);
	return hr;
}

HRESULT
services_delete(struct profile *profile, const MAPIUID *service)
{
	struct change change = { .profile = profile, .service = *service };
	GArray *providers = services_providers(profile, service);
	HRESULT hr = profile_edit(profile, remove_service, &change);
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++)
		secret_forget_section(&g_array_index(providers, MAPIUID, i));
	g_array_unref(providers);
	return hr;
}

HRESULT
services_delete_provider(struct profile *profile, const MAPIUID *service, const MAPIUID *provider)
{
	struct change change = { .profile = profile, .service = *service, .provider = *provider };
	HRESULT hr = profile_edit(profile, remove_provider, &change);

	if (SUCCEEDED(hr))
		secret_forget_section(provider);
	return hr;
}

/* --- Changes ------------------------------------------------------------------------------- */

static HRESULT
rename_service(GKeyFile *keys, void *context)
{
	struct change *change = context;
	char *group = profile_group_name("Service", &change->service);
	HRESULT hr = g_key_file_has_group(keys, group) ? S_OK : MAPI_E_NOT_FOUND;

	if (SUCCEEDED(hr))
		g_key_file_set_string(keys, group, "DisplayName", change->display);
	g_free(group);
	return hr;
}

HRESULT
services_rename(struct profile *profile, const MAPIUID *service, const char *display)
{
	struct change change = { .profile = profile, .service = *service, .display = display };

	return profile_edit(profile, rename_service, &change);
}

static HRESULT
configure(GKeyFile *keys, void *context)
{
	struct change *change = context;
	const SPropValue *name = prop_find(change->values, change->count, PR_DISPLAY_NAME_A);
	char *group = profile_group_name("Service", &change->service), *one;
	GArray *providers = list_groups(keys, "Provider", &change->service);
	HRESULT hr = g_key_file_has_group(keys, group) ? S_OK : MAPI_E_NOT_FOUND;
	guint i;

	if (!name)
		name = prop_find(change->values, change->count, PR_DISPLAY_NAME_W);
	if (SUCCEEDED(hr) && name)
		hr = profile_put_value(keys, group, name);
	/* A service without providers keeps its settings itself. */
	if (SUCCEEDED(hr) && !providers->len)
		hr = put_values(keys, group, change->count, change->values);
	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++) {
		one = profile_group_name("Provider", &g_array_index(providers, MAPIUID, i));
		hr = put_values(keys, one, change->count, change->values);
		g_free(one);
	}
	g_array_unref(providers);
	g_free(group);
	return hr;
}

static HRESULT
write_secrets(
    struct profile *profile, const GArray *providers, ULONG count, const SPropValue *values)
{
	HRESULT hr = S_OK;
	guint i;
	ULONG k;

	for (i = 0; i < providers->len; i++)
		for (k = 0; SUCCEEDED(hr) && k < count; k++)
			if (secret_is(values[k].ulPropTag))
				hr = secret_write(profile, &g_array_index(providers, MAPIUID, i),
				    &values[k], NULL);
	return hr;
}

/* Whether one of the providers has each setting that mapisvc.inf asks for. */
static HRESULT
check_required(struct profile *profile, const MAPIUID *service, const GArray *providers)
{
	GKeyFile *inf = mapisvc_load();
	SPropValue *values = NULL;
	ULONG count = 0;
	GArray *required;
	char *name;
	HRESULT hr = S_OK;
	guint i, k;

	profile_section_read(profile, service, &values, &count);
	name = prop_find_text(values, count, PR_SERVICE_NAME_W);
	mem_free(values);
	required = mapisvc_required(inf, name ? name : "");
	for (k = 0; SUCCEEDED(hr) && k < required->len; k++) {
		ULONG tag = g_array_index(required, ULONG, k);

		hr = MAPI_E_UNCONFIGURED;
		for (i = 0; FAILED(hr) && i < providers->len; i++) {
			values = NULL;
			count = 0;
			profile_section_read(
			    profile, &g_array_index(providers, MAPIUID, i), &values, &count);
			if (prop_find(values, count, PROP_TAG(PT_UNSPECIFIED, PROP_ID(tag))))
				hr = S_OK;
			mem_free(values);
		}
	}
	g_array_unref(required);
	g_free(name);
	g_key_file_free(inf);
	return hr;
}

HRESULT
services_configure(
    struct profile *profile, const MAPIUID *service, ULONG count, const SPropValue *values)
{
	struct change change = {
		.profile = profile, .service = *service, .count = count, .values = values
	};
	GArray *providers;
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = prop_check(&values[i]);
	if (SUCCEEDED(hr))
		hr = profile_edit(profile, configure, &change);
	if (FAILED(hr))
		return hr;
	providers = services_providers(profile, service);
	hr = write_secrets(profile, providers, count, values);
	if (SUCCEEDED(hr))
		hr = check_required(profile, service, providers);
	g_array_unref(providers);
	return hr;
}

/* --- Order --------------------------------------------------------------------------------- */

/* Takes a group out and puts it in again as the last one, remarks and all. */
static void
move_to_end(GKeyFile *keys, const char *group)
{
	char **names = g_key_file_get_keys(keys, group, NULL, NULL);
	char *remark = g_key_file_get_comment(keys, group, NULL, NULL);
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *remarks = g_ptr_array_new_with_free_func(g_free);
	size_t i;

	for (i = 0; names[i]; i++) {
		g_ptr_array_add(values, g_key_file_get_value(keys, group, names[i], NULL));
		g_ptr_array_add(remarks, g_key_file_get_comment(keys, group, names[i], NULL));
	}
	g_key_file_remove_group(keys, group, NULL);
	for (i = 0; names[i]; i++) {
		g_key_file_set_value(keys, group, names[i], g_ptr_array_index(values, i));
		if (g_ptr_array_index(remarks, i))
			g_key_file_set_comment(
			    keys, group, names[i], g_ptr_array_index(remarks, i), NULL);
	}
	if (remark)
		g_key_file_set_comment(keys, group, NULL, remark, NULL);
	g_free(remark);
	g_ptr_array_unref(remarks);
	g_ptr_array_unref(values);
	g_strfreev(names);
}

struct order {
	const MAPIUID *uids;
	ULONG count;
};

static bool
in_order(const struct order *order, const MAPIUID *uid)
{
	ULONG i;

	for (i = 0; i < order->count; i++)
		if (!memcmp(&order->uids[i], uid, sizeof *uid))
			return true;
	return false;
}

static HRESULT
reorder(GKeyFile *keys, void *context)
{
	const struct order *order = context;
	GArray *providers = list_groups(keys, "Provider", NULL);
	HRESULT hr = S_OK;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < order->count; i++) {
		char *group = profile_group_name("Provider", &order->uids[i]);
		char *type = g_key_file_get_string(keys, group, "Type", NULL);

		if (!type)
			hr = MAPI_E_NOT_FOUND;
		else if (g_ascii_strcasecmp(type, "transport"))
			hr = MAPI_E_INVALID_PARAMETER;
		else
			move_to_end(keys, group);
		g_free(type);
		g_free(group);
	}
	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++) {
		MAPIUID *uid = &g_array_index(providers, MAPIUID, i);
		char *group = profile_group_name("Provider", uid);

		if (!in_order(order, uid))
			move_to_end(keys, group);
		g_free(group);
	}
	g_array_unref(providers);
	return hr;
}

HRESULT
services_order(struct profile *profile, const MAPIUID *uids, ULONG count)
{
	struct order order = { uids, count };

	return profile_edit(profile, reorder, &order);
}
