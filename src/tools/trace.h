/* SPDX-License-Identifier: MIT */
/* The lines of a trace (EMAPI_TRACE, src/mapi/trace.c has their form), for tools to read. */
#ifndef EMAPI_TOOLS_TRACE_H
#define EMAPI_TOOLS_TRACE_H

#include <glib.h>
#include <mapidefs.h>
#include <stdbool.h>

/* One call.  The strings are the line's own, cut in place. */
struct trace_line {
	double time;        /* seconds since 1970 */
	gint64 duration;    /* microseconds */
	const char *thread; /* "PID/THREAD" */
	const char *iface;  /* "" for a function */
	unsigned object;    /* 0 for a function */
	const char *method;
	GPtrArray *in;      /* "name=value" */
	const char *result; /* "0x00000000", or the count that Release left */
	GPtrArray *out;
};

/* Takes the line apart, which it changes; false where it is none of a trace. */
bool trace_line_parse(char *line, struct trace_line *out);
void trace_line_clear(struct trace_line *line);
/* The call with names, in one line: time, duration, process and thread, object, method, parameters,
 * result.  `seen` remembers the marks of values by their tags, from line to line (direct hash).
 * g_free(). */
char *trace_line_show(const struct trace_line *line, GHashTable *seen);
/* The value of that name, NULL where there is none. */
const char *trace_line_find(const GPtrArray *words, const char *name);

/* All lines of a file; EX_NOINPUT after a message where it cannot be read. */
int trace_read(const char *path, char ***lines);

/* Names of the flags of a method: "MAPI_MODIFY|0x40".  g_free(). */
char *trace_flag_names(const char *method, ULONG flags);

#endif
