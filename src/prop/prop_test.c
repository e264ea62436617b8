/* SPDX-License-Identifier: MIT */
/* Property values: copies are whole and apart, order is what tables promise. */
#include "testing.h"

#include <glib.h>
#include <math.h>
#include <string.h>
#include <mapitags.h>
#include "prop.h"
#include "prop_samples.h"
#include "text.h"

static void
copies_are_whole_and_apart(void **state)
{
	SPropValue *copies;
	ULONG i;

	assert_int_equal(prop_copy_array(samples, SAMPLE_COUNT, &copies), S_OK);
	for (i = 0; i < SAMPLE_COUNT; i++) {
		assert_int_equal(copies[i].ulPropTag, samples[i].ulPropTag);
		assert_int_equal(prop_compare(&copies[i], &samples[i]), 0);
		assert_int_equal(prop_size(&copies[i]), prop_size(&samples[i]));
	}
	assert_ptr_not_equal(
	    copies[SAMPLE_STRING8].Value.lpszA, samples[SAMPLE_STRING8].Value.lpszA);
	mem_free(copies);
}

static HRESULT
copy_samples(void *context)
{
	SPropValue *copies;
	HRESULT hr = prop_copy_array(samples, SAMPLE_COUNT, &copies);

	mem_free(copies);
	return hr;
}

static void
copying_without_memory_fails_cleanly(void **state)
{
	test_each_allocation_fails(copy_samples, NULL);
}

static void
broken_values_are_refused(void **state)
{
	static LPSTR strings[] = { NULL };
	static const struct {
		SPropValue value;
		HRESULT result;
	} cases[] = {
		{ { PROP_TAG(PT_STRING8, 1), 0, { .lpszA = NULL } }, MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_UNICODE, 1), 0, { .lpszW = NULL } }, MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_CLSID, 1), 0, { .lpguid = NULL } }, MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_BINARY, 1), 0, { .bin = { 1, NULL } } }, MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_BINARY, 1), 0, { .bin = { 0, NULL } } }, S_OK },
		{ { PROP_TAG(PT_MV_LONG, 1), 0, { .MVl = { 1, NULL } } },
		    MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_MV_I8, 1), 0, { .bin = { UINT32_MAX, (LPBYTE) "" } } },
		    MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_MV_STRING8, 1), 0, { .MVszA = { 1, strings } } },
		    MAPI_E_INVALID_PARAMETER },
		{ { PROP_TAG(PT_UNSPECIFIED, 1), 0, { .l = 0 } }, MAPI_E_INVALID_TYPE },
		{ { PROP_TAG(0x0077, 1), 0, { .l = 0 } }, MAPI_E_INVALID_TYPE },
		{ { PROP_TAG(MV_FLAG | PT_BOOLEAN, 1), 0, { .l = 0 } }, MAPI_E_INVALID_TYPE },
		{ { PROP_TAG(MVI_FLAG | PT_LONG, 1), 0, { .l = 0 } }, MAPI_E_INVALID_TYPE },
		{ { PROP_TAG(PT_NULL, 1), 0, { .l = 0 } }, S_OK },
		{ { PROP_TAG(PT_OBJECT, 1), 0, { .l = 0 } }, S_OK },
	};
	SPropValue target;
	void *root = mem_zalloc(NULL, 0);
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(prop_check(&cases[i].value), cases[i].result);
		assert_int_equal(prop_copy(root, &cases[i].value, &target), cases[i].result);
	}
	mem_free(root);
}

static SPropValue
text8(const char *text)
{
	return (SPropValue){ .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR)text };
}

static SPropValue
number(double value)
{
	return (SPropValue){ .ulPropTag = PROP_TAG(PT_DOUBLE, 1), .Value.dbl = value };
}

static SPropValue
bytes(const char *data, ULONG size)
{
	return (SPropValue){ .ulPropTag = PR_ENTRYID, .Value.bin = { size, (LPBYTE)data } };
}

static void
order_is_as_documented(void **state)
{
	WCHAR beta[] = u"BETA";
	SPropValue small = { .ulPropTag = PROP_TAG(PT_I2, 1), .Value.i = -1 };
	SPropValue large = { .ulPropTag = PROP_TAG(PT_I2, 1), .Value.i = 1 };
	SPropValue early = { .ulPropTag = PR_CLIENT_SUBMIT_TIME, .Value.ft = { 0xFFFFFFFF, 1 } };
	SPropValue late = { .ulPropTag = PR_CLIENT_SUBMIT_TIME, .Value.ft = { 0, 2 } };
	SPropValue yes = { .ulPropTag = PR_HASATTACH, .Value.b = 1 };
	SPropValue truth = { .ulPropTag = PR_HASATTACH, .Value.b = 0xFFFF };
	SPropValue no = { .ulPropTag = PR_HASATTACH, .Value.b = 0 };
	SPropValue wide = { .ulPropTag = PR_SUBJECT_W, .Value.lpszW = beta };
	SPropValue pairs[][2] = {
		{ small, large }, { early, late }, { no, yes }, { text8("alpha"), wide },
		{ text8("alpha"), text8("Beta") }, { text8(""), text8("a") },
		{ bytes("ab", 2), bytes("abc", 3) }, { bytes("ab", 2), bytes("b", 1) },
		{ bytes("\x7F", 1), bytes("\x80", 1) }, { number(-1.5), number(1.5) },
		{ number(1), number((double)NAN) }, { small, yes }, /* by type */
	};
	SPropValue same[][2] = { { yes, truth }, { text8("beta"), wide },
		{ number((double)NAN), number((double)NAN) }, { bytes("", 0), bytes(NULL, 0) } };
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(pairs); i++) {
		assert_true(prop_compare(&pairs[i][0], &pairs[i][1]) < 0);
		assert_true(prop_compare(&pairs[i][1], &pairs[i][0]) > 0);
	}
	for (i = 0; i < G_N_ELEMENTS(same); i++)
		assert_int_equal(prop_compare(&same[i][0], &same[i][1]), 0);
}

static void
arrays_compare_by_element(void **state)
{
	LONG first[] = { 1, 2, 3 }, second[] = { 1, 3 };
	SPropValue a = { .ulPropTag = PROP_TAG(PT_MV_LONG, 1), .Value.MVl = { 3, first } };
	SPropValue b = { .ulPropTag = PROP_TAG(PT_MV_LONG, 1), .Value.MVl = { 2, second } };

	assert_true(prop_compare(&a, &b) < 0);
	b.Value.MVl.cValues = 1;
	assert_true(prop_compare(&a, &b) > 0);
}

static void
text_converts_and_nothing_else(void **state)
{
	void *root = mem_zalloc(NULL, 0);
	SPropValue wide, back, out;

	assert_int_equal(prop_convert(root, &samples[SAMPLE_STRING8], PT_UNICODE, &wide), S_OK);
	assert_int_equal(PROP_TYPE(wide.ulPropTag), PT_UNICODE);
	assert_int_equal(prop_convert(root, &wide, PT_STRING8, &back), S_OK);
	assert_string_equal(back.Value.lpszA, samples[SAMPLE_STRING8].Value.lpszA);
	assert_int_equal(
	    prop_convert(root, &samples[SAMPLE_MV_UNICODE], PT_MV_STRING8, &out), S_OK);
	assert_int_equal(out.Value.MVszA.cValues, samples[SAMPLE_MV_UNICODE].Value.MVszW.cValues);
	assert_string_equal(out.Value.MVszA.lppszA[0], "one");
	assert_int_equal(prop_convert(root, &wide, PT_UNICODE, &out), S_OK);
	assert_int_equal(prop_convert(root, &wide, PT_LONG, &out), MAPI_E_UNEXPECTED_TYPE);
	assert_int_equal(prop_convert(root, &wide, PT_MV_STRING8, &out), MAPI_E_UNEXPECTED_TYPE);
	mem_free(root);
}

static void
values_are_found_by_id_and_type(void **state)
{
	SPropValue row[3];
	void *root = mem_zalloc(NULL, 0);
	char *text;

	prop_set_error(&row[0], PR_BODY_W, MAPI_E_NOT_FOUND);
	assert_int_equal(prop_set_text(root, &row[1], PR_SUBJECT_W, "Grüße"), S_OK);
	prop_set_long(&row[2], PR_IMPORTANCE, 2);
	assert_ptr_equal(prop_find(row, 3, PR_SUBJECT_W), &row[1]);
	assert_null(prop_find(row, 3, PR_SUBJECT_A));
	assert_ptr_equal(
	    prop_find(row, 3, CHANGE_PROP_TYPE(PR_SUBJECT_A, PT_UNSPECIFIED)), &row[1]);
	text = prop_find_text(row, 3, PR_SUBJECT_A);
	assert_string_equal(text, "Grüße");
	g_free(text);
	assert_null(prop_find_text(row, 3, PR_BODY_W));
	assert_int_equal(prop_find_long(row, 3, PR_IMPORTANCE, -1), 2);
	assert_int_equal(prop_find_long(row, 3, PR_PRIORITY, -1), -1);
	assert_true(prop_find_bool(row, 3, PR_HASATTACH, true));
	assert_int_equal(row[0].ulPropTag, CHANGE_PROP_TYPE(PR_BODY_W, PT_ERROR));
	assert_int_equal(prop_set_text(root, &row[0], PR_IMPORTANCE, "x"), MAPI_E_INVALID_TYPE);
	mem_free(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_whole_and_apart),
		cmocka_unit_test(copying_without_memory_fails_cleanly),
		cmocka_unit_test(broken_values_are_refused),
		cmocka_unit_test(order_is_as_documented),
		cmocka_unit_test(arrays_compare_by_element),
		cmocka_unit_test(text_converts_and_nothing_else),
		cmocka_unit_test(values_are_found_by_id_and_type),
	};

	return cmocka_run_group_tests_name("prop", tests, NULL, NULL);
}
