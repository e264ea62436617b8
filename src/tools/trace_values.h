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

/* "72:bc9fce72": the bytes of the mark, zeros of that size where it is not known. */
bool trace_value_bytes(struct trace_values *values, const char *text, SBinary *out);
/* "4", 4:"text": a text of that length, NULL for NULL. */
bool trace_value_text(struct trace_values *values, const char *text, LPSTR *out);
/* "[0037001F,0C1A001F]"; *out NULL for NULL. */
bool trace_value_tags(struct trace_values *values, const char *text, SPropTagArray **out);
/* "[0037001E:4,1000001E:10]" and on; a value that the trace does not tell is one of its type. */
bool trace_value_props(
    struct trace_values *values, const char **text, ULONG *count, SPropValue **out);
/* "{[...][...]}" */
bool trace_value_list(struct trace_values *values, const char *text, ADRLIST **out);
/* Learns from what came back which bytes the marks of the recorded values stand for. */
void trace_values_learn(
    struct trace_values *values, const char **recorded, ULONG count, const SPropValue *props);

#endif
