/* SPDX-License-Identifier: MIT */
/* See copy.h. */
#include "copy.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "board.h"
#include "mask.h"
#include "scheduler_private.h"
#include "text.h"
#include "worker.h"

static char *arguments;
static size_t room;

void
copy_begin(int argc, char **argv)
{
	const char *last = argc > 0 ? argv[argc - 1] : NULL;

	arguments = argv[0];
	room = last ? (size_t)(last + strlen(last) + 1 - argv[0]) : 0;
}

/* ps(1) and the next scheduler (worker_lock.h) know a worker by its arguments. */
static void
show_as_worker(const char *uid)
{
	static const char name[] = "emapi-spooler\0--worker";
	size_t size = sizeof(name) + strlen(uid) + 1;

	if (room < size)
		return;
	memset(arguments, 0, room);
	memcpy(arguments, name, sizeof(name));
	strcpy(arguments + sizeof(name), uid);
}

static void
reset_signals(void)
{
	sigset_t none;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

static _Noreturn void
become_worker(const struct hand *hand, int ours, int theirs)
{
	const struct scheduler *s = hand->lane->s;
	const MAPIUID *profile = g_bytes_get_data(hand->lane->uid, NULL);
	g_autofree char *uid = text_hex(profile, sizeof(*profile));

	show_as_worker(uid);
	reset_signals();
	close(ours);
	close_if(s->signal_fd);
	close_if(s->lock_fd); /* held as long as anybody has it open */
	close_if(s->options.ready_fd);
	close_if(s->options.listen_fd);
	mask_core_files();
	exit(worker_run(profile, hand->lane->first, s->options.state_path, true, theirs,
	    hand->board ? board_fd(hand->board) : -1));
}

pid_t
copy_start(struct hand *hand, int ours, int theirs)
{
	pid_t pid = fork();

	if (pid == 0)
		become_worker(hand, ours, theirs);
	return pid;
}
