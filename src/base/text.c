/* SPDX-License-Identifier: MIT */
/* Text in UTF-8 and UTF-16: see text.h. */
#include "text.h"

#include <glib.h>
#include <string.h>
#include <time.h>
#include "mem.h"

#define REPLACEMENT 0xFFFDu

size_t
text_wcslen(const WCHAR *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int
text_wcscmp(const WCHAR *a, const WCHAR *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (int)*a - (int)*b;
}

static bool
is_high_surrogate(uint32_t c)
{
	return (c & 0xFFFFFC00u) == 0xD800u;
}

static bool
is_low_surrogate(uint32_t c)
{
	return (c & 0xFFFFFC00u) == 0xDC00u;
}

/* How many bytes follow `lead` and between which bounds the first of them must lie, so that no form
 * is too long and none is above U+10FFFF.  Surrogates are let through.  -1: no lead byte. */
static int
utf8_follow(unsigned char lead, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xBF;
	if (lead < 0xC2 || lead > 0xF4)
		return -1;
	if (lead < 0xE0)
		return 1;
	if (lead == 0xE0)
		*low = 0xA0;
	if (lead < 0xF0)
		return 2;
	if (lead == 0xF0)
		*low = 0x90;
	if (lead == 0xF4)
		*high = 0x8F;
	return 3;
}

/* One character of a zero-ended text that is not at its end.  Of malformed bytes the longest run
 * that begins a character is taken as one. */
static uint32_t
next_utf8(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	unsigned char low, high;
	uint32_t c = *p++;
	int follow = c < 0x80 ? 0 : utf8_follow((unsigned char)c, &low, &high);

	if (follow > 0)
		c &= 0x3Fu >> follow;
	else if (follow < 0)
		c = REPLACEMENT;
	for (; follow > 0; follow--) {
		if (*p < low || *p > high) {
			c = REPLACEMENT;
			break;
		}
		c = c << 6 | (*p++ & 0x3F);
		low = 0x80;
		high = 0xBF;
	}
	*text = (const char *)p;
	return c;
}

static uint32_t
next_utf16(const WCHAR **text)
{
	uint32_t c = *(*text)++;

	if (is_high_surrogate(c) && is_low_surrogate(**text))
		c = 0x10000 + ((c & 0x3FF) << 10) + (*(*text)++ & 0x3FFu);
	return c;
}

uint32_t
text_next(struct text_cursor *cursor)
{
	if (cursor->utf8)
		return *cursor->utf8 ? next_utf8(&cursor->utf8) : 0;
	return *cursor->utf16 ? next_utf16(&cursor->utf16) : 0;
}

WCHAR *
text_to_utf16(void *root, const char *text)
{
	size_t length = 0;
	const char *p = text;
	WCHAR *out, *q;

	while (*p)
		length += next_utf8(&p) >= 0x10000 ? 2 : 1;
	out = q = mem_zalloc(root, (length + 1) * sizeof(WCHAR));
	if (!out)
		return NULL;
	for (p = text; *p;) {
		uint32_t c = next_utf8(&p);

		if (c >= 0x10000) {
			*q++ = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
			c = 0xDC00 + (c & 0x3FF);
		}
		*q++ = (WCHAR)c;
	}
	return out;
}

/* Like g_unichar_to_utf8(), which does not promise surrogates. */
static size_t
put_utf8(uint32_t c, char *out)
{
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };
	size_t i;

	if (!out)
		return length;
	for (i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3F));
		c >>= 6;
	}
	out[0] = (char)(leads[length] | c);
	return length;
}

char *
text_to_utf8(void *root, const WCHAR *text)
{
	size_t length = 0;
	const WCHAR *p = text;
	char *out, *q;

	while (*p)
		length += put_utf8(next_utf16(&p), NULL);
	out = q = mem_zalloc(root, length + 1);
	if (!out)
		return NULL;
	for (p = text; *p;)
		q += put_utf8(next_utf16(&p), q);
	return out;
}

HRESULT
text_from_arg(void *root, LPCTSTR text, ULONG flags, char **out)
{
	*out = NULL;
	if (!text)
		return S_OK;
	if (flags & MAPI_UNICODE)
		*out = text_to_utf8(root, (const WCHAR *)(const void *)text);
	else
		*out = mem_strdup(root, (const char *)(const void *)text);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

bool
text_is_utf8(const char *text)
{
	return g_utf8_validate(text, -1, NULL);
}

bool
text_is_ascii(const char *text)
{
	return text_is_ascii_bytes(text, strlen(text));
}

bool
text_is_ascii_bytes(const void *data, size_t size)
{
	const char *at = data, *end = at + size;
	uint64_t eight, all = 0;

	for (; end - at >= (ptrdiff_t)sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, at, sizeof(eight));
		all |= eight;
	}
	for (; at < end; at++)
		all |= (uint64_t)(*at & 0x80);
	return !(all & 0x8080808080808080u);
}

uint32_t
text_next_folded(struct text_cursor *cursor, unsigned flags)
{
	uint32_t c = text_next(cursor);

	if (flags & TEXT_IGNORE_NONSPACE) {
		while (c >= 0x80 && g_unichar_type(c) == G_UNICODE_NON_SPACING_MARK)
			c = text_next(cursor);
		if (c >= 0x80)
			g_unichar_fully_decompose(c, FALSE, &c, 1);
	}
	if (flags & TEXT_IGNORE_CASE)
		c = c < 0x80 ? (uint32_t)g_ascii_tolower((char)c)
			     : g_unichar_tolower(g_unichar_toupper(c));
	return c;
}

int
text_compare(struct text_cursor a, struct text_cursor b, unsigned flags)
{
	uint32_t left, right;

	do {
		left = text_next_folded(&a, flags);
		right = text_next_folded(&b, flags);
	} while (left && left == right);
	return left < right ? -1 : left > right;
}

bool
text_has_prefix(struct text_cursor whole, struct text_cursor part, unsigned flags)
{
	for (;;) {
		uint32_t wanted = text_next_folded(&part, flags);

		if (!wanted)
			return true;
		if (text_next_folded(&whole, flags) != wanted)
			return false;
	}
}

static bool
ascii_contains(const char *whole, const char *part, bool fold)
{
	char first = g_ascii_tolower(*part);
	size_t size = strlen(part);

	if (!fold || !size)
		return strstr(whole, part) != NULL;
	for (; *whole; whole++) {
		char here = (*whole >= 'A' && *whole <= 'Z') ? (char)(*whole | 0x20) : *whole;

		if (here == first && !g_ascii_strncasecmp(whole, part, size))
			return true;
	}
	return false;
}

/* A subject is looked for in a million others: most of them are ASCII. */
bool
text_contains(struct text_cursor whole, struct text_cursor part, unsigned flags)
{
	if (whole.utf8 && part.utf8 && text_is_ascii(whole.utf8) && text_is_ascii(part.utf8))
		return ascii_contains(whole.utf8, part.utf8, flags & TEXT_IGNORE_CASE);
	do {
		if (text_has_prefix(whole, part, flags))
			return true;
	} while (text_next(&whole));
	return false;
}

/* How long the text is, if all of it is plain ASCII that can be shown; else 0. */
static size_t
plain_length(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7F)
		n++;
	return text[n] ? 0 : n;
}

bool
text_is_plain(const char *text)
{
	return plain_length(text) || !*text;
}

char *
text_printable(const char *text)
{
	struct text_cursor cursor = { .utf8 = text };
	size_t plain = text ? plain_length(text) : 0;
	GString *out;
	uint32_t c;

	if (plain) /* as nearly all are */
		return g_strndup(text, plain);
	out = g_string_new(NULL);
	while ((c = text_next(&cursor)) != 0) {
		if (c < 0x20 || (c >= 0x7F && c < 0xA0))
			g_string_append_printf(out, "\\x%02X", c);
		else
			g_string_append_unichar(
			    out, (c & 0xFFFFF800u) == 0xD800u ? REPLACEMENT : c);
	}
	return g_string_free(out, FALSE);
}

/* The last digits of a number. */
static void
put_digits(char *out, int count, int number)
{
	while (count > 0) {
		out[--count] = (char)('0' + number % 10);
		number /= 10;
	}
}

/* By hand: this is done for each message. */
void
text_iso_time_into(char out[TEXT_ISO_TIME], int64_t when)
{
	time_t seconds = (time_t)(when / 1000000);
	struct tm utc = { .tm_mday = 1 };

	gmtime_r(&seconds, &utc);
	memcpy(out, "0000-00-00T00:00:00.000Z", TEXT_ISO_TIME);
	put_digits(out, 4, utc.tm_year + 1900);
	put_digits(out + 5, 2, utc.tm_mon + 1);
	put_digits(out + 8, 2, utc.tm_mday);
	put_digits(out + 11, 2, utc.tm_hour);
	put_digits(out + 14, 2, utc.tm_min);
	put_digits(out + 17, 2, utc.tm_sec);
	put_digits(out + 20, 3, (int)(when % 1000000 / 1000));
}

char *
text_iso_time(int64_t when)
{
	char *out = g_malloc(TEXT_ISO_TIME);

	text_iso_time_into(out, when);
	return out;
}

char *
text_hex(const void *data, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	const unsigned char *bytes = data;
	char *out = g_malloc(size * 2 + 1);
	size_t i;

	for (i = 0; i < size; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * size] = 0;
	return out;
}

bool
text_unhex(const char *text, void *data, size_t size)
{
	unsigned char *bytes = data;
	size_t i;

	for (i = 0; i < size; i++) {
		int high = g_ascii_xdigit_value(text[2 * i]);
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	return text[2 * size] == 0;
}

bool
text_is_loopback(const char *server)
{
	const char *bracket = strchr(server, '[');
	const char *address = bracket ? bracket + 1 : server;

	return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "::1]") ||
	       g_str_has_prefix(address, "::1:");
}
