/* SPDX-License-Identifier: MIT */
/* The lines of a trace (EMAPI_TRACE, src/mapi/trace.c has their form), for tools to read. */
#ifndef EMAPI_TOOLS_TRACE_H
#define EMAPI_TOOLS_TRACE_H

#include <glib.h>
#include <mapidefs.h>
#include <stdbool.h>
#include <stdio.h>

#define TRACE_LAST_SECOND 253402300799.0 /* of the year 9999 */
#define TRACE_LONGEST 65536              /* bytes of a line */

#define TRACE_CUT "..." /* the result of a line that is too short to tell it */

/* One call.  The strings are the line's own, cut in place. */
struct trace_line {
	double time;        /* seconds since 1970 */
	gint64 duration;    /* microseconds */
	const char *thread; /* "PID/THREAD" */
	const char *iface;  /* "" for a function */
	unsigned object;    /* 0 for a function */
	const char *method;
	GPtrArray *in;      /* "name=value" */
	const char *result; /* "0x00000000", the count that Release left, or TRACE_CUT */
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

/* A trace as it is read, line by line: it may be longer than memory, or no trace at all. */
struct trace_reader {
	const char *path;
	FILE *file;
	char text[TRACE_LONGEST];      /* the line */
	unsigned at;                   /* its number */
	unsigned calls;                /* so far */
	unsigned broken, first_broken; /* lines that are no whole call */
};
/* 0; EX_NOINPUT after a message where it cannot be read. */
int trace_open(struct trace_reader *reader, const char *path);
enum trace_kind_of_line {
	TRACE_END,
	TRACE_CALL,    /* in *out, whose strings are the reader's until the next call */
	TRACE_PROGRAM, /* a process begins: the text is "# TIME PID PROGRAM" */
	TRACE_BROKEN   /* not a call; an empty line is passed over */
};
enum trace_kind_of_line trace_next(struct trace_reader *reader, struct trace_line *out);
/* Closes it.  Says which lines were broken; fails with EX_DATAERR where there was no call, with
 * EX_IOERR where the file could not be read to its end; else `code`. */
int trace_finish(struct trace_reader *reader, int code);

/* Names of the flags of a method: "MAPI_MODIFY|0x40".  g_free(). */
char *trace_flag_names(const char *method, ULONG flags);

#endif
