/* SPDX-License-Identifier: MIT */
/* IAttach (MAPI reference: IAttach : IMAPIProp). */
#include "storetesting.h"

static IAttach *
new_attachment(IMessage *message, ULONG *number)
{
	IAttach *attach = NULL;
	ULONG unused;

	OK(message->lpVtbl->CreateAttach(message, NULL, 0, number ? number : &unused, &attach));
	return attach;
}

static ULONG
attachments_of(IMessage *message)
{
	IMAPITable *table = NULL;

	return world_count(message->lpVtbl->GetAttachmentTable(message, 0, &table), &table);
}

static void
it_is_in_the_message_after_its_own_save_and_in_the_store_after_the_messages(void **state)
{
	struct world *world = *state;
	SPropValue *id = put_message(world->sent, "With a part");
	IMessage *message = open_message(world->store, id, MAPI_MODIFY), *other;
	IAttach *attach = new_attachment(message, NULL);

	set_text(attach, PR_ATTACH_FILENAME_A, "plan.txt");
	assert_int_equal(attachments_of(message), 0);
	OK(attach->lpVtbl->SaveChanges(attach, KEEP_OPEN_READWRITE));
	assert_int_equal(attachments_of(message), 1);
	other = open_message(world->store, id, 0);
	assert_int_equal(attachments_of(other), 0);
	RELEASE(other);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	other = open_message(world->store, id, 0);
	assert_int_equal(attachments_of(other), 1);
	RELEASE(other);
	RELEASE(attach);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
it_begins_without_data_and_knows_its_number_and_size(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "With a part");
	SPropValue data = { .ulPropTag = PR_ATTACH_DATA_BIN };
	ULONG number;
	IAttach *attach = new_attachment(message, &number);

	assert_int_equal(world_long(attach, PR_ATTACH_METHOD), NO_ATTACHMENT);
	assert_int_equal(world_long(attach, PR_ATTACH_NUM), (LONG)number);
	assert_int_equal(world_long(attach, PR_OBJECT_TYPE), MAPI_ATTACH);
	assert_int_equal(no_value(attach, PR_ATTACH_DATA_BIN), MAPI_E_NOT_FOUND);
	data.Value.bin.cb = 5;
	data.Value.bin.lpb = (BYTE *)(uintptr_t) "12345";
	OK(attach->lpVtbl->SetProps(attach, 1, &data, NULL));
	OK(attach->lpVtbl->SaveChanges(attach, KEEP_OPEN_READWRITE));
	RELEASE(attach);
	OK(message->lpVtbl->OpenAttach(message, number, NULL, 0, &attach));
	assert_true(world_long(attach, PR_ATTACH_SIZE) >= 5);
	FAILS(attach->lpVtbl->SetProps(attach, 1, &data, NULL), MAPI_E_NO_ACCESS);
	FAILS(attach->lpVtbl->SaveChanges(attach, 0), MAPI_E_NO_ACCESS);
	RELEASE(attach);
	RELEASE(message);
}

/* A message within a message within …, `levels` deep. */
static void
nest(IMessage *message, int levels)
{
	IAttach *attach = new_attachment(message, NULL);
	IMessage *inner = NULL;
	char subject[16];

	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&inner));
	g_snprintf(subject, sizeof subject, "Level %d", levels);
	set_text(inner, PR_SUBJECT_A, subject);
	if (levels > 1)
		nest(inner, levels - 1);
	OK(inner->lpVtbl->SaveChanges(inner, 0));
	RELEASE(inner);
	assert_int_equal(world_long(attach, PR_ATTACH_METHOD), ATTACH_EMBEDDED_MSG);
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
}

/* The message in the first attachment; the outer one is released. */
static IMessage *
descend(IMessage *message, ULONG flags)
{
	IAttach *attach = NULL;
	IMessage *inner = NULL;

	OK(message->lpVtbl->OpenAttach(message, 0, NULL, flags, &attach));
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, flags, (IUnknown **)(void *)&inner));
	RELEASE(attach);
	RELEASE(message);
	return inner;
}

static void
messages_nest_deep(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Outermost");
	SPropValue *id = get(message, PR_ENTRYID);
	ENTRYLIST list = { 1, &id->Value.bin };
	int level;

	nest(message, 5);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	/* A copy has all of it too. */
	OK(world->sent->lpVtbl->CopyMessages(world->sent, &list, NULL, world->outbox, 0, NULL, 0));
	message = first_of(world, world->outbox);
	for (level = 0; level < 5; level++)
		message = descend(message, 0);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "Level 1");
	assert_int_equal(attachments_of(message), 0);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
an_embedded_message_is_changed_in_place(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Outer"), *inner = NULL;
	SPropValue *id = get(message, PR_ENTRYID);
	IAttach *attach = NULL;

	nest(message, 1);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	OK(message->lpVtbl->OpenAttach(message, 0, NULL, MAPI_MODIFY, &attach));
	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, MAPI_MODIFY,
	    (IUnknown **)(void *)&inner));
	set_text(inner, PR_SUBJECT_A, "Changed");
	FAILS(inner->lpVtbl->SubmitMessage(inner, 0), MAPI_E_NO_SUPPORT);
	assert_int_equal(no_value(inner, PR_ENTRYID), MAPI_E_NOT_FOUND);
	OK(inner->lpVtbl->SaveChanges(inner, 0));
	RELEASE(inner);
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	inner = descend(open_message(world->store, id, 0), 0);
	assert_string_equal(world_text(inner, PR_SUBJECT_A), "Changed");
	RELEASE(inner);
	MAPIFreeBuffer(id);
}

static void
data_opens_as_what_it_is(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "With a part");
	IAttach *attach = new_attachment(message, NULL);
	IUnknown *data = NULL;

	FAILS(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, &data),
	    MAPI_E_NOT_FOUND);
	FAILS(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream, 0, 0, &data),
	    MAPI_E_NOT_FOUND);
	FAILS(attach->lpVtbl->OpenProperty(
		  attach, PR_ATTACH_DATA_BIN, &IID_IMAPITable, 0, MAPI_CREATE | MAPI_MODIFY, &data),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	FAILS(attach->lpVtbl->OpenProperty(
		  attach, PR_ATTACH_NUM, &IID_IStream, 0, MAPI_CREATE | MAPI_MODIFY, &data),
	    MAPI_E_COMPUTED);
	/* An OLE object, as its bytes. */
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IStream, 0, MAPI_CREATE | MAPI_MODIFY, &data));
	RELEASE(data);
	RELEASE(attach);
	RELEASE(message);
}

static void
copy_to_another_attachment_takes_properties_and_data(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "With parts");
	SizedSPropTagArray(1, no_name) = { 1, { PR_ATTACH_LONG_FILENAME_A } };
	IAttach *from = new_attachment(message, NULL), *to = new_attachment(message, NULL);
	SPropValue data = { .ulPropTag = PR_ATTACH_DATA_BIN }, *copied;
	BYTE *large = g_malloc0(300000);

	data.Value.bin.cb = 300000;
	data.Value.bin.lpb = large;
	set_text(from, PR_ATTACH_FILENAME_A, "plan.txt");
	set_text(from, PR_ATTACH_LONG_FILENAME_A, "the plan.txt");
	OK(from->lpVtbl->SetProps(from, 1, &data, NULL));
	OK(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_name, 0, NULL,
	    &IID_IAttachment, to, 0, NULL));
	assert_string_equal(world_text(to, PR_ATTACH_FILENAME_A), "plan.txt");
	assert_string_equal(world_text(to, PR_ATTACH_LONG_FILENAME_A), "");
	copied = get(to, PR_ATTACH_DATA_BIN);
	assert_int_equal(copied->Value.bin.cb, 300000);
	MAPIFreeBuffer(copied);
	g_free(large);
	RELEASE(from);
	RELEASE(to);
	RELEASE(message);
}

static void
the_messages_size_has_its_data_once(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "With a part");
	LONG before = world_long(message, PR_MESSAGE_SIZE), size;
	SPropValue data = { .ulPropTag = PR_ATTACH_DATA_BIN };
	IAttach *attach = new_attachment(message, NULL);

	data.Value.bin.cb = 100000;
	data.Value.bin.lpb = g_malloc0(data.Value.bin.cb);
	OK(attach->lpVtbl->SetProps(attach, 1, &data, NULL));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	size = world_long(message, PR_MESSAGE_SIZE);
	assert_in_range(size - before, 100000, 101000);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE | FORCE_SAVE));
	assert_in_range(world_long(message, PR_MESSAGE_SIZE) - before, 100000, 101000);
	g_free(data.Value.bin.lpb);
	RELEASE(attach);
	RELEASE(message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_messages_size_has_its_data_once),
		CASE(it_is_in_the_message_after_its_own_save_and_in_the_store_after_the_messages),
		CASE(it_begins_without_data_and_knows_its_number_and_size),
		CASE(messages_nest_deep),
		CASE(an_embedded_message_is_changed_in_place),
		CASE(data_opens_as_what_it_is),
		CASE(copy_to_another_attachment_takes_properties_and_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
