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

/* Commands sent ahead of their replies; keeps either side's buffers from filling up. */
#define GROUP_MAX 50
/* A server that took longer to answer a message is given nothing ahead: what waits behind it may be
 * sent by another way. */
#define AHEAD_QUICK (250 * (gint64)1000)
/* One that has answered nothing of an envelope sent ahead for so long has lost it. */
#define AHEAD_SECONDS 30

void
smtp_recipient_clear(struct smtp_recipient *recipient)
{
	g_clear_pointer(&recipient->enhanced, g_free);
	g_clear_pointer(&recipient->text, g_free);
	g_clear_pointer(&recipient->wire, g_free);
	recipient->accepted = false;
	recipient->decided = false;
	recipient->from_server = false;
	recipient->unreachable = false;
	recipient->code = 0;
}

void
smtp_decide(struct smtp_recipient *recipient, enum smtp_class class, int code, const char *enhanced,
    const char *text)
{
	char *own_enhanced = g_strdup(enhanced), *own_text = g_strdup(text);

	g_free(recipient->enhanced);
	g_free(recipient->text);
	recipient->enhanced = own_enhanced;
	recipient->text = own_text;
	recipient->class = class;
	recipient->code = code;
	recipient->decided = true;
}

void
smtp_decide_all(struct smtp_transaction *mail, enum smtp_class class, int code,
    const char *enhanced, const char *text)
{
	size_t i;

	for (i = 0; i < mail->count; i++) {
		if (!mail->recipients[i].decided)
			smtp_decide(&mail->recipients[i], class, code, enhanced, text);
	}
}

static void
decide_error(struct smtp_transaction *mail, const struct smtp_error *error)
{
	if (error->text)
		smtp_decide_all(mail, error->class, error->code, error->enhanced, error->text);
}

/* A hold is the profile's fault: what to do about it is said with the server's words. */
static char *
words_of(const struct smtp_transaction *mail, const struct smtp_reply *reply)
{
	char *text = smtp_reply_text(reply), *advice, *whole;

	if (smtp_classify(reply) != SMTP_HOLD)
		return text;
	advice = smtp_advice(reply);
	whole = g_strdup_printf("%s says: %s.%s", smtp_peer(mail->session), text, advice);
	g_free(advice);
	g_free(text);
	return whole;
}

/* A verdict from a reply, for one recipient or (NULL) all that have none yet.  Only after the
 * message can it be good: a success in another place is a server that lost its way. */
static void
decide_reply(struct smtp_transaction *mail, struct smtp_recipient *recipient)
{
	const struct smtp_reply *reply = &mail->session->reply;
	enum smtp_class class = smtp_classify(reply);
	char *enhanced = smtp_reply_enhanced(reply);
	char *text = words_of(mail, reply);
	size_t i;

	if (class == SMTP_ACCEPTED && !mail->complete)
		class = SMTP_TEMPORARY;
	for (i = 0; i < mail->count; i++) {
		if (mail->recipients[i].decided || (recipient && recipient != &mail->recipients[i]))
			continue;
		smtp_decide(&mail->recipients[i], class, reply->code, enhanced, text);
		mail->recipients[i].from_server = true;
	}
	g_free(enhanced);
	g_free(text);
}

/* The next reply of the transaction; false when there will be none, all undecided then. */
static bool
next_reply(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	unsigned seconds = smtp_reply_seconds(session);

	if (mail->went_ahead && !mail->answered)
		seconds = MIN(seconds, AHEAD_SECONDS);
	if (!smtp_read(session, seconds, mail->error))
		return false;
	if (session->reply.code == 421) {
		char *quote = smtp_reply_quote(&session->reply);

		smtp_error_set(mail->error, SMTP_TEMPORARY, "%s closed the connection: %s",
		    smtp_peer(session), quote);
		smtp_error_codes(mail->error, &session->reply);
		g_free(quote);
		return false;
	}
	mail->answered = true;
	return true;
}

static bool
send_mail_from(struct smtp_transaction *mail)
{
	const struct smtp_caps *caps = &mail->session->caps;
	GString *line = g_string_new(NULL);
	bool ok;

	g_string_printf(line, "MAIL FROM:<%s>", mail->sender);
	if (caps->size)
		g_string_append_printf(line, " SIZE=%" G_GUINT64_FORMAT, mail->mail->size);
	if (caps->eightbit && (mail->mail->needs_8bit || mail->smtputf8))
		g_string_append(line, " BODY=8BITMIME");
	if (mail->smtputf8)
		g_string_append(line, " SMTPUTF8");
	if (caps->dsn && mail->mail->ret)
		g_string_append_printf(line, " RET=%s", mail->mail->ret);
	if (caps->dsn && mail->mail->envid)
		g_string_append_printf(line, " ENVID=%s", mail->mail->envid);
	ok = smtp_command(mail->session, mail->error, "%s", line->str);
	g_string_free(line, TRUE);
	return ok;
}

static bool
send_rcpt_to(struct smtp_transaction *mail, const struct smtp_recipient *recipient)
{
	bool notify = mail->session->caps.dsn && recipient->notify;

	return smtp_command(mail->session, mail->error, "RCPT TO:<%s>%s%s", recipient->wire,
	    notify ? " NOTIFY=" : "", notify ? recipient->notify : "");
}

/* MAIL's answer.  False: nobody gets the mail; all have their verdict. */
static bool
read_mail_from(struct smtp_transaction *mail)
{
	if (!next_reply(mail))
		return false;
	if (mail->session->reply.code / 100 == 2)
		return true;
	decide_reply(mail, NULL);
	return false;
}

static bool
read_rcpt_to(struct smtp_transaction *mail, struct smtp_recipient *recipient)
{
	int code;

	if (!next_reply(mail))
		return false;
	code = mail->session->reply.code;
	if (code / 100 == 2) {
		recipient->accepted = true;
		mail->accepted++;
		return true;
	}
	decide_reply(mail, recipient);
	/* Without 5.2.2 an old server means "too many", not "mailbox full" (RFC 5321 4.5.3.1.10).
	 */
	if (code == 552 && !recipient->enhanced && mail->accepted > 0)
		recipient->class = SMTP_TEMPORARY;
	return true;
}

/* The recipients from `at` on that get a RCPT, as many as one group has; *end behind the last. */
static bool
send_group(struct smtp_transaction *mail, size_t at, size_t limit, size_t *end)
{
	size_t sent = 0;

	for (; at < mail->count && sent < limit; at++) {
		if (mail->recipients[at].decided)
			continue;
		if (!send_rcpt_to(mail, &mail->recipients[at]))
			return false;
		sent++;
	}
	*end = at;
	return true;
}

static bool
read_group(struct smtp_transaction *mail, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (!mail->recipients[at].decided && !read_rcpt_to(mail, &mail->recipients[at]))
			return false;
	}
	return true;
}

/* Reads away the answers to RCPTs that went out together with a refused MAIL. */
static void
skip_group(struct smtp_transaction *mail, size_t count)
{
	while (count-- > 0 && next_reply(mail))
		;
}

static bool
may_pipeline(const struct smtp_session *session)
{
	return session->caps.pipelining && !session->options->no_pipelining;
}

static bool
by_chunks(const struct smtp_session *session)
{
	return session->caps.chunking && !session->options->no_chunking;
}

/* MAIL, the RCPTs of the first group and, where it is sent ahead, DATA. */
static bool
send_first(struct smtp_transaction *mail, bool ahead, size_t *end)
{
	struct smtp_session *session = mail->session;

	if (!send_mail_from(mail) ||
	    (may_pipeline(session) && !send_group(mail, 0, GROUP_MAX, end)))
		return false;
	return !ahead || by_chunks(session) || smtp_command(session, mail->error, "DATA");
}

/* The same, unless it is at the server already. */
static bool
send_or_sent(struct smtp_transaction *mail, size_t *end)
{
	struct smtp_session *session = mail->session;
	GByteArray *ahead = session->ahead;

	mail->went_ahead = ahead->len > 0;
	if (!send_first(mail, mail->went_ahead, end))
		return false;
	if (!mail->went_ahead)
		return true;
	if (session->output->len != ahead->len ||
	    memcmp(session->output->data, ahead->data, ahead->len) != 0) {
		/* Another message's: there is no way back from DATA but to cut. */
		session->dead = true;
		mail->went_ahead = false;
		mail->not_this = true;
		return false;
	}
	g_byte_array_set_size(session->output, 0);
	g_byte_array_set_size(ahead, 0);
	mail->data_said = !by_chunks(session);
	return true;
}

/* DATA went along with the envelope, and nobody was accepted.  A server that says 354 all the same
 * gets a message of nothing and refuses it (RFC 2920 3.1). */
static void
send_nothing(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;

	mail->data_said = false;
	if (next_reply(mail) && session->reply.code == 354 &&
	    smtp_write(session, ".\r\n", 3, mail->error))
		next_reply(mail);
}

/* MAIL and all RCPTs.  True: go on where somebody was accepted.  False: the connection is lost, or
 * MAIL was refused; mail->error tells where it has text. */
static bool
envelope(struct smtp_transaction *mail)
{
	bool ahead = may_pipeline(mail->session);
	size_t at = 0, end = 0, group, i;

	if (!send_or_sent(mail, &end))
		return false;
	for (i = 0, group = 0; i < end; i++)
		group += !mail->recipients[i].decided;
	if (!read_mail_from(mail)) {
		if (mail->answered)
			skip_group(mail, group);
		if (mail->answered && mail->data_said && !mail->session->dead)
			send_nothing(mail);
		return false;
	}
	if (!read_group(mail, 0, end))
		return false;
	for (at = end; at < mail->count; at = end) {
		if (!send_group(mail, at, ahead ? GROUP_MAX : 1, &end) ||
		    !read_group(mail, at, end))
			return false;
	}
	return true;
}

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
	decide_reply(mail, NULL);
}

/* The connection broke while the message went out; the server may have said why. */
static void
broken_body(struct smtp_transaction *mail)
{
	if (smtp_last_words(mail->session) && mail->session->reply.code >= 400)
		decide_reply(mail, NULL);
	decide_error(mail, mail->error);
}

/* The message; mail->outstanding where nothing is missing but the server's word on it. */
static void
body(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;

	if (by_chunks(session)) {
		switch (smtp_send_chunks(mail)) {
		case SMTP_BODY_SENT:
			mail->outstanding = true;
			return;
		case SMTP_BODY_REFUSED:
			decide_reply(mail, NULL);
			return;
		default:
			broken_body(mail);
			return;
		}
	}
	if ((!mail->data_said && !smtp_command(session, mail->error, "DATA")) ||
	    !next_reply(mail)) {
		decide_error(mail, mail->error);
		return;
	}
	if (session->reply.code != 354) {
		decide_reply(mail, NULL);
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
	decide_error(mail, mail->error);
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
	if (!envelope(mail)) {
		if (may_repeat && !mail->answered)
			return false;
	} else if (mail->accepted > 0) {
		body(mail);
	} else if (mail->data_said) {
		send_nothing(mail);
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
	decide_error(mail, mail->error);
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

	smtp_guard_begin(&guard);
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

	smtp_guard_begin(&guard);
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
	if (send_first(mail, true, &end) && end == mail->count) {
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
	    session->ahead->len > 0 || !may_pipeline(session) || count > GROUP_MAX)
		return;
	transaction = transaction_new(session, mail, recipients, count);
	smtp_guard_begin(&guard);
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

	smtp_guard_begin(&guard);
	if (session->ahead->len > 0)
		smtp_drop(session);
	if (smtp_addresses_check(&transaction) > 0 && smtp_ready(session, &reused, error) &&
	    smtp_addresses_for(&transaction) > 0)
		ok = send_mail_from(&transaction) && read_mail_from(&transaction);
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
