/* SPDX-License-Identifier: MIT */
/*
 * Provider modules: loaded once for the process and kept, since objects of theirs may outlive every
 * session.
 */
#ifndef EMAPI_MAPI_MODULE_H
#define EMAPI_MAPI_MODULE_H

#include <mapispi.h>

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

#endif
