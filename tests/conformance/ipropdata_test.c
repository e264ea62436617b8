/* SPDX-License-Identifier: MIT */
/* IPropData: properties in memory (MAPI reference: CreateIProp, IPropData : IMAPIProp). */
#include "world.h"

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

static void
a_value_is_a_stream_that_sets_it_when_it_is_committed(void **state)
{
	IPropData *data = data_create();
	IStream *stream = NULL;
	char text[32] = "";

	OK(data->lpVtbl->OpenProperty(
	    data, PR_SUBJECT_A, &IID_IStream, 0, MAPI_MODIFY, (IUnknown **)(void *)&stream));
	OK(stream->lpVtbl->Read(stream, text, sizeof text, NULL));
	assert_string_equal(text, "in memory");
	OK(stream->lpVtbl->Write(stream, ", too", 5, NULL));
	assert_string_equal(world_text(data, PR_SUBJECT_A), "in memory");
	OK(stream->lpVtbl->Commit(stream, 0));
	assert_string_equal(world_text(data, PR_SUBJECT_A), "in memory, too");
	RELEASE(stream);
	OK(data->lpVtbl->HrSetObjAccess(data, IPROP_READONLY));
	FAILS(data->lpVtbl->OpenProperty(
		  data, PR_SUBJECT_A, &IID_IStream, 0, MAPI_MODIFY, (IUnknown **)(void *)&stream),
	    MAPI_E_NO_ACCESS);
	FAILS(data->lpVtbl->OpenProperty(
		  data, PR_BODY_A, &IID_IStream, 0, 0, (IUnknown **)(void *)&stream),
	    MAPI_E_NOT_FOUND);
	FAILS(data->lpVtbl->OpenProperty(
		  data, PR_SUBJECT_A, &IID_IStorage, 0, 0, (IUnknown **)(void *)&stream),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	RELEASE(data);
}

static MAPINAMEID
named(const WCHAR *text)
{
	MAPINAMEID name = { (GUID *)(uintptr_t)&PS_PUBLIC_STRINGS, MNID_STRING, { 0 } };

	name.Kind.lpwstrName = (WCHAR *)(uintptr_t)text;
	return name;
}

static void
names_become_numbers_and_numbers_names(void **state)
{
	IPropData *data = data_create();
	MAPINAMEID color = named(u"Color"), size = named(u"Size"), lid = color;
	MAPINAMEID *wanted[] = { &color, &lid, &size }, **names = NULL;
	SPropTagArray *tags = NULL, *all = NULL;
	ULONG count = 0;

	lid.ulKind = MNID_ID;
	lid.Kind.lID = 0x8501;
	/* Nobody has asked for them yet. */
	assert_int_equal(
	    data->lpVtbl->GetIDsFromNames(data, 1, wanted, 0, &tags), MAPI_W_ERRORS_RETURNED);
	assert_int_equal(tags->aulPropTag[0], PROP_TAG(PT_ERROR, 0));
	MAPIFreeBuffer(tags);
	OK(data->lpVtbl->GetIDsFromNames(data, 2, wanted, MAPI_CREATE, &tags));
	assert_int_equal(tags->aulPropTag[0], PROP_TAG(PT_UNSPECIFIED, 0x8000));
	assert_int_equal(tags->aulPropTag[1], PROP_TAG(PT_UNSPECIFIED, 0x8001));
	OK(data->lpVtbl->GetNamesFromIDs(data, &tags, NULL, 0, &count, &names));
	assert_int_equal(count, 2);
	assert_true(FEqualNames(names[0], &color));
	assert_true(FEqualNames(names[1], &lid));
	MAPIFreeBuffer(names);
	/* All there are, or those that are no text. */
	OK(data->lpVtbl->GetNamesFromIDs(data, &all, NULL, MAPI_NO_STRINGS, &count, &names));
	assert_int_equal(count, 1);
	assert_int_equal(all->aulPropTag[0], PROP_TAG(PT_UNSPECIFIED, 0x8001));
	MAPIFreeBuffer(names);
	MAPIFreeBuffer(all);
	tags->aulPropTag[0] = PROP_TAG(PT_UNSPECIFIED, 0x9000);
	assert_int_equal(data->lpVtbl->GetNamesFromIDs(data, &tags, NULL, 0, &count, &names),
	    MAPI_W_ERRORS_RETURNED);
	assert_null(names[0]);
	MAPIFreeBuffer(names);
	MAPIFreeBuffer(tags);
	RELEASE(data);
}

static void
a_named_property_is_set_by_its_number(void **state)
{
	IPropData *data = data_create();
	MAPINAMEID color = named(u"Color"), *wanted[] = { &color };
	SPropTagArray *tags = NULL;
	SPropValue value = { 0 };

	OK(data->lpVtbl->GetIDsFromNames(data, 1, wanted, MAPI_CREATE, &tags));
	value.ulPropTag = CHANGE_PROP_TYPE(tags->aulPropTag[0], PT_STRING8);
	value.Value.lpszA = (LPSTR)(uintptr_t) "green";
	OK(data->lpVtbl->SetProps(data, 1, &value, NULL));
	assert_string_equal(world_text(data, value.ulPropTag), "green");
	MAPIFreeBuffer(tags);
	RELEASE(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(property_data_may_be_closed_to_changes_one_by_one),
		CASE(property_data_goes_into_a_message),
		cmocka_unit_test(a_value_is_a_stream_that_sets_it_when_it_is_committed),
		cmocka_unit_test(names_become_numbers_and_numbers_names),
		cmocka_unit_test(a_named_property_is_set_by_its_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
