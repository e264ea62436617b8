/* SPDX-License-Identifier: MIT */
/*
 * The mail transaction: MAIL, RCPT for each recipient, then the message by DATA or BDAT.
 *
 * Each recipient's reply is its own; the final reply is for all that were accepted.  DATA is not
 * sent together with RCPT: where nobody was accepted there is no message.  From the final dot
 * until its answer the mail may be the server's already: a cut there is told as such.
 *
 * While that answer is awaited the next message's envelope, with its DATA, may be sent already
 * (smtp_ahead; RFC 2920 3.1 has the end of one message and the MAIL of the next in one group).  Its
 * message is not: at most one is between its final dot and its answer.
 */
#include <string.h>

#include "smtp_guard.h"
#include "smtp_mail.h"
#include "smtp_private.h"

/* A server that took longer to answer a message is given nothing ahead: what waits behind it may be
 * sent by another way. */
#define AHEAD_QUICK (250 * (gint64)1000)

/* The final reply, for all that were accepted. */
static void
final_reply(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	gint64 began = g_get_monotonic_time();

	/* RFC 5321 4.5.3.2.6: a server may take ten minutes here. */
	if (!smtp_read(session, 2 * smtp_reply_seconds(session), mail->error)) {
		char *text =
		    g_strdup_printf("%s The whole message was sent and the server did not "
				    "say whether it took it: the next try may deliver it twice.",
			mail->error->text);

		/* The verdict is followed by that of the next try; this stays on record. */
		smtp_note(session, "* the server did not say whether it took the message: the next "
				   "try may deliver it twice");
		smtp_decide_all(mail, SMTP_TEMPORARY, 0, NULL, text);
		g_free(text);
		return;
	}
	mail->complete = true;
	session->answer_took = g_get_monotonic_time() - began;
	if (session->reply.code / 100 == 2) {
		mail->queue_id = smtp_reply_queue_id(&session->reply);
		session->messages++;
	}
	smtp_decide_reply(mail, NULL);
}

/* The connection broke while the message went out; the server may have said why. */
static void
broken_body(struct smtp_transaction *mail)
{
	if (smtp_last_words(mail->session) && mail->session->reply.code >= 400)
		smtp_decide_reply(mail, NULL);
	smtp_decide_error(mail, mail->error);
}

/* False: it is not to be sent now, all have their verdict.  There is no way back from DATA. */
static bool
may_go(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	const struct smtp_options *options = session->options;
	g_autofree char *why = NULL;

	if (!options->hand_over || options->hand_over(options->hand_over_context, &why))
		return true;
	session->dead = session->dead || mail->data_said;
	smtp_decide_all(mail, SMTP_TEMPORARY, 0, NULL, why);
	return false;
}

/* The message; mail->outstanding where nothing is missing but the server's word on it. */
static void
body(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;

	if (!may_go(mail))
		return;
	if (smtp_by_chunks(session)) {
		switch (smtp_send_chunks(mail)) {
		case SMTP_BODY_SENT:
			mail->outstanding = true;
			return;
		case SMTP_BODY_REFUSED:
			smtp_decide_reply(mail, NULL);
			return;
		default:
			broken_body(mail);
			return;
		}
	}
	if ((!mail->data_said && !smtp_command(session, mail->error, "DATA")) ||
	    !smtp_next_reply(mail)) {
		smtp_decide_error(mail, mail->error);
		return;
	}
	if (session->reply.code != 354) {
		smtp_decide_reply(mail, NULL);
		return;
	}
	if (smtp_send_data(mail) == SMTP_BODY_SENT)
		mail->outstanding = true;
	else
		broken_body(mail);
}

/* Leaves the server without a transaction, for the next message or QUIT. */
static void
reset(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	struct smtp_error ignored = { 0 };

	/* After DATA there is no RSET; a message that was refused leaves nothing behind. */
	if (session->dead || session->ahead->len > 0)
		return;
	if (!smtp_command(session, &ignored, "RSET") ||
	    !smtp_read(session, smtp_reply_seconds(session), &ignored) ||
	    session->reply.code != 250)
		session->dead = true;
	smtp_error_clear(&ignored);
}

/* All that have no verdict yet get one, and the session is left ready for another message. */
static void
conclude(struct smtp_transaction *mail)
{
	bool taken = false;
	size_t i;

	/* Accepted but without a verdict of its own: the connection was lost before the message. */
	smtp_decide_error(mail, mail->error);
	for (i = 0; i < mail->count; i++)
		taken = taken || mail->recipients[i].class == SMTP_ACCEPTED;
	if (!taken)
		reset(mail);
	if (mail->session->dead)
		smtp_drop(mail->session);
}

/* False: the connection was no more, nothing was handed over, and it may be tried again. */
static bool
transact(struct smtp_transaction *mail, bool may_repeat)
{
	if (!smtp_envelope(mail)) {
		if (may_repeat && !mail->answered)
			return false;
	} else if (mail->accepted > 0) {
		body(mail);
	} else if (mail->data_said) {
		smtp_send_nothing(mail);
	}
	if (!mail->outstanding)
		conclude(mail);
	return true;
}

/* No session: whatever the reason, nobody has been handed anything. */
static void
decide_unreachable(struct smtp_transaction *mail)
{
	size_t i;

	for (i = 0; i < mail->count; i++)
		mail->recipients[i].unreachable = !mail->recipients[i].decided;
	smtp_decide_error(mail, mail->error);
}

static void
run(struct smtp_transaction *mail)
{
	bool reused = false;
	int attempt;

	for (attempt = 0; attempt < 2; attempt++) {
		if (!smtp_ready(mail->session, &reused, mail->error)) {
			decide_unreachable(mail);
			return;
		}
		if (smtp_addresses_for(mail) == 0)
			return;
		if (transact(mail, reused && attempt == 0))
			return;
		mail->session->never_ahead = mail->session->never_ahead || mail->went_ahead;
		smtp_note(mail->session, "* %s; connecting anew",
		    mail->not_this     ? "the server waits for another message"
		    : mail->went_ahead ? "the server has lost what was said before its turn"
				       : "the idle connection had ended");
		smtp_error_clear(mail->error);
		smtp_drop(mail->session);
	}
}

static void
transaction_free(struct smtp_transaction *mail)
{
	g_free(mail->queue_id);
	g_free(mail->sender);
	smtp_error_clear(&mail->own_error);
	g_free(mail);
}

static struct smtp_transaction *
transaction_new(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count)
{
	struct smtp_transaction *transaction = g_new0(struct smtp_transaction, 1);
	size_t i;

	transaction->session = session;
	transaction->mail = mail;
	transaction->recipients = recipients;
	transaction->count = count;
	transaction->error = &transaction->own_error;
	for (i = 0; i < count; i++) {
		smtp_recipient_clear(&recipients[i]);
		recipients[i].class = SMTP_TEMPORARY;
	}
	return transaction;
}

struct smtp_transaction *
smtp_begin(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count)
{
	struct smtp_transaction *transaction = transaction_new(session, mail, recipients, count);
	struct smtp_guard guard;

	smtp_guard_begin(&guard, session);
	if (smtp_addresses_check(transaction) > 0)
		run(transaction);
	smtp_guard_end(&guard);
	if (transaction->outstanding)
		return transaction;
	smtp_decide_all(transaction, SMTP_TEMPORARY, 0, NULL, "no verdict");
	transaction_free(transaction);
	return NULL;
}

void
smtp_end(struct smtp_transaction *transaction, char **queue_id)
{
	struct smtp_guard guard;

	smtp_guard_begin(&guard, transaction->session);
	final_reply(transaction);
	conclude(transaction);
	smtp_guard_end(&guard);
	smtp_decide_all(transaction, SMTP_TEMPORARY, 0, NULL, "no verdict");
	if (queue_id)
		*queue_id = g_steal_pointer(&transaction->queue_id);
	transaction_free(transaction);
}

void
smtp_send(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count, char **queue_id)
{
	struct smtp_transaction *transaction = smtp_begin(session, mail, recipients, count);

	if (queue_id)
		*queue_id = NULL;
	if (transaction)
		smtp_end(transaction, queue_id);
}

/* Its words are no part of the journey yet: that is another message's now. */
static void
write_ahead(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	bool keeps_journey = session->keeps_journey;
	size_t end = 0;

	session->keeps_journey = false;
	if (smtp_send_first(mail, true, &end) && end == mail->count) {
		g_byte_array_append(session->ahead, session->output->data, session->output->len);
		smtp_flush(session, mail->error);
	} else {
		g_byte_array_set_size(session->output, 0);
	}
	session->keeps_journey = keeps_journey;
}

void
smtp_ahead(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count)
{
	struct smtp_transaction *transaction;
	struct smtp_guard guard;

	if (!smtp_wire_open(session) || session->dead || session->never_ahead ||
	    session->messages == 0 || session->answer_took > AHEAD_QUICK ||
	    session->ahead->len > 0 || !smtp_may_pipeline(session) || count > SMTP_GROUP_MAX)
		return;
	transaction = transaction_new(session, mail, recipients, count);
	smtp_guard_begin(&guard, session);
	if (smtp_addresses_check(transaction) == count && smtp_addresses_for(transaction) == count)
		write_ahead(transaction);
	smtp_guard_end(&guard);
	transaction_free(transaction);
}

/* The sender's address stands for a recipient, who gets the verdict. */
bool
smtp_check(struct smtp_session *session, const char *from, struct smtp_error *error)
{
	struct smtp_recipient nobody = { .address = from };
	struct smtp_mail mail = { .from = from, .fd = -1 };
	struct smtp_transaction transaction = {
		.session = session, .mail = &mail, .recipients = &nobody, .count = 1, .error = error
	};
	struct smtp_error ignored = { 0 };
	struct smtp_guard guard;
	bool reused, ok = false;

	smtp_guard_begin(&guard, session);
	if (session->ahead->len > 0)
		smtp_drop(session);
	if (smtp_addresses_check(&transaction) > 0 && smtp_ready(session, &reused, error) &&
	    smtp_addresses_for(&transaction) > 0)
		ok = smtp_ask_sender(&transaction);
	if (!ok && !error->text && nobody.decided) {
		smtp_error_set(error, nobody.class, "%s says: %s", smtp_peer(session), nobody.text);
		error->code = nobody.code;
		error->enhanced = g_strdup(nobody.enhanced);
		smtp_note_failure(session, "sender", error);
	}
	if (smtp_wire_open(session) && !session->dead && transaction.answered &&
	    smtp_command(session, &ignored, "RSET"))
		smtp_read(session, smtp_reply_seconds(session), &ignored);
	smtp_error_clear(&ignored);
	smtp_recipient_clear(&nobody);
	g_free(transaction.sender);
	smtp_guard_end(&guard);
	return ok;
}
