/* SPDX-License-Identifier: MIT */
/* Libraries of ours that are loaded when they are needed: they load what others need not wait for.
 * Each stands in the folder of the library or program that asks for it, or where providers are. */
#ifndef EMAPI_BASE_BESIDE_H
#define EMAPI_BASE_BESIDE_H

#include <glib.h>

/* A static of the library that asks; all but `file` is zero. */
struct beside {
	const char *file; /* its name, without a folder */
	gsize ready;
	void *handle;
	char *why; /* why it could not be loaded */
};

/* Loads it with the first call; it stays loaded.  NULL, with *why for people (g_free()), where it
 * cannot be loaded or has no such symbol.  May be called from any thread. */
void *beside_symbol(struct beside *library, const char *symbol, char **why);

#endif
