/* SPDX-License-Identifier: MIT */
/*
 * The worker: MAPI's spooler for one profile, with one message in hand (design D7).
 *
 * It keeps no state of its own: what it learns it tells the scheduler at once, and what it is told
 * to do it can be told again.  One thread.  The files:
 *   worker.c            start, logon, loop, end
 *   worker_link.c       talking with the scheduler
 *   worker_stores.c     the profile's message stores
 *   worker_recipients.c recipients' rows
 *   worker_lists.c      distribution lists among them
 *   worker_scan.c       what is in the outgoing queues
 *   worker_scan_message.c  and what is to be known of a message there
 *   worker_gone.c       what is on record and no longer there
 *   worker_transports.c the profile's transports, and one call to one of them
 *   worker_failover.c   from one transport to the next
 *   worker_journey.c    what the worker itself writes down of a try
 *   worker_notice.c     reports to the sender, in his Inbox
 *   worker_send.c       what is done with one message
 *   worker_batch.c      many messages, given at once
 */
#ifndef EMAPI_SPOOLER_WORKER_H
#define EMAPI_SPOOLER_WORKER_H

#include <mapix.h>
#include <mapispi.h>
#include <mapicode.h>
#include <mapitags.h>
#include <emapispi.h>
#include "board.h"
#include "log.h"
#include "packet.h"
#include "session.h"
#include "xpahead.h"

struct worker_store {
	MAPIUID provider;
	IMsgStore *store; /* NULL: cannot be opened */
	GBytes *uid;      /* PR_RECORD_KEY */
	HRESULT hr;
	char *reason;
	gint64 count_again; /* the numbers are not compared before; monotonic */
};

struct worker_transport {
	MAPIUID provider;
	char *name;
	char *told;             /* the journey's line with it */
	bool opened;            /* has been tried */
	IXPLogon *logon;        /* NULL: cannot be opened */
	struct xp_ahead *ahead; /* NULL: it takes one message at a time */
	char *reason;
	bool any_type;       /* serves every address type */
	char **types;        /* the address types that it serves, UTF-8 */
	GArray *uids;        /* of MAPIUID: serves entry IDs of these */
	gint64 closed_until; /* nobody was reached, and nobody is asked again before; monotonic */
	gint64 gap;          /* from one time that nobody was reached to asking again */
	char *closed;        /* the words for it */
};

struct worker {
	int fd; /* to the scheduler */
	int lock_fd;
	char *state_path;
	GBytes *uid;
	struct profile *profile;
	IMAPISession *session;
	GPtrArray *stores;     /* of struct worker_store */
	GPtrArray *transports; /* of struct worker_transport; in profile order */
	bool prepared;         /* they were opened in a quiet moment */
	GThread *loader;       /* see worker_ahead.c; NULL: none */
	gint64 gap_first;      /* see worker_failover.c */
	gint64 gap_longest;
	GQueue pending; /* packets that came while we waited for an answer */
	struct sending *sending;
	struct board *board; /* NULL: messages are given one by one */
	struct batch *batch; /* the one that is worked at */
	gint64 pace;         /* how long the last message of a batch took; 0: not known */
	bool live_wanted;    /* somebody looks on at a message */
	gint64 live_until;   /* how long that is taken for true; monotonic, 0: it is not known */
};

/* One recipient of the message in hand. */
struct sending_recipient {
	guint32 row;   /* what the scheduler knows it by */
	guint32 place; /* PR_ROWID; another one for a list's member */
	LONG kind;
	char *type; /* upper case */
	char *address;
	GBytes *entry;           /* PR_ENTRYID, may be empty */
	bool open;               /* is due and has no verdict yet */
	bool served;             /* given to the transport that is at work */
	struct verdict *pending; /* what it is if no other transport takes it; NULL: none yet */
};

/* The message in hand. */
struct sending {
	struct worker *worker;
	struct lease *lease;
	IMsgStore *store;                   /* NULL: it is not there */
	IMessage *message;                  /* NULL: not open; else it is locked as well */
	SRowSet *rows;                      /* the recipients' rows as the store has them */
	GPtrArray *recipients;              /* of struct sending_recipient, like rows */
	struct worker_transport *transport; /* at work now */
	struct worker_transport *ahead;     /* has it ready; NULL: none has */
	guint place;                        /* of that among the transports */
	GString *journey;                   /* lines that no report has yet, as in one */
	int live;                           /* to who looks on (live.h); -1: nobody */
	gint64 taken;                       /* when the message was taken in hand */
	const char *tried;                  /* the last of these */
	enum spool_act act;                 /* what the scheduler said last */
	bool tell;                          /* and whether the sender is to be told something */
	bool locked;                        /* with others, and not opened yet */
	HRESULT gone;                       /* its sender took it back meanwhile; else S_OK */
	int slot;                           /* of the board; -1: none */
	bool noted;                         /* what the server said stands there */
};

/* worker_link.c */

/* Sends and waits for `ok`; *reply (may be NULL) is the answer.  An `error` is its hr.  Does not
 * return when the scheduler is gone. */
HRESULT worker_ask(
    struct worker *w, const char *verb, GVariant *values, struct ipc_message **reply);
void worker_tell(struct worker *w, const char *verb, GVariant *values);
/* Does not return when the scheduler is gone. */
void worker_alive(const struct worker *w);
/* Waits for the next packet that is no answer; MAPI_E_TIMEOUT. */
HRESULT worker_next(struct worker *w, int timeout_ms, struct ipc_message **packet);
/* Hands verdicts over, durably.  When the scheduler is gone they are kept for the next one and the
 * worker ends. */
HRESULT worker_report(struct worker *w, const struct report *report, enum spool_act *act);
void worker_done(struct worker *w, gint64 id, const char *outcome, const char *text);
/* "text (MAPI_E_…)" for people: GetLastError's words if the object has any.  g_free(). */
char *worker_error(void *object, HRESULT hr);

/* worker_stores.c */

/* Opens every store of the profile.  Fails only when none can be opened, with the reason. */
HRESULT worker_open_stores(struct worker *w, char **why);
void worker_close_stores(struct worker *w);
/* By record key; NULL when the profile has none such.  Its store member may be NULL. */
struct worker_store *worker_find_store(struct worker *w, GBytes *uid);

/* worker_recipients.c */

/* All rows of a table with all its columns. */
HRESULT rows_read(IMAPITable *table, SRowSet **out);
void rows_free(SRowSet *rows);
/* The recipients of a message, members in the place of lists (worker_lists.c) unless `session` is
 * NULL. */
HRESULT recipients_read(
    IMAPISession *session, IMessage *message, SRowSet **rows, GPtrArray **recipients);
/* Type and address of a row: PR_ADDRTYPE and PR_EMAIL_ADDRESS, else the one-off in PR_ENTRYID,
 * SMTP where there is an @.  g_free() both; "" when there is none. */
void recipient_address(const SRow *row, char **type, char **address);
void sending_recipient_free(struct sending_recipient *r);

/* worker_lists.c */

/* In the number of a list's member, and of no row of a store. */
#define MEMBER_BIT 0x40000000u
/* Whether there is a distribution list among the recipients that is ours to take apart. */
bool lists_any(const SRowSet *rows);
/* Puts the members in the place of the lists, in the message as it is open, which nobody saves.
 * Fails as the address book does. */
HRESULT lists_expand(IMAPISession *session, IMessage *message, const SRowSet *rows);

/* worker_scan.c */

/* Looks into all stores' queues, from where `scan` says, and answers with `scanned`. */
void worker_scan(struct worker *w, const struct ipc_message *scan);
/* The same for all that is in the queues that `compare` names, and in none of them any more. */
void worker_compare(struct worker *w, const struct ipc_message *compare);
/* Values of a packet about the store. */
GVariantBuilder *scan_of_store(GVariantBuilder *b, const struct worker_store *s);

/* worker_gone.c */

/* What a store's queue has: asked of the store, or (`queue` NULL) what a look at all of it saw. */
struct store_queue;
struct scan_presence {
	struct store_queue *queue;
	GHashTable *seen; /* of GBytes: entry IDs */
};
/* The numbers: how many are on record, and how many of them are in hands just now. */
void scan_ask_counts(struct worker *w, struct worker_store *s, gint64 *count, gint64 *hands);
/* What is on record and no longer in the queue was taken back by a client.  Usually the numbers
 * tell that nothing is missing.  False when that is not sure, because messages are just being
 * filed. */
bool scan_find_gone(struct worker *w, struct worker_store *s, const struct scan_presence *presence,
    gint64 in_queue, gint64 count, gint64 hands);

/* worker_scan_message.c */
gint64 scan_submit_time(const SRow *row);
/* All that the scheduler is to know of a message; its lists are taken apart by the session's
 * address book, or (NULL) stay as they are.  spool_message_free(). */
HRESULT scan_message(IMAPISession *session, struct worker_store *s, GBytes *entry, gint64 submitted,
    struct spool_message **out, LONG *priority);
/* Its lists could not be taken apart when it was recorded, and now can be: tells the scheduler who
 * is in their place. */
HRESULT scan_tell_members(struct worker *w, const struct lease *lease);

/* worker_ahead.c */
/* Has the modules of the profile's stores loaded, and begins with those of its transports. */
void worker_load_ahead(struct worker *w);
/* Nobody loads any more. */
void worker_loaded(struct worker *w);

/* worker_transports.c */
void worker_list_transports(struct worker *w);
void worker_close_transports(struct worker *w);
/* Loads and logs on to all that are not open yet. */
void worker_open_transports(struct worker *w);
void worker_idle_transports(struct worker *w);
/* Logs on where that has not been tried; false when it cannot be, with t->reason. */
bool transport_open(struct worker *w, struct worker_transport *t);
bool transport_serves(const struct worker_transport *t, const struct sending_recipient *r);
/* Gives the message to the transport for the recipients that are marked served. */
HRESULT transport_send(struct sending *s, struct worker_transport *t);
/* The same in steps, by t->ahead, which is not NULL.  prepare: false where it does not want it so.
 * begin: true where the verdicts are to come, by end. */
bool transport_prepare(struct sending *s, struct worker_transport *t);
bool transport_begin(struct sending *s, struct worker_transport *t);
void transport_end(struct sending *s);
/* What is prepared will not be sent now. */
void transport_forget(struct worker_transport *t);
/* Before the end of the data of the message in hand: NOTIFY_XP_HANDOVER. */
HRESULT transport_hand_over(struct sending *s);
/* IMAPISupport::StatusRecips for the message in hand. */
HRESULT transport_status(struct sending *s, const ADRLIST *recipients);

/* worker_failover.c */

/* The recipient is left to the next transport; the verdict (taken over) is for if there is none. */
void recipient_postpone(struct sending *s, struct sending_recipient *r, struct verdict *verdict);
/* The verdict of one whom no transport took: the postponed one, else why nobody did. */
struct verdict *recipient_verdict(struct sending *s, const struct sending_recipient *r);
/* The same for all that are marked served. */
void postpone_served(struct sending *s, enum verdict_class class, int wait, const char *text);
/* Nobody was reached just now, and nobody is asked again so soon. */
bool transport_is_closed(const struct worker_transport *t);
void transport_closed(struct worker *w, struct worker_transport *t, const char *text);
void transport_reached(struct worker_transport *t);
/* Keeps a line of what was said until there is a report to put it into. */
void journey_keep(struct sending *s, const char *line);
/* Hands the report over with all that was kept; frees it.  One without verdicts is dropped. */
HRESULT report_hand_over(struct sending *s, struct report *report);

/* worker_journey.c */

/* Writes down that the message goes by this transport for those who are marked served, and why. */
void journey_begin(struct sending *s, const struct worker_transport *t);
/* The line that names a transport.  g_free(). */
char *journey_transport(const char *name);
/* What a transport says by NOTIFY_EMAPI_JOURNEY, passed on to who looks on. */
void journey_said(struct sending *s, const char *line);

/* worker_notice.c */

/* Writes the reports that are due into the Inbox of the message's store, each once.  A failure may
 * pass by itself and is to be tried again; what cannot be put there at all is noted for people.
 * `where` says where the message is or will be. */
HRESULT worker_tell_sender(struct sending *s, const char *where);

/* worker_send.c */

/* Does what the lease, which it takes over, says. */
void worker_send(struct worker *w, struct lease *lease);

/* The same for one message after the other.  `slot` is that of the board; the lease is taken over.
 */
struct sending *sending_create(struct worker *w, struct lease *lease, int slot);
/* A message that was not begun is unlocked. */
void sending_free(struct sending *s);
/* All that can be done before its turn, while the server answers to the one before: it is opened,
 * locked, and made ready by its transport. */
void sending_prepare(struct sending *s);
/* Its turn; true where the server's word is still to come, by sending_end(). */
bool sending_begin(struct sending *s);
void sending_end(struct sending *s);

/* worker_batch.c */
void worker_batch(struct worker *w, const struct ipc_message *packet);
/* Puts a report that settles the message of a batch on the board, instead of handing it over;
 * false where it does not settle it, or finds no room. */
bool batch_note(struct sending *s, const struct report *report);
/* The message is to be filed, with others.  It is locked. */
void batch_file(struct sending *s);
/* Nothing more of the batch is to be begun: what is wrong concerns all of it. */
void batch_stop(struct worker *w);

/* What may be over by itself; anything else a person has to mend. */
bool worker_may_pass(HRESULT hr);
/* worker.c: the program `emapi-spooler --worker`; `first` as worker_lock() has it.  `known` is the
 * profile where it was read before, and then the worker's (NULL: it reads it).  The exit code. */
int worker_run(const MAPIUID *profile, struct profile *known, const char *state_path, bool first,
    int fd, int board_fd);

#endif
