/* SPDX-License-Identifier: MIT */
/* The lines of a transport's journey (PR_EMAPI_JOURNEY, emapispi.h), for tools to read. */
#ifndef EMAPI_TOOLS_JOURNEY_H
#define EMAPI_TOOLS_JOURNEY_H

#include <glib.h>

struct journey_line {
	char mark;      /* '>', '<', '*', '!'; 0: none */
	char *name;     /* of a fact or of the step that failed, else NULL */
	char *text;     /* printable */
	gint64 elapsed; /* milliseconds since the try began; -1: not told */
};

void journey_parse(const char *line, struct journey_line *out);
void journey_line_clear(struct journey_line *line);

/* The last fact of that name ("server"), or the reason of that failed step with mark '!'.
 * g_free(), NULL where there is none. */
char *journey_find(char **journey, char mark, const char *name);
/* All facts of that name, parted by ", "; g_free(), NULL where there is none. */
char *journey_find_all(char **journey, const char *name);
/* The step that failed last, g_free(), NULL where none did; *why (g_free) may be NULL. */
char *journey_failure(char **journey, char **why);

/* What the line means, for who does not know SMTP: "the sender, ..."; NULL where it speaks for
 * itself. */
const char *journey_meaning(const struct journey_line *line);
/* The same as journey_show(), with the meaning after it in a column of its own.  g_free(). */
char *journey_explain(const char *line);

/* "   0.012 > MAIL FROM:<ann@example.test>", printable.  g_free(). */
char *journey_show(const char *line);

#endif
