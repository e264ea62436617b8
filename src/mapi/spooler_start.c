/* SPDX-License-Identifier: MIT */
/*
 * Starting the spooler (design D7).  Between clone and execve only system calls are made: the host
 * may have other threads, whose locks may be in any state.
 *
 * The children borrow the host's memory (as after vfork()) and have stacks of their own.  Memory
 * that is copied costs the host a page fault for each page that it writes afterwards.
 */
#include "spooler_start.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "profile_private.h"
#include "text.h"

#define READY_FD 3
#define READY_TIMEOUT_MS 5000
#define EXEC_FAILED 'E' /* followed by errno, where the spooler would have written one byte */
#define CANNOT_WORK 'W' /* followed by the spooler's reason (scheduler.h) */
#define REPORT_MAX 2048
#define NO_CHILD 1 /* exit code; valgrind's own differs */
#define STACK_SIZE (64 * 1024)

/* The address sanitizer knows no stack but the thread's own: it would say so in the child. */
#define ON_OTHER_STACK __attribute__((no_sanitize("address")))

extern char **environ;

/* All that the child needs, made before it exists. */
struct launch {
	char *path;
	char **argv;
	char **envp;
	int ready[2];
	int null;
	char *stacks; /* for both children */
};

/* --- Environment --------------------------------------------------------------------------- */

static bool
is_kept(const char *variable)
{
	static const char *const names[] = { "HOME=", "USER=", "LOGNAME=", "PATH=", "LANG=", "LC_",
		"TZ=", "TMPDIR=", "LD_LIBRARY_PATH=", "XDG_", "EMAPI_", "KRB5",
		"GSS_MECH_CONFIG=", "SSL_CERT_",
		"ASAN_OPTIONS=", "UBSAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=", "GCOV_",
		"DBUS_SESSION_BUS_ADDRESS=", "GNUPGHOME=", "PASSWORD_STORE_DIR=" };
	size_t i;

	if (g_str_has_prefix(variable, "EMAPI_TRACE")) /* it is this program's */
		return false;
	for (i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_has_prefix(variable, names[i]))
			return true;
	return false;
}

static char **
clean_environment(void)
{
	GPtrArray *kept = g_ptr_array_new();
	size_t i;

	for (i = 0; environ && environ[i]; i++)
		if (is_kept(environ[i]))
			g_ptr_array_add(kept, g_strdup(environ[i]));
	g_ptr_array_add(kept, NULL);
	return (char **)g_ptr_array_free(kept, FALSE);
}

/* --- In the children ----------------------------------------------------------------------- */

static void
reset_signals(void)
{
	struct sigaction standard;
	sigset_t none;
	int i;

	memset(&standard, 0, sizeof standard);
	standard.sa_handler = SIG_DFL;
	for (i = 1; i < NSIG; i++)
		sigaction(i, &standard, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The ready pipe as descriptor 3, /dev/null below it, nothing above. */
static int
arrange_descriptors(const struct launch *launch)
{
	int ready = fcntl(launch->ready[1], F_DUPFD, READY_FD + 1);
	int null = fcntl(launch->null, F_DUPFD, READY_FD + 1);

	if (ready < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    dup2(ready, READY_FD) < 0)
		return -1;
	if (syscall(SYS_close_range, READY_FD + 1, ~0U, 0) < 0) {
		int limit = (int)sysconf(_SC_OPEN_MAX), fd;

		for (fd = READY_FD + 1; fd < limit; fd++)
			close(fd);
	}
	return 0;
}

ON_OTHER_STACK static int
run(void *argument)
{
	const struct launch *launch = argument;
	struct {
		char mark;
		char error[sizeof(int)];
	} report = { EXEC_FAILED, { 0 } };
	ssize_t ignored;

	reset_signals();
	if (chdir("/") == 0 && arrange_descriptors(launch) == 0)
		execve(launch->path, launch->argv, launch->envp);
	memcpy(report.error, &errno, sizeof report.error);
	ignored = write(READY_FD, &report, sizeof report);
	(void)ignored;
	_exit(127);
}

/* A child that borrows our memory until it has become another program or ended; meanwhile we stand
 * still.  `exit_signal` is what we get of its end. */
#ifndef __SANITIZE_THREAD__
static pid_t
borrower(int (*child)(void *), char *stack, int exit_signal, struct launch *launch)
{
	return clone(child, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | exit_signal, launch);
}
#else
/* The thread sanitizer takes any clone for a fork, and would mark the memory that is borrowed: here
 * the child has its own, and the sanitizer is told of it. */
void __sanitizer_syscall_pre_impl_fork(void);
void __sanitizer_syscall_post_impl_fork(long child);

static pid_t
borrower(int (*child)(void *), char *stack, int exit_signal, struct launch *launch)
{
	pid_t pid;

	__sanitizer_syscall_pre_impl_fork();
	pid = (pid_t)syscall(SYS_clone, (unsigned long)exit_signal, NULL, NULL, NULL, NULL);
	__sanitizer_syscall_post_impl_fork(pid);
	if (pid == 0)
		_exit(child(launch));
	return pid;
}
#endif

/* The child between: it leaves the grandchild to init. */
ON_OTHER_STACK static int
detach(void *argument)
{
	struct launch *launch = argument;

	setsid();
	_exit(borrower(run, launch->stacks, SIGCHLD, launch) < 0 ? NO_CHILD : 0);
}

/* --- In the parent ------------------------------------------------------------------------- */

static HRESULT
spawn(struct launch *launch)
{
	sigset_t all, before;
	pid_t child;
	int status = 0, error;

	/* No handler of the host's may run in the child. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	child = borrower(detach, launch->stacks + STACK_SIZE, 0, launch);
	error = errno;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (child < 0)
		return hr_from_errno(error);
	/* Someone may have waited for it with __WALL: then it is gone, and all is well. */
	while (waitpid(child, &status, __WCLONE) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == NO_CHILD ? MAPI_E_NOT_ENOUGH_RESOURCES
								    : S_OK;
}

/* Waits for the byte, the end, or the time. */
static HRESULT
await(int ready, char **why)
{
	struct pollfd poller = { .fd = ready, .events = POLLIN };
	char report[REPORT_MAX + 1];
	ssize_t size = 0;
	char *path;
	int error;

	while (poll(&poller, 1, READY_TIMEOUT_MS) < 0 && errno == EINTR)
		;
	if (poller.revents)
		size = read(ready, report, REPORT_MAX);
	if (size > 1 && report[0] == CANNOT_WORK) {
		report[size] = '\0';
		why_set(why, "%s", report + 1);
		return MAPI_E_CALL_FAILED;
	}
	if (size != 1 + sizeof error || report[0] != EXEC_FAILED)
		return S_OK;
	memcpy(&error, report + 1, sizeof error);
	path = paths_spooler();
	why_set(why, "The spooler %s cannot be started: %s.", path, g_strerror(error));
	g_free(path);
	return hr_from_errno(error);
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The command line; NULL-ended, g_strfreev(). */
static char **
arguments(const char *path, const MAPIUID *profile)
{
	GPtrArray *argv = g_ptr_array_new();
	char *hex;

	g_ptr_array_add(argv, g_strdup(path));
	g_ptr_array_add(argv, g_strdup("--background"));
	g_ptr_array_add(argv, g_strdup_printf("--ready-fd=%d", READY_FD));
	if (profile) {
		hex = text_hex(profile, sizeof *profile);
		g_ptr_array_add(argv, g_strconcat("--wake=", hex, NULL));
		g_free(hex);
	}
	g_ptr_array_add(argv, NULL);
	return (char **)g_ptr_array_free(argv, FALSE);
}

HRESULT
spooler_launch(const MAPIUID *profile, int *ready, char **why)
{
	struct launch launch = { .ready = { -1, -1 }, .null = -1 };
	HRESULT hr = S_OK;

	*ready = -1;
	launch.path = paths_spooler();
	if (!launch.path) {
		why_set(why, "The spooler cannot be started: %s.", hr_text(MAPI_E_NOT_FOUND));
		return MAPI_E_NOT_FOUND;
	}
	launch.argv = arguments(launch.path, profile);
	launch.envp = clean_environment();
	launch.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (launch.null < 0 || pipe2(launch.ready, O_CLOEXEC) < 0)
		hr = hr_from_errno(errno);
	launch.stacks = g_malloc(2 * STACK_SIZE);
	if (SUCCEEDED(hr))
		hr = spawn(&launch);
	g_free(launch.stacks);
	close_fd(&launch.ready[1]);
	if (FAILED(hr)) {
		why_set(why, "The spooler cannot be started: %s.", hr_text(hr));
		close_fd(&launch.ready[0]);
	}
	*ready = launch.ready[0];
	close_fd(&launch.null);
	g_strfreev(launch.argv);
	g_strfreev(launch.envp);
	g_free(launch.path);
	return hr;
}

HRESULT
spooler_await(int *ready, char **why)
{
	HRESULT hr = await(*ready, why);

	if (FAILED(hr)) {
		why_set(why, "The spooler cannot be started: %s.", hr_text(hr));
		close_fd(ready);
	}
	return hr;
}

HRESULT
spooler_start(int *ready, char **why)
{
	HRESULT hr = spooler_launch(NULL, ready, why);

	return SUCCEEDED(hr) ? spooler_await(ready, why) : hr;
}
