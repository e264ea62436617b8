/* SPDX-License-Identifier: MIT */
/* A client in C calls through lpVtbl, and through a base interface of the object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "object.h"

static void
calls_land_where_they_should(void **state)
{
	struct recorder *recorder = recorder_reset();
	LPMESSAGE message = (LPMESSAGE)recorder;
	SizedSPropTagArray(2, tags) = {2, {PR_SUBJECT_W, PR_BODY_W}};
	SizedADRLIST(1, list) = {1, {{0, 0, NULL}}};
	LPSPropValue values;
	ULONG count;

	(void)state;
	assert_int_equal(MAPI_W_ERRORS_RETURNED, message->lpVtbl->GetProps(message,
		(LPSPropTagArray)&tags, MAPI_UNICODE, &count, &values));
	assert_string_equal(recorder->method, "GetProps");
	assert_int_equal(recorder->flags, MAPI_UNICODE);
	assert_ptr_equal(recorder->pointer, &tags);

	message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, (LPADRLIST)&list);
	assert_string_equal(recorder->method, "ModifyRecipients");
	assert_int_equal(message->lpVtbl->SetReadFlag(message, CLEAR_READ_FLAG), MAPI_E_NO_SUPPORT);
	assert_int_equal(recorder->flags, CLEAR_READ_FLAG);
}

static void
a_base_interface_has_the_same_slots(void **state)
{
	struct recorder *recorder = recorder_reset();
	LPMAPIPROP prop = (LPMAPIPROP)recorder;
	LPUNKNOWN unknown = (LPUNKNOWN)recorder;
	LPSPropTagArray tags;
	void *out;

	(void)state;
	prop->lpVtbl->GetIDsFromNames(prop, 0, NULL, MAPI_CREATE, &tags);
	assert_string_equal(recorder->method, "GetIDsFromNames");
	unknown->lpVtbl->QueryInterface(unknown, &IID_IMAPIProp, &out);
	assert_string_equal(recorder->method, "QueryInterface");
	assert_true(IsEqualIID(&recorder->iid, &IID_IMAPIProp));
	assert_int_equal(unknown->lpVtbl->Release(unknown), 7);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_land_where_they_should),
		cmocka_unit_test(a_base_interface_has_the_same_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
