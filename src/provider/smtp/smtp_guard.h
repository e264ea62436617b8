/* SPDX-License-Identifier: MIT */
/*
 * Keeps SIGPIPE from the process while bytes go out: OpenSSL writes to sockets without
 * MSG_NOSIGNAL, and libcurl with CURLOPT_NOSIGNAL leaves that to us.  For the calling thread alone.
 * A socket of our own (smtp_wire.c) raises none, and is spared the four system calls.
 */
#ifndef EMAPI_SMTP_GUARD_H
#define EMAPI_SMTP_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "smtp_private.h"

struct smtp_guard {
	sigset_t old;
	bool needed;
	bool pending; /* one waited already: it is not ours to eat */
};

static inline void
smtp_guard_begin(struct smtp_guard *guard, const struct smtp_session *session)
{
	sigset_t pipe, waiting;

	guard->needed = !smtp_wire_plain(session->options);
	if (!guard->needed)
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&waiting);
	guard->pending = sigismember(&waiting, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe, &guard->old);
}

static inline void
smtp_guard_end(struct smtp_guard *guard)
{
	struct timespec now = { 0, 0 };
	sigset_t pipe;

	if (!guard->needed)
		return;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	if (!guard->pending)
		sigtimedwait(&pipe, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &guard->old, NULL);
}

#endif
