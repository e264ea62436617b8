/* SPDX-License-Identifier: MIT */
/* mailq, and sendmail -q: the queue in the form that people know from Postfix. */
#include "sendmail.h"

#include <stdio.h>
#include <string.h>
#include "client.h"
#include "outcome.h"
#include "queue.h"
#include "text.h"

/* '*' while it is being sent, '!' while it is held. */
static char
mark_of(enum spool_state state)
{
	return state == SPOOL_HELD ? '!' : state == SPOOL_WAITING ? ' ' : '*';
}

static char *
arrival(gint64 when)
{
	g_autoptr(GDateTime) time = outcome_clock(when);

	return time ? g_date_time_format(time, "%a %b %e %H:%M:%S") : g_strdup("-");
}

static void
print_recipients(const struct spool_message *message)
{
	for (guint i = 0; message->recipients && i < message->recipients->len; i++) {
		const struct spool_recipient *recipient = message->recipients->pdata[i];
		g_autofree char *address = text_printable(recipient->address);
		g_autofree char *text = text_printable(recipient->text);

		if (recipient->state == SPOOL_SENT || recipient->state == SPOOL_FILED)
			continue;
		if (*text)
			printf("%*s(%s)\n", 12, "", text);
		printf("%*s%s\n", 42, "", address);
	}
}

static bool
print_one(const struct spool_message *message, void *context)
{
	guint *count = context;
	g_autofree char *id = queue_id(message, false);
	g_autofree char *when = arrival(message->submitted);
	g_autofree char *profile = text_printable(message->profile);
	g_autofree char *subject = text_printable(message->subject);
	g_autofree char *text = outcome_text(message);

	if (!(*count)++)
		printf("-Queue ID-- ----Arrival Time---- -Profile: Subject/Recipient-----------\n");
	else
		printf("\n");
	printf("%-10s%c %-29s %s: %s\n", id, mark_of(message->state), when, profile, subject);
	if (*text)
		printf("%*s(%s)\n", 12, "", text);
	print_recipients(message);
	return true;
}

int
sendmail_list(void)
{
	guint count = 0;
	HRESULT hr = spooler_list(false, 0, print_one, &count);

	if (FAILED(hr))
		return queue_unreachable(hr);
	if (count)
		printf("\n-- %u %s.\n", count, count == 1 ? "Request" : "Requests");
	else
		printf("Mail queue is empty\n");
	return 0;
}

/* --- -q ----------------------------------------------------------------------------------------
 */

struct picking {
	const struct sendmail_options *options;
	GPtrArray *keys; /* of GBytes */
};

static bool
has(const char *text, const char *part)
{
	g_autofree char *a = g_ascii_strdown(text ? text : "", -1);
	g_autofree char *b = g_ascii_strdown(part, -1);

	return strstr(a, b) != NULL;
}

/* -qI: a part of the ID, -qR: of a recipient, -qS: of the profile's name (it is the sender). */
static bool
is_picked(const struct sendmail_options *options, const struct spool_message *message)
{
	g_autofree char *id = queue_id(message, true);

	if (options->run_by == 'I')
		return has(id, options->run_text);
	if (options->run_by == 'S')
		return has(message->profile, options->run_text);
	for (guint i = 0; message->recipients && i < message->recipients->len; i++)
		if (has(((struct spool_recipient *)message->recipients->pdata[i])->address,
			options->run_text))
			return true;
	return false;
}

static bool
pick(const struct spool_message *message, void *context)
{
	struct picking *picking = context;

	if (message->key && is_picked(picking->options, message))
		g_ptr_array_add(picking->keys, g_bytes_ref(message->key));
	return true;
}

int
sendmail_run(const struct sendmail_options *options)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	struct picking picking = { options, keys };
	HRESULT hr;

	if (!options->run_by) {
		hr = spooler_run(NULL);
		return FAILED(hr) ? queue_unreachable(hr) : 0;
	}
	hr = spooler_list(false, 0, pick, &picking);
	for (guint i = 0; i < keys->len && SUCCEEDED(hr); i++) {
		gsize size;
		const void *key = g_bytes_get_data(keys->pdata[i], &size);

		spooler_retry(key, size, NULL); /* one that is being sent already is fine */
	}
	if (FAILED(hr))
		return queue_unreachable(hr);
	if (!keys->len)
		cli_note("no message in the queue fits");
	return 0;
}
