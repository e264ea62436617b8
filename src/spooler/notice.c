/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <stdlib.h>
#include <string.h>
#include <mapidefs.h>
#include "advice.h"

const char *
notice_prefix(enum spool_notice notice)
{
	return notice == NOTICE_DELAY     ? "Delayed: "
	       : notice == NOTICE_RELAYED ? "Relayed: "
					  : "Undeliverable: ";
}

char *
notice_class(enum spool_notice notice, const char *original)
{
	return g_strdup_printf("REPORT.%s.%s", original && *original ? original : "IPM.Note",
	    notice == NOTICE_DELAY     ? "Delayed"
	    : notice == NOTICE_RELAYED ? "DR"
				       : "NDR");
}

/* Codes */

/* Class, subject and detail of an enhanced status (RFC 3463), zeros where it is none. */
struct status {
	int class, subject, detail;
};

static struct status
parse_status(const struct spool_recipient *r)
{
	struct status s = { 0, 0, 0 };
	char *end = NULL;

	s.class = (int)strtol(r->enhanced, &end, 10);
	if (end && *end == '.')
		s.subject = (int)strtol(end + 1, &end, 10);
	if (end && *end == '.')
		s.detail = (int)strtol(end + 1, &end, 10);
	if ((s.class != 2 && s.class != 4 && s.class != 5) || s.subject < 0 || s.subject > 9 ||
	    s.detail < 0 || s.detail > 999)
		return (struct status){ 0, 0, 0 };
	return s;
}

/* What the code of an old server comes to (RFC 5321 4.2.3). */
static struct status
status_of(const struct spool_recipient *r)
{
	static const struct {
		int code;
		struct status status;
	} codes[] = {
		{ 550, { 5, 1, 1 } },
		{ 551, { 5, 1, 6 } },
		{ 552, { 5, 2, 2 } },
		{ 553, { 5, 1, 3 } },
	};
	struct status s = parse_status(r);

	for (size_t i = 0; !s.class && i < G_N_ELEMENTS(codes); i++) {
		if (codes[i].code == r->code)
			s = codes[i].status;
	}
	if (!s.class)
		s = (struct status){ r->code / 100 == 4 || r->code / 100 == 2 ? r->code / 100 : 5,
			0, 0 };
	return s;
}

/* Reasons are those of X.411: 0 transfer failed, 1 unable to transfer, 2 conversion not performed,
 * 5 restricted delivery. */
static const struct {
	int subject, detail; /* -1: any */
	int reason, diag;
	const char *advice;
} meanings[] = {
	{ 1, 3, 1, MAPI_DIAG_MAIL_ADDRESS_INCORRECT, "Check how the address is written." },
	{ 1, 4, 1, MAPI_DIAG_OR_NAME_AMBIGUOUS, "Ask the recipient for the exact address." },
	{ 1, 6, 1, MAPI_DIAG_MAIL_RECIPIENT_MOVED, "Ask the recipient for the new address." },
	{ 1, -1, 1, MAPI_DIAG_OR_NAME_UNRECOGNIZED,
	    "Check the address: the server knows nobody of that name." },
	{ 2, 2, 1, MAPI_DIAG_RECIPIENT_UNAVAILABLE,
	    "The recipient's mailbox is full: ask by another way, and send again later." },
	{ 2, 3, 1, MAPI_DIAG_CONTENT_TOO_LONG, "Make the message smaller, and send it again." },
	{ 2, -1, 1, MAPI_DIAG_RECIPIENT_UNAVAILABLE,
	    "The recipient's mailbox takes no mail: ask by another way." },
	{ 3, 4, 1, MAPI_DIAG_CONTENT_TOO_LONG, "Make the message smaller, and send it again." },
	{ 4, 6, 1, MAPI_DIAG_LOOP_DETECTED,
	    "Tell the server's postmaster: mail runs in a circle." },
	{ 4, 7, 0, MAPI_DIAG_MAXIMUM_TIME_EXPIRED,
	    "Send it again when the server can be reached." },
	{ 4, -1, 0, MAPI_DIAG_MTS_CONGESTED, "Send it again later." },
	{ 5, 3, 1, MAPI_DIAG_TOO_MANY_RECIPIENTS, "Send it to fewer recipients at a time." },
	{ 6, -1, 2, MAPI_DIAG_CONTENT_TYPE_UNSUPPORTED,
	    "The server cannot take this kind of content." },
	{ 7, -1, 5, MAPI_DIAG_SUBMISSION_PROHIBITED,
	    "The server does not allow this: show its words to its postmaster, or to yours." },
};

static int
meaning_of(const struct status *s)
{
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
		if (meanings[i].subject == s->subject &&
		    (meanings[i].detail < 0 || meanings[i].detail == s->detail))
			return (int)i;
	}
	return -1;
}

void
notice_codes(const struct spool_recipient *r, int *reason, int *diag, int *status)
{
	struct status s = status_of(r);
	int meaning = meaning_of(&s);

	*reason = meaning < 0 ? 1 : meanings[meaning].reason;
	*diag = meaning < 0 ? MAPI_DIAG_NO_DIAGNOSTIC : meanings[meaning].diag;
	*status = s.class * 100 + s.subject * 10 + s.detail;
}

/* Words */

static char *
local_time(gint64 when)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(when / G_USEC_PER_SEC);

	return time ? g_date_time_format(time, "%a, %d %b %Y %H:%M:%S %z") : g_strdup("-");
}

char *
notice_line(const struct spool_recipient *r)
{
	g_autofree char *code = g_strdup_printf("%d", r->code);
	const char *text = *r->text ? r->text : "no reason was given";
	bool quoted = !r->code || strstr(text, code);

	return g_strdup_printf("%s%s%s%s%s", r->server, *r->server ? " said: " : "",
	    quoted ? "" : code, quoted ? "" : " ", text);
}

/* Every line of a text that may have several, indented. */
static void
add_indented(GString *out, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		g_strchomp(lines[i]);
		if (*lines[i])
			g_string_append_printf(out, "        %s\r\n", lines[i]);
	}
}

/* Who is given up was refused for now until then: nothing is tried again, whatever the advice for
 * such a reply says. */
static char *
given_up(const struct advice *advice)
{
	char *text = g_strdup_printf(
	    "%s; it was tried for as long as the profile says: send it again later, or "
	    "reach the recipient another way.",
	    advice->cause);

	text[0] = g_ascii_toupper(text[0]);
	return text;
}

/* What the reply means and what to do (data/replies.tsv, else the kind of its status); "" where
 * nothing is known.  g_free(). */
static char *
advice_for(const struct spool_recipient *r, enum spool_notice notice)
{
	const struct advice *advice = advice_find(r->code, r->enhanced, r->text);
	struct status s = status_of(r);
	int meaning = meaning_of(&s);

	if (notice == NOTICE_RELAYED)
		return g_strdup("");
	if (advice && notice == NOTICE_NDR && r->code / 100 == 4)
		return given_up(advice);
	if (advice)
		return advice_sentence(advice);
	return g_strdup(notice == NOTICE_NDR && meaning >= 0 ? meanings[meaning].advice : "");
}

static void
add_recipient(GString *out, const struct spool_recipient *r, enum spool_notice notice)
{
	g_autofree char *line = notice_line(r);
	g_autofree char *advice = advice_for(r, notice);

	if (*r->name && strcmp(r->name, r->address) != 0)
		g_string_append_printf(out, "    %s <%s>\r\n", r->name, r->address);
	else
		g_string_append_printf(
		    out, "    %s\r\n", *r->address ? r->address : "(no address)");
	add_indented(out, line);
	if (!strstr(line, advice))
		add_indented(out, advice);
	if (notice == NOTICE_DELAY && r->next) {
		g_autofree char *next = local_time(r->next);

		g_string_append_printf(out, "        Next try: %s\r\n", next);
	}
	g_string_append(out, "\r\n");
}

static void
add_opening(GString *out, const struct spool_telling *t)
{
	guint here = t->message->recipients->len;

	if (t->notice == NOTICE_DELAY)
		g_string_append(out,
		    "Your message has not reached the recipients below yet.  It is tried again by "
		    "itself: there is no need to send it again.\r\n\r\n");
	else if (t->notice == NOTICE_RELAYED)
		g_string_append(out,
		    "Your message was handed on for the recipients below.  You asked for a report "
		    "of its delivery; who took it does not send any, so that this is the last "
		    "that will be heard unless it comes back.\r\n\r\n");
	else if (here == t->total)
		g_string_append(out, t->total == 1
					 ? "Your message did not reach its recipient.\r\n\r\n"
					 : "Your message reached none of its recipients.\r\n\r\n");
	else
		g_string_append(out, "Your message did not reach the recipients below.\r\n\r\n");
}

static void
add_rest(GString *out, const struct spool_telling *t)
{
	if (t->sent && t->notice != NOTICE_RELAYED)
		g_string_append_printf(
		    out, "%u other%s got it.  ", t->sent, t->sent > 1 ? "s" : "");
	if (t->notice == NOTICE_NDR && t->waiting)
		g_string_append_printf(out, "For %u other%s it is still being tried.  ", t->waiting,
		    t->waiting > 1 ? "s" : "");
	if (t->notice == NOTICE_DELAY && t->expires) {
		g_autofree char *expires = local_time(t->expires);

		g_string_append_printf(out, "It is given up after %s.  ", expires);
	}
}

char *
notice_body(const struct spool_telling *t, const char *where)
{
	const struct spool_message *m = t->message;
	g_autofree char *submitted = local_time(m->submitted);
	GString *out = g_string_new(NULL);
	gsize size = 0;
	const guint8 *key = g_bytes_get_data(m->key, &size);

	add_opening(out, t);
	g_string_append_printf(
	    out, "    Subject: %s\r\n    Sent:    %s\r\n\r\n", m->subject, submitted);
	for (guint i = 0; i < m->recipients->len; i++)
		add_recipient(out, g_ptr_array_index(m->recipients, i), t->notice);
	add_rest(out, t);
	g_string_append_printf(out, "%s\r\n", where);
	if (size >= 4)
		g_string_append_printf(out,
		    "\r\nEvery try: emapi queue show --dialogue %02X%02X%02X%02X\r\n", key[0],
		    key[1], key[2], key[3]);
	return g_string_free(out, FALSE);
}
