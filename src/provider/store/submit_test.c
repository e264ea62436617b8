/* SPDX-License-Identifier: MIT */
/* The submit contract and the outgoing queue, with the spooler's part played by a second logon. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"
#include "storequeue.h"

struct spooling {
	struct place place;
	IMAPISupport *support;
	IMsgStore *store;
	IMAPIFolder *outbox;
	IMAPIFolder *sent;
	IMsgStore *spooler;
};

static int
setup(void **state)
{
	static struct spooling fixture;

	place_make(&fixture.place);
	fixture.support = double_support(fixture.place.path, "Ann", "ann@example.test");
	assert_int_equal(double_logon_with(fixture.support, false, &fixture.store, NULL), S_OK);
	assert_int_equal(double_logon(fixture.place.path, true, &fixture.spooler, NULL), S_OK);
	fixture.outbox = double_folder(fixture.store, PR_IPM_OUTBOX_ENTRYID);
	fixture.sent = double_folder(fixture.store, PR_IPM_SENTMAIL_ENTRYID);
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	struct spooling *fixture = *state;

	COM_CLEAR(fixture->outbox);
	COM_CLEAR(fixture->sent);
	COM_CLEAR(fixture->store);
	COM_CLEAR(fixture->spooler);
	COM_CLEAR(fixture->support);
	place_free(&fixture->place);
	return 0;
}

static void
submit(struct spooling *fixture, const char *subject)
{
	IMessage *message = double_letter(fixture->outbox, subject, "bob@x.test");

	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
}

static SRowSet *
queue(IMsgStore *store)
{
	IMAPITable *table = NULL;
	SRowSet *rows;

	assert_int_equal(store->lpVtbl->GetOutgoingQueue(store, 0, &table), S_OK);
	rows = double_rows(table, 1000);
	COM_CLEAR(table);
	return rows;
}

static ULONG
queued(IMsgStore *store)
{
	SRowSet *rows = queue(store);
	ULONG count = rows->cRows;

	double_rows_free(rows);
	return count;
}

/* The first of the queue, opened by the spooler. */
static IMessage *
take(struct spooling *fixture, SPropValue **id)
{
	SRowSet *rows = queue(fixture->spooler);
	IMessage *message = NULL;

	assert_int_equal(double_open(fixture->spooler, double_column(rows, 0, PR_ENTRYID),
			     MAPI_BEST_ACCESS, &message),
	    S_OK);
	double_rows_free(rows);
	*id = double_prop(message, PR_ENTRYID);
	return message;
}

static void
finish(struct spooling *fixture)
{
	SPropValue *id;
	IMessage *message = take(fixture, &id);

	assert_int_equal(
	    fixture->spooler->lpVtbl->SetLockState(fixture->spooler, message, MSG_LOCKED), S_OK);
	COM_CLEAR(message);
	assert_int_equal(fixture->spooler->lpVtbl->FinishedMsg(fixture->spooler, 0,
			     id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb),
	    S_OK);
	mem_free(id);
}

static void
submit_saves_fills_in_and_ends_the_message(void **state)
{
	static const struct {
		ULONG tag;
		const char *text;
	} filled[] = { { PR_SENDER_NAME_A, "Ann" },
		{ PR_SENDER_EMAIL_ADDRESS_A, "ann@example.test" },
		{ PR_SENT_REPRESENTING_ADDRTYPE_A, "SMTP" }, { PR_DISPLAY_TO_A, "bob@x.test" },
		{ PR_MESSAGE_CLASS_A, "IPM.Note" }, { PR_SUBJECT_A, "hello" } };
	struct spooling *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "hello", "bob@x.test");
	SPropValue *value, *id;
	size_t at;

	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), MAPI_E_INVALID_OBJECT);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), MAPI_E_INVALID_OBJECT);
	assert_int_equal(double_get(message, PR_SUBJECT_A, &value), MAPI_E_INVALID_OBJECT);
	COM_CLEAR(message);
	assert_int_equal(double_notified(fixture->support), 1);
	assert_int_equal(double_messages(fixture->outbox), 1);
	message = take(fixture, &id);
	for (at = 0; at < G_N_ELEMENTS(filled); at++) {
		value = double_prop(message, filled[at].tag);
		assert_string_equal(value->Value.lpszA, filled[at].text);
		mem_free(value);
	}
	value = double_prop(message, PR_INTERNET_MESSAGE_ID_A);
	assert_true(g_str_has_prefix(value->Value.lpszA, "<") &&
		    g_str_has_suffix(value->Value.lpszA, "@example.test>"));
	mem_free(value);
	value = double_prop(message, PR_MESSAGE_FLAGS);
	assert_int_equal(
	    value->Value.l & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT), MSGFLAG_SUBMIT | MSGFLAG_UNSENT);
	mem_free(value);
	value = double_prop(message, PR_CLIENT_SUBMIT_TIME);
	assert_true(value->Value.ft.dwHighDateTime > 0x01da0000);
	mem_free(value);
	mem_free(id);
	COM_CLEAR(message);
}

static void
what_the_client_set_stays(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "mine", "bob@x.test");
	SPropValue key = { .ulPropTag = PR_SEARCH_KEY, .Value.bin = { 3, (BYTE *)(size_t) "abc" } };
	SPropValue *value, *id;

	assert_int_equal(message->lpVtbl->SetProps(message, 1, &key, NULL), S_OK);
	double_set_text(message, PR_INTERNET_MESSAGE_ID_W, "<mine@here>");
	double_set_text(message, PR_SENDER_EMAIL_ADDRESS_W, "boss@x.test");
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	message = take(fixture, &id);
	value = double_prop(message, PR_SEARCH_KEY);
	assert_int_equal(value->Value.bin.cb, 3);
	mem_free(value);
	value = double_prop(message, PR_INTERNET_MESSAGE_ID_A);
	assert_string_equal(value->Value.lpszA, "<mine@here>");
	mem_free(value);
	value = double_prop(message, PR_SENDER_EMAIL_ADDRESS_A);
	assert_string_equal(value->Value.lpszA, "boss@x.test");
	mem_free(value);
	mem_free(id);
	COM_CLEAR(message);
}

static void
no_recipients_leaves_it_open(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "to nobody", NULL);

	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), MAPI_E_NO_RECIPIENTS);
	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(double_notified(fixture->support), 0);
	double_add_recipient(message, MAPI_BCC, "bob@x.test");
	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	assert_int_equal(double_messages(fixture->outbox), 1);
	assert_int_equal(queued(fixture->store), 1);
}

static void
queue_is_in_order_of_submission(void **state)
{
	static const ULONG columns[] = { PR_ENTRYID, PR_SEARCH_KEY, PR_SUBJECT,
		PR_CLIENT_SUBMIT_TIME, PR_PRIORITY, PR_MESSAGE_SIZE, PR_SENDER_NAME, PR_DISPLAY_TO,
		PR_MESSAGE_FLAGS, PR_SUBMIT_FLAGS, PR_STORE_ENTRYID };
	struct spooling *fixture = *state;
	IMessage *first = double_letter(fixture->outbox, "saved first", "bob@x.test");
	SRowSet *rows;
	size_t at;

	assert_int_equal(first->lpVtbl->SaveChanges(first, KEEP_OPEN_READWRITE), S_OK);
	submit(fixture, "one");
	submit(fixture, "two");
	assert_int_equal(first->lpVtbl->SubmitMessage(first, 0), S_OK);
	COM_CLEAR(first);
	rows = queue(fixture->spooler);
	assert_int_equal(rows->cRows, 3);
	for (at = 0; at < G_N_ELEMENTS(columns); at++)
		assert_int_not_equal(
		    PROP_TYPE(double_column(rows, 0, columns[at])->ulPropTag), PT_ERROR);
	assert_memory_equal(double_column(rows, 0, PR_SUBJECT)->Value.lpszW, u"one", 8);
	assert_memory_equal(double_column(rows, 2, PR_SUBJECT)->Value.lpszW, u"saved first", 24);
	double_rows_free(rows);
}

static void
finished_goes_to_sent_items_with_its_id(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message;
	SPropValue *id, *value;

	submit(fixture, "sent");
	message = take(fixture, &id);
	COM_CLEAR(message);
	finish(fixture);
	assert_int_equal(queued(fixture->store), 0);
	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(double_messages(fixture->sent), 1);
	assert_int_equal(double_open(fixture->store, id, 0, &message), S_OK);
	value = double_prop(message, PR_MESSAGE_FLAGS);
	assert_int_equal(
	    value->Value.l & (MSGFLAG_SUBMIT | MSGFLAG_UNSENT | MSGFLAG_READ), MSGFLAG_READ);
	mem_free(value);
	COM_CLEAR(message);
	assert_int_equal(fixture->spooler->lpVtbl->FinishedMsg(fixture->spooler, 0,
			     id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb),
	    MAPI_E_NOT_IN_QUEUE);
	mem_free(id);
}

static void
delete_after_submit_deletes(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "gone", "bob@x.test");
	SPropValue delete = { .ulPropTag = PR_DELETE_AFTER_SUBMIT, .Value.b = 1 };

	assert_int_equal(message->lpVtbl->SetProps(message, 1, &delete, NULL), S_OK);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	finish(fixture);
	assert_int_equal(double_messages(fixture->outbox), 0);
	assert_int_equal(double_messages(fixture->sent), 0);
}

static void
only_the_spooler_locks_and_finishes(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message;
	SPropValue *id;

	submit(fixture, "locked");
	message = take(fixture, &id);
	assert_int_equal(fixture->store->lpVtbl->SetLockState(fixture->store, message, MSG_LOCKED),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(fixture->store->lpVtbl->FinishedMsg(fixture->store, 0, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb),
	    MAPI_E_NO_SUPPORT);
	assert_int_equal(
	    fixture->spooler->lpVtbl->SetLockState(fixture->spooler, message, MSG_LOCKED), S_OK);
	assert_int_equal(fixture->store->lpVtbl->AbortSubmit(fixture->store, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0),
	    MAPI_E_UNABLE_TO_ABORT);
	assert_int_equal(
	    fixture->spooler->lpVtbl->SetLockState(fixture->spooler, message, MSG_UNLOCKED), S_OK);
	assert_int_equal(fixture->store->lpVtbl->AbortSubmit(fixture->store, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0),
	    S_OK);
	COM_CLEAR(message);
	assert_int_equal(queued(fixture->store), 0);
	assert_int_equal(double_messages(fixture->outbox), 1);
	/* It can be sent again. */
	assert_int_equal(double_open(fixture->store, id, MAPI_MODIFY, &message), S_OK);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	mem_free(id);
	assert_int_equal(queued(fixture->store), 1);
}

/* Whether its sender can take it back; only asked of one that he cannot. */
static void
assert_locked(struct spooling *fixture, const SBinary *entry)
{
	assert_int_equal(fixture->store->lpVtbl->AbortSubmit(
			     fixture->store, entry->cb, (ENTRYID *)(void *)entry->lpb, 0),
	    MAPI_E_UNABLE_TO_ABORT);
}

static void
many_are_locked_in_one_step(void **state)
{
	struct spooling *fixture = *state;
	SBinary entries[3] = { { 0, NULL } };
	SBinaryArray list = { 3, entries };
	HRESULT results[3];
	struct store_queue *mine = NULL;
	SRowSet *rows;

	submit(fixture, "first");
	submit(fixture, "second");
	rows = queue(fixture->spooler);
	for (ULONG i = 0; i < 2; i++)
		entries[i] = double_column(rows, i, PR_ENTRYID)->Value.bin;
	entries[2] = (SBinary){ 4, (BYTE *)"junk" };
	assert_int_equal(fixture->spooler->lpVtbl->QueryInterface(
			     fixture->spooler, &iid_store_queue, (void **)(void *)&mine),
	    S_OK);
	/* One that is none: nothing is locked. */
	assert_true(FAILED(mine->lpVtbl->LockMessages(mine, &list, TRUE, results)));
	list.cValues = 2;
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, TRUE, results), S_OK);
	assert_int_equal(results[0], S_OK);
	assert_int_equal(results[1], S_OK);
	assert_locked(fixture, &entries[0]);
	assert_locked(fixture, &entries[1]);
	list.cValues = 1;
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, FALSE, results), S_OK);
	assert_int_equal(fixture->store->lpVtbl->AbortSubmit(
			     fixture->store, entries[0].cb, (ENTRYID *)(void *)entries[0].lpb, 0),
	    S_OK);
	assert_locked(fixture, &entries[1]);
	list.cValues = 2;
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, TRUE, results), S_OK);
	assert_int_equal(results[0], MAPI_E_NOT_IN_QUEUE);
	assert_int_equal(results[1], S_OK);
	mine->lpVtbl->Release(mine);
	double_rows_free(rows);
}

/* Another process has stolen it: our word on it does not count any more. */
static void
another_s_lock_is_not_taken_away(void **state)
{
	struct spooling *fixture = *state;
	SBinary entry;
	SBinaryArray list = { 1, &entry };
	HRESULT result;
	struct store_queue *mine = NULL;
	SRowSet *rows;
	sqlite3 *db = NULL;
	char sql[100];

	submit(fixture, "stolen");
	rows = queue(fixture->spooler);
	entry = double_column(rows, 0, PR_ENTRYID)->Value.bin;
	snprintf(sql, sizeof sql, "UPDATE queue SET locker = %d, mark = ''", (int)getppid());
	assert_int_equal(sqlite3_open(fixture->place.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(fixture->spooler->lpVtbl->QueryInterface(
			     fixture->spooler, &iid_store_queue, (void **)(void *)&mine),
	    S_OK);
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, TRUE, &result), S_OK);
	assert_int_equal(result, MAPI_E_NO_ACCESS);
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, FALSE, &result), S_OK);
	assert_locked(fixture, &entry);
	mine->lpVtbl->Release(mine);
	double_rows_free(rows);
}

static void
what_was_submitted_is_on_disk_and_what_was_taken_back_is_not_sent(void **state)
{
	struct spooling *fixture = *state;
	struct store_queue *mine = NULL;
	ULONGLONG place = 0;
	IMessage *message = NULL;
	SBinary entry;
	SBinaryArray list = { 1, &entry };
	HRESULT result;
	SRowSet *rows;

	submit(fixture, "safe");
	rows = queue(fixture->spooler);
	entry = double_column(rows, 0, PR_ENTRYID)->Value.bin;
	assert_int_equal(fixture->spooler->lpVtbl->QueryInterface(
			     fixture->spooler, &iid_store_queue, (void **)(void *)&mine),
	    S_OK);
	assert_int_equal(mine->lpVtbl->SecurePlace(mine, &place), S_OK);
	assert_true(place > 0);
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, TRUE, &result), S_OK);
	assert_int_equal(mine->lpVtbl->Secure(mine, &entry), S_OK);
	assert_int_equal(fixture->spooler->lpVtbl->AbortSubmit(
			     fixture->spooler, entry.cb, (ENTRYID *)(void *)entry.lpb, 0),
	    S_OK);
	assert_int_equal(mine->lpVtbl->Secure(mine, &entry), MAPI_E_NOT_IN_QUEUE);
	/* The same once more is another message: what was read of the first is not sent for it. */
	assert_int_equal(
	    double_open(fixture->store, double_column(rows, 0, PR_ENTRYID), MAPI_MODIFY, &message),
	    S_OK);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	assert_int_equal(mine->lpVtbl->Secure(mine, &entry), MAPI_E_NOT_IN_QUEUE);
	assert_int_equal(mine->lpVtbl->LockMessages(mine, &list, TRUE, &result), S_OK);
	assert_int_equal(mine->lpVtbl->Secure(mine, &entry), S_OK);
	mine->lpVtbl->Release(mine);
	double_rows_free(rows);
}

static void
lock_of_a_dead_process_is_none(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message;
	SPropValue *id;
	int status;
	pid_t child;

	submit(fixture, "orphan");
	child = fork();
	if (!child) {
		IMsgStore *other = NULL;

		if (FAILED(double_logon(fixture->place.path, true, &other, NULL)))
			double_child_end(1);
		message = NULL;
		{
			SRowSet *rows = queue(other);

			if (FAILED(double_open(
				other, double_column(rows, 0, PR_ENTRYID), 0, &message)))
				double_child_end(2);
		}
		double_child_end(
		    FAILED(other->lpVtbl->SetLockState(other, message, MSG_LOCKED)) ? 3 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 0);
	message = take(fixture, &id);
	COM_CLEAR(message);
	assert_int_equal(fixture->store->lpVtbl->AbortSubmit(fixture->store, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0),
	    S_OK);
	mem_free(id);
}

static void
submitted_messages_are_left_alone(void **state)
{
	struct spooling *fixture = *state;
	IMessage *message = double_letter(fixture->outbox, "on its way", "bob@x.test"),
		 *other = NULL;
	SPropValue *id;
	ENTRYLIST list = { 1, NULL };

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	assert_int_equal(double_open(fixture->store, id, MAPI_MODIFY, &other), S_OK);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	COM_CLEAR(message);
	double_set_text(other, PR_SUBJECT_W, "too late");
	assert_true(FAILED(other->lpVtbl->SaveChanges(other, FORCE_SAVE)));
	assert_int_equal(other->lpVtbl->SubmitMessage(other, 0), MAPI_E_SUBMITTED);
	COM_CLEAR(other);
	assert_int_equal(double_open(fixture->store, id, MAPI_MODIFY, &message), MAPI_E_NO_ACCESS);
	assert_int_equal(double_open(fixture->store, id, MAPI_BEST_ACCESS, &message), S_OK);
	COM_CLEAR(message);
	list.lpbin = &id->Value.bin;
	assert_int_equal(
	    fixture->outbox->lpVtbl->DeleteMessages(fixture->outbox, &list, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	assert_int_equal(queued(fixture->store), 1);
	mem_free(id);
}

static void
processes_submit_at_once(void **state)
{
	enum { PROCESSES = 4, EACH = 25 };
	struct spooling *fixture = *state;
	pid_t children[PROCESSES];
	int at, status;

	for (at = 0; at < PROCESSES; at++) {
		children[at] = fork();
		if (!children[at]) {
			struct spooling mine = { .place = fixture->place };
			int n;

			if (FAILED(double_logon(fixture->place.path, false, &mine.store, NULL)))
				double_child_end(1);
			mine.outbox = double_folder(mine.store, PR_IPM_OUTBOX_ENTRYID);
			for (n = 0; n < EACH; n++)
				submit(&mine, "many");
			COM_CLEAR(mine.outbox);
			COM_CLEAR(mine.store);
			double_child_end(0);
		}
	}
	for (at = 0; at < PROCESSES; at++) {
		assert_int_equal(waitpid(children[at], &status, 0), children[at]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(queued(fixture->store), PROCESSES * EACH);
	assert_int_equal(double_messages(fixture->outbox), PROCESSES * EACH);
}

static gpointer
submit_some(gpointer context)
{
	int at;

	for (at = 0; at < 20; at++)
		submit(context, "from a thread");
	return NULL;
}

static void
threads_share_a_store(void **state)
{
	struct spooling *fixture = *state;
	GThread *threads[4];
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(threads); at++)
		threads[at] = g_thread_new("submitter", submit_some, fixture);
	for (at = 0; at < G_N_ELEMENTS(threads); at++)
		g_thread_join(threads[at]);
	assert_int_equal(queued(fixture->store), 80);
}

/* Submits letters with a long attachment until it is killed. */
static void
submit_for_ever(const struct place *place)
{
	static const char piece[100000];
	struct spooling mine = { .place = *place };

	if (FAILED(double_logon(place->path, false, &mine.store, NULL)))
		double_child_end(1);
	mine.outbox = double_folder(mine.store, PR_IPM_OUTBOX_ENTRYID);
	for (;;) {
		IMessage *message = double_letter(mine.outbox, "killed", "bob@x.test");
		IAttach *attach = NULL;
		IStream *stream = NULL;
		ULONG num, at;

		message->lpVtbl->CreateAttach(message, NULL, 0, &num, &attach);
		attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream, 0,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&stream);
		for (at = 0; at < 8; at++)
			stream->lpVtbl->Write(stream, piece, sizeof(piece), NULL);
		COM_CLEAR(stream);
		attach->lpVtbl->SaveChanges(attach, 0);
		COM_CLEAR(attach);
		if (FAILED(message->lpVtbl->SubmitMessage(message, 0)))
			double_child_end(2);
		COM_CLEAR(message);
	}
}

static gint64
ask(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	gint64 answer;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	answer = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return answer;
}

/* The scheduler remembers by its place how far it has read the queue, and others by id what a
 * message was: neither comes again when the last one has gone. */
static void
ids_and_places_are_given_once(void **state)
{
	struct spooling *fixture = *state;
	gint64 last = 0, id, place;

	for (int round = 0; round < 3; round++) {
		SPropValue gone = { .ulPropTag = PR_DELETE_AFTER_SUBMIT, .Value.b = TRUE };
		IMessage *message = double_letter(fixture->outbox, "once", "bob@example.test");

		assert_int_equal(message->lpVtbl->SetProps(message, 1, &gone, NULL), S_OK);
		/* A saved one takes a place of its own, a new one its own id. */
		if (round == 1)
			assert_int_equal(
			    message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
		assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
		COM_CLEAR(message);
		id = ask(fixture->place.path, "SELECT message FROM queue");
		place = ask(fixture->place.path, "SELECT seq FROM queue");
		assert_true(id > last && place > last);
		last = MAX(id, place);
		finish(fixture);
		assert_int_equal(ask(fixture->place.path, "SELECT count(*) FROM message"), 0);
		assert_int_equal(ask(fixture->place.path, "SELECT count(*) FROM queue"), 0);
	}
}

static void
killed_clients_leave_whole_messages(void **state)
{
	struct spooling *fixture = *state;
	IMsgStore *next = NULL;
	int round, status;

	for (round = 0; round < 12; round++) {
		pid_t child = fork();

		if (!child)
			submit_for_ever(&fixture->place);
		g_usleep((gulong)(15000 + round * 3777));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(double_logon(fixture->place.path, false, &next, NULL), S_OK);
	COM_CLEAR(next);
	assert_int_equal(queued(fixture->store), double_messages(fixture->outbox));
	assert_int_equal(ask(fixture->place.path, "SELECT count(*) FROM pragma_integrity_check"
						  " WHERE integrity_check <> 'ok'"),
	    0);
	/* Each has its attachment, whole, and what was staged for none has been swept. */
	assert_int_equal(
	    ask(fixture->place.path, "SELECT count(*) FROM message WHERE NOT EXISTS(SELECT 1"
				     " FROM attachment JOIN lob ON lob.owner = attachment.id"
				     " AND lob.kind = 2 AND lob.size = 800000"
				     " WHERE attachment.message = message.id)"),
	    0);
	assert_int_equal(ask(fixture->place.path, "SELECT count(*) FROM lob WHERE kind = 0"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(submit_saves_fills_in_and_ends_the_message),
		TEST(what_the_client_set_stays),
		TEST(no_recipients_leaves_it_open),
		TEST(queue_is_in_order_of_submission),
		TEST(finished_goes_to_sent_items_with_its_id),
		TEST(delete_after_submit_deletes),
		TEST(only_the_spooler_locks_and_finishes),
		TEST(many_are_locked_in_one_step),
		TEST(another_s_lock_is_not_taken_away),
		TEST(what_was_submitted_is_on_disk_and_what_was_taken_back_is_not_sent),
		TEST(lock_of_a_dead_process_is_none),
		TEST(submitted_messages_are_left_alone),
		TEST(processes_submit_at_once),
		TEST(threads_share_a_store),
		TEST(ids_and_places_are_given_once),
		TEST(killed_clients_leave_whole_messages),
	};

	return cmocka_run_group_tests_name("submit", tests, NULL, NULL);
}
