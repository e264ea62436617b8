/* SPDX-License-Identifier: MIT */
/*
 * The way to the spooler, with this program as the spooler: what a started one finds around it,
 * who starts it, and what its starting does to the host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <mapicode.h>
#include "paths.h"
#include "spooler_link.h"
#include "spooler_start.h"
#include "testing.h"

/* --- The fake spooler ---------------------------------------------------------------------- */

#define LIFE_MS 60000 /* each test ends its own (end_spooler()) */

static int
count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = -3; /* ".", ".." and the folder itself */

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static int
blocked_or_ignored_signals(void)
{
	sigset_t mask;
	struct sigaction action;
	int i, count = 0;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (i = 1; i < 32; i++) {
		if (sigismember(&mask, i))
			count++;
		if (i != SIGKILL && i != SIGSTOP && !sigaction(i, NULL, &action) &&
		    action.sa_handler == SIG_IGN)
			count++;
	}
	return count;
}

/* Writes what it is like to be this process, one line for each start. */
static void
record(int fds, int signals)
{
	char *path = paths_state("starts"), *cwd = g_get_current_dir();
	char *line =
	    g_strdup_printf("cwd=%s fds=%d signals=%d leader=%d secret=%s parent=%d\n", cwd, fds,
		signals, getsid(0) == getpid(), g_getenv("MY_SECRET") ? "yes" : "no", getppid());
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (write(fd, line, strlen(line)) < 0)
		_exit(9);
	close(fd);
	g_free(line);
	g_free(cwd);
	g_free(path);
}

/* A line in `wakes` for each that is read. */
static void
note_wake(void)
{
	char *path = paths_state("wakes");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	if (write(fd, "w\n", 2) < 0)
		_exit(9);
	close(fd);
	g_free(path);
}

/* One that answers the first wake-up of a connection and no more; it leaves at the second where it
 * is forgetful. */
static void
serve_silently(int fd, bool leaves)
{
	struct ipc_message *message;
	unsigned heard = 0;

	while (SUCCEEDED(ipc_receive(fd, LIFE_MS, &message))) {
		ipc_message_free(message);
		note_wake();
		if (!heard++)
			ipc_send(fd, "ok", NULL);
		else if (leaves)
			break;
	}
	close(fd);
}

static void
serve(int listener)
{
	struct pollfd poller = { .fd = listener, .events = POLLIN };
	struct ipc_message *message;

	while (poll(&poller, 1, LIFE_MS) > 0) {
		int fd = accept(listener, NULL, NULL);

		if (g_getenv("EMAPI_FAKE_RUDE")) {
			g_unsetenv("EMAPI_FAKE_RUDE");
			close(fd);
			continue;
		}
		if (g_getenv("EMAPI_FAKE_SILENT")) {
			serve_silently(fd, g_getenv("EMAPI_FAKE_FORGETS") != NULL);
			g_unsetenv("EMAPI_FAKE_FORGETS");
			continue;
		}
		if (SUCCEEDED(ipc_receive(fd, 1000, &message))) {
			ipc_send(fd, strcmp(message->verb, "wake") ? "error" : "ok", NULL);
			ipc_message_free(message);
		}
		close(fd);
	}
}

static int
fake_spooler(const char *ready)
{
	char *lock_path = paths_state("spooler.lock"), *socket_path = paths_runtime("spooler.sock");
	char *line = g_strdup_printf("%d\t%s\n", getpid(), socket_path);
	int fds = count_fds(), signals = blocked_or_ignored_signals(), lock, listener;
	int ready_fd = atoi(ready + strlen("--ready-fd="));

	if (g_getenv("EMAPI_FAKE_BROKEN"))
		return 1;
	paths_make_parent(lock_path);
	paths_make_parent(socket_path);
	lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return 0;
	record(fds, signals);
	unlink(socket_path);
	listener = ipc_listen(socket_path);
	if (ftruncate(lock, 0) < 0 || pwrite(lock, line, strlen(line), 0) < 0 ||
	    write(ready_fd, "1", 1) < 0)
		return 2;
	close(ready_fd);
	serve(listener);
	unlink(socket_path);
	return 0;
}

/* --- Tests --------------------------------------------------------------------------------- */

static const MAPIUID profile = { "profile" };

static int
setup(void **state)
{
	char *self = g_file_read_link("/proc/self/exe", NULL);

	g_setenv("EMAPI_SPOOLER", self, TRUE);
	g_setenv("MY_SECRET", "x", TRUE);
	g_free(self);
	return test_folders_create(state);
}

/* The one that a test leaves is ended; it is gone when its lock is free. */
static void
end_spooler(void)
{
	char *path = paths_state("spooler.lock"), line[64] = "";
	int lock = open(path, O_RDWR | O_CLOEXEC), pid;

	while (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (pread(lock, line, sizeof line - 1, 0) > 0 && (pid = atoi(line)) > 1)
			kill(pid, SIGKILL);
		g_usleep(1000);
	}
	if (lock >= 0)
		close(lock);
	g_free(path);
}

static int
teardown(void **state)
{
	end_spooler();
	g_unsetenv("EMAPI_FAKE_BROKEN");
	g_unsetenv("EMAPI_FAKE_RUDE");
	g_unsetenv("EMAPI_FAKE_SILENT");
	g_unsetenv("EMAPI_FAKE_FORGETS");
	return test_folders_remove(state);
}

static unsigned
count_lines(const char *file)
{
	char *text = test_read(file), *p;
	unsigned count = 0;

	for (p = text; p && *p; p++)
		count += *p == '\n';
	g_free(text);
	return count;
}

static unsigned
count_starts(void)
{
	return count_lines("state/emapi/starts");
}

static void
none_is_started_unasked(void **state)
{
	int fd;

	assert_int_equal(spooler_connect(false, &fd), MAPI_E_NETWORK_ERROR);
	assert_int_equal(fd, -1);
	assert_int_equal(count_starts(), 0);
}

static void
wakes_and_starts_once(void **state)
{
	int i;

	for (i = 0; i < 5; i++)
		assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(count_starts(), 1);
}

static void
a_started_one_is_clean(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, standard = { .sa_handler = SIG_DFL };
	int leak = open("/dev/null", O_RDONLY); /* not close-on-exec, as in many a host */
	sigset_t some;
	char *text;

	sigaction(SIGTERM, &ignore, NULL);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR1);
	sigprocmask(SIG_BLOCK, &some, NULL);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	sigprocmask(SIG_UNBLOCK, &some, NULL);
	sigaction(SIGTERM, &standard, NULL);
	close(leak);
	text = test_read("state/emapi/starts");
	assert_non_null(strstr(text, "cwd=/ "));
	assert_non_null(strstr(text, "fds=4 ")); /* 0, 1, 2 and the ready pipe */
	assert_non_null(strstr(text, "signals=0 "));
	assert_non_null(strstr(text, "leader=0 "));
	assert_non_null(strstr(text, "secret=no "));
	g_free(text);
}

static volatile sig_atomic_t children;

static void
count_child(int signal)
{
	children++;
}

/* A host that waits for all its children neither sees ours nor takes it from us. */
static void
the_host_notices_nothing(void **state)
{
	struct sigaction action = { .sa_handler = count_child }, before;

	sigaction(SIGCHLD, &action, &before);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	sigaction(SIGCHLD, &before, NULL);
	assert_int_equal(children, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
}

static gpointer
wake_thread(gpointer data)
{
	return GINT_TO_POINTER(spooler_wake(&profile, "p"));
}

static void
many_starters_are_harmless(void **state)
{
	GThread *threads[8];
	int i;

	for (i = 0; i < 8; i++)
		threads[i] = g_thread_new(NULL, wake_thread, NULL);
	for (i = 0; i < 8; i++)
		assert_int_equal(GPOINTER_TO_INT(g_thread_join(threads[i])), S_OK);
	assert_int_equal(count_starts(), 1);
}

static void
one_that_hangs_up_is_asked_again(void **state)
{
	g_setenv("EMAPI_FAKE_RUDE", "1", TRUE);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
}

/* Nobody answers, and that is not the submitter's to wait for: one wait would be five seconds. */
static void
later_wakes_do_not_wait(void **state)
{
	gint64 began = g_get_monotonic_time();
	int i;

	g_setenv("EMAPI_FAKE_SILENT", "1", TRUE);
	for (i = 0; i < 400; i++)
		assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_true(g_get_monotonic_time() - began < 4 * G_USEC_PER_SEC);
	assert_int_equal(count_starts(), 1);
}

/* What it read and did not answer before it left is said again, to the next one. */
static void
settling_wakes_again(void **state)
{
	g_setenv("EMAPI_FAKE_SILENT", "1", TRUE);
	g_setenv("EMAPI_FAKE_FORGETS", "1", TRUE);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	spooler_settle();
	assert_int_equal(count_lines("state/emapi/wakes"), 3);
	spooler_settle();
	assert_int_equal(count_lines("state/emapi/wakes"), 3);
}

/* Started beforehand, it is the one that is woken. */
static void
a_prepared_one_is_used(void **state)
{
	test_write("state/emapi/spool.db", "");
	spooler_prepare(&profile);
	spooler_prepare(&profile);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(count_starts(), 1);
	spooler_prepare(&profile);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(count_starts(), 1);
}

/* Its worker would read a profile that is about to be changed. */
static void
none_is_prepared_for_the_first_message(void **state)
{
	spooler_prepare(&profile);
	g_usleep(50000);
	assert_int_equal(count_starts(), 0);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(count_starts(), 1);
}

static void
a_stale_lock_file_does_no_harm(void **state)
{
	test_write("state/emapi/spooler.lock", "1\t/nowhere/spooler.sock\n");
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
}

/* What has woken the spooler goes on to watch over the same connection, once all is answered. */
static void
a_connection_is_taken_over(void **state)
{
	int fd;

	g_setenv("EMAPI_FAKE_SILENT", "1", TRUE);
	close(spooler_take_connection()); /* of a test before */
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	fd = spooler_take_connection();
	assert_true(fd >= 0);
	assert_int_equal(spooler_take_connection(), -1);
	close(fd);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(spooler_wake(&profile, "p"), S_OK);
	assert_int_equal(spooler_take_connection(), -1); /* that answer is still missing */
}

static void
says_why_none_starts(void **state)
{
	char *why = NULL;
	int fd, ready;

	g_setenv("EMAPI_SPOOLER", "/nowhere/emapi-spooler", TRUE);
	assert_int_equal(spooler_start(&ready, &why), MAPI_E_NOT_FOUND);
	assert_int_equal(ready, -1);
	assert_non_null(strstr(why, "/nowhere/emapi-spooler"));
	assert_int_equal(spooler_connect(true, &fd), MAPI_E_NOT_FOUND);
	g_free(why);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(none_is_started_unasked),
		TEST(wakes_and_starts_once),
		TEST(a_started_one_is_clean),
		TEST(the_host_notices_nothing),
		TEST(many_starters_are_harmless),
		TEST(one_that_hangs_up_is_asked_again),
		TEST(later_wakes_do_not_wait),
		TEST(settling_wakes_again),
		TEST(a_prepared_one_is_used),
		TEST(none_is_prepared_for_the_first_message),
		TEST(a_stale_lock_file_does_no_harm),
		TEST(a_connection_is_taken_over),
		TEST(says_why_none_starts),
	};

	if (argc >= 3 && !strcmp(argv[1], "--background"))
		return fake_spooler(argv[2]);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
