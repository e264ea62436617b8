/* SPDX-License-Identifier: MIT */
#include "event.h"

#include "log.h"
#include "text.h"

static char *
key_hex(const struct spool_message *m)
{
	gsize size = 0;
	const void *data = m->key ? g_bytes_get_data(m->key, &size) : NULL;

	return text_hex(data, size);
}

/* Only the journal is worth reading the message for. */
static void
say_with_fields(const struct spool_message *m, const char *state, const char *text)
{
	g_autofree char *key = key_hex(m);
	g_autofree char *tries = g_strdup_printf("%d", m->tries);
	const struct log_field fields[] = {
		{ "EMAPI_STATE", state },
		{ "EMAPI_PROFILE", m->profile },
		{ "EMAPI_KEY", key },
		{ "EMAPI_TRIES", tries },
		{ NULL, NULL },
	};

	log_event(
	    LOG_LEVEL_INFO, fields, "message %" G_GINT64_FORMAT ": %s %s", m->id, state, text);
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
