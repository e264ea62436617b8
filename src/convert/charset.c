/* SPDX-License-Identifier: MIT */
/* See charset.h. */
#include "charset.h"

#include <errno.h>
#include <string.h>
#include <glib.h>

static const struct {
	LONG page;
	const char *charset;
} charsets[] = {
	{ 65001, "utf-8" },
	{ 20127, "us-ascii" },
	{ 28591, "iso-8859-1" },
	{ 28592, "iso-8859-2" },
	{ 28593, "iso-8859-3" },
	{ 28594, "iso-8859-4" },
	{ 28595, "iso-8859-5" },
	{ 28596, "iso-8859-6" },
	{ 28597, "iso-8859-7" },
	{ 28598, "iso-8859-8" },
	{ 28599, "iso-8859-9" },
	{ 28603, "iso-8859-13" },
	{ 28605, "iso-8859-15" },
	{ 874, "windows-874" },
	{ 932, "shift_jis" },
	{ 936, "gbk" },
	{ 936, "gb2312" },
	{ 949, "euc-kr" },
	{ 950, "big5" },
	{ 1250, "windows-1250" },
	{ 1251, "windows-1251" },
	{ 1252, "windows-1252" },
	{ 1253, "windows-1253" },
	{ 1254, "windows-1254" },
	{ 1255, "windows-1255" },
	{ 1256, "windows-1256" },
	{ 1257, "windows-1257" },
	{ 1258, "windows-1258" },
	{ 20866, "koi8-r" },
	{ 21866, "koi8-u" },
	{ 50220, "iso-2022-jp" },
	{ 50221, "iso-2022-jp" },
	{ 50222, "iso-2022-jp" },
	{ 51932, "euc-jp" },
	{ 51949, "euc-kr" },
	{ 54936, "gb18030" },
};

const char *
charset_of_page(LONG page)
{
	for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++)
		if (charsets[i].page == page)
			return charsets[i].charset;
	return NULL;
}

LONG
charset_page(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++)
		if (g_ascii_strcasecmp(charsets[i].charset, name) == 0)
			return charsets[i].page;
	return 0;
}

/* --- As UTF-8 ------------------------------------------------------------------------------- */

/* Room for three bytes of each, which no character set needs more than. */
struct output {
	char *text;
	size_t size, room;
};

/* One byte as windows-1252; its five holes are the control characters of ISO 8859-1. */
static void
put_byte(struct output *out, unsigned char byte)
{
	static const gunichar2 upper[32] = { 0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
		0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018,
		0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
		0x0153, 0x9D, 0x017E, 0x0178 };
	gunichar c = byte >= 0x80 && byte < 0xA0 ? upper[byte - 0x80] : byte;

	if (out->room - out->size >= 4)
		out->size += (size_t)g_unichar_to_utf8(c, out->text + out->size);
}

static void
put_utf8(struct output *out, const char *bytes, size_t size)
{
	const char *end = bytes + size, *valid;

	while (bytes < end) {
		g_utf8_validate_len(bytes, (gsize)(end - bytes), &valid);
		memcpy(out->text + out->size, bytes, (size_t)(valid - bytes));
		out->size += (size_t)(valid - bytes);
		bytes = valid;
		if (bytes < end)
			put_byte(out, (unsigned char)*bytes++);
	}
}

static void
put_1252(struct output *out, const char *bytes, size_t size)
{
	while (size--)
		put_byte(out, (unsigned char)*bytes++);
}

static void
put_converted(struct output *out, GIConv converter, const char *bytes, size_t size)
{
	gchar *from = (gchar *)(guintptr)bytes, *to;
	gsize left = size, space;

	while (left) {
		to = out->text + out->size;
		space = out->room - out->size - 1;
		if (g_iconv(converter, &from, &left, &to, &space) == (gsize)-1 && left) {
			out->size = (size_t)(to - out->text);
			put_byte(out, (unsigned char)*from++);
			left--;
			g_iconv(converter, NULL, NULL, NULL, NULL);
		} else {
			out->size = (size_t)(to - out->text);
		}
	}
}

static gboolean
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (g_ascii_strcasecmp(name, *names) == 0)
			return TRUE;
	return FALSE;
}

static void
convert(struct output *out, const char *bytes, size_t size, const char *name)
{
	static const char *const ascii[] = { "us-ascii", "ascii", "", NULL };
	static const char *const utf8[] = { "utf-8", "utf8", NULL };
	static const char *const western[] = { "iso-8859-1", "windows-1252", "cp1252", NULL };
	GIConv converter = (GIConv)-1;

	if (name && is_one_of(name, western)) {
		put_1252(out, bytes, size);
		return;
	}
	if (name && !is_one_of(name, ascii) && !is_one_of(name, utf8))
		converter = g_iconv_open("UTF-8", name);
	if (converter != (GIConv)-1) {
		put_converted(out, converter, bytes, size);
		g_iconv_close(converter);
	} else if ((name && is_one_of(name, utf8)) || g_utf8_validate_len(bytes, size, NULL)) {
		put_utf8(out, bytes, size);
	} else {
		put_1252(out, bytes, size);
	}
}

char *
charset_to_utf8(const void *bytes, size_t size, const char *name)
{
	size_t room = size <= (SIZE_MAX - 8) / 3 ? 3 * size + 8 : 0;
	struct output out = { room ? g_try_malloc(room) : NULL, 0, room };

	if (!out.text)
		return NULL;
	convert(&out, size ? bytes : "", size, name);
	for (size_t i = 0; i < out.size; i++)
		if (!out.text[i])
			out.text[i] = ' ';
	out.text[out.size] = '\0';
	return out.text;
}

char *
charset_crlf(const char *text)
{
	size_t size = strlen(text), lines = 0;
	char *copy, *to;

	for (const char *p = text; *p; p++)
		lines += *p == '\n' || *p == '\r';
	copy = to = g_try_malloc(size + lines + 1);
	for (const char *p = text; copy && *p; p++) {
		if (*p != '\n' && *p != '\r') {
			*to++ = *p;
			continue;
		}
		*to++ = '\r';
		*to++ = '\n';
		p += *p == '\r' && p[1] == '\n';
	}
	if (copy)
		*to = '\0';
	return copy;
}
