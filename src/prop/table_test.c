/* SPDX-License-Identifier: MIT */
/* Tables in memory, through IMAPITable alone, as a client sees them. */
#include "testing.h"

#include <glib.h>
#include <string.h>
#include <mapitags.h>
#include <mapiguid.h>
#include "prop.h"
#include "table.h"

/* Name and importance of each row; "" and -1 leave the property out. */
static const struct {
	const char *name;
	LONG importance;
} people[] = { { "delta", 1 }, { "Alpha", 2 }, { "charlie", 1 }, { "bravo", -1 }, { "", 0 } };

static HRESULT
try_table(ULONG flags, IMAPITable **out)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_DISPLAY_NAME_A, PR_IMPORTANCE } };
	struct table_rows *rows = table_rows_create();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	size_t i;

	*out = NULL;
	for (i = 0; i < G_N_ELEMENTS(people) && SUCCEEDED(hr); i++) {
		SPropValue values[2];
		ULONG count = 0;

		if (people[i].importance >= 0)
			prop_set_long(&values[count++], PR_IMPORTANCE, people[i].importance);
		values[count].ulPropTag = PR_DISPLAY_NAME_A;
		values[count].Value.lpszA = (LPSTR)people[i].name;
		count += *people[i].name ? 1 : 0;
		hr = table_rows_add(rows, values, count);
	}
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (SPropTagArray *)&columns, flags, out);
}

static IMAPITable *
open_table(void)
{
	IMAPITable *table;

	assert_int_equal(try_table(0, &table), S_OK);
	return table;
}

static void
free_rows(SRowSet *rows)
{
	ULONG i;

	for (i = 0; i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

/* Asks for `wanted` rows and expects these names, one letter each ('-' for a row without). */
static void
assert_rows(IMAPITable *table, LONG wanted, ULONG flags, const char *letters)
{
	SRowSet *rows;
	ULONG i;

	assert_int_equal(table->lpVtbl->QueryRows(table, wanted, flags, &rows), S_OK);
	assert_int_equal(rows->cRows, strlen(letters));
	for (i = 0; i < rows->cRows; i++) {
		const SPropValue *name = &rows->aRow[i].lpProps[0];

		assert_int_equal(rows->aRow[i].cValues, 2);
		if (letters[i] == '-')
			assert_int_equal(
			    name->ulPropTag, CHANGE_PROP_TYPE(PR_DISPLAY_NAME_A, PT_ERROR));
		else
			assert_int_equal(g_ascii_tolower(name->Value.lpszA[0]), letters[i]);
	}
	free_rows(rows);
}

static void
seek(IMAPITable *table, BOOKMARK origin, LONG rows, LONG expected)
{
	LONG sought;

	assert_int_equal(table->lpVtbl->SeekRow(table, origin, rows, &sought), S_OK);
	assert_int_equal(sought, expected);
}

static void
rows_come_in_both_directions(void **state)
{
	IMAPITable *table = open_table();
	SRowSet *rows;

	assert_rows(table, 2, 0, "da");
	assert_rows(table, 2, TBL_NOADVANCE, "cb");
	assert_rows(table, 100, 0, "cb-");
	assert_rows(table, 1, 0, "");
	assert_rows(table, -2, 0, "b-");
	assert_rows(table, -1, TBL_NOADVANCE, "c");
	assert_rows(table, INT32_MIN, 0, "dac");
	assert_rows(table, -1, 0, "");
	assert_rows(table, INT32_MAX, 0, "dacb-");
	assert_int_equal(table->lpVtbl->QueryRows(table, 0, 0, &rows), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0x80, &rows), MAPI_E_UNKNOWN_FLAGS);
	table->lpVtbl->Release(table);
}

static void
columns_can_be_chosen(void **state)
{
	SizedSPropTagArray(
	    4, wanted) = { 4, { PR_NULL, PR_DISPLAY_NAME_W, PR_ENTRYID, PR_IMPORTANCE } };
	SizedSPropTagArray(1, none) = { 0, { 0 } };
	SizedSPropTagArray(1, instances) = { 1, { MVI_PROP(PR_IMPORTANCE) } };
	IMAPITable *table = open_table();
	SPropTagArray *columns;
	SRowSet *rows;
	SPropValue *values;

	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (SPropTagArray *)&wanted, TBL_BATCH), S_OK);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0, &rows), S_OK);
	values = rows->aRow[0].lpProps;
	assert_int_equal(rows->aRow[0].cValues, 4);
	assert_int_equal(values[0].ulPropTag, PR_NULL);
	assert_int_equal(values[1].ulPropTag, PR_DISPLAY_NAME_W);
	assert_memory_equal(values[1].Value.lpszW, u"delta", 12);
	assert_int_equal(values[2].ulPropTag, CHANGE_PROP_TYPE(PR_ENTRYID, PT_ERROR));
	assert_int_equal(values[2].Value.err, MAPI_E_NOT_FOUND);
	assert_int_equal(values[3].Value.l, 1);
	free_rows(rows);
	assert_int_equal(table->lpVtbl->QueryColumns(table, 0, &columns), S_OK);
	assert_memory_equal(columns, &wanted, sizeof(wanted));
	mem_free(columns);
	assert_int_equal(table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns), S_OK);
	assert_int_equal(columns->cValues, 2);
	mem_free(columns);
	assert_int_equal(
	    table->lpVtbl->SetColumns(table, (SPropTagArray *)&none, 0), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(table->lpVtbl->SetColumns(table, (SPropTagArray *)&instances, 0), S_OK);
	table->lpVtbl->Release(table);
}

static void
default_text_follows_the_flag(void **state)
{
	IMAPITable *table;
	SPropTagArray *columns;

	assert_int_equal(try_table(MAPI_UNICODE, &table), S_OK);
	assert_int_equal(table->lpVtbl->QueryColumns(table, 0, &columns), S_OK);
	assert_int_equal(columns->aulPropTag[0], PR_DISPLAY_NAME_W);
	mem_free(columns);
	table->lpVtbl->Release(table);
}

static void
position_can_be_moved(void **state)
{
	IMAPITable *table = open_table();
	ULONG count, row, numerator, denominator;

	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	assert_int_equal(count, 5);
	seek(table, BOOKMARK_BEGINNING, 2, 2);
	seek(table, BOOKMARK_CURRENT, -5, -2);
	seek(table, BOOKMARK_END, -1, -1);
	assert_rows(table, 1, TBL_NOADVANCE, "-");
	seek(table, BOOKMARK_CURRENT, INT32_MAX, 1);
	seek(table, BOOKMARK_CURRENT, INT32_MIN, -5);
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 1, 2), S_OK);
	assert_int_equal(table->lpVtbl->QueryPosition(table, &row, &numerator, &denominator), S_OK);
	assert_int_equal(row, 2);
	assert_int_equal(numerator, 2);
	assert_int_equal(denominator, 5);
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 3, 2), S_OK);
	assert_rows(table, 1, 0, "");
	assert_int_equal(table->lpVtbl->SeekRowApprox(table, 1, 0), MAPI_E_INVALID_PARAMETER);
	table->lpVtbl->Release(table);
}

static void
bookmarks_keep_places(void **state)
{
	IMAPITable *table = open_table();
	BOOKMARK second, fourth;

	seek(table, BOOKMARK_BEGINNING, 1, 1);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &second), S_OK);
	seek(table, BOOKMARK_BEGINNING, 3, 3);
	assert_int_equal(table->lpVtbl->CreateBookmark(table, &fourth), S_OK);
	assert_true(second > BOOKMARK_END && fourth > BOOKMARK_END && second != fourth);
	seek(table, second, 1, 1);
	assert_rows(table, 1, 0, "c");
	seek(table, fourth, 0, 0);
	assert_rows(table, 1, 0, "b");
	assert_int_equal(table->lpVtbl->FreeBookmark(table, second), S_OK);
	assert_int_equal(table->lpVtbl->FreeBookmark(table, second), MAPI_E_INVALID_BOOKMARK);
	assert_int_equal(table->lpVtbl->SeekRow(table, second, 0, NULL), MAPI_E_INVALID_BOOKMARK);
	assert_int_equal(table->lpVtbl->SeekRow(table, 4711, 0, NULL), MAPI_E_INVALID_BOOKMARK);
	assert_int_equal(table->lpVtbl->FreeBookmark(table, BOOKMARK_END), S_OK);
	assert_int_equal(table->lpVtbl->SortTable(table, NULL, 0), S_OK);
	assert_int_equal(table->lpVtbl->SeekRow(table, fourth, 0, NULL), MAPI_E_INVALID_BOOKMARK);
	table->lpVtbl->Release(table);
}

static void
rows_can_be_sorted(void **state)
{
	SizedSSortOrderSet(2, by_both) = { 2, 0, 0,
		{ { PR_IMPORTANCE, TABLE_SORT_DESCEND },
		    { PR_DISPLAY_NAME_W, TABLE_SORT_ASCEND } } };
	SizedSSortOrderSet(1, by_name) = { 1, 0, 0, { { PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND } } };
	SizedSSortOrderSet(
	    1, by_importance) = { 1, 0, 0, { { PR_IMPORTANCE, TABLE_SORT_ASCEND } } };
	SizedSSortOrderSet(1, combined) = { 1, 1, 1, { { PR_IMPORTANCE, TABLE_SORT_COMBINE } } };
	IMAPITable *table = open_table();
	SSortOrderSet *order;

	assert_rows(table, 3, 0, "dac");
	assert_int_equal(
	    table->lpVtbl->SortTable(table, (SSortOrderSet *)&by_name, TBL_BATCH), S_OK);
	assert_rows(table, 9, 0, "-abcd");
	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)&by_both, 0), S_OK);
	assert_rows(table, 9, 0, "acd-b");
	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)&by_importance, 0), S_OK);
	assert_rows(table, 9, 0, "b-dca"); /* equal ones as they were added */
	assert_int_equal(
	    table->lpVtbl->SortTable(table, (SSortOrderSet *)&combined, 0), MAPI_E_TOO_COMPLEX);
	assert_int_equal(table->lpVtbl->QuerySortOrder(table, &order), S_OK);
	assert_memory_equal(order, &by_importance, sizeof(by_importance));
	mem_free(order);
	by_name.cSorts = 0;
	assert_int_equal(table->lpVtbl->SortTable(table, (SSortOrderSet *)&by_name, 0), S_OK);
	assert_rows(table, 9, 0, "dacb-");
	assert_int_equal(table->lpVtbl->QuerySortOrder(table, &order), S_OK);
	assert_int_equal(order->cSorts, 0);
	mem_free(order);
	table->lpVtbl->Release(table);
}

static void
rows_can_be_restricted_and_found(void **state)
{
	SPropValue one = { .ulPropTag = PR_IMPORTANCE, .Value.l = 1 };
	SRestriction restriction = { .rt = RES_PROPERTY }, sub;
	SizedSSortOrderSet(1, by_name) = { 1, 0, 0, { { PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND } } };
	IMAPITable *table = open_table();
	IMAPITableVtbl const *v = table->lpVtbl;

	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_IMPORTANCE;
	restriction.res.resProperty.lpProp = &one;
	assert_int_equal(v->SeekRow(table, BOOKMARK_BEGINNING, 1, NULL), S_OK);
	assert_int_equal(v->FindRow(table, &restriction, BOOKMARK_CURRENT, 0), S_OK);
	assert_rows(table, 1, TBL_NOADVANCE, "c");
	assert_int_equal(v->FindRow(table, &restriction, BOOKMARK_CURRENT, DIR_BACKWARD), S_OK);
	assert_rows(table, 1, TBL_NOADVANCE, "d");
	assert_int_equal(
	    v->FindRow(table, &restriction, BOOKMARK_CURRENT, DIR_BACKWARD), MAPI_E_NOT_FOUND);
	assert_int_equal(v->FindRow(table, &restriction, BOOKMARK_END, DIR_BACKWARD), S_OK);
	assert_rows(table, 1, TBL_NOADVANCE, "c");
	assert_int_equal(v->FindRow(table, &restriction, BOOKMARK_END, 0), MAPI_E_NOT_FOUND);
	assert_int_equal(v->FindRow(table, NULL, BOOKMARK_END, 0), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(v->Restrict(table, &restriction, TBL_BATCH), S_OK);
	assert_rows(table, 9, 0, "dc");
	assert_int_equal(v->SortTable(table, (SSortOrderSet *)&by_name, 0), S_OK);
	assert_rows(table, 9, 0, "cd");
	one.Value.l = 9; /* the table has a copy */
	assert_int_equal(v->Restrict(table, NULL, 0), S_OK);
	assert_rows(table, 9, 0, "-abcd");
	assert_int_equal(v->Restrict(table, &restriction, 0), S_OK);
	assert_rows(table, 9, 0, "");
	sub = restriction;
	restriction.rt = RES_SUBRESTRICTION;
	restriction.res.resSub.ulSubObject = PR_MESSAGE_RECIPIENTS;
	restriction.res.resSub.lpRes = &sub; /* these rows have no recipients */
	assert_int_equal(v->Restrict(table, &restriction, 0), MAPI_E_TOO_COMPLEX);
	v->Release(table);
}

static void
every_method_answers(void **state)
{
	IMAPITable *table = open_table(), *same;
	void *const *slots = (void *const *)table->lpVtbl;
	ULONG status, type;
	ULONG_PTR connection;
	MAPIERROR *error;
	size_t i;

	for (i = 0; i < sizeof(IMAPITableVtbl) / sizeof(void *); i++)
		assert_non_null(slots[i]);
	assert_int_equal(table->lpVtbl->GetStatus(table, &status, &type), S_OK);
	assert_int_equal(status, TBLSTAT_COMPLETE);
	assert_int_equal(type, TBLTYPE_SNAPSHOT);
	assert_int_equal(table->lpVtbl->GetLastError(table, MAPI_E_NOT_FOUND, 0, &error), S_OK);
	assert_null(error);
	assert_int_equal(table->lpVtbl->Advise(table, fnevTableModified, NULL, &connection),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(table->lpVtbl->Abort(table), S_OK);
	assert_int_equal(table->lpVtbl->WaitForCompletion(table, 0, 0, &status), S_OK);
	assert_int_equal(
	    table->lpVtbl->QueryInterface(table, &IID_IMAPITable, (LPVOID *)&same), S_OK);
	assert_ptr_equal(same, table);
	same->lpVtbl->Release(same);
	assert_int_equal(table->lpVtbl->Release(table), 0);
}

/* Turns columns, order and position over and over; NULL where every call went well. */
static gpointer
use_in_all_ways(gpointer context)
{
	SizedSPropTagArray(1, narrow) = { 1, { PR_DISPLAY_NAME_A } };
	SizedSPropTagArray(2, wide) = { 2, { PR_DISPLAY_NAME_W, PR_IMPORTANCE } };
	SizedSSortOrderSet(1, by_name) = { 1, 0, 0, { { PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND } } };
	IMAPITable *table = context;
	HRESULT hr = S_OK;
	SRowSet *rows;
	int i;

	for (i = 0; i < 500 && SUCCEEDED(hr); i++) {
		hr = table->lpVtbl->SetColumns(
		    table, i % 2 ? (SPropTagArray *)&wide : (SPropTagArray *)&narrow, 0);
		if (SUCCEEDED(hr))
			hr = table->lpVtbl->SortTable(
			    table, i % 3 ? (SSortOrderSet *)&by_name : NULL, 0);
		if (SUCCEEDED(hr))
			hr = table->lpVtbl->QueryRows(table, 3, 0, &rows);
		if (SUCCEEDED(hr))
			free_rows(rows);
	}
	return SUCCEEDED(hr) ? NULL : table;
}

static void
threads_may_share_a_table(void **state)
{
	IMAPITable *table = open_table();
	GThread *threads[4];
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("table", use_in_all_ways, table);
	for (i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
	table->lpVtbl->Release(table);
}

static HRESULT
create_and_read(void *context)
{
	SizedSSortOrderSet(1, by_name) = { 1, 0, 0, { { PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND } } };
	SRowSet *rows = NULL;
	IMAPITable *table;
	HRESULT hr = try_table(0, &table);

	if (FAILED(hr))
		return hr;
	hr = table->lpVtbl->SortTable(table, (SSortOrderSet *)&by_name, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 9, 0, &rows);
	if (rows)
		free_rows(rows);
	table->lpVtbl->Release(table);
	return hr;
}

static void
short_memory_fails_cleanly(void **state)
{
	test_each_allocation_fails(create_and_read, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_in_both_directions),
		cmocka_unit_test(columns_can_be_chosen),
		cmocka_unit_test(default_text_follows_the_flag),
		cmocka_unit_test(position_can_be_moved),
		cmocka_unit_test(bookmarks_keep_places),
		cmocka_unit_test(rows_can_be_sorted),
		cmocka_unit_test(rows_can_be_restricted_and_found),
		cmocka_unit_test(every_method_answers),
		cmocka_unit_test(threads_may_share_a_table),
		cmocka_unit_test(short_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
