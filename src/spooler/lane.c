/* SPDX-License-Identifier: MIT */
/*
 * A lane: one profile's worker process and what it does.
 *
 * A worker is started when there is something to scan or send, gets one message at a time, and is
 * sent home after a minute of nothing.  Its death gives the lease back.  What it said before it
 * died is read first: a verdict that was sent counts.
 */
#include "scheduler_private.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib-unix.h>
#include "profile.h"
#include "text.h"

#define WORKER_IDLE (60 * (gint64)G_USEC_PER_SEC)
/* A worker that has been silent for so long with work in hand hangs. */
#define WORKER_SILENT (2 * 3600 * (gint64)G_USEC_PER_SEC)
#define CRASHES_FREE 3
/* Files are stamped by a clock that ticks this coarsely. */
#define CLOCK_GRAIN 10000

extern char **environ;

struct lane *
lane_get(struct scheduler *s, GBytes *uid)
{
	struct lane *lane = g_hash_table_lookup(s->lanes, uid);

	if (lane)
		return lane;
	lane = g_new0(struct lane, 1);
	lane->s = s;
	lane->uid = g_bytes_ref(uid);
	lane->fd = -1;
	g_hash_table_insert(s->lanes, g_bytes_ref(uid), lane);
	return lane;
}

static void
disconnect(struct lane *lane)
{
	if (lane->fd_source)
		g_source_remove(lane->fd_source);
	lane->fd_source = 0;
	if (lane->fd >= 0)
		close(lane->fd);
	lane->fd = -1;
	spool_message_free(lane->queued);
	lane->queued = NULL;
	report_free(lane->report);
	lane->report = NULL;
}

void
lane_free(struct lane *lane)
{
	disconnect(lane);
	g_bytes_unref(lane->uid);
	g_free(lane->trouble);
	g_free(lane);
}

bool
lane_busy(const struct lane *lane)
{
	return lane->lease || lane->scanning || lane->want_scan;
}

/* The worker's end */

static char *
death_text(int status)
{
	if (WIFSIGNALED(status))
		return g_strdup_printf(
		    "The process that sends for this profile was ended by signal %d"
		    " (%s).  The message is safe.",
		    WTERMSIG(status), g_strsignal(WTERMSIG(status)));
	return g_strdup_printf(
	    "The process that sends for this profile ended unexpectedly (exit %d)."
	    "  The message is safe.",
	    WEXITSTATUS(status));
}

static void
count_crash(struct lane *lane, int status, gint64 now)
{
	g_autofree char *text = death_text(status);

	lane->crashes++;
	lane->not_before = now;
	if (lane->crashes >= CRASHES_FREE)
		lane->not_before =
		    now + retry_delay(&lane->s->policy, lane->crashes - CRASHES_FREE + 1, 0);
	log_error("worker %d: %s", (int)lane->pid, text);
	if (lane->lease)
		spooldb_lease_died(lane->s->db, lane->lease, text, now, lane->not_before);
	if (lane->scanning)
		lane->want_scan = true;
	g_free(lane->trouble);
	lane->trouble = g_steal_pointer(&text);
}

/* Reads what the worker said before it ended. */
static void
drain(struct lane *lane)
{
	struct ipc_message *packet = NULL;

	while (lane->fd >= 0 && ipc_receive(lane->fd, 0, &packet) == S_OK) {
		lane_handle(lane, packet);
		ipc_message_free(packet);
		packet = NULL;
	}
}

static void
worker_ended(GPid pid, gint status, gpointer data)
{
	struct lane *lane = data;
	gint64 now = g_get_real_time();

	drain(lane);
	if (lane->lease || lane->scanning || !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		count_crash(lane, status, now);
	disconnect(lane);
	lane->pid = 0;
	lane->hello = lane->quitting = lane->scanning = false;
	lane->lease = 0;
	scheduler_changed(lane->s);
	scheduler_kick(lane->s);
}

static gboolean
worker_says(gint fd, GIOCondition condition, gpointer data)
{
	struct lane *lane = data;
	struct ipc_message *packet = NULL;
	HRESULT hr = ipc_receive(fd, 0, &packet);

	if (hr == MAPI_E_TIMEOUT)
		return G_SOURCE_CONTINUE;
	lane->heard = g_get_monotonic_time();
	if (FAILED(hr) || !lane_handle(lane, packet)) {
		/* The worker keeps its end open until it is gone; the child watch does the rest. */
		lane->fd_source = 0;
		kill(lane->pid, SIGKILL);
		ipc_message_free(packet);
		return G_SOURCE_REMOVE;
	}
	ipc_message_free(packet);
	scheduler_kick(lane->s);
	return G_SOURCE_CONTINUE;
}

/* The worker's start */

static int
spawn(struct lane *lane, int theirs)
{
	g_autofree char *uid = text_hex(g_bytes_get_data(lane->uid, NULL), sizeof(MAPIUID));
	char *argv[] = { (char *)lane->s->options.worker_program, (char *)"--worker", uid,
		lane->s->options.background ? (char *)"--background" : NULL, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, theirs, 3);
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(&lane->pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void
start_worker(struct lane *lane, gint64 now)
{
	int pair[2];
	int error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		error = errno;
	else
		error = spawn(lane, pair[1]);
	if (error) {
		log_error(
		    "cannot start %s: %s", lane->s->options.worker_program, g_strerror(error));
		lane->pid = 0;
		lane->not_before = now + retry_delay(&lane->s->policy, 1, 0);
		return;
	}
	close(pair[1]);
	lane->fd = pair[0];
	lane->started = now;
	lane->heard = g_get_monotonic_time();
	lane->renew = false;
	lane->want_scan = true; /* a new worker looks before it sends: see spooldb_known() */
	lane->fd_source = g_unix_fd_add(lane->fd, G_IO_IN | G_IO_HUP, worker_says, lane);
	g_child_watch_add(lane->pid, worker_ended, lane);
	log_debug("worker %d started", (int)lane->pid);
}

/* What to do next */

static void
send_lease(struct lane *lane, gint64 now)
{
	struct lease *lease = NULL;
	HRESULT hr = spooldb_lease(lane->s->db, lane->uid, now, &lease);

	if (FAILED(hr))
		lane->not_before = now + retry_delay(&lane->s->policy, 1, 0);
	if (!lease)
		return;
	lane->lease = lease->id;
	lane->heard = g_get_monotonic_time();
	log_debug("message %" G_GINT64_FORMAT ": %s", lease->id, spool_act_name(lease->act));
	/* If it cannot be sent the worker is dying, and its death gives the lease back. */
	ipc_send(lane->fd, "send", packet_from_lease(lease));
	lease_free(lease);
	scheduler_changed(lane->s);
}

void
lane_quit(struct lane *lane)
{
	if (lane->fd < 0 || lane->quitting)
		return;
	lane->quitting = true;
	ipc_send(lane->fd, "quit", NULL);
}

/* When the profile's file was changed; for one that cannot be read: just now. */
static gint64
profile_changed(GBytes *uid)
{
	struct profile *profile = NULL;
	gint64 changed = G_MAXINT64;
	struct stat st;

	if (g_bytes_get_size(uid) != sizeof(MAPIUID) ||
	    FAILED(profile_load_uid(g_bytes_get_data(uid, NULL), &profile, NULL)))
		return changed;
	if (stat(profile_path(profile), &st) == 0)
		changed = st.st_ctim.tv_sec * (gint64)G_USEC_PER_SEC + st.st_ctim.tv_nsec / 1000 +
			  CLOCK_GRAIN;
	profile_unref(profile);
	return changed;
}

void
lane_wake(struct lane *lane)
{
	gint64 changed = profile_changed(lane->uid);
	gint64 since = 0;
	g_autofree char *held = spooldb_held(lane->s->db, lane->uid, &since);

	lane->want_scan = true;
	lane->not_before = 0;
	if (lane->pid && changed > lane->started)
		lane->renew = true;
	/* Who mends a profile edits its file: that alone lets held mail go on. */
	if (held && changed > since && changed < G_MAXINT64)
		spooldb_release(lane->s->db, lane->uid, g_get_real_time());
}

void
lane_run(struct lane *lane)
{
	lane->want_scan = true;
	lane->not_before = 0;
	lane->renew = lane->pid != 0;
}

/* By the clock that stands still while the machine sleeps: a nap is no hang. */
static gint64
silence(const struct lane *lane)
{
	return g_get_monotonic_time() - lane->heard;
}

static bool
something_to_do(struct lane *lane, gint64 now)
{
	return lane->want_scan || spooldb_next_due(lane->s->db, lane->uid) <= now;
}

void
lane_drive(struct lane *lane, gint64 now)
{
	if (!lane->pid) {
		if (!lane->s->stop_at && now >= lane->not_before && something_to_do(lane, now))
			start_worker(lane, now);
		return;
	}
	if (lane->lease || lane->scanning || !lane->hello || lane->quitting) {
		if (silence(lane) > WORKER_SILENT) {
			log_error("worker %d hangs; ending it", (int)lane->pid);
			kill(lane->pid, SIGKILL);
			lane->heard = g_get_monotonic_time();
		}
		return;
	}
	if (lane->s->stop_at || lane->renew) {
		lane_quit(lane);
	} else if (lane->want_scan) {
		lane->want_scan = false;
		lane->scanning = true;
		lane->heard = g_get_monotonic_time();
		ipc_send(lane->fd, "scan", NULL);
	} else if (now >= lane->not_before && something_to_do(lane, now)) {
		send_lease(lane, now);
	} else if (silence(lane) >= WORKER_IDLE) {
		lane_quit(lane);
	}
}

gint64
lane_next(struct lane *lane, gint64 now)
{
	gint64 due = lane->want_scan ? now : spooldb_next_due(lane->s->db, lane->uid);

	if (lane->lease || lane->scanning || (lane->pid && !lane->hello) || lane->quitting)
		return now + WORKER_SILENT - silence(lane) + G_USEC_PER_SEC;
	if (due < G_MAXINT64)
		due = MAX(due, lane->not_before);
	if (lane->pid)
		due = MIN(due, now + WORKER_IDLE - silence(lane));
	return due;
}
