/* SPDX-License-Identifier: MIT */
/* What a commit puts into the store's log at once: that it is all there, whatever happens. */
#include "testing/faults.h"
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mapicode.h>
#include "db_private.h"

#define MIB (1024 * 1024)

struct logged {
	struct place place;
	struct db *db;
};

/* Rows of a page each and some; a second time they are changed. */
static HRESULT
put(struct db *db, int first, int count, char with)
{
	char data[2500];
	HRESULT hr = S_OK;

	memset(data, with, sizeof(data));
	for (int i = first; i < first + count && SUCCEEDED(hr); i++) {
		g_autofree char *key = g_strdup_printf("test-%06d", i);

		hr = db_exec(db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", "tb", key,
		    data, sizeof(data));
	}
	return hr;
}

static HRESULT
commit(struct db *db, int first, int count, char with)
{
	HRESULT hr = db_begin(db);

	assert_int_equal(hr, S_OK);
	return db_end(db, put(db, first, count, with), DB_DURABLE);
}

static gint64
count_rows(struct db *db, char with)
{
	gint64 count = -1;

	assert_int_equal(
	    db_int(db, &count,
		"SELECT count(*) FROM meta WHERE key LIKE 'test-%' AND unicode(value) = ?", "i",
		(gint64)with),
	    S_OK);
	return count;
}

static void
assert_whole(struct db *db)
{
	sqlite3_stmt *row;

	assert_int_equal(db_query(db, &row, "PRAGMA integrity_check", ""), S_OK);
	assert_int_equal(db_next(db, row), S_OK);
	assert_string_equal((const char *)sqlite3_column_text(row, 0), "ok");
	db_done(row);
}

/* A copy of file and log, without the memory that processes share: SQLite reads the log anew, as
 * far as its sums are right. */
static struct db *
as_after_a_crash(const char *path)
{
	static const char *const parts[] = { "", "-wal" };
	g_autofree char *copy = g_strconcat(path, ".crash", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *from = g_strconcat(path, parts[i], NULL);
		g_autofree char *to = g_strconcat(copy, parts[i], NULL);
		g_autofree char *data = NULL;
		gsize size;

		assert_true(g_file_get_contents(from, &data, &size, NULL));
		assert_true(g_file_set_contents(to, data, (gssize)size, NULL));
	}
	return place_open(copy);
}

static void
assert_recovers(struct logged *f, char with, gint64 count)
{
	struct db *found = as_after_a_crash(f->place.path);

	assert_int_equal(count_rows(found, with), count);
	assert_whole(found);
	db_close(found);
	assert_int_equal(count_rows(f->db, with), count);
	assert_whole(f->db);
}

static gint64
log_size(struct logged *f)
{
	g_autofree char *path = g_strconcat(f->place.path, "-wal", NULL);
	GStatBuf status;

	assert_int_equal(g_stat(path, &status), 0);
	return status.st_size;
}

/* Pages of a transaction go into the log before its end when there is no room in memory. */
static void
small_cache(struct db *db)
{
	assert_int_equal(db_exec(db, "PRAGMA cache_size=10", ""), S_OK);
}

static int
setup(void **state)
{
	struct logged *f = g_new0(struct logged, 1);

	place_make(&f->place);
	f->db = place_open(f->place.path);
	assert_int_equal(commit(f->db, 0, 1, 'a'), S_OK); /* the first one is not gathered */
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct logged *f = *state;

	faults_sqlite_io(0);
	db_close(f->db);
	place_free(&f->place);
	g_free(f);
	return 0;
}

static void
a_commit_is_one_write(void **state)
{
	struct logged *f = *state;
	unsigned long before = faults_sqlite_writes();

	assert_int_equal(commit(f->db, 1, 3, 'a'), S_OK);
	assert_int_equal(faults_sqlite_writes() - before, 2); /* with the sync */
	assert_recovers(f, 'a', 4);
}

static void
many_pages_are_all_there(void **state)
{
	struct logged *f = *state;

	assert_int_equal(commit(f->db, 1, 999, 'a'), S_OK);
	assert_recovers(f, 'a', 1000);
	assert_int_equal(commit(f->db, 500, 500, 'b'), S_OK);
	assert_recovers(f, 'b', 500);
}

static void
the_log_grows_ahead_of_small_commits(void **state)
{
	struct logged *f = *state;
	int next = 1;

	assert_int_equal(log_size(f), MIB);
	while (next < 60)
		assert_int_equal(commit(f->db, next++, 1, 'a'), S_OK);
	assert_int_equal(log_size(f) % MIB, 0);
	assert_true(log_size(f) > MIB);
	assert_recovers(f, 'a', next);
	assert_int_equal(commit(f->db, next, 1000, 'a'), S_OK); /* grows it by itself */
	assert_int_not_equal(log_size(f) % MIB, 0);
	assert_recovers(f, 'a', next + 1000);
}

/* By somebody else, while it is known how long it was. */
static void
a_log_that_was_cut_grows_ahead_again(void **state)
{
	struct logged *f = *state;
	struct db *other = place_open(f->place.path);
	int next = 1;

	while (next < 60)
		assert_int_equal(commit(f->db, next++, 1, 'a'), S_OK);
	assert_int_equal(
	    sqlite3_wal_checkpoint_v2(other->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(log_size(f), 0);
	assert_int_equal(commit(f->db, next++, 1, 'a'), S_OK);
	assert_int_equal(log_size(f), MIB);
	assert_recovers(f, 'a', next);
	db_close(other);
}

/* Frames that were in the log before are written again, and their sums with them. */
static void
pages_written_twice_are_all_there(void **state)
{
	struct logged *f = *state;
	HRESULT hr = db_begin(f->db);

	small_cache(f->db);
	assert_int_equal(hr, S_OK);
	for (char with = 'a'; with <= 'e' && SUCCEEDED(hr); with++)
		hr = put(f->db, 0, 200, with);
	assert_int_equal(db_end(f->db, hr, DB_DURABLE), S_OK);
	assert_recovers(f, 'e', 200);
	assert_int_equal(commit(f->db, 200, 3, 'e'), S_OK);
	assert_recovers(f, 'e', 203);
}

static void
what_is_rolled_back_hurts_nobody(void **state)
{
	struct logged *f = *state;
	struct db *other = place_open(f->place.path);
	HRESULT hr = db_begin(f->db);

	small_cache(f->db);
	assert_int_equal(hr, S_OK);
	assert_int_equal(put(f->db, 1, 200, 'x'), S_OK);
	assert_int_equal(db_end(f->db, MAPI_E_CALL_FAILED, DB_DURABLE), MAPI_E_CALL_FAILED);
	assert_int_equal(commit(other, 1, 20, 'a'), S_OK);
	assert_int_equal(commit(other, 21, 20, 'a'), S_OK);
	assert_recovers(f, 'a', 41);
	assert_int_equal(commit(f->db, 41, 1, 'a'), S_OK);
	assert_recovers(f, 'a', 42);
	assert_int_equal(count_rows(other, 'x'), 0);
	db_close(other);
}

/* Each write and sync of a commit, also of one that is written in several pieces. */
static void
a_commit_whose_write_fails_has_not_happened(void **state)
{
	struct logged *f = *state;
	struct db *other = place_open(f->place.path);
	int there = 1;
	unsigned long n = 0, done;

	assert_int_equal(commit(other, 0, 1, 'a'), S_OK);
	do {
		HRESULT hr;

		faults_sqlite_io(++n);
		hr = commit(f->db, there, 100, 'a');
		done = faults_sqlite_writes();
		faults_sqlite_io(0);
		assert_int_equal(hr, done < n ? S_OK : MAPI_E_DISK_ERROR);
		/* Its sync failed, not its commit: it can be seen. */
		there += db_committed(f->db) ? 100 : 0;
		assert_int_equal(count_rows(other, 'a'), there);
		assert_int_equal(commit(other, there++, 1, 'a'), S_OK);
		assert_recovers(f, 'a', there);
	} while (done >= n);
	assert_true(n > 4);
	db_close(other);
}

/* Without room the zeros are left out, and nothing else. */
static void
a_log_that_cannot_grow_ahead_is_whole(void **state)
{
	struct logged *f = *state;
	int next = 1;

	while (log_size(f) == MIB) {
		HRESULT hr;

		faults_sqlite_io(2); /* what comes behind the frames: zeros, or the sync */
		hr = commit(f->db, next++, 1, 'a');
		faults_sqlite_io(0);
		assert_int_equal(hr, log_size(f) == MIB ? MAPI_E_DISK_ERROR : S_OK);
	}
	assert_int_not_equal(log_size(f) % MIB, 0);
	assert_recovers(f, 'a', next);
}

/* Two processes in turns, and a third that dies before it has committed. */
static void
processes_do_not_disturb_each_other(void **state)
{
	struct logged *f = *state;
	int rows = 1;

	db_close(f->db);
	for (int child = 0; child < 3; child++) {
		pid_t pid = fork();

		if (pid == 0) {
			struct db *db = place_open(f->place.path);
			HRESULT hr = S_OK;

			for (int i = 0; i < 40 && SUCCEEDED(hr); i++)
				hr = commit(db, 1 + child * 40 + i, 1, 'a');
			small_cache(db);
			if (SUCCEEDED(hr) && child == 2 && SUCCEEDED(db_begin(db)))
				put(db, 500, 200, 'x');
			_exit(SUCCEEDED(hr) ? 0 : 1);
		}
		assert_true(pid > 0);
		rows += 40;
	}
	for (int status; wait(&status) > 0;)
		assert_int_equal(status, 0);
	f->db = place_open(f->place.path);
	assert_int_equal(count_rows(f->db, 'x'), 0);
	assert_int_equal(commit(f->db, rows, 1, 'a'), S_OK);
	assert_recovers(f, 'a', rows + 1);
}

static int
install(void **state)
{
	faults_install();
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_commit_is_one_write),
		TEST(many_pages_are_all_there),
		TEST(the_log_grows_ahead_of_small_commits),
		TEST(a_log_that_was_cut_grows_ahead_again),
		TEST(pages_written_twice_are_all_there),
		TEST(what_is_rolled_back_hurts_nobody),
		TEST(a_commit_whose_write_fails_has_not_happened),
		TEST(a_log_that_cannot_grow_ahead_is_whole),
		TEST(processes_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests_name("store log", tests, install, NULL);
}
