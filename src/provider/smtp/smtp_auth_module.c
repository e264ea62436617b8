/* SPDX-License-Identifier: MIT */
/* Mechanisms that need libraries of their own: a module beside ours has them (smtp_auth.h). */
#include "smtp_auth.h"

#include <dlfcn.h>

#define MODULE "libemapi-login.so"

/* The folder that this code was loaded from, g_free(). */
static char *
own_folder(void)
{
	static const char here;
	Dl_info info;

	return dladdr(&here, &info) && info.dli_fname ? g_path_get_dirname(info.dli_fname)
						      : g_strdup(".");
}

/* It stays loaded; NULL where it cannot be. */
static void *
module(char **why)
{
	static gsize handle;
	const char *words = NULL;

	if (g_once_init_enter(&handle)) {
		g_autofree char *folder = own_folder();
		g_autofree char *path = g_build_filename(folder, MODULE, NULL);
		void *loaded = dlopen(path, RTLD_LAZY | RTLD_LOCAL);

		words = loaded ? NULL : dlerror();
		g_once_init_leave(&handle, loaded ? (gsize)loaded : 1);
	}
	if (handle == 1)
		*why = g_strdup_printf(
		    "%s does not load%s%s", MODULE, words ? ": " : "", words ? words : "");
	return handle == 1 ? NULL : (void *)handle;
}

const struct smtp_mechanism *
smtp_mechanism_load(const char *symbol, char **why)
{
	void *from = module(why);
	const struct smtp_mechanism *found = from ? dlsym(from, symbol) : NULL;

	if (from && !found)
		*why = g_strdup_printf("%s is of another emapi", MODULE);
	return found;
}
