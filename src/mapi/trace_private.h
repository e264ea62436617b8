/* SPDX-License-Identifier: MIT */
/* Between the recorder (trace.c), the words of a line (trace_args.c) and the methods that
 * trace_methods.py makes from the headers. */
#ifndef EMAPI_MAPI_TRACE_PRIVATE_H
#define EMAPI_MAPI_TRACE_PRIVATE_H

#include <glib.h>
#include "trace.h"

/* One line in the making; what does not fit is cut and ends in "...". */
struct trace_call {
	bool outer;             /* called by the program, not from inside another call */
	gint64 start, duration; /* microseconds */
	size_t used;
	char line[2048];
};

/* An interface whose methods are recorded. */
struct trace_kind {
	const char *name;
	const IID *iid;
	const void *slots; /* the recording vtable; NULL slots stay the object's own */
	size_t count;      /* slots in it */
};

extern const struct trace_kind trace_kinds[]; /* name NULL ends it; derived ones first */

/* Around a method: gives the object's own vtable, and says whether the call is to be recorded. */
const void *trace_enter(struct trace_call *call, const void *object);
bool trace_left(struct trace_call *call, const void *object, const char *iface, const char *method);
/* Hands the line to the file. */
void trace_end(struct trace_call *call);
/* The object is gone. */
void trace_forget(const void *object);

void trace_result(struct trace_call *call, HRESULT hr);
void trace_number(struct trace_call *call, const char *name, guint64 value);
void trace_flags(struct trace_call *call, const char *name, ULONG value);
/* Text is its length, bytes are size and a mark that is the same for the same bytes in this process
 * and tells nothing of them; with EMAPI_TRACE_CONTENTS=1 both are there. */
void trace_text(struct trace_call *call, const char *name, const void *text, ULONG flags);
void trace_secret(struct trace_call *call, const char *name, const void *text);
void trace_bytes(struct trace_call *call, const char *name, ULONG size, const void *bytes);
void trace_iid(struct trace_call *call, const char *name, const IID *iid);
void trace_tags(struct trace_call *call, const char *name, const SPropTagArray *tags);
void trace_props(struct trace_call *call, const char *name, ULONG count, const SPropValue *props);
void trace_rows(struct trace_call *call, const char *name, const SRowSet *rows);
void trace_adrlist(struct trace_call *call, const char *name, const ADRLIST *list);
void trace_entries(struct trace_call *call, const char *name, const ENTRYLIST *list);
void trace_sort(struct trace_call *call, const char *name, const SSortOrderSet *order);
void trace_problems(struct trace_call *call, const char *name, const SPropProblemArray *problems);
/* One value: its tag, a colon, and what may be told of it. */
void trace_value(struct trace_call *call, const SPropValue *value);
/* "and(content(0x1,0037001F,0037001F:4),exist(0E070003))"; "given" where the call failed: what was
 * refused need not be what it seems. */
void trace_restriction(
    struct trace_call *call, const char *name, const SRestriction *restriction, HRESULT hr);
void trace_pointer(struct trace_call *call, const char *name, const void *pointer);
/* An object that the program hands in, and one that it gets, which is recorded from then on. */
void trace_object(struct trace_call *call, const char *name, const void *object);
void trace_give(struct trace_call *call, const char *name, void *object, const IID *iid);

void trace_put(struct trace_call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool trace_has_contents(void);
guint32 trace_mark(const void *bytes, size_t size);

#endif
