/* SPDX-License-Identifier: MIT */
/* mapinls.h: 16-bit text and code pages under the names Windows has for them. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <mapinls.h>
#include <mapiwin.h>
#include "mem.h"
#include "text.h"

#define UTF8 65001
#define ENGLISH_US 0x0409

/* --- The user's language ------------------------------------------------------------------- */

/* [MS-LCID] has some hundred; these are the languages that mail programs are translated to. */
static const struct {
	const char *locale;
	LCID lcid;
} languages[] = {
	{ "en_GB", 0x0809 },
	{ "en_CA", 0x1009 },
	{ "en_AU", 0x0C09 },
	{ "en", ENGLISH_US },
	{ "de_AT", 0x0C07 },
	{ "de_CH", 0x0807 },
	{ "de", 0x0407 },
	{ "fr_CA", 0x0C0C },
	{ "fr_CH", 0x100C },
	{ "fr_BE", 0x080C },
	{ "fr", 0x040C },
	{ "es_MX", 0x080A },
	{ "es", 0x0C0A },
	{ "pt_BR", 0x0416 },
	{ "pt", 0x0816 },
	{ "it", 0x0410 },
	{ "nl", 0x0413 },
	{ "sv", 0x041D },
	{ "da", 0x0406 },
	{ "nb", 0x0414 },
	{ "fi", 0x040B },
	{ "pl", 0x0415 },
	{ "cs", 0x0405 },
	{ "hu", 0x040E },
	{ "ru", 0x0419 },
	{ "uk", 0x0422 },
	{ "el", 0x0408 },
	{ "tr", 0x041F },
	{ "he", 0x040D },
	{ "ar", 0x0401 },
	{ "ja", 0x0411 },
	{ "ko", 0x0412 },
	{ "zh_TW", 0x0404 },
	{ "zh", 0x0804 },
};

LCID
MNLS_GetUserDefaultLCID(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(variables) && !(locale && *locale); i++)
		locale = getenv(variables[i]);
	for (i = 0; locale && i < G_N_ELEMENTS(languages); i++)
		if (g_str_has_prefix(locale, languages[i].locale))
			return languages[i].lcid;
	return ENGLISH_US;
}

UINT
MNLS_GetACP(void)
{
	return UTF8;
}

/* --- Comparing ----------------------------------------------------------------------------- */

static unsigned
compare_flags(DWORD flags)
{
	return (flags & NORM_IGNORECASE ? TEXT_IGNORE_CASE : 0) |
	       (flags & NORM_IGNORENONSPACE ? TEXT_IGNORE_NONSPACE : 0);
}

/* Windows's 1, 2, 3. */
static int
compare(struct text_cursor one, struct text_cursor other, DWORD flags)
{
	int order = text_compare(one, other, compare_flags(flags));

	return order < 0 ? 1 : order == 0 ? 2 : 3;
}

static char *
end_narrow(const char *text, int count)
{
	return count < 0 ? g_strdup(text) : g_strndup(text, (gsize)count);
}

static WCHAR *
end_wide(const WCHAR *text, int count)
{
	size_t length = count < 0 ? text_wcslen(text) : (size_t)count;
	WCHAR *copy = g_try_new0(WCHAR, length + 1);

	if (copy)
		memcpy(copy, text, length * sizeof *copy);
	return copy;
}

int
MNLS_CompareStringA(
    LCID locale, DWORD flags, LPCSTR one, int one_count, LPCSTR other, int other_count)
{
	char *a, *b;
	int order;

	if (!one || !other)
		return 0;
	a = end_narrow(one, one_count);
	b = end_narrow(other, other_count);
	order =
	    compare((struct text_cursor){ .utf8 = a }, (struct text_cursor){ .utf8 = b }, flags);
	g_free(a);
	g_free(b);
	return order;
}

int
MNLS_CompareStringW(
    LCID locale, DWORD flags, LPCWSTR one, int one_count, LPCWSTR other, int other_count)
{
	WCHAR *a, *b;
	int order = 0;

	if (!one || !other)
		return 0;
	a = end_wide(one, one_count);
	b = end_wide(other, other_count);
	if (a && b)
		order = compare(
		    (struct text_cursor){ .utf16 = a }, (struct text_cursor){ .utf16 = b }, flags);
	g_free(a);
	g_free(b);
	return order;
}

int
MNLS_lstrcmpW(LPCWSTR one, LPCWSTR other)
{
	static const WCHAR empty[1];

	return text_wcscmp(one ? one : empty, other ? other : empty);
}

/* --- Copying ------------------------------------------------------------------------------- */

int
MNLS_lstrlenW(LPCWSTR text)
{
	return text ? (int)text_wcslen(text) : 0;
}

LPWSTR
MNLS_lstrcpyW(LPWSTR to, LPCWSTR from)
{
	if (!to || !from)
		return NULL;
	memmove(to, from, (text_wcslen(from) + 1) * sizeof *to);
	return to;
}

BOOL
MNLS_IsBadStringPtrW(LPCWSTR text, UINT most)
{
	return !text;
}

BOOL
IsBadBoundedStringPtr(const void *text, UINT most)
{
	return !text || !memchr(text, 0, most);
}

/* --- Code pages ---------------------------------------------------------------------------- */

/* As iconv(3) names it; g_free(). */
static char *
page_name(UINT page)
{
	if (page == CP_ACP || page == CP_OEMCP || page == UTF8)
		return g_strdup("UTF-8");
	return page == 20127   ? g_strdup("ASCII")
	       : page == 28591 ? g_strdup("ISO-8859-1")
			       : g_strdup_printf("CP%u", page);
}

/* Gives what was converted to the caller's room; Windows's answers: 0 where it does not fit. */
static int
hand_over(const char *from, gsize bytes, size_t unit, void *to, int room)
{
	gsize count = bytes / unit;

	if (count > G_MAXINT || (room && (room < 0 || !to || count > (gsize)room)))
		return 0;
	if (room)
		memcpy(to, from, bytes);
	return (int)count;
}

int
MNLS_MultiByteToWideChar(UINT page, DWORD flags, LPCSTR text, int count, LPWSTR to, int room)
{
	gssize size = count < 0 ? (text ? (gssize)strlen(text) + 1 : 0) : count;
	char *name, *wide;
	gsize bytes = 0;
	int result;

	if (!text || !size)
		return 0;
	name = page_name(page);
	wide = g_convert_with_fallback(text, size, "UTF-16LE", name, "?", NULL, &bytes, NULL);
	result = wide ? hand_over(wide, bytes, sizeof(WCHAR), to, room) : 0;
	g_free(wide);
	g_free(name);
	return result;
}

int
MNLS_WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR text, int count, LPSTR to, int room,
    LPCSTR fallback, BOOL *used)
{
	gssize size = text ? (gssize)(count < 0 ? text_wcslen(text) + 1 : (size_t)count) : 0;
	char *name, *narrow;
	gsize bytes = 0;
	int result;

	if (used)
		*used = FALSE;
	if (!size)
		return 0;
	name = page_name(page);
	size *= (gssize)sizeof *text;
	narrow = g_convert((const char *)text, size, name, "UTF-16LE", NULL, &bytes, NULL);
	if (!narrow) {
		narrow = g_convert_with_fallback((const char *)text, size, name, "UTF-16LE",
		    fallback ? fallback : "?", NULL, &bytes, NULL);
		if (narrow && used)
			*used = TRUE;
	}
	result = narrow ? hand_over(narrow, bytes, 1, to, room) : 0;
	g_free(narrow);
	g_free(name);
	return result;
}
