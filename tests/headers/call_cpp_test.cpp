/* SPDX-License-Identifier: MIT */
/* C++ calls an object that is written in C, by methods, and C one that is written in C++. */
#include <cstdarg>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
extern "C" {
#include <cmocka.h>
}

#include "object.h"

static void
calls_land_where_they_should(void **)
{
	struct recorder *recorder = recorder_reset();
	IMessage *message = reinterpret_cast<IMessage *>(recorder);
	SizedSPropTagArray(1, tags) = {1, {PR_SUBJECT_W}};
	LPSPropValue values;
	ULONG count;

	assert_int_equal(MAPI_W_ERRORS_RETURNED, message->GetProps(
		reinterpret_cast<LPSPropTagArray>(&tags), MAPI_UNICODE, &count, &values));
	assert_string_equal(recorder->method, "GetProps");
	assert_int_equal(recorder->flags, MAPI_UNICODE);
	assert_ptr_equal(recorder->pointer, &tags);
	message->ModifyRecipients(MODRECIP_ADD, nullptr);
	assert_string_equal(recorder->method, "ModifyRecipients");
	assert_int_equal(message->SetReadFlag(CLEAR_READ_FLAG), MAPI_E_NO_SUPPORT);
	assert_int_equal(recorder->flags, CLEAR_READ_FLAG);
}

static void
a_derived_interface_is_its_base(void **)
{
	struct recorder *recorder = recorder_reset();
	IMAPIProp *prop = reinterpret_cast<IMessage *>(recorder);
	IUnknown *unknown = prop;
	LPSPropTagArray tags;
	void *out;

	prop->GetIDsFromNames(0, nullptr, MAPI_CREATE, &tags);
	assert_string_equal(recorder->method, "GetIDsFromNames");
	unknown->QueryInterface(IID_IMAPIProp, &out);
	assert_true(recorder->iid == IID_IMAPIProp);
	assert_true(recorder->iid != IID_IMessage);
	assert_ptr_equal(out, recorder);
	assert_int_equal(unknown->Release(), 7);
}

/* A sink written in C++. */
struct sink : IMAPIAdviseSink {
	ULONG seen = 0;

	HRESULT QueryInterface(REFIID, void **out) override
	{
		*out = nullptr;
		return E_NOINTERFACE;
	}

	ULONG AddRef() override
	{
		return 1;
	}

	ULONG Release() override
	{
		return 1;
	}

	ULONG OnNotify(ULONG count, LPNOTIFICATION notifications) override
	{
		seen = notifications[count - 1].ulEventType;
		return 42;
	}
};

static void
c_calls_an_object_in_cpp(void **)
{
	NOTIFICATION notifications[2] = {};
	sink sink;

	notifications[1].ulEventType = fnevNewMail;
	assert_int_equal(sink_notify(&sink, 2, notifications), 42);
	assert_int_equal(sink.seen, fnevNewMail);
}

int
main()
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_land_where_they_should),
		cmocka_unit_test(a_derived_interface_is_its_base),
		cmocka_unit_test(c_calls_an_object_in_cpp),
	};

	return cmocka_run_group_tests(tests, nullptr, nullptr);
}
