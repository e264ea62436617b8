/* SPDX-License-Identifier: MIT */
#include "mapisend_follow.h"

#include <stdio.h>
#include "journey.h"
#include "outcome.h"
#include "text.h"

static void step(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* At once: somebody looks on. */
static void
step(const char *format, ...)
{
	g_autofree char *now = outcome_time(g_get_real_time());
	va_list arguments;

	printf("%s ", now);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

void
follow_stored(const struct profile *profile, const char *because, const BYTE *key)
{
	g_autofree char *hex = text_hex(key, LETTER_KEY_SIZE);

	step("profile \"%s\" (%s): %s", profile_name(profile), profile_path(profile), because);
	step("submitted: message %s is on disk in the Outbox and in the outgoing queue", hex);
}

static void
print_attempt(const struct spool_attempt *attempt)
{
	g_autofree char *when = outcome_time(attempt->when);
	g_autofree char *text = text_printable(attempt->text);

	printf("%s %s: %s\n", when, *attempt->transport ? attempt->transport : "spooler", text);
	for (char **line = attempt->journey; *line; line++) {
		g_autofree char *shown = journey_show(*line);

		printf("    %s\n", shown);
	}
	fflush(stdout);
}

static void
print_attempts(struct follow *follow, const BYTE *key)
{
	struct spool_message *message = NULL;

	if (FAILED(spooler_show(key, LETTER_KEY_SIZE, &message)))
		return;
	for (; follow->attempts < message->attempts->len; follow->attempts++)
		print_attempt(message->attempts->pdata[follow->attempts]);
	spool_message_free(message);
}

static void
print_state(const struct spool_message *now)
{
	g_autofree char *text = text_printable(now->text);
	g_autofree char *next = outcome_time(now->next);

	if (now->state == SPOOL_HELD)
		step("held: %s", text);
	else if (now->state == SPOOL_FILED)
		step("filed: it has left the Outbox for the folder of sent mail");
	else if (now->state == SPOOL_FAILED)
		step("refused for every recipient: a report is in the Inbox");
	else if (now->state == SPOOL_CANCELLED)
		step("cancelled: %s", text);
	else if (now->state == SPOOL_WAITING && now->tries > 0)
		step("waits: the next try is at %s", next);
}

void
follow_news(struct follow *follow, const BYTE *key, const struct spool_message *now)
{
	if (now->state == SPOOL_LEASED && !follow->leased) {
		step("leased: a worker of the spooler has it and sends it");
		follow->leased = true;
	}
	if (now->id)
		print_attempts(follow, key);
	if (now->state != follow->state || !now->id)
		print_state(now);
	follow->state = now->state;
}

void
follow_json(const BYTE *key, GString *out)
{
	struct spool_message *message = NULL;

	if (FAILED(spooler_show(key, LETTER_KEY_SIZE, &message)))
		return;
	g_string_truncate(out, 0);
	outcome_json(message, out);
	spool_message_free(message);
}
