/* SPDX-License-Identifier: MIT */
/* What was said, for people.  Bounded: a message to thousands does not fill the record with RCPT
 * lines. */
#include <stdio.h>
#include <string.h>

#include "smtp_private.h"
#include "text.h"

#define JOURNEY_MAX 300

#define ELAPSED_MAX 24
#define SHORT_LINE 256

/* A tab and "+N": milliseconds since the first line of this try.  The end of it. */
static char *
put_elapsed(char *at, gint64 ms)
{
	char number[ELAPSED_MAX], *first = number + sizeof(number);

	do
		*--first = (char)('0' + ms % 10);
	while ((ms /= 10) > 0);
	memcpy(at, "\t+", 2);
	return mempcpy(at + 2, first, (size_t)(number + sizeof(number) - first));
}

/* The end tells how it went: of what is over the limit the newest lines stay. */
static void
bound(struct smtp_session *session)
{
	GString *lines = session->journey;
	const char *middle = lines->str + session->journey_middle;

	if (++session->journey_count == JOURNEY_MAX / 2)
		session->journey_middle = lines->len;
	if (session->journey_count <= JOURNEY_MAX)
		return;
	g_string_erase(lines, (gssize)session->journey_middle, strchr(middle, '\n') + 1 - middle);
	session->journey_left_out++;
}

/* One line, made of two parts that can be shown as they are.  All lines are one text, as they are
 * kept in the end: there are a dozen for each message. */
static void
add(struct smtp_session *session, const char *start, const char *text)
{
	gint64 now = g_get_monotonic_time();
	size_t first = strlen(start), second = strlen(text);
	GString *lines = session->journey;
	gsize from = lines->len;
	char *at;

	if (!session->keeps_journey)
		return;
	if (from == 0)
		session->began = now;
	g_string_set_size(lines, from + first + second + ELAPSED_MAX + 2);
	at = mempcpy(mempcpy(lines->str + from, start, first), text, second);
	at = put_elapsed(at, (now - session->began + 500) / 1000);
	g_string_truncate(lines, (gsize)(at - lines->str));
	if (session->options->said)
		session->options->said(session->options->said_context, lines->str + from);
	g_string_append_c(lines, '\n');
	bound(session);
}

void
smtp_note(struct smtp_session *session, const char *format, ...)
{
	g_autofree char *text = NULL, *clean = NULL;
	char line[SHORT_LINE];
	va_list arguments;
	int size;

	if (!session->keeps_journey)
		return;
	va_start(arguments, format);
	size = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (size >= 0 && size < (int)sizeof(line) && text_is_plain(line)) { /* as nearly all are */
		add(session, "", line);
		return;
	}
	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	clean = text_printable(text);
	add(session, "", clean);
}

void
smtp_note_command(struct smtp_session *session, const char *line)
{
	if (text_is_plain(line))
		add(session, "> ", line);
	else
		smtp_note(session, "> %s", line);
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
	add(session, "", line);
	g_ptr_array_add(session->facts, line);
	g_free(clean);
	g_free(text);
}

void
smtp_facts_again(struct smtp_session *session)
{
	guint i;

	for (i = 0; i < session->facts->len; i++)
		add(session, "", g_ptr_array_index(session->facts, i));
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
	char start[] = { '<', ' ', (char)('0' + reply->code / 100 % 10),
		(char)('0' + reply->code / 10 % 10), (char)('0' + reply->code % 10), ' ', '\0' };
	guint i;

	if (reply->code == 334 && reply->lines->len == 1) {
		note_challenge(session, g_ptr_array_index(reply->lines, 0));
		return;
	}
	for (i = 0; reply->lines && i < reply->lines->len; i++) {
		mask_apply(session->mask, (char **)&reply->lines->pdata[i]);
		start[5] = i + 1 < reply->lines->len ? '-' : ' ';
		add(session, start, g_ptr_array_index(reply->lines, i));
	}
}

char *
smtp_take_journey(struct smtp_session *session)
{
	GString *lines = session->journey;
	g_autofree char *left_out = NULL;
	char *taken;

	if (session->journey_left_out > 0) {
		left_out = g_strdup_printf("* (%u line%s left out)\n", session->journey_left_out,
		    text_s(session->journey_left_out));
		g_string_insert(lines, (gssize)session->journey_middle, left_out);
	}
	taken = g_strndup(lines->str, lines->len - (lines->len > 0));
	g_string_truncate(lines, 0);
	session->journey_count = session->journey_left_out = 0;
	return taken;
}
