/* SPDX-License-Identifier: MIT */
/* For the tests of tables: rows as text, and a sink that writes down what it hears. */
#ifndef EMAPI_TABLETESTING_H
#define EMAPI_TABLETESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <mapix.h>

/* The rows' names, a word each: a heading is "+name(count)" where collapsed, "-name(count)" where
 * expanded, "*" in front for each level it lies below; g_free(). */
static inline const SPropValue *
table_value(const SRow *row, ULONG tag)
{
	ULONG i;

	for (i = 0; i < row->cValues; i++)
		if (PROP_ID(row->lpProps[i].ulPropTag) == PROP_ID(tag) &&
		    PROP_TYPE(row->lpProps[i].ulPropTag) != PT_ERROR)
			return &row->lpProps[i];
	return NULL;
}

static inline LONG
table_long(const SRow *row, ULONG tag)
{
	const SPropValue *value = table_value(row, tag);

	return value ? value->Value.l : -1;
}

static inline void
table_add_word(GString *out, const SRow *row, ULONG name)
{
	const SPropValue *value = table_value(row, name);
	LONG type = table_long(row, PR_ROW_TYPE), depth = table_long(row, PR_DEPTH);

	if (out->len)
		g_string_append_c(out, ' ');
	if (type == TBL_EXPANDED_CATEGORY || type == TBL_COLLAPSED_CATEGORY) {
		while (depth-- > 0)
			g_string_append_c(out, '*');
		g_string_append_c(out, type == TBL_EXPANDED_CATEGORY ? '-' : '+');
	}
	if (!value)
		g_string_append_c(out, '?');
	else if (PROP_TYPE(value->ulPropTag) == PT_LONG)
		g_string_append_printf(out, "%d", (int)value->Value.l);
	else
		g_string_append(out, value->Value.lpszA);
	if (type == TBL_EXPANDED_CATEGORY || type == TBL_COLLAPSED_CATEGORY)
		g_string_append_printf(out, "(%d)", (int)table_long(row, PR_CONTENT_COUNT));
}

/* What QueryRows gives, each row by the first of two columns that it has. */
static inline void
table_assert_rows(IMAPITable *table, LONG count, ULONG flags, const char *expected)
{
	GString *text = g_string_new(NULL);
	SRowSet *rows = NULL;
	ULONG i;

	assert_int_equal(table->lpVtbl->QueryRows(table, count, flags, &rows), S_OK);
	for (i = 0; i < rows->cRows; i++) {
		ULONG tag = rows->aRow[i].lpProps[0].ulPropTag, j;

		for (j = 1; PROP_TYPE(tag) == PT_ERROR && j < 2; j++)
			tag = rows->aRow[i].lpProps[j].ulPropTag;
		table_add_word(text, &rows->aRow[i], tag);
	}
	FreeProws(rows);
	assert_string_equal(text->str, expected);
	g_string_free(text, TRUE);
}

/* All rows, from the beginning. */
static inline void
table_assert_all(IMAPITable *table, const char *expected)
{
	assert_int_equal(table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL), S_OK);
	table_assert_rows(table, 1000, 0, expected);
}

static inline SSortOrderSet *
table_order(ULONG categories, ULONG expanded, ULONG count, const SSortOrder *orders)
{
	static SizedSSortOrderSet(8, set);
	ULONG i;

	set.cSorts = count;
	set.cCategories = categories;
	set.cExpanded = expanded;
	for (i = 0; i < count; i++)
		set.aSort[i] = orders[i];
	return (SSortOrderSet *)(void *)&set;
}

/* Writes "added(key after prior) " and the like; keys are numbers or bytes, of which the first
 * counts. */
static inline void
table_note_key(GString *heard, const SPropValue *key)
{
	if (key->ulPropTag == PR_NULL)
		g_string_append_c(heard, '-');
	else if (PROP_TYPE(key->ulPropTag) == PT_LONG)
		g_string_append_printf(heard, "%d", (int)key->Value.l);
	else
		g_string_append_printf(heard, "%d", key->Value.bin.lpb[0]);
}

static inline LONG STDAPICALLTYPE
table_note(LPVOID context, ULONG count, LPNOTIFICATION events)
{
	static const char *const words[] = { "?", "changed", "error", "added", "deleted",
		"modified", "sorted", "restricted", "columns", "reload" };
	GString *heard = context;
	ULONG i;

	for (i = 0; i < count; i++) {
		const TABLE_NOTIFICATION *table = &events[i].info.tab;

		g_string_append(heard, words[MIN(table->ulTableEvent, 9)]);
		if (table->ulTableEvent >= TABLE_ROW_ADDED &&
		    table->ulTableEvent <= TABLE_ROW_MODIFIED) {
			g_string_append_c(heard, '(');
			table_note_key(heard, &table->propIndex);
			if (table->ulTableEvent != TABLE_ROW_DELETED) {
				g_string_append(heard, " after ");
				table_note_key(heard, &table->propPrior);
			}
			g_string_append_c(heard, ')');
		}
		g_string_append_c(heard, ' ');
	}
	return 0;
}

static inline IMAPIAdviseSink *
table_listen(IMAPITable *table, GString *heard, ULONG_PTR *connection)
{
	IMAPIAdviseSink *sink = NULL;

	assert_int_equal(HrAllocAdviseSink(table_note, heard, &sink), S_OK);
	assert_int_equal(table->lpVtbl->Advise(table, fnevTableModified, sink, connection), S_OK);
	assert_int_not_equal(*connection, 0);
	return sink;
}

static inline void
table_assert_heard(GString *heard, const char *expected)
{
	assert_string_equal(heard->str, expected);
	g_string_truncate(heard, 0);
}

#endif
