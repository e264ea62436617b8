/* SPDX-License-Identifier: MIT */
/* Values for calls that are replayed: what a trace tells of them, placeholders for the rest. */
#ifndef EMAPI_TOOLS_TRACE_VALUES_H
#define EMAPI_TOOLS_TRACE_VALUES_H

#include <glib.h>
#include <mapidefs.h>
#include <stdbool.h>

/* The memory of values, and which bytes a mark stands for in this run. */
struct trace_values {
	GPtrArray *memory;
	GHashTable *marks; /* "bc9fce72" -> GBytes */
};

void trace_values_init(struct trace_values *values);
void trace_values_clear(struct trace_values *values);
/* Memory until then, zeroed; NULL where there is none, or too much is asked for. */
void *trace_values_keep(struct trace_values *values, size_t size);

/* "72:bc9fce72": the bytes of the mark, zeros of that size where it is not known. */
bool trace_value_bytes(struct trace_values *values, const char *text, SBinary *out);
/* "4", 4:"text": a text of that length, NULL for NULL. */
bool trace_value_text(struct trace_values *values, const char *text, LPSTR *out);
/* "[0037001F,0C1A001F]"; *out NULL for NULL. */
bool trace_value_tags(struct trace_values *values, const char *text, SPropTagArray **out);
/* "{72:bc9fce72,72:19b2cbb1}" */
bool trace_value_entries(struct trace_values *values, const char *text, ENTRYLIST **out);
/* "[0037001E:4,1000001E:10]" and on; a value that the trace does not tell is one of its type. */
bool trace_value_props(
    struct trace_values *values, const char **text, ULONG *count, SPropValue **out);
/* One of these, "0037001E:4"; *text stands behind it then. */
bool trace_value_one(struct trace_values *values, const char **text, SPropValue *out);
/* "[0037001F:0,0E060040:1]/1/0": the last two are categories and open ones.  *out NULL for NULL. */
bool trace_value_sort(struct trace_values *values, const char *text, SSortOrderSet **out);
/* "and(exist(0037001F),not(...))"; *out NULL for NULL.  False also for one that is not told whole.
 */
bool trace_value_restriction(struct trace_values *values, const char *text, SRestriction **out);
/* "{[...][...]}" */
bool trace_value_list(struct trace_values *values, const char *text, ADRLIST **out);
/* Learns from what came back which bytes the marks of the recorded values stand for. */
void trace_values_learn(
    struct trace_values *values, const char **recorded, ULONG count, const SPropValue *props);

#endif
