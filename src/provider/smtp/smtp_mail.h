/* SPDX-License-Identifier: MIT */
/* One mail transaction, as smtp_mail.c, smtp_body.c and smtp_address.c share it. */
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

/* A recipient's verdict, replacing one it has.  The texts are copied. */
void smtp_decide(struct smtp_recipient *recipient, enum smtp_class class, int code,
    const char *enhanced, const char *text);
/* The same for all that have none. */
void smtp_decide_all(struct smtp_transaction *mail, enum smtp_class class, int code,
    const char *enhanced, const char *text);

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
