/* SPDX-License-Identifier: MIT */
/*
 * The real scheduler in a process of its own, started as clients start it, with a fake worker
 * (testing/fake_worker.h).  The program is all three: test, scheduler (--background) and worker
 * (--worker).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <mapicode.h>
#include <sqlite3.h>
#include "client.h"
#include "ipc.h"
#include "log.h"
#include "paths.h"
#include "profile.h"
#include "scheduler.h"
#include "spooler_link.h"
#include "spooler_start.h"
#include "testing/fake_worker.h"
#include "text.h"

static const MAPIUID profile = { "0123456789abcde" };
static char *root;

/* Files */

static char *
state_file(const char *name)
{
	char *path = paths_state(name);

	paths_make_parent(path);
	return path;
}

static void
touch(const char *name)
{
	g_autofree char *path = state_file(name);

	assert_true(g_file_set_contents(path, "", 0, NULL));
}

static int
lines_like(const char *file, const char *name)
{
	g_autofree char *path = state_file(file);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	int count = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++)
		count += strcmp(lines[i], name) == 0;
	return count;
}

/* How many times the message went out. */
static int
deliveries(const char *name)
{
	return lines_like("delivered", name);
}

static pid_t
spooler_pid(void)
{
	g_autofree char *path = state_file("spooler.lock");
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? atoi(text) : 0;
}

static void
end_spooler(int signal_number)
{
	g_autofree char *path = state_file("spooler.lock");
	pid_t pid = spooler_pid();
	int fd;

	if (pid <= 0 || kill(pid, signal_number) != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	flock(fd, LOCK_EX); /* it is gone when its lock is; nobody may be there to reap it */
	close(fd);
}

static int
setup(void **state)
{
	static const char *const variables[] = {
		"XDG_CONFIG_HOME",
		"XDG_DATA_HOME",
		"XDG_STATE_HOME",
		"XDG_RUNTIME_DIR",
		"EMAPI_SYSCONFDIR",
	};

	root = g_dir_make_tmp("spooler-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		g_autofree char *folder = g_build_filename(root, variables[i], NULL);

		g_mkdir(folder, 0700);
		g_setenv(variables[i], folder, TRUE);
	}
	g_setenv("EMAPI_RETRY_SECONDS", "0.05", TRUE);
	g_setenv("EMAPI_IDLE_SECONDS", "30", TRUE);
	return 0;
}

static int
teardown(void **state)
{
	char *argv[] = { (char *)"rm", (char *)"-rf", root, NULL };

	end_spooler(SIGTERM);
	g_spawn_sync("/", argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(root);
	return 0;
}

/* Messages */

static void
put(const char *name)
{
	g_autofree char *file = g_strconcat("outbox/", name, NULL);

	touch(file);
}

static void
submit(const char *name)
{
	put(name);
	assert_int_equal(spooler_wake(&profile, "Fake"), S_OK);
}

struct wait {
	enum spool_state state;
	bool found;
	char *text;
	char *words; /* of the recipient */
};

static bool
is_there(const struct spool_message *message, void *context)
{
	struct wait *wait = context;
	const struct spool_recipient *r;

	if (message->state != wait->state || message->recipients->len != 1)
		return true;
	if (message->state == SPOOL_WAITING && message->tries == 0)
		return true; /* for its first try */
	r = g_ptr_array_index(message->recipients, 0);
	wait->found = true;
	wait->text = g_strdup(message->text);
	wait->words = g_strdup(r->text);
	return false;
}

/* Watches until the message is in the state, and checks the words that a person would read. */
static void
expect(const char *name, enum spool_state state, const char *words)
{
	struct wait wait = { .state = state };
	HRESULT hr = spooler_watch(name, strlen(name), &profile, 10000, is_there, &wait);

	if (!wait.found)
		print_message("%s does not become %s\n", name, spool_state_name(state));
	assert_int_equal(hr, S_OK);
	assert_true(wait.found);
	if (words)
		assert_string_equal(wait.words, words);
	g_free(wait.text);
	g_free(wait.words);
}

/* Tests */

static void
a_message_is_sent_and_filed(void **state)
{
	struct spool_message *m = NULL;

	submit("ok.1");
	expect("ok.1", SPOOL_FILED, "the fake server's words");
	assert_int_equal(deliveries("ok.1"), 1);
	assert_int_equal(spooler_show("ok.1", 4, &m), S_OK);
	assert_string_equal(m->profile, "Fake");
	assert_int_equal(m->attempts->len, 1);
	assert_string_equal(((struct spool_attempt *)g_ptr_array_index(m->attempts, 0))->transport,
	    "Fake transport");
	spool_message_free(m);
	assert_int_equal(spooler_show("none", 4, &m), MAPI_E_NOT_FOUND);
}

static void
each_verdict_has_its_end(void **state)
{
	submit("perm.1");
	submit("temp.1");
	expect("perm.1", SPOOL_FAILED, "the fake server's words");
	expect("temp.1", SPOOL_WAITING, "the fake server's words");
	touch("temp-over");
	expect("temp.1", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("temp.1"), 1);
	assert_int_equal(deliveries("perm.1"), 0);
}

static bool
count(const struct spool_message *message, void *context)
{
	(*(int *)context)++;
	return true;
}

static void
held_mail_waits_for_a_person(void **state)
{
	int listed = 0;

	submit("hold.1");
	expect("hold.1", SPOOL_HELD, "the fake server's words");
	submit("ok.2");
	expect("ok.2", SPOOL_HELD, NULL);
	assert_int_equal(spooler_list(false, 0, count, &listed), S_OK);
	assert_int_equal(listed, 2);
	end_spooler(SIGTERM);
	touch("mended");
	assert_int_equal(spooler_run(NULL), S_OK);
	expect("hold.1", SPOOL_FILED, NULL);
	expect("ok.2", SPOOL_FILED, NULL);
}

static void
a_person_can_hold_and_cancel(void **state)
{
	submit("temp.2");
	expect("temp.2", SPOOL_WAITING, NULL);
	while (spooler_hold("temp.2", 6, NULL) == MAPI_E_UNABLE_TO_ABORT)
		g_usleep(1000);
	expect("temp.2", SPOOL_HELD, NULL);
	assert_int_equal(spooler_cancel("temp.2", 6, NULL), S_OK);
	expect("temp.2", SPOOL_CANCELLED, NULL);
	assert_int_equal(spooler_cancel("temp.2", 6, NULL), MAPI_E_NOT_FOUND);
}

static void
a_worker_that_is_killed_loses_and_doubles_nothing(void **state)
{
	submit("die-after.1");
	expect("die-after.1", SPOOL_FILED, "the fake server's words");
	assert_int_equal(deliveries("die-after.1"), 1);
	submit("die-before.1");
	expect("die-before.1", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("die-before.1"), 1);
}

/* The worker is in the middle of a message: what it learns then reaches the next scheduler. */
static void
a_scheduler_that_is_killed_loses_and_doubles_nothing(void **state)
{
	submit("slow.1");
	expect("slow.1", SPOOL_LEASED, NULL);
	while (deliveries("slow.1") == 0)
		g_usleep(1000);
	end_spooler(SIGKILL);
	assert_int_equal(spooler_run(NULL), S_OK);
	expect("slow.1", SPOOL_FILED, "the fake server's words");
	assert_int_equal(deliveries("slow.1"), 1);
}

/* A wake-up that was lost with its client: the next run finds the message. */
static void
run_finds_what_nobody_announced(void **state)
{
	submit("ok.3");
	expect("ok.3", SPOOL_FILED, NULL);
	put("ok.4");
	assert_int_equal(spooler_run(&profile), S_OK);
	expect("ok.4", SPOOL_FILED, NULL);
}

/* Few messages go along with a scan's end, many are asked about first. */
static void
a_page_of_messages_is_recorded_once(void **state)
{
	submit("page.1");
	submit("ok.8");
	expect("page.1", SPOOL_FILED, "the fake server's words");
	expect("ok.8", SPOOL_FILED, NULL);
	submit("temp.3");
	expect("temp.3", SPOOL_WAITING, NULL);
	assert_int_equal(spooler_run(&profile), S_OK); /* all is told once more */
	touch("temp-over");
	expect("temp.3", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("page.1"), 1);
	assert_int_equal(deliveries("temp.3"), 1);
}

/* Changes spool.db while the scheduler has it. */
static void
change_spool(const char *sql)
{
	g_autofree char *path = state_file("spool.db");
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Until the worker has looked so many times more. */
static void
wait_for_scans(int more)
{
	int until = lines_like("scans", "scan") + more;

	for (int i = 0; lines_like("scans", "scan") < until; i++) {
		assert_true(i < 10000);
		g_usleep(1000);
	}
}

/* Nobody says another word of it. */
static void
what_could_not_be_recorded_is_looked_for_again(void **state)
{
	submit("ok.20");
	expect("ok.20", SPOOL_FILED, NULL);
	change_spool("CREATE TRIGGER full BEFORE INSERT ON message WHEN NEW.subject='ok.21'"
		     " BEGIN SELECT RAISE(ABORT, 'no room'); END");
	submit("ok.21");
	wait_for_scans(3);
	assert_int_equal(deliveries("ok.21"), 0);
	change_spool("DROP TRIGGER full");
	expect("ok.21", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("ok.21"), 1);
}

/* One message is on record when all that is not committed yet is taken back, as a disk that fails
 * does it: the scheduler must not go on from behind it. */
static void
what_spool_db_has_lost_is_read_once_more(void **state)
{
	submit("ok.22");
	expect("ok.22", SPOOL_FILED, NULL);
	touch("places");
	change_spool("CREATE TRIGGER sick BEFORE INSERT ON message WHEN NEW.subject='other.23'"
		     " BEGIN SELECT RAISE(ROLLBACK, 'I/O error'); END");
	put("ok.24");
	submit("other.23");
	wait_for_scans(3);
	assert_int_equal(deliveries("ok.24"), 0);
	change_spool("DROP TRIGGER sick");
	expect("other.23", SPOOL_FILED, NULL);
	expect("ok.24", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("ok.24"), 1);
}

/* The numbers tell: the worker is asked to compare. */
static void
what_was_taken_back_is_cancelled(void **state)
{
	g_autofree char *file = state_file("outbox/temp.4");

	g_setenv("EMAPI_RETRY_SECONDS", "600", TRUE);
	submit("temp.4");
	expect("temp.4", SPOOL_WAITING, NULL);
	assert_int_equal(g_unlink(file), 0);
	submit("ok.9");
	expect("temp.4", SPOOL_CANCELLED, NULL);
	expect("ok.9", SPOOL_FILED, NULL);
	assert_int_equal(deliveries("temp.4"), 0);
}

/* A profile in its file. */
static struct profile *
real_profile(const char *name)
{
	struct profile_settings settings = { .from_address = "me@example.test" };
	struct profile *real = NULL;
	char *why = NULL;

	assert_int_equal(profile_create(name, &settings, &why), S_OK);
	assert_int_equal(profile_load(name, &real, &why), S_OK);
	g_usleep(100 * 1000); /* or it was changed just now */
	return real;
}

/* Starts the spooler with a first worker for it; what keeps the spooler from ending. */
static int
launch(struct profile *real)
{
	int ready = -1;
	char *why = NULL;

	assert_int_equal(spooler_launch(profile_uid(real), &ready, &why), S_OK);
	assert_int_equal(spooler_await(&ready, &why), S_OK);
	return ready;
}

/* It was told to look before it was ready: it has then seen what came meanwhile, and looks once. */
static void
the_first_worker_looks_once(void **state)
{
	g_autofree char *late = state_file("late");
	struct profile *real = real_profile("t");
	struct spool_message *none = NULL;
	int ready;

	touch("late");
	ready = launch(real);
	for (int i = 0; i < 2; i++) {
		put(i ? "ok.11" : "ok.10");
		assert_int_equal(spooler_wake(profile_uid(real), "t"), S_OK);
	}
	/* The second one is not waited for: who is answered after it was heard after it. */
	assert_int_equal(spooler_show("none", 4, &none), MAPI_E_NOT_FOUND);
	g_unlink(late);
	expect("ok.10", SPOOL_FILED, NULL);
	expect("ok.11", SPOOL_FILED, NULL);
	close(ready);
	profile_unref(real);
	assert_int_equal(lines_like("scans", "scan"), 1);
}

/* Asked again while it looks, it first sends what it has found: somebody waits for that. */
static void
the_first_worker_sends_before_it_looks_again(void **state)
{
	g_autofree char *linger = state_file("linger");
	g_autofree char *lingers = state_file("lingers");
	g_autofree char *order = state_file("order");
	g_autofree char *text = NULL;
	struct profile *real = real_profile("u");
	int ready;

	put("ok.12");
	touch("linger");
	ready = launch(real);
	while (access(lingers, F_OK) != 0)
		g_usleep(1000);
	assert_int_equal(spooler_wake(profile_uid(real), "u"), S_OK);
	g_unlink(linger);
	expect("ok.12", SPOOL_FILED, NULL);
	close(ready);
	profile_unref(real);
	assert_true(g_file_get_contents(order, &text, NULL, NULL));
	assert_true(g_str_has_prefix(text, "scan\nok.12\n"));
}

/* The worker that is asked first says that the profile is unusable after a person has mended it and
 * asked again: another one looks. */
static void
what_is_mended_meanwhile_is_not_held(void **state)
{
	g_autofree char *lock = state_file("locked-out");
	g_autofree char *met = state_file("locked-out-met");

	submit("ok.5");
	expect("ok.5", SPOOL_FILED, NULL);
	touch("locked-out");
	put("ok.6");
	assert_int_equal(spooler_run(&profile), S_OK);
	while (access(met, F_OK) != 0)
		g_usleep(1000);
	g_unlink(lock);
	assert_int_equal(spooler_run(&profile), S_OK);
	touch("locked-out-go");
	expect("ok.6", SPOOL_FILED, NULL);
}

static void
only_one_of_many_spoolers_serves(void **state)
{
	pid_t pids[8];
	int running = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			execl(g_getenv("EMAPI_SPOOLER"), "scheduler_test", "--background", NULL);
	}
	submit("ok.5");
	expect("ok.5", SPOOL_FILED, NULL);
	for (int tries = 0; tries < 600; tries++) {
		running = 0;
		for (size_t i = 0; i < G_N_ELEMENTS(pids); i++) {
			int status = 0;

			if (pids[i] == 0)
				continue;
			if (waitpid(pids[i], &status, WNOHANG) == 0) {
				running++;
				continue;
			}
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
			pids[i] = 0;
		}
		if (running <= 1)
			break;
		g_usleep(10000);
	}
	assert_true(running <= 1);
	assert_int_equal(deliveries("ok.5"), 1);
	end_spooler(SIGTERM);
	for (size_t i = 0; i < G_N_ELEMENTS(pids); i++) {
		if (pids[i])
			waitpid(pids[i], NULL, 0);
	}
}

/* Wakes fall in every moment of a spooler that ends as soon as it has nothing to do. */
static void
no_wake_falls_between_two_spoolers(void **state)
{
	const char *wish = g_getenv("EMAPI_TEST_LOOPS");
	int loops = wish ? atoi(wish) : 25;

	g_setenv("EMAPI_IDLE_SECONDS", "0", TRUE);
	for (int i = 0; i < loops; i++) {
		g_autofree char *name = g_strdup_printf("ok.loop-%d", i);
		int waited = 0;

		g_usleep((gulong)g_random_int_range(0, 250000));
		submit(name);
		while (deliveries(name) == 0 && waited++ < 10000)
			g_usleep(1000);
		if (deliveries(name) != 1)
			print_message("%s was sent %d times\n", name, deliveries(name));
		assert_int_equal(deliveries(name), 1);
	}
}

/* However short its idle time is and long the starter takes to connect. */
static void
a_spooler_does_not_end_before_its_starter_connects(void **state)
{
	int ready = -1, fd = -1;
	char *why = NULL;

	g_setenv("EMAPI_IDLE_SECONDS", "0", TRUE);
	assert_int_equal(spooler_start(&ready, &why), S_OK);
	g_usleep(700 * 1000);
	assert_int_equal(spooler_connect(false, &fd), S_OK);
	close(ready);
	close(fd);
	for (int i = 0; i < 100 && SUCCEEDED(spooler_connect(false, &fd)); i++) {
		close(fd);
		g_usleep(50 * 1000);
	}
	assert_int_equal(fd, -1); /* then it does */
}

static int
run_all(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_message_is_sent_and_filed),
		CASE(each_verdict_has_its_end),
		CASE(held_mail_waits_for_a_person),
		CASE(a_person_can_hold_and_cancel),
		CASE(a_worker_that_is_killed_loses_and_doubles_nothing),
		CASE(a_scheduler_that_is_killed_loses_and_doubles_nothing),
		CASE(run_finds_what_nobody_announced),
		CASE(a_page_of_messages_is_recorded_once),
		CASE(what_could_not_be_recorded_is_looked_for_again),
		CASE(what_spool_db_has_lost_is_read_once_more),
		CASE(what_was_taken_back_is_cancelled),
		CASE(the_first_worker_looks_once),
		CASE(the_first_worker_sends_before_it_looks_again),
		CASE(what_is_mended_meanwhile_is_not_held),
		CASE(only_one_of_many_spoolers_serves),
		CASE(no_wake_falls_between_two_spoolers),
		CASE(a_spooler_does_not_end_before_its_starter_connects),
	};

	return cmocka_run_group_tests_name("spooler/scheduler", tests, NULL, NULL);
}

static void
open_log(void)
{
	g_autofree char *path = state_file("spooler.log");

	log_open(path, LOG_LEVEL_DEBUG);
}

static int
run_scheduler(const char *ready, const char *wake)
{
	struct scheduler_options options = scheduler_options_default();
	int code;

	if (ready)
		options.ready_fd = atoi(strchr(ready, '=') + 1);
	options.wakes = wake && text_unhex(strchr(wake, '=') + 1, &options.wake, sizeof(MAPIUID));
	code = scheduler_run(&options);
	scheduler_options_clear(&options);
	return code;
}

static int
run_worker(const char *profile_hex, bool first)
{
	g_autofree char *path = state_file("spool.db");
	g_autofree char *state_path = g_path_get_dirname(path);

	return fake_worker(profile_hex, state_path, first);
}

int
main(int argc, char **argv)
{
	char self[4096] = "";

	if (argc > 1)
		open_log();
	if (argc > 2 && strcmp(argv[1], "--worker") == 0)
		return run_worker(argv[2], argc > 3 && strcmp(argv[3], "--first") == 0);
	if (argc > 1)
		return run_scheduler(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	g_setenv("EMAPI_SPOOLER", self, TRUE);
	return run_all();
}
