/* SPDX-License-Identifier: MIT */
/*
 * The mail transaction: MAIL, RCPT for each recipient, then the message by DATA or BDAT.
 *
 * Each recipient's reply is its own; the final reply is for all that were accepted.  DATA is never
 * sent together with RCPT: where nobody was accepted there is no message.  From the final dot
 * until its answer the mail may be the server's already: a cut there is told as such.
 */
#include <string.h>

#include "smtp_guard.h"
#include "smtp_mail.h"
#include "smtp_private.h"

/* Commands sent ahead of their replies; keeps either side's buffers from filling up. */
#define GROUP_MAX 50

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

	if (!smtp_read(session, smtp_reply_seconds(session), mail->error))
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

/* MAIL and all RCPTs.  True: go on where somebody was accepted.  False: the connection is lost, or
 * MAIL was refused; mail->error tells where it has text. */
static bool
envelope(struct smtp_transaction *mail)
{
	bool ahead = mail->session->caps.pipelining && !mail->session->options->no_pipelining;
	size_t at = 0, end = 0, group, i;

	if (!send_mail_from(mail))
		return false;
	if (ahead && !send_group(mail, 0, GROUP_MAX, &end))
		return false;
	for (i = 0, group = 0; i < end; i++)
		group += !mail->recipients[i].decided;
	if (!read_mail_from(mail)) {
		if (mail->answered)
			skip_group(mail, group);
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

static void
body(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;

	if (session->caps.chunking && !session->options->no_chunking) {
		switch (smtp_send_chunks(mail)) {
		case SMTP_BODY_SENT:
			final_reply(mail);
			return;
		case SMTP_BODY_REFUSED:
			decide_reply(mail, NULL);
			return;
		default:
			broken_body(mail);
			return;
		}
	}
	if (!smtp_command(session, mail->error, "DATA") || !next_reply(mail)) {
		decide_error(mail, mail->error);
		return;
	}
	if (session->reply.code != 354) {
		decide_reply(mail, NULL);
		return;
	}
	if (smtp_send_data(mail) == SMTP_BODY_SENT)
		final_reply(mail);
	else
		broken_body(mail);
}

/* Leaves the server without a transaction, for the next message or QUIT. */
static void
reset(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;
	struct smtp_error ignored = { 0 };

	if (session->dead)
		return;
	if (!smtp_command(session, &ignored, "RSET") ||
	    !smtp_read(session, smtp_reply_seconds(session), &ignored) ||
	    session->reply.code != 250)
		session->dead = true;
	smtp_error_clear(&ignored);
}

/* False: the connection was no more, nothing was handed over, and it may be tried again. */
static bool
transact(struct smtp_transaction *mail, bool may_repeat)
{
	bool taken = false;
	size_t i;

	if (!envelope(mail)) {
		if (may_repeat && !mail->answered)
			return false;
	} else if (mail->accepted > 0) {
		body(mail);
	}
	/* Accepted but without a verdict of its own: the connection was lost before the message. */
	decide_error(mail, mail->error);
	for (i = 0; i < mail->count; i++)
		taken = taken || mail->recipients[i].class == SMTP_ACCEPTED;
	if (!taken)
		reset(mail);
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
			break;
		smtp_note(mail->session, "* the idle connection had ended; connecting anew");
		smtp_error_clear(mail->error);
		smtp_drop(mail->session);
	}
	if (mail->session->dead)
		smtp_drop(mail->session);
}

void
smtp_send(struct smtp_session *session, const struct smtp_mail *mail,
    struct smtp_recipient *recipients, size_t count, char **queue_id)
{
	struct smtp_error error = { 0 };
	struct smtp_transaction transaction = {
		.session = session,
		.mail = mail,
		.recipients = recipients,
		.count = count,
		.error = &error,
	};
	struct smtp_guard guard;
	size_t i;

	for (i = 0; i < count; i++) {
		smtp_recipient_clear(&recipients[i]);
		recipients[i].class = SMTP_TEMPORARY;
	}
	smtp_guard_begin(&guard);
	if (smtp_addresses_check(&transaction) > 0)
		run(&transaction);
	smtp_guard_end(&guard);
	smtp_decide_all(&transaction, SMTP_TEMPORARY, 0, NULL, "no verdict");
	if (queue_id)
		*queue_id = g_steal_pointer(&transaction.queue_id);
	g_free(transaction.queue_id);
	g_free(transaction.sender);
	smtp_error_clear(&error);
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
