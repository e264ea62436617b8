/* SPDX-License-Identifier: MIT */
/* IProfSect: properties kept in the profile (MAPI reference: IProfSect : IMAPIProp). */
#include "world.h"

static IProfSect *
section_open(struct world *world, const MAPIUID *uid, ULONG flags)
{
	IProfSect *section = NULL;

	OK(world->session->lpVtbl->OpenProfileSection(
	    world->session, (MAPIUID *)(uintptr_t)uid, NULL, flags, &section));
	return section;
}

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

static void
a_value_of_a_section_is_a_stream(void **state)
{
	IProfSect *section = section_open(*state, &mine, MAPI_MODIFY);
	IStream *stream = NULL;
	char text[16] = "";
	ULONG got = 0;

	FAILS(section->lpVtbl->OpenProperty(section, PROP_TAG(PT_STRING8, 0x6600), &IID_IStream, 0,
		  0, (IUnknown **)(void *)&stream),
	    MAPI_E_NOT_FOUND);
	OK(section->lpVtbl->OpenProperty(section, PROP_TAG(PT_STRING8, 0x6600), &IID_IStream, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Write(stream, "streamed", 8, NULL));
	OK(stream->lpVtbl->Commit(stream, 0));
	RELEASE(stream);
	assert_string_equal(world_text(section, PROP_TAG(PT_STRING8, 0x6600)), "streamed");
	OK(section->lpVtbl->OpenProperty(section, PROP_TAG(PT_STRING8, 0x6600), &IID_IStream, 0, 0,
	    (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Read(stream, text, sizeof text, &got));
	assert_int_equal(got, 8);
	assert_string_equal(text, "streamed");
	RELEASE(stream);
	RELEASE(section);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_section_keeps_what_is_set_from_session_to_session),
		CASE(a_section_that_is_read_only_refuses_changes),
		CASE(secrets_come_only_by_name),
		CASE(a_value_of_a_section_is_a_stream),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
