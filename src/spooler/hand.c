/* SPDX-License-Identifier: MIT */
/*
 * A hand: one worker process of a lane, from its start to its end.
 *
 * Its death gives the lease back.  What it said before it died is read first: a verdict that was
 * sent counts.
 */
#include "scheduler_private.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib-unix.h>
#include "board.h"
#include "copy.h"
#include "text.h"

/* A worker that has been silent for so long with work in hand hangs. */
#define WORKER_SILENT (2 * 3600 * (gint64)G_USEC_PER_SEC)
/* And one that was sent home and stays. */
#define QUIT_SILENT (300 * (gint64)G_USEC_PER_SEC)
#define CRASHES_FREE 3

extern char **environ;

static void
disconnect(struct hand *hand)
{
	if (hand->fd_source)
		g_source_remove(hand->fd_source);
	hand->fd_source = 0;
	if (hand->fd >= 0)
		close(hand->fd);
	hand->fd = -1;
	spool_message_free(hand->queued);
	hand->queued = NULL;
	report_free(hand->report);
	hand->report = NULL;
	spool_telling_clear(&hand->telling);
}

void
hand_free(struct hand *hand)
{
	disconnect(hand);
	if (hand->child_source)
		g_source_remove(hand->child_source);
	/* A worker that we leave behind may still write there: the next scheduler reads it. */
	if (batch_is_given(hand))
		board_keep(hand->board);
	board_free(hand->board);
	g_free(hand->batched);
	if (hand->stores)
		g_ptr_array_unref(hand->stores);
	g_free(hand);
}

gint64
hand_silence(const struct hand *hand)
{
	return g_get_monotonic_time() - hand->heard;
}

bool
hand_idle(const struct hand *hand)
{
	return hand->hello && !hand->lease && !batch_is_given(hand) && !hand->scanning &&
	       !hand->quitting;
}

gint64
hand_holds(const struct hand *hand)
{
	gint64 count = hand->lease != 0;

	for (guint i = 0; hand->batched && i < BOARD_SLOTS; i++)
		count += hand->batched[i].id != 0;
	return count;
}

gint64
hand_patience(const struct hand *hand)
{
	gint64 limit = hand->quitting ? QUIT_SILENT : WORKER_SILENT;

	return MAX(0, limit - hand_silence(hand)) + G_USEC_PER_SEC;
}

void
hand_check(struct hand *hand)
{
	if (hand_silence(hand) <= (hand->quitting ? QUIT_SILENT : WORKER_SILENT))
		return;
	log_error("worker %d hangs; ending it", (int)hand->pid);
	kill(hand->pid, SIGKILL);
	hand->heard = g_get_monotonic_time();
}

void
hand_quit(struct hand *hand)
{
	if (hand->fd < 0 || hand->quitting)
		return;
	hand->quitting = true;
	hand->heard = g_get_monotonic_time();
	ipc_send(hand->fd, "quit", NULL);
}

/* The end */

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
count_crash(struct hand *hand, int status, gint64 now)
{
	g_autofree char *text = death_text(status);
	struct lane *lane = hand->lane;

	lane->crashes++;
	lane->not_before = now;
	if (lane->crashes >= CRASHES_FREE)
		lane->not_before =
		    now + retry_delay(&lane->policy, lane->crashes - CRASHES_FREE + 1, 0);
	log_error("worker %d: %s", (int)hand->pid, text);
	if (hand->lease)
		spooldb_lease_died(lane->s->db, hand->lease, text, now, lane->not_before);
	batch_died(hand, text, now, lane->not_before);
	if (hand->scanning) {
		lane->want_scan = true;
		lane->scanned++;
	}
	g_free(lane->trouble);
	lane->trouble = g_steal_pointer(&text);
}

/* Reads what the worker said before it ended. */
static void
drain(struct hand *hand)
{
	struct ipc_message *packet = NULL;

	while (hand->fd >= 0 && ipc_receive(hand->fd, 0, &packet) == S_OK) {
		lane_handle(hand, packet);
		ipc_message_free(packet);
		packet = NULL;
	}
}

static void
worker_ended(GPid pid, gint status, gpointer data)
{
	struct hand *hand = data;
	struct lane *lane = hand->lane;

	hand->child_source = 0;
	drain(hand);
	if (hand->lease || batch_is_given(hand) || hand->scanning ||
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		count_crash(hand, status, g_get_real_time());
	g_ptr_array_remove(lane->hands, hand);
	scheduler_changed(lane->s);
	scheduler_kick(lane->s);
}

static gboolean
worker_says(gint fd, GIOCondition condition, gpointer data)
{
	struct hand *hand = data;
	struct scheduler *s = hand->lane->s;
	struct ipc_message *packet = NULL;
	HRESULT hr = ipc_receive(fd, 0, &packet);

	if (hr == MAPI_E_TIMEOUT)
		return G_SOURCE_CONTINUE;
	hand->heard = g_get_monotonic_time();
	spooldb_read_begin(s->db);
	if (FAILED(hr) || !lane_handle(hand, packet)) {
		spooldb_read_end(s->db);
		/* The worker keeps its end open until it is gone; the child watch does the rest. */
		hand->fd_source = 0;
		kill(hand->pid, SIGKILL);
		ipc_message_free(packet);
		return G_SOURCE_REMOVE;
	}
	ipc_message_free(packet);
	spooldb_read_end(s->db);
	/* Who has nothing to do any more is given something at once. */
	if (hand_idle(hand))
		scheduler_act(s);
	else
		scheduler_kick(s);
	return G_SOURCE_CONTINUE;
}

/* The start */

static int
spawn(struct hand *hand, bool first, int theirs)
{
	const struct scheduler_options *options = &hand->lane->s->options;
	g_autofree char *uid = text_hex(g_bytes_get_data(hand->lane->uid, NULL), sizeof(MAPIUID));
	char *argv[7] = { (char *)"emapi-spooler", (char *)"--worker", uid };
	int argc = 3;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	if (first)
		argv[argc++] = (char *)"--first";
	if (options->background)
		argv[argc++] = (char *)"--background";
	if (hand->board)
		argv[argc++] = (char *)"--board";
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, theirs, 3);
	if (hand->board)
		posix_spawn_file_actions_adddup2(&files, board_fd(hand->board), 4);
	posix_spawnattr_init(&attributes);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error =
	    posix_spawn(&hand->pid, options->worker_program, &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static int
start_process(struct hand *hand, bool first, bool copied, const int pair[2])
{
	if (!copied)
		return spawn(hand, first, pair[1]);
	hand->pid = copy_start(hand, pair[0], pair[1]);
	return hand->pid < 0 ? errno : 0;
}

void
hand_start(struct lane *lane, bool first, bool copied, gint64 now)
{
	struct hand *hand = g_new0(struct hand, 1);
	int pair[2] = { -1, -1 };
	int error;

	hand->lane = lane;
	hand->fd = -1;
	if (SUCCEEDED(board_create(lane->s->options.state_path, lane->uid, &hand->board)))
		hand->batched = g_new0(struct batched, BOARD_SLOTS);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		error = errno;
	else
		error = start_process(hand, first, copied, pair);
	if (pair[1] >= 0)
		close(pair[1]);
	hand->fd = pair[0];
	if (error) {
		log_error(
		    "cannot start %s: %s", lane->s->options.worker_program, g_strerror(error));
		lane->not_before = now + retry_delay(&lane->policy, 1, 0);
		hand_free(hand);
		return;
	}
	hand->started = now;
	hand->heard = g_get_monotonic_time();
	hand->fd_source = scheduler_listen(hand->fd, G_PRIORITY_DEFAULT, worker_says, hand);
	hand->child_source = g_child_watch_add(hand->pid, worker_ended, hand);
	g_ptr_array_add(lane->hands, hand);
	log_debug("worker %d started", (int)hand->pid);
}
