/* SPDX-License-Identifier: MIT */
/* The text behind GetLastError: one per object, the reason of its last failure (any thread). */
#ifndef EMAPI_MAPI_LASTERROR_H
#define EMAPI_MAPI_LASTERROR_H

#include <glib.h>
#include <mapidefs.h>

struct last_error {
	GMutex lock;
	const char *component; /* static */
	HRESULT hr;
	char *text; /* UTF-8 */
	ULONG low_level;
};

void last_error_init(struct last_error *error, const char *component);
void last_error_clear(struct last_error *error);
/* Remembers a copy of `text`; NULL takes the plain words for `hr`. */
void last_error_set(struct last_error *error, HRESULT hr, const char *text);
/* What a provider gave (may be NULL), its text as `flags` says. */
void last_error_take(struct last_error *error, HRESULT hr, const MAPIERROR *given, ULONG flags);
/* g_free(); NULL where there is none. */
char *last_error_text(struct last_error *error);

/* IMAPIProp::GetLastError: S_OK with *out NULL where nothing is known of `hr`. */
HRESULT last_error_get(struct last_error *error, HRESULT hr, ULONG flags, LPMAPIERROR *out);

#endif
