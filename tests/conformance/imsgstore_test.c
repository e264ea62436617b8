/* SPDX-License-Identifier: MIT */
/* IMsgStore (MAPI reference: IMsgStore : IMAPIProp). */
#include "storetesting.h"

/* --- Its folders --------------------------------------------------------------------------- */

static void
the_store_names_its_folders(void **state)
{
	static const ULONG tags[] = { PR_IPM_SUBTREE_ENTRYID, PR_IPM_OUTBOX_ENTRYID,
		PR_IPM_SENTMAIL_ENTRYID, PR_IPM_WASTEBASKET_ENTRYID, PR_FINDER_ENTRYID,
		PR_VIEWS_ENTRYID, PR_COMMON_VIEWS_ENTRYID };
	struct world *world = *state;
	LONG valid = world_long(world->store, PR_VALID_FOLDER_MASK);
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(tags); at++) {
		IMAPIFolder *folder = world_folder(world, tags[at]);

		assert_int_equal(world_long(folder, PR_OBJECT_TYPE), MAPI_FOLDER);
		RELEASE(folder);
	}
	assert_int_equal(valid & (LONG)(FOLDER_IPM_INBOX_VALID | FOLDER_FINDER_VALID),
	    FOLDER_IPM_INBOX_VALID | FOLDER_FINDER_VALID);
	assert_int_equal(world_long(world->store, PR_STORE_SUPPORT_MASK) & (LONG)STORE_SEARCH_OK,
	    STORE_SEARCH_OK);
}

static void
no_entry_id_is_the_root(void **state)
{
	struct world *world = *state;
	IMAPIFolder *root = NULL;
	ULONG type;

	OK(world->store->lpVtbl->OpenEntry(
	    world->store, 0, NULL, NULL, 0, &type, (IUnknown **)(void *)&root));
	assert_int_equal(type, MAPI_FOLDER);
	assert_int_equal(world_long(root, PR_FOLDER_TYPE), FOLDER_ROOT);
	RELEASE(root);
}

static void
entry_ids_are_compared(void **state)
{
	struct world *world = *state;
	SPropValue *one = get(world->outbox, PR_ENTRYID), *two = get(world->sent, PR_ENTRYID);
	ULONG same = 9;

	OK(world->store->lpVtbl->CompareEntryIDs(world->store, EID(one), EID(one), 0, &same));
	assert_int_equal(same, TRUE);
	OK(world->store->lpVtbl->CompareEntryIDs(world->store, EID(one), EID(two), 0, &same));
	assert_int_equal(same, FALSE);
	MAPIFreeBuffer(one);
	MAPIFreeBuffer(two);
}

/* --- Receive folders ----------------------------------------------------------------------- */

/* The class that decides; the folder must be `folder` (NULL: not looked at). */
static void
assert_received(struct world *world, const char *class, IMAPIFolder *folder, const char *decides)
{
	SPropValue *wanted = folder ? get(folder, PR_ENTRYID) : NULL;
	LPTSTR explicit_class = NULL;
	ENTRYID *id = NULL;
	ULONG size = 0;

	OK(world->store->lpVtbl->GetReceiveFolder(
	    world->store, TEXT8(class), 0, &size, &id, &explicit_class));
	assert_string_equal((char *)explicit_class, decides);
	if (wanted)
		assert_memory_equal(id, wanted->Value.bin.lpb, size);
	MAPIFreeBuffer(wanted);
	MAPIFreeBuffer(explicit_class);
	MAPIFreeBuffer(id);
}

static HRESULT
receive_in(struct world *world, const char *class, IMAPIFolder *folder)
{
	SPropValue *id = folder ? get(folder, PR_ENTRYID) : NULL;
	HRESULT hr = world->store->lpVtbl->SetReceiveFolder(world->store, TEXT8(class), 0,
	    id ? id->Value.bin.cb : 0, id ? (ENTRYID *)(void *)id->Value.bin.lpb : NULL);

	MAPIFreeBuffer(id);
	return hr;
}

static void
the_longest_class_that_was_set_decides(void **state)
{
	struct world *world = *state;

	OK(receive_in(world, "IPM.Note", world->outbox));
	OK(receive_in(world, "IPM.Note.Phone", world->sent));
	assert_received(world, "ipm.note.phone.Call", world->sent, "IPM.Note.Phone");
	assert_received(world, "IPM.Note.Phonecall", world->outbox, "IPM.Note");
	assert_received(world, "IPM.Note", world->outbox, "IPM.Note");
	assert_received(world, "IPM", NULL, "");
	assert_received(world, NULL, NULL, "");
	OK(receive_in(world, "IPM.NOTE.PHONE", NULL));
	assert_received(world, "IPM.Note.Phone", world->outbox, "IPM.Note");
	OK(receive_in(world, "Never.Set", NULL));
}

static void
there_always_is_a_default(void **state)
{
	struct world *world = *state;
	IMAPIFolder *inbox = open_inbox(world);

	OK(receive_in(world, NULL, world->sent));
	assert_received(world, "Anything", world->sent, "");
	OK(receive_in(world, "", NULL));
	assert_received(world, "Anything", inbox, "");
	RELEASE(inbox);
}

static void
what_is_no_class_or_no_folder_is_refused(void **state)
{
	struct world *world = *state;
	IMAPIFolder *finder = world_folder(world, PR_FINDER_ENTRYID);
	IMAPIFolder *search = make_folder(finder, FOLDER_SEARCH, "Search");
	SPropValue *search_id = get(search, PR_ENTRYID), *message = put_message(world->sent, "x");
	char longest[257];

	memset(longest, 'a', sizeof longest);
	longest[256] = 0;
	FAILS(receive_in(world, longest, world->sent), MAPI_E_INVALID_PARAMETER);
	longest[255] = 0;
	OK(receive_in(world, longest, world->sent));
	FAILS(receive_in(world, "IPM..Note", world->sent), MAPI_E_INVALID_PARAMETER);
	FAILS(receive_in(world, ".IPM", world->sent), MAPI_E_INVALID_PARAMETER);
	FAILS(receive_in(world, "IPM.", world->sent), MAPI_E_INVALID_PARAMETER);
	FAILS(receive_in(world, "IPM.Note", search), MAPI_E_NO_SUPPORT);
	FAILS(world->store->lpVtbl->SetReceiveFolder(
		  world->store, TEXT8("IPM.Note"), 0, EID(message)),
	    MAPI_E_INVALID_ENTRYID);
	MAPIFreeBuffer(message);
	MAPIFreeBuffer(search_id);
	RELEASE(search);
	RELEASE(finder);
}

static void
the_receive_folder_table_has_a_row_for_each_class(void **state)
{
	struct world *world = *state;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	SPropValue *class;

	OK(receive_in(world, "IPM.Task", world->sent));
	OK(world->store->lpVtbl->GetReceiveFolderTable(world->store, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 2);
	class = PpropFindProp(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_MESSAGE_CLASS_A);
	assert_string_equal(class->Value.lpszA, "IPM.Task");
	assert_non_null(PpropFindProp(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_ENTRYID));
	assert_non_null(PpropFindProp(rows->aRow[1].lpProps, rows->aRow[1].cValues, PR_RECORD_KEY));
	FreeProws(rows);
	RELEASE(table);
}

/* --- Submitted mail ------------------------------------------------------------------------ */

static void
abort_submit_takes_a_message_back(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "Wait");
	SPropValue *id = get(message, PR_ENTRYID);

	FAILS(world->store->lpVtbl->AbortSubmit(world->store, EID(id), 0), MAPI_E_NOT_IN_QUEUE);
	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	RELEASE(message);
	FAILS(try_open(world->store, id, MAPI_MODIFY, &message), MAPI_E_NO_ACCESS);
	OK(world->store->lpVtbl->AbortSubmit(world->store, EID(id), 0));
	message = open_message(world->store, id, MAPI_MODIFY);
	assert_int_equal(world_long(message, PR_MESSAGE_FLAGS) & MSGFLAG_SUBMIT, 0);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
only_the_spooler_locks_and_finishes(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "Mine");
	SPropValue *id = get(message, PR_ENTRYID);

	FAILS(world->store->lpVtbl->SetLockState(world->store, message, MSG_LOCKED),
	    MAPI_E_NO_SUPPORT);
	FAILS(world->store->lpVtbl->FinishedMsg(world->store, 0, EID(id)), MAPI_E_NO_SUPPORT);
	RELEASE(message);
	MAPIFreeBuffer(id);
}

static void
logging_off_says_whether_mail_is_left(void **state)
{
	struct world *world = *state;
	IMessage *message = world_message(world->outbox, "Wait");
	ULONG flags = LOGOFF_NO_WAIT;

	OK(world->store->lpVtbl->StoreLogoff(world->store, &flags));
	assert_int_equal(flags & LOGOFF_OUTBOUND_QUEUE, 0);
	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SubmitMessage(message, 0));
	RELEASE(message);
	flags = LOGOFF_NO_WAIT;
	OK(world->store->lpVtbl->StoreLogoff(world->store, &flags));
	assert_int_equal(flags & LOGOFF_OUTBOUND_QUEUE, LOGOFF_OUTBOUND_QUEUE);
}

/* --- Notifications ------------------------------------------------------------------------- */

static LONG STDAPICALLTYPE
note_event(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	ULONG at;

	for (at = 0; at < count; at++)
		g_atomic_int_or((guint *)context, notifications[at].ulEventType);
	return 0;
}

/* All of the events have come within two seconds. */
static bool
events_come(guint *seen, guint wanted)
{
	int tries;

	for (tries = 0; tries < 200 && (g_atomic_int_get(seen) & wanted) != wanted; tries++) {
		g_usleep(10000);
		HrDispatchNotifications(0);
	}
	return (g_atomic_int_get(seen) & wanted) == wanted;
}

static void
another_sessions_changes_are_told(void **state)
{
	struct world *world = *state;
	guint events = fnevObjectCreated | fnevObjectModified | fnevObjectMoved | fnevObjectCopied |
		       fnevObjectDeleted;
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;
	struct other other;
	ENTRYLIST list = { 1, NULL };
	IMAPIFolder *drafts;
	IMessage *message;
	SPropValue *id;
	guint seen = 0;

	OK(HrAllocAdviseSink(note_event, &seen, &sink));
	OK(world->store->lpVtbl->Advise(world->store, 0, NULL, events, sink, &connection));
	other_open(&other, "test");
	message = world_message(other.folder, "News");
	assert_true(events_come(&seen, fnevObjectCreated));
	set_text(message, PR_SUBJECT_A, "Old news");
	OK(message->lpVtbl->SaveChanges(message, 0));
	RELEASE(message);
	message = first_of(world, world->sent);
	id = get(message, PR_ENTRYID);
	RELEASE(message);
	list.lpbin = &id->Value.bin;
	drafts = make_folder(other.folder, FOLDER_GENERIC, "Elsewhere");
	OK(other.folder->lpVtbl->CopyMessages(other.folder, &list, NULL, drafts, 0, NULL, 0));
	OK(other.folder->lpVtbl->CopyMessages(
	    other.folder, &list, NULL, drafts, 0, NULL, MESSAGE_MOVE));
	OK(drafts->lpVtbl->DeleteMessages(drafts, &list, 0, NULL, 0));
	assert_true(events_come(&seen, events));
	OK(world->store->lpVtbl->Unadvise(world->store, connection));
	RELEASE(sink);
	RELEASE(drafts);
	MAPIFreeBuffer(id);
	other_close(&other);
}

static void
advise_wants_a_sink_and_events_that_there_are(void **state)
{
	struct world *world = *state;
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;
	guint seen = 0;

	OK(HrAllocAdviseSink(note_event, &seen, &sink));
	FAILS(world->store->lpVtbl->Advise(
		  world->store, 0, NULL, fnevObjectCreated, NULL, &connection),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(world->store->lpVtbl->Advise(world->store, 0, NULL, 0, sink, &connection),
	    MAPI_E_INVALID_PARAMETER);
	FAILS(world->store->lpVtbl->Unadvise(world->store, 12345), MAPI_E_NOT_FOUND);
	RELEASE(sink);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_store_names_its_folders),
		CASE(no_entry_id_is_the_root),
		CASE(entry_ids_are_compared),
		CASE(the_longest_class_that_was_set_decides),
		CASE(there_always_is_a_default),
		CASE(what_is_no_class_or_no_folder_is_refused),
		CASE(the_receive_folder_table_has_a_row_for_each_class),
		CASE(abort_submit_takes_a_message_back),
		CASE(only_the_spooler_locks_and_finishes),
		CASE(logging_off_says_whether_mail_is_left),
		CASE(another_sessions_changes_are_told),
		CASE(advise_wants_a_sink_and_events_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
