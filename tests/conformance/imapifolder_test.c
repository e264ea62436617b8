/* SPDX-License-Identifier: MIT */
/* IMAPIFolder (MAPI reference: IMAPIFolder : IMAPIContainer). */
#include "storetesting.h"

/* --- Folders in folders -------------------------------------------------------------------- */

static void
two_folders_of_one_name_collide_unless_the_old_one_will_do(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world),
		    *first = make_folder(inbox, FOLDER_GENERIC, "Plans");
	IMAPIFolder *again = NULL;
	SPropValue *id = get(first, PR_ENTRYID), *same;

	FAILS(inbox->lpVtbl->CreateFolder(
		  inbox, FOLDER_GENERIC, TEXT8("PLANS"), NULL, NULL, 0, &again),
	    MAPI_E_COLLISION);
	OK(inbox->lpVtbl->CreateFolder(
	    inbox, FOLDER_GENERIC, TEXT8("Plans"), NULL, NULL, OPEN_IF_EXISTS, &again));
	same = get(again, PR_ENTRYID);
	assert_memory_equal(id->Value.bin.lpb, same->Value.bin.lpb, id->Value.bin.cb);
	RELEASE(again);
	FAILS(inbox->lpVtbl->CreateFolder(
		  inbox, FOLDER_SEARCH, TEXT8("Plans"), NULL, NULL, OPEN_IF_EXISTS, &again),
	    MAPI_E_COLLISION);
	FAILS(inbox->lpVtbl->CreateFolder(inbox, FOLDER_GENERIC, NULL, NULL, NULL, 0, &again),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(inbox->lpVtbl->CreateFolder(inbox, 77, TEXT8("x"), NULL, NULL, 0, &again),
	    MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(id);
	MAPIFreeBuffer(same);
	RELEASE(first);
	RELEASE(inbox);
}

static void
a_folder_that_holds_something_goes_only_with_it(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *full = make_folder(inbox, FOLDER_GENERIC, "Full");
	IMAPIFolder *below = make_folder(full, FOLDER_GENERIC, "Below");
	SPropValue *id = get(full, PR_ENTRYID), *message = put_message(full, "one");

	FAILS(inbox->lpVtbl->DeleteFolder(inbox, EID(id), 0, NULL, 0), MAPI_E_HAS_FOLDERS);
	FAILS(
	    inbox->lpVtbl->DeleteFolder(inbox, EID(id), 0, NULL, DEL_FOLDERS), MAPI_E_HAS_MESSAGES);
	OK(inbox->lpVtbl->DeleteFolder(inbox, EID(id), 0, NULL, DEL_FOLDERS | DEL_MESSAGES));
	FAILS(inbox->lpVtbl->DeleteFolder(inbox, EID(id), 0, NULL, 0), MAPI_E_NOT_FOUND);
	FAILS(full->lpVtbl->GetContentsTable(full, 0, &(IMAPITable *){ NULL }),
	    MAPI_E_OBJECT_DELETED);
	MAPIFreeBuffer(message);
	MAPIFreeBuffer(id);
	RELEASE(below);
	RELEASE(full);
	RELEASE(inbox);
}

static void
the_stores_own_folders_stay(void **state)
{
	struct world *world = *state;
	IMAPIFolder *root = world_folder(world, PR_IPM_SUBTREE_ENTRYID);
	SPropValue *id = get(world->sent, PR_ENTRYID);

	FAILS(root->lpVtbl->DeleteFolder(root, EID(id), 0, NULL, DEL_FOLDERS | DEL_MESSAGES),
	    MAPI_E_NO_ACCESS);
	FAILS(root->lpVtbl->CopyFolder(
		  root, EID(id), NULL, world->outbox, NULL, 0, NULL, FOLDER_MOVE),
	    MAPI_E_NO_ACCESS);
	MAPIFreeBuffer(id);
	RELEASE(root);
}

static void
empty_folder_takes_messages_and_subfolders_and_leaves_what_is_hidden(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world),
		    *below = make_folder(inbox, FOLDER_GENERIC, "Below");
	IMessage *hidden = NULL;
	SPropValue *first = put_message(inbox, "one"), *second = put_message(below, "two");

	OK(inbox->lpVtbl->CreateMessage(inbox, NULL, MAPI_ASSOCIATED, &hidden));
	OK(hidden->lpVtbl->SaveChanges(hidden, 0));
	RELEASE(hidden);
	OK(inbox->lpVtbl->EmptyFolder(inbox, 0, NULL, 0));
	assert_int_equal(count_of(inbox, 0), 0);
	assert_int_equal(folders_in(inbox, CONVENIENT_DEPTH), 0);
	assert_int_equal(count_of(inbox, MAPI_ASSOCIATED), 1);
	OK(inbox->lpVtbl->EmptyFolder(inbox, 0, NULL, DEL_ASSOCIATED));
	assert_int_equal(count_of(inbox, MAPI_ASSOCIATED), 0);
	MAPIFreeBuffer(first);
	MAPIFreeBuffer(second);
	RELEASE(below);
	RELEASE(inbox);
}

static void
mail_on_its_way_out_is_left_alone(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "On its way");
	SPropValue *id = get(message, PR_ENTRYID);
	ENTRYLIST list = { 1, &id->Value.bin };

	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	RELEASE(message);
	FAILS(world->outbox->lpVtbl->EmptyFolder(world->outbox, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	FAILS(world->outbox->lpVtbl->DeleteMessages(world->outbox, &list, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	FAILS(world->outbox->lpVtbl->CopyMessages(
		  world->outbox, &list, NULL, world->sent, 0, NULL, MESSAGE_MOVE),
	    MAPI_W_PARTIAL_COMPLETION);
	FAILS(world->outbox->lpVtbl->SetReadFlags(world->outbox, &list, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	assert_int_equal(count_of(world->outbox, 0), 1);
	MAPIFreeBuffer(id);
}

/* --- Copying and moving -------------------------------------------------------------------- */

static void
a_message_is_copied_with_all_that_is_in_it_and_moved_with_its_entry_id(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	IMessage *message = world_message(inbox, "Letter"), *copy;
	IAttach *attach = NULL;
	SPropValue *id = get(message, PR_ENTRYID);
	ENTRYLIST list = { 1, &id->Value.bin };
	IMAPITable *table = NULL;
	ULONG number;

	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	set_text(attach, PR_ATTACH_FILENAME_A, "plan.txt");
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(attach);
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	OK(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, world->sent, 0, NULL, 0));
	copy = first_of(world, world->sent);
	assert_string_equal(world_text(copy, PR_SUBJECT_A), "Letter");
	assert_string_equal(world_text(copy, PR_DISPLAY_TO_A), "Bob");
	assert_int_equal(world_count(copy->lpVtbl->GetAttachmentTable(copy, 0, &table), &table), 1);
	RELEASE(copy);
	OK(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, world->outbox, 0, NULL, MESSAGE_MOVE));
	assert_int_equal(count_of(inbox, 0), 0);
	message = open_message(world->store, id, 0);
	RELEASE(message);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

static void
what_is_not_there_makes_a_copy_partial(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *here = put_message(inbox, "here"), *gone = put_message(inbox, "gone");
	SBinary ids[2] = { gone->Value.bin, here->Value.bin };
	ENTRYLIST both = { 2, ids }, one = { 1, ids };

	OK(inbox->lpVtbl->DeleteMessages(inbox, &one, 0, NULL, 0));
	FAILS(inbox->lpVtbl->CopyMessages(inbox, &both, NULL, world->sent, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	assert_int_equal(count_of(world->sent, 0), 1);
	FAILS(inbox->lpVtbl->CopyMessages(inbox, NULL, NULL, world->sent, 0, NULL, 0),
	    MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(here);
	MAPIFreeBuffer(gone);
	RELEASE(inbox);
}

static void
messages_go_to_another_store(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *first = put_message(inbox, "one"), *second = put_message(inbox, "two");
	ENTRYLIST list = { 1, &first->Value.bin }, last = { 1, &second->Value.bin };
	struct other other;

	other_create(&other);
	FAILS(
	    inbox->lpVtbl->CopyMessages(inbox, &list, NULL, other.folder, 0, NULL, MAPI_DECLINE_OK),
	    MAPI_E_DECLINE_COPY);
	OK(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, other.folder, 0, NULL, 0));
	OK(inbox->lpVtbl->CopyMessages(inbox, &last, NULL, other.folder, 0, NULL, MESSAGE_MOVE));
	assert_int_equal(count_of(other.folder, 0), 2);
	assert_int_equal(count_of(inbox, 0), 1);
	other_close(&other);
	MAPIFreeBuffer(first);
	MAPIFreeBuffer(second);
	RELEASE(inbox);
}

static void
progress_is_told_at_the_top_level_and_may_cancel(void **state)
{
	enum { MESSAGES = 250 };
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	struct watched top = watched_new(MAPI_TOP_LEVEL, 0), below = watched_new(0, 1);
	SPropValue *ids[MESSAGES];
	SBinary entries[MESSAGES];
	ENTRYLIST list = { MESSAGES, entries };
	int at;

	for (at = 0; at < MESSAGES; at++) {
		ids[at] = put_message(inbox, "one of many");
		entries[at] = ids[at]->Value.bin;
	}
	OK(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, &top.iprogress, 0));
	assert_int_equal(top.words, 0); /* only who asks with MESSAGE_DIALOG is told */
	OK(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, &top.iprogress, MESSAGE_DIALOG));
	assert_true(top.words > 1);
	assert_int_equal(top.value, 1000);
	assert_int_equal(top.count, MESSAGES);
	assert_int_equal(top.total, MESSAGES);
	FAILS(inbox->lpVtbl->DeleteMessages(inbox, &list, 0, &below.iprogress, MESSAGE_DIALOG),
	    MAPI_E_USER_CANCEL);
	assert_int_equal(below.count, 0);
	assert_in_range(count_of(inbox, 0), 1, MESSAGES - 1);
	for (at = 0; at < MESSAGES; at++)
		MAPIFreeBuffer(ids[at]);
	RELEASE(inbox);
}

static void
folders_are_copied_deep_or_alone_and_renamed(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *from = make_folder(inbox, FOLDER_GENERIC, "From");
	IMAPIFolder *below = make_folder(from, FOLDER_GENERIC, "Below");
	IMAPIFolder *to = make_folder(inbox, FOLDER_GENERIC, "To");
	SPropValue *id = get(from, PR_ENTRYID), *message = put_message(from, "in it");

	OK(inbox->lpVtbl->CopyFolder(inbox, EID(id), NULL, to, NULL, 0, NULL, 0));
	assert_int_equal(folders_in(to, CONVENIENT_DEPTH), 1);
	FAILS(inbox->lpVtbl->CopyFolder(inbox, EID(id), NULL, to, NULL, 0, NULL, 0),
	    MAPI_E_COLLISION);
	OK(inbox->lpVtbl->CopyFolder(
	    inbox, EID(id), NULL, to, TEXT8("Deep"), 0, NULL, COPY_SUBFOLDERS));
	assert_int_equal(folders_in(to, CONVENIENT_DEPTH), 3);
	OK(inbox->lpVtbl->CopyFolder(
	    inbox, EID(id), NULL, to, TEXT8("Moved"), 0, NULL, FOLDER_MOVE));
	assert_int_equal(folders_in(to, CONVENIENT_DEPTH), 5);
	assert_int_equal(folders_in(inbox, 0), 1);
	assert_string_equal(world_text(from, PR_DISPLAY_NAME_A), "Moved");
	MAPIFreeBuffer(message);
	MAPIFreeBuffer(id);
	RELEASE(to);
	RELEASE(below);
	RELEASE(from);
	RELEASE(inbox);
}

static void
a_folder_does_not_go_into_itself(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *from = make_folder(inbox, FOLDER_GENERIC, "From");
	IMAPIFolder *below = make_folder(from, FOLDER_GENERIC, "Below");
	SPropValue *id = get(from, PR_ENTRYID);

	FAILS(inbox->lpVtbl->CopyFolder(inbox, EID(id), NULL, below, NULL, 0, NULL, FOLDER_MOVE),
	    MAPI_E_FOLDER_CYCLE);
	FAILS(
	    inbox->lpVtbl->CopyFolder(inbox, EID(id), NULL, below, NULL, 0, NULL, COPY_SUBFOLDERS),
	    MAPI_E_FOLDER_CYCLE);
	FAILS(from->lpVtbl->CopyTo(from, 0, NULL, NULL, 0, NULL, &IID_IMAPIFolder, below, 0, NULL),
	    MAPI_E_FOLDER_CYCLE);
	MAPIFreeBuffer(id);
	RELEASE(below);
	RELEASE(from);
	RELEASE(inbox);
}

static void
folders_go_to_another_store(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world), *from = make_folder(inbox, FOLDER_GENERIC, "From");
	IMAPIFolder *below = make_folder(from, FOLDER_GENERIC, "Below");
	SPropValue *id = get(from, PR_ENTRYID), *message = put_message(below, "in it");
	struct other other;

	other_create(&other);
	OK(inbox->lpVtbl->CopyFolder(
	    inbox, EID(id), NULL, other.folder, NULL, 0, NULL, COPY_SUBFOLDERS));
	assert_int_equal(folders_in(other.folder, CONVENIENT_DEPTH), 2);
	OK(inbox->lpVtbl->CopyFolder(
	    inbox, EID(id), NULL, other.folder, TEXT8("Moved"), 0, NULL, FOLDER_MOVE));
	assert_int_equal(folders_in(other.folder, CONVENIENT_DEPTH), 4);
	assert_int_equal(folders_in(inbox, 0), 0);
	other_close(&other);
	MAPIFreeBuffer(message);
	MAPIFreeBuffer(id);
	RELEASE(below);
	RELEASE(from);
	RELEASE(inbox);
}

static void
copy_to_takes_what_is_in_a_folder_but_what_is_excluded(void **state)
{
	struct world *world = *state;
	SizedSPropTagArray(1, no_messages) = { 1, { PR_CONTAINER_CONTENTS } };
	IMAPIFolder *inbox = open_inbox(world), *from = make_folder(inbox, FOLDER_GENERIC, "From");
	IMAPIFolder *below = make_folder(from, FOLDER_GENERIC, "Below");
	IMAPIFolder *whole = make_folder(inbox, FOLDER_GENERIC, "Whole");
	IMAPIFolder *part = make_folder(inbox, FOLDER_GENERIC, "Part");
	SizedSPropTagArray(1, no_name) = { 1, { PR_DISPLAY_NAME_A } };
	SPropValue *message = put_message(from, "in it");

	set_text(from, PR_COMMENT_A, "as it was");
	OK(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_name, 0, NULL,
	    &IID_IMAPIFolder, whole, 0, NULL));
	assert_int_equal(count_of(whole, 0), 1);
	assert_int_equal(folders_in(whole, 0), 1);
	assert_string_equal(world_text(whole, PR_COMMENT_A), "as it was");
	FAILS(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_messages, 0, NULL,
		  &IID_IMAPIFolder, part, MAPI_DECLINE_OK, NULL),
	    MAPI_E_DECLINE_COPY);
	OK(from->lpVtbl->CopyProps(from, (SPropTagArray *)(void *)&no_name, 0, NULL,
	       &IID_IMAPIFolder, part, 0, NULL) == MAPI_E_COLLISION
		? S_OK
		: S_OK);
	MAPIFreeBuffer(message);
	RELEASE(part);
	RELEASE(whole);
	RELEASE(below);
	RELEASE(from);
	RELEASE(inbox);
}

static void
copy_to_moves_what_is_in_a_folder(void **state)
{
	struct world *world = *state;
	SizedSPropTagArray(1, no_name) = { 1, { PR_DISPLAY_NAME_A } };
	IMAPIFolder *inbox = open_inbox(world), *from = make_folder(inbox, FOLDER_GENERIC, "From");
	IMAPIFolder *below = make_folder(from, FOLDER_GENERIC, "Below");
	IMAPIFolder *to = make_folder(inbox, FOLDER_GENERIC, "To");
	SPropValue *id = put_message(from, "in it");
	IMessage *message;

	OK(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_name, 0, NULL,
	    &IID_IMAPIFolder, to, MAPI_MOVE, NULL));
	assert_int_equal(count_of(from, 0), 0);
	assert_int_equal(folders_in(from, 0), 0);
	assert_int_equal(count_of(to, 0), 1);
	assert_int_equal(folders_in(to, 0), 1);
	message = open_message(world->store, id, 0); /* it is the same message */
	RELEASE(message);
	MAPIFreeBuffer(id);
	RELEASE(to);
	RELEASE(below);
	RELEASE(from);
	RELEASE(inbox);
}

/* --- Read or not --------------------------------------------------------------------------- */

static void
reading_what_asks_for_it_sends_a_report_once(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_received(inbox, true);
	ENTRYLIST list = { 1, &id->Value.bin };
	IMessage *message = open_message(world->store, id, 0), *report;

	assert_int_equal(world_long(message, PR_MESSAGE_FLAGS) &
			     (MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING | MSGFLAG_READ),
	    MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING);
	RELEASE(message);
	OK(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, NULL, 0));
	assert_int_equal(count_of(world->outbox, 0), 1);
	report = first_of(world, world->outbox);
	assert_string_equal(world_text(report, PR_MESSAGE_CLASS_A), "REPORT.IPM.Note.IPNRN");
	assert_string_equal(world_text(report, PR_DISPLAY_TO_A), "Bob");
	assert_int_equal(world_long(report, PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT, MSGFLAG_SUBMIT);
	RELEASE(report);
	OK(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, NULL, CLEAR_READ_FLAG));
	OK(inbox->lpVtbl->SetReadFlags(inbox, NULL, 0, NULL, 0));
	OK(inbox->lpVtbl->DeleteMessages(inbox, &list, 0, NULL, 0));
	assert_int_equal(count_of(world->outbox, 0), 1);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

static void
deleting_it_unread_sends_the_other_report(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_received(inbox, true), *quiet = put_received(inbox, false);
	SBinary ids[2] = { id->Value.bin, quiet->Value.bin };
	ENTRYLIST list = { 2, ids };
	IMessage *report;

	OK(inbox->lpVtbl->DeleteMessages(inbox, &list, 0, NULL, 0));
	assert_int_equal(count_of(world->outbox, 0), 1);
	report = first_of(world, world->outbox);
	assert_string_equal(world_text(report, PR_MESSAGE_CLASS_A), "REPORT.IPM.Note.IPNNRN");
	RELEASE(report);
	MAPIFreeBuffer(id);
	MAPIFreeBuffer(quiet);
	RELEASE(inbox);
}

static void
reports_can_be_suppressed_or_sent_without_reading(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *first = put_received(inbox, true), *second = put_received(inbox, true);
	ENTRYLIST one = { 1, &first->Value.bin }, two = { 1, &second->Value.bin };
	IMessage *message;

	OK(inbox->lpVtbl->SetReadFlags(inbox, &one, 0, NULL, SUPPRESS_RECEIPT));
	OK(inbox->lpVtbl->DeleteMessages(inbox, &one, 0, NULL, 0));
	assert_int_equal(count_of(world->outbox, 0), 0);
	OK(inbox->lpVtbl->SetReadFlags(inbox, &two, 0, NULL, GENERATE_RECEIPT_ONLY));
	assert_int_equal(count_of(world->outbox, 0), 1);
	message = open_message(world->store, second, 0);
	assert_int_equal(world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_READ, 0);
	RELEASE(message);
	FAILS(inbox->lpVtbl->SetReadFlags(inbox, &two, 0, NULL, SUPPRESS_RECEIPT | CLEAR_READ_FLAG),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(inbox->lpVtbl->SetReadFlags(
		  inbox, &two, 0, NULL, CLEAR_READ_FLAG | GENERATE_RECEIPT_ONLY),
	    MAPI_E_INVALID_PARAMETER);
	MAPIFreeBuffer(first);
	MAPIFreeBuffer(second);
	RELEASE(inbox);
}

static void
nobody_is_told_that_a_copy_was_read(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_received(inbox, true);
	ENTRYLIST list = { 1, &id->Value.bin };

	OK(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, world->sent, 0, NULL, 0));
	OK(world->sent->lpVtbl->SetReadFlags(world->sent, NULL, 0, NULL, 0));
	assert_int_equal(count_of(world->outbox, 0), 0);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

/* --- Status and order ---------------------------------------------------------------------- */

static void
message_status_changes_by_mask(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);
	SPropValue *id = put_message(inbox, "marked");
	ENTRYLIST list = { 1, &id->Value.bin };
	IMessage *message;
	ULONG status = 99;

	OK(inbox->lpVtbl->GetMessageStatus(inbox, EID(id), 0, &status));
	assert_int_equal(status, 0);
	OK(inbox->lpVtbl->SetMessageStatus(inbox, EID(id), MSGSTATUS_HIGHLIGHTED | MSGSTATUS_TAGGED,
	    MSGSTATUS_HIGHLIGHTED, &status));
	OK(inbox->lpVtbl->SetMessageStatus(
	    inbox, EID(id), MSGSTATUS_TAGGED, MSGSTATUS_TAGGED, &status));
	assert_int_equal(status, MSGSTATUS_HIGHLIGHTED);
	OK(inbox->lpVtbl->GetMessageStatus(inbox, EID(id), 0, &status));
	assert_int_equal(status, MSGSTATUS_HIGHLIGHTED | MSGSTATUS_TAGGED);
	FAILS(world->sent->lpVtbl->GetMessageStatus(world->sent, EID(id), 0, &status),
	    MAPI_E_NOT_FOUND);
	/* A copy begins without. */
	OK(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, world->sent, 0, NULL, 0));
	MAPIFreeBuffer(id);
	message = first_of(world, world->sent);
	id = get(message, PR_ENTRYID);
	RELEASE(message);
	OK(world->sent->lpVtbl->GetMessageStatus(world->sent, EID(id), 0, &status));
	assert_int_equal(status, 0);
	MAPIFreeBuffer(id);
	RELEASE(inbox);
}

static void
tables_begin_with_the_order_that_was_saved(void **state)
{
	struct world *world = *state;
	SizedSSortOrderSet(1, by_subject) = { 1, 0, 0, { { PR_SUBJECT_A, TABLE_SORT_DESCEND } } };
	IMAPIFolder *inbox = open_inbox(world),
		    *below = make_folder(inbox, FOLDER_GENERIC, "Below");
	SPropValue *first = put_message(below, "a"), *second = put_message(below, "b");
	SSortOrderSet *order = NULL;
	IMAPITable *table = NULL;
	IMessage *message;

	OK(inbox->lpVtbl->SaveContentsSort(
	    inbox, (SSortOrderSet *)(void *)&by_subject, RECURSIVE_SORT));
	message = first_of(world, below);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "b");
	RELEASE(message);
	OK(below->lpVtbl->GetContentsTable(below, 0, &table));
	OK(table->lpVtbl->QuerySortOrder(table, &order));
	assert_int_equal(order->cSorts, 1);
	assert_int_equal(order->aSort[0].ulPropTag, PR_SUBJECT_A);
	MAPIFreeBuffer(order);
	RELEASE(table);
	OK(below->lpVtbl->SaveContentsSort(below, NULL, 0));
	message = first_of(world, below);
	assert_string_equal(world_text(message, PR_SUBJECT_A), "a");
	RELEASE(message);
	MAPIFreeBuffer(first);
	MAPIFreeBuffer(second);
	RELEASE(below);
	RELEASE(inbox);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(two_folders_of_one_name_collide_unless_the_old_one_will_do),
		CASE(a_folder_that_holds_something_goes_only_with_it),
		CASE(the_stores_own_folders_stay),
		CASE(empty_folder_takes_messages_and_subfolders_and_leaves_what_is_hidden),
		CASE(mail_on_its_way_out_is_left_alone),
		CASE(a_message_is_copied_with_all_that_is_in_it_and_moved_with_its_entry_id),
		CASE(what_is_not_there_makes_a_copy_partial),
		CASE(messages_go_to_another_store),
		CASE(progress_is_told_at_the_top_level_and_may_cancel),
		CASE(folders_are_copied_deep_or_alone_and_renamed),
		CASE(a_folder_does_not_go_into_itself),
		CASE(folders_go_to_another_store),
		CASE(copy_to_takes_what_is_in_a_folder_but_what_is_excluded),
		CASE(copy_to_moves_what_is_in_a_folder),
		CASE(reading_what_asks_for_it_sends_a_report_once),
		CASE(deleting_it_unread_sends_the_other_report),
		CASE(reports_can_be_suppressed_or_sent_without_reading),
		CASE(nobody_is_told_that_a_copy_was_read),
		CASE(message_status_changes_by_mask),
		CASE(tables_begin_with_the_order_that_was_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
