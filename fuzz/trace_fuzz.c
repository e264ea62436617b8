/* SPDX-License-Identifier: MIT */
/* A trace: each line is taken apart and shown, and its values are made again. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "trace.h"
#include "trace_values.h"

static void
make_values(const char *text)
{
	struct trace_values values;
	const char *at = text;
	SPropTagArray *tags;
	SPropValue *props;
	SSortOrderSet *order;
	SRestriction *restriction;
	ENTRYLIST *entries;
	ADRLIST *list;
	SBinary bytes;
	LPSTR string;
	ULONG count;

	trace_values_init(&values);
	trace_value_bytes(&values, text, &bytes);
	if (trace_value_text(&values, text, &string) && string)
		FUZZ_ASSERT(strlen(string) <= 64 * 1024 * 1024);
	if (trace_value_tags(&values, text, &tags) && tags)
		FUZZ_ASSERT(tags->cValues <= strlen(text));
	if (trace_value_props(&values, &at, &count, &props))
		FUZZ_ASSERT(count <= strlen(text) && at > text);
	trace_value_list(&values, text, &list);
	trace_value_entries(&values, text, &entries);
	trace_value_restriction(&values, text, &restriction);
	if (trace_value_sort(&values, text, &order) && order)
		FUZZ_ASSERT(order->cCategories <= order->cSorts);
	trace_values_clear(&values);
}

static void
try_line(char *text, GHashTable *seen)
{
	struct trace_line line;

	if (trace_line_parse(text, &line)) {
		g_autofree char *shown = trace_line_show(&line, seen);

		FUZZ_ASSERT(*shown);
		for (guint i = 0; i < line.in->len; i++) {
			const char *value = strchr(line.in->pdata[i], '=');

			if (value)
				make_values(value + 1);
		}
	}
	trace_line_clear(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		try_line(*line, seen);
	return 0;
}
