/* SPDX-License-Identifier: MIT */
/* What becomes of each recipient of a transaction: see smtp_mail.h. */
#include "smtp_mail.h"
#include "smtp_private.h"

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

void
smtp_decide_error(struct smtp_transaction *mail, const struct smtp_error *error)
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

void
smtp_decide_reply(struct smtp_transaction *mail, struct smtp_recipient *recipient)
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
