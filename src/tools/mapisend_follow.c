/* SPDX-License-Identifier: MIT */
#include "mapisend_follow.h"

#include <stdio.h>
#include <string.h>
#include "journey.h"
#include "live.h"
#include "outcome.h"
#include "text.h"

struct follow {
	BYTE key[LETTER_KEY_SIZE];
	GMutex lock;  /* of all that follows, and of what is printed */
	bool machine; /* the daemon's store is not for users */
	bool leased;
	guint attempts; /* that were printed */
	enum spool_state state;
	GPtrArray *said; /* of char *: lines that are printed and stand in no attempt yet */
	struct live *live;
	GThread *listener;
};

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

static void
print_line(const char *line)
{
	g_autofree char *shown = journey_explain(line);

	printf("    %s\n", shown);
	fflush(stdout);
}

static void
note_leased(struct follow *follow)
{
	if (!follow->leased)
		step("leased: a worker of the spooler has it and sends it");
	follow->leased = true;
}

/* As it happens */

static void
on_line(const char *line, void *context)
{
	struct follow *follow = context;

	note_leased(follow);
	print_line(line);
	g_ptr_array_add(follow->said, g_strdup(line));
}

static void
listen_now(struct follow *follow)
{
	if (follow->live)
		live_read(follow->live, on_line, follow);
}

static void *
listen_on(void *context)
{
	struct follow *follow = context;

	while (live_wait(follow->live)) {
		g_mutex_lock(&follow->lock);
		listen_now(follow);
		g_mutex_unlock(&follow->lock);
	}
	return NULL;
}

/* A profile of the machine has the daemon's workers, which speak to the daemon alone. */
static struct live *
listen_for(const BYTE *key, bool machine)
{
	int fd = machine ? spooler_follow(key, LETTER_KEY_SIZE) : -1;

	if (!machine)
		return live_open(key, LETTER_KEY_SIZE);
	return fd >= 0 ? live_join(fd) : NULL;
}

struct follow *
follow_create(const BYTE *key, const struct profile *profile, bool live)
{
	struct follow *follow = g_new0(struct follow, 1);

	memcpy(follow->key, key, sizeof(follow->key));
	g_mutex_init(&follow->lock);
	follow->said = g_ptr_array_new_with_free_func(g_free);
	follow->machine = profile_is_machine(profile);
	if (live)
		follow->live = listen_for(key, follow->machine);
	return follow;
}

void
follow_free(struct follow *follow)
{
	if (!follow)
		return;
	if (follow->listener) {
		live_stop(follow->live);
		g_thread_join(follow->listener);
	}
	live_close(follow->live);
	g_ptr_array_unref(follow->said);
	g_mutex_clear(&follow->lock);
	g_free(follow);
}

void
follow_stored(struct follow *follow, const struct profile *profile, const char *because)
{
	g_autofree char *hex = text_hex(follow->key, sizeof(follow->key));

	step("profile \"%s\" (%s): %s", profile_name(profile), profile_path(profile), because);
	step("submitted: message %s is on disk in the Outbox and in the outgoing queue%s", hex,
	    follow->machine ? " of the machine's mail service" : "");
	if (follow->live)
		follow->listener = g_thread_try_new("follow", listen_on, follow, NULL);
}

/* What is on record */

/* Whether this line was printed as it was said, and those before it. */
static bool
was_said(struct follow *follow, const char *line)
{
	for (guint i = 0; i < follow->said->len; i++) {
		if (strcmp(g_ptr_array_index(follow->said, i), line) == 0) {
			g_ptr_array_remove_range(follow->said, 0, i + 1);
			return true;
		}
	}
	return false;
}

static void
print_attempt(struct follow *follow, const struct spool_attempt *attempt)
{
	g_autofree char *when = outcome_time(attempt->when);
	g_autofree char *text = text_printable(attempt->text);

	printf("%s %s: %s\n", when, *attempt->transport ? attempt->transport : "spooler", text);
	for (char **line = attempt->journey; *line; line++) {
		if (!was_said(follow, *line))
			print_line(*line);
	}
	fflush(stdout);
}

static void
print_attempts(struct follow *follow, const struct spool_message *message)
{
	listen_now(follow); /* what the worker said before it reported */
	for (; follow->attempts < message->attempts->len; follow->attempts++)
		print_attempt(follow, message->attempts->pdata[follow->attempts]);
}

static void
print_state(const struct follow *follow, const struct spool_message *now)
{
	g_autofree char *text = text_printable(now->text);
	g_autofree char *next = outcome_time(now->next);

	if (now->state == SPOOL_HELD)
		step("held: %s", text);
	else if (now->state == SPOOL_FILED)
		step(follow->machine
			 ? "done: the machine's mail service has nothing left to do for it"
			 : "filed: it has left the Outbox for the folder of sent mail");
	else if (now->state == SPOOL_FAILED)
		step("refused for every recipient: %s",
		    follow->machine ? "it is not tried again" : "a report is in the Inbox");
	else if (now->state == SPOOL_CANCELLED)
		step("cancelled: %s", text);
	else if (now->state == SPOOL_WAITING && now->tries > 0)
		step("waits: the next try is at %s", next);
}

void
follow_news(struct follow *follow, const struct spool_message *now)
{
	struct spool_message *whole = NULL;

	/* The answer may take as long as the server's: lines are printed meanwhile. */
	if (now->id)
		spooler_show(follow->key, sizeof(follow->key), &whole);
	g_mutex_lock(&follow->lock);
	if (now->state == SPOOL_LEASED)
		note_leased(follow);
	if (whole)
		print_attempts(follow, whole);
	if (now->state != follow->state || !now->id)
		print_state(follow, now);
	follow->state = now->state;
	g_mutex_unlock(&follow->lock);
	spool_message_free(whole);
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
