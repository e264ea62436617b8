/* SPDX-License-Identifier: MIT */
/* What FBadProp and the like let through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapival.h>

static char text[] = "text";
static BYTE byte;

static void
tags_and_values(void **state)
{
	static const struct {
		SPropValue value;
		ULONG bad_tag, bad;
	} cases[] = {
		{ { .ulPropTag = PR_IMPORTANCE }, FALSE, FALSE },
		{ { .ulPropTag = PR_NULL }, FALSE, FALSE },
		{ { .ulPropTag = PR_ATTACH_DATA_OBJ }, FALSE, FALSE },
		{ { .ulPropTag = PROP_TAG(PT_ERROR, 0x6700) }, FALSE, FALSE },
		{ { .ulPropTag = PROP_TAG(PT_MV_LONG, 0x6700) }, FALSE, FALSE },
		{ { .ulPropTag = PROP_TAG(0x0009, 0x6700) }, TRUE, TRUE },
		{ { .ulPropTag = PROP_TAG(0x0FFF, 0x6700) }, TRUE, TRUE },
		{ { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = text }, FALSE, FALSE },
		{ { .ulPropTag = PR_SUBJECT_A }, FALSE, TRUE },
		{ { .ulPropTag = PR_SUBJECT_W }, FALSE, TRUE },
		{ { .ulPropTag = PR_ENTRYID, .Value.bin = { 1, &byte } }, FALSE, FALSE },
		{ { .ulPropTag = PR_ENTRYID, .Value.bin = { 1, NULL } }, FALSE, TRUE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		SPropValue value = cases[i].value;
		SRow row = { 0, 1, &value };
		SizedSRowSet(1, rows) = { 1, { row } };

		assert_int_equal(FBadPropTag(value.ulPropTag), cases[i].bad_tag);
		assert_int_equal(!!FBadProp(&value), cases[i].bad);
		assert_int_equal(FBadRow(&row), cases[i].bad);
		assert_int_equal(FBadRowSet((SRowSet *)&rows), cases[i].bad);
	}
	assert_true(FBadProp(NULL) && FBadRow(NULL) && FBadRowSet(NULL));
}

static void
columns_and_orders(void **state)
{
	SizedSPropTagArray(1, columns) = { 1, { PR_SUBJECT_A } };
	SizedSSortOrderSet(1, order) = { 1, 0, 0, { { PR_SUBJECT_A, TABLE_SORT_ASCEND } } };

	assert_false(FBadColumnSet((SPropTagArray *)&columns));
	assert_false(FBadSortOrderSet((SSortOrderSet *)&order));
	columns.aulPropTag[0] = CHANGE_PROP_TYPE(PR_SUBJECT, PT_ERROR);
	order.cCategories = 2;
	assert_true(FBadColumnSet((SPropTagArray *)&columns));
	assert_true(FBadSortOrderSet((SSortOrderSet *)&order));
	assert_true(FBadColumnSet(NULL) && FBadSortOrderSet(NULL));
}

static void
restrictions_names_and_lists(void **state)
{
	SRestriction exist = { .rt = RES_EXIST }, odd = { .rt = 0x77 };
	GUID guid = { 0 };
	MAPINAMEID name = { &guid, MNID_ID, { 5 } }, *names[] = { &name };
	WCHAR empty[] = { 0 }, *strings[] = { empty, NULL };
	SBinary entry = { 1, &byte };
	ENTRYLIST list = { 1, &entry };

	exist.res.resExist.ulPropTag = PR_SUBJECT_A;
	assert_int_equal(FBadRestriction(&exist), FALSE);
	assert_int_not_equal(FBadRestriction(&odd), FALSE);
	assert_int_not_equal(FBadRestriction(NULL), FALSE);
	assert_false(FBadRglpNameID(names, 1));
	name.ulKind = MNID_STRING;
	name.Kind.lpwstrName = NULL;
	assert_true(FBadRglpNameID(names, 1));
	assert_false(FBadRglpszW(strings, 1));
	assert_true(FBadRglpszW(strings, 2));
	assert_false(FBadEntryList(&list));
	entry.lpb = NULL;
	assert_true(FBadEntryList(&list));
}

/* Arguments side by side, as the macros of mapival.h give them. */
static void
arguments_of_methods(void **state)
{
	int object = 0;
	SizedSPropTagArray(1, tags) = { 1, { PR_SUBJECT_A } };
	SizedSPropTagArray(1, odd) = { 1, { PROP_TAG(0x1234, 1) } };
	SPropValue value = { .ulPropTag = PR_IMPORTANCE };
	ULONG count;
	LPVOID get[] = { &object, &tags, NULL, &count, &value };
	LPVOID set[] = { &object, (LPVOID)(uintptr_t)1, &value, NULL };
	LPVOID open[] = { &object, NULL, NULL, NULL, NULL, &count, &object };
	LPVOID restrict_to[] = { &object, NULL, NULL };
	LPVOID nobody = NULL, somebody = &object;

	assert_int_equal(HrValidateParameters(IMAPIProp_GetProps, get), S_OK);
	get[1] = NULL;
	assert_int_equal(HrValidateParameters(IMAPIProp_GetProps, get), S_OK);
	get[1] = &odd;
	assert_int_equal(HrValidateParameters(IMAPIProp_GetProps, get), MAPI_E_INVALID_PARAMETER);
	get[1] = &tags;
	get[3] = NULL;
	assert_int_equal(HrValidateParameters(IMAPIProp_GetProps, get), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(HrValidateParameters(IMAPIProp_SetProps, set), S_OK);
	set[2] = NULL;
	assert_int_equal(HrValidateParameters(IMAPIProp_SetProps, set), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(HrValidateParameters(IMsgStore_OpenEntry, open), S_OK);
	open[1] = (LPVOID)(uintptr_t)20; /* an entry ID's size, and none */
	assert_int_equal(HrValidateParameters(IMsgStore_OpenEntry, open), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(HrValidateParameters(IMAPITable_Restrict, restrict_to), S_OK);
	assert_int_equal(HrValidateParameters(IMAPITable_FindRow, restrict_to),
	    MAPI_E_INVALID_PARAMETER); /* needs one */
	assert_int_equal(
	    HrValidateParameters((METHODS)100000, restrict_to), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(__ValidateParameters(IMAPIProp_GetProps, &somebody), S_OK);
	assert_int_equal(
	    __ValidateParameters(IMAPIProp_GetProps, &nobody), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    __CPPValidateParameters(IMAPIProp_GetProps, NULL), MAPI_E_INVALID_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_and_values),
		cmocka_unit_test(columns_and_orders),
		cmocka_unit_test(restrictions_names_and_lists),
		cmocka_unit_test(arguments_of_methods),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
