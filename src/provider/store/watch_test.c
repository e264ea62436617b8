/* SPDX-License-Identifier: MIT */
/* Notifications: who hears of what, from this process and from others. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "eid.h"
#include "mem.h"

/* --- A sink that writes down --------------------------------------------------------- */

struct sink {
	struct com_object com;
	IMAPIAdviseSink isink;
	pthread_mutex_t lock;
	GString *heard; /* a word for each event */
	ENTRYID *id;    /* of the last object; mem_free() */
	ULONG id_size;
};

static void
sink_finalize(void *self)
{
	struct sink *sink = self;

	g_string_free(sink->heard, TRUE);
	mem_free(sink->id);
}

static const struct com_interface sink_interfaces[] = {
	{ &IID_IMAPIAdviseSink, offsetof(struct sink, isink) },
	{ NULL, 0 },
};
static const struct com_class sink_class = { "sink", sink_interfaces, sink_finalize };

COM_UNKNOWN(sink, struct sink, isink, IMAPIAdviseSink)

static const char *
row_word(const TABLE_NOTIFICATION *table)
{
	switch (table->ulTableEvent) {
	case TABLE_ROW_ADDED:
		assert_true(table->row.cValues > 0);
		return table->propPrior.ulPropTag == PR_NULL ? "first-row " : "row ";
	case TABLE_ROW_MODIFIED:
		assert_true(table->row.cValues > 0);
		return "row-modified ";
	case TABLE_ROW_DELETED:
		return "row-deleted ";
	case TABLE_CHANGED:
		return "table ";
	case TABLE_ERROR:
		assert_true(FAILED(table->hResult));
		return "table-error ";
	default:
		return "? ";
	}
}

static const char *
word(const NOTIFICATION *event)
{
	bool message = event->info.obj.ulObjType == MAPI_MESSAGE;

	switch (event->ulEventType) {
	case fnevCriticalError:
		assert_true(FAILED(event->info.err.scode));
		assert_non_null(event->info.err.lpMAPIError->lpszError);
		return "critical ";
	case fnevNewMail:
		return "mail ";
	case fnevObjectCreated:
		return message ? "created " : "folder-created ";
	case fnevObjectDeleted:
		return message ? "deleted " : "folder-deleted ";
	case fnevObjectModified:
		return message ? "modified " : "folder-modified ";
	case fnevObjectMoved:
		return message ? "moved " : "folder-moved ";
	case fnevObjectCopied:
		return message ? "copied " : "folder-copied ";
	case fnevTableModified:
		return row_word(&event->info.tab);
	default:
		return "? ";
	}
}

static ULONG
sink_OnNotify(IMAPIAdviseSink *This, ULONG count, LPNOTIFICATION events)
{
	struct sink *sink = COM_OBJECT(This, struct sink, isink);
	ULONG at;

	pthread_mutex_lock(&sink->lock);
	for (at = 0; at < count; at++) {
		g_string_append(sink->heard, word(&events[at]));
		if (events[at].ulEventType == fnevTableModified)
			continue;
		mem_free(sink->id);
		sink->id_size = events[at].info.obj.cbEntryID;
		sink->id = mem_memdup(NULL, events[at].info.obj.lpEntryID, sink->id_size);
	}
	pthread_mutex_unlock(&sink->lock);
	return 0;
}

static const IMAPIAdviseSinkVtbl sink_vtbl = {
	.QueryInterface = sink_QueryInterface,
	.AddRef = sink_AddRef,
	.Release = sink_Release,
	.OnNotify = sink_OnNotify,
};

static struct sink *
sink_create(void)
{
	struct sink *sink = com_create(&sink_class, sizeof(*sink));

	assert_non_null(sink);
	sink->isink.lpVtbl = &sink_vtbl;
	pthread_mutex_init(&sink->lock, NULL);
	sink->heard = g_string_new("");
	return sink;
}

/* Waits a second at most for exactly these words, and forgets them. */
static void
assert_heard(struct sink *sink, const char *words)
{
	gint64 until = g_get_monotonic_time() + G_USEC_PER_SEC;

	pthread_mutex_lock(&sink->lock);
	while (strlen(sink->heard->str) < strlen(words) && g_get_monotonic_time() < until) {
		pthread_mutex_unlock(&sink->lock);
		g_usleep(2000);
		pthread_mutex_lock(&sink->lock);
	}
	assert_string_equal(sink->heard->str, words);
	g_string_truncate(sink->heard, 0);
	pthread_mutex_unlock(&sink->lock);
}

static ULONG_PTR
advise(IMsgStore *store, const SPropValue *id, ULONG mask, struct sink *sink)
{
	ULONG_PTR connection = 0;

	assert_int_equal(
	    store->lpVtbl->Advise(store, id ? id->Value.bin.cb : 0,
		id ? (ENTRYID *)(void *)id->Value.bin.lpb : NULL, mask, &sink->isink, &connection),
	    S_OK);
	assert_int_not_equal(connection, 0);
	return connection;
}

#define ALL                                                                                        \
	(fnevNewMail | fnevObjectCreated | fnevObjectDeleted | fnevObjectModified |                \
	    fnevObjectMoved | fnevObjectCopied)
/* Without what a folder's counts do. */
#define COMINGS (ALL & ~fnevObjectModified)

static SPropValue *
saved_letter(IMAPIFolder *folder)
{
	IMessage *message = double_letter(folder, "News", "bob@example.test");
	SPropValue *id;

	assert_int_equal(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE), S_OK);
	id = double_prop(message, PR_ENTRYID);
	COM_CLEAR(message);
	return id;
}

static void
message_is_followed_through_its_life(void **state)
{
	struct fixture *fixture = *state;
	IMsgStore *store = fixture->store;
	IMAPIFolder *inbox = double_inbox(store), *box = fixture->outbox;
	struct sink *sink = sink_create();
	ULONG_PTR connection = advise(store, NULL, COMINGS, sink);
	SPropValue *id = saved_letter(inbox);
	ENTRYLIST list = { 1, &id->Value.bin };

	assert_heard(sink, "created ");
	assert_int_equal(sink->id_size, id->Value.bin.cb);
	assert_memory_equal(sink->id, id->Value.bin.lpb, sink->id_size);
	assert_int_equal(inbox->lpVtbl->CopyMessages(inbox, &list, NULL, box, 0, NULL, 0), S_OK);
	assert_heard(sink, "copied ");
	assert_int_equal(
	    inbox->lpVtbl->CopyMessages(inbox, &list, NULL, box, 0, NULL, MESSAGE_MOVE), S_OK);
	assert_heard(sink, "moved ");
	assert_int_equal(box->lpVtbl->DeleteMessages(box, &list, 0, NULL, 0), S_OK);
	assert_heard(sink, "deleted ");
	assert_int_equal(store->lpVtbl->Unadvise(store, connection), S_OK);
	assert_int_equal(store->lpVtbl->Unadvise(store, connection), MAPI_E_NOT_FOUND);
	mem_free(id);
	id = saved_letter(inbox);
	mem_free(id);
	g_usleep(G_USEC_PER_SEC / 2);
	assert_heard(sink, "");
	COM_CLEAR(inbox);
	com_release(&sink->com);
}

static void
change_is_told_once_and_only_to_those_concerned(void **state)
{
	struct fixture *fixture = *state;
	IMsgStore *store = fixture->store;
	IMAPIFolder *inbox = double_inbox(store);
	SPropValue *mine = saved_letter(inbox), *other = saved_letter(inbox),
		   *folder = double_prop(inbox, PR_ENTRYID);
	struct sink *message_sink = sink_create(), *folder_sink = sink_create();
	IMessage *message = NULL;

	advise(store, mine, ALL, message_sink);
	advise(store, folder, COMINGS, folder_sink);
	assert_int_equal(double_open(store, other, MAPI_BEST_ACCESS, &message), S_OK);
	double_set_text(message, PR_SUBJECT_W, "Other");
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	COM_CLEAR(message);
	assert_int_equal(double_open(store, mine, MAPI_BEST_ACCESS, &message), S_OK);
	double_set_text(message, PR_SUBJECT_W, "Mine");
	assert_int_equal(message->lpVtbl->SaveChanges(message, 0), S_OK);
	COM_CLEAR(message);
	assert_heard(message_sink, "modified ");
	mem_free(saved_letter(fixture->outbox));
	mem_free(saved_letter(inbox));
	assert_heard(folder_sink, "created ");
	g_usleep(G_USEC_PER_SEC / 2);
	assert_heard(folder_sink, "");
	assert_heard(message_sink, "");
	mem_free(mine);
	mem_free(other);
	mem_free(folder);
	COM_CLEAR(inbox);
	com_release(&message_sink->com);
	com_release(&folder_sink->com);
}

/* A process of its own, made before this one has threads: at a byte from the pipe it makes a letter
 * in the Inbox and says that it is new mail. */
static pid_t
begin_other_process(const char *path, int *go)
{
	NOTIFICATION event = { .ulEventType = fnevNewMail };
	IMsgStore *store = NULL;
	IMAPIFolder *inbox;
	SPropValue *id;
	int pipes[2];
	pid_t child;
	HRESULT hr;
	char byte;

	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child) {
		close(pipes[0]);
		*go = pipes[1];
		return child;
	}
	if (read(pipes[0], &byte, 1) != 1 || double_logon(path, true, &store, NULL) != S_OK)
		_exit(1);
	inbox = double_inbox(store);
	id = saved_letter(inbox);
	event.info.newmail.cbEntryID = id->Value.bin.cb;
	event.info.newmail.lpEntryID = (ENTRYID *)(void *)id->Value.bin.lpb;
	hr = store->lpVtbl->NotifyNewMail(store, &event);
	mem_free(id);
	COM_CLEAR(inbox);
	COM_CLEAR(store);
	_exit(hr == S_OK ? 0 : 2);
}

static void
other_processes_are_heard_within_a_second(void **state)
{
	struct fixture *fixture = *state;
	int go, status;
	pid_t child = begin_other_process(fixture->place.path, &go);
	struct sink *sink = sink_create(), *rows = sink_create();
	IMAPIFolder *inbox = double_inbox(fixture->store);
	IMAPITable *table = NULL;
	ULONG_PTR connection = 0;

	advise(fixture->store, NULL, COMINGS, sink);
	assert_int_equal(inbox->lpVtbl->GetContentsTable(inbox, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->Advise(table, fnevTableModified, &rows->isink, &connection), S_OK);
	assert_int_equal(write(go, "!", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_heard(sink, "created mail ");
	assert_heard(rows, "first-row ");
	COM_CLEAR(table);
	COM_CLEAR(inbox);
	com_release(&rows->com);
	close(go);
	com_release(&sink->com);
}

static gint64
number(const char *path, const char *sql)
{
	sqlite3_stmt *row = NULL;
	sqlite3 *db = NULL;
	gint64 result;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	result = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return result;
}

static void
run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
failure_to_read_what_is_new_is_told_once(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *inbox = double_inbox(fixture->store);
	struct sink *sink = sink_create(), *table_sink = sink_create(), *quiet = sink_create();
	ULONG_PTR connection;
	IMAPITable *table = NULL;

	advise(fixture->store, NULL, COMINGS | fnevCriticalError, sink);
	advise(fixture->store, NULL, COMINGS, quiet);
	assert_int_equal(inbox->lpVtbl->GetContentsTable(inbox, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->Advise(table, fnevTableModified, &table_sink->isink, &connection), S_OK);
	run_sql(fixture->place.path, "ALTER TABLE change RENAME TO lost");
	assert_heard(sink, "critical ");
	assert_heard(table_sink, "table-error ");
	g_usleep(G_USEC_PER_SEC / 2);
	assert_heard(sink, "");
	assert_heard(quiet, "");
	run_sql(fixture->place.path, "ALTER TABLE lost RENAME TO change");
	mem_free(saved_letter(inbox));
	assert_heard(sink, "created ");
	assert_heard(table_sink, "first-row ");
	COM_CLEAR(table);
	COM_CLEAR(inbox);
	com_release(&quiet->com);
	com_release(&table_sink->com);
	com_release(&sink->com);
}

static void
listener_that_died_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	const char *path = fixture->place.path;
	IMsgStore *store = NULL;
	int status;

	if (!fork()) {
		if (double_logon(path, false, &store, NULL) != S_OK)
			_exit(1);
		advise(store, NULL, COMINGS, sink_create());
		kill(getpid(), SIGKILL);
	}
	assert_true(wait(&status) > 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(number(path, "SELECT count(*) FROM listener"), 1);
	assert_int_equal(double_logon(path, false, &store, NULL), S_OK);
	assert_int_equal(number(path, "SELECT count(*) FROM listener"), 0);
	COM_CLEAR(store);
}

static void
nothing_is_written_down_when_nobody_listens(void **state)
{
	struct fixture *fixture = *state;
	const char *path = fixture->place.path;
	struct sink *sink = sink_create();
	ULONG_PTR connection;

	mem_free(saved_letter(fixture->outbox));
	assert_int_equal(number(path, "SELECT count(*) FROM change"), 0);
	connection = advise(fixture->store, NULL, COMINGS, sink);
	mem_free(saved_letter(fixture->outbox));
	assert_heard(sink, "created ");
	fixture->store->lpVtbl->Unadvise(fixture->store, connection);
	assert_int_equal(number(path, "SELECT count(*) FROM change"), 0);
	com_release(&sink->com);
}

static void
wrong_requests_are_refused(void **state)
{
	struct fixture *fixture = *state;
	IMsgStore *store = fixture->store;
	struct sink *sink = sink_create();
	ULONG_PTR connection = 1;
	ENTRYID broken = { { 0 }, { 0 } };

	assert_int_equal(store->lpVtbl->Advise(store, 0, NULL, ALL, NULL, &connection),
	    MAPI_E_INVALID_PARAMETER);
	assert_int_equal(
	    store->lpVtbl->Advise(store, 0, NULL, fnevExtended, &sink->isink, &connection),
	    MAPI_E_NO_SUPPORT);
	assert_true(FAILED(
	    store->lpVtbl->Advise(store, sizeof(broken), &broken, ALL, &sink->isink, &connection)));
	assert_int_equal(connection, 0);
	assert_int_equal(store->lpVtbl->Unadvise(store, 4711), MAPI_E_NOT_FOUND);
	com_release(&sink->com);
}

static void
contents_table_tells_of_its_rows(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *inbox = double_inbox(fixture->store);
	struct sink *sink = sink_create();
	ULONG_PTR connection = 0, second = 0;
	IMAPITable *table = NULL;
	ENTRYLIST list = { 1, NULL };
	SPropValue *id;

	assert_int_equal(inbox->lpVtbl->GetContentsTable(inbox, 0, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->Advise(table, fnevTableModified, &sink->isink, &connection), S_OK);
	assert_int_equal(
	    table->lpVtbl->Advise(table, fnevTableModified, &sink->isink, &second), S_OK);
	assert_int_equal(table->lpVtbl->Unadvise(table, second), S_OK);
	assert_int_equal(table->lpVtbl->Unadvise(table, second), MAPI_E_NOT_FOUND);
	mem_free(saved_letter(fixture->outbox));
	mem_free(saved_letter(inbox));
	assert_heard(sink, "first-row ");
	assert_int_equal(double_count(table), 1);
	id = saved_letter(inbox);
	list.lpbin = &id->Value.bin;
	assert_heard(sink, "row ");
	assert_int_equal(inbox->lpVtbl->SetReadFlags(inbox, &list, 0, NULL, 0), S_OK);
	assert_heard(sink, "row-modified ");
	assert_int_equal(
	    inbox->lpVtbl->CopyMessages(inbox, &list, NULL, fixture->outbox, 0, NULL, MESSAGE_MOVE),
	    S_OK);
	assert_heard(sink, "row-deleted ");
	mem_free(id);
	COM_CLEAR(table);
	mem_free(saved_letter(inbox));
	g_usleep(G_USEC_PER_SEC / 2);
	assert_heard(sink, "");
	COM_CLEAR(inbox);
	com_release(&sink->com);
}

static void
hierarchy_table_tells_of_its_folders(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *inbox = double_inbox(fixture->store), *made = NULL;
	struct sink *sink = sink_create();
	IMAPITable *table = NULL;
	ULONG_PTR connection = 0;
	SPropValue *id;

	assert_int_equal(inbox->lpVtbl->GetHierarchyTable(inbox, CONVENIENT_DEPTH, &table), S_OK);
	assert_int_equal(
	    table->lpVtbl->Advise(table, fnevTableModified, &sink->isink, &connection), S_OK);
	assert_int_equal(inbox->lpVtbl->CreateFolder(
			     inbox, FOLDER_GENERIC, (LPTSTR)(size_t) "Birds", NULL, NULL, 0, &made),
	    S_OK);
	assert_heard(sink, "first-row ");
	mem_free(saved_letter(made)); /* its count is a column */
	assert_heard(sink, "row-modified ");
	id = double_prop(made, PR_ENTRYID);
	COM_CLEAR(made);
	assert_int_equal(inbox->lpVtbl->CreateFolder(
			     inbox, FOLDER_GENERIC, (LPTSTR)(size_t) "Cats", NULL, NULL, 0, &made),
	    S_OK);
	assert_heard(sink, "row ");
	assert_int_equal(double_count(table), 2);
	assert_int_equal(inbox->lpVtbl->DeleteFolder(inbox, id->Value.bin.cb,
			     (ENTRYID *)(void *)id->Value.bin.lpb, 0, NULL, DEL_MESSAGES),
	    S_OK);
	assert_heard(sink, "row-deleted ");
	assert_int_equal(double_count(table), 1);
	mem_free(id);
	COM_CLEAR(made);
	COM_CLEAR(table);
	COM_CLEAR(inbox);
	com_release(&sink->com);
}

/* PROJECTS with a letter and a folder PLANS in it, under `top`. */
static SPropValue *
make_tree(IMAPIFolder *top)
{
	IMAPIFolder *made = NULL, *below = NULL;
	SPropValue *id;

	assert_int_equal(top->lpVtbl->CreateFolder(top, FOLDER_GENERIC, (LPTSTR)(size_t) "Projects",
			     NULL, NULL, 0, &made),
	    S_OK);
	assert_int_equal(made->lpVtbl->CreateFolder(
			     made, FOLDER_GENERIC, (LPTSTR)(size_t) "Plans", NULL, NULL, 0, &below),
	    S_OK);
	mem_free(saved_letter(made));
	mem_free(saved_letter(below));
	id = double_prop(made, PR_ENTRYID);
	COM_CLEAR(made);
	COM_CLEAR(below);
	return id;
}

static HRESULT
copy_folder(IMAPIFolder *top, const SPropValue *id, IMAPIFolder *to, const char *name, ULONG flags)
{
	return top->lpVtbl->CopyFolder(top, id->Value.bin.cb, (ENTRYID *)(void *)id->Value.bin.lpb,
	    NULL, to, (LPTSTR)(size_t)name, 0, NULL, flags);
}

static ULONG
count_below(IMAPIFolder *folder, ULONG flags)
{
	IMAPITable *table = NULL;
	ULONG count;

	assert_int_equal(folder->lpVtbl->GetHierarchyTable(folder, flags, &table), S_OK);
	count = double_count(table);
	COM_CLEAR(table);
	return count;
}

static void
folder_is_copied_with_what_is_in_it(void **state)
{
	struct fixture *fixture = *state;
	IMAPIFolder *top = double_folder(fixture->store, PR_IPM_SUBTREE_ENTRYID),
		    *inbox = double_inbox(fixture->store), *copy = NULL, *again = NULL;
	SPropValue *id = make_tree(top);
	struct sink *sink = sink_create();

	advise(fixture->store, NULL, COMINGS, sink);
	assert_int_equal(copy_folder(top, id, inbox, NULL, COPY_SUBFOLDERS), S_OK);
	assert_heard(sink, "folder-copied copied folder-copied copied ");
	assert_int_equal(count_below(inbox, CONVENIENT_DEPTH), 2);
	assert_int_equal(copy_folder(top, id, inbox, NULL, 0), MAPI_E_COLLISION);
	assert_int_equal(copy_folder(top, id, inbox, "Projects 2", 0), S_OK);
	assert_int_equal(count_below(inbox, CONVENIENT_DEPTH), 3);
	assert_int_equal(inbox->lpVtbl->CreateFolder(inbox, FOLDER_GENERIC,
			     (LPTSTR)(size_t) "projects 2", NULL, NULL, OPEN_IF_EXISTS, &copy),
	    S_OK);
	assert_int_equal(double_messages(copy), 1);
	assert_int_equal(top->lpVtbl->CreateFolder(top, FOLDER_GENERIC, (LPTSTR)(size_t) "Projects",
			     NULL, NULL, OPEN_IF_EXISTS, &again),
	    S_OK);
	assert_int_equal(double_messages(again), 1);
	assert_int_equal(copy_folder(top, id, again, NULL, COPY_SUBFOLDERS), MAPI_E_FOLDER_CYCLE);
	COM_CLEAR(again);
	COM_CLEAR(copy);
	COM_CLEAR(inbox);
	COM_CLEAR(top);
	mem_free(id);
	com_release(&sink->com);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	/* Those that fork come before those that start threads. */
	static const struct CMUnitTest tests[] = {
		TEST(listener_that_died_is_forgotten),
		TEST(other_processes_are_heard_within_a_second),
		TEST(message_is_followed_through_its_life),
		TEST(change_is_told_once_and_only_to_those_concerned),
		TEST(nothing_is_written_down_when_nobody_listens),
		TEST(contents_table_tells_of_its_rows),
		TEST(hierarchy_table_tells_of_its_folders),
		TEST(folder_is_copied_with_what_is_in_it),
		TEST(failure_to_read_what_is_new_is_told_once),
		TEST(wrong_requests_are_refused),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
