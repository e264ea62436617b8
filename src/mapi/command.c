/* SPDX-License-Identifier: MIT */
#include "command.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "mask.h"
#include "profile_private.h"

#define COMPLAINT_MAX 1000

extern char **environ;

struct run {
	pid_t pid;
	int out, err; /* our ends of its output and its complaints */
	gint64 until;
	char *text;
	size_t size;
	char complaint[COMPLAINT_MAX + 1];
	size_t complaint_size;
};

static int
spawn(struct run *run, const char *command, const int out[2], const int err[2])
{
	char *argv[] = { (char *)"/bin/sh", (char *)"-c", (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out[1], 1);
	posix_spawn_file_actions_adddup2(&files, err[1], 2);
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(&run->pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static HRESULT
start(struct run *run, const char *command, char **why)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int error = 0;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		error = errno;
	else
		error = spawn(run, command, out, err);
	close_fd(out[1]);
	close_fd(err[1]);
	run->out = out[0];
	run->err = err[0];
	if (!error)
		return S_OK;
	why_set(why, "cannot be run: %s", g_strerror(error));
	return MAPI_E_CALL_FAILED;
}

/* What it complains of; only the beginning is kept. */
static void
read_complaint(struct run *run)
{
	char piece[512];
	ssize_t size = read(run->err, piece, sizeof(piece));
	size_t room = COMPLAINT_MAX - run->complaint_size;

	if (size <= 0) {
		if (size < 0 && errno == EINTR)
			return;
		close(run->err);
		run->err = -1;
		return;
	}
	memcpy(run->complaint + run->complaint_size, piece, MIN(room, (size_t)size));
	run->complaint_size += MIN(room, (size_t)size);
}

/* False when that was the end. */
static bool
read_output(struct run *run)
{
	ssize_t size = read(run->out, run->text + run->size, COMMAND_OUTPUT_MAX - run->size);

	if (size < 0)
		return errno == EINTR;
	run->size += (size_t)size;
	return size > 0 && run->size < COMMAND_OUTPUT_MAX;
}

static int
time_left(const struct run *run)
{
	return (int)CLAMP((run->until - g_get_monotonic_time()) / 1000, 0, G_MAXINT);
}

/* Until its output ends: a daemon that it started may keep its standard error. */
static bool
read_all(struct run *run)
{
	for (;;) {
		struct pollfd fds[] = { { run->out, POLLIN, 0 }, { run->err, POLLIN, 0 } };
		int ready = poll(fds, 2, time_left(run));

		if (ready < 0 && errno != EINTR)
			return false;
		if (ready <= 0 && !time_left(run))
			return false;
		if (ready > 0 && fds[1].revents)
			read_complaint(run);
		else if (ready > 0 && fds[0].revents && !read_output(run))
			return true;
	}
}

/* What is there of complaints without waiting. */
static void
read_last_complaint(struct run *run)
{
	struct pollfd poller = { .fd = run->err, .events = POLLIN };

	while (run->err >= 0 && poll(&poller, 1, 0) > 0)
		read_complaint(run);
}

/* The first line of what it printed is a secret; it may print that where it complains, too. */
static void
mask_output(struct run *run)
{
	g_autofree char *line = g_strndup(run->text, strcspn(run->text, "\r\n"));
	g_autofree char *complaint = g_strdup(run->complaint);
	struct mask *mask = mask_create();

	mask_add(mask, line);
	if (mask_apply(mask, &complaint))
		g_strlcpy(run->complaint, complaint, sizeof(run->complaint));
	mask_free(mask);
	explicit_bzero(line, strlen(line));
}

/* "gpg: decryption failed": how programs complain.  A secret does not look so, and where it is told
 * by its name ("password: ...") it is no complaint. */
static bool
is_complaint(const char *line)
{
	static const char *const secrets[] = { "pass", "secret", "token", "key", "pin", "pwd" };
	size_t size = strcspn(line, ": \t");
	g_autofree char *name = NULL;

	if (size == 0 || strncmp(line + size, ": ", 2) != 0)
		return false;
	name = g_ascii_strdown(line, (gssize)size);
	for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++) {
		if (strstr(name, secrets[i]) && strcmp(name, "pass") != 0)
			return false;
	}
	return true;
}

/* Leaves of what it said only what is no secret for sure: it is written down for people. */
static void
keep_complaints(struct run *run)
{
	g_auto(GStrv) lines = g_strsplit(run->complaint, "\n", -1);
	g_autoptr(GString) kept = g_string_new(NULL);
	bool dropped = false;

	for (char **line = lines; *line; line++) {
		if (!*g_strstrip(*line))
			continue;
		if (is_complaint(*line))
			g_string_append_printf(kept, "%s%s", kept->len ? "\n" : "", *line);
		else
			dropped = true;
		explicit_bzero(*line, strlen(*line));
	}
	if (dropped)
		g_string_append_printf(kept,
		    "%swhat it %s on standard error is not kept: it may "
		    "be the secret",
		    kept->len ? "; " : "", kept->len ? "said besides" : "said");
	explicit_bzero(run->complaint, sizeof(run->complaint));
	if (kept->len)
		g_snprintf(run->complaint, sizeof(run->complaint), "; %s%s",
		    is_complaint(kept->str) ? "it said: " : "", kept->str);
}

/* False when it does not end in time.  *status 0 also where somebody else has waited for it. */
static bool
reap(struct run *run, int *status)
{
	pid_t pid;

	*status = 0;
	while ((pid = waitpid(run->pid, status, WNOHANG)) == 0 && time_left(run))
		g_usleep(2000);
	if (pid < 0)
		*status = 0;
	return pid != 0;
}

static void
end_all(struct run *run)
{
	kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static HRESULT
finish(struct run *run, int seconds, char **why)
{
	int status = 0;
	bool over = read_all(run), flood = run->size >= COMMAND_OUTPUT_MAX;
	bool ended = over && !flood && reap(run, &status);

	if (!ended)
		end_all(run);
	read_last_complaint(run);
	mask_output(run);
	keep_complaints(run);
	if (flood) {
		why_set(why, "printed more than %zu bytes and was ended", COMMAND_OUTPUT_MAX - 1);
		return MAPI_E_CALL_FAILED;
	}
	if (!ended) {
		why_set(why,
		    "did not end within %d s%s; it may wait for something that nobody "
		    "can type there",
		    seconds, run->complaint);
		return MAPI_E_TIMEOUT;
	}
	if (status == 0)
		return S_OK;
	why_set(why, "failed (%s %d)%s", WIFSIGNALED(status) ? "signal" : "exit",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), run->complaint);
	return MAPI_E_CALL_FAILED;
}

HRESULT
command_output(const char *command, int seconds, char **output, char **why)
{
	struct run run = { .until = g_get_monotonic_time() + seconds * (gint64)G_USEC_PER_SEC };
	HRESULT hr;

	*output = NULL;
	run.text = g_malloc0(COMMAND_OUTPUT_MAX + 1);
	hr = start(&run, command, why);
	if (SUCCEEDED(hr))
		hr = finish(&run, seconds, why);
	close_fd(run.out);
	close_fd(run.err);
	if (SUCCEEDED(hr)) {
		*output = run.text;
	} else {
		explicit_bzero(run.text, COMMAND_OUTPUT_MAX);
		g_free(run.text);
	}
	return hr;
}
