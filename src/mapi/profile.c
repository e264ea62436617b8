/* SPDX-License-Identifier: MIT */
/* Profiles: finding, loading and changing their files. */
#include "profile.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "paths.h"
#include "profile_private.h"
#include "text.h"

void
why_set(char **why, const char *format, ...)
{
	va_list args;

	if (!why || *why)
		return;
	va_start(args, format);
	*why = g_strdup_vprintf(format, args);
	va_end(args);
}

static char *
profile_file(const char *name)
{
	char *escaped = paths_escape(name);
	char *file = g_strconcat("profiles/", escaped, PROFILE_SUFFIX, NULL);

	g_free(escaped);
	return file;
}

char *
profile_user_path(const char *name)
{
	char *file = profile_file(name);
	char *path = paths_config(file);

	g_free(file);
	return path;
}

/* Whether this process is the machine's daemon or one of its workers. */
static bool
is_daemon(void)
{
	const char *machine = g_getenv("EMAPI_MACHINE");

	return machine && strcmp(machine, "1") == 0;
}

/* Takes over `path`; NULL where there is no such file. */
static char *
if_there(char *path)
{
	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		g_clear_pointer(&path, g_free);
	return path;
}

/* The file that has this name now: the user's before the machine's before the system's; NULL where
 * there is none. */
static char *
find_path(const char *name)
{
	char *file = profile_file(name);
	char *path = if_there(paths_config(file));

	if (!path && !is_daemon())
		path = if_there(paths_machine(file));
	if (!path)
		path = if_there(paths_system(file));
	g_free(file);
	return path;
}

/* --- Reading ------------------------------------------------------------------------------- */

/* The first line that a key file cannot have; 0 where each looks right. */
static unsigned
bad_line(const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	unsigned found = 0, i;
	bool in_group = false;

	for (i = 0; lines[i] && !found; i++) {
		char *line = g_strstrip(lines[i]);
		size_t length = strlen(line);

		if (!length || line[0] == '#')
			continue;
		if (!g_utf8_validate(line, -1, NULL))
			found = i + 1;
		else if (line[0] == '[')
			found = line[length - 1] == ']' && length > 2 ? 0 : i + 1;
		else if (!strchr(line, '=') || line[0] == '=' || !in_group)
			found = i + 1;
		in_group = in_group || line[0] == '[';
	}
	g_strfreev(lines);
	return found;
}

/* Groups of ours must be named by 32 hex digits. */
static bool
bad_group(GKeyFile *keys, char **group)
{
	static const char *const kinds[] = { "Service", "Provider", "Section" };
	char **groups = g_key_file_get_groups(keys, NULL);
	MAPIUID uid;
	size_t i, k;

	*group = NULL;
	for (i = 0; groups[i] && !*group; i++) {
		for (k = 0; k < G_N_ELEMENTS(kinds); k++) {
			size_t length = strlen(kinds[k]);

			if (!strncmp(groups[i], kinds[k], length) && groups[i][length] == ' ' &&
			    !profile_group_uid(groups[i], kinds[k], &uid))
				*group = g_strdup(groups[i]);
		}
	}
	g_strfreev(groups);
	return *group != NULL;
}

/* Whether the file lies in the folder, which is freed. */
static bool
is_in(char *folder, const char *path)
{
	size_t length = strlen(folder);
	bool is = !strncmp(path, folder, length) && path[length] == '/';

	g_free(folder);
	return is;
}

static HRESULT
read_text(const char *path, char **out, char **why)
{
	GError *error = NULL;
	HRESULT hr = S_OK;
	gsize size = 0;

	if (!g_file_get_contents(path, out, &size, &error)) {
		hr = error->code == G_FILE_ERROR_NOENT ? MAPI_E_NOT_FOUND : MAPI_E_NO_ACCESS;
		if (error->code == G_FILE_ERROR_ACCES && is_in(paths_system("profiles"), path))
			why_set(why,
			    "The profile file %s is the machine's mail service's, which does not "
			    "run. "
			    "The administrator starts it by: systemctl start emapi-spooler",
			    path);
		why_set(why, "The profile file %s cannot be read: %s.", path, error->message);
		g_error_free(error);
	} else if (strlen(*out) != size) {
		hr = MAPI_E_CORRUPT_DATA;
		why_set(why,
		    "The profile file %s is broken: it holds zero bytes, as no text does. Restore "
		    "it from a backup, or delete it and make the profile anew.",
		    path);
	}
	return hr;
}

/* Takes out the empty lines before group headers.  GKeyFile keeps them as remarks at the end of the
 * group before, and would put a new key after them; it writes one before each group anyway. */
static void
join_groups(char *text)
{
	char *to = text, *from = text, *line;

	while (*from) {
		if (*from == '\n' && (from == text || from[-1] == '\n')) {
			for (line = from; *line == '\n'; line++)
				;
			if (*line == '[' || !*line) {
				from = line;
				continue;
			}
		}
		*to++ = *from++;
	}
	*to = '\0';
}

HRESULT
profile_read_keys(const char *path, GKeyFile **out, char **why)
{
	GKeyFile *keys = g_key_file_new();
	GError *error = NULL;
	char *text = NULL, *group = NULL;
	unsigned line;
	HRESULT hr;

	*out = NULL;
	hr = read_text(path, &text, why);
	if (FAILED(hr))
		goto out;
	line = bad_line(text);
	if (!line)
		join_groups(text);
	if (line || !g_key_file_load_from_data(keys, text, (gsize)-1,
			G_KEY_FILE_KEEP_COMMENTS | G_KEY_FILE_KEEP_TRANSLATIONS, &error)) {
		hr = MAPI_E_CORRUPT_DATA;
		why_set(why,
		    "The profile file %s is broken in line %u%s%s; correct that line (each line "
		    "is [Group], Key=Value, # remark, or empty).",
		    path, line, error ? ": " : "", error ? error->message : "");
		goto out;
	}
	if (bad_group(keys, &group)) {
		hr = MAPI_E_CORRUPT_DATA;
		why_set(why,
		    "The profile file %s is broken: the name of the group [%s] must be a word "
		    "and 32 hex digits.",
		    path, group);
		goto out;
	}
	*out = g_steal_pointer(&keys);
out:
	g_clear_error(&error);
	g_clear_pointer(&keys, g_key_file_free);
	g_free(group);
	g_free(text);
	return hr;
}

HRESULT
profile_read_uid(GKeyFile *keys, const char *path, MAPIUID *uid)
{
	char *text = g_key_file_get_string(keys, PROFILE_GROUP, "UID", NULL);
	HRESULT hr = S_OK;

	if (text) {
		if (!text_unhex(g_strstrip(text), uid, sizeof *uid))
			hr = MAPI_E_CORRUPT_DATA;
	} else {
		GChecksum *sum = g_checksum_new(G_CHECKSUM_MD5);
		gsize size = sizeof *uid;

		g_checksum_update(sum, (const guchar *)path, -1);
		g_checksum_get_digest(sum, (guint8 *)uid, &size);
		g_checksum_free(sum);
	}
	g_free(text);
	return hr;
}

/* --- Loading ------------------------------------------------------------------------------- */

static void
why_no_profile(char **why, const char *name)
{
	char **names, *list;

	if (!why || *why)
		return;
	names = profile_list();
	list = g_strjoinv(", ", names);
	if (names[0])
		why_set(why,
		    "There is no profile \"%s\". There are: %s. Another one is made by: emapi "
		    "profile create \"%s\" --from 'Name <address>' --smtp HOST:PORT",
		    name, list, name);
	else
		why_set(why,
		    "There is no profile \"%s\", and no other. Make one by: emapi profile create "
		    "\"%s\" --default --from 'Name <address>' --smtp HOST:PORT",
		    name, name);
	g_free(list);
	g_strfreev(names);
}

static HRESULT
load_path(const char *name, const char *path, struct profile **out, char **why)
{
	struct profile *profile;
	GKeyFile *keys = NULL;
	MAPIUID uid;
	char *bad;
	HRESULT hr;

	hr = profile_read_keys(path, &keys, why);
	if (FAILED(hr))
		return hr == MAPI_E_CORRUPT_DATA ? hr : MAPI_E_LOGON_FAILED;
	hr = profile_check_values(keys, &bad);
	if (bad)
		why_set(why, "The profile file %s is broken: %s.", path, bad);
	if (SUCCEEDED(hr))
		hr = profile_read_uid(keys, path, &uid);
	if (hr == MAPI_E_CORRUPT_DATA)
		why_set(why,
		    "The profile file %s is broken: UID in group [Profile] must be 32 hex digits.",
		    path);
	g_free(bad);
	if (FAILED(hr)) {
		g_key_file_free(keys);
		return hr;
	}
	profile = g_new0(struct profile, 1);
	atomic_init(&profile->refs, 1);
	g_mutex_init(&profile->lock);
	profile->name = g_intern_string(name);
	profile->path = g_intern_string(path);
	profile->uid = uid;
	profile->keys = keys;
	*out = profile;
	return S_OK;
}

HRESULT
profile_load(const char *name, struct profile **out, char **why)
{
	char *path;
	HRESULT hr;

	*out = NULL;
	if (why)
		*why = NULL;
	if (!name || !*name) {
		why_set(why,
		    "No profile was named, and none is the default. Choose one by: emapi profile "
		    "default NAME; or make one by: emapi profile create NAME --default --from "
		    "'Name <address>' --smtp HOST:PORT");
		return MAPI_E_LOGON_FAILED;
	}
	path = find_path(name);
	if (!path) {
		why_no_profile(why, name);
		return MAPI_E_LOGON_FAILED;
	}
	hr = load_path(name, path, out, why);
	g_free(path);
	return hr;
}

HRESULT
profile_load_uid(const MAPIUID *uid, struct profile **out, char **why)
{
	char **names = profile_list(), *broken = NULL;
	HRESULT hr = MAPI_E_LOGON_FAILED;
	size_t i;

	*out = NULL;
	if (why)
		*why = NULL;
	for (i = 0; names[i]; i++) {
		struct profile *profile;

		if (FAILED(profile_load(names[i], &profile, broken ? NULL : &broken)))
			continue;
		if (!memcmp(&profile->uid, uid, sizeof *uid)) {
			*out = profile;
			hr = S_OK;
			break;
		}
		profile_unref(profile);
	}
	if (FAILED(hr)) {
		char *hex = text_hex(uid, sizeof *uid);

		if (broken)
			why_set(why,
			    "No profile file that can be read has the UID %s; one cannot. %s", hex,
			    broken);
		why_set(why,
		    "No profile file has the UID %s: the profile was deleted. Put its file "
		    "back, or write this UID into the file of another profile.",
		    hex);
		g_free(hex);
	}
	g_free(broken);
	g_strfreev(names);
	return hr;
}

struct profile *
profile_ref(struct profile *profile)
{
	atomic_fetch_add(&profile->refs, 1);
	return profile;
}

void
profile_unref(struct profile *profile)
{
	if (!profile || atomic_fetch_sub(&profile->refs, 1) != 1)
		return;
	g_key_file_free(profile->keys);
	g_mutex_clear(&profile->lock);
	g_free(profile);
}

const char *
profile_name(const struct profile *profile)
{
	return profile->name;
}

const char *
profile_path(const struct profile *profile)
{
	return profile->path;
}

const MAPIUID *
profile_uid(const struct profile *profile)
{
	return &profile->uid;
}

bool
profile_is_machine(const struct profile *profile)
{
	return is_in(paths_machine("profiles"), profile->path);
}

/* --- Names --------------------------------------------------------------------------------- */

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Appends the names in one folder, sorted, without those that `names` has. */
static void
list_folder(GPtrArray *names, const char *folder)
{
	/* Where there is none, GLib would put that into words, and load a table of character sets
	 * for it. */
	DIR *dir = opendir(folder);
	guint known = names->len, i;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *file = entry->d_name;
		char *base, *name;

		if (file[0] == '.' || !g_str_has_suffix(file, PROFILE_SUFFIX))
			continue;
		base = g_strndup(file, strlen(file) - strlen(PROFILE_SUFFIX));
		name = paths_unescape(base);
		g_free(base);
		for (i = 0; name && i < known; i++)
			if (!strcmp(g_ptr_array_index(names, i), name))
				g_clear_pointer(&name, g_free);
		if (name)
			g_ptr_array_add(names, name);
	}
	if (dir)
		closedir(dir);
	if (names->len > known)
		qsort(names->pdata + known, names->len - known, sizeof(gpointer), compare_names);
}

char **
profile_list(void)
{
	GPtrArray *names = g_ptr_array_new();
	char *user = paths_config("profiles"), *system = paths_system("profiles");
	char *machine = paths_machine("profiles");

	list_folder(names, user);
	if (!is_daemon())
		list_folder(names, machine);
	list_folder(names, system);
	g_ptr_array_add(names, NULL);
	g_free(user);
	g_free(machine);
	g_free(system);
	return (char **)g_ptr_array_free(names, FALSE);
}

/* An emapi.conf; empty where there is none. */
static HRESULT
read_config(const char *path, GKeyFile **out, char **why)
{
	GKeyFile *keys = g_key_file_new();
	GError *error = NULL;

	*out = NULL;
	/* GLib would put into words why there is none, and load a table of character sets for it.
	 */
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		*out = keys;
		return S_OK;
	}
	if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_KEEP_COMMENTS, &error) &&
	    !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		why_set(why,
		    "%s cannot be used: %s. Correct it, or delete it and choose the default "
		    "profile anew: emapi profile default NAME",
		    path, error->message);
		g_error_free(error);
		g_key_file_free(keys);
		return MAPI_E_CORRUPT_DATA;
	}
	g_clear_error(&error);
	*out = keys;
	return S_OK;
}

/* The key of emapi.conf: NULL where absent, "" where there shall be no default. */
static char *
configured_default(char *path, char **why)
{
	GKeyFile *keys = NULL;
	char *name = NULL;

	if (SUCCEEDED(read_config(path, &keys, why))) {
		name = g_key_file_get_string(keys, "emapi", "DefaultProfile", NULL);
		g_key_file_free(keys);
	}
	g_free(path);
	return name;
}

char *
profile_default_why(char **why)
{
	char *name, **names;

	*why = NULL;
	name = configured_default(paths_config("emapi.conf"), why);
	if (!name)
		name = configured_default(paths_system("emapi.conf"), why);
	if (name && *name)
		return name;
	names = profile_list();
	if (names[0] && !names[1] && !name)
		name = g_strdup(names[0]);
	else if (names[0])
		why_set(
		    why, "No profile is the default. Choose one by: emapi profile default NAME");
	if (name && !*name)
		g_clear_pointer(&name, g_free);
	g_strfreev(names);
	return name;
}

char *
profile_default(void)
{
	char *why = NULL, *name = profile_default_why(&why);

	g_free(why);
	return name;
}

HRESULT
profile_set_default(const char *name)
{
	char *path = paths_config("emapi.conf"), *found = name && *name ? find_path(name) : NULL;
	GKeyFile *keys = NULL;
	int lock = -1;
	HRESULT hr;

	hr = name && *name && !found ? MAPI_E_NOT_FOUND : profiles_lock(&lock);
	if (SUCCEEDED(hr))
		hr = read_config(path, &keys, NULL);
	if (FAILED(hr))
		goto out;
	g_key_file_set_string(keys, "emapi", "DefaultProfile", name ? name : "");
	hr = profile_write_keys(keys, path);
out:
	if (lock >= 0)
		close(lock);
	g_clear_pointer(&keys, g_key_file_free);
	g_free(found);
	g_free(path);
	return hr;
}

/* --- Changing ------------------------------------------------------------------------------ */

HRESULT
profiles_lock(int *fd)
{
	char *path = paths_config("profiles/.lock");
	HRESULT hr;

	*fd = -1;
	hr = paths_make_parent(path);
	if (FAILED(hr))
		goto out;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0) {
		hr = hr_from_errno(errno);
		goto out;
	}
	while (flock(*fd, LOCK_EX) < 0) {
		if (errno == EINTR)
			continue;
		hr = hr_from_errno(errno);
		close(*fd);
		*fd = -1;
		break;
	}
out:
	g_free(path);
	return hr;
}

HRESULT
profile_write_keys(GKeyFile *keys, const char *path)
{
	gsize size;
	char *text = g_key_file_to_data(keys, &size, NULL);
	HRESULT hr = paths_make_parent(path);

	if (SUCCEEDED(hr))
		hr = paths_write_file(path, text, size);
	g_free(text);
	return hr;
}

/* `before` is what the keys were read from, or older. */
static HRESULT
read_both(const char *path, char **before, GKeyFile **keys)
{
	g_clear_pointer(before, g_free);
	if (!g_file_get_contents(path, before, NULL, NULL))
		*before = g_strdup("");
	return profile_read_keys(path, keys, NULL);
}

/* Where the profile's file is now: its path, or after a rename that of its UID. */
static HRESULT
reread(struct profile *profile, char **before, GKeyFile **keys)
{
	struct profile *moved = NULL;
	MAPIUID uid;
	HRESULT hr;

	hr = read_both(profile->path, before, keys);
	if (SUCCEEDED(hr)) {
		hr = profile_read_uid(*keys, profile->path, &uid);
		if (SUCCEEDED(hr) && !memcmp(&uid, &profile->uid, sizeof uid))
			return S_OK;
		g_clear_pointer(keys, g_key_file_free);
	} else if (hr != MAPI_E_NOT_FOUND) {
		return hr;
	}
	if (FAILED(profile_load_uid(&profile->uid, &moved, NULL)))
		return MAPI_E_OBJECT_DELETED;
	profile->name = moved->name;
	profile->path = moved->path;
	hr = read_both(profile->path, before, keys);
	profile_unref(moved);
	return hr;
}

/* S_FALSE: a person, who takes no lock, has saved the file meanwhile. */
static HRESULT
edit_once(struct profile *profile, profile_edit_fn edit, void *context)
{
	g_autofree char *uid = text_hex(&profile->uid, sizeof profile->uid);
	g_autofree char *before = NULL, *after = NULL;
	GKeyFile *keys = NULL;
	gsize size;
	HRESULT hr = reread(profile, &before, &keys);

	if (hr == MAPI_E_OBJECT_DELETED)
		edit(profile->keys, context);
	if (SUCCEEDED(hr))
		hr = edit(keys, context);
	if (SUCCEEDED(hr)) {
		g_key_file_set_string(keys, PROFILE_GROUP, "UID", uid);
		after = g_key_file_to_data(keys, &size, NULL);
		hr = paths_rewrite_file(profile->path, before, after, size);
	}
	if (hr == S_OK) {
		g_key_file_free(profile->keys);
		profile->keys = g_steal_pointer(&keys);
	}
	g_clear_pointer(&keys, g_key_file_free);
	return hr;
}

HRESULT
profile_edit(struct profile *profile, profile_edit_fn edit, void *context)
{
	int lock = -1;
	HRESULT hr;

	if (profile_is_machine(profile)) /* the daemon writes it anew from its own */
		return MAPI_E_NO_ACCESS;
	g_mutex_lock(&profile->lock);
	hr = profiles_lock(&lock);
	if (SUCCEEDED(hr))
		do
			hr = edit_once(profile, edit, context);
		while (hr == S_FALSE);
	if (lock >= 0)
		close(lock);
	g_mutex_unlock(&profile->lock);
	return hr;
}
