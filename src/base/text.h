/* SPDX-License-Identifier: MIT */
/*
 * Text (design D2): PT_STRING8 is UTF-8, WCHAR is 16-bit UTF-16.
 *
 * Bytes that are no UTF-8 and lone surrogates are never lost in storage; converting replaces what
 * the other form cannot hold by U+FFFD, except that lone surrogates survive as their three-byte
 * form (WTF-8), so that UTF-16 -> UTF-8 -> UTF-16 is exact.
 */
#ifndef EMAPI_BASE_TEXT_H
#define EMAPI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mapidefs.h>

size_t text_wcslen(const WCHAR *text);
int text_wcscmp(const WCHAR *a, const WCHAR *b);

/* Converts; the result is zero-ended and hung on the MAPI buffer `root` (a new root when NULL).
 * NULL when memory is short. */
WCHAR *text_to_utf16(void *root, const char *text);
char *text_to_utf8(void *root, const WCHAR *text);

/* An LPTSTR argument as UTF-8, on `root`: WCHAR text where `flags` has MAPI_UNICODE, else as it
 * is.  NULL stays NULL and is no error: *out is NULL and S_OK. */
HRESULT text_from_arg(void *root, LPCTSTR text, ULONG flags, char **out);

/* True where all of it is well-formed UTF-8. */
bool text_is_utf8(const char *text);
bool text_is_ascii(const char *text);
bool text_is_ascii_bytes(const void *data, size_t size);

/* A place in a text of either form: set the one pointer that there is. */
struct text_cursor {
	const char *utf8;
	const WCHAR *utf16;
};

#define TEXT_IGNORE_CASE 1u
#define TEXT_IGNORE_NONSPACE 2u /* marks that take no room of their own: accents */

/* The next character and on; 0 at the end.  Malformed bytes are U+FFFD, a lone surrogate itself. */
uint32_t text_next(struct text_cursor *cursor);

/* The next character that counts, in the form in which `flags` (TEXT_IGNORE_*) compare it. */
uint32_t text_next_folded(struct text_cursor *cursor, unsigned flags);

/* <0, 0, >0 by character, as `flags` (TEXT_IGNORE_*) says.  Allocates nothing. */
int text_compare(struct text_cursor a, struct text_cursor b, unsigned flags);
/* Whether `part` stands at the beginning, or anywhere, in `whole`. */
bool text_has_prefix(struct text_cursor whole, struct text_cursor part, unsigned flags);
bool text_contains(struct text_cursor whole, struct text_cursor part, unsigned flags);

/* The s of a plural: "%u message%s". */
static inline const char *
text_s(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* Whether all of it is ASCII that can be shown as it is. */
bool text_is_plain(const char *text);
/* A copy for people: what is no UTF-8 replaced, control characters shown as \xNN.  g_free(). */
char *text_printable(const char *text);

/* Whether a server as we name it ("mail [127.0.0.1]:25", "127.0.0.1:25") is this machine itself. */
bool text_is_loopback(const char *server);

/* A time in microseconds since 1970 as "2026-11-28T20:50:25.123Z".  g_free(). */
char *text_iso_time(int64_t when);
#define TEXT_ISO_TIME 25
void text_iso_time_into(char out[TEXT_ISO_TIME], int64_t when);

/* Hex, upper case.  text_hex() gives a g_free()able string; text_unhex() reads exactly `size`
 * bytes, false where the text is shorter, longer or no hex. */
char *text_hex(const void *data, size_t size);
bool text_unhex(const char *text, void *data, size_t size);

#endif
