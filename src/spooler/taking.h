/* SPDX-License-Identifier: MIT */
/*
 * Processes of the scheduler that take messages over a socket: machine mode's receivers, and of one
 * user's spooler the one that takes mail from emapi-sendmail ("the taker", handover.h).
 *
 * The taker is started by the wake-up of an emapi-sendmail that had to store its mail itself, and
 * ends with the scheduler.  Its socket lies beside the lock file, where the holder of the lock
 * alone makes and removes it; nobody but the taker listens there, so that who finds it gone stores
 * his mail himself.
 */
#ifndef EMAPI_SPOOLER_TAKING_H
#define EMAPI_SPOOLER_TAKING_H

#include "scheduler_private.h"

/* Starts this program again as "PROGRAM OPTION=PID", PID ours, with descriptor 3 a copy of `fd`.
 * 0, or an errno. */
int taking_spawn(const struct scheduler_options *options, const char *option, int fd, pid_t *pid);

/* Somebody uses emapi-sendmail: a taker is started soon, unless there is one. */
void taker_want(struct scheduler *s);
/* SIGTERM: what it has in hand it finishes.  Another one is not started. */
void taker_quiet(struct scheduler *s);
/* At the end, with the lock still held. */
void taker_stop(struct scheduler *s);

#endif
