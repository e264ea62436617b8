/* SPDX-License-Identifier: MIT */
/*
 * The machine's profiles as users see them: who can read the real ones (the daemon) writes for each
 * a file that anybody can read, with a store that hands over what is submitted, and nothing of the
 * server or the secret.  See machine.h.
 */
#include "machine.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapiguid.h>
#include <emapispi.h>
#include "hr.h"
#include "mem.h"
#include "paths.h"
#include "profile.h"
#include "prop.h"
#include "text.h"

#define SUFFIX ".profile"

/* A section UID of the file's own: the profile's with a bit turned over. */
static char *
derived_uid(const struct profile *profile, BYTE mark)
{
	MAPIUID uid = *profile_uid(profile);

	uid.ab[0] ^= mark;
	return text_hex(&uid, sizeof(uid));
}

static void
add_store(GKeyFile *keys, const struct profile *profile)
{
	g_autofree char *service = derived_uid(profile, 1);
	g_autofree char *provider = derived_uid(profile, 2);
	g_autofree char *service_group = g_strconcat("Service ", service, NULL);
	g_autofree char *group = g_strconcat("Provider ", provider, NULL);
	g_autofree char *socket = paths_machine("submit.sock");

	g_key_file_set_string(keys, service_group, "ServiceName", "EMAPI_STORE");
	g_key_file_set_string(
	    keys, service_group, "DisplayName", "The mail service of this machine");
	g_key_file_set_string(keys, group, "Service", service);
	g_key_file_set_string(keys, group, "Type", "store");
	g_key_file_set_string(keys, group, "Module", "emapi_store.so");
	g_key_file_set_string(keys, group, "DisplayName", "The mail service of this machine");
	g_key_file_set_string(keys, group, "Default", "true");
	g_key_file_set_string(keys, group, "Socket", socket);
}

static void
copy_text(GKeyFile *keys, const char *word, const SPropValue *values, ULONG count, ULONG tag)
{
	g_autofree char *text = prop_find_text(values, count, tag);

	if (text)
		g_key_file_set_string(keys, "Profile", word, text);
}

/* What programs need to know before they submit: who one is, and who gets local mail. */
static char *
compose(const struct profile *profile, const SPropValue *values, ULONG count)
{
	GKeyFile *keys = g_key_file_new();
	g_autofree char *uid = text_hex(profile_uid(profile), sizeof(MAPIUID));
	char *text;

	g_key_file_set_string(keys, "Profile", "UID", uid);
	g_key_file_set_string(keys, "Profile", "Machine", "true");
	/* Who is From is for the daemon to say. */
	g_key_file_set_string(keys, "Profile", "HeaderFrom", "keep");
	copy_text(keys, "LocalTo", values, count, PR_EMAPI_LOCAL_TO_W);
	copy_text(keys, "MachineDomain", values, count, PR_EMAPI_MACHINE_DOMAIN_W);
	copy_text(keys, "FromAddress", values, count, PR_EMAPI_FROM_ADDRESS_W);
	add_store(keys, profile);
	text = g_key_file_to_data(keys, NULL, NULL);
	g_key_file_free(keys);
	return text;
}

/* Readable by all whatever the daemon's umask is. */
static HRESULT
write_public(const char *path, const char *text)
{
	g_autofree char *now = NULL;
	HRESULT hr;

	if (g_file_get_contents(path, &now, NULL, NULL) && strcmp(now, text) == 0)
		return S_OK;
	hr = paths_write_file(path, text, strlen(text));
	return SUCCEEDED(hr) && chmod(path, 0644) != 0 ? hr_from_errno(errno) : hr;
}

/* The file's name; NULL for a profile that is not the machine's. */
static char *
offer(const struct profile *profile)
{
	g_autofree char *escaped = paths_escape(profile_name(profile));
	g_autofree char *file = g_strconcat(escaped, SUFFIX, NULL);
	g_autofree char *below = g_strconcat("profiles/", file, NULL);
	g_autofree char *path = paths_machine(below), *text = NULL;
	SPropValue *values = NULL;
	MAPIUID section;
	ULONG count = 0;
	bool offered;
	HRESULT hr;

	memcpy(&section, &MUID_PROFILE_INSTANCE, sizeof(section));
	hr = profile_section_read(profile, &section, &values, &count);
	offered = SUCCEEDED(hr) && prop_find_bool(values, count, PR_EMAPI_MACHINE, false);
	if (offered) {
		text = compose(profile, values, count);
		hr = write_public(path, text);
		if (FAILED(hr))
			log_error("%s cannot be written: %s", path, hr_text(hr));
	}
	mem_free(values);
	return offered ? g_steal_pointer(&file) : NULL;
}

static void
remove_others(GHashTable *files)
{
	g_autofree char *folder = paths_machine("profiles");
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_hash_table_contains(files, name))
			unlink(path);
	}
	if (dir)
		g_dir_close(dir);
}

GPtrArray *
machine_offer_profiles(void)
{
	GPtrArray *uids = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char **names = profile_list();

	for (guint i = 0; names && names[i]; i++) {
		g_autofree char *why = NULL;
		struct profile *profile = NULL;
		char *file;

		if (FAILED(profile_load(names[i], &profile, &why))) {
			log_warning("the profile \"%s\" is left out: %s", names[i], why);
			continue;
		}
		file = offer(profile);
		if (file) {
			g_hash_table_add(files, file);
			g_ptr_array_add(uids, g_bytes_new(profile_uid(profile), sizeof(MAPIUID)));
		}
		profile_unref(profile);
	}
	remove_others(files);
	if (!uids->len)
		log_warning("no profile says Machine=true: users have nothing to send with");
	g_hash_table_unref(files);
	g_strfreev(names);
	return uids;
}
