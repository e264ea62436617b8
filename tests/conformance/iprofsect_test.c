/* SPDX-License-Identifier: MIT */
/* IProfSect and IPropData: properties kept in the profile, and in memory with rights. */
#include "world.h"

static IProfSect *
section_open(struct world *world, const MAPIUID *uid, ULONG flags)
{
	IProfSect *section = NULL;

	OK(world->session->lpVtbl->OpenProfileSection(
	    world->session, (MAPIUID *)(uintptr_t)uid, NULL, flags, &section));
	return section;
}

/* --- IProfSect ----------------------------------------------------------------------------- */

static const MAPIUID mine = { { 0x5A, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A,
    0x0B, 0x0C, 0x0D, 0x0E, 0x0F } };

static void
a_section_keeps_what_is_set_from_session_to_session(void **state)
{
	SPropValue values[3] = { { .ulPropTag = PROP_TAG(PT_STRING8, 0x6601) },
		{ .ulPropTag = PROP_TAG(PT_LONG, 0x6602), .Value.l = -5 },
		{ .ulPropTag = PROP_TAG(PT_BINARY, 0x6603) } };
	struct world *world = *state;
	IProfSect *section = section_open(world, &mine, MAPI_MODIFY);
	SPropValue *value = NULL;

	values[0].Value.lpszA = (LPSTR)(uintptr_t) "text";
	values[2].Value.bin.cb = 3;
	values[2].Value.bin.lpb = (BYTE *)(uintptr_t) "\0\1\2";
	OK(section->lpVtbl->SetProps(section, 3, values, NULL));
	OK(section->lpVtbl->SaveChanges(section, 0));
	RELEASE(section);
	OK(world->session->lpVtbl->Logoff(world->session, 0, 0, 0));
	RELEASE(world->sent);
	RELEASE(world->outbox);
	RELEASE(world->store);
	RELEASE(world->session);
	OK(MAPILogonEx(
	    0, (LPTSTR) "test", NULL, MAPI_EXTENDED | MAPI_NEW_SESSION, &world->session));
	section = section_open(world, &mine, 0);
	assert_string_equal(world_text(section, values[0].ulPropTag), "text");
	assert_int_equal(world_long(section, values[1].ulPropTag), -5);
	OK(HrGetOneProp((IMAPIProp *)section, values[2].ulPropTag, &value));
	assert_memory_equal(value->Value.bin.lpb, "\0\1\2", 3);
	MAPIFreeBuffer(value);
	RELEASE(section);
}

static void
a_section_that_is_read_only_refuses_changes(void **state)
{
	struct world *world = *state;
	IProfSect *section = section_open(world, &mine, MAPI_MODIFY), *reader = NULL;
	SPropValue value = { .ulPropTag = PROP_TAG(PT_LONG, 0x6602), .Value.l = 1 };
	SizedSPropTagArray(1, tags) = { 1, { value.ulPropTag } };

	OK(section->lpVtbl->SetProps(section, 1, &value, NULL));
	reader = section_open(world, &mine, 0);
	FAILS(reader->lpVtbl->SetProps(reader, 1, &value, NULL), MAPI_E_NO_ACCESS);
	FAILS(reader->lpVtbl->DeleteProps(reader, (SPropTagArray *)&tags, NULL), MAPI_E_NO_ACCESS);
	OK(section->lpVtbl->DeleteProps(section, (SPropTagArray *)&tags, NULL));
	/* Others see it at once. */
	assert_int_equal(world_long(reader, value.ulPropTag), -1);
	RELEASE(reader);
	RELEASE(section);
}

static void
secrets_come_only_by_name(void **state)
{
	struct world *world = *state;
	IProfSect *section = section_open(world, &mine, MAPI_MODIFY);
	SPropValue secret = { .ulPropTag = PROP_TAG(PT_STRING8, 0x67F1) }, *all = NULL;
	ULONG count = 0;

	secret.Value.lpszA = (LPSTR)(uintptr_t) "hidden";
	OK(section->lpVtbl->SetProps(section, 1, &secret, NULL));
	assert_string_equal(world_text(section, secret.ulPropTag), "hidden");
	OK(section->lpVtbl->GetProps(section, NULL, 0, &count, &all));
	assert_null(PpropFindProp(all, count, secret.ulPropTag));
	MAPIFreeBuffer(all);
	RELEASE(section);
}

/* --- IPropData ----------------------------------------------------------------------------- */

static IPropData *
data_create(void)
{
	IPropData *data = NULL;
	SPropValue value = { .ulPropTag = PR_SUBJECT_A };

	OK(CreateIProp(
	    &IID_IMAPIPropData, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer, NULL, &data));
	value.Value.lpszA = (LPSTR)(uintptr_t) "in memory";
	OK(data->lpVtbl->SetProps(data, 1, &value, NULL));
	return data;
}

static void
property_data_may_be_closed_to_changes_one_by_one(void **state)
{
	IPropData *data = data_create();
	SizedSPropTagArray(1, tags) = { 1, { PR_SUBJECT_A } };
	SPropValue value = { .ulPropTag = PR_SUBJECT_A };
	SPropProblemArray *problems = NULL;
	ULONG access = IPROP_READONLY;

	value.Value.lpszA = (LPSTR)(uintptr_t) "changed";
	OK(data->lpVtbl->HrSetPropAccess(data, (SPropTagArray *)&tags, &access));
	/* Native MAPI refuses the call; the pages have a problem in the array. */
	FAILS(data->lpVtbl->SetProps(data, 1, &value, &problems), MAPI_E_NO_ACCESS);
	assert_null(problems);
	assert_string_equal(world_text(data, PR_SUBJECT_A), "in memory");
	OK(data->lpVtbl->HrSetObjAccess(data, IPROP_READONLY));
	FAILS(data->lpVtbl->SetProps(data, 1, &value, NULL), MAPI_E_NO_ACCESS);
	RELEASE(data);
}

static void
property_data_goes_into_a_message(void **state)
{
	struct world *world = *state;
	IPropData *data = data_create();
	IMessage *message = world_message(world->outbox, "Before");

	OK(data->lpVtbl->CopyTo(
	    data, 0, NULL, NULL, 0, NULL, &IID_IMAPIProp, message, MAPI_NOREPLACE, NULL));
	assert_string_equal(world_text(message, PR_SUBJECT_A), "Before");
	OK(data->lpVtbl->CopyTo(data, 0, NULL, NULL, 0, NULL, &IID_IMAPIProp, message, 0, NULL));
	assert_string_equal(world_text(message, PR_SUBJECT_A), "in memory");
	RELEASE(message);
	RELEASE(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_section_keeps_what_is_set_from_session_to_session),
		CASE(a_section_that_is_read_only_refuses_changes),
		CASE(secrets_come_only_by_name),
		CASE(property_data_may_be_closed_to_changes_one_by_one),
		CASE(property_data_goes_into_a_message),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
