/* SPDX-License-Identifier: MIT */
/* What the files spooldb*.c share. */
#ifndef EMAPI_SPOOLER_SPOOLDB_PRIVATE_H
#define EMAPI_SPOOLER_SPOOLDB_PRIVATE_H

#include <sqlite3.h>
#include <mapicode.h>
#include "spooldb.h"

/* When a step is committed. */
enum spooldb_when {
	/* Together with what follows, at spooldb_sync() at the latest: for what can be learnt again
	 * from the stores when the process dies. */
	SPOOLDB_LATER,
	/* When spooldb_end() returns, so that it outlives the process; it outlives a power cut
	 * after spooldb_sync(). */
	SPOOLDB_NOW,
};

struct spooldb {
	sqlite3 *sql;
	GHashTable *statements;        /* address of an SQL literal -> prepared statement */
	struct retry_policy policy;    /* of profiles without one of their own */
	GHashTable *policies;          /* GBytes (profile UID) -> struct retry_policy */
	GHashTable *due;               /* GBytes (profile UID) -> gint64: spooldb_next_due() */
	gint64 stamp;                  /* the last value of message.changed */
	char *reserve;                 /* a file whose room is given back when the disk is full */
	enum spooldb_when when;        /* of the step that is under way */
	bool ours;                     /* it is open, and no other program's file */
	bool unsynced;                 /* something was committed since the last sync was begun */
	struct spooldb_syncer *syncer; /* NULL: not needed yet */
	bool alone;                    /* there is none to be had */
	bool open;                     /* a transaction was begun and not ended by us */
	bool together;                 /* reads are to see one state of the file */
	bool looking;                  /* and do: they share a transaction */
	HRESULT unread;                /* why a read, or what it needs, failed */
	gint64 rebuilt;                /* when the file was made anew after damage; 0: never */
	bool spoilt;                   /* what is open has a part of a step in it */
	bool damaged;                  /* the file is */
	bool lost;                     /* steps that were said to be done were rolled back */
};

/* The messages that are not over, and those that are: the same words as the indexes have.  For a
 * list of three, NOT IN (3, 5, 6), SQLite would make a table whenever a statement or an index asks.
 */
#define SQL_OPEN "state<>3 AND state<>5 AND state<>6"
#define SQL_OVER "(state=3 OR state=5 OR state=6)"

/* A person's wish, message.wish. */
enum wish { WISH_NONE = 0, WISH_HOLD = 1, WISH_CANCEL = 2 };

/* A statement, bound and ready to step; NULL when it cannot be prepared.  `sql` must be a literal.
 * `types` has one letter an argument: i gint64, d int, t text, b GBytes.  It is reset by
 * spooldb_done() or its next use. */
sqlite3_stmt *spooldb_query(struct spooldb *db, const char *sql, const char *types, ...);
/* True while there is a row.  What cannot be read looks like an end; spooldb_end() or
 * spooldb_unread() then fails. */
bool spooldb_step(struct spooldb *db, sqlite3_stmt *stmt);
/* Whether all since the last step's end could be read; forgets it. */
HRESULT spooldb_unread(struct spooldb *db);
void spooldb_done(sqlite3_stmt *stmt);
/* Before a read, and before a write: see spooldb_read_begin(). */
void spooldb_look(struct spooldb *db);
void spooldb_look_away(struct spooldb *db);
/* The first column of each row, as gint64. */
GArray *spooldb_read_ids(struct spooldb *db, sqlite3_stmt *stmt);
/* Runs to the end. */
HRESULT spooldb_run(struct spooldb *db, const char *sql, const char *types, ...);
/* The first column of the first row, or `fallback`. */
gint64 spooldb_number(struct spooldb *db, gint64 fallback, const char *sql, const char *types, ...);

/* A step, done whole or not at all: taken back where hr is a failure; the result is hr or the
 * commit's own failure. */
HRESULT spooldb_begin(struct spooldb *db, enum spooldb_when when);
HRESULT spooldb_end(struct spooldb *db, HRESULT hr);
/* Commits what waits for it (SPOOLDB_LATER). */
HRESULT spooldb_commit(struct spooldb *db);
/* Ends the thread, if there is one. */
void spooldb_stop_syncer(struct spooldb *db);
/* What an SQLite code is for MAPI. */
HRESULT spooldb_hr(int rc);
/* The same for a step that nobody does again: where it fails, spooldb_lost() is true. */
HRESULT spooldb_end_once(struct spooldb *db, HRESULT hr);

/* Whether the room for a verdict is set aside (again). */
bool spooldb_reserve(struct spooldb *db);

/* No next try is further off than any pause is long. */
HRESULT spooldb_bound_waits(struct spooldb *db, gint64 now);

/* The policy of a profile; NULL: of one that has none of its own. */
const struct retry_policy *spooldb_policy(struct spooldb *db, GBytes *profile);

/* The profile of a message; NULL when there is none. */
GBytes *spooldb_profile_of(struct spooldb *db, gint64 id);

/* A stamp for message.changed. */
gint64 spooldb_stamp(struct spooldb *db, gint64 now);
HRESULT spooldb_error(struct spooldb *db);

GBytes *spooldb_column_bytes(sqlite3_stmt *stmt, int column);
char *spooldb_column_text(sqlite3_stmt *stmt, int column); /* never NULL */

/* What remains to be done with a message, read off its recipients' states. */
enum spool_act spooldb_act(struct spooldb *db, gint64 id, gint64 now);

/* Does what a person wants, within a step. */
HRESULT spooldb_apply_want(struct spooldb *db, gint64 id, enum spool_want want, gint64 now);
/* The same for what was wished before the file was made anew. */
HRESULT spooldb_wish_again(
    struct spooldb *db, gint64 id, const struct spool_message *m, gint64 now);

/* What a report changes, within a step. */
HRESULT spooldb_apply(
    struct spooldb *db, const struct report *report, gint64 now, enum spool_act *act);

/* A message and its recipients are held by its profile, within a step. */
HRESULT spooldb_hold_one(struct spooldb *db, gint64 id, const char *text, gint64 now);

/* What is written of a try; struct spool_attempt is what is read. */
struct spool_try {
	gint64 when;
	const char *transport, *text;
	const char *lines; /* of the journey, parted by newlines; valid UTF-8 */
};
/* Writes one record of message.attempts (D9), with the time of the next try; 0: none.  Bounded. */
HRESULT spooldb_add_attempt(
    struct spooldb *db, gint64 id, const struct spool_try *try, gint64 next);
/* The same for what the spooler itself has to say. */
HRESULT spooldb_note(struct spooldb *db, gint64 id, const char *text, gint64 now);
/* What its client did: the first of a message's records, and no try. */
HRESULT spooldb_add_client(struct spooldb *db, gint64 id, const struct spool_message *m);
bool spooldb_is_client(const struct spool_attempt *record);
/* After each record that may be one of many: no message keeps more of them than a bound. */
HRESULT spooldb_bound_attempts(struct spooldb *db, gint64 id, gint64 now);
struct spool_attempt *spooldb_read_attempt(GBytes *record);

/* recipient.told: to be told that he was handed on. */
#define TOLD_RELAYED 32

#endif
