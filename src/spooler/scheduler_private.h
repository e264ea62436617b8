/* SPDX-License-Identifier: MIT */
/* What scheduler.c, clients.c, lane.c and lane_packets.c share. */
#ifndef EMAPI_SPOOLER_SCHEDULER_PRIVATE_H
#define EMAPI_SPOOLER_SCHEDULER_PRIVATE_H

#include <sys/types.h>
#include <mapicode.h>
#include "log.h"
#include "scheduler.h"

struct scheduler {
	struct scheduler_options options;
	struct retry_policy policy;
	struct spooldb *db;
	GMainLoop *loop;
	int lock_fd;
	int listen_fd;
	guint listen_source;
	guint timer;
	guint kick;          /* a pending call of the driver */
	GPtrArray *clients;  /* of struct client */
	GHashTable *lanes;   /* GBytes (profile UID) -> struct lane */
	GPtrArray *catch_up; /* profiles still to be scanned after the start, of GBytes */
	gint64 catch_up_at;
	gint64 prune_at;
	gint64 not_before;  /* does not end before */
	gint64 quiet_since; /* nothing to do since; 0: busy */
	gint64 stop_at;     /* SIGTERM: give up waiting for workers then; 0: not stopping */
};

/* Looks at everything that may be due, soon (from the loop). */
void scheduler_kick(struct scheduler *s);
/* Something changed in spool.db: tell those who watch. */
void scheduler_changed(struct scheduler *s);
void scheduler_accept(struct scheduler *s);
/* lane_run() for all profiles: those of the list and those with mail in the queue. */
void scheduler_run_all(struct scheduler *s);

/* clients.c */
struct client;
void client_add(struct scheduler *s, int fd);
void client_free(struct client *client);
void clients_notify(struct scheduler *s);
void clients_sweep(struct scheduler *s);

/* A profile's mail: at most one worker, with at most one message in hand. */
struct lane {
	struct scheduler *s;
	GBytes *uid;
	pid_t pid; /* 0: no worker */
	int fd;
	guint fd_source;
	bool hello;    /* the worker has the profile's lock and is logged on */
	bool quitting; /* told to end */
	bool want_scan;
	bool renew; /* the worker is to be followed by another, which reads the profile anew */
	bool scanning;
	gint64 lease; /* message in hand; 0: none */
	gint64 started;
	gint64 heard;                 /* when the worker last said something, monotonic */
	gint64 not_before;            /* no new worker before */
	int crashes;                  /* in a row */
	char *trouble;                /* why nothing moves for now, for people; NULL: it moves */
	struct spool_message *queued; /* parts that have come so far */
	struct report *report;
};

/* lane.c */
struct lane *lane_get(struct scheduler *s, GBytes *uid); /* made where there is none */
void lane_free(struct lane *lane);
/* Does what is due: starts a worker, sends it to scan or send, or home. */
void lane_drive(struct lane *lane, gint64 now);
/* When lane_drive() is to be called again; G_MAXINT64: only after an event. */
gint64 lane_next(struct lane *lane, gint64 now);
bool lane_busy(const struct lane *lane);
/* There may be something in the stores.  A profile that was changed since counts: its worker is
 * renewed, and mail that was held is released. */
void lane_wake(struct lane *lane);
/* A person says: now, and with the settings as they are now. */
void lane_run(struct lane *lane);
/* The worker is to end: sends quit and counts it as gone. */
void lane_quit(struct lane *lane);

/* lane_packets.c: one packet of the worker; false when the worker is not to be trusted. */
bool lane_handle(struct lane *lane, const struct ipc_message *packet);

#endif
