/* SPDX-License-Identifier: MIT */
#include "taking.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>
#include <glib-unix.h>
#include "handover.h"
#include "ipc.h"

/* What the wake-up is about goes first. */
#define START_AFTER_MS 100
/* One that ends unexpectedly is not followed by another before. */
#define PAUSE (60 * (gint64)G_USEC_PER_SEC)

extern char **environ;

struct taker {
	char *path;
	pid_t pid;
	guint watch, timer;
	gint64 not_before;
	bool quiet;
};

int
taking_spawn(const struct scheduler_options *options, const char *option, int fd, pid_t *pid)
{
	g_autofree char *word = g_strdup_printf("%s=%d", option, (int)getpid());
	char *argv[] = { (char *)(uintptr_t) "emapi-spooler", word,
		options->background ? (char *)"--background" : NULL, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fd, 3);
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGINT);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(pid, options->worker_program, &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

/* --- The taker ------------------------------------------------------------------------------ */

static struct taker *
taker_of(struct scheduler *s)
{
	if (!s->taker) {
		s->taker = g_new0(struct taker, 1);
		s->taker->path = g_build_filename(s->options.state_path, HANDOVER_SOCKET, NULL);
	}
	return s->taker;
}

static void
taker_ended(GPid pid, gint status, gpointer data)
{
	struct taker *t = data;

	t->watch = 0;
	t->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	t->not_before = g_get_monotonic_time() + PAUSE;
	log_error(
	    "process %d, which took mail from emapi-sendmail, ended unexpectedly (status %d); "
	    "emapi-sendmail stores it itself",
	    (int)pid, status);
}

static gboolean
start_taker(gpointer data)
{
	struct scheduler *s = data;
	struct taker *t = s->taker;
	int error, fd;

	t->timer = 0;
	fd = ipc_listen(t->path);
	error = fd < 0 ? errno : 0;
	if (fd >= 0) {
		g_unix_set_fd_nonblocking(fd, TRUE, NULL);
		error = taking_spawn(&s->options, "--take", fd, &t->pid);
		close(fd);
	}
	if (error) {
		t->pid = 0;
		t->not_before = g_get_monotonic_time() + PAUSE;
		log_warning("no process takes mail from emapi-sendmail, which stores it itself: %s",
		    g_strerror(error));
	} else {
		t->watch = g_child_watch_add(t->pid, taker_ended, t);
	}
	return G_SOURCE_REMOVE;
}

void
taker_want(struct scheduler *s)
{
	struct taker *t = taker_of(s);

	if (s->machine || t->quiet || t->pid || t->timer || g_get_monotonic_time() < t->not_before)
		return;
	t->timer = g_timeout_add(START_AFTER_MS, start_taker, s);
}

void
taker_quiet(struct scheduler *s)
{
	struct taker *t = s->taker;

	if (!t)
		return;
	t->quiet = true;
	if (t->timer)
		g_source_remove(t->timer);
	t->timer = 0;
	if (t->pid > 0)
		kill(t->pid, SIGTERM);
}

void
taker_stop(struct scheduler *s)
{
	struct taker *t = s->taker;

	if (!t)
		return;
	taker_quiet(s);
	unlink(t->path);
	if (t->watch)
		g_source_remove(t->watch);
	g_free(t->path);
	g_free(t);
	s->taker = NULL;
}
