/* SPDX-License-Identifier: MIT */
/*
 * ScUNCFromLocalPath and ScLocalPathFromUNC: a share of \\server is the file system //server/share
 * (cifs, smb3) that is mounted somewhere.
 */
#include "unc.h"

#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiutil.h>

#define MOUNTS "/proc/self/mounts"

static bool
is_share(const struct mntent *entry)
{
	return (strcmp(entry->mnt_type, "cifs") == 0 || strcmp(entry->mnt_type, "smb3") == 0) &&
	       g_str_has_prefix(entry->mnt_fsname, "//");
}

static bool
is_unc(const char *path)
{
	return g_str_has_prefix(path, "\\\\") || g_str_has_prefix(path, "//");
}

/* What of `path` stands below `folder`, with its slash; NULL for another place. */
static const char *
below(const char *path, const char *folder, bool ignore_case)
{
	size_t length = strlen(folder);

	while (length && folder[length - 1] == '/')
		length--;
	if (ignore_case ? g_ascii_strncasecmp(path, folder, length) != 0
			: strncmp(path, folder, length) != 0)
		return NULL;
	return path[length] && path[length] != '/' ? NULL : path + length;
}

/* The path in the other's names: the longest that fits, the last mount of these. */
static char *
exchange(const char *mounts, const char *path, bool to_local)
{
	FILE *file = setmntent(mounts, "re");
	struct mntent *entry;
	char *best = NULL;
	size_t longest = 0;

	while (file && (entry = getmntent(file))) {
		const char *from = to_local ? entry->mnt_fsname : entry->mnt_dir;
		const char *to = to_local ? entry->mnt_dir : entry->mnt_fsname;
		const char *rest = is_share(entry) ? below(path, from, to_local) : NULL;

		if (!rest || strlen(from) < longest)
			continue;
		longest = strlen(from);
		g_free(best);
		best = g_strconcat(to, rest, NULL);
	}
	if (file)
		endmntent(file);
	return best;
}

SCODE
unc_from_local(const char *mounts, const char *local, char **out)
{
	if (is_unc(local)) {
		*out = g_strdelimit(g_strdup(local), "/", '\\');
		return S_FALSE;
	}
	*out = exchange(mounts, local, false);
	if (!*out)
		return MAPI_E_NOT_FOUND;
	g_strdelimit(*out, "/", '\\');
	return S_OK;
}

SCODE
unc_to_local(const char *mounts, const char *unc, char **out)
{
	char *slashed;

	if (!is_unc(unc)) {
		*out = g_strdup(unc);
		return S_FALSE;
	}
	slashed = g_strdelimit(g_strdup(unc), "\\", '/');
	*out = exchange(mounts, slashed, true);
	g_free(slashed);
	return *out ? S_OK : MAPI_E_NOT_FOUND;
}

static SCODE
give(SCODE sc, char *path, LPSTR room, UINT size)
{
	if (path && g_strlcpy(room, path, size) >= size)
		sc = MAPI_E_TOO_BIG;
	if (FAILED(sc))
		*room = 0;
	g_free(path);
	return sc;
}

SCODE
ScUNCFromLocalPath(LPSTR local, LPSTR unc, UINT size)
{
	char *path = NULL;
	SCODE sc;

	if (!local || !*local || !unc || !size)
		return MAPI_E_INVALID_PARAMETER;
	sc = unc_from_local(MOUNTS, local, &path);
	return give(sc, path, unc, size);
}

SCODE
ScLocalPathFromUNC(LPSTR unc, LPSTR local, UINT size)
{
	char *path = NULL;
	SCODE sc;

	if (!unc || !*unc || !local || !size)
		return MAPI_E_INVALID_PARAMETER;
	sc = unc_to_local(MOUNTS, unc, &path);
	return give(sc, path, local, size);
}
