/* SPDX-License-Identifier: MIT */
/*
 * Helpers for WCHAR text, which the C library's wide functions cannot read (its wchar_t has 32
 * bits). All text ends in a 0. Included by emapi_wintypes.h; the functions are libemapi's.
 */
#ifndef EMAPI_TEXT_H
#define EMAPI_TEXT_H

#include "emapi_wintypes.h"

EMAPI_BEGIN_C

/* The number of WCHARs before the 0. NULL counts as empty. */
EMAPI_EXPORT size_t emapi_wcslen(const WCHAR *text);

/* Below, equal to or above 0, unit by unit; emapi_wcsicmp takes A-Z and a-z for the same. */
EMAPI_EXPORT int emapi_wcscmp(const WCHAR *one, const WCHAR *other);
EMAPI_EXPORT int emapi_wcsicmp(const WCHAR *one, const WCHAR *other);

/*
 * Copies as much as fits into room WCHARs, the 0 included, and returns the length of from:
 * where that is room or more, the copy was cut.
 */
EMAPI_EXPORT size_t emapi_wcscpy(WCHAR *to, size_t room, const WCHAR *from);

/*
 * UTF-16 to UTF-8 and back. They write as much as fits into room units, the 0 included and no
 * character cut in two, and return the length that the whole has; to may be NULL where room is
 * 0. What is not valid becomes U+FFFD.
 */
EMAPI_EXPORT size_t emapi_utf8_from_wcs(char *to, size_t room, const WCHAR *from);
EMAPI_EXPORT size_t emapi_wcs_from_utf8(WCHAR *to, size_t room, const char *from);

/* Prints the text as UTF-8 to a file descriptor. 0, or -1 and errno. */
EMAPI_EXPORT int emapi_wcswrite(int fd, const WCHAR *text);

EMAPI_END_C

#endif /* EMAPI_TEXT_H */
