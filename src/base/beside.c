/* SPDX-License-Identifier: MIT */
/* See beside.h. */
#include "beside.h"

#include <dlfcn.h>
#include "paths.h"

/* Where the library is that has `object` in it. */
static char *
folder_of(const void *object)
{
	Dl_info info;

	return dladdr(object, &info) && info.dli_fname ? g_path_get_dirname(info.dli_fname)
						       : g_strdup(".");
}

static void
load(struct beside *library)
{
	g_autofree char *folder = folder_of(library);
	g_autofree char *path = g_build_filename(folder, library->file, NULL);
	g_autofree char *given = paths_provider(library->file);
	const char *words;

	library->handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
	if (!library->handle && given)
		library->handle = dlopen(given, RTLD_LAZY | RTLD_LOCAL);
	if (library->handle)
		return;
	words = dlerror();
	library->why = g_strdup_printf(
	    "%s does not load%s%s", library->file, words ? ": " : "", words ? words : "");
}

void *
beside_symbol(struct beside *library, const char *symbol, char **why)
{
	void *found;

	if (g_once_init_enter(&library->ready)) {
		load(library);
		g_once_init_leave(&library->ready, 1);
	}
	if (!library->handle) {
		*why = g_strdup(library->why);
		return NULL;
	}
	found = dlsym(library->handle, symbol);
	if (!found)
		*why = g_strdup_printf("%s is of another emapi", library->file);
	return found;
}
