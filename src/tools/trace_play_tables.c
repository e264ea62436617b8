/* SPDX-License-Identifier: MIT */
/* `emapi trace replay`: tables. */
#include "trace_play.h"

#include <mapicode.h>
#include <mapiutil.h>

/* The three that every table has are themselves; others came from CreateBookmark. */
static BOOKMARK
bookmark(const struct play_call *call, const char *name)
{
	gpointer number = GUINT_TO_POINTER((guint)play_number(call, name)), known;

	return g_hash_table_lookup_extended(call->replay->bookmarks, number, NULL, &known)
		   ? GPOINTER_TO_UINT(known)
		   : GPOINTER_TO_UINT(number);
}

static HRESULT
play_columns(struct play_call *call)
{
	IMAPITable *table = call->object;
	SPropTagArray *tags;

	if (!trace_value_tags(&call->replay->values, play_in(call, "lpPropTagArray"), &tags) ||
	    !tags)
		return play_cannot(call);
	return table->lpVtbl->SetColumns(table, tags, call->flags);
}

static HRESULT
play_seek(struct play_call *call)
{
	IMAPITable *table = call->object;

	return table->lpVtbl->SeekRow(
	    table, bookmark(call, "bkOrigin"), (LONG)play_number(call, "lRowCount"), NULL);
}

static HRESULT
play_count(struct play_call *call)
{
	IMAPITable *table = call->object;
	ULONG count;

	return table->lpVtbl->GetRowCount(table, call->flags, &count);
}

static HRESULT
play_rows(struct play_call *call)
{
	IMAPITable *table = call->object;
	const char *recorded = trace_line_find(call->line->out, "lppRows");
	SRowSet *rows = NULL;
	HRESULT hr = table->lpVtbl->QueryRows(
	    table, (LONG)play_number(call, "lRowCount"), call->flags, &rows);

	if (recorded && *recorded == '{')
		recorded++;
	for (ULONG i = 0; rows && i < rows->cRows && recorded && *recorded == '['; i++)
		trace_values_learn(
		    &call->replay->values, &recorded, rows->aRow[i].cValues, rows->aRow[i].lpProps);
	FreeProws(rows);
	return hr;
}

static HRESULT
play_restrict(struct play_call *call)
{
	IMAPITable *table = call->object;
	SRestriction *restriction;

	if (!trace_value_restriction(
		&call->replay->values, play_in(call, "lpRestriction"), &restriction))
		return play_cannot(call);
	return table->lpVtbl->Restrict(table, restriction, call->flags);
}

static HRESULT
play_find(struct play_call *call)
{
	IMAPITable *table = call->object;
	SRestriction *restriction;

	if (!trace_value_restriction(
		&call->replay->values, play_in(call, "lpRestriction"), &restriction))
		return play_cannot(call);
	return table->lpVtbl->FindRow(table, restriction, bookmark(call, "bkOrigin"), call->flags);
}

static HRESULT
play_sort(struct play_call *call)
{
	IMAPITable *table = call->object;
	SSortOrderSet *order;

	if (!trace_value_sort(&call->replay->values, play_in(call, "lpSortCriteria"), &order))
		return play_cannot(call);
	return table->lpVtbl->SortTable(table, order, call->flags);
}

static HRESULT
play_create_bookmark(struct play_call *call)
{
	IMAPITable *table = call->object;
	const char *was = trace_line_find(call->line->out, "lpbkPosition");
	BOOKMARK made = 0;
	HRESULT hr = table->lpVtbl->CreateBookmark(table, &made);

	if (SUCCEEDED(hr) && was)
		g_hash_table_insert(call->replay->bookmarks,
		    GUINT_TO_POINTER((guint)g_ascii_strtoull(was, NULL, 0)),
		    GUINT_TO_POINTER(made));
	return hr;
}

static HRESULT
play_free_bookmark(struct play_call *call)
{
	IMAPITable *table = call->object;

	return table->lpVtbl->FreeBookmark(table, bookmark(call, "bkPosition"));
}

static HRESULT
play_approx(struct play_call *call)
{
	IMAPITable *table = call->object;

	return table->lpVtbl->SeekRowApprox(table, (ULONG)play_number(call, "ulNumerator"),
	    (ULONG)play_number(call, "ulDenominator"));
}

static HRESULT
play_position(struct play_call *call)
{
	IMAPITable *table = call->object;
	ULONG row, numerator, denominator;

	return table->lpVtbl->QueryPosition(table, &row, &numerator, &denominator);
}

static HRESULT
play_query_columns(struct play_call *call)
{
	IMAPITable *table = call->object;
	SPropTagArray *tags = NULL;
	HRESULT hr = table->lpVtbl->QueryColumns(table, call->flags, &tags);

	MAPIFreeBuffer(tags);
	return hr;
}

static HRESULT
play_query_sort(struct play_call *call)
{
	IMAPITable *table = call->object;
	SSortOrderSet *order = NULL;
	HRESULT hr = table->lpVtbl->QuerySortOrder(table, &order);

	MAPIFreeBuffer(order);
	return hr;
}

static HRESULT
play_status(struct play_call *call)
{
	IMAPITable *table = call->object;
	ULONG status, type;

	return table->lpVtbl->GetStatus(table, &status, &type);
}

static HRESULT
play_abort(struct play_call *call)
{
	IMAPITable *table = call->object;

	return table->lpVtbl->Abort(table);
}

const struct play_method play_tables[] = {
	{ "IMAPITable", "SetColumns", play_columns },
	{ "IMAPITable", "QueryColumns", play_query_columns },
	{ "IMAPITable", "Restrict", play_restrict },
	{ "IMAPITable", "FindRow", play_find },
	{ "IMAPITable", "SortTable", play_sort },
	{ "IMAPITable", "QuerySortOrder", play_query_sort },
	{ "IMAPITable", "SeekRow", play_seek },
	{ "IMAPITable", "SeekRowApprox", play_approx },
	{ "IMAPITable", "QueryPosition", play_position },
	{ "IMAPITable", "CreateBookmark", play_create_bookmark },
	{ "IMAPITable", "FreeBookmark", play_free_bookmark },
	{ "IMAPITable", "GetRowCount", play_count },
	{ "IMAPITable", "QueryRows", play_rows },
	{ "IMAPITable", "GetStatus", play_status },
	{ "IMAPITable", "Abort", play_abort },
	{ NULL, NULL, NULL },
};
