/* SPDX-License-Identifier: MIT */
/* Files of older versions, and what a newer version added. */
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"
#include "process.h"

static int
setup(void **state)
{
	static struct place place;

	place_make(&place);
	*state = &place;
	return 0;
}

static int
teardown(void **state)
{
	place_free(*state);
	return 0;
}

static void
run_sql(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	char *error = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
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
make_version1(const struct place *place)
{
	char *sql = NULL;

	assert_true(g_file_get_contents(VERSION1_SQL, &sql, NULL, NULL));
	run_sql(place->path, sql);
	run_sql(place->path, "PRAGMA journal_mode=WAL");
	g_free(sql);
}

static IMessage *
first_waiting(IMsgStore *store, SPropValue *id)
{
	IMAPITable *table = NULL;
	IMessage *message = NULL;
	const SPropValue *column;
	SRowSet *rows;

	assert_int_equal(store->lpVtbl->GetOutgoingQueue(store, 0, &table), S_OK);
	rows = double_rows(table, 10);
	assert_int_equal(rows->cRows, 1);
	column = double_column(rows, 0, PR_ENTRYID);
	*id = *column;
	id->Value.bin.lpb = g_memdup2(column->Value.bin.lpb, column->Value.bin.cb);
	assert_int_equal(double_open(store, column, MAPI_BEST_ACCESS, &message), S_OK);
	double_rows_free(rows);
	COM_CLEAR(table);
	return message;
}

static void
version_1_is_upgraded_with_its_waiting_mail(void **state)
{
	struct place *place = *state;
	IMsgStore *store = NULL;
	IMessage *message;
	SPropValue *subject, id;

	make_version1(place);
	assert_int_equal(double_logon(place->path, true, &store, NULL), S_OK);
	assert_int_equal(number(place->path, "PRAGMA user_version"), 5);
	assert_int_equal(
	    number(place->path, "SELECT count(*) FROM message JOIN queue ON queued = seq"
				" WHERE message = id AND flags & 4"),
	    1);
	message = first_waiting(store, &id);
	subject = double_prop(message, PR_SUBJECT_A);
	assert_string_equal(subject->Value.lpszA, "From version 1");
	mem_free(subject);
	assert_int_equal(store->lpVtbl->SetLockState(store, message, MSG_LOCKED), S_OK);
	COM_CLEAR(message);
	assert_int_equal(store->lpVtbl->FinishedMsg(
			     store, 0, id.Value.bin.cb, (ENTRYID *)(void *)id.Value.bin.lpb),
	    S_OK);
	g_free(id.Value.bin.lpb);
	COM_CLEAR(store);
	assert_int_equal(number(place->path, "SELECT contents FROM folder WHERE id = 5"), 1);
}

/* The last step's last statement cannot be done. */
static void
failing_upgrade_leaves_the_file_as_it_was(void **state)
{
	struct place *place = *state;
	IMsgStore *store = NULL;
	char *error = NULL;

	make_version1(place);
	run_sql(place->path, "CREATE INDEX message_class ON folder(type)");
	assert_true(FAILED(double_logon(place->path, false, &store, &error)));
	assert_non_null(error);
	assert_non_null(strstr(error, "from format 1 to 5"));
	assert_non_null(strstr(error, "unchanged"));
	g_free(error);
	assert_int_equal(number(place->path, "PRAGMA user_version"), 1);
	assert_int_equal(
	    number(place->path, "SELECT count(*) FROM sqlite_master WHERE name = 'listener'"), 0);
	run_sql(place->path, "DROP INDEX message_class");
	assert_int_equal(double_logon(place->path, false, &store, NULL), S_OK);
	COM_CLEAR(store);
}

static void
processes_at_once_upgrade_once(void **state)
{
	enum { PROCESSES = 5 };
	struct place *place = *state;
	int at, status;

	make_version1(place);
	for (at = 0; at < PROCESSES; at++)
		if (!fork()) {
			IMsgStore *store = NULL;

			double_child_end(
			    double_logon(place->path, false, &store, NULL) == S_OK ? 0 : 1);
		}
	for (at = 0; at < PROCESSES; at++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(number(place->path, "PRAGMA user_version"), 5);
}

/* Process 1 is always there: but is it the one that locked? */
static void
lock_does_not_outlive_its_process_by_a_number(void **state)
{
	static const struct {
		const char *mark; /* NULL: the right one */
		HRESULT expected;
	} cases[] = { { "00000000-0000-0000-0000-000000000000 1", S_OK },
		{ NULL, MAPI_E_NO_ACCESS }, { "", MAPI_E_NO_ACCESS } };
	struct place *place = *state;
	char mark[PROCESS_MARK];
	size_t at;

	make_version1(place);
	process_mark(1, mark);
	for (at = 0; at < G_N_ELEMENTS(cases); at++) {
		IMsgStore *store = NULL;
		IMessage *message;
		SPropValue id;
		char *sql;

		assert_int_equal(double_logon(place->path, true, &store, NULL), S_OK);
		sql = g_strdup_printf("UPDATE queue SET locker = 1, mark = '%s'",
		    cases[at].mark ? cases[at].mark : mark);
		run_sql(place->path, sql);
		g_free(sql);
		message = first_waiting(store, &id);
		assert_int_equal(
		    store->lpVtbl->SetLockState(store, message, MSG_LOCKED), cases[at].expected);
		g_free(id.Value.bin.lpb);
		COM_CLEAR(message);
		COM_CLEAR(store);
	}
}

static ULONG
hear_nothing(IMAPIAdviseSink *This, ULONG count, LPNOTIFICATION events)
{
	return 0;
}

static HRESULT
sink_query(IMAPIAdviseSink *This, const IID *iid, LPVOID *out)
{
	*out = This;
	return S_OK;
}

static ULONG
sink_count(IMAPIAdviseSink *This)
{
	return 1; /* it is static */
}

static const IMAPIAdviseSinkVtbl sink_vtbl = { sink_query, sink_count, sink_count, hear_nothing };

static gint64
triggers(const struct place *place)
{
	return number(place->path, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
				   " AND (name LIKE 'listen_%' OR name LIKE 'search_%')");
}

/* A process reads all of the schema, and most never listen. */
static void
triggers_are_made_for_the_first_who_listens(void **state)
{
	IMAPIAdviseSink sink = { &sink_vtbl };
	struct place *place = *state;
	IMsgStore *store = NULL;
	ULONG_PTR connection = 0;
	gint64 made;

	assert_int_equal(double_logon(place->path, false, &store, NULL), S_OK);
	assert_int_equal(triggers(place), 0);
	assert_int_equal(
	    store->lpVtbl->Advise(store, 0, NULL, fnevObjectCreated, &sink, &connection), S_OK);
	made = triggers(place);
	assert_true(made > 0);
	/* As version 4 has it, and somebody of that version listens. */
	run_sql(place->path, "PRAGMA user_version = 4");
	assert_int_equal(store->lpVtbl->Unadvise(store, connection), S_OK);
	run_sql(place->path, "INSERT INTO listener(process, mark) VALUES(1, '')");
	COM_CLEAR(store);
	assert_int_equal(double_logon(place->path, false, &store, NULL), S_OK);
	COM_CLEAR(store);
	assert_int_equal(triggers(place), made);
	run_sql(place->path, "DELETE FROM listener; PRAGMA user_version = 4");
	assert_int_equal(double_logon(place->path, false, &store, NULL), S_OK);
	COM_CLEAR(store);
	assert_int_equal(number(place->path, "PRAGMA user_version"), 5);
	assert_int_equal(triggers(place), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    version_1_is_upgraded_with_its_waiting_mail, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    failing_upgrade_leaves_the_file_as_it_was, setup, teardown),
		cmocka_unit_test_setup_teardown(processes_at_once_upgrade_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    triggers_are_made_for_the_first_who_listens, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    lock_does_not_outlive_its_process_by_a_number, setup, teardown),
	};

	return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
