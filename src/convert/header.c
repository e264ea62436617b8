/* SPDX-License-Identifier: MIT */
/*
 * See header.h.  Text that plain folding would not carry over exactly is written as encoded words
 * throughout, never half and half: what stands between two encoded words is lost by rule, so this
 * way every blank survives.
 */
#include "header.h"

#include <string.h>

#define FOLD 76        /* columns; RFC 2047 2 wants 76 for lines with encoded words */
#define WORD_MAX 900   /* longest single word that is written as it is */
#define ENCODED_MAX 75 /* RFC 2047 2 */
#define ENCODED_HEAD "=?utf-8?q?"
#define ENCODED_FRAME 12 /* =?utf-8?q? and ?= */

char *
header_utf8(const char *text)
{
	g_autofree char *copy = g_strdup(text ? text : "");
	unsigned char *p = (unsigned char *)copy;

	/* A lone surrogate in its three-byte form becomes one U+FFFD, not three. */
	for (; (p = (unsigned char *)strchr((char *)p, 0xED)) != NULL; p++)
		if (p[1] >= 0xA0 && p[1] <= 0xBF && (p[2] & 0xC0) == 0x80)
			memcpy(p, "\xEF\xBF\xBD", 3);
	return g_utf8_make_valid(copy, -1);
}

char *
header_clean(const char *text)
{
	char *copy = header_utf8(text), *p;

	for (p = copy; *p; p++) {
		unsigned char *u = (unsigned char *)p;

		if (*u < 0x20 || *u == 0x7F)
			*p = ' ';
		else if (u[0] == 0xC2 && u[1] >= 0x80 && u[1] < 0xA0) /* C1 controls */
			p[0] = p[1] = ' ';
	}
	return g_strstrip(copy);
}

bool
header_name_check(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (name[i] <= ' ' || name[i] >= 0x7F || name[i] == ':')
			return false;
	return i > 0 && i <= 70;
}

static void
fold(GString *out, size_t *column)
{
	g_string_append(out, "\r\n ");
	*column = 1;
}

/* Whether folding before blanks carries the text over as it is. */
static bool
is_plain(const char *text)
{
	size_t word = 0, blanks = 0;
	const char *p;

	if (!g_str_is_ascii(text) || strstr(text, "=?"))
		return false;
	for (p = text; *p; p++) {
		blanks = *p == ' ' ? blanks + 1 : 0;
		word = *p == ' ' ? 0 : word + 1;
		if (word > FOLD - 2 || blanks > 8)
			return false;
	}
	return true;
}

/* Words parted by blanks; a fold goes before the blanks, so that unfolding gives them back. */
static void
append_plain(GString *out, size_t column, const char *text)
{
	while (*text) {
		size_t blanks = strspn(text, " ");
		size_t length = blanks + strcspn(text + blanks, " ");

		if (blanks && column + length > FOLD) {
			g_string_append(out, "\r\n");
			column = 0;
		}
		g_string_append_len(out, text, (gssize)length);
		column += length;
		text += length;
	}
}

/* The characters that stand for themselves in Q encoding anywhere, phrases included. */
static bool
is_q_safe(unsigned char c)
{
	return g_ascii_isalnum(c) || (c && strchr("!*+-/", c));
}

static size_t
q_size(const char *text, size_t length)
{
	size_t size = 0, i;

	for (i = 0; i < length; i++)
		size += is_q_safe((unsigned char)text[i]) || text[i] == ' ' ? 1 : 3;
	return size;
}

static size_t
b_size(const char *text, size_t length)
{
	return (length + 2) / 3 * 4;
}

static void
append_q(GString *out, const char *text, size_t length)
{
	size_t i;

	g_string_append(out, ENCODED_HEAD);
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_q_safe(c))
			g_string_append_c(out, (char)c);
		else if (c == ' ')
			g_string_append_c(out, '_');
		else
			g_string_append_printf(out, "=%02X", c);
	}
	g_string_append(out, "?=");
}

static void
append_b(GString *out, const char *text, size_t length)
{
	g_autofree char *base64 = g_base64_encode((const guchar *)text, length);

	g_string_append_printf(out, "=?utf-8?b?%s?=", base64);
}

/* Encoded words of whole characters, one a line.  Gives the column behind the last. */
static size_t
append_encoded(GString *out, size_t column, const char *text)
{
	bool q = q_size(text, strlen(text)) <= b_size(text, strlen(text));

	while (*text) {
		size_t room = column + ENCODED_FRAME + 12 > FOLD ? 0 : FOLD - column;
		size_t length = 0, limit = MIN(room, ENCODED_MAX);

		while (text[length]) {
			size_t next =
			    length + (size_t)(g_utf8_next_char(text + length) - (text + length));
			size_t size = q ? q_size(text, next) : b_size(text, next);

			if (size + ENCODED_FRAME > limit)
				break;
			length = next;
		}
		if (length > 0) {
			(q ? append_q : append_b)(out, text, length);
			column += ENCODED_FRAME + (q ? q_size(text, length) : b_size(text, length));
			text += length;
		}
		if (*text)
			fold(out, &column);
	}
	return column;
}

void
header_text(GString *out, const char *name, const char *text)
{
	g_autofree char *clean = header_clean(text);
	size_t column = strlen(name) + 2;

	g_string_append_printf(out, "%s: ", name);
	/* A first word that does not fit behind the name would have to fold before it: encode. */
	if (is_plain(clean) && column + strcspn(clean, " ") <= FOLD + 2)
		append_plain(out, column, clean);
	else
		append_encoded(out, column, clean);
	g_string_append(out, "\r\n");
}

void
header_words(GString *out, const char *name, const char *words)
{
	g_autofree char *clean = header_clean(words);
	g_auto(GStrv) list = g_strsplit(clean, " ", -1);
	size_t column = strlen(name) + 1;
	bool any = false;
	char **word;

	for (word = list; *word; word++) {
		char *from = *word, *to = *word;

		for (; *from; from++)
			if ((unsigned char)*from < 0x80)
				*to++ = *from;
		*to = '\0';
		if (to == *word || to - *word > WORD_MAX)
			continue;
		if (!any)
			g_string_append_printf(out, "%s:", name);
		if (any && column + 1 + strlen(*word) > FOLD) {
			fold(out, &column);
		} else {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, *word);
		column += strlen(*word);
		any = true;
	}
	if (any)
		g_string_append(out, "\r\n");
}

static bool
is_atoms(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("!#$%&'*+-/=?^_`{|}~ ", *p))
			return false;
	return !strstr(text, "  ");
}

/* A phrase (RFC 5322 3.2.5): atoms, a quoted string or encoded words. */
static void
append_phrase(struct header_list *list, const char *name)
{
	size_t start = list->out->len;
	const char *p;

	if (!is_plain(name) || strlen(name) > 60) {
		list->column = append_encoded(list->out, list->column, name);
		return;
	}
	if (is_atoms(name)) {
		g_string_append(list->out, name);
	} else {
		g_string_append_c(list->out, '"');
		for (p = name; *p; p++) {
			if (*p == '"' || *p == '\\')
				g_string_append_c(list->out, '\\');
			g_string_append_c(list->out, *p);
		}
		g_string_append_c(list->out, '"');
	}
	list->column += list->out->len - start;
}

void
header_list_start(struct header_list *list, GString *out, const char *name)
{
	list->out = out;
	list->column = strlen(name) + 2;
	list->empty = true;
	g_string_append_printf(out, "%s: ", name);
}

/* The comma, and a new line where the next piece would not fit. */
static void
list_next(struct header_list *list, size_t room)
{
	if (!list->empty) {
		g_string_append(list->out, ",");
		list->column++;
		if (list->column + 1 + room > FOLD) {
			fold(list->out, &list->column);
		} else {
			g_string_append_c(list->out, ' ');
			list->column++;
		}
	}
	list->empty = false;
}

void
header_list_add(struct header_list *list, const char *name, const char *address)
{
	g_autofree char *clean = header_clean(name);
	size_t room = strlen(address) + 2;

	list_next(list, (*clean ? strlen(clean) + 3 : 0) + room);
	if (!*clean) {
		g_string_append(list->out, address);
		list->column += strlen(address);
		return;
	}
	append_phrase(list, clean);
	if (list->column + 1 + room > FOLD) {
		fold(list->out, &list->column);
	} else {
		g_string_append_c(list->out, ' ');
		list->column++;
	}
	g_string_append_printf(list->out, "<%s>", address);
	list->column += room;
}

void
header_list_add_group(struct header_list *list, const char *name)
{
	g_autofree char *clean = header_clean(name);

	list_next(list, strlen(clean) + 4);
	append_phrase(list, *clean ? clean : "unknown");
	g_string_append(list->out, ":;");
	list->column += 2;
}

void
header_list_end(struct header_list *list)
{
	g_string_append(list->out, "\r\n");
}
