/* SPDX-License-Identifier: MIT */
/* ITableData: rows that a provider puts in, and the views that its clients read. */
#include "tabletesting.h"

#define NUMBER PROP_TAG(PT_LONG, 0x6600) /* the index column */

struct fixture {
	ITableData *data;
	IMAPITable *view;
	GString *heard;
};

static SRow
row(SPropValue values[2], LONG number, const char *name)
{
	SRow row = { .cValues = 2, .lpProps = values };

	values[0].ulPropTag = NUMBER;
	values[0].Value.l = number;
	values[1].ulPropTag = PR_DISPLAY_NAME_A;
	values[1].Value.lpszA = (LPSTR)(size_t)name;
	return row;
}

static void
put(struct fixture *fixture, LONG number, const char *name)
{
	SPropValue values[2];
	SRow one = row(values, number, name);

	assert_int_equal(fixture->data->lpVtbl->HrModifyRow(fixture->data, &one), S_OK);
}

static SPropValue
key(LONG number)
{
	SPropValue value = { .ulPropTag = NUMBER, .Value.l = number };

	return value;
}

static int
setup(void **state)
{
	static struct fixture fixture;
	SizedSPropTagArray(2, columns) = { 2, { PR_DISPLAY_NAME_A, NUMBER } };

	assert_int_equal(
	    CreateTable(&IID_IMAPITableData, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer,
		NULL, TBLTYPE_DYNAMIC, NUMBER, (LPSPropTagArray)(void *)&columns, &fixture.data),
	    S_OK);
	put(&fixture, 1, "delta");
	put(&fixture, 2, "alpha");
	put(&fixture, 3, "charlie");
	fixture.heard = g_string_new(NULL);
	assert_int_equal(
	    fixture.data->lpVtbl->HrGetView(fixture.data, NULL, NULL, 0, &fixture.view), S_OK);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *fixture = *state;

	fixture->view->lpVtbl->Release(fixture->view);
	assert_int_equal(fixture->data->lpVtbl->Release(fixture->data), 0);
	g_string_free(fixture->heard, TRUE);
	return 0;
}

static void
CreateTable_refuses_what_it_cannot_make(void **state)
{
	SizedSPropTagArray(1, columns) = { 1, { NUMBER } };
	ITableData *data = (ITableData *)1;

	assert_int_equal(
	    CreateTable(&IID_IMAPITable, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, NULL,
		TBLTYPE_DYNAMIC, NUMBER, (LPSPropTagArray)(void *)&columns, &data),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	assert_null(data);
	assert_int_equal(CreateTable(NULL, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer,
			     NULL, TBLTYPE_DYNAMIC, NUMBER, NULL, &data),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(CreateTable(NULL, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer,
			     NULL, 77, NUMBER, (LPSPropTagArray)(void *)&columns, &data),
	    MAPI_E_INVALID_PARAMETER);
}

static void
views_show_rows_in_the_order_they_came_in(void **state)
{
	struct fixture *fixture = *state;
	ULONG status, type;

	table_assert_all(fixture->view, "delta alpha charlie");
	assert_int_equal(fixture->view->lpVtbl->GetStatus(fixture->view, &status, &type), S_OK);
	assert_int_equal(type, TBLTYPE_DYNAMIC);
}

static void
HrModifyRow_replaces_the_row_with_the_same_index_or_adds_one(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, 2, "bravo");
	put(fixture, 4, "echo");
	table_assert_all(fixture->view, "delta bravo charlie echo");
}

static void
HrModifyRow_needs_the_index_column(void **state)
{
	struct fixture *fixture = *state;
	SPropValue values[2];
	SRow one = row(values, 9, "nobody");

	one.lpProps++;
	one.cValues = 1;
	assert_int_equal(
	    fixture->data->lpVtbl->HrModifyRow(fixture->data, &one), MAPI_E_INVALID_PARAMETER);
	table_assert_all(fixture->view, "delta alpha charlie");
}

static void
HrModifyRows_changes_nothing_where_one_row_is_wrong(void **state)
{
	struct fixture *fixture = *state;
	SizedSRowSet(2, rows) = { .cRows = 2 };
	SPropValue first[2], second[2];

	rows.aRow[0] = row(first, 1, "other");
	rows.aRow[1] = row(second, 5, "more");
	second[0].ulPropTag = PR_IMPORTANCE;
	assert_int_equal(
	    fixture->data->lpVtbl->HrModifyRows(fixture->data, 0, (LPSRowSet)(void *)&rows),
	    MAPI_E_INVALID_PARAMETER);
	table_assert_all(fixture->view, "delta alpha charlie");
	second[0].ulPropTag = NUMBER;
	assert_int_equal(
	    fixture->data->lpVtbl->HrModifyRows(fixture->data, 0, (LPSRowSet)(void *)&rows), S_OK);
	table_assert_all(fixture->view, "other alpha charlie more");
}

static void
HrInsertRow_puts_a_row_at_a_number(void **state)
{
	struct fixture *fixture = *state;
	SPropValue values[2];
	SRow one = row(values, 7, "first");
	int i;

	assert_int_equal(fixture->data->lpVtbl->HrInsertRow(fixture->data, 0, &one), S_OK);
	assert_int_equal(
	    fixture->data->lpVtbl->HrInsertRow(fixture->data, 0, &one), MAPI_E_INVALID_PARAMETER);
	one = row(values, 8, "last");
	assert_int_equal(fixture->data->lpVtbl->HrInsertRow(fixture->data, 4, &one), S_OK);
	one = row(values, 9, "middle");
	assert_int_equal(fixture->data->lpVtbl->HrInsertRow(fixture->data, 2, &one), S_OK);
	assert_int_equal(
	    fixture->data->lpVtbl->HrInsertRow(fixture->data, 7, &one), MAPI_E_INVALID_PARAMETER);
	table_assert_all(fixture->view, "first delta middle alpha charlie last");
	for (i = 0; i < 100; i++) { /* always at the same place */
		one = row(values, 100 + i, "x");
		assert_int_equal(fixture->data->lpVtbl->HrInsertRow(fixture->data, 3, &one), S_OK);
	}
	fixture->view->lpVtbl->SeekRow(fixture->view, BOOKMARK_BEGINNING, 100, NULL);
	table_assert_rows(fixture->view, 6, 0, "x x x alpha charlie last");
}

static void
HrDeleteRow_takes_one_row_out(void **state)
{
	struct fixture *fixture = *state;
	SPropValue two = key(2), wrong = { .ulPropTag = PR_IMPORTANCE, .Value.l = 1 };

	assert_int_equal(fixture->data->lpVtbl->HrDeleteRow(fixture->data, &two), S_OK);
	assert_int_equal(fixture->data->lpVtbl->HrDeleteRow(fixture->data, &two), MAPI_E_NOT_FOUND);
	assert_int_equal(
	    fixture->data->lpVtbl->HrDeleteRow(fixture->data, &wrong), MAPI_E_NOT_FOUND);
	table_assert_all(fixture->view, "delta charlie");
}

static void
HrDeleteRows_counts_those_that_were_there(void **state)
{
	struct fixture *fixture = *state;
	SizedSRowSet(2, rows) = { .cRows = 2 };
	SPropValue three = key(3), nine = key(9);
	ULONG deleted = 99;

	rows.aRow[0] = (SRow){ .cValues = 1, .lpProps = &three };
	rows.aRow[1] = (SRow){ .cValues = 1, .lpProps = &nine };
	assert_int_equal(fixture->data->lpVtbl->HrDeleteRows(
			     fixture->data, 0, (LPSRowSet)(void *)&rows, &deleted),
	    S_OK);
	assert_int_equal(deleted, 1);
	table_assert_all(fixture->view, "delta alpha");
	assert_int_equal(
	    fixture->data->lpVtbl->HrDeleteRows(fixture->data, TAD_ALL_ROWS, NULL, &deleted), S_OK);
	assert_int_equal(deleted, 2);
	table_assert_all(fixture->view, "");
	assert_int_equal(fixture->data->lpVtbl->HrDeleteRows(fixture->data, 0, NULL, &deleted),
	    MAPI_E_INVALID_PARAMETER);
}

static void
HrQueryRow_and_HrEnumRow_copy_rows_out(void **state)
{
	struct fixture *fixture = *state;
	SPropValue three = key(3), nine = key(9);
	ULONG number = 99;
	SRow *one = NULL;

	assert_int_equal(
	    fixture->data->lpVtbl->HrQueryRow(fixture->data, &three, &one, &number), S_OK);
	assert_int_equal(number, 2);
	assert_string_equal(table_value(one, PR_DISPLAY_NAME_A)->Value.lpszA, "charlie");
	MAPIFreeBuffer(one);
	assert_int_equal(
	    fixture->data->lpVtbl->HrQueryRow(fixture->data, &nine, &one, NULL), MAPI_E_NOT_FOUND);
	assert_int_equal(fixture->data->lpVtbl->HrEnumRow(fixture->data, 1, &one), S_OK);
	assert_string_equal(table_value(one, PR_DISPLAY_NAME_A)->Value.lpszA, "alpha");
	MAPIFreeBuffer(one);
	assert_int_equal(fixture->data->lpVtbl->HrEnumRow(fixture->data, 3, &one), S_OK);
	assert_null(one);
}

static void
new_columns_are_there_at_once_and_shown_by_new_views(void **state)
{
	struct fixture *fixture = *state;
	SPropValue values[3], one = key(1);
	SRow more = row(values, 4, "echo");
	SPropTagArray *columns = NULL;
	IMAPITable *view = NULL;

	values[2].ulPropTag = PR_IMPORTANCE;
	values[2].Value.l = 2;
	more.cValues = 3;
	assert_int_equal(fixture->data->lpVtbl->HrModifyRow(fixture->data, &more), S_OK);
	assert_int_equal(fixture->view->lpVtbl->QueryColumns(fixture->view, 0, &columns), S_OK);
	assert_int_equal(columns->cValues, 2);
	MAPIFreeBuffer(columns);
	assert_int_equal(
	    fixture->view->lpVtbl->QueryColumns(fixture->view, TBL_ALL_COLUMNS, &columns), S_OK);
	assert_int_equal(columns->cValues, 3);
	MAPIFreeBuffer(columns);
	one = key(4);
	assert_int_equal(fixture->data->lpVtbl->HrDeleteRow(fixture->data, &one), S_OK);
	assert_int_equal(
	    fixture->data->lpVtbl->HrGetView(fixture->data, NULL, NULL, 0, &view), S_OK);
	assert_int_equal(view->lpVtbl->QueryColumns(view, 0, &columns), S_OK);
	assert_int_equal(columns->cValues, 3); /* also after its last row has gone */
	MAPIFreeBuffer(columns);
	view->lpVtbl->Release(view);
}

static ULONG_PTR released;

static void STDAPICALLTYPE
note_release(ULONG_PTR caller, LPTABLEDATA data, LPMAPITABLE view)
{
	assert_non_null(data);
	assert_non_null(view);
	released = caller;
}

static void
HrGetView_sorts_and_tells_when_the_view_is_released(void **state)
{
	struct fixture *fixture = *state;
	const SSortOrder by_name = { PR_DISPLAY_NAME_A, TABLE_SORT_ASCEND };
	IMAPITable *view = NULL;

	assert_int_equal(fixture->data->lpVtbl->HrGetView(fixture->data,
			     table_order(0, 0, 1, &by_name), note_release, 4711, &view),
	    S_OK);
	table_assert_all(view, "alpha charlie delta");
	table_assert_all(fixture->view, "delta alpha charlie");
	released = 0;
	view->lpVtbl->Release(view);
	assert_int_equal(released, 4711);
}

static void
views_keep_the_rows_alive(void **state)
{
	struct fixture *fixture = *state;

	fixture->data->lpVtbl->AddRef(fixture->data);
	assert_int_not_equal(fixture->data->lpVtbl->Release(fixture->data), 0);
	table_assert_all(fixture->view, "delta alpha charlie");
}

static void
each_change_is_told_with_the_row_before_it(void **state)
{
	struct fixture *fixture = *state;
	SPropValue three = key(3), values[2];
	SRow first = row(values, 7, "first");
	ULONG_PTR connection;
	IMAPIAdviseSink *sink = table_listen(fixture->view, fixture->heard, &connection);

	put(fixture, 4, "echo");
	table_assert_heard(fixture->heard, "added(4 after 3) ");
	put(fixture, 1, "dawn");
	table_assert_heard(fixture->heard, "modified(1 after -) ");
	assert_int_equal(fixture->data->lpVtbl->HrDeleteRow(fixture->data, &three), S_OK);
	table_assert_heard(fixture->heard, "deleted(3) ");
	assert_int_equal(fixture->data->lpVtbl->HrInsertRow(fixture->data, 1, &first), S_OK);
	table_assert_heard(fixture->heard, "added(7 after 1) ");
	assert_int_equal(fixture->view->lpVtbl->Unadvise(fixture->view, connection), S_OK);
	put(fixture, 5, "silence");
	table_assert_heard(fixture->heard, "");
	sink->lpVtbl->Release(sink);
}

static void
views_tell_of_what_they_show_in_their_own_order(void **state)
{
	struct fixture *fixture = *state;
	const SSortOrder by_name = { PR_DISPLAY_NAME_A, TABLE_SORT_DESCEND };
	SPropValue c = { .ulPropTag = PR_DISPLAY_NAME_A, .Value.lpszA = (LPSTR)(size_t) "c" };
	SRestriction from_c = { .rt = RES_PROPERTY };
	ULONG_PTR connection;
	IMAPIAdviseSink *sink;

	from_c.res.resProperty.relop = RELOP_GE;
	from_c.res.resProperty.ulPropTag = PR_DISPLAY_NAME_A;
	from_c.res.resProperty.lpProp = &c;
	assert_int_equal(
	    fixture->view->lpVtbl->SortTable(fixture->view, table_order(0, 0, 1, &by_name), 0),
	    S_OK);
	assert_int_equal(fixture->view->lpVtbl->Restrict(fixture->view, &from_c, 0), S_OK);
	sink = table_listen(fixture->view, fixture->heard, &connection);
	put(fixture, 4, "aardvark"); /* not shown */
	table_assert_heard(fixture->heard, "");
	put(fixture, 5, "crow");
	table_assert_heard(fixture->heard, "added(5 after 1) ");
	put(fixture, 5, "zebra");
	table_assert_heard(fixture->heard, "modified(5 after -) ");
	put(fixture, 2, "dog"); /* comes into view */
	table_assert_heard(fixture->heard, "added(2 after 5) ");
	put(fixture, 1, "ant"); /* goes out of it */
	table_assert_heard(fixture->heard, "deleted(1) ");
	table_assert_all(fixture->view, "zebra dog charlie");
	sink->lpVtbl->Release(sink);
}

static void
many_changes_at_once_are_one(void **state)
{
	struct fixture *fixture = *state;
	SizedSRowSet(9, rows) = { .cRows = 9 };
	SPropValue values[9][2];
	ULONG_PTR connection;
	IMAPIAdviseSink *sink = table_listen(fixture->view, fixture->heard, &connection);
	int i;

	for (i = 0; i < 9; i++)
		rows.aRow[i] = row(values[i], 20 + i, "many");
	assert_int_equal(
	    fixture->data->lpVtbl->HrModifyRows(fixture->data, 0, (LPSRowSet)(void *)&rows), S_OK);
	table_assert_heard(fixture->heard, "changed ");
	assert_int_equal(
	    fixture->data->lpVtbl->HrDeleteRows(fixture->data, TAD_ALL_ROWS, NULL, NULL), S_OK);
	table_assert_heard(fixture->heard, "reload ");
	sink->lpVtbl->Release(sink);
}

static void
HrNotify_tells_of_a_row_that_did_not_change(void **state)
{
	struct fixture *fixture = *state;
	SPropValue two = key(2), nine = key(9);
	ULONG_PTR connection;
	IMAPIAdviseSink *sink = table_listen(fixture->view, fixture->heard, &connection);

	assert_int_equal(fixture->data->lpVtbl->HrNotify(fixture->data, 0, 1, &two), S_OK);
	table_assert_heard(fixture->heard, "modified(2 after 1) ");
	assert_int_equal(
	    fixture->data->lpVtbl->HrNotify(fixture->data, 0, 1, &nine), MAPI_E_NOT_FOUND);
	table_assert_heard(fixture->heard, "");
	sink->lpVtbl->Release(sink);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(CreateTable_refuses_what_it_cannot_make),
		TEST(views_show_rows_in_the_order_they_came_in),
		TEST(HrModifyRow_replaces_the_row_with_the_same_index_or_adds_one),
		TEST(HrModifyRow_needs_the_index_column),
		TEST(HrModifyRows_changes_nothing_where_one_row_is_wrong),
		TEST(HrInsertRow_puts_a_row_at_a_number),
		TEST(HrDeleteRow_takes_one_row_out),
		TEST(HrDeleteRows_counts_those_that_were_there),
		TEST(HrQueryRow_and_HrEnumRow_copy_rows_out),
		TEST(new_columns_are_there_at_once_and_shown_by_new_views),
		TEST(HrGetView_sorts_and_tells_when_the_view_is_released),
		TEST(views_keep_the_rows_alive),
		TEST(each_change_is_told_with_the_row_before_it),
		TEST(views_tell_of_what_they_show_in_their_own_order),
		TEST(many_changes_at_once_are_one),
		TEST(HrNotify_tells_of_a_row_that_did_not_change),
	};

	return cmocka_run_group_tests_name("ITableData", tests, NULL, NULL);
}
