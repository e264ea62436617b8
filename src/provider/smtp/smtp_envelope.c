/* SPDX-License-Identifier: MIT */
/*
 * The envelope: MAIL, and RCPT for each recipient, in groups where the server takes commands
 * without a pause (RFC 2920).  Each recipient's reply is its own.
 */
#include <string.h>

#include "smtp_mail.h"
#include "smtp_private.h"

/* One that has answered nothing of an envelope sent ahead for so long has lost it. */
#define AHEAD_SECONDS 30

bool
smtp_next_reply(struct smtp_transaction *mail)
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
	if (!smtp_next_reply(mail))
		return false;
	if (mail->session->reply.code / 100 == 2)
		return true;
	smtp_decide_reply(mail, NULL);
	return false;
}

static bool
read_rcpt_to(struct smtp_transaction *mail, struct smtp_recipient *recipient)
{
	int code;

	if (!smtp_next_reply(mail))
		return false;
	code = mail->session->reply.code;
	if (code / 100 == 2) {
		recipient->accepted = true;
		mail->accepted++;
		return true;
	}
	smtp_decide_reply(mail, recipient);
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
	while (count-- > 0 && smtp_next_reply(mail))
		;
}

bool
smtp_may_pipeline(const struct smtp_session *session)
{
	return session->caps.pipelining && !session->options->no_pipelining;
}

bool
smtp_by_chunks(const struct smtp_session *session)
{
	return session->caps.chunking && !session->options->no_chunking;
}

bool
smtp_send_first(struct smtp_transaction *mail, bool ahead, size_t *end)
{
	struct smtp_session *session = mail->session;

	if (!send_mail_from(mail) ||
	    (smtp_may_pipeline(session) && !send_group(mail, 0, SMTP_GROUP_MAX, end)))
		return false;
	return !ahead || smtp_by_chunks(session) || smtp_command(session, mail->error, "DATA");
}

/* The same, unless it is at the server already. */
static bool
send_or_sent(struct smtp_transaction *mail, size_t *end)
{
	struct smtp_session *session = mail->session;
	GByteArray *ahead = session->ahead;

	mail->went_ahead = ahead->len > 0;
	if (!smtp_send_first(mail, mail->went_ahead, end))
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
	mail->data_said = !smtp_by_chunks(session);
	return true;
}

void
smtp_send_nothing(struct smtp_transaction *mail)
{
	struct smtp_session *session = mail->session;

	mail->data_said = false;
	if (smtp_next_reply(mail) && session->reply.code == 354 &&
	    smtp_write(session, ".\r\n", 3, mail->error))
		smtp_next_reply(mail);
}

bool
smtp_ask_sender(struct smtp_transaction *mail)
{
	return send_mail_from(mail) && read_mail_from(mail);
}

bool
smtp_envelope(struct smtp_transaction *mail)
{
	bool ahead = smtp_may_pipeline(mail->session);
	size_t at = 0, end = 0, group, i;

	if (!send_or_sent(mail, &end))
		return false;
	for (i = 0, group = 0; i < end; i++)
		group += !mail->recipients[i].decided;
	if (!read_mail_from(mail)) {
		if (mail->answered)
			skip_group(mail, group);
		if (mail->answered && mail->data_said && !mail->session->dead)
			smtp_send_nothing(mail);
		return false;
	}
	if (!read_group(mail, 0, end))
		return false;
	for (at = end; at < mail->count; at = end) {
		if (!send_group(mail, at, ahead ? SMTP_GROUP_MAX : 1, &end) ||
		    !read_group(mail, at, end))
			return false;
	}
	return true;
}
