/* SPDX-License-Identifier: MIT */
#include "restriction_blob.h"

#include "testing.h"
#include <string.h>
#include <mapitags.h>
#include "restriction.h"

static SPropValue subject = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (char *)(size_t) "Report" };
static SPropValue size = { .ulPropTag = PR_MESSAGE_SIZE, .Value.l = 100 };
static SPropValue address = { .ulPropTag = PR_EMAIL_ADDRESS_A,
	.Value.lpszA = (char *)(size_t) "bob@example.test" };

/* One of each kind. */
static void
make_all(SRestriction parts[8], SRestriction *whole)
{
	static SRestriction exist = { .rt = RES_EXIST, .res.resExist = { 0, PR_HASATTACH, 0 } };
	static SRestriction inner = { .rt = RES_PROPERTY,
		.res.resProperty = { RELOP_EQ, PR_EMAIL_ADDRESS_A, &address } };

	memset(parts, 0, 8 * sizeof(*parts));
	parts[0].rt = RES_CONTENT;
	parts[0].res.resContent =
	    (SContentRestriction){ FL_SUBSTRING | FL_IGNORECASE, PR_SUBJECT_A, &subject };
	parts[1].rt = RES_PROPERTY;
	parts[1].res.resProperty = (SPropertyRestriction){ RELOP_GT, PR_MESSAGE_SIZE, &size };
	parts[2].rt = RES_BITMASK;
	parts[2].res.resBitMask = (SBitMaskRestriction){ BMR_EQZ, PR_MESSAGE_FLAGS, 1 };
	parts[3].rt = RES_COMPAREPROPS;
	parts[3].res.resCompareProps =
	    (SComparePropsRestriction){ RELOP_LE, PR_MESSAGE_SIZE, PR_MESSAGE_SIZE };
	parts[4].rt = RES_SIZE;
	parts[4].res.resSize = (SSizeRestriction){ RELOP_GE, PR_SUBJECT_A, 3 };
	parts[5].rt = RES_NOT;
	parts[5].res.resNot.lpRes = &exist;
	parts[6].rt = RES_COMMENT;
	parts[6].res.resComment = (SCommentRestriction){ 1, &exist, &size };
	parts[7].rt = RES_SUBRESTRICTION;
	parts[7].res.resSub = (SSubRestriction){ PR_MESSAGE_RECIPIENTS, &inner };
	whole->rt = RES_OR;
	whole->res.resOr.cRes = 8;
	whole->res.resOr.lpRes = parts;
}

static void
comes_back_as_it_went(void **state)
{
	SRestriction parts[8], whole, *back = NULL;
	GByteArray *once = g_byte_array_new(), *twice = g_byte_array_new();

	make_all(parts, &whole);
	assert_int_equal(restriction_encode(&whole, once), S_OK);
	assert_int_equal(restriction_decode(once->data, once->len, &back), S_OK);
	assert_int_equal(restriction_encode(back, twice), S_OK);
	assert_int_equal(once->len, twice->len);
	assert_memory_equal(once->data, twice->data, once->len);
	assert_string_equal(back->res.resOr.lpRes[0].res.resContent.lpProp->Value.lpszA, "Report");
	assert_int_equal(back->res.resOr.lpRes[7].res.resSub.ulSubObject, PR_MESSAGE_RECIPIENTS);
	mem_free(back);
	g_byte_array_unref(once);
	g_byte_array_unref(twice);
}

static void
cut_short_is_corrupt(void **state)
{
	SRestriction parts[8], whole, *back = NULL;
	GByteArray *bytes = g_byte_array_new();
	guint at;

	make_all(parts, &whole);
	assert_int_equal(restriction_encode(&whole, bytes), S_OK);
	for (at = 0; at < bytes->len; at++)
		assert_int_equal(restriction_decode(bytes->data, at, &back), MAPI_E_CORRUPT_DATA);
	g_byte_array_unref(bytes);
}

/* RES_NOT of RES_NOT of …: no stack is long enough. */
static void
nested_without_end_is_corrupt(void **state)
{
	enum { LEVELS = 100000 };
	guint32 *bytes = g_new(guint32, LEVELS);
	SRestriction *back = NULL;
	size_t at;

	for (at = 0; at < LEVELS; at++)
		bytes[at] = GUINT32_TO_LE(RES_NOT);
	assert_int_equal(
	    restriction_decode(bytes, LEVELS * sizeof(*bytes), &back), MAPI_E_CORRUPT_DATA);
	g_free(bytes);
}

static bool
has_bob(void *context, ULONG object, const SRestriction *restriction)
{
	return object == PR_MESSAGE_RECIPIENTS && restriction_match(restriction, &address, 1);
}

static void
sub_objects_are_asked_where_there_are_any(void **state)
{
	struct restriction_subs subs = { has_bob, NULL };
	SRestriction parts[8], whole;

	make_all(parts, &whole);
	assert_int_equal(restriction_check(&parts[7]), MAPI_E_TOO_COMPLEX);
	assert_int_equal(restriction_check_subs(&parts[7]), S_OK);
	assert_true(restriction_match_subs(&parts[7], &size, 1, &subs));
	assert_false(restriction_match(&parts[7], &size, 1));
	parts[6].rt = RES_SUBRESTRICTION;
	parts[6].res.resSub = (SSubRestriction){ PR_MESSAGE_RECIPIENTS, &parts[7] };
	assert_int_equal(restriction_check_subs(&parts[6]), MAPI_E_TOO_COMPLEX);
}

static HRESULT
round_trip(void *context)
{
	SRestriction parts[8], whole, *back = NULL;
	GByteArray *bytes = g_byte_array_new();
	HRESULT hr;

	make_all(parts, &whole);
	hr = restriction_encode(&whole, bytes);
	if (SUCCEEDED(hr))
		hr = restriction_decode(bytes->data, bytes->len, &back);
	mem_free(back);
	g_byte_array_unref(bytes);
	return hr;
}

static void
short_of_memory(void **state)
{
	test_each_allocation_fails(round_trip, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_went),
		cmocka_unit_test(cut_short_is_corrupt),
		cmocka_unit_test(nested_without_end_is_corrupt),
		cmocka_unit_test(sub_objects_are_asked_where_there_are_any),
		cmocka_unit_test(short_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
