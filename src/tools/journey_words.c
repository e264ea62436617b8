/* SPDX-License-Identifier: MIT */
/* What the lines of an SMTP dialogue mean (RFC 5321 and its extensions): see journey.h. */
#include "journey.h"

#include <string.h>

struct meaning {
	const char *start; /* of the line, whole words */
	const char *text;
};

/* Who starts with more words stands before who starts with fewer. */
static const struct meaning said[] = {
	{ "EHLO", "who we are, and what can you do?" },
	{ "HELO", "who we are, in the old way" },
	{ "STARTTLS", "let us encrypt" },
	{ "AUTH", "our login" },
	{ "MAIL", "who it is from; a report of failure would go there" },
	{ "RCPT", "for whom" },
	{ "DATA", "the mail comes next" },
	{ "BDAT", "the mail comes now, this many bytes" },
	{ "RSET", "forget what was begun" },
	{ "NOOP", "are you still there?" },
	{ "QUIT", "that was all" },
	{ NULL, NULL },
};

/* What servers list after EHLO. */
static const struct meaning offered[] = {
	{ "PIPELINING", "takes commands without a pause after each" },
	{ "SIZE 0", "sets no limit to a mail's size" },
	{ "SIZE", "takes mails up to this many bytes" },
	{ "STARTTLS", "can encrypt" },
	{ "AUTH", "ways to log in" },
	{ "8BITMIME", "takes letters beyond ASCII in the text as they are" },
	{ "SMTPUTF8", "takes addresses with letters beyond ASCII" },
	{ "CHUNKING", "takes a mail by its length, without looking for its end" },
	{ "DSN", "can report that it has delivered" },
	{ "ENHANCEDSTATUSCODES", "says its reasons as numbers, too" },
	{ NULL, NULL },
};

static const struct meaning replied[] = {
	{ "220", "the server is ready" },
	{ "221", "goodbye" },
	{ "235", "logged in" },
	{ "334", "go on with the login" },
	{ "354", "go on, I take it until a dot on a line of its own" },
	{ "421", "not now, and it closes the connection" },
	{ "4", "not now" },
	{ "5", "no" },
	{ NULL, NULL },
};

static const char *
look_up(const struct meaning *m, const char *text)
{
	for (; m->start; m++) {
		size_t size = strlen(m->start);

		if (g_ascii_strncasecmp(text, m->start, size) == 0 &&
		    (size == 1 || !g_ascii_isalnum(text[size])))
			return m->text;
	}
	return NULL;
}

const char *
journey_meaning(const struct journey_line *line)
{
	if (line->mark == '>')
		return look_up(said, line->text);
	if (line->mark != '<' || strlen(line->text) < 4)
		return NULL;
	if (g_str_has_prefix(line->text, "250"))
		return look_up(offered, line->text + 4);
	/* The last line of a reply stands for all of it. */
	return line->text[3] == '-' ? NULL : look_up(replied, line->text);
}
