/* SPDX-License-Identifier: MIT */
/* What replies mean, decided once: retry, wording and advice all come from here. */
#include <string.h>

#include "advice.h"
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
	case 550: /* no passwords here any more; a login first: Exchange says it in this way */
		return says(reply, "5.7.30") || says(reply, "5.7.57") ? SMTP_HOLD : SMTP_PERMANENT;
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

char *
smtp_advice(const struct smtp_reply *reply)
{
	char *enhanced = smtp_reply_enhanced(reply), *text = smtp_reply_text(reply);
	char *sentence = advice_sentence(advice_find(reply->code, enhanced, text));
	char *advice = g_strdup_printf("%s%s", *sentence ? " " : "", sentence);

	g_free(enhanced);
	g_free(text);
	g_free(sentence);
	return advice;
}
