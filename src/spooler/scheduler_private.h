/* SPDX-License-Identifier: MIT */
/* What scheduler.c, clients.c, lane.c, hand.c, lane_packets.c and lane_scan.c share. */
#ifndef EMAPI_SPOOLER_SCHEDULER_PRIVATE_H
#define EMAPI_SPOOLER_SCHEDULER_PRIVATE_H

#include <sys/types.h>
#include <glib-unix.h>
#include <mapicode.h>
#include "log.h"
#include "scheduler.h"

struct scheduler {
	struct scheduler_options options;
	struct retry_policy policy;
	struct spooldb *db;
	GMainLoop *loop;
	int lock_fd;
	int signal_fd; /* hears what we are told to do; -1 */
	int listen_fd;
	guint listen_source;
	guint timer;
	guint starter_source; /* waits for who started us to be connected */
	gint64 clock_offset;  /* the clock less the time since the machine's start */
	guint kick;           /* a pending call of the driver */
	guint sync;           /* a pending spooldb_sync() */
	bool changed;         /* those who watch are told at the end of this step */
	bool begun;           /* they are told soon that something is being sent, or of its end */
	GPtrArray *clients;   /* of struct client */
	GHashTable *lanes;    /* GBytes (profile UID) -> struct lane */
	struct network *network;
	GPtrArray
	    *catch_up; /* profiles still to be scanned after the start, of GBytes; NULL: all */
	gint64 catch_up_at;
	gint64 prune_at;
	gint64 healed_at;        /* when spool.db was made anew; 0: it was not */
	gint64 not_before;       /* does not end before */
	gint64 quiet_since;      /* nothing to do since; 0: busy */
	gint64 stop_at;          /* SIGTERM: give up waiting for workers then; 0: not stopping */
	struct machine *machine; /* machine.h; NULL: one user's spooler */
	struct taker *taker;     /* taking.h; NULL: nobody has used emapi-sendmail */
};

/* Looks at everything that may be due, soon (from the loop). */
void scheduler_kick(struct scheduler *s);
/* The same at once, which spares a turn of the loop.  May end lanes, workers' hands and clients. */
void scheduler_act(struct scheduler *s);
/* A source for what comes at a descriptor, as g_unix_fd_add_full(), but without a turn of the loop
 * for itself after each call, which GLib spends on letting none be called within its own call. */
guint scheduler_listen(int fd, int priority, GUnixFDSourceFunc hear, void *context);
/* Something changed in spool.db: tell those who watch.  That a message is being sent is told with
 * the next sync: by then it often is sent, and who watches is woken once. */
void scheduler_changed(struct scheduler *s);
void scheduler_accept(struct scheduler *s);
/* lane_run() for all profiles: those of the list and those with mail in the queue. */
bool scheduler_catches_up(const struct scheduler *s);
void scheduler_run_all(struct scheduler *s);

/* To the log, and to the program that started us and waits. */
void scheduler_say_why_not(struct scheduler *s, const char *why);

/* heal.c: opens s->db; a damaged one is put aside and made anew.  Failures have been said. */
HRESULT scheduler_open_database(struct scheduler *s, gint64 now);
/* The same while it is in use, from the loop alone: all lanes are begun anew.  false: it cannot be
 * helped, and that has been said. */
bool scheduler_heal(struct scheduler *s, gint64 now);

/* regain.c: when spool.db has lost something, for want of room say, all is learnt anew.  When to
 * look again; G_MAXINT64: all is well. */
gint64 scheduler_regain(struct scheduler *s, gint64 now);

/* clock.c: has the clock been set? */
void scheduler_watch_clock(struct scheduler *s, gint64 now);

/* clients.c */
struct client;
/* Answers those who waited for a look into the stores that is over; when the next one has waited
 * long enough, by the real clock; G_MAXINT64: nobody waits. */
gint64 clients_answer(struct scheduler *s, gint64 now);
/* `machine`: by the socket that anybody may connect to. */
void client_add(struct scheduler *s, int fd, bool machine);
void client_free(struct client *client);
void clients_notify(struct scheduler *s);
void clients_sweep(struct scheduler *s);
/* Whether anybody is connected who wants something, not just keeps a connection to wake us by. */
bool clients_waiting(const struct scheduler *s);
/* Closes the ears to all of them; true where one has said something that is not read yet. */
bool clients_last_words(struct scheduler *s);

struct lane;
struct board;

/* A message that was given with others, in a slot of the board; see batch.c. */
struct batched {
	gint64 id;  /* 0: none */
	bool known; /* what the server said is in spool.db */
	bool filed; /* the store has it where sent mail goes */
};

/* One worker process of a profile, with one message in hand, or many on its board. */
struct hand {
	struct lane *lane;
	pid_t pid;
	int fd;
	guint fd_source;
	guint child_source;
	bool hello;        /* it is logged on */
	bool many;         /* it has its board in view: see batch.c */
	bool quitting;     /* told to end */
	bool renew;        /* to be followed by another, which reads the profile anew */
	GPtrArray *stores; /* those it has opened, of GBytes; NULL: it has not said hello */
	bool scanning;
	bool ahead;                   /* told to scan before it said hello; it gives what it found
				       * before it scans again */
	bool rest;                    /* what it scans has more than one slice */
	bool sender;                  /* has had mail to send: may have a connection */
	gint64 lease;                 /* message in hand; 0: none */
	gint64 leased;                /* since when, or when another was begun; monotonic */
	struct board *board;          /* NULL: it takes no more than one */
	struct batched *batched;      /* one for each slot of the board */
	bool given[2];                /* a half of the board is in its hands */
	bool ended[2];                /* and it is done with that */
	gint64 read_again;            /* spool.db does not take what it says before; monotonic */
	guint begun;                  /* messages of the board that are no longer unbegun */
	gint64 started;               /* by the clock, like a file's stamp */
	gint64 heard;                 /* when it last said something, monotonic */
	struct spool_message *queued; /* parts that have come so far */
	struct report *report;
	struct spool_telling telling; /* what is being told, message NULL: nothing */
	struct packet_cursor told;
};

/* A profile's mail and the workers that carry it. */
struct lane {
	struct scheduler *s;
	GBytes *uid;
	struct retry_policy policy;
	GPtrArray *hands; /* of struct hand */
	bool alone;       /* no worker of an earlier scheduler is left: more than one may start */
	bool want_scan;
	guint scans, scanned; /* begun; of these, ended in whichever way */
	guint woken;          /* the scan that the last wake-up asked for */
	bool unasked;      /* woken for a program that may yet find that it has nothing to send */
	bool scan_rest;    /* what is to be scanned is the rest of a long queue */
	gint64 scan_began; /* monotonic */
	gint64 scan_not_before; /* likewise: the rest, while there is mail to send */
	bool scan_again; /* once nothing is in hand: the last scan was not sure of what has gone */
	gint64
	    scan_retry; /* a scan is wanted then: spool.db did not take what the last one found */
	GHashTable *places;    /* lane_scan.c; NULL: none yet */
	gint64 not_before;     /* no new worker and no message before */
	gint64 pace;           /* the limit a minute allows no message before */
	bool unreachable;      /* something may wait only because nobody was reached */
	gint64 reachable_at;   /* when that was last looked after */
	int crashes;           /* in a row */
	char *trouble;         /* why nothing moves for now, for people; NULL: it moves */
	char *file;            /* the profile's, as it was last read; NULL: not yet */
	gint64 file_changed;   /* when it was changed before that */
	struct profile *first; /* read for the worker that is started ahead, until lane_ready() */
	gint64 first_read;     /* when */
};

/* lane.c */
struct lane *lane_get(struct scheduler *s, GBytes *uid); /* made where there is none */
void lane_free(struct lane *lane);
/* Before there is a database: the lane with its first worker on the way; nothing else of it may be
 * used before lane_ready(), which wakes it. */
struct lane *lane_start_ahead(struct scheduler *s, GBytes *uid);
void lane_ready(struct lane *lane);
/* Does what is due: starts a worker, sends it to scan or send, or home. */
void lane_drive(struct lane *lane, gint64 now);
/* When lane_drive() is to be called again; G_MAXINT64: only after an event. */
gint64 lane_next(struct lane *lane, gint64 now);
bool lane_busy(const struct lane *lane);
/* Whether a worker has nothing to do. */
bool lane_has_idle(const struct lane *lane);
/* Whether a message is in hand. */
bool lane_leased(const struct lane *lane);
bool lane_has_batch(const struct lane *lane);
/* The scan (its number, lane->scans) after which all is on record that the lane was woken for; 0:
 * it is, or it will not be soon. */
guint lane_scan_due(const struct lane *lane, gint64 now);
/* Writes down what stands on the workers' boards. */
void lane_read(struct lane *lane);
/* There may be something in the stores.  A profile that was changed since counts: its workers are
 * renewed, and mail that was held is released. */
void lane_wake(struct lane *lane);
/* A person says: now, and with the settings as they are now. */
void lane_run(struct lane *lane);
/* Workers are followed by others, which read the profile anew. */
void lane_renew(struct lane *lane);
/* A server has answered: what waits only for that is due. */
void lane_reachable(struct lane *lane, gint64 now);
/* A worker gives the message back if it has not begun it. */
void lane_take_back(struct lane *lane, gint64 id);
/* The network has changed: the same, and workers forget that nobody was reached. */
void lane_network(struct lane *lane, gint64 now);

/* lane_scan.c */

/* The worker is to look into its stores. */
void lane_begin_scan(struct hand *hand);
/* Whether a worker was told to and has not begun: it will see all that is there now. */
bool lane_scan_is_to_begin(const struct lane *lane);
/* What spool.db has of the stores' places holds again. */
void lane_forget_places(struct lane *lane);

/* A worker's word; handle() is false when the worker is not to be trusted. */
struct lane_verb {
	const char *verb;
	bool (*handle)(struct hand *hand, const struct ipc_message *packet);
};
extern const struct lane_verb lane_scan_verbs[]; /* up to a NULL verb */

/* hand.c: a worker process. */

/* Starts one for the lane; `first` as worker_lock() has it, `copied` as a copy of us (copy.h). */
void hand_start(struct lane *lane, bool first, bool copied, gint64 now);
void hand_free(struct hand *hand);
/* The worker is to end: sends quit and counts it as gone. */
void hand_quit(struct hand *hand);
/* Ends one that hangs. */
void hand_check(struct hand *hand);
/* Until hand_check() has something to do, microseconds. */
gint64 hand_patience(const struct hand *hand);
/* How many messages are in its hands. */
gint64 hand_holds(const struct hand *hand);
/* Has no work and can take some. */
bool hand_idle(const struct hand *hand);
/* By the clock that stands still while the machine sleeps: a nap is no hang. */
gint64 hand_silence(const struct hand *hand);

/* batch.c: many messages in a worker's hands at once (board.h). */

/* Gives it as many as are due; false: less than two are, or there is no room on its board. */
bool batch_give(struct hand *hand, gint64 now);
bool batch_is_given(const struct hand *hand);
/* Writes down what has come since; false where spool.db does not take it. */
bool batch_read(struct hand *hand, gint64 now);
/* The worker has filed what stands in these slots; `end`: it has no more to do with that half of
 * the board.  False: that cannot be. */
bool batch_filed(
    struct hand *hand, guint half, const guint8 *slots, gsize count, bool end, gint64 now);
/* What is not begun waits again: one message, all (id 0), or what the worker left itself (-1). */
void batch_take_back(struct hand *hand, gint64 id, gint64 now);
/* Whether the message is in this hand's batch, and what was said of it is written down. */
bool batch_has(struct hand *hand, gint64 id, gint64 now);
/* It is done with, by the worker's packets. */
void batch_drop(struct hand *hand, gint64 id);
/* When the message in hand was begun: looks whether others have been since. */
void batch_watch(struct hand *hand, gint64 monotonic);
/* The worker has died, with these words: what it had in hand goes back. */
void batch_died(struct hand *hand, const char *text, gint64 now, gint64 next);
/* Boards that schedulers before us left behind, or workers when there was no room; false: spool.db
 * does not take it. */
bool batch_import(struct lane *lane);

/* lane_packets.c: one packet of the worker; false when the worker is not to be trusted. */
bool lane_handle(struct hand *hand, const struct ipc_message *packet);
/* `ok` with a value (name NULL: without), and `error`. */
void hand_answer_ok(struct hand *hand, const char *name, GVariant *value);
void hand_answer_error(struct hand *hand, HRESULT hr);

#endif
