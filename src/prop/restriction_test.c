/* SPDX-License-Identifier: MIT */
/* Restrictions: what fits, what is refused, copies that are whole. */
#include "testing.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <mapitags.h>
#include "prop.h"
#include "restriction.h"

static WCHAR subject[] = u"Grüße aus Köln";
static LPSTR words[] = { (LPSTR) "red", (LPSTR) "Green" };

#define PR_WORDS PROP_TAG(PT_MV_STRING8, 0x6700)

static const SPropValue row[] = {
	{ PR_SUBJECT_W, 0, { .lpszW = subject } },
	{ PR_IMPORTANCE, 0, { .l = 2 } },
	{ PR_PRIORITY, 0, { .l = 2 } },
	{ PR_MESSAGE_FLAGS, 0, { .l = MSGFLAG_READ | MSGFLAG_UNSENT } },
	{ PR_ENTRYID, 0, { .bin = { 4, (LPBYTE) "abcd" } } },
	{ PR_WORDS, 0, { .MVszA = { 2, words } } },
	{ CHANGE_PROP_TYPE(PR_BODY_W, PT_ERROR), 0, { .err = (SCODE)0x8004010F } },
};

static SPropValue value_two = { PR_IMPORTANCE, 0, { .l = 2 } };
static SPropValue value_three = { PR_IMPORTANCE, 0, { .l = 3 } };
static SPropValue value_text = { PR_SUBJECT_A, 0, { .lpszA = (LPSTR) "GRÜßE AUS KÖLN" } };
static SPropValue value_word = { PR_SUBJECT_A, 0, { .lpszA = (LPSTR) "AUS" } };
static SPropValue value_start = { PR_SUBJECT_A, 0, { .lpszA = (LPSTR) "Grusse" } };
static SPropValue value_gru = { PR_SUBJECT_A, 0, { .lpszA = (LPSTR) "gru" } };
static SPropValue value_bytes = { PR_ENTRYID, 0, { .bin = { 2, (LPBYTE) "bc" } } };
static SPropValue value_green = { PROP_TAG(PT_STRING8, 0x6700), 0, { .lpszA = (LPSTR) "green" } };
static SPropValue value_words = { PR_WORDS, 0, { .MVszA = { 2, words } } };

static bool
fits(const SRestriction *restriction)
{
	SRestriction *copy;
	bool result;

	assert_int_equal(restriction_check(restriction), S_OK);
	assert_int_equal(restriction_copy(restriction, &copy), S_OK);
	result = restriction_match(restriction, row, G_N_ELEMENTS(row));
	assert_int_equal(restriction_match(copy, row, G_N_ELEMENTS(row)), result);
	mem_free(copy);
	return result;
}

static void
properties_compare(void **state)
{
	static const struct {
		ULONG relop;
		SPropValue *value;
		bool result;
	} cases[] = {
		{ RELOP_EQ, &value_two, true },
		{ RELOP_NE, &value_two, false },
		{ RELOP_LT, &value_three, true },
		{ RELOP_LE, &value_two, true },
		{ RELOP_GT, &value_three, false },
		{ RELOP_GE, &value_three, false },
		{ RELOP_EQ, &value_text, true },  /* of the other kind of text, and in capitals */
		{ RELOP_EQ, &value_green, true }, /* one of several */
		{ RELOP_EQ, &value_words, true }, /* all of several */
		{ RELOP_EQ, &value_bytes, false },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		SRestriction restriction = { .rt = RES_PROPERTY };

		restriction.res.resProperty.relop = cases[i].relop;
		restriction.res.resProperty.ulPropTag = cases[i].value->ulPropTag;
		restriction.res.resProperty.lpProp = cases[i].value;
		assert_int_equal(fits(&restriction), cases[i].result);
	}
}

static void
contents_match(void **state)
{
	static const struct {
		ULONG fuzzy;
		SPropValue *value;
		bool result;
	} cases[] = {
		{ FL_FULLSTRING, &value_text, false },
		{ FL_FULLSTRING | FL_IGNORECASE, &value_text, true },
		{ FL_SUBSTRING, &value_word, false },
		{ FL_SUBSTRING | FL_IGNORECASE, &value_word, true },
		{ FL_SUBSTRING | FL_LOOSE, &value_word, true },
		{ FL_PREFIX | FL_IGNORECASE, &value_word, false },
		{ FL_PREFIX | FL_IGNORECASE, &value_gru, false },
		{ FL_PREFIX | FL_IGNORECASE | FL_IGNORENONSPACE, &value_gru, true },
		{ FL_PREFIX | FL_LOOSE, &value_start, false },
		{ FL_SUBSTRING, &value_bytes, true },
		{ FL_PREFIX, &value_bytes, false },
		{ FL_FULLSTRING, &value_bytes, false },
		{ FL_FULLSTRING | FL_IGNORECASE, &value_green, true },
		{ FL_FULLSTRING, &value_green, false },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		SRestriction restriction = { .rt = RES_CONTENT };

		restriction.res.resContent.ulFuzzyLevel = cases[i].fuzzy;
		restriction.res.resContent.ulPropTag = cases[i].value->ulPropTag;
		restriction.res.resContent.lpProp = cases[i].value;
		assert_int_equal(fits(&restriction), cases[i].result);
	}
}

static SRestriction
exist(ULONG tag)
{
	SRestriction restriction = { .rt = RES_EXIST };

	restriction.res.resExist.ulPropTag = tag;
	return restriction;
}

static void
others_match(void **state)
{
	SRestriction mask = { .rt = RES_BITMASK }, size = { .rt = RES_SIZE };
	SRestriction compare = { .rt = RES_COMPAREPROPS }, comment = { .rt = RES_COMMENT };
	SRestriction there = exist(PR_SUBJECT_A), away = exist(PR_CLIENT_SUBMIT_TIME);
	SRestriction error = exist(PR_BODY_W);

	assert_true(fits(&there));
	assert_false(fits(&away));
	assert_false(fits(&error));
	mask.res.resBitMask.ulPropTag = PR_MESSAGE_FLAGS;
	mask.res.resBitMask.ulMask = MSGFLAG_READ;
	assert_false(fits(&mask));
	mask.res.resBitMask.relBMR = BMR_NEZ;
	assert_true(fits(&mask));
	size.res.resSize.relop = RELOP_EQ;
	size.res.resSize.ulPropTag = PR_ENTRYID;
	size.res.resSize.cb = 4;
	assert_true(fits(&size));
	size.res.resSize.relop = RELOP_GT;
	assert_false(fits(&size));
	compare.res.resCompareProps.relop = RELOP_EQ;
	compare.res.resCompareProps.ulPropTag1 = PR_IMPORTANCE;
	compare.res.resCompareProps.ulPropTag2 = PR_PRIORITY;
	assert_true(fits(&compare));
	compare.res.resCompareProps.ulPropTag2 = PR_CLIENT_SUBMIT_TIME;
	assert_false(fits(&compare));
	assert_true(fits(&comment));
	comment.res.resComment.cValues = 1;
	comment.res.resComment.lpProp = &value_text;
	comment.res.resComment.lpRes = &away;
	assert_false(fits(&comment));
}

static void
logic_combines(void **state)
{
	SRestriction parts[] = { exist(PR_SUBJECT_A), exist(PR_CLIENT_SUBMIT_TIME) };
	SRestriction both = { .rt = RES_AND }, either = { .rt = RES_OR }, none = { .rt = RES_NOT };

	both.res.resAnd.cRes = either.res.resOr.cRes = 2;
	both.res.resAnd.lpRes = either.res.resOr.lpRes = parts;
	none.res.resNot.lpRes = &both;
	assert_false(fits(&both));
	assert_true(fits(&either));
	assert_true(fits(&none));
	both.res.resAnd.cRes = either.res.resOr.cRes = 0;
	assert_true(fits(&both));
	assert_false(fits(&either));
}

static void
broken_restrictions_are_refused(void **state)
{
	SRestriction loop = { .rt = RES_NOT }, wide = { .rt = RES_AND },
		     sub = { .rt = RES_SUBRESTRICTION };
	SRestriction unknown = { .rt = 99 }, empty = { .rt = RES_PROPERTY };
	SRestriction like = { .rt = RES_PROPERTY }, nowhere = { .rt = RES_AND };
	SRestriction twice[2], *copy;

	loop.res.resNot.lpRes = &loop;
	assert_int_equal(restriction_check(&loop), MAPI_E_TOO_COMPLEX);
	wide.res.resAnd.cRes = 2;
	wide.res.resAnd.lpRes = twice;
	twice[0] = twice[1] = wide;
	assert_int_equal(restriction_check(&wide), MAPI_E_TOO_COMPLEX);
	assert_int_equal(restriction_check(&sub), MAPI_E_TOO_COMPLEX);
	assert_int_equal(restriction_check(&unknown), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(restriction_check(&empty), MAPI_E_INVALID_PARAMETER);
	like.res.resProperty.relop = RELOP_RE;
	like.res.resProperty.lpProp = &value_text;
	assert_int_equal(restriction_check(&like), MAPI_E_TOO_COMPLEX);
	nowhere.res.resAnd.cRes = 1;
	assert_int_equal(restriction_check(&nowhere), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(restriction_check(NULL), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(restriction_copy(&empty, &copy), MAPI_E_INVALID_PARAMETER);
	assert_null(copy);
}

static HRESULT
copy_one(void *context)
{
	SRestriction *copy;
	HRESULT hr = restriction_copy(context, &copy);

	mem_free(copy);
	return hr;
}

static void
copying_without_memory_fails_cleanly(void **state)
{
	SRestriction parts[3] = { { .rt = RES_PROPERTY }, { .rt = RES_CONTENT },
		{ .rt = RES_COMMENT } };
	SRestriction any = { .rt = RES_OR }, none = { .rt = RES_NOT };

	parts[0].res.resProperty.lpProp = &value_words;
	parts[1].res.resContent.lpProp = &value_text;
	parts[2].res.resComment.cValues = 1;
	parts[2].res.resComment.lpProp = &value_bytes;
	parts[2].res.resComment.lpRes = &parts[0];
	any.res.resOr.cRes = 3;
	any.res.resOr.lpRes = parts;
	none.res.resNot.lpRes = &any;
	test_each_allocation_fails(copy_one, &none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(properties_compare),
		cmocka_unit_test(contents_match),
		cmocka_unit_test(others_match),
		cmocka_unit_test(logic_combines),
		cmocka_unit_test(broken_restrictions_are_refused),
		cmocka_unit_test(copying_without_memory_fails_cleanly),
	};

	return cmocka_run_group_tests_name("restriction", tests, NULL, NULL);
}
