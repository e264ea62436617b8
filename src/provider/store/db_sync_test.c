/* SPDX-License-Identifier: MIT */
/* One sync for all who wait, whoever of them dies. */
#include "testing/faults.h"
#include "testing/store_double.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mapicode.h>
#include "db_private.h"

#define WAITING 6
#define FAILED_EXIT 100

static HRESULT
put(struct db *db, int number)
{
	return db_exec(db, "INSERT INTO meta(key, value) VALUES(?, 1)", "i", (gint64)number);
}

/* Exits with the number of its syncs. */
static void
submitter(const char *path, int number)
{
	struct db *db = place_open(path);
	unsigned long before = faults_sqlite_syncs();
	HRESULT hr = db_begin(db);

	if (SUCCEEDED(hr))
		hr = db_end(db, put(db, number), DB_DURABLE);
	_exit(SUCCEEDED(hr) ? (int)(faults_sqlite_syncs() - before) : FAILED_EXIT);
}

static pid_t
start(const char *path, int number)
{
	pid_t pid = fork();

	if (pid == 0)
		submitter(path, number);
	assert_true(pid > 0);
	return pid;
}

static gint64
committed(struct db *db)
{
	gint64 count = 0;

	assert_int_equal(db_int(db, &count, "SELECT count(*) FROM meta WHERE value = 1", ""), S_OK);
	return count;
}

/* The lock of who syncs, kept by a process of its own; returns when it has it. */
static pid_t
start_holder(const char *path)
{
	g_autofree char *name = g_strconcat(path, "-lock", NULL);
	int ready[2];
	char byte = 'r';
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
		int fd = open(name, O_RDWR);

		if (fd >= 0 && fcntl(fd, F_OFD_SETLKW, &lock) == 0 &&
		    write(ready[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	assert_true(pid > 0);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* Those who wait behind a process that is killed, all of them with one sync. */
static void
who_waits_shares_a_sync(void **state)
{
	struct place place;
	struct db *db;
	pid_t holder, pid;
	int syncs = 0, status;

	place_make(&place);
	db = place_open(place.path);
	assert_int_equal(db_begin(db), S_OK);
	assert_int_equal(db_end(db, put(db, -1), DB_DURABLE), S_OK); /* a log is begun */
	holder = start_holder(place.path);
	for (int i = 0; i < WAITING; i++)
		start(place.path, i);
	while (committed(db) < WAITING + 1)
		g_usleep(1000);
	g_usleep(30000); /* tickets are drawn after the commit */
	kill(holder, SIGKILL);
	while ((pid = wait(&status)) > 0) {
		if (pid == holder)
			continue;
		assert_true(WIFEXITED(status));
		assert_int_not_equal(WEXITSTATUS(status), FAILED_EXIT);
		syncs += WEXITSTATUS(status);
	}
	assert_int_equal(syncs, 1);
	db_close(db);
	place_free(&place);
}

/* Killed at any moment, they keep nobody waiting. */
static void
who_dies_keeps_nobody_waiting(void **state)
{
	struct place place;
	struct db *db;
	gint64 began = g_get_monotonic_time();
	int status;

	place_make(&place);
	db = place_open(place.path);
	for (int i = 0; i < 60; i++) {
		pid_t pid = start(place.path, i);

		if (i % 2) {
			g_usleep((gulong)g_random_int_range(0, 6000));
			kill(pid, SIGKILL);
		}
	}
	while (wait(&status) > 0)
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != FAILED_EXIT);
	assert_true(committed(db) >= 30);
	assert_int_equal(db_secure(db, true), S_OK);
	assert_true(g_get_monotonic_time() - began < 30 * G_USEC_PER_SEC);
	db_close(db);
	place_free(&place);
}

/* `count` times, each durable; *ticket is the last one. */
static HRESULT
submit(struct db *db, int first, int count, guint64 *ticket)
{
	HRESULT hr = S_OK;

	for (int i = first; i < first + count && SUCCEEDED(hr); i++) {
		guint64 before = *ticket;

		hr = db_begin(db);
		if (SUCCEEDED(hr))
			hr = db_commit(db, put(db, i), ticket);
		if (SUCCEEDED(hr))
			hr = db_sync_or(db, *ticket, NULL, NULL);
		if (SUCCEEDED(hr) && *ticket <= before)
			hr = MAPI_E_CALL_FAILED;
	}
	return hr;
}

/* Who comes again has the numbers in memory, who comes once reads and writes the file: they see the
 * same. */
static void
tickets_are_one_line(void **state)
{
	struct place place;
	struct db *often, *once, *third;
	guint64 ticket = 0;

	place_make(&place);
	often = place_open(place.path);
	third = place_open(place.path);
	for (int i = 0; i < 40; i += 4) {
		assert_int_equal(submit(often, i, 3, &ticket), S_OK);
		once = place_open(place.path);
		assert_int_equal(submit(once, i + 3, 1, &ticket), S_OK);
		db_close(once);
		assert_int_equal(committed(third), i + 4);
		assert_int_equal(db_secure(third, false), S_OK);
	}
	assert_non_null(often->shared);
	assert_null(third->shared);
	db_close(third);
	db_close(often);
	place_free(&place);
}

#define COMING 6
#define TIMES 50

/* Whoever holds the writers' lock, syncs or waits at the moment: the others get on. */
static void
who_dies_among_many_keeps_nobody_waiting(void **state)
{
	struct place place;
	pid_t pids[COMING];
	gint64 began = g_get_monotonic_time();
	struct db *db;
	int status;

	place_make(&place);
	db_close(place_open(place.path));
	for (int i = 0; i < COMING; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			guint64 ticket = 0;

			db = place_open(place.path);
			_exit(
			    SUCCEEDED(submit(db, i * 1000, i % 2 ? 1000 : TIMES, &ticket)) ? 0 : 1);
		}
		assert_true(pids[i] > 0);
	}
	for (int i = 1; i < COMING; i += 2) {
		g_usleep((gulong)g_random_int_range(5000, 40000));
		kill(pids[i], SIGKILL);
	}
	while (wait(&status) > 0)
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	db = place_open(place.path);
	assert_true(committed(db) >= COMING / 2 * TIMES);
	assert_int_equal(db_secure(db, true), S_OK);
	assert_true(g_get_monotonic_time() - began < 30 * G_USEC_PER_SEC);
	db_close(db);
	place_free(&place);
}

static int
install(void **state)
{
	faults_install();
	return 0;
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_shares_a_sync),
		cmocka_unit_test(who_dies_keeps_nobody_waiting),
		cmocka_unit_test(tickets_are_one_line),
		cmocka_unit_test(who_dies_among_many_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests_name("store sync", tests, install, NULL);
}
