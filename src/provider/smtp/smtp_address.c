/* SPDX-License-Identifier: MIT */
/* Who gets the mail as the server understands it, and what it cannot take at all. */
#include <string.h>

#include "address.h"
#include "smtp_mail.h"
#include "text.h"

static size_t
undecided(const struct smtp_transaction *mail)
{
	size_t i, count = 0;

	for (i = 0; i < mail->count; i++)
		count += !mail->recipients[i].decided;
	return count;
}

static void
refuse_malformed(struct smtp_recipient *recipient, const char *why)
{
	char *shown = text_printable(recipient->address ? recipient->address : "");
	char *text = g_strdup_printf("5.1.3 malformed address \"%s\": %s; not sent to the server",
	    shown, why ? why : "it is no mailbox");

	smtp_decide(recipient, SMTP_PERMANENT, 553, "5.1.3", text);
	g_free(shown);
	g_free(text);
}

size_t
smtp_addresses_check(struct smtp_transaction *mail)
{
	char *why = NULL, *shown, *text;
	size_t i;

	for (i = 0; i < mail->count; i++) {
		if (!mail->recipients[i].address ||
		    !address_check(mail->recipients[i].address, &why))
			refuse_malformed(&mail->recipients[i], why);
		g_clear_pointer(&why, g_free);
	}
	if (mail->mail->from && *mail->mail->from && !address_check(mail->mail->from, &why)) {
		shown = text_printable(mail->mail->from);
		text = g_strdup_printf("The sender's address \"%s\" is malformed: %s. Nothing was "
				       "sent. Set FromAddress in this profile.",
		    shown, why);
		smtp_decide_all(mail, SMTP_HOLD, 0, "5.1.7", text);
		g_free(shown);
		g_free(text);
		g_free(why);
	}
	return undecided(mail);
}

/* The address for RCPT or MAIL: as it is in ASCII, with an ASCII domain where only that was not;
 * with UTF-8 where the server takes it.  NULL: it cannot be sent. */
static char *
wire_form(const struct smtp_transaction *mail, const char *address, bool *utf8)
{
	*utf8 = false;
	if (g_str_is_ascii(address))
		return g_strdup(address);
	if (!address_needs_smtputf8(address))
		return address_to_ascii(address);
	*utf8 = true;
	return mail->session->caps.smtputf8 ? g_strdup(address) : NULL;
}

static void
refuse_utf8(struct smtp_transaction *mail, struct smtp_recipient *recipient, bool utf8)
{
	char *text;

	if (utf8)
		text = g_strdup_printf(
		    "5.6.7 %s cannot take addresses with letters beyond ASCII before "
		    "the @ (it has no SMTPUTF8); not sent to the server",
		    smtp_peer(mail->session));
	else
		text =
		    g_strdup("5.1.2 the domain has no ASCII form (IDNA); not sent to the server");
	smtp_decide(recipient, SMTP_PERMANENT, 553, utf8 ? "5.6.7" : "5.1.2", text);
	g_free(text);
}

/* What the message needs of the server. */
static void
check_message(struct smtp_transaction *mail)
{
	const struct smtp_caps *caps = &mail->session->caps;
	const char *peer = smtp_peer(mail->session);
	char *text;

	if (caps->size_max > 0 && mail->mail->size > caps->size_max) {
		text = g_strdup_printf(
		    "5.3.4 the message has %" G_GUINT64_FORMAT " bytes, and %s takes no more than "
		    "%" G_GUINT64_FORMAT
		    "; not sent to the server. Make it smaller, or send large files another way",
		    mail->mail->size, peer, caps->size_max);
		smtp_decide_all(mail, SMTP_PERMANENT, 552, "5.3.4", text);
		g_free(text);
	}
	if (mail->mail->needs_smtputf8 && !caps->smtputf8) {
		text = g_strdup_printf(
		    "5.6.7 the header has an address with letters beyond ASCII, and %s "
		    "has no SMTPUTF8; not sent to the server",
		    peer);
		smtp_decide_all(mail, SMTP_PERMANENT, 554, "5.6.7", text);
		g_free(text);
	}
	if (mail->mail->needs_8bit && !caps->eightbit) {
		text = g_strdup_printf(
		    "5.6.3 the message has bytes beyond ASCII, and %s has no 8BITMIME; "
		    "not sent to the server",
		    peer);
		smtp_decide_all(mail, SMTP_PERMANENT, 554, "5.6.3", text);
		g_free(text);
	}
}

static void
set_sender(struct smtp_transaction *mail)
{
	const char *from = mail->mail->from ? mail->mail->from : "";
	char *text;
	bool utf8;

	g_free(mail->sender);
	mail->sender = wire_form(mail, from, &utf8);
	mail->smtputf8 = mail->mail->needs_smtputf8 || utf8;
	if (mail->sender)
		return;
	text = g_strdup_printf("The sender's address \"%s\" cannot be sent to %s, which has no "
			       "SMTPUTF8. Nothing was sent. Set FromAddress in this profile.",
	    from, smtp_peer(mail->session));
	smtp_decide_all(mail, SMTP_HOLD, 0, "5.6.7", text);
	g_free(text);
}

size_t
smtp_addresses_for(struct smtp_transaction *mail)
{
	struct smtp_recipient *recipient;
	size_t i;
	bool utf8;

	set_sender(mail);
	check_message(mail);
	for (i = 0; i < mail->count; i++) {
		recipient = &mail->recipients[i];
		if (recipient->decided)
			continue;
		g_free(recipient->wire);
		recipient->wire = wire_form(mail, recipient->address, &utf8);
		if (!recipient->wire)
			refuse_utf8(mail, recipient, utf8);
		else
			mail->smtputf8 = mail->smtputf8 || utf8;
	}
	return undecided(mail);
}
