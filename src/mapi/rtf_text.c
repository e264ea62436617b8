/* SPDX-License-Identifier: MIT */
/* A reader of RTF for its text, and a writer of RTF from text: see rtf_text.h. */
#include "rtf_text.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>

#define DEPTH_MAX 1000 /* groups within groups; deeper ones share the state of this one */
#define WORD_MAX 32
#define FONTS_MAX 1000

/* What a group has of its own. */
struct state {
	bool silent; /* its text is not the document's */
	int skip;    /* characters that stand in for a \u */
	int page;    /* code page of its font */
};

struct reader {
	const char *at, *end;
	struct state stack[DEPTH_MAX];
	unsigned depth, beyond; /* beyond: groups deeper than DEPTH_MAX */
	int page;               /* \ansicpg */
	int font;               /* being defined in the font table; -1: none */
	bool in_fonts;
	unsigned fonts_depth;
	short fonts[FONTS_MAX]; /* code page by number; 0: the document's */
	int to_skip;            /* characters still to be left out after a \u */
	guint32 high;           /* a first half of a pair */
	GByteArray *bytes;      /* in a code page, not yet text */
	GString *text;
};

/* A control word as it was read. */
struct word {
	char name[WORD_MAX + 1];
	bool has_number;
	int number;
};

/* --- Text ---------------------------------------------------------------------------------- */

static struct state *
now(struct reader *reader)
{
	return &reader->stack[reader->depth];
}

/* Bytes of a code page become text when something else comes: some take two for a character. */
static void
flush(struct reader *reader)
{
	int page = now(reader)->page ? now(reader)->page : reader->page;
	char *name, *text;

	if (!reader->bytes->len)
		return;
	name = g_strdup_printf(page == 65001 ? "UTF-8" : "CP%d", page);
	text = g_convert_with_fallback((char *)reader->bytes->data, (gssize)reader->bytes->len,
	    "UTF-8", name, "?", NULL, NULL, NULL);
	if (!text)
		text = g_convert((char *)reader->bytes->data, (gssize)reader->bytes->len, "UTF-8",
		    "ISO-8859-1", NULL, NULL, NULL);
	if (text)
		g_string_append(reader->text, text);
	g_free(text);
	g_free(name);
	g_byte_array_set_size(reader->bytes, 0);
}

/* Whether a character is to be left out: a stand-in, or not of the document. */
static bool
left_out(struct reader *reader)
{
	if (reader->to_skip) {
		reader->to_skip--;
		return true;
	}
	return now(reader)->silent;
}

static void
put_byte(struct reader *reader, BYTE byte)
{
	if (!left_out(reader))
		g_byte_array_append(reader->bytes, &byte, 1);
}

static void
put_text(struct reader *reader, const char *text)
{
	flush(reader);
	if (!now(reader)->silent)
		g_string_append(reader->text, text);
}

static void
put_unicode(struct reader *reader, int number)
{
	guint32 unit = (guint32)number & 0xFFFF;

	flush(reader);
	reader->to_skip = now(reader)->skip;
	if (now(reader)->silent)
		return;
	if (unit >= 0xD800 && unit < 0xDC00) {
		reader->high = unit;
		return;
	}
	if (unit >= 0xDC00 && unit < 0xE000 && reader->high)
		unit = 0x10000 + ((reader->high - 0xD800) << 10) + (unit - 0xDC00);
	reader->high = 0;
	if (unit && g_unichar_validate(unit))
		g_string_append_unichar(reader->text, unit);
}

/* --- Control words ------------------------------------------------------------------------- */

static const struct {
	const char *name, *text;
} spoken[] = {
	{ "par", "\r\n" },
	{ "line", "\r\n" },
	{ "sect", "\r\n" },
	{ "page", "\r\n" },
	{ "row", "\r\n" },
	{ "tab", "\t" },
	{ "cell", "\t" },
	{ "nestcell", "\t" },
	{ "emdash", "\xE2\x80\x94" },
	{ "endash", "\xE2\x80\x93" },
	{ "emspace", "\xE2\x80\x83" },
	{ "enspace", "\xE2\x80\x82" },
	{ "bullet", "\xE2\x80\xA2" },
	{ "lquote", "\xE2\x80\x98" },
	{ "rquote", "\xE2\x80\x99" },
	{ "ldblquote", "\xE2\x80\x9C" },
	{ "rdblquote", "\xE2\x80\x9D" },
};

/* Groups whose text is not the document's; so are all that begin with \*. */
static const char *const silent[] = { "fonttbl", "colortbl", "stylesheet", "info", "pict", "object",
	"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
	"footnote", "annotation", "filetbl", "listtable", "listoverridetable", "revtbl", "fldinst",
	"themedata", "datastore", "xe", "tc", NULL };

/* Windows' character sets of fonts, as code pages. */
static const struct {
	int charset, page;
} charsets[] = { { 77, 10000 }, { 128, 932 }, { 129, 949 }, { 130, 1361 }, { 134, 936 },
	{ 136, 950 }, { 161, 1253 }, { 162, 1254 }, { 163, 1258 }, { 177, 1255 }, { 178, 1256 },
	{ 186, 1257 }, { 204, 1251 }, { 222, 874 }, { 238, 1250 }, { 254, 437 }, { 255, 850 } };

static void
set_charset(struct reader *reader, int charset)
{
	size_t i;

	if (reader->font < 0 || reader->font >= FONTS_MAX)
		return;
	for (i = 0; i < G_N_ELEMENTS(charsets); i++)
		if (charsets[i].charset == charset)
			reader->fonts[reader->font] = (short)charsets[i].page;
}

static void
set_font(struct reader *reader, int number)
{
	if (reader->in_fonts)
		reader->font = number;
	else if (number >= 0 && number < FONTS_MAX)
		now(reader)->page = reader->fonts[number];
}

static void
skip_binary(struct reader *reader, int count)
{
	size_t left = (size_t)(reader->end - reader->at);

	if (count > 0)
		reader->at += MIN((size_t)count, left);
}

/* Words that change how the rest is read. */
static void
obey(struct reader *reader, const struct word *word)
{
	if (!strcmp(word->name, "u") && word->has_number)
		put_unicode(reader, word->number);
	else if (!strcmp(word->name, "uc"))
		now(reader)->skip = CLAMP(word->number, 0, 16);
	else if (!strcmp(word->name, "f"))
		set_font(reader, word->number);
	else if (!strcmp(word->name, "fcharset"))
		set_charset(reader, word->number);
	else if (!strcmp(word->name, "ansicpg") && word->number > 0)
		reader->page = word->number;
	else if (!strcmp(word->name, "bin"))
		skip_binary(reader, word->number);
	if (!strcmp(word->name, "fonttbl")) {
		reader->in_fonts = true;
		reader->fonts_depth = reader->depth;
	}
	if (g_strv_contains(silent, word->name))
		now(reader)->silent = true;
}

static void
do_word(struct reader *reader, const struct word *word)
{
	size_t i;

	if (reader->to_skip && strcmp(word->name, "u")) {
		reader->to_skip--;
		return;
	}
	flush(reader);
	for (i = 0; i < G_N_ELEMENTS(spoken); i++) {
		if (strcmp(spoken[i].name, word->name))
			continue;
		put_text(reader, spoken[i].text);
		return;
	}
	obey(reader, word);
}

/* Letters, a number, and one space that ends them. */
static void
read_word(struct reader *reader)
{
	struct word word = { .name = "" };
	size_t length = 0;
	char digits[12] = "";
	size_t count = 0;

	while (reader->at < reader->end && g_ascii_isalpha(*reader->at)) {
		if (length < WORD_MAX)
			word.name[length++] = *reader->at;
		reader->at++;
	}
	while (reader->at < reader->end &&
	       (g_ascii_isdigit(*reader->at) || (!count && *reader->at == '-'))) {
		if (count < sizeof digits - 1)
			digits[count++] = *reader->at;
		reader->at++;
	}
	word.has_number = count > 0;
	word.number = (int)CLAMP(strtol(digits, NULL, 10), G_MININT, G_MAXINT);
	if (reader->at < reader->end && *reader->at == ' ')
		reader->at++;
	do_word(reader, &word);
}

static void
read_hex(struct reader *reader)
{
	int high, low;

	if (reader->end - reader->at < 2)
		return;
	high = g_ascii_xdigit_value(reader->at[0]);
	low = g_ascii_xdigit_value(reader->at[1]);
	if (high < 0 || low < 0)
		return;
	reader->at += 2;
	put_byte(reader, (BYTE)(high << 4 | low));
}

static void
read_control(struct reader *reader)
{
	char symbol;

	if (reader->at == reader->end)
		return;
	if (g_ascii_isalpha(*reader->at)) {
		read_word(reader);
		return;
	}
	symbol = *reader->at++;
	if (symbol == '\'')
		read_hex(reader);
	else if (symbol == '*')
		now(reader)->silent = true;
	else if (symbol == '~')
		put_text(reader, "\xC2\xA0");
	else if (symbol == '_')
		put_text(reader, "-");
	else if (symbol == '\r' || symbol == '\n')
		put_text(reader, "\r\n");
	else if (strchr("\\{}", symbol) && symbol)
		put_byte(reader, (BYTE)symbol);
}

/* --- Groups -------------------------------------------------------------------------------- */

static void
open_group(struct reader *reader)
{
	flush(reader);
	reader->to_skip = 0;
	if (reader->depth + 1 == DEPTH_MAX) {
		reader->beyond++;
		return;
	}
	reader->stack[reader->depth + 1] = reader->stack[reader->depth];
	reader->depth++;
}

static void
close_group(struct reader *reader)
{
	flush(reader);
	reader->to_skip = 0;
	if (reader->beyond) {
		reader->beyond--;
		return;
	}
	if (reader->in_fonts && reader->depth == reader->fonts_depth) {
		reader->in_fonts = false;
		reader->font = -1;
	}
	if (reader->depth)
		reader->depth--;
}

static void
read_all(struct reader *reader)
{
	while (reader->at < reader->end) {
		char c = *reader->at++;

		if (c == '\\')
			read_control(reader);
		else if (c == '{')
			open_group(reader);
		else if (c == '}')
			close_group(reader);
		else if (c != '\r' && c != '\n' && c)
			put_byte(reader, (BYTE)c);
	}
	flush(reader);
}

HRESULT
rtf_to_text(const char *rtf, size_t size, char **out)
{
	struct reader *reader;
	void *probe;

	*out = NULL;
	if (size < 5 || memcmp(rtf, "{\\rtf", 5))
		return MAPI_E_CORRUPT_DATA;
	/* The text is no longer than three times the RTF: see whether there is room for it. */
	probe = size > G_MAXSIZE / 4 ? NULL : g_try_malloc(3 * size);
	if (!probe)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_free(probe);
	reader = g_try_new0(struct reader, 1);
	if (!reader)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	reader->at = rtf;
	reader->end = rtf + size;
	reader->page = 1252;
	reader->font = -1;
	reader->stack[0].skip = 1;
	reader->bytes = g_byte_array_new();
	reader->text = g_string_new(NULL);
	read_all(reader);
	*out = g_string_free(reader->text, FALSE);
	g_byte_array_unref(reader->bytes);
	g_free(reader);
	return S_OK;
}

/* --- From text ----------------------------------------------------------------------------- */

static void
write_unichar(GString *rtf, gunichar c)
{
	if (c == '\\' || c == '{' || c == '}') {
		g_string_append_printf(rtf, "\\%c", (char)c);
	} else if (c == '\n') {
		g_string_append(rtf, "\\par\r\n");
	} else if (c == '\t') {
		g_string_append(rtf, "\\tab ");
	} else if (c < 0x20) {
		return;
	} else if (c < 0x80) {
		g_string_append_c(rtf, (char)c);
	} else if (c < 0x10000) {
		g_string_append_printf(rtf, "\\u%d?", (int)(gint16)c);
	} else {
		c -= 0x10000;
		g_string_append_printf(rtf, "\\u%d?\\u%d?", (int)(gint16)(0xD800 + (c >> 10)),
		    (int)(gint16)(0xDC00 + (c & 0x3FF)));
	}
}

HRESULT
rtf_from_text(const char *text, char **out, size_t *out_size)
{
	GString *rtf = g_string_new("{\\rtf1\\ansi\\ansicpg1252\\fromtext \\deff0"
				    "{\\fonttbl\r\n{\\f0\\fswiss Arial;}}\r\n"
				    "\\uc1\\pard\\plain\\deftab360 \\f0\\fs20 ");

	while (*text) {
		gunichar c = g_utf8_get_char_validated(text, -1);

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			c = 0xFFFD;
			text++;
		} else {
			text = g_utf8_next_char(text);
		}
		write_unichar(rtf, c);
	}
	g_string_append(rtf, "\\par\r\n}\r\n");
	*out_size = rtf->len;
	*out = g_string_free(rtf, FALSE);
	return S_OK;
}
