/* SPDX-License-Identifier: MIT */
/* IMessage (MAPI reference: IMessage : IMAPIProp). */
#include "storetesting.h"
#include <emapispi.h>

/* --- Saving -------------------------------------------------------------------------------- */

static void
nothing_is_in_the_store_before_save_changes(void **state)
{
	struct world *world = *state;
	IMessage *message = NULL;

	OK(world->sent->lpVtbl->CreateMessage(world->sent, NULL, 0, &message));
	set_text(message, PR_SUBJECT_A, "Draft");
	assert_int_equal(count_of(world->sent, 0), 0);
	assert_int_equal(no_value(message, PR_ENTRYID), MAPI_E_NOT_FOUND);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	assert_int_equal(count_of(world->sent, 0), 1);
	MAPIFreeBuffer(get(message, PR_ENTRYID));
	RELEASE(message);
}

static void
keep_open_readonly_ends_writing(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "Done");
	SPropValue value = { .ulPropTag = PR_IMPORTANCE, .Value.l = IMPORTANCE_HIGH };

	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READONLY));
	FAILS(message->lpVtbl->SetProps(message, 1, &value, NULL), MAPI_E_NO_ACCESS);
	assert_int_equal(world_long(message, PR_ACCESS_LEVEL), 0);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "Done");
	RELEASE(message);
}

static void
who_saves_second_learns_of_it_and_may_insist(void **state)
{
	struct world *world = *state;
	SPropValue *id = put_message(world->sent, "First");
	IMessage *one = open_message(world->store, id, MAPI_MODIFY);
	IMessage *two = open_message(world->store, id, MAPI_MODIFY);

	set_text(one, PR_SUBJECT_A, "One's");
	set_text(two, PR_SUBJECT_A, "Two's");
	OK(one->lpVtbl->SaveChanges(one, KEEP_OPEN_READWRITE));
	FAILS(two->lpVtbl->SaveChanges(two, KEEP_OPEN_READWRITE), MAPI_E_OBJECT_CHANGED);
	OK(two->lpVtbl->SaveChanges(two, KEEP_OPEN_READWRITE | FORCE_SAVE));
	RELEASE(one);
	RELEASE(two);
	one = open_message(world->store, id, 0);
	assert_string_equal(world_text(one, PR_SUBJECT_A), "Two's");
	RELEASE(one);
	MAPIFreeBuffer(id);
}

static void
what_was_deleted_cannot_be_saved(void **state)
{
	struct world *world = *state;
	SPropValue *id = put_message(world->sent, "Short-lived");
	ENTRYLIST list = { 1, &id->Value.bin };
	IMessage *message = open_message(world->store, id, MAPI_MODIFY);

	OK(world->sent->lpVtbl->DeleteMessages(world->sent, &list, 0, NULL, 0));
	set_text(message, PR_SUBJECT_A, "Too late");
	FAILS(message->lpVtbl->SaveChanges(message, 0), MAPI_E_OBJECT_DELETED);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
opened_to_read_it_cannot_be_written(void **state)
{
	struct world *world = *state;
	SPropValue *id = put_message(world->sent, "Read me");
	IMessage *message = open_message(world->store, id, 0);
	SPropValue value = { .ulPropTag = PR_IMPORTANCE, .Value.l = IMPORTANCE_HIGH };
	IAttach *attach = NULL;
	ULONG number;

	FAILS(message->lpVtbl->SetProps(message, 1, &value, NULL), MAPI_E_NO_ACCESS);
	FAILS(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach), MAPI_E_NO_ACCESS);
	FAILS(message->lpVtbl->SaveChanges(message, 0), MAPI_E_NO_ACCESS);
	FAILS(message->lpVtbl->SubmitMessage(message, 0), MAPI_E_NO_ACCESS);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

/* --- Recipients ---------------------------------------------------------------------------- */

static ULONG
recipients_of(IMessage *message)
{
	IMAPITable *table = NULL;

	return world_count(message->lpVtbl->GetRecipientTable(message, 0, &table), &table);
}

static void
recipients_are_added_and_replaced(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "To whom");
	ADRLIST none = { 0 };

	world_add_recipient(message, "Bob", "bob@example.test");
	world_add_recipient(message, "Carl", "carl@example.test");
	assert_int_equal(recipients_of(message), 2);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	assert_string_equal(world_text(message, PR_DISPLAY_TO_A), "Bob; Carl");
	OK(message->lpVtbl->ModifyRecipients(message, 0, &none));
	assert_int_equal(recipients_of(message), 0);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	assert_string_equal(world_text(message, PR_DISPLAY_TO_A), "");
	RELEASE(message);
}

static void
the_tables_are_properties_too(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "To whom");
	IMAPITable *table = NULL;
	HRESULT hr;

	world_add_recipient(message, "Bob", "bob@example.test");
	hr = message->lpVtbl->OpenProperty(
	    message, PR_MESSAGE_RECIPIENTS, &IID_IMAPITable, 0, 0, (IUnknown **)(void *)&table);
	assert_int_equal(world_count(hr, &table), 1);
	hr = message->lpVtbl->OpenProperty(
	    message, PR_MESSAGE_ATTACHMENTS, &IID_IMAPITable, 0, 0, (IUnknown **)(void *)&table);
	assert_int_equal(world_count(hr, &table), 0);
	RELEASE(message);
}

/* --- Attachments --------------------------------------------------------------------------- */

static void
attachments_are_numbered_and_numbers_not_used_again(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->sent, "With parts");
	IAttach *attach = NULL;
	ULONG first, second, third;

	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &first, &attach));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &second, &attach));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	assert_int_not_equal(first, second);
	OK(message->lpVtbl->DeleteAttach(message, second, 0, NULL, 0));
	FAILS(message->lpVtbl->DeleteAttach(message, second, 0, NULL, 0), MAPI_E_NOT_FOUND);
	FAILS(message->lpVtbl->OpenAttach(message, second, NULL, 0, &attach), MAPI_E_NOT_FOUND);
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &third, &attach));
	assert_int_not_equal(third, second);
	RELEASE(attach);
	RELEASE(message);
}

/* --- Submitting ---------------------------------------------------------------------------- */

static void
nothing_goes_out_without_recipients(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "To nobody");

	FAILS(message->lpVtbl->SubmitMessage(message, 0), MAPI_E_NO_RECIPIENTS);
	set_text(message, PR_SUBJECT_A, "Still a draft");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
}

static void
a_submitted_message_is_out_of_hand(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "Off"), *early;
	SPropValue *id = get(message, PR_ENTRYID);
	ULONG count;
	SPropValue *values = NULL;

	early = open_message(world->store, id, MAPI_MODIFY);
	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	FAILS(message->lpVtbl->GetProps(message, NULL, 0, &count, &values), MAPI_E_INVALID_OBJECT);
	FAILS(message->lpVtbl->SubmitMessage(message, 0), MAPI_E_INVALID_OBJECT);
	RELEASE(message);
	/* Who had it open before cannot change it behind the spooler's back. */
	set_text(early, PR_SUBJECT_A, "Too late");
	assert_true(FAILED(early->lpVtbl->SaveChanges(early, FORCE_SAVE)));
	world_add_recipient(early, "Carl", "carl@example.test");
	FAILS(early->lpVtbl->SubmitMessage(early, 0), MAPI_E_SUBMITTED);
	RELEASE(early);
	FAILS(try_open(world->store, id, MAPI_MODIFY, &message), MAPI_E_NO_ACCESS);
	message = open_message(world->store, id, MAPI_BEST_ACCESS);
	assert_int_equal(world_long(message, PR_ACCESS_LEVEL), 0);
	FAILS(message->lpVtbl->SetReadFlag(message, 0), MAPI_E_SUBMITTED);
	assert_int_equal(world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT, MSGFLAG_SUBMIT);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

/* Who sends a letter that is submitted now. */
static void
assert_sent_by(struct world *world, const char *address)
{
	IMessage *message = world_message(world->outbox, "By whom");
	SPropValue *id = get(message, PR_ENTRYID);

	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	RELEASE(message);
	message = open_message(world->store, id, MAPI_BEST_ACCESS);
	assert_string_equal(world_text(message, PR_SENDER_EMAIL_ADDRESS_A), address);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
the_sender_is_whom_the_profile_names_now(void **state)
{
	struct world *world = *state;
	IProfSect *section = NULL;
	SPropValue *before = NULL;

	OK(world->session->lpVtbl->OpenProfileSection(
	    world->session, NULL, NULL, MAPI_MODIFY, &section));
	before = get(section, PR_EMAPI_FROM_ADDRESS_A);
	assert_sent_by(world, before->Value.lpszA);
	set_text(section, PR_EMAPI_FROM_ADDRESS_A, "other@example.test");
	assert_sent_by(world, "other@example.test");
	set_text(section, PR_EMAPI_FROM_ADDRESS_A, before->Value.lpszA);
	assert_sent_by(world, before->Value.lpszA);
	MAPIFreeBuffer(before);
	RELEASE(section);
}

static void
hidden_and_embedded_messages_are_not_sent(void **state)
{
	struct world *world = *state;
	IMessage *hidden = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, MAPI_ASSOCIATED, &hidden));
	world_add_recipient(hidden, "Bob", "bob@example.test");
	FAILS(hidden->lpVtbl->SubmitMessage(hidden, 0), MAPI_E_NO_SUPPORT);
	RELEASE(hidden);
}

/* --- Read or not --------------------------------------------------------------------------- */

static LONG
read_flag(IMessage *message)
{
	return world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_READ;
}

static void
the_read_flag_is_set_and_cleared(void **state)
{
	struct world *world = *state;
	SPropValue *id = put_message(world->sent, "Unread");
	IMessage *message = open_message(world->store, id, 0);

	assert_int_equal(read_flag(message), 0);
	OK(message->lpVtbl->SetReadFlag(message, 0));
	assert_int_equal(read_flag(message), MSGFLAG_READ);
	assert_int_equal(world_long(world->sent, PR_CONTENT_UNREAD), 0);
	OK(message->lpVtbl->SetReadFlag(message, CLEAR_READ_FLAG));
	assert_int_equal(read_flag(message), 0);
	FAILS(message->lpVtbl->SetReadFlag(message, SUPPRESS_RECEIPT | CLEAR_READ_FLAG),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(message->lpVtbl->SetReadFlag(message, 0x4000), MAPI_E_UNKNOWN_FLAGS);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
reading_answers_who_asked_for_a_receipt(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_received(inbox, true);
	IMessage *message = open_message(world->store, id, 0), *report;

	OK(message->lpVtbl->SetReadFlag(message, 0));
	OK(message->lpVtbl->SetReadFlag(message, CLEAR_READ_FLAG));
	OK(message->lpVtbl->SetReadFlag(message, 0));
	RELEASE(message);
	assert_int_equal(count_of(world->outbox, 0), 1);
	report = first_of(world, world->outbox);
	assert_string_equal(world_text(report, PR_MESSAGE_CLASS_A), "REPORT.IPM.Note.IPNRN");
	RELEASE(report);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

static void
a_pending_receipt_can_be_cancelled(void **state)
{
	static const ULONG ways[] = { SUPPRESS_RECEIPT, CLEAR_RN_PENDING,
		SUPPRESS_RECEIPT | GENERATE_RECEIPT_ONLY };
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(ways); at++) {
		SPropValue *id = put_received(inbox, true);
		IMessage *message = open_message(world->store, id, 0);

		OK(message->lpVtbl->SetReadFlag(message, ways[at]));
		OK(message->lpVtbl->SetReadFlag(message, 0));
		assert_int_equal(count_of(world->outbox, 0), 0);
		RELEASE(message);
		MAPIFreeBuffer(id);
	}
	RELEASE(inbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_is_in_the_store_before_save_changes),
		CASE(keep_open_readonly_ends_writing),
		CASE(who_saves_second_learns_of_it_and_may_insist),
		CASE(what_was_deleted_cannot_be_saved),
		CASE(opened_to_read_it_cannot_be_written),
		CASE(recipients_are_added_and_replaced),
		CASE(the_tables_are_properties_too),
		CASE(attachments_are_numbered_and_numbers_not_used_again),
		CASE(nothing_goes_out_without_recipients),
		CASE(a_submitted_message_is_out_of_hand),
		CASE(the_sender_is_whom_the_profile_names_now),
		CASE(hidden_and_embedded_messages_are_not_sent),
		CASE(the_read_flag_is_set_and_cleared),
		CASE(reading_answers_who_asked_for_a_receipt),
		CASE(a_pending_receipt_can_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
