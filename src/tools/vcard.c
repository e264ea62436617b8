/* SPDX-License-Identifier: MIT */
#include "vcard.h"

#include <string.h>

#define FOLD_AT 75 /* RFC 6350 3.2 */

static void
free_line(void *object)
{
	struct vcard_line *line = object;

	g_free(line->name);
	g_free(line->params);
	g_free(line->value);
	g_free(line);
}

/* --- Lines --------------------------------------------------------------------------------- */

/* The next physical line without its end; moves *at behind it. */
static char *
physical_line(const char **at, const char *end)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	const char *stop = newline ? newline : end;
	char *line;

	if (stop > *at && stop[-1] == '\r')
		line = g_strndup(*at, (gsize)(stop - *at) - 1);
	else
		line = g_strndup(*at, (gsize)(stop - *at));
	*at = newline ? newline + 1 : end;
	return line;
}

static bool
is_quoted_printable(const char *line)
{
	const char *colon = strchr(line, ':');
	g_autofree char *head = g_ascii_strup(line, colon ? colon - line : 0);

	return strstr(head, "QUOTED-PRINTABLE") != NULL;
}

/* A logical line: continued by a blank at the next one's beginning, or in 2.1 by "=" at its end. */
static char *
logical_line(const char **at, const char *end, unsigned *number)
{
	g_autofree char *first = physical_line(at, end);
	GString *line = g_string_new(first);

	(*number)++;
	for (;;) {
		bool soft =
		    line->len && line->str[line->len - 1] == '=' && is_quoted_printable(line->str);
		g_autofree char *more = NULL;

		if (*at >= end || (!soft && **at != ' ' && **at != '\t'))
			break;
		more = physical_line(at, end);
		(*number)++;
		if (soft)
			g_string_truncate(line, line->len - 1);
		g_string_append(line, soft ? more : more + 1);
	}
	return g_string_free(line, FALSE);
}

static char *
decode_quoted_printable(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++) {
		if (text[0] == '=' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
			int byte =
			    g_ascii_xdigit_value(text[1]) * 16 + g_ascii_xdigit_value(text[2]);

			if (byte)
				g_string_append_c(out, (char)byte);
			text += 2;
		} else {
			g_string_append_c(out, *text);
		}
	}
	return g_string_free(out, FALSE);
}

/* The colon that ends name and parameters: one outside of quotes. */
static const char *
find_colon(const char *line)
{
	bool quoted = false;

	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		if (*line == ':' && !quoted)
			return line;
	}
	return NULL;
}

static struct vcard_line *
take_apart(const char *text)
{
	const char *colon = find_colon(text);
	g_autofree char *head = colon ? g_ascii_strup(text, colon - text) : NULL;
	struct vcard_line *line;
	char *params, *dot;

	if (!head)
		return NULL;
	params = strchr(head, ';');
	line = g_new0(struct vcard_line, 1);
	line->params = g_strdup(params ? params : "");
	if (params)
		*params = '\0';
	dot = strrchr(head, '.');
	line->name = g_strdup(dot ? dot + 1 : head);
	if (strstr(line->params, "QUOTED-PRINTABLE")) {
		g_autofree char *plain = decode_quoted_printable(colon + 1);

		line->value = g_utf8_make_valid(plain, -1);
	} else {
		line->value = g_utf8_make_valid(colon + 1, -1);
	}
	return line;
}

/* --- Cards --------------------------------------------------------------------------------- */

static bool
is_line(const struct vcard_line *line, const char *name)
{
	g_autofree char *value = g_strstrip(g_strdup(line->value));

	return !strcmp(line->name, name) && !g_ascii_strcasecmp(value, "VCARD");
}

/* False where the line does not fit: outside of a card, or a card inside of one. */
static bool
take_line(GPtrArray *cards, GPtrArray **card, struct vcard_line *line)
{
	bool begins = is_line(line, "BEGIN"), ends = is_line(line, "END");

	if (begins == (*card != NULL)) {
		free_line(line);
		return false;
	}
	if (begins)
		*card = g_ptr_array_new_with_free_func(free_line);
	if (begins || ends) {
		free_line(line);
		if (ends)
			g_ptr_array_add(cards, g_steal_pointer(card));
		return true;
	}
	g_ptr_array_add(*card, line);
	return true;
}

GPtrArray *
vcard_parse(const char *text, gsize size, char **why)
{
	GPtrArray *cards = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	const char *at = text, *end = text + size;
	GPtrArray *card = NULL;
	unsigned number = 0;

	if (size >= 3 && !memcmp(text, "\357\273\277", 3))
		at += 3;
	while (at < end) {
		unsigned begin = number + 1;
		g_autofree char *logical = logical_line(&at, end, &number);
		struct vcard_line *line = *logical ? take_apart(logical) : NULL;

		if (line ? take_line(cards, &card, line) : card || !*g_strstrip(logical))
			continue;
		*why = g_strdup_printf("line %u is no vCard's: a card stands between BEGIN:VCARD "
				       "and END:VCARD",
		    begin);
		goto fail;
	}
	if (!card)
		return cards;
	*why = g_strdup("the last card has no END:VCARD");
fail:
	g_clear_pointer(&card, g_ptr_array_unref);
	g_ptr_array_unref(cards);
	return NULL;
}

const struct vcard_line *
vcard_find(const GPtrArray *card, const char *name)
{
	for (guint i = 0; i < card->len; i++) {
		const struct vcard_line *line = g_ptr_array_index(card, i);

		if (!strcmp(line->name, name))
			return line;
	}
	return NULL;
}

/* --- Values -------------------------------------------------------------------------------- */

char **
vcard_parts(const char *value)
{
	GPtrArray *parts = g_ptr_array_new();
	GString *part = g_string_new(NULL);

	for (; *value; value++) {
		if (*value == ';') {
			g_ptr_array_add(parts, g_string_free(part, FALSE));
			part = g_string_new(NULL);
			continue;
		}
		if (*value == '\\' && value[1]) {
			value++;
			g_string_append_c(part, *value == 'n' || *value == 'N' ? '\n' : *value);
			continue;
		}
		g_string_append_c(part, *value);
	}
	g_ptr_array_add(parts, g_string_free(part, FALSE));
	g_ptr_array_add(parts, NULL);
	return (char **)g_ptr_array_free(parts, FALSE);
}

char *
vcard_text(const char *value)
{
	g_auto(GStrv) parts = vcard_parts(value);

	return g_strstrip(g_strjoinv(";", parts));
}

void
vcard_escape(GString *value, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			g_string_append(value, "\\n");
		} else if (*text != '\r') {
			if (strchr("\\,;", *text))
				g_string_append_c(value, '\\');
			g_string_append_c(value, *text);
		}
	}
}

void
vcard_append_raw(GString *out, const char *name, const char *value)
{
	g_autofree char *line = g_strconcat(name, ":", value, NULL);
	const char *at = line, *end = line + strlen(line);
	size_t room = FOLD_AT;

	while ((size_t)(end - at) > room) {
		size_t take = room;

		while (take > 1 && ((unsigned char)at[take] & 0xC0) == 0x80)
			take--; /* not through a character */
		g_string_append_len(out, at, (gssize)take);
		g_string_append(out, "\r\n ");
		at += take;
		room = FOLD_AT - 1;
	}
	g_string_append(out, at);
	g_string_append(out, "\r\n");
}

void
vcard_append(GString *out, const char *name, const char *text)
{
	GString *value = g_string_new(NULL);

	vcard_escape(value, text);
	vcard_append_raw(out, name, value->str);
	g_string_free(value, TRUE);
}
