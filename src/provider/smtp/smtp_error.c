/* SPDX-License-Identifier: MIT */
/* What replies mean, decided once: retry, wording and advice all come from here. */
#include <string.h>

#include "smtp_private.h"

void
smtp_error_clear(struct smtp_error *error)
{
	g_clear_pointer(&error->enhanced, g_free);
	g_clear_pointer(&error->text, g_free);
	error->class = SMTP_ACCEPTED;
	error->code = 0;
}

void
smtp_error_set(struct smtp_error *error, enum smtp_class class, const char *format, ...)
{
	va_list arguments;

	smtp_error_clear(error);
	va_start(arguments, format);
	error->text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	error->class = class;
}

void
smtp_error_codes(struct smtp_error *error, const struct smtp_reply *reply)
{
	g_free(error->enhanced);
	error->code = reply->code;
	error->enhanced = smtp_reply_enhanced(reply);
}

static bool
says(const struct smtp_reply *reply, const char *enhanced)
{
	char *own = smtp_reply_enhanced(reply);
	bool same = own && strcmp(own, enhanced) == 0;

	g_free(own);
	return same;
}

enum smtp_class
smtp_classify(const struct smtp_reply *reply)
{
	switch (reply->code) {
	case 530: /* authentication required */
	case 534: /* mechanism too weak */
	case 535: /* credentials refused */
	case 538: /* encryption required */
		return SMTP_HOLD;
	case 552: /* "too many recipients" of older servers is temporary (RFC 5321 4.5.3.1.10) */
		if (says(reply, "5.5.3"))
			return SMTP_TEMPORARY;
		return SMTP_PERMANENT;
	default:
		break;
	}
	if (reply->code / 100 == 2)
		return SMTP_ACCEPTED;
	return reply->code / 100 == 5 ? SMTP_PERMANENT : SMTP_TEMPORARY;
}

/* Replies that have a cause which the server does not spell out. */
static const struct {
	int code;
	const char *enhanced; /* NULL: any */
	const char *advice;
} advices[] = {
	{ 535, "5.7.139",
	    " Microsoft 365 has SMTP AUTH switched off for this mailbox or company, or its sign-in "
	    "rules refuse it: ask the administrator to allow authenticated SMTP." },
	{ 550, "5.7.30",
	    " The server no longer takes passwords (basic authentication) here: set Auth to "
	    "xoauth2 and "
	    "give a token as the password." },
	{ 550, "5.7.54",
	    " This server relays to other domains only for those it knows: set User and a "
	    "password, or "
	    "have this machine's address allowed." },
	{ 550, "5.7.60",
	    " The account that logged in may not send as the profile's FromAddress: use its own "
	    "address "
	    "or have the right granted." },
	{ 534, "5.7.9", " The server wants an application password or another way to log in." },
	{ 535, NULL, " Check User and the password of this profile." },
	{ 530, NULL, " The server wants a login first: set User and a password in this profile." },
	{ 538, NULL, " The server wants encryption before login: set TLS to starttls." },
};

const char *
smtp_advice(const struct smtp_reply *reply)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(advices); i++) {
		if (advices[i].code != reply->code)
			continue;
		if (!advices[i].enhanced || says(reply, advices[i].enhanced))
			return advices[i].advice;
	}
	return "";
}
