/* SPDX-License-Identifier: MIT */
/* Bags: what GetProps, GetPropList, SetProps and DeleteProps promise of any object. */
#include "testing.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <mapitags.h>
#include "bag.h"
#include "prop.h"
#include "prop_samples.h"
#include "text.h"

static void
values_stay_in_order_and_single(void **state)
{
	struct bag *bag = bag_create();
	char *text;
	ULONG i;

	for (i = SAMPLE_COUNT; i > 0; i--)
		assert_int_equal(bag_set(bag, &samples[i - 1]), S_OK);
	assert_int_equal(bag_count(bag), SAMPLE_COUNT);
	for (i = 0; i < SAMPLE_COUNT; i++)
		assert_int_equal(bag_values(bag)[i].ulPropTag, samples[i].ulPropTag);
	assert_int_equal(bag_set_text(bag, PROP_TAG(PT_UNICODE, 0x6601), "now text"), S_OK);
	assert_int_equal(bag_count(bag), SAMPLE_COUNT);
	text = bag_get_text(bag, PROP_TAG(PT_STRING8, 0x6601));
	assert_string_equal(text, "now text");
	g_free(text);
	assert_true(bag_remove(bag, PROP_TAG(PT_LONG, 0x6601)));
	assert_false(bag_remove(bag, PROP_TAG(PT_LONG, 0x6601)));
	assert_int_equal(bag_count(bag), SAMPLE_COUNT - 1);
	assert_int_equal(bag_get_long(bag, PROP_TAG(PT_LONG, 0x6601), 5), 5);
	bag_clear(bag);
	assert_int_equal(bag_count(bag), 0);
	bag_free(bag);
}

/* A bag of a subject, an importance and an array without elements. */
static struct bag *
small_bag(void)
{
	struct bag *bag = bag_create();
	SPropValue empty = { .ulPropTag = PROP_TAG(PT_MV_LONG, 0x6700) };

	assert_int_equal(bag_set_text(bag, PR_SUBJECT_W, "Grüße"), S_OK);
	assert_int_equal(bag_set_long(bag, PR_IMPORTANCE, 2), S_OK);
	assert_int_equal(bag_set(bag, &empty), S_OK);
	return bag;
}

static SPropValue
number(ULONG id, LONG value)
{
	SPropValue made;

	prop_set_long(&made, PROP_TAG(PT_LONG, id), value);
	return made;
}

/* Between the others, over them, and out of order. */
static void
values_are_put_in_at_once(void **state)
{
	struct bag *bag = bag_create();
	SPropValue first[] = { number(0x6610, 1), number(0x6620, 2), number(0x6630, 3) };
	SPropValue between[] = { number(0x6605, 4), number(0x6615, 5), number(0x6616, 6),
		number(0x6640, 7) };
	SPropValue mixed[] = { number(0x6650, 8), number(0x6610, 9) };
	static const LONG wanted[] = { 4, 9, 5, 6, 2, 3, 7, 8 };
	ULONG i;

	assert_non_null(bag_shared(bag));
	assert_int_equal(bag_put(bag, first, 3), S_OK);
	assert_int_equal(bag_put(bag, between, 4), S_OK);
	assert_int_equal(bag_put(bag, mixed, 2), S_OK);
	assert_int_equal(bag_put(bag, mixed, 0), S_OK);
	assert_int_equal(bag_count(bag), G_N_ELEMENTS(wanted));
	for (i = 0; i < G_N_ELEMENTS(wanted); i++)
		assert_int_equal(bag_values(bag)[i].Value.l, wanted[i]);
	bag_free(bag);
}

static void
get_props_answers_each_tag(void **state)
{
	SizedSPropTagArray(6, tags) = { 6,
		{ PR_SUBJECT_A, PR_IMPORTANCE, PR_BODY_W,
		    CHANGE_PROP_TYPE(PR_SUBJECT_A, PT_UNSPECIFIED),
		    CHANGE_PROP_TYPE(PR_IMPORTANCE, PT_STRING8), PROP_TAG(PT_MV_LONG, 0x6700) } };
	struct bag *bag = small_bag();
	SPropValue *values;
	ULONG count;

	assert_int_equal(
	    bag_get_props(bag, (SPropTagArray *)&tags, 0, &count, &values), MAPI_W_ERRORS_RETURNED);
	assert_int_equal(count, 6);
	assert_int_equal(values[0].ulPropTag, PR_SUBJECT_A);
	assert_string_equal(values[0].Value.lpszA, "Grüße");
	assert_int_equal(values[1].Value.l, 2);
	assert_int_equal(values[2].ulPropTag, CHANGE_PROP_TYPE(PR_BODY_W, PT_ERROR));
	assert_int_equal(values[2].Value.err, MAPI_E_NOT_FOUND);
	assert_int_equal(values[3].ulPropTag, PR_SUBJECT_A);
	assert_int_equal(PROP_TYPE(values[4].ulPropTag), PT_ERROR);
	assert_int_equal(PROP_TYPE(values[5].ulPropTag), PT_ERROR);
	mem_free(values);
	bag_free(bag);
}

static void
get_props_of_all_follows_the_flag(void **state)
{
	SizedSPropTagArray(1, none) = { 0, { 0 } };
	struct bag *bag = small_bag();
	SPropValue *values;
	SPropTagArray *list;
	ULONG count;

	assert_int_equal(bag_get_props(bag, NULL, MAPI_UNICODE, &count, &values), S_OK);
	assert_int_equal(count, 2);
	assert_int_equal(values[1].ulPropTag, PR_SUBJECT_W);
	mem_free(values);
	assert_int_equal(bag_get_props(bag, NULL, 0, &count, &values), S_OK);
	assert_int_equal(values[1].ulPropTag, PR_SUBJECT_A);
	mem_free(values);
	assert_int_equal(bag_get_props(bag, (SPropTagArray *)&none, 0, &count, &values),
	    MAPI_E_INVALID_PARAMETER);
	assert_null(values);
	assert_int_equal(bag_get_prop_list(bag, 0, &list), S_OK);
	assert_int_equal(list->cValues, 2);
	assert_int_equal(list->aulPropTag[1], PR_SUBJECT_A);
	mem_free(list);
	bag_clear(bag);
	assert_int_equal(bag_get_props(bag, NULL, 0, &count, &values), S_OK);
	assert_int_equal(count, 0);
	assert_null(values);
	bag_free(bag);
}

static void
set_props_tells_problems(void **state)
{
	static const ULONG readonly[] = { PR_ENTRYID, 0 };
	struct bag *bag = bag_create();
	SPropProblemArray *problems;
	SPropValue values[5];

	prop_set_long(&values[0], PR_IMPORTANCE, 1);
	prop_set_error(&values[1], PR_SUBJECT_W, MAPI_E_NOT_FOUND);
	values[2] = (SPropValue){ .ulPropTag = PROP_TAG(PT_NULL, 0x6600) };
	values[3] = (SPropValue){ .ulPropTag = PR_ENTRYID, .Value.bin = { 1, (LPBYTE) "x" } };
	prop_set_bool(&values[4], PR_HASATTACH, true);
	assert_int_equal(bag_set_props(bag, 5, values, readonly, &problems), S_OK);
	assert_int_equal(problems->cProblem, 2);
	assert_int_equal(problems->aProblem[0].ulIndex, 2);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_INVALID_TYPE);
	assert_int_equal(problems->aProblem[1].ulIndex, 3);
	assert_int_equal(problems->aProblem[1].ulPropTag, PR_ENTRYID);
	assert_int_equal(problems->aProblem[1].scode, MAPI_E_COMPUTED);
	mem_free(problems);
	assert_int_equal(bag_count(bag), 2);
	assert_int_equal(bag_set_props(bag, 1, values, NULL, &problems), S_OK);
	assert_null(problems);
	bag_free(bag);
}

static void
broken_calls_change_nothing(void **state)
{
	struct bag *bag = bag_create();
	SPropProblemArray *problems;
	SPropValue values[2];

	prop_set_long(&values[0], PR_IMPORTANCE, 1);
	values[1] = (SPropValue){ .ulPropTag = PR_SUBJECT_W };
	assert_int_equal(bag_set_props(bag, 2, values, NULL, &problems), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(bag_set_props(bag, 0, values, NULL, &problems), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(bag_set_props(bag, 1, NULL, NULL, &problems), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(bag_delete_props(bag, NULL, NULL, &problems), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(bag_count(bag), 0);
	bag_free(bag);
}

static void
delete_props_ignores_types(void **state)
{
	static const ULONG readonly[] = { PR_SUBJECT_W, 0 };
	SizedSPropTagArray(3, tags) = { 3,
		{ PR_SUBJECT_A, CHANGE_PROP_TYPE(PR_IMPORTANCE, PT_UNSPECIFIED), PR_BODY_W } };
	struct bag *bag = small_bag();
	SPropProblemArray *problems;

	assert_int_equal(bag_delete_props(bag, (SPropTagArray *)&tags, readonly, &problems), S_OK);
	assert_int_equal(problems->cProblem, 1);
	assert_int_equal(problems->aProblem[0].ulIndex, 0);
	mem_free(problems);
	assert_non_null(bag_get(bag, PR_SUBJECT_A));
	assert_null(bag_get(bag, PR_IMPORTANCE));
	bag_free(bag);
}

static HRESULT
fill_and_read(void *context)
{
	struct bag *bag = bag_create();
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_array(bag, samples, SAMPLE_COUNT);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_SUBJECT_W, "subject");
	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, NULL, 0, &count, &values);
	mem_free(values);
	bag_free(bag);
	return hr;
}

static void
short_memory_fails_cleanly(void **state)
{
	test_each_allocation_fails(fill_and_read, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stay_in_order_and_single),
		cmocka_unit_test(values_are_put_in_at_once),
		cmocka_unit_test(get_props_answers_each_tag),
		cmocka_unit_test(get_props_of_all_follows_the_flag),
		cmocka_unit_test(set_props_tells_problems),
		cmocka_unit_test(broken_calls_change_nothing),
		cmocka_unit_test(delete_props_ignores_types),
		cmocka_unit_test(short_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("bag", tests, NULL, NULL);
}
