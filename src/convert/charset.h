/* SPDX-License-Identifier: MIT */
/* Character sets of mail: the code pages MAPI counts them by, and text of any of them as UTF-8. */
#ifndef EMAPI_CONVERT_CHARSET_H
#define EMAPI_CONVERT_CHARSET_H

#include <stddef.h>
#include <emapi_wintypes.h>

/* The name for a Content-Type; NULL for a page that mail does not come in (UTF-16 among them). */
const char *charset_of_page(LONG page);
/* 0 for a name without a page. */
LONG charset_page(const char *name);

/*
 * `size` bytes as zero-ended UTF-8; g_free(), NULL when memory is short.  No byte is lost: one that
 * is none of `name` is taken as windows-1252.  Where `name` is NULL, US-ASCII or not known, the
 * text is UTF-8 if it can be and windows-1252 if not.  Each NUL becomes a blank.
 */
char *charset_to_utf8(const void *bytes, size_t size, const char *name);

/* A copy whose lines end in CRLF, however they ended; g_free(), NULL when memory is short. */
char *charset_crlf(const char *text);

#endif
