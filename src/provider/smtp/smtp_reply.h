/* SPDX-License-Identifier: MIT */
/*
 * A server's replies (RFC 5321 4.2), read from bytes that nobody vouches for.
 *
 * A reply is one or more lines `code-text`, the last one `code text`.  Line ends are CRLF; a bare
 * LF is taken too.  A line longer than SMTP_LINE_MAX, a reply of more than SMTP_LINES_MAX lines and
 * a line that starts with no code are broken: what follows on that connection cannot be trusted.
 */
#ifndef EMAPI_SMTP_REPLY_H
#define EMAPI_SMTP_REPLY_H

#include <glib.h>
#include <stdbool.h>

#define SMTP_LINE_MAX 2048
#define SMTP_LINES_MAX 100

enum smtp_parse { SMTP_PARSE_MORE, SMTP_PARSE_DONE, SMTP_PARSE_BROKEN };

/* `lines` are the words after each line's code, printable UTF-8. */
struct smtp_reply {
	int code;
	GPtrArray *lines;
	bool done;
};

/* A zeroed struct is an empty reply.  Clearing makes it so again. */
void smtp_reply_clear(struct smtp_reply *reply);

/* Adds one line, with or without its line end.  A line after the last one begins a new reply. */
enum smtp_parse smtp_reply_line(struct smtp_reply *reply, const char *line, size_t length);

/* Takes lines off the front of `input` until the reply is done.  MORE: what is there is used up
 * but for the start of a line, call again when more has come. */
enum smtp_parse smtp_reply_take(struct smtp_reply *reply, GByteArray *input);

/* The enhanced status code (RFC 2034) that the first line starts with, "5.1.1", or NULL.  Its class
 * must be that of the reply code.  g_free(). */
char *smtp_reply_enhanced(const struct smtp_reply *reply);

/* The words as the server said them, after the reply code of each line; lines parted by \n.  Never
 * NULL.  g_free(). */
char *smtp_reply_text(const struct smtp_reply *reply);

/* The same for a sentence: "550 5.1.1 No such user", lines parted by a blank. */
char *smtp_reply_quote(const struct smtp_reply *reply);

/* The name that the server gave to the message in its final reply, where the reply has a form
 * that we know ("queued as X", "id=X", "X Message accepted"), else NULL.  g_free(). */
char *smtp_reply_queue_id(const struct smtp_reply *reply);

#endif
