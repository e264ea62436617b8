/* SPDX-License-Identifier: MIT */
/* Names of results and tags, for people. */
#include "testing.h"

#include <errno.h>
#include <mapitags.h>
#include "hr.h"

static void
codes_have_names(void **state)
{
	assert_string_equal(hr_name(MAPI_E_NOT_FOUND), "MAPI_E_NOT_FOUND");
	assert_string_equal(hr_name(S_OK), "S_OK");
	assert_string_equal(hr_name(MAPI_W_ERRORS_RETURNED), "MAPI_W_ERRORS_RETURNED");
	assert_string_equal(hr_name((HRESULT)0x8BADF00D), "0x8BADF00D");
}

static void
codes_have_phrases(void **state)
{
	assert_string_equal(hr_text(S_OK), "done");
	assert_string_equal(hr_text(MAPI_E_NO_RECIPIENTS), "the message has no recipients");
	assert_string_equal(hr_text(MAPI_E_NOT_FOUND), "not found");
	assert_string_equal(hr_text(MAPI_E_NETWORK_ERROR), "network error");
	assert_string_equal(hr_text((HRESULT)0x8BADF00D), "0x8BADF00D");
}

static void
tags_and_types_have_names(void **state)
{
	assert_string_equal(tag_name(PR_SUBJECT_W), "PR_SUBJECT_W");
	assert_string_equal(tag_name(PR_SUBJECT_A), "PR_SUBJECT_A");
	assert_string_equal(tag_name(PR_ENTRYID), "PR_ENTRYID");
	assert_string_equal(tag_name(0x80010003), "0x80010003");
	assert_string_equal(type_name(PT_UNICODE), "PT_UNICODE");
	assert_string_equal(type_name(PT_MV_BINARY), "PT_MV_BINARY");
	assert_string_equal(type_name(0x7777), "0x00007777");
}

static void
errno_becomes_a_result(void **state)
{
	assert_int_equal(hr_from_errno(0), S_OK);
	assert_int_equal(hr_from_errno(ENOSPC), MAPI_E_NOT_ENOUGH_DISK);
	assert_int_equal(hr_from_errno(EACCES), MAPI_E_NO_ACCESS);
	assert_int_equal(hr_from_errno(ENOENT), MAPI_E_NOT_FOUND);
	assert_int_equal(hr_from_errno(ENOTTY), MAPI_E_CALL_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_names),
		cmocka_unit_test(codes_have_phrases),
		cmocka_unit_test(tags_and_types_have_names),
		cmocka_unit_test(errno_becomes_a_result),
	};

	return cmocka_run_group_tests_name("hr", tests, NULL, NULL);
}
