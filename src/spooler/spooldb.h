/* SPDX-License-Identifier: MIT */
/*
 * spool.db: what the scheduler knows of each message, its recipients and each try (design D4, D9).
 *
 * One process has it open (the holder of the spooler's lock).  Verdicts of recipients
 * (spooldb_report) and what a person wants are written when the call returns and so outlive this
 * process; they are on disk after spooldb_sync(), which is to follow within 100 ms (D4).  What can
 * be learnt again from the stores is written together with what follows.
 *
 * Messages are known by (store UID, entry ID) while they live; final ones stay as history.  `now`
 * is the time in microseconds since 1970, given so that tests need not wait.
 */
#ifndef EMAPI_SPOOLER_SPOOLDB_H
#define EMAPI_SPOOLER_SPOOLDB_H

#include <sys/types.h>
#include "packet.h"
#include "retry.h"

struct spooldb;

/* Makes or opens the file.  `why` gets a sentence for the log (g_free).  MAPI_E_VERSION for a file
 * of a newer emapi, MAPI_E_CORRUPT_STORE for what is no spool.db or a damaged one, MAPI_E_NO_ACCESS
 * for one that may not be read and written. */
HRESULT spooldb_open(
    const char *path, const struct retry_policy *policy, struct spooldb **out, char **why);
void spooldb_close(struct spooldb *db);

/* Whether there is something that nobody brings to disk yet. */
bool spooldb_pending(const struct spooldb *db);
/* Brings all to disk.  spooldb_sync_soon() has it done by a thread and does not wait for that. */
HRESULT spooldb_sync(struct spooldb *db);
HRESULT spooldb_sync_soon(struct spooldb *db);

/* Reads until spooldb_read_end() see one state of the file, and cost less together; a step in
 * between is seen by those that follow it. */
void spooldb_read_begin(struct spooldb *db);
void spooldb_read_end(struct spooldb *db);

/* The profile's own policy, from now on. */
void spooldb_set_policy(struct spooldb *db, GBytes *profile, const struct retry_policy *policy);

/* At start: leases of a scheduler that died go back; where the clock was set back in between,
 * nobody waits longer than a day and an hour for it. */
HRESULT spooldb_recover(struct spooldb *db, gint64 now);

/* Whether the file was found to be damaged: nothing that is read or written can be relied on. */
bool spooldb_damaged(const struct spooldb *db);
/* The file was made anew at that time: what spooldb_add() gets that was submitted before may have
 * been sent, and is marked so. */
HRESULT spooldb_set_rebuilt(struct spooldb *db, gint64 now);
bool spooldb_is_rebuilt(const struct spooldb *db);
/* What people wished (of struct damage_wish) when the file `aside` was put aside: spooldb_add() has
 * it done for messages that were submitted then.  On disk when this returns; done once. */
HRESULT spooldb_keep_wishes(struct spooldb *db, const char *aside, const GPtrArray *wishes);
bool spooldb_has_wishes(struct spooldb *db, const char *aside);

/* Whether steps that had been answered with S_OK were taken back, because the disk would not have
 * them when they were to be committed.  spooldb_regain() makes good for it: messages that are
 * leased, but not among those in hand (of gint64), can be leased again.  What was in the stores'
 * queues has to be told anew.  MAPI_E_NOT_ENOUGH_DISK ...: not yet. */
bool spooldb_lost(const struct spooldb *db);
HRESULT spooldb_regain(struct spooldb *db, const GArray *in_hand, gint64 now);

/* The clock was set, by so much: lifetimes and pauses between tries are what they were; mail that
 * is to be sent later keeps its time. */
HRESULT spooldb_clock_set(struct spooldb *db, gint64 by, gint64 now);

/* Whether this submission is on record.  A live record of the same entry from an earlier
 * submission (another submit time) that was sent is closed as filed, any other as cancelled. */
HRESULT spooldb_known(
    struct spooldb *db, GBytes *store, GBytes *entry, gint64 submitted, gint64 now, bool *known);

/* How many messages of the store's outgoing queue are on record and not final. */
gint64 spooldb_live_count(struct spooldb *db, GBytes *store);
/* A page of those that wait or are held, as a(xayx): number, entry, submitted; at most `limit`
 * beyond the number `after`.  Floating. */
GVariant *spooldb_live(struct spooldb *db, GBytes *store, gint64 after, int limit);

/* A submission that was on record is no longer in the store's queue: taken back or deleted, if it
 * was not sent meanwhile.  MAPI_E_NOT_FOUND: it was, or is just being sent. */
HRESULT spooldb_gone(
    struct spooldb *db, GBytes *store, GBytes *entry, gint64 submitted, gint64 now);

/* Records a message of the profile as waiting (held where the profile is); of its
 * recipients those marked sent (a message that is resent) stay so, all others are to be tried.
 * `priority` is PR_PRIORITY.  One that was filed already and is in the store's queue again (a power
 * cut took the filing back) is not sent again, but filed. */
HRESULT spooldb_add(struct spooldb *db, GBytes *profile, const struct spool_message *message,
    int priority, gint64 now, gint64 *id);

/* The lists among the recipients of a message have become their members: those that wait and are
 * not in `message` are forgotten, and those that are new are due now. */
HRESULT spooldb_expand(
    struct spooldb *db, gint64 id, const struct spool_message *message, gint64 now);

/* Leases what is due next: urgent before others, then by time.  *out NULL when nothing is, or when
 * the profile's limit a minute asks for patience until *again (0: it does not). */
HRESULT spooldb_lease(
    struct spooldb *db, GBytes *profile, gint64 now, struct lease **out, gint64 *again);

/* How many messages are due, counted up to `limit`. */
guint spooldb_due_count(struct spooldb *db, GBytes *profile, gint64 now, guint limit);
/* Leases several at once (of struct lease, all to be sent, from one store): those at the head of
 * the queue whose recipients are all due, with nothing else to be seen to.  When everybody gets
 * such a message it is to be filed.  Empty where that are less than two: spooldb_lease() then.
 * Minds no limit a minute. */
GPtrArray *spooldb_lease_many(struct spooldb *db, GBytes *profile, gint64 now, guint limit);
/* Leased messages (of gint64) that nobody has begun wait again, in their old place; those that are
 * sent, to be filed at once. */
HRESULT spooldb_return(struct spooldb *db, const GArray *ids, gint64 now);

/* Notes that nobody may ever know what a server said of a message that was in somebody's hand. */
HRESULT spooldb_doubt(struct spooldb *db, gint64 id, gint64 now);

/* A message that everybody got. */
struct spool_sent {
	struct report *report;
	bool known; /* the report was committed before */
	bool filed; /* FinishedMsg is done */
};
/* Commits all of them in one step. */
HRESULT spooldb_sent(struct spooldb *db, const struct spool_sent *sent, guint count, gint64 now);

/* Commits verdicts and says what the worker does next.  MAPI_E_NOT_FOUND when id and entry
 * do not name a live message.  A recipient that was accepted or refused for good stays so. */
HRESULT spooldb_report(
    struct spooldb *db, const struct report *report, gint64 now, enum spool_act *act);

/* What a sender is told of his message. */
enum spool_notice {
	NOTICE_NONE = 0,
	NOTICE_NDR = 1,      /* refused for good, or given up */
	NOTICE_DELAY = 2,    /* still waits, for longer than the policy's `warn` */
	NOTICE_RELAYED = 16, /* handed to a server that sends no reports of delivery itself */
};

struct spool_telling {
	enum spool_notice notice;
	gint64 serial;                 /* of the message's reports; names this one */
	bool again;                    /* it was begun before: the report may be there already */
	struct spool_message *message; /* with those recipients alone that the report is about */
	guint total, sent, waiting;    /* of the message's recipients */
	gint64 expires;                /* when those that wait are given up */
};

/* Whether the sender is to be told something now. */
bool spooldb_to_tell(struct spooldb *db, gint64 id, gint64 now);
/* Begins one report, on disk when this returns: from then on it is the same report until it is
 * told, whoever asks.  NOTICE_NONE when there is none.  spool_telling_clear(). */
HRESULT spooldb_tell(struct spooldb *db, gint64 id, gint64 now, struct spool_telling *telling);
/* The report is in the sender's Inbox, or (with the reason in `text`) cannot be put there. */
HRESULT spooldb_told(struct spooldb *db, gint64 id, gint64 serial, const char *text, gint64 now);
void spool_telling_clear(struct spool_telling *telling);

/* Ends a lease: ACT_FILE filed, ACT_FAIL failed, ACT_CANCEL cancelled; ACT_RETRY later (due
 * recipients without verdict count as refused for now), ACT_HOLD holds the profile too. */
HRESULT spooldb_settle(
    struct spooldb *db, gint64 id, enum spool_act how, const char *text, gint64 now);

/* The holder died: the lease goes back, to be tried from `next` on.  The third death in a row on
 * one message holds that message. */
HRESULT spooldb_lease_died(
    struct spooldb *db, gint64 id, const char *text, gint64 now, gint64 next);

/* The profile's mail is held with a reason, new messages too; profile NULL releases all.  A
 * message that a person holds stays held.  Release makes everything due now. */
HRESULT spooldb_hold_profile(struct spooldb *db, GBytes *profile, const char *text, gint64 now);
HRESULT spooldb_release(struct spooldb *db, GBytes *profile, gint64 now);
/* The reason, or NULL; g_free().  *since (may be NULL) is when. */
char *spooldb_held(struct spooldb *db, GBytes *profile, gint64 *since);
HRESULT spooldb_set_profile_name(struct spooldb *db, GBytes *profile, const char *name);
/* Up to which place of a store's outgoing queue all is on record; 0: not known. */
gint64 spooldb_place(struct spooldb *db, GBytes *store);
HRESULT spooldb_set_place(struct spooldb *db, GBytes *store, gint64 place);
/* The same of many stores, of all where these are not too many: PACKET_PLACES, floating. */
GVariant *spooldb_places(struct spooldb *db);
/* When the profile's stores were last looked through, to the minute; 0: never. */
HRESULT spooldb_set_scanned(struct spooldb *db, GBytes *profile, gint64 now);
gint64 spooldb_scanned(struct spooldb *db, GBytes *profile);

/* The way is open again: what waits only because nobody could be reached is due now. */
HRESULT spooldb_reachable(struct spooldb *db, GBytes *profile, gint64 now);

/* The profile of the live message with this PR_SEARCH_KEY; NULL when there is none. */
GBytes *spooldb_profile(struct spooldb *db, GBytes *key);

/* What a person can want of a message. */
enum spool_want {
	WANT_RETRY,   /* now, whatever held it */
	WANT_HOLD,    /* until it is released or retried */
	WANT_RELEASE, /* no longer held by a person; it stays held where its profile is */
	WANT_CANCEL,  /* out of the queue, unsent */
};

/* A person's wish for the live message with this PR_SEARCH_KEY.  MAPI_E_NOT_FOUND;
 * MAPI_E_UNABLE_TO_ABORT while leased or already sent; MAPI_E_NO_SUPPORT to release what no person
 * holds. */
HRESULT spooldb_wish(struct spooldb *db, GBytes *key, enum spool_want want, gint64 now);

/* When the profile's next message is due; G_MAXINT64: none. */
gint64 spooldb_next_due(struct spooldb *db, GBytes *profile);
/* Profiles with messages that are not final, each a GBytes; g_ptr_array_unref(). */
GPtrArray *spooldb_profiles(struct spooldb *db);

HRESULT spooldb_load(struct spooldb *db, gint64 id, bool attempts, struct spool_message **out);
/* The newest message with this key (NULL: of all); 0 when there is none.  *changed (may be NULL)
 * is a stamp that grows with each change. */
gint64 spooldb_find(struct spooldb *db, GBytes *key, gint64 *changed);
/* A page of the IDs of all that are not final (or of all): at most `limit` beyond `after`, oldest
 * first; g_array_unref(). */
GArray *spooldb_ids(struct spooldb *db, bool all, gint64 after, int limit);
/* The newest message of each key that begins with these hex digits, at most `limit`. */
GArray *spooldb_match(struct spooldb *db, const char *hex, int limit);

/* The same three of one user of the machine (owner.h): spooldb_find(NULL), spooldb_ids() and
 * spooldb_match() with nobody else's messages. */
gint64 spooldb_owned_newest(struct spooldb *db, uid_t uid);
GArray *spooldb_owned_ids(struct spooldb *db, uid_t uid, bool all, gint64 after, int limit);
GArray *spooldb_owned_match(struct spooldb *db, uid_t uid, const char *hex, int limit);

/* How the queue stands, of one profile or (NULL) of all. */
struct spool_counts {
	gint64 due;   /* are or will be tried at once */
	gint64 later; /* wait for their time */
	gint64 held;
};
HRESULT spooldb_count(struct spooldb *db, GBytes *profile, gint64 now, struct spool_counts *counts);

/* Forgets final messages after 30 days, and the oldest over `keep`. */
HRESULT spooldb_prune(struct spooldb *db, gint64 now, int keep);

#endif
