/* SPDX-License-Identifier: MIT */
/* One mail transaction, as smtp_mail.c and its parts share it. */
#ifndef EMAPI_SMTP_MAIL_H
#define EMAPI_SMTP_MAIL_H

#include "smtp_private.h"

struct smtp_transaction {
	struct smtp_session *session;
	const struct smtp_mail *mail;
	struct smtp_recipient *recipients;
	size_t count;
	struct smtp_error *error; /* why the connection was lost; no text: it was not */
	struct smtp_error own_error;
	char *sender;     /* as sent; owned */
	bool smtputf8;    /* MAIL says SMTPUTF8 */
	bool answered;    /* the server has answered something in it */
	bool went_ahead;  /* the envelope was sent before its turn (smtp_ahead) */
	bool data_said;   /* and DATA with it */
	bool not_this;    /* what was sent so was another message's */
	bool outstanding; /* the whole message was sent; its answer is to come */
	bool complete;    /* the whole message was sent, and answered */
	size_t accepted;  /* RCPTs */
	char *queue_id;
};

/* --- smtp_verdict.c --- */

/* A recipient's verdict, replacing one it has.  The texts are copied. */
void smtp_decide(struct smtp_recipient *recipient, enum smtp_class class, int code,
    const char *enhanced, const char *text);
/* The same for all that have none. */
void smtp_decide_all(struct smtp_transaction *mail, enum smtp_class class, int code,
    const char *enhanced, const char *text);

/* The same by why the connection was lost; nothing where `error` has no text. */
void smtp_decide_error(struct smtp_transaction *mail, const struct smtp_error *error);
/* A verdict from a reply, for one recipient or (NULL) all that have none yet.  Only after the
 * message can it be good: a success in another place is a server that lost its way. */
void smtp_decide_reply(struct smtp_transaction *mail, struct smtp_recipient *recipient);

/* --- smtp_envelope.c --- */

/* Commands sent ahead of their replies; keeps either side's buffers from filling up. */
#define SMTP_GROUP_MAX 50

/* MAIL and all RCPTs.  True: go on where somebody was accepted.  False: the connection is lost, or
 * MAIL was refused; mail->error tells where it has text. */
bool smtp_envelope(struct smtp_transaction *mail);
/* MAIL alone; false as above. */
bool smtp_ask_sender(struct smtp_transaction *mail);
/* MAIL, the RCPTs of the first group and, where it is sent ahead, DATA. */
bool smtp_send_first(struct smtp_transaction *mail, bool ahead, size_t *end);
/* DATA went along with the envelope, and nobody was accepted.  A server that says 354 all the same
 * gets a message of nothing and refuses it (RFC 2920 3.1). */
void smtp_send_nothing(struct smtp_transaction *mail);
/* The next reply of the transaction; false when there will be none, all undecided then. */
bool smtp_next_reply(struct smtp_transaction *mail);
/* Whether several commands may go out together, and the message by BDAT. */
bool smtp_may_pipeline(const struct smtp_session *session);
bool smtp_by_chunks(const struct smtp_session *session);

/* --- smtp_address.c --- */

/* Before any connection: refuses malformed addresses.  How many recipients have no verdict yet. */
size_t smtp_addresses_check(struct smtp_transaction *mail);
/* With what the server can do: the addresses as sent, and what it cannot take (non-ASCII, too
 * large, 8 bit).  How many recipients have no verdict yet. */
size_t smtp_addresses_for(struct smtp_transaction *mail);

/* --- smtp_body.c --- */

enum smtp_body {
	SMTP_BODY_SENT,    /* to the last byte: the final reply is due */
	SMTP_BODY_REFUSED, /* session->reply says why */
	SMTP_BODY_LOST,    /* mail->error says why; the connection is no more use */
};

/* After 354: the message with its final dot. */
enum smtp_body smtp_send_data(struct smtp_transaction *mail);
/* By BDAT (RFC 3030). */
enum smtp_body smtp_send_chunks(struct smtp_transaction *mail);

#endif
