/* SPDX-License-Identifier: MIT */
/* See idn.h. */
#include "idn.h"

#include <dlfcn.h>
#include <glib.h>
#include <idn2.h>

#define LIBRARY "libidn2.so.0"

static struct {
	__typeof__(&idn2_to_ascii_8z) convert;
	__typeof__(&idn2_free) release;
} library;

/* It stays loaded. */
static void
load(void)
{
	static gsize done;
	void *handle;

	if (!g_once_init_enter(&done))
		return;
	handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (handle) {
		*(void **)&library.convert = dlsym(handle, "idn2_to_ascii_8z");
		*(void **)&library.release = dlsym(handle, "idn2_free");
	}
	g_once_init_leave(&done, 1);
}

char *
idn_to_ascii(const char *domain)
{
	char *found = NULL, *out;

	load();
	if (!library.convert || !library.release ||
	    library.convert(domain, &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return NULL;
	out = g_strdup(found);
	library.release(found);
	return out;
}
