/* SPDX-License-Identifier: MIT */
/* Inside `emapi trace replay`: a call of a trace, and what makes it again.  The functions of the
 * tables answer the new result; play_cannot() says that the trace does not tell enough. */
#ifndef EMAPI_TOOLS_TRACE_PLAY_H
#define EMAPI_TOOLS_TRACE_PLAY_H

#include <mapix.h>
#include "trace.h"
#include "trace_values.h"

struct play {
	GHashTable *objects; /* play_key() -> IUnknown */
	struct trace_values values;
	GHashTable *bookmarks; /* number in the trace -> number here */
	GHashTable *left_out;  /* "IStream::Write" -> count */
	unsigned same, differ, skipped;
};

/* A call in the making. */
struct play_call {
	struct play *replay;
	struct trace_line *line;
	void *object;
	ULONG flags;
	bool cannot; /* the trace does not tell what the call needs */
};

struct play_method {
	const char *iface; /* NULL: any that has properties; "*": any object */
	const char *method;
	HRESULT (*play)(struct play_call *call);
};
/* Each ends with method NULL. */
extern const struct play_method play_objects[], play_props[], play_tables[];

/* An object's number counts in its process; programs may share a trace. */
gpointer play_key(const struct trace_line *line, gulong number);

/* A parameter by name: its words, a number, an interface's id; NULL, 0 where it is not there. */
const char *play_in(const struct play_call *call, const char *name);
gint64 play_number(const struct play_call *call, const char *name);
const IID *play_iid(const struct play_call *call, const char *name);
/* The object handed in, by its number in the trace; NULL: not known here. */
void *play_object(const struct play_call *call, const char *name);
HRESULT play_cannot(struct play_call *call);
/* The object that came back gets the number that it has in the trace: "IMessage(5)". */
void play_take(struct play_call *call, const char *name, void *object);

#endif
