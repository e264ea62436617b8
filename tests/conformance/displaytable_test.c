/* SPDX-License-Identifier: MIT */
/* BuildDisplayTable: a dialogue as rows (MAPI reference: BuildDisplayTable, DTPAGE, DTCTL). */
#include <mapinls.h>
#include "world.h"

static SizedDtblPage(8, 1, tab) = { { sizeof(DTBLPAGE), 0, 0, 7 }, "Account", "" };
static SizedDtblLabel(8, name) = { { sizeof(DTBLLABEL), 0 }, "Server:" };
static DTBLEDIT server = { 0, 0, 255, PR_EMAIL_ADDRESS_A };
static SizedDtblCheckBox(
    9, always) = { { sizeof(DTBLCHECKBOX), 0, PR_SEND_RICH_INFO }, "Rich text" };
static BYTE server_id[] = "server control";
static DTCTL controls[] = {
	{ DTCT_PAGE, 0, NULL, 0, NULL, 0, { &tab } },
	{ DTCT_LABEL, 0, NULL, 0, NULL, 0, { &name } },
	{ DTCT_EDIT, DT_EDITABLE | DT_REQUIRED, server_id, sizeof server_id,
	    (LPTSTR)(void *)"[a-z0-9.]", 0, { &server } },
	{ DTCT_CHECKBOX, 0, NULL, 0, NULL, 0, { &always } },
};

static HRESULT
build(ULONG flags, IMAPITable **table, ITableData **data)
{
	DTPAGE page = { 4, NULL, { (LPTSTR)(void *)"help" }, controls };

	return BuildDisplayTable(MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, NULL, NULL,
	    1, &page, flags, table, data);
}

static const SPropValue *
cell(const SRowSet *rows, ULONG row, ULONG tag)
{
	const SPropValue *value =
	    PpropFindProp(rows->aRow[row].lpProps, rows->aRow[row].cValues, tag);

	assert_non_null(value);
	return value;
}

static void
each_control_is_a_row_with_the_columns_of_a_display_table(void **state)
{
	static const ULONG tags[] = { PR_XPOS, PR_YPOS, PR_DELTAX, PR_DELTAY, PR_CONTROL_TYPE,
		PR_CONTROL_FLAGS, PR_CONTROL_STRUCTURE, PR_CONTROL_ID };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	OK(build(0, &table, NULL));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 4);
	for (ULONG i = 0; i < rows->cRows; i++) {
		for (size_t k = 0; k < G_N_ELEMENTS(tags); k++)
			cell(rows, i, tags[k]);
		assert_int_equal(cell(rows, i, PR_CONTROL_TYPE)->Value.l, controls[i].ulCtlType);
		assert_int_equal(cell(rows, i, PR_CONTROL_FLAGS)->Value.l, controls[i].ulCtlFlags);
	}
	assert_int_equal(cell(rows, 2, PR_CONTROL_ID)->Value.bin.cb, sizeof server_id);
	assert_memory_equal(
	    cell(rows, 2, PR_CONTROL_ID)->Value.bin.lpb, server_id, sizeof server_id);
	/* The field stands beside its label, the next control below. */
	assert_int_equal(cell(rows, 1, PR_YPOS)->Value.l, cell(rows, 2, PR_YPOS)->Value.l);
	assert_true(cell(rows, 1, PR_XPOS)->Value.l < cell(rows, 2, PR_XPOS)->Value.l);
	assert_true(cell(rows, 3, PR_YPOS)->Value.l > cell(rows, 2, PR_YPOS)->Value.l);
	FreeProws(rows);
	RELEASE(table);
}

static void
texts_stand_behind_their_structure(void **state)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	const SBinary *bytes;
	const DTBLPAGE *page;
	const DTBLEDIT *edit;

	OK(build(0, &table, NULL));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	bytes = &cell(rows, 0, PR_CONTROL_STRUCTURE)->Value.bin;
	page = (const DTBLPAGE *)(const void *)bytes->lpb;
	assert_string_equal((const char *)bytes->lpb + page->ulbLpszLabel, "Account");
	assert_string_equal((const char *)bytes->lpb + page->ulbLpszComponent, "help");
	assert_int_equal(page->ulContext, 7);
	bytes = &cell(rows, 2, PR_CONTROL_STRUCTURE)->Value.bin;
	edit = (const DTBLEDIT *)(const void *)bytes->lpb;
	assert_string_equal((const char *)bytes->lpb + edit->ulbLpszCharsAllowed, "[a-z0-9.]");
	assert_int_equal(edit->ulNumCharsAllowed, 255);
	assert_int_equal(edit->ulPropTag, PR_EMAIL_ADDRESS_A);
	FreeProws(rows);
	RELEASE(table);
}

static void
unicode_texts_come_as_unicode(void **state)
{
	DTBLLABEL *made;
	struct {
		DTBLLABEL label;
		WCHAR text[8];
	} wide = { { sizeof(DTBLLABEL), MAPI_UNICODE }, u"Größe" };
	DTCTL control = { DTCT_LABEL, 0, NULL, 0, NULL, 0, { &wide } };
	DTPAGE page = { 1, NULL, { NULL }, &control };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	const SBinary *bytes;

	OK(BuildDisplayTable(NULL, NULL, NULL, NULL, NULL, 1, &page, MAPI_UNICODE, &table, NULL));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	bytes = &cell(rows, 0, PR_CONTROL_STRUCTURE)->Value.bin;
	made = (DTBLLABEL *)(void *)bytes->lpb;
	assert_int_equal(made->ulFlags & MAPI_UNICODE, MAPI_UNICODE);
	assert_int_equal(
	    MNLS_lstrcmpW((WCHAR *)(void *)(bytes->lpb + made->ulbLpszLabelName), u"Größe"), 0);
	FreeProws(rows);
	RELEASE(table);
}

static void
the_rows_can_be_changed_by_whoever_asked_for_them(void **state)
{
	IMAPITable *table = NULL;
	ITableData *data = NULL;
	SRowSet *rows = NULL;
	ULONG count = 0;

	OK(build(0, &table, &data));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	OK(data->lpVtbl->HrDeleteRow(data, (SPropValue *)(uintptr_t)cell(rows, 3, PR_ROWID)));
	OK(table->lpVtbl->GetRowCount(table, 0, &count));
	assert_int_equal(count, 3);
	FreeProws(rows);
	RELEASE(data);
	RELEASE(table);
}

static void
what_is_no_control_is_refused(void **state)
{
	DTCTL control = { 99, 0, NULL, 0, NULL, 0, { &server } };
	DTPAGE page = { 1, NULL, { NULL }, &control };
	IMAPITable *table = NULL;

	FAILS(BuildDisplayTable(NULL, NULL, NULL, NULL, NULL, 1, &page, 0, &table, NULL),
	    MAPI_E_INVALID_PARAMETER);
	control.ulCtlType = DTCT_EDIT;
	control.ctl.lpv = NULL;
	FAILS(BuildDisplayTable(NULL, NULL, NULL, NULL, NULL, 1, &page, 0, &table, NULL),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(BuildDisplayTable(NULL, NULL, NULL, NULL, NULL, 1, NULL, 0, &table, NULL),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(BuildDisplayTable(NULL, NULL, NULL, NULL, NULL, 0, NULL, 0x40, &table, NULL),
	    MAPI_E_UNKNOWN_FLAGS);
	assert_null(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_control_is_a_row_with_the_columns_of_a_display_table),
		cmocka_unit_test(texts_stand_behind_their_structure),
		cmocka_unit_test(unicode_texts_come_as_unicode),
		cmocka_unit_test(the_rows_can_be_changed_by_whoever_asked_for_them),
		cmocka_unit_test(what_is_no_control_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
