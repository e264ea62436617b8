/* SPDX-License-Identifier: MIT */
/* Making, copying and removing whole profiles. */
#include "profile.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "paths.h"
#include "profile_admin.h"
#include "profile_private.h"
#include "secret.h"
#include "services.h"
#include "text.h"

#define NAME_MAX_CHARS 64 /* MAPILogonEx: lpszProfileName */
#define FILE_MAX_BYTES 240
/* Where the machine's daemon keeps what is its own, and its group (emapi-spooler(8)). */
#define MACHINE_STATE "/var/lib/emapi"
#define MACHINE_GROUP "emapi"

HRESULT
uid_new(MAPIUID *uid)
{
	if (getrandom(uid, sizeof *uid, 0) != sizeof *uid)
		return hr_from_errno(errno);
	uid->ab[7] =
	    (BYTE)((uid->ab[7] & 0x0F) | 0x40); /* a version 4 UUID as a GUID lies in memory */
	uid->ab[8] = (BYTE)((uid->ab[8] & 0x3F) | 0x80);
	return S_OK;
}

HRESULT
profile_check_name(const char *name, char **why)
{
	char *escaped = NULL;
	HRESULT hr = S_OK;

	if (!name || !*name || !text_is_utf8(name)) {
		why_set(why, "A profile needs a name, in UTF-8.");
		return MAPI_E_INVALID_PARAMETER;
	}
	escaped = paths_escape(name);
	if (g_utf8_strlen(name, -1) > NAME_MAX_CHARS || strlen(escaped) > FILE_MAX_BYTES) {
		why_set(why, "The name \"%s\" is too long for a profile: at most %d characters.",
		    name, NAME_MAX_CHARS);
		hr = MAPI_E_STRING_TOO_LONG;
	}
	g_free(escaped);
	return hr;
}

/* --- A new profile's text ------------------------------------------------------------------ */

static void
put(GKeyFile *keys, const char *group, const char *key, const char *value)
{
	if (value)
		g_key_file_set_string(keys, group, key, value);
}

/* A service with its one provider; *group is the provider's, g_free(). */
static HRESULT
add_service(GKeyFile *keys, const char *service_name, const char *display, const char *type,
    const char *module, char **group)
{
	MAPIUID service, provider;
	char *service_group, *hex;
	HRESULT hr;

	*group = NULL;
	hr = uid_new(&service);
	if (SUCCEEDED(hr))
		hr = uid_new(&provider);
	if (FAILED(hr))
		return hr;
	service_group = profile_group_name("Service", &service);
	*group = profile_group_name("Provider", &provider);
	hex = text_hex(&service, sizeof service);
	put(keys, service_group, "ServiceName", service_name);
	put(keys, service_group, "DisplayName", display);
	put(keys, *group, "Service", hex);
	put(keys, *group, "Type", type);
	put(keys, *group, "Module", module);
	put(keys, *group, "DisplayName", display);
	g_free(hex);
	g_free(service_group);
	return S_OK;
}

static char *
default_data(const char *name, const char *suffix, bool machine)
{
	char *escaped = paths_escape(name), *file = g_strconcat(escaped, suffix, NULL);
	char *path = machine ? g_build_filename(MACHINE_STATE, file, NULL) : paths_data(file);

	g_free(file);
	g_free(escaped);
	return path;
}

static HRESULT
add_store(GKeyFile *keys, const char *name, const struct profile_settings *settings)
{
	char *path = settings->store_path ? g_canonicalize_filename(settings->store_path, NULL)
					  : default_data(name, ".store", settings->machine);
	char *group = NULL;
	HRESULT hr;

	hr = add_service(keys, "EMAPI_STORE", name, "store", "emapi_store.so", &group);
	if (SUCCEEDED(hr)) {
		put(keys, group, "Default", "true");
		put(keys, group, "Path", path);
	}
	g_free(group);
	g_free(path);
	return hr;
}

/* One for all profiles of a user, where its Path= says nothing else. */
static HRESULT
add_address_book(GKeyFile *keys, const struct profile_settings *settings)
{
	char *group = NULL;
	HRESULT hr = S_OK;

	if (!settings->machine)
		hr = add_service(
		    keys, "EMAPI_AB", "Personal Address Book", "ab", "emapi_ab.so", &group);
	g_free(group);
	return hr;
}

static HRESULT
add_pickup(GKeyFile *keys, const char *name, const struct profile_settings *settings)
{
	char *path = settings->pickup_path ? g_canonicalize_filename(settings->pickup_path, NULL)
					   : default_data(name, ".pickup", settings->machine);
	char *display = g_strconcat("Pickup folder ", path, NULL), *group = NULL;
	HRESULT hr;

	hr = add_service(keys, "EMAPI_PICKUP", display, "transport", "emapi_pickup.so", &group);
	if (SUCCEEDED(hr))
		put(keys, group, "Path", path);
	g_free(group);
	g_free(display);
	g_free(path);
	return hr;
}

/* A file by its whole path: who reads the profile later stands in another folder. */
static void
put_path(GKeyFile *keys, const char *group, const char *word, const char *path)
{
	char *whole = path ? g_canonicalize_filename(path, NULL) : NULL;

	put(keys, group, word, whole);
	g_free(whole);
}

static HRESULT
add_smtp(GKeyFile *keys, const struct profile_settings *settings)
{
	char *display = g_strconcat("SMTP server ", settings->server, NULL), *group = NULL;
	HRESULT hr;

	hr = add_service(keys, "EMAPI_SMTP", display, "transport", "emapi_smtp.so", &group);
	if (FAILED(hr))
		goto out;
	put(keys, group, "Server", settings->server);
	if (settings->port)
		g_key_file_set_integer(keys, group, "Port", (gint)settings->port);
	put(keys, group, "TLS", settings->tls ? settings->tls : "starttls");
	put(keys, group, "User", settings->user);
	put(keys, group, "PasswordCommand", settings->password_command);
	put_path(keys, group, "PasswordFile", settings->password_file);
	put(keys, group, "PasswordCredential", settings->password_credential);
	put_path(keys, group, "CAFile", settings->ca_file);
out:
	g_free(group);
	g_free(display);
	return hr;
}

static HRESULT
check_settings(const struct profile_settings *settings, char **why)
{
	static const char *const modes[] = { "none", "starttls", "implicit", NULL };

	if (settings->tls && !g_strv_contains(modes, settings->tls)) {
		why_set(
		    why, "TLS is \"%s\": it must be none, starttls or implicit.", settings->tls);
		return MAPI_E_INVALID_PARAMETER;
	}
	if (settings->port > 65535) {
		why_set(why, "There is no TCP port %u.", settings->port);
		return MAPI_E_INVALID_PARAMETER;
	}
	if (settings->from_address && !strchr(settings->from_address, '@')) {
		why_set(why, "The sender's address \"%s\" has no @.", settings->from_address);
		return MAPI_E_INVALID_PARAMETER;
	}
	return S_OK;
}

/* --- Whole files --------------------------------------------------------------------------- */

static char *
machine_path(const char *name)
{
	char *escaped = paths_escape(name);
	char *file = g_strconcat("profiles/", escaped, PROFILE_SUFFIX, NULL);
	char *path = paths_system(file);

	g_free(file);
	g_free(escaped);
	return path;
}

/* The daemon reads it and nobody else; the folder above is open, its group may not be there yet. */
static HRESULT
hand_to_daemon(const char *path)
{
	struct group entry, *found = NULL;
	char *folder = g_path_get_dirname(path), buffer[4096];
	HRESULT hr = S_OK;

	if (getgrnam_r(MACHINE_GROUP, &entry, buffer, sizeof buffer, &found) != 0)
		found = NULL;
	if (found && chown(path, (uid_t)-1, found->gr_gid) < 0)
		hr = hr_from_errno(errno);
	if (SUCCEEDED(hr) && (chmod(path, 0640) < 0 || chmod(folder, 0755) < 0))
		hr = hr_from_errno(errno);
	g_free(folder);
	return hr;
}

/* Writes a new file under the lock; MAPI_E_NO_ACCESS where the name is taken. */
static HRESULT
write_new(const char *name, bool machine, GKeyFile *keys, char **why)
{
	char *path = machine ? machine_path(name) : profile_user_path(name);
	int lock = -1;
	HRESULT hr;

	hr = profiles_lock(&lock);
	if (SUCCEEDED(hr) && g_file_test(path, G_FILE_TEST_EXISTS)) {
		hr = MAPI_E_NO_ACCESS;
		why_set(why,
		    "There is a profile \"%s\" already, in %s. Choose another name, or remove "
		    "that one by: emapi profile delete \"%s\"",
		    name, path, name);
	}
	if (SUCCEEDED(hr))
		hr = profile_write_keys(keys, path);
	if (SUCCEEDED(hr) && machine)
		hr = hand_to_daemon(path);
	if (FAILED(hr))
		why_set(why, "The profile file %s cannot be written: %s.", path, hr_text(hr));
	if (lock >= 0)
		close(lock);
	g_free(path);
	return hr;
}

static HRESULT
set_new_uid(GKeyFile *keys)
{
	MAPIUID uid;
	HRESULT hr = uid_new(&uid);
	char *hex;

	if (FAILED(hr))
		return hr;
	hex = text_hex(&uid, sizeof uid);
	g_key_file_set_string(keys, PROFILE_GROUP, "UID", hex);
	g_free(hex);
	return S_OK;
}

HRESULT
profile_create_empty(const char *name, char **why)
{
	GKeyFile *keys = g_key_file_new();
	HRESULT hr;

	hr = profile_check_name(name, why);
	if (SUCCEEDED(hr))
		hr = set_new_uid(keys);
	if (SUCCEEDED(hr))
		hr = write_new(name, false, keys, why);
	g_key_file_free(keys);
	return hr;
}

HRESULT
profile_create(const char *name, const struct profile_settings *settings, char **why)
{
	GKeyFile *keys = g_key_file_new();
	char *group = NULL;
	HRESULT hr;

	if (why)
		*why = NULL;
	hr = profile_check_name(name, why);
	if (SUCCEEDED(hr))
		hr = check_settings(settings, why);
	if (SUCCEEDED(hr))
		hr = set_new_uid(keys);
	if (FAILED(hr))
		goto out;
	put(keys, PROFILE_GROUP, "FromName", settings->from_name);
	put(keys, PROFILE_GROUP, "FromAddress", settings->from_address);
	put(keys, PROFILE_GROUP, "Machine", settings->machine ? "true" : NULL);
	put(keys, PROFILE_GROUP, "MachineDomain", settings->machine_domain);
	hr = add_store(keys, name, settings);
	if (SUCCEEDED(hr))
		hr = add_address_book(keys, settings);
	if (SUCCEEDED(hr))
		hr = settings->server ? add_smtp(keys, settings) : add_pickup(keys, name, settings);
	if (SUCCEEDED(hr))
		hr = write_new(name, settings->machine, keys, why);
out:
	g_free(group);
	g_key_file_free(keys);
	return hr;
}

/* A deleted default leaves no default behind, unless no profile is left at all. */
static HRESULT
forget_default(const char *name)
{
	char *path = paths_config("emapi.conf"), **names = profile_list(), *value;
	GKeyFile *keys = g_key_file_new();
	HRESULT hr = S_OK;

	g_key_file_load_from_file(keys, path, G_KEY_FILE_KEEP_COMMENTS, NULL);
	value = g_key_file_get_string(keys, "emapi", "DefaultProfile", NULL);
	if (value && (!names[0] || !strcmp(value, name))) {
		if (names[0])
			g_key_file_set_string(keys, "emapi", "DefaultProfile", "");
		else
			g_key_file_remove_key(keys, "emapi", "DefaultProfile", NULL);
		hr = profile_write_keys(keys, path);
	}
	g_free(value);
	g_key_file_free(keys);
	g_strfreev(names);
	g_free(path);
	return hr;
}

HRESULT
profile_delete(const char *name)
{
	char *path = profile_user_path(name);
	struct profile *profile = NULL;
	int lock = -1;
	HRESULT hr;

	if (SUCCEEDED(profile_load(name, &profile, NULL)) && strcmp(profile->path, path)) {
		hr = MAPI_E_NO_ACCESS; /* the system's */
		goto out;
	}
	hr = profiles_lock(&lock);
	if (FAILED(hr))
		goto out;
	if (unlink(path) < 0) {
		hr = errno == ENOENT ? MAPI_E_NOT_FOUND : hr_from_errno(errno);
		goto out;
	}
	if (profile)
		secret_forget_profile(profile);
	hr = forget_default(name);
out:
	if (lock >= 0)
		close(lock);
	profile_unref(profile);
	g_free(path);
	return hr;
}

HRESULT
profile_copy(const char *name, const char *new_name, char **why)
{
	struct profile *profile = NULL;
	GKeyFile *keys = NULL;
	HRESULT hr;

	hr = profile_check_name(new_name, why);
	if (SUCCEEDED(hr))
		hr = profile_load(name, &profile, why);
	if (FAILED(hr))
		return hr == MAPI_E_LOGON_FAILED ? MAPI_E_NOT_FOUND : hr;
	hr = profile_read_keys(profile->path, &keys, why);
	if (SUCCEEDED(hr))
		hr = set_new_uid(keys);
	if (SUCCEEDED(hr))
		hr = services_renew(keys);
	if (SUCCEEDED(hr))
		hr = write_new(new_name, false, keys, why);
	g_clear_pointer(&keys, g_key_file_free);
	profile_unref(profile);
	return hr;
}

HRESULT
profile_rename(const char *name, const char *new_name, char **why)
{
	char *path = NULL, *new_path = NULL, *standard;
	int lock = -1;
	HRESULT hr;

	hr = profile_check_name(new_name, why);
	if (FAILED(hr))
		return hr;
	path = profile_user_path(name);
	new_path = profile_user_path(new_name);
	hr = profiles_lock(&lock);
	if (FAILED(hr))
		goto out;
	/* renameat2 would do it in one call, but not on every file system; the lock suffices. */
	if (g_file_test(new_path, G_FILE_TEST_EXISTS))
		hr = MAPI_E_NO_ACCESS;
	else if (rename(path, new_path) < 0)
		hr = errno == ENOENT ? MAPI_E_NOT_FOUND : hr_from_errno(errno);
	else
		paths_sync_parent(new_path);
out:
	if (lock >= 0)
		close(lock);
	standard = profile_default();
	if (SUCCEEDED(hr) && standard && !strcmp(standard, name))
		hr = profile_set_default(new_name);
	g_free(standard);
	g_free(new_path);
	g_free(path);
	return hr;
}
