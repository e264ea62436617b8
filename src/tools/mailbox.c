/* SPDX-License-Identifier: MIT */
#include "mailbox.h"

#include <string.h>
#include "address.h"
#include "mem.h"
#include "text.h"

void
mailbox_free(struct mailbox *mailbox)
{
	if (!mailbox)
		return;
	g_free(mailbox->name);
	g_free(mailbox->address);
	mem_free(mailbox->values);
	g_free(mailbox);
}

/* The end of the piece that starts at `text`: a comma or semicolon outside quotes and <>. */
static const char *
piece_end(const char *text)
{
	bool quoted = false, angle = false;

	for (; *text; text++) {
		if (*text == '\\' && quoted && text[1])
			text++;
		else if (*text == '"')
			quoted = !quoted;
		else if (*text == '<' && !quoted)
			angle = true;
		else if (*text == '>' && !quoted)
			angle = false;
		else if ((*text == ',' || *text == ';') && !quoted && !angle)
			break;
	}
	return text;
}

/* Takes a display name out of its quotes. */
static char *
unquote(const char *text, size_t length)
{
	g_autofree char *stripped = g_strstrip(g_strndup(text, length));
	GString *out;

	if (*stripped != '"')
		return *stripped ? g_steal_pointer(&stripped) : NULL;
	out = g_string_new(NULL);
	for (const char *p = stripped + 1; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		g_string_append_c(out, *p);
	}
	return g_string_free(out, FALSE);
}

static bool
has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool
parse_piece(const char *piece, GPtrArray *list, char **why)
{
	g_autofree char *reason = NULL;
	struct mailbox *mailbox = g_new0(struct mailbox, 1);
	const char *open = strrchr(piece, '<');
	const char *close = open ? strchr(open, '>') : NULL;

	if (open && close && close[1 + strspn(close + 1, " \t")] == '\0') {
		mailbox->name = unquote(piece, open - piece);
		mailbox->address = g_strstrip(g_strndup(open + 1, close - open - 1));
	} else {
		mailbox->address = g_strdup(piece);
	}
	if (has_control(piece))
		reason = g_strdup("it has control characters");
	if (reason || !address_check(mailbox->address, &reason)) {
		g_autofree char *shown = text_printable(piece);

		*why = g_strdup_printf("\"%s\" is not a mail address: %s", shown, reason);
		mailbox_free(mailbox);
		return false;
	}
	g_ptr_array_add(list, mailbox);
	return true;
}

static bool
is_name(const char *piece)
{
	return !strpbrk(piece, "@<") && !has_control(piece);
}

static void
add_name(const char *piece, GPtrArray *list)
{
	struct mailbox *mailbox = g_new0(struct mailbox, 1);

	mailbox->name = unquote(piece, strlen(piece));
	g_ptr_array_add(list, mailbox);
}

static bool
parse(const char *text, bool names, GPtrArray *list, char **why)
{
	while (*text) {
		const char *end = piece_end(text);
		g_autofree char *piece = g_strstrip(g_strndup(text, end - text));

		if (names && *piece && is_name(piece))
			add_name(piece, list);
		else if (*piece && !parse_piece(piece, list, why))
			return false;
		text = *end ? end + 1 : end;
	}
	return true;
}

bool
mailbox_parse_list(const char *text, GPtrArray *list, char **why)
{
	return parse(text, false, list, why);
}

bool
mailbox_parse_names(const char *text, GPtrArray *list, char **why)
{
	return parse(text, true, list, why);
}
