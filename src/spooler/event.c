/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <string.h>
#include "log.h"
#include "text.h"

#define RECIPIENTS_MAX 20

static char *
key_hex(const struct spool_message *m)
{
	gsize size = 0;
	const void *data = m->key ? g_bytes_get_data(m->key, &size) : NULL;

	return text_hex(data, size);
}

/* What is wrong wants to be seen. */
static enum log_level
level_of(const char *state)
{
	return strcmp(state, "failed") == 0 || strcmp(state, "held") == 0 ? LOG_LEVEL_WARNING
									  : LOG_LEVEL_INFO;
}

/* Only the journal is worth reading the message for. */
static void
say_with_fields(const struct spool_message *m, const char *state, const char *text)
{
	g_autofree char *key = key_hex(m);
	g_autofree char *tries = g_strdup_printf("%d", m->tries);
	g_autofree char *next = m->next ? text_iso_time(m->next) : NULL;
	const struct log_field fields[] = {
		{ "EMAPI_STATE", state },
		{ "EMAPI_PROFILE", m->profile },
		{ "EMAPI_KEY", key },
		{ "EMAPI_TRIES", tries },
		{ "EMAPI_NEXT_TRY", next },
		{ NULL, NULL },
	};

	log_event(
	    level_of(state), fields, "message %" G_GINT64_FORMAT ": %s %s", m->id, state, text);
}

void
event_message(struct spooldb *db, gint64 id, const char *state, const char *text)
{
	struct spool_message *m = NULL;

	if (log_is_journal() && SUCCEEDED(spooldb_load(db, id, false, &m)))
		say_with_fields(m, state, text);
	else
		log_info("message %" G_GINT64_FORMAT ": %s %s", id, state, text);
	spool_message_free(m);
}

/* --- Tries --------------------------------------------------------------------------------- */

/* The fact of that name in a journey (emapispi.h), the last one.  g_free(), NULL: none. */
static char *
fact(const char *journey, const char *name)
{
	g_autofree char *prefix = g_strdup_printf("* %s: ", name);
	const char *found = NULL;

	for (const char *line = journey; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (g_str_has_prefix(line, prefix))
			found = line + strlen(prefix);
	}
	return found ? g_strndup(found, strcspn(found, "\t\n")) : NULL;
}

static const struct spool_recipient *
recipient_of(const struct spool_message *m, guint32 row)
{
	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = g_ptr_array_index(m->recipients, i);

		if (r->row == row)
			return r;
	}
	return NULL;
}

/* Of all who wait; while the message is in hand, its own time is not set.  g_free(), NULL: none. */
static char *
next_try(const struct spool_message *m)
{
	gint64 next = G_MAXINT64;

	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = g_ptr_array_index(m->recipients, i);

		if (r->next)
			next = MIN(next, r->next);
	}
	return next < G_MAXINT64 ? text_iso_time(next) : NULL;
}

/* "bob@example.test: 550 5.1.1 nobody here". */
static char *
recipient_line(const struct spool_message *m, const struct verdict *v)
{
	static const char *const classes[] = { "accepted", "refused for now", "refused for good",
		"held", "not reached" };
	const struct spool_recipient *r = recipient_of(m, v->row);

	return g_strdup_printf("%s: %s: %s", r ? r->address : "?",
	    v->class < VERDICT_COUNT ? classes[v->class] : "?", v->text);
}

/* The verdict to judge the try by: the first that is no acceptance. */
static const struct verdict *
telling_verdict(const struct report *report)
{
	const struct verdict *first = NULL;

	for (guint i = 0; i < report->verdicts->len; i++) {
		const struct verdict *v = g_ptr_array_index(report->verdicts, i);

		if (v->class != VERDICT_ACCEPTED)
			return v;
		first = first ? first : v;
	}
	return first;
}

static void
say_try(const struct spool_message *m, const struct report *report)
{
	const struct verdict *v = telling_verdict(report);
	bool accepted = v && v->class == VERDICT_ACCEPTED;
	g_autofree char *key = key_hex(m);
	g_autofree char *tries = g_strdup_printf("%d", m->tries);
	g_autofree char *code = v && v->code ? g_strdup_printf("%d", v->code) : NULL;
	g_autofree char *server = fact(report->journey, "server");
	g_autofree char *tls = fact(report->journey, "tls");
	g_autofree char *login = fact(report->journey, "login");
	g_autofree char *worker = fact(report->journey, "worker");
	g_autofree char *why = fact(report->journey, "transport-because");
	g_autofree char *next = next_try(m);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	struct log_field fields[16 + RECIPIENTS_MAX] = {
		{ "EMAPI_STATE", "tried" },
		{ "EMAPI_PROFILE", m->profile },
		{ "EMAPI_KEY", key },
		{ "EMAPI_TRIES", tries },
		{ "EMAPI_NEXT_TRY", next },
		{ "EMAPI_TRANSPORT", report->transport },
		{ "EMAPI_TRANSPORT_BECAUSE", why },
		{ "EMAPI_WORKER", worker },
		{ "EMAPI_SERVER", server },
		{ "EMAPI_TLS", tls },
		{ "EMAPI_LOGIN", login },
		{ "EMAPI_CODE", code },
		{ "EMAPI_ENHANCED_STATUS", v && *v->enhanced ? v->enhanced : NULL },
		{ "EMAPI_QUEUE_ID", v && *v->queue_id ? v->queue_id : NULL },
		{ "EMAPI_JOURNEY", *report->journey ? report->journey : NULL },
	};
	guint count = 15;

	for (guint i = 0; i < report->verdicts->len && i < RECIPIENTS_MAX; i++) {
		char *line = recipient_line(m, g_ptr_array_index(report->verdicts, i));

		g_ptr_array_add(lines, line);
		fields[count++] = (struct log_field){ "EMAPI_RECIPIENT", line };
	}
	log_event(accepted ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, fields,
	    "message %" G_GINT64_FORMAT ": tried by %s: %s", m->id,
	    *report->transport ? report->transport : "no transport",
	    lines->len ? (const char *)lines->pdata[0] : "");
}

void
event_try(struct spooldb *db, const struct report *report)
{
	struct spool_message *m = NULL;

	if (log_is_journal() && report->verdicts->len > 0 &&
	    SUCCEEDED(spooldb_load(db, report->id, false, &m)))
		say_try(m, report);
	spool_message_free(m);
}
