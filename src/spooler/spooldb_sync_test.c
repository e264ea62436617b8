/* SPDX-License-Identifier: MIT */
/* What is brought to disk by a thread while the scheduler goes on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "spooldb_private.h"
#include "testing/spool_file.h"

static void
add(struct fixture *f, int number)
{
	struct spool_message *m = spool_message_create();
	struct spool_recipient *r = spool_recipient_create();
	gint64 id;

	g_bytes_unref(m->store);
	m->store = g_bytes_ref(f->store);
	g_bytes_unref(m->entry);
	m->entry = g_bytes_new(&number, sizeof(number));
	m->submitted = f->now + number;
	g_ptr_array_add(m->recipients, r);
	assert_int_equal(spooldb_add(f->db, f->profile, m, 0, f->now, &id), S_OK);
	spool_message_free(m);
}

/* With the thread at work, all is there that would be without it, and what asks for the disk
 * itself gets it. */
static void
the_thread_takes_nothing_away(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 500; i++) {
		add(f, i);
		assert_true(spooldb_pending(f->db));
		assert_int_equal(spooldb_sync_soon(f->db), S_OK);
		assert_false(spooldb_pending(f->db));
		if (i % 50 == 0)
			assert_int_equal(spooldb_sync(f->db), S_OK);
	}
	add(f, 500);
	reopen(f);
	assert_int_equal(spooldb_live_count(f->db, f->store), 501);
}

/* The log is copied back by the thread: it does not grow with all that was ever written. */
static void
the_log_stays_short(void **state)
{
	struct fixture *f = *state;
	g_autofree char *log = g_strconcat(f->path, "-wal", NULL);
	GStatBuf status;

	for (int i = 0; i < 4000; i++) {
		add(f, i);
		assert_int_equal(spooldb_sync_soon(f->db), S_OK);
		if (i % 100 == 0) /* as the loop has its pauses */
			g_usleep(2000);
	}
	assert_int_equal(g_stat(log, &status), 0);
	assert_true(status.st_size < 40 * 1024 * 1024);
	reopen(f);
	assert_int_equal(spooldb_live_count(f->db, f->store), 4000);
}

static int
deny_rollback(void *context, int action, const char *what, const char *name, const char *database,
    const char *trigger)
{
	bool back = action == SQLITE_SAVEPOINT || action == SQLITE_TRANSACTION;

	return back && strcmp(what, "ROLLBACK") == 0 ? SQLITE_DENY : SQLITE_OK;
}

static int
count_marks(struct fixture *f)
{
	return (int)spooldb_number(f->db, -1, "SELECT count(*) FROM fact", "");
}

static void
fail_a_step(struct fixture *f)
{
	assert_int_equal(spooldb_begin(f->db, SPOOLDB_LATER), S_OK);
	assert_int_equal(
	    spooldb_run(f->db, "INSERT INTO fact(name, value) VALUES('half', 1)", ""), S_OK);
	assert_int_equal(spooldb_end(f->db, MAPI_E_CALL_FAILED), MAPI_E_CALL_FAILED);
}

/* For want of memory, say: half of it must not be committed with what follows. */
static void
a_step_that_cannot_be_taken_back_is_not_committed(void **state)
{
	struct fixture *f = *state;

	add(f, 1);
	sqlite3_set_authorizer(f->db->sql, deny_rollback, NULL);
	fail_a_step(f);
	assert_true(FAILED(spooldb_sync(f->db)));
	assert_true(FAILED(spooldb_begin(f->db, SPOOLDB_NOW)));
	sqlite3_set_authorizer(f->db->sql, NULL, NULL);
	assert_int_equal(spooldb_begin(f->db, SPOOLDB_NOW), S_OK);
	assert_int_equal(spooldb_end(f->db, S_OK), S_OK);
	assert_int_equal(count_marks(f), 0);
	/* And what went with it is learnt anew. */
	assert_int_equal(spooldb_live_count(f->db, f->store), 0);
	assert_true(spooldb_lost(f->db));
	fail_a_step(f);
	assert_int_equal(count_marks(f), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_thread_takes_nothing_away),
		CASE(the_log_stays_short),
		CASE(a_step_that_cannot_be_taken_back_is_not_committed),
	};

	return cmocka_run_group_tests_name("spooler/spooldb_sync", tests, NULL, NULL);
}
