/* SPDX-License-Identifier: MIT */
/* What was said, for people.  Bounded: a message to thousands does not fill the record with RCPT
 * lines. */
#include <string.h>

#include "smtp_private.h"
#include "text.h"

#define JOURNEY_MAX 300

/* The text, a tab, and "+N".  By hand: this is done a dozen times for each message. */
static char *
timed_line(const char *text, gint64 ms)
{
	size_t size = strlen(text);
	char number[24], *at = number + sizeof(number);
	size_t digits;
	char *line;

	do
		*--at = (char)('0' + ms % 10);
	while ((ms /= 10) > 0);
	digits = (size_t)(number + sizeof(number) - at);
	line = g_malloc(size + 2 + digits + 1);
	memcpy(line, text, size);
	memcpy(line + size, "\t+", 2);
	memcpy(line + size + 2, at, digits);
	line[size + 2 + digits] = '\0';
	return line;
}

/* With the milliseconds since the first line of this try. */
static void
add(struct smtp_session *session, const char *text)
{
	gint64 now = g_get_monotonic_time();
	char *line;

	if (!session->keeps_journey)
		return;
	if (session->journey->len == 0)
		session->began = now;
	line = timed_line(text, (now - session->began + 500) / 1000);
	if (session->options->said)
		session->options->said(session->options->said_context, line);
	if (session->journey->len < JOURNEY_MAX) {
		g_ptr_array_add(session->journey, line);
		return;
	}
	/* The end tells how it went: keep the newest lines of what is over the limit. */
	g_ptr_array_remove_index(session->journey, JOURNEY_MAX / 2);
	g_ptr_array_add(session->journey, line);
	session->journey_left_out++;
}

void
smtp_note(struct smtp_session *session, const char *format, ...)
{
	va_list arguments;
	char *text, *clean;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	clean = text_printable(text);
	g_free(text);
	add(session, clean);
	g_free(clean);
}

void
smtp_facts_clear(struct smtp_session *session)
{
	g_ptr_array_set_size(session->facts, 0);
}

void
smtp_fact(struct smtp_session *session, const char *name, const char *format, ...)
{
	va_list arguments;
	char *text, *clean, *line;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	clean = text_printable(text);
	line = g_strdup_printf("* %s: %s", name, clean);
	add(session, line);
	g_ptr_array_add(session->facts, line);
	g_free(clean);
	g_free(text);
}

void
smtp_facts_again(struct smtp_session *session)
{
	guint i;

	for (i = 0; i < session->facts->len; i++)
		add(session, g_ptr_array_index(session->facts, i));
}

void
smtp_note_failure(struct smtp_session *session, const char *step, const struct smtp_error *error)
{
	smtp_note(session, "! %s: %s", step, error->text ? error->text : "");
}

void
smtp_note_lines(struct smtp_session *session, const char *mark, const char *text, size_t size)
{
	char *copy = g_strndup(text, size);
	char **lines = g_strsplit(copy, "\n", -1);
	int i;

	for (i = 0; lines[i]; i++) {
		g_strchomp(lines[i]);
		if (*lines[i])
			smtp_note(session, "%s%s", mark, lines[i]);
	}
	g_strfreev(lines);
	g_free(copy);
}

/* Challenges of login mechanisms are for machines, but for the short ones ("Username:"). */
#define CHALLENGE_SHOWN 24

/* A challenge stays as it is for the login to read. */
static void
note_challenge(struct smtp_session *session, const char *challenge)
{
	char *text = g_strdup(strlen(challenge) > CHALLENGE_SHOWN ? MASK_SHOWN : challenge);

	mask_apply(session->mask, &text);
	smtp_note(session, "< 334 %s", text);
	g_free(text);
}

void
smtp_note_reply(struct smtp_session *session, struct smtp_reply *reply)
{
	guint i;

	if (reply->code == 334 && reply->lines->len == 1) {
		note_challenge(session, g_ptr_array_index(reply->lines, 0));
		return;
	}
	for (i = 0; reply->lines && i < reply->lines->len; i++) {
		mask_apply(session->mask, (char **)&reply->lines->pdata[i]);
		smtp_note(session, "< %03d%c%s", reply->code, i + 1 < reply->lines->len ? '-' : ' ',
		    (const char *)g_ptr_array_index(reply->lines, i));
	}
}

char **
smtp_take_journey(struct smtp_session *session)
{
	char **lines;

	if (session->journey_left_out > 0) {
		g_ptr_array_insert(session->journey, JOURNEY_MAX / 2,
		    g_strdup_printf("* (%u line%s left out)", session->journey_left_out,
			text_s(session->journey_left_out)));
		session->journey_left_out = 0;
	}
	g_ptr_array_add(session->journey, NULL);
	lines = (char **)g_ptr_array_free(session->journey, FALSE);
	session->journey = g_ptr_array_new_with_free_func(g_free);
	return lines;
}
