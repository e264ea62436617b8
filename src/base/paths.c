/* SPDX-License-Identifier: MIT */
/* Where things lie: see paths.h. */
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"

/* The user's home folder; g_free(). */
static char *
home_folder(void)
{
	const char *home = getenv("HOME");
	struct passwd entry, *found = NULL;
	char *buffer, *copy;
	size_t size = 16 * 1024;

	if (home && home[0] == '/')
		return g_strdup(home);
	buffer = g_malloc(size);
	if (getpwuid_r(geteuid(), &entry, buffer, size, &found) != 0)
		found = NULL;
	copy = g_strdup(found ? found->pw_dir : "/");
	g_free(buffer);
	return copy;
}

static char *
join(const char *folder, const char *name)
{
	return name ? g_build_filename(folder, name, NULL) : g_strdup(folder);
}

/* `name` in emapi's folder below $variable, or below ~/fallback where that is unset.  A relative
 * path counts as unset, as the XDG specification says. */
static char *
xdg_path(const char *variable, const char *fallback, const char *name)
{
	const char *value = getenv(variable);
	char *home, *folder, *path;

	if (value && value[0] == '/') {
		folder = g_build_filename(value, "emapi", NULL);
	} else {
		home = home_folder();
		folder = g_build_filename(home, fallback, "emapi", NULL);
		g_free(home);
	}
	path = join(folder, name);
	g_free(folder);
	return path;
}

char *
paths_config(const char *name)
{
	return xdg_path("XDG_CONFIG_HOME", ".config", name);
}

char *
paths_data(const char *name)
{
	return xdg_path("XDG_DATA_HOME", ".local/share", name);
}

char *
paths_state(const char *name)
{
	return xdg_path("XDG_STATE_HOME", ".local/state", name);
}

char *
paths_runtime(const char *name)
{
	const char *value = getenv("XDG_RUNTIME_DIR");

	if (!value || value[0] != '/')
		return paths_state(name);
	return xdg_path("XDG_RUNTIME_DIR", "", name);
}

char *
paths_system(const char *name)
{
	const char *folder = getenv("EMAPI_SYSCONFDIR");

	return join(folder && folder[0] == '/' ? folder : "/etc/emapi", name);
}

char *
paths_machine(const char *name)
{
	const char *folder = secure_getenv("EMAPI_MACHINE_FOLDER");

	return join(folder && folder[0] == '/' ? folder : "/run/emapi", name);
}

static char *
provider_in(const char *folder, const char *file)
{
	char *path = g_build_filename(folder, file, NULL);

	if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return path;
	g_free(path);
	return NULL;
}

char *
paths_provider(const char *file)
{
	const char *list = secure_getenv("EMAPI_PROVIDER_PATH");
	char **folders, *found = NULL;
	size_t i;

	if (file[0] == '/')
		return provider_in("/", file);
	if (strchr(file, '/'))
		return NULL;
	if (!list || !*list)
		return provider_in(EMAPI_PROVIDER_DIR, file);
	folders = g_strsplit(list, ":", -1);
	for (i = 0; folders[i] && !found; i++)
		if (folders[i][0] == '/')
			found = provider_in(folders[i], file);
	g_strfreev(folders);
	return found;
}

char *
paths_spooler(void)
{
	const char *program = secure_getenv("EMAPI_SPOOLER");

	return g_strdup(program && *program ? program : EMAPI_LIBEXEC_DIR "/emapi-spooler");
}

char *
paths_keyring(void)
{
	const char *program = secure_getenv("EMAPI_KEYRING");

	return g_strdup(program && *program ? program : EMAPI_LIBEXEC_DIR "/emapi-keyring");
}

void
paths_sync_parent(const char *path)
{
	char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd); /* some file systems cannot, and need not */
		close(fd);
	}
	g_free(folder);
}

void
paths_sync_grandparent(const char *path)
{
	char *folder = g_path_get_dirname(path);

	paths_sync_parent(folder);
	g_free(folder);
}

static HRESULT
make_folder(const char *folder)
{
	char *parent;
	HRESULT hr = S_OK;

	if (g_file_test(folder, G_FILE_TEST_IS_DIR))
		return S_OK;
	parent = g_path_get_dirname(folder);
	if (strcmp(parent, folder) != 0)
		hr = make_folder(parent);
	g_free(parent);
	if (FAILED(hr))
		return hr;
	if (mkdir(folder, 0700) == 0)
		paths_sync_parent(folder);
	else if (errno != EEXIST) /* two may make it at once */
		hr = hr_from_errno(errno);
	else if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
		hr = hr_from_errno(ENOTDIR);
	return hr;
}

HRESULT
paths_make_parent(const char *path)
{
	char *folder = g_path_get_dirname(path);
	HRESULT hr = make_folder(folder);

	g_free(folder);
	return hr;
}

/* --- Names --------------------------------------------------------------------------------- */

char *
paths_escape(const char *name)
{
	GString *file = g_string_new(NULL);
	const char *p;

	for (p = name; *p; p++) {
		bool plain = g_ascii_isalnum(*p) || strchr(" -_@", *p) || (*p == '.' && p > name);

		if (plain)
			g_string_append_c(file, *p);
		else
			g_string_append_printf(file, "%%%02X", (unsigned char)*p);
	}
	return g_string_free(file, FALSE);
}

char *
paths_unescape(const char *file)
{
	GString *name = g_string_new(NULL);
	char *text, *again;
	const char *p;

	for (p = file; *p; p++) {
		int high = *p == '%' ? g_ascii_xdigit_value(p[1]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(p[2]) : -1;

		g_string_append_c(name, low >= 0 ? (char)(high << 4 | low) : *p);
		if (low >= 0)
			p += 2;
	}
	text = g_string_free(name, FALSE);
	again = paths_escape(text);
	if (strcmp(again, file) != 0) {
		g_free(text);
		text = NULL;
	}
	g_free(again);
	return text;
}

/* --- Files --------------------------------------------------------------------------------- */

static HRESULT
write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return hr_from_errno(errno);
		data += done;
		size -= (size_t)done;
	}
	return fsync(fd) < 0 ? hr_from_errno(errno) : S_OK;
}

static bool
holds(const char *path, const char *old)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strcmp(text, old) == 0;
}

/* `old` NULL: whatever it holds. */
static HRESULT
write_file(const char *path, const char *old, const char *data, size_t size)
{
	char *temporary = g_strconcat(path, ".XXXXXX", NULL);
	int fd = mkostemp(temporary, O_CLOEXEC);
	HRESULT hr;

	if (fd < 0) {
		hr = hr_from_errno(errno);
		g_free(temporary);
		return hr;
	}
	hr = write_all(fd, data, size);
	if (close(fd) < 0 && SUCCEEDED(hr))
		hr = hr_from_errno(errno);
	if (SUCCEEDED(hr) && old && !holds(path, old))
		hr = S_FALSE;
	if (hr == S_OK && rename(temporary, path) < 0)
		hr = hr_from_errno(errno);
	if (hr != S_OK)
		unlink(temporary);
	else
		paths_sync_parent(path);
	g_free(temporary);
	return hr;
}

HRESULT
paths_write_file(const char *path, const char *data, size_t size)
{
	return write_file(path, NULL, data, size);
}

HRESULT
paths_rewrite_file(const char *path, const char *old, const char *data, size_t size)
{
	return write_file(path, old, data, size);
}
