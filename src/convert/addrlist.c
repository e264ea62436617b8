/* SPDX-License-Identifier: MIT */
/* See addrlist.h.  One walk from left to right without recursion; each token goes into the phrase
 * (it may turn out to be a name) and into the address (it may turn out to be one). */
#include "addrlist.h"

#include <string.h>
#include "text.h"

#define BLANKS " \t\r\n\v\f"
#define SPECIALS "()<>[]:;@,.\""

/* One mailbox while it is read. */
struct item {
	GString *phrase;          /* the words with a blank between them, unquoted */
	GString *address;         /* the tokens joined */
	GString *comment;         /* the last one */
	const char *first, *last; /* of the address in the text; last is behind it */
	bool joined; /* the tokens so far can be an address: no two words side by side */
	bool after_word;
	bool has_at;
	bool angle; /* inside or behind <> */
	bool closed;
};

struct parser {
	const char *text, *p;
	GPtrArray *list;
	char **why;
	struct item item;
	bool in_group;
};

void
addrlist_mailbox_free(struct addrlist_mailbox *mailbox)
{
	if (!mailbox)
		return;
	g_free(mailbox->name);
	g_free(mailbox->address);
	g_free(mailbox);
}

GPtrArray *
addrlist_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)addrlist_mailbox_free);
}

static void
item_reset(struct item *item)
{
	g_string_truncate(item->phrase, 0);
	g_string_truncate(item->address, 0);
	g_string_truncate(item->comment, 0);
	item->first = item->last = NULL;
	item->joined = true;
	item->after_word = item->has_at = item->angle = item->closed = false;
}

/* Names the place: what stands from the current item on. */
static bool
wrong(struct parser *parser, const char *what)
{
	const char *from = parser->item.first ? parser->item.first : parser->p;
	g_autofree char *near = NULL, *shown = NULL;

	if (!parser->why)
		return false;
	near = g_strndup(from, strnlen(from, 60));
	shown = text_printable(near);
	*parser->why = g_strdup_printf("%s near \"%s\"", what, shown);
	return false;
}

/* The phrase gets the word without control characters. */
static void
put_phrase(GString *phrase, const char *word, size_t length, bool gap)
{
	size_t i;

	if (gap && phrase->len > 0)
		g_string_append_c(phrase, ' ');
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c != '\r' && c != '\n')
			g_string_append_c(phrase, c < 0x20 || c == 0x7F ? ' ' : (char)c);
	}
}

/* A token of the address that stands from `from` to `to` in the text. */
static void
put_address(struct item *item, const char *from, const char *to)
{
	if (!item->first)
		item->first = from;
	item->last = to;
	g_string_append_len(item->address, from, to - from);
}

/* --- Tokens ---------------------------------------------------------------------------------- */

/* From '(' to behind its ')'; they nest. */
static bool
read_comment(struct parser *parser)
{
	unsigned depth = 0;
	const char *p;

	g_string_truncate(parser->item.comment, 0);
	for (p = parser->p; *p; p++) {
		if (*p == '(' && depth++ == 0)
			continue;
		if (*p == ')' && --depth == 0)
			break;
		if (*p == '\\' && p[1])
			p++;
		put_phrase(parser->item.comment, p, 1, false);
	}
	if (!*p)
		return wrong(parser, "a parenthesis is never closed");
	g_strstrip(parser->item.comment->str);
	g_string_truncate(parser->item.comment, strlen(parser->item.comment->str));
	parser->p = p + 1;
	return true;
}

static void
note_word(struct item *item)
{
	if (item->after_word)
		item->joined = false;
	item->after_word = true;
}

static bool
read_quoted(struct parser *parser)
{
	struct item *item = &parser->item;
	bool gap = !item->angle && item->phrase->len > 0;
	const char *start = parser->p, *p;

	if (gap)
		g_string_append_c(item->phrase, ' ');
	for (p = start + 1; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		if (!item->angle)
			put_phrase(item->phrase, p, 1, false);
	}
	if (!*p)
		return wrong(parser, "a quote is never closed");
	note_word(item);
	put_address(item, start, p + 1);
	parser->p = p + 1;
	return true;
}

/* [1.2.3.4] */
static bool
read_literal(struct parser *parser)
{
	struct item *item = &parser->item;
	const char *end = parser->p + strcspn(parser->p, "]" BLANKS);

	if (*end != ']')
		return wrong(parser, "a bracket is never closed");
	note_word(item);
	put_address(item, parser->p, end + 1);
	if (!item->angle)
		put_phrase(item->phrase, parser->p, (size_t)(end + 1 - parser->p), true);
	parser->p = end + 1;
	return true;
}

static void
read_atom(struct parser *parser)
{
	struct item *item = &parser->item;
	size_t length = strcspn(parser->p, SPECIALS BLANKS);

	if (length == 0) /* a stray bracket or parenthesis: address_check() says what it thinks */
		length = 1;
	note_word(item);
	put_address(item, parser->p, parser->p + length);
	if (!item->angle)
		/* A word right behind a dot belongs to what is before it: "J.R." */
		put_phrase(item->phrase, parser->p, length,
		    parser->p > parser->text && !strchr(".@", parser->p[-1]));
	parser->p += length;
}

static void
read_dot_or_at(struct parser *parser)
{
	struct item *item = &parser->item;

	item->has_at = item->has_at || *parser->p == '@';
	item->after_word = false;
	put_address(item, parser->p, parser->p + 1);
	if (!item->angle)
		put_phrase(item->phrase, parser->p, 1, false);
	parser->p++;
}

/* --- Items ----------------------------------------------------------------------------------- */

/* At ',', ';' or the end. */
static bool
end_item(struct parser *parser)
{
	struct item *item = &parser->item;
	struct addrlist_mailbox *mailbox;
	const GString *name;

	if (item->angle && !item->closed)
		return wrong(parser, "a < is never closed");
	if (!item->first && !item->angle)
		return true; /* nothing between two commas */
	if (!item->joined)
		return wrong(parser, "words without an address");
	name = item->angle && item->phrase->len > 0 ? item->phrase : item->comment;
	mailbox = g_new0(struct addrlist_mailbox, 1);
	mailbox->name = name->len > 0 ? g_strdup(name->str) : NULL;
	mailbox->address = g_strdup(item->address->str);
	mailbox->at = (size_t)((item->first ? item->first : parser->p) - parser->text);
	mailbox->length = item->first ? (size_t)(item->last - item->first) : 0;
	g_ptr_array_add(parser->list, mailbox);
	return true;
}

/* What stood so far was the name. */
static bool
open_angle(struct parser *parser)
{
	struct item *item = &parser->item;

	if (item->angle)
		return wrong(parser, "a second <");
	g_string_truncate(item->address, 0);
	item->first = item->last = NULL;
	item->joined = true;
	item->after_word = item->has_at = false;
	item->angle = true;
	parser->p++;
	return true;
}

/* A colon ends a group's name, or the route in <@one,@two:ann@example.test>. */
static bool
read_colon(struct parser *parser)
{
	struct item *item = &parser->item;
	bool route =
	    item->angle && !item->closed && item->address->len > 0 && item->address->str[0] == '@';

	if (!route && (item->angle || item->has_at || parser->in_group))
		return wrong(parser, "a colon in the wrong place");
	parser->in_group = parser->in_group || !route;
	parser->p++;
	if (!route) {
		item_reset(item);
		return true;
	}
	g_string_truncate(item->address, 0);
	item->first = item->last = NULL;
	item->joined = true;
	item->after_word = item->has_at = false;
	return true;
}

static bool
read_separator(struct parser *parser)
{
	struct item *item = &parser->item;

	if (item->angle && !item->closed && *parser->p == ',') { /* in a route */
		item->after_word = false;
		put_address(item, parser->p, parser->p + 1);
		parser->p++;
		return true;
	}
	if (!end_item(parser))
		return false;
	if (*parser->p == ';')
		parser->in_group = false;
	item_reset(item);
	parser->p++;
	return true;
}

static bool
close_angle(struct parser *parser)
{
	if (!parser->item.angle || parser->item.closed)
		return wrong(parser, "a > without its <");
	parser->item.closed = true;
	parser->p++;
	return true;
}

static bool
read_token(struct parser *parser)
{
	char c = *parser->p;

	if (c == '(')
		return read_comment(parser);
	if (c == ',' || c == ';')
		return read_separator(parser);
	if (c == '<')
		return open_angle(parser);
	if (c == '>')
		return close_angle(parser);
	if (parser->item.closed)
		return wrong(parser, "something behind the >");
	if (c == ':')
		return read_colon(parser);
	if (c == '"')
		return read_quoted(parser);
	if (c == '[')
		return read_literal(parser);
	if (c == '.' || c == '@')
		read_dot_or_at(parser);
	else
		read_atom(parser);
	return true;
}

bool
addrlist_parse(const char *text, GPtrArray *list, char **why)
{
	struct parser parser = { .text = text, .p = text, .list = list, .why = why };
	bool good = true;

	if (why)
		*why = NULL;
	parser.item.phrase = g_string_new(NULL);
	parser.item.address = g_string_new(NULL);
	parser.item.comment = g_string_new(NULL);
	item_reset(&parser.item);
	while (good) {
		parser.p += strspn(parser.p, BLANKS);
		if (!*parser.p)
			break;
		good = read_token(&parser);
	}
	if (good)
		good = end_item(&parser);
	g_string_free(parser.item.phrase, TRUE);
	g_string_free(parser.item.address, TRUE);
	g_string_free(parser.item.comment, TRUE);
	return good;
}
