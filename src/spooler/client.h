/* SPDX-License-Identifier: MIT */
/*
 * What programs ask the spooler: watch one message, list the queue, change it.
 *
 * Each function opens its own connection (starting a spooler where none runs) and closes it.
 * Times are microseconds since 1970, 0 for none.  Texts are UTF-8, never NULL, and may be shown
 * after text_printable(): servers and addresses are strangers.
 */
#ifndef EMAPI_SPOOLER_CLIENT_H
#define EMAPI_SPOOLER_CLIENT_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>
#include "spool_state.h"

/* One recipient and what became of it. */
struct spool_recipient {
	guint32 row;            /* PR_ROWID */
	int kind;               /* MAPI_TO, MAPI_CC, MAPI_BCC */
	enum spool_state state; /* waiting, sent, failed, held or cancelled */
	int code;               /* the server's reply code, 0: no server answered */
	int tries;
	gint64 next;    /* when it is tried again */
	char *address;  /* ann@example.test */
	char *name;     /* display name */
	char *type;     /* SMTP */
	char *enhanced; /* 5.1.1 */
	char *text;     /* the reply word for word, or why it waits */
	char *server;   /* who said it */
	char *queue_id; /* the server's name for the message */
};

/* One try as it was recorded (design D9). */
struct spool_attempt {
	gint64 when;
	char *transport; /* display name of the transport, "" for the spooler itself */
	char *text;      /* the result in a sentence */
	char **journey;  /* the dialogue's lines, secrets masked; NULL-ended, never NULL */
};

struct spool_message {
	gint64 id; /* 0: the spooler knows only why the profile's mail does not move */
	enum spool_state state;
	char *profile; /* its name */
	char *subject;
	char *text; /* why held, failed or cancelled; else what happens next */
	gint64 submitted;
	gint64 next;
	gint64 changed; /* the last time that something became of it; of a final one, its end */
	int tries;
	gint64 defer;  /* is not sent before: PR_DEFERRED_SEND_TIME, 0: at once */
	gint64 expiry; /* is not sent after: PR_EXPIRY_TIME, 0: never too late */
	bool quiet;    /* its sender wants no report of non-delivery */
	char *client;  /* what its client did, lines (emapispi.h) parted by newlines; NULL: it
			* stands on the message */
	GBytes *key;   /* PR_SEARCH_KEY */
	GBytes *store; /* PR_STORE_RECORD_KEY */
	GBytes *entry; /* PR_ENTRYID */
	GPtrArray *recipients; /* of struct spool_recipient */
	GPtrArray
	    *attempts; /* of struct spool_attempt, oldest first; only spooler_show() fills it */
};

void spool_message_free(struct spool_message *message);

/* Gets each message; it stays the caller's (the library's).  false: no more, please. */
typedef bool (*spool_message_fn)(const struct spool_message *message, void *context);

/* Calls `each` with the message whose PR_SEARCH_KEY is `key` now, if known, and at each change
 * until it is final (spool_state_final()), `each` answers false, or timeout_ms (-1: none) is over:
 * S_OK, S_OK, MAPI_E_TIMEOUT.  A message that was submitted a moment ago may not be known yet; it
 * is reported once it is.  With `profile` (may be NULL) also the reason why the profile's mail
 * does not move is reported, as a held message with id 0.  Lives through the spooler's end: it
 * starts another.  MAPI_E_NETWORK_ERROR when none can be reached. */
HRESULT spooler_watch(const void *key, size_t size, const MAPIUID *profile, int timeout_ms,
    spool_message_fn each, void *context);

/* A socket by which each line of the tries of a message that is submitted to the machine's daemon
 * comes as it is said (live_join(), which takes it over); before it is submitted.  -1: none. */
int spooler_follow(const void *key, size_t size);

/* Calls `each` with every message that is not final, oldest first; `all`: also with those that
 * are remembered (30 days, at most 10,000).  At most `limit` of them (0: no limit), and none after
 * `each` has answered false. */
HRESULT spooler_list(bool all, int limit, spool_message_fn each, void *context);

/* The one message whose key begins with these hex digits; "last" is the newest of all.
 * MAPI_E_NOT_FOUND; MAPI_E_AMBIGUOUS_RECIP where several begin so; MAPI_E_INVALID_PARAMETER for
 * what is no hex. */
HRESULT spooler_find(const char *id, struct spool_message **out);

/* How a profile's queue stands (NULL: of all). */
struct spooler_counts {
	gint64 due;   /* under way, or tried at once */
	gint64 later; /* wait for their next try or their time */
	gint64 held;
	bool busy; /* stores are being looked through: the numbers may grow */
};
HRESULT spooler_count(const MAPIUID *profile, struct spooler_counts *counts);

/* The newest message with this key with all its attempts; NULL key: the newest of all.
 * MAPI_E_NOT_FOUND when it is not remembered. */
HRESULT spooler_show(const void *key, size_t size, struct spool_message **out);

/* Looks into the stores and tries everything that waits or is held now; NULL: of all profiles. */
HRESULT spooler_run(const MAPIUID *profile);

/* One message: try now (also one that is held); hold until released; release what a person holds;
 * take out of the queue (it stays in the Outbox, unsent).  MAPI_E_NOT_FOUND: no such message in the
 * queue; MAPI_E_UNABLE_TO_ABORT: it is being sent or was sent already; MAPI_E_NO_SUPPORT: no person
 * holds it.  *why (may be NULL) gets the spooler's words, g_free(). */
HRESULT spooler_retry(const void *key, size_t size, char **why);
HRESULT spooler_hold(const void *key, size_t size, char **why);
HRESULT spooler_release(const void *key, size_t size, char **why);
HRESULT spooler_cancel(const void *key, size_t size, char **why);

#endif
