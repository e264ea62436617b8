/* SPDX-License-Identifier: MIT */
/* Entry IDs of a book, and names as people type them: see abp.h. */
#include "abp.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"

#define HEAD 24
#define VERSION 1

/* --- Entry IDs ----------------------------------------------------------------------------- */

HRESULT
abp_id_create(const MAPIUID *uid, ULONG type, GBytes *bytes, void *root, SBinary *out)
{
	gsize size = bytes ? g_bytes_get_size(bytes) : 0;
	BYTE *id = mem_zalloc(root, HEAD + size);

	out->cb = 0;
	out->lpb = id;
	if (!id)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(id + 4, uid, sizeof *uid);
	id[20] = VERSION;
	id[21] = (BYTE)type;
	if (size)
		memcpy(id + HEAD, g_bytes_get_data(bytes, NULL), size);
	out->cb = (ULONG)(HEAD + size);
	return S_OK;
}

HRESULT
abp_id_parse(const MAPIUID *uid, const void *id, ULONG size, ULONG *type, GBytes **bytes)
{
	static const BYTE no_flags[4], no_rest[2];
	const BYTE *data = id;
	bool is_entry;

	*bytes = NULL;
	*type = 0;
	if (!id || size < 4 + sizeof *uid)
		return MAPI_E_INVALID_ENTRYID;
	if (memcmp(data + 4, uid, sizeof *uid))
		return MAPI_E_UNKNOWN_ENTRYID;
	if (size < HEAD || memcmp(data, no_flags, 4) || data[20] != VERSION ||
	    memcmp(data + 22, no_rest, 2))
		return MAPI_E_INVALID_ENTRYID;
	is_entry = data[21] == MAPI_MAILUSER || data[21] == MAPI_DISTLIST;
	if (!is_entry && data[21] != 0 && data[21] != MAPI_ABCONT)
		return MAPI_E_INVALID_ENTRYID;
	if (!is_entry && size > HEAD)
		return MAPI_E_INVALID_ENTRYID;
	*type = data[21];
	if (size > HEAD)
		*bytes = g_bytes_new(data + HEAD, size - HEAD);
	return S_OK;
}

/* --- Names --------------------------------------------------------------------------------- */

/* What a name may be typed as. */
static const ULONG named[] = {
	PR_DISPLAY_NAME_W,
	PR_GIVEN_NAME_W,
	PR_SURNAME_W,
	PR_NICKNAME_W,
	PR_ACCOUNT_W,
	PR_SMTP_ADDRESS_W,
	PR_EMAIL_ADDRESS_W,
	PR_COMPANY_NAME_W,
};

/* Case and accents taken away. */
static char *
fold(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autofree char *apart = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
	g_autofree char *lower = g_utf8_casefold(apart ? apart : valid, -1);
	GString *out = g_string_new(NULL);

	for (const char *p = lower; *p; p = g_utf8_next_char(p))
		if (!g_unichar_ismark(g_utf8_get_char(p)))
			g_string_append_unichar(out, g_utf8_get_char(p));
	return g_string_free(out, FALSE);
}

static bool
parts_words(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_iscntrl(c) ||
	       (c < 128 && strchr(",;()<>\"", (int)c));
}

/* Each word of a folded text with a space in front. */
static void
append_words(GString *out, const char *folded)
{
	bool begins = true;

	for (; *folded; folded = g_utf8_next_char(folded)) {
		gunichar c = g_utf8_get_char(folded);

		if (parts_words(c)) {
			begins = true;
			continue;
		}
		if (begins)
			g_string_append_c(out, ' ');
		begins = false;
		g_string_append_unichar(out, c);
	}
}

HRESULT
abp_anr_fold(const struct bag *bag, char **out)
{
	GString *all = g_string_new(NULL);
	HRESULT hr = S_OK;

	for (size_t i = 0; i < G_N_ELEMENTS(named) && SUCCEEDED(hr); i++) {
		g_autofree char *text = NULL, *folded = NULL;

		hr = bag_copy_text(bag, named[i], &text);
		folded = text ? fold(text) : NULL;
		if (folded)
			append_words(all, folded);
	}
	*out = g_string_free(all, FAILED(hr));
	return hr;
}

char **
abp_anr_words(const char *typed)
{
	g_autofree char *folded = fold(typed);
	GString *words = g_string_new(NULL);
	char **list;

	append_words(words, folded);
	list = words->len ? g_strsplit(words->str + 1, " ", -1) : g_new0(char *, 1);
	g_string_free(words, TRUE);
	return list;
}

bool
abp_anr_match(const char *folded, char **words)
{
	for (; *words; words++) {
		g_autofree char *start = g_strconcat(" ", *words, NULL);

		if (!strstr(folded, start))
			return false;
	}
	return true;
}
