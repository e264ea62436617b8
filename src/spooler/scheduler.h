/* SPDX-License-Identifier: MIT */
/*
 * The scheduler: owns spool.db, hands messages to workers, answers clients.  It loads no provider
 * and speaks to no network; one thread, one loop.
 */
#ifndef EMAPI_SPOOLER_SCHEDULER_H
#define EMAPI_SPOOLER_SCHEDULER_H

#include "spooldb.h"

struct scheduler_options {
	char *state_path; /* the folder of spool.db, spooler.lock and words/ */
	char *socket_path;
	const char *worker_program; /* started as PROGRAM --worker UID-HEX */
	int listen_fd;              /* a listening socket that was handed down; -1: none */
	gint64 idle;                /* ends after so long with nothing to do; microseconds */
	gint64 stop_wait;           /* SIGTERM: so long for what is in hand; microseconds */
	bool machine;               /* for all users (machine.h); never ends by itself */
	bool background;            /* workers log to the file too */
	bool copies;  /* the first worker is a copy of us (copy.h), not worker_program */
	int ready_fd; /* "1" goes here when the socket listens, "W" and the reason
		       * when it cannot; -1: none */
	bool wakes;   /* `wake` is said: */
	MAPIUID wake; /* this profile's queue is looked through at once */
};

/* The options as paths and environment say (EMAPI_IDLE_SECONDS,
 * EMAPI_STOP_SECONDS), and as a service manager has handed down. */
struct scheduler_options scheduler_options_default(void);
void scheduler_options_clear(struct scheduler_options *options);

/* Runs until there is nothing to do or SIGTERM; SIGHUP: reads all profiles anew.  The exit code: 0
 * also when another spooler runs already. */
int scheduler_run(const struct scheduler_options *options);

#endif
