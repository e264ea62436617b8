/* SPDX-License-Identifier: MIT */
/* 8-bit text of .msg files, and the names of what is in their storages ([MS-OXMSG] 2.1). */
#include "imsg.h"

#include <errno.h>
#include <string.h>
#include <mapicode.h>
#include "mem.h"

#define WESTERN 1252
#define UTF8_PAGE 65001

/* NOTES: what a file's 8-bit text is in stands nowhere for certain. Outlook writes it in the code
 * page of the machine and PR_MESSAGE_CODEPAGE says which; 1200 (UTF-16) in it says nothing. */
LONG
imsg_text_page(LONG message_page, LONG internet_page)
{
	if (message_page > 0 && message_page != 1200 && message_page != 1201)
		return message_page;
	if (internet_page > 0 && internet_page != 1200 && internet_page != 1201)
		return internet_page;
	return WESTERN;
}

static GIConv
converter_of(LONG page)
{
	static const struct {
		LONG page;
		const char *name;
	} other[] = {
		{ UTF8_PAGE, "UTF-8" },
		{ 20127, "CP1252" },
		{ 20866, "KOI8-R" },
		{ 21866, "KOI8-U" },
		{ 50220, "ISO-2022-JP" },
		{ 51932, "EUC-JP" },
		{ 51949, "EUC-KR" },
		{ 54936, "GB18030" },
	};
	char name[24];
	GIConv converter;

	if (page > 28590 && page < 28606)
		g_snprintf(name, sizeof name, "ISO-8859-%d", (int)(page - 28590));
	else
		g_snprintf(name, sizeof name, "CP%d", (int)page);
	for (size_t i = 0; i < G_N_ELEMENTS(other); i++)
		if (other[i].page == page)
			g_strlcpy(name, other[i].name, sizeof name);
	converter = g_iconv_open("UTF-16LE", name);
	return converter != (GIConv)-1 ? converter : g_iconv_open("UTF-16LE", "CP1252");
}

static WCHAR
western(BYTE byte)
{
	static const WCHAR high[32] = { 0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021,
		0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D, 0x8F, 0x90, 0x2018, 0x2019,
		0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D,
		0x17E, 0x178 };

	return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}

/* A byte makes a character at most, and there are two to spare. */
HRESULT
imsg_text_decode(void *root, const BYTE *bytes, size_t size, LONG page, WCHAR **out, size_t *length)
{
	WCHAR *text = mem_zalloc(root, (size + 2) * sizeof *text);
	gchar *in = (gchar *)(uintptr_t)bytes, *to = (gchar *)text;
	gsize in_left = size, to_left = (size + 1) * sizeof *text;
	GIConv converter;

	*out = text;
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	converter = converter_of(page);
	while (in_left && to_left >= sizeof *text) {
		if (g_iconv(converter, &in, &in_left, &to, &to_left) != (gsize)-1)
			break;
		if (errno == E2BIG || to_left < sizeof *text)
			break;
		*(WCHAR *)(void *)to = western((BYTE)*in);
		to += sizeof *text;
		to_left -= sizeof *text;
		in++;
		in_left--;
	}
	g_iconv_close(converter);
	*(WCHAR *)(void *)to = 0;
	if (length)
		*length = (size_t)(to - (gchar *)text) / sizeof *text;
	return S_OK;
}

/* --- Names --------------------------------------------------------------------------------- */

static struct substg_name
name_of(const WCHAR *prefix, ULONG number)
{
	static const char digits[] = "0123456789ABCDEF";
	struct substg_name name = { { 0 } };
	size_t at = 0;

	while (prefix[at]) {
		name.text[at] = prefix[at];
		at++;
	}
	for (int shift = 28; shift >= 0; shift -= 4)
		name.text[at++] = (WCHAR)digits[number >> shift & 0xF];
	return name;
}

struct substg_name
substg_of_tag(ULONG tag)
{
	return name_of(u"__substg1.0_", tag);
}

struct substg_name
substg_of_value(ULONG tag, ULONG index)
{
	struct substg_name name = substg_of_tag(tag), number = name_of(u"-", index);

	memcpy(name.text + 20, number.text, 10 * sizeof(WCHAR));
	return name;
}

struct substg_name
substg_of_row(const WCHAR *kind, ULONG row)
{
	return name_of(kind, row);
}
