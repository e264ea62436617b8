/* SPDX-License-Identifier: MIT */
#include "damage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "hr.h"

#define INFIX ".damaged-"

/* "….damaged-20260131T235959Z", made unlike what is there already. */
static char *
free_name(const char *path, gint64 now)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(now / G_USEC_PER_SEC);
	g_autofree char *stamp = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
	char *name = g_strconcat(path, INFIX, stamp, NULL);

	for (int i = 2; access(name, F_OK) == 0; i++) {
		g_free(name);
		name = g_strdup_printf("%s" INFIX "%s-%d", path, stamp, i);
	}
	return name;
}

HRESULT
damage_set_aside(const char *path, gint64 now, char **aside)
{
	g_autofree char *name = free_name(path, now);
	g_autofree char *log = g_strconcat(path, "-wal", NULL);
	g_autofree char *shared = g_strconcat(path, "-shm", NULL);
	g_autofree char *log_aside = g_strconcat(name, "-wal", NULL);

	*aside = NULL;
	/* The log first: left behind, it would be taken for the new file's. */
	if (rename(log, log_aside) != 0 && errno != ENOENT)
		return hr_from_errno(errno);
	if (rename(path, name) != 0 && errno != ENOENT) {
		HRESULT hr = hr_from_errno(errno);

		(void)!rename(log_aside, log); /* without it the file is no worse than it was */
		return hr;
	}
	unlink(shared);
	*aside = g_steal_pointer(&name);
	return S_OK;
}

char *
damage_newest(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *file = g_path_get_basename(path);
	g_autofree char *prefix = g_strconcat(file, INFIX, NULL);
	g_autofree char *newest = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		if (!g_str_has_prefix(name, prefix) || g_str_has_suffix(name, "-wal") ||
		    (newest && strcmp(name, newest) < 0))
			continue;
		g_free(newest);
		newest = g_strdup(name);
	}
	return newest ? g_build_filename(folder, newest, NULL) : NULL;
}
