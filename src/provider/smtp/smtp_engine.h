/* SPDX-License-Identifier: MIT */
/*
 * The SMTP engine (design D5).  It knows no MAPI: a session is one connection to one server, over
 * which messages are sent; each recipient gets a verdict, and all that was said can be read by a
 * person afterwards.
 *
 * libcurl opens the connection (DNS, proxy, TLS, EHLO); login and mail transaction are here.
 * smtp_send() connects and logs in by itself when it has to.  A session belongs to one thread at a
 * time; calls block.  Signals: SIGPIPE never reaches the process.
 *
 * RFC 5321 (SMTP), 3207 (STARTTLS), 4954 (AUTH), 2920 (PIPELINING), 3030 (CHUNKING), 1870 (SIZE),
 * 6152 (8BITMIME), 3461 (DSN), 6531 (SMTPUTF8), 2034 and 3463 (enhanced codes).
 */
#ifndef EMAPI_SMTP_ENGINE_H
#define EMAPI_SMTP_ENGINE_H

#include <glib.h>
#include <stdbool.h>

/* What to do with a recipient next.  The numbers are those of EMAPI_RETRY_* (emapispi.h). */
enum smtp_class {
	SMTP_ACCEPTED = 0,
	SMTP_TEMPORARY = 1, /* try again later */
	SMTP_PERMANENT = 2, /* refused for good */
	SMTP_HOLD = 3,      /* the settings' fault, not the mail's: someone must see to it first */
};

enum smtp_tls { SMTP_TLS_STARTTLS, SMTP_TLS_IMPLICIT, SMTP_TLS_NONE };

/* Why a session cannot be had.  A zeroed struct is no error. */
struct smtp_error {
	enum smtp_class class;
	int code;       /* the server's reply code, 0 when it said nothing */
	char *enhanced; /* "5.7.8", or NULL */
	char *text;     /* a sentence for people: what, who said it, what to do */
};

void smtp_error_clear(struct smtp_error *error);

/* Where and how.  Borrowed by the session, must outlive it.  NULL and 0 are the defaults. */
struct smtp_options {
	const char *server;
	unsigned port; /* 0: 465 for implicit TLS, 587 where there is a user, else 25 */
	enum smtp_tls tls;
	const char *user;       /* NULL or "": no login */
	const char *mechanisms; /* allowed ones, parted by blanks or commas; NULL: the strongest */
	/* Called at login only; g_free()d after being wiped.  NULL with *why (g_free) on failure.
	 */
	char *(*password)(void *context, char **why);
	void *password_context;
	/* Called with each line of the journey as it is written; may be NULL. */
	void (*said)(void *context, const char *line);
	void *said_context;
	/* Called before the message goes out behind its envelope; may be NULL.  False: it is not to
	 * go now, *why (g_free) is a sentence. */
	bool (*hand_over)(void *context, char **why);
	void *hand_over_context;
	const char *ca_file;     /* NULL: the system's */
	const char *fingerprint; /* SHA-256 of the one certificate that is trusted, hex */
	const char *proxy;
	const char *client_cert; /* PEM files */
	const char *client_key;
	const char *helo;         /* NULL: this machine's name */
	unsigned connect_timeout; /* seconds; 0: 30 */
	unsigned reply_timeout;   /* seconds for each reply; 0: 300 */
	bool no_pipelining;
	bool no_chunking;
};

struct smtp_mail {
	const char *from;  /* "" for the null sender */
	int fd;            /* the message from offset 0; not closed, its position is left alone */
	const char *bytes; /* or the message itself, not NULL then */
	guint64 size;
	bool needs_8bit;
	bool needs_smtputf8;
	const char *envid; /* DSN: PR_SEARCH_KEY or the like, printable ASCII; NULL: none */
	const char *ret;   /* DSN: "FULL", "HDRS" or NULL */
};

/* A recipient and its verdict. */
struct smtp_recipient {
	const char *address;
	const char *notify; /* DSN: "NEVER", "SUCCESS,FAILURE" ..., NULL: not said */

	enum smtp_class class;
	int code;         /* reply code; 0: no server said anything */
	char *enhanced;   /* or NULL */
	char *text;       /* the reply word for word after its code, or our own sentence */
	bool from_server; /* the verdict is the server's reply, not ours */
	bool unreachable; /* there was no session: nothing was handed over */
	/* The engine's own. */
	char *wire;    /* the address as sent */
	bool accepted; /* RCPT was; the message itself is not yet */
	bool decided;
};

/* Frees what the engine has put in; the address stays the caller's. */
void smtp_recipient_clear(struct smtp_recipient *recipient);

struct smtp_session;

struct smtp_session *smtp_session_create(const struct smtp_options *options);
/* Says QUIT where there is a connection. */
void smtp_session_free(struct smtp_session *session);

/* Connects and logs in where that is not done yet. */
bool smtp_open(struct smtp_session *session, struct smtp_error *error);
/* Whether a mail from this address could be sent now: connects, logs in, and asks the server about
 * the sender; nothing is sent.  The journey tells each step. */
bool smtp_check(struct smtp_session *session, const char *from, struct smtp_error *error);
/* QUIT and close; the session can be opened again. */
void smtp_close(struct smtp_session *session);
/* Seconds since the connection was last used; -1 when there is none. */
int smtp_idle_seconds(const struct smtp_session *session);

/* Sends one message.  Every recipient has a verdict afterwards, whatever happened.
 * *queue_id (may be NULL) gets what the server calls the message, or NULL; g_free(). */
void smtp_send(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count, char **queue_id);

/* The same in two steps, for one message after the other.  smtp_begin() sends all of the message;
 * NULL: nothing more is to come, every recipient has a verdict.  smtp_end() waits for the server's
 * word on it and frees the transaction.  What they are given must live until then. */
struct smtp_transaction;
struct smtp_transaction *smtp_begin(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count);
void smtp_end(struct smtp_transaction *transaction, char **queue_id);
/* Between the two: what can be said of the next message already, where the server can pipeline and
 * answers quickly.  The smtp_begin() of that message finds it said; with another message it begins
 * a new connection, as nothing but that takes DATA back. */
void smtp_ahead(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count);

/* What one greets with where the profile names nothing: this machine's full name, which a name
 * server may be asked for, or the address literal that RFC 5321 4.1.4 wants instead.  g_free(). */
char *smtp_own_name(void);

/* Who answered: "mail.example.test [192.0.2.1]:587"; the server's name before there was a
 * connection.  Borrowed. */
const char *smtp_peer(const struct smtp_session *session);

/* Its name and, where known, address: "mail.example.test [192.0.2.1]".  Borrowed. */
const char *smtp_host(const struct smtp_session *session);

/* Whether it sends the reports that it is asked for (DSN). */
bool smtp_reports(const struct smtp_session *session);

/* What was said since the last call, lines as of PR_EMAPI_JOURNEY (emapispi.h), parted by newlines;
 * "" is nothing.  Secrets are masked.  g_free(). */
char *smtp_take_journey(struct smtp_session *session);

#endif
