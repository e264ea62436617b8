/* SPDX-License-Identifier: MIT */
/*
 * Provider modules: loaded once for the process and kept, since objects of theirs may outlive every
 * session.  Those that a program of ours needs for each mail are linked into it, since to load one
 * takes some 0.5 ms; any other program, and who says where providers are (EMAPI_PROVIDER_PATH),
 * gets the same ones from their files.
 */
#ifndef EMAPI_MAPI_MODULE_H
#define EMAPI_MAPI_MODULE_H

#include <stdbool.h>
#include <mapispi.h>

/* A provider that is part of the program. */
struct module_part {
	const char *file;        /* what a profile calls it: "emapi_store.so" */
	const char *entry_point; /* by name, and the function */
	MSPROVIDERINIT *init;    /* XPPROVIDERINIT is called the same way */
};

/* What the program has, `count` of them; they stay the caller's.  Before anything else here. */
void module_parts(const struct module_part *parts, size_t count);

/* Each calls the module's entry point for a new provider object.  MAPI_E_FAILONEPROVIDER where the
 * file is not there, does not load or has no entry point, MAPI_E_VERSION where it speaks another
 * version of the SPI; `why` (may be NULL) gets a sentence for people. */
HRESULT module_ms_provider(const char *file, IMSProvider **out, char **why);
HRESULT module_ab_provider(const char *file, IABProvider **out, char **why);
HRESULT module_xp_provider(const char *file, IXPProvider **out, char **why);

/* Loads one of emapi's own modules without calling it, so that the calls above find it there: its
 * libraries may take longer than all else, and another thread can see to them.  A stranger's module
 * is left alone.  Failures show when it is used. */
void module_load_ahead(const char *file);
/* Nothing is left to load. */
bool module_is_here(const char *file);

#endif
