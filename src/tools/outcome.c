/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <string.h>
#include "advice.h"
#include "cli.h"
#include "journey.h"
#include "text.h"

/* Asked for anew, the zone is looked up in the file system each time. */
static GTimeZone *
here(void)
{
	static GTimeZone *zone;

	if (!zone)
		zone = g_time_zone_new_local();
	return zone;
}

GDateTime *
outcome_clock(gint64 when)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(when / G_USEC_PER_SEC);

	return utc ? g_date_time_to_timezone(utc, here()) : NULL;
}

char *
outcome_time(gint64 when)
{
	g_autoptr(GDateTime) now = g_date_time_new_now(here());
	g_autoptr(GDateTime) then = NULL;
	bool today;

	if (!when)
		return g_strdup("-");
	then = outcome_clock(when);
	if (!then)
		return g_strdup("-");
	today = g_date_time_get_day_of_year(now) == g_date_time_get_day_of_year(then) &&
		g_date_time_get_year(now) == g_date_time_get_year(then);
	return g_date_time_format(then, today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S");
}

char *
outcome_reply(const struct spool_recipient *recipient)
{
	g_autofree char *code = g_strdup_printf("%d", recipient->code);
	g_autofree char *text = text_printable(recipient->text);

	if (!recipient->code || strstr(text, code))
		return g_steal_pointer(&text);
	return g_strdup_printf("%s %s", code, text);
}

char *
outcome_text(const struct spool_message *message)
{
	for (guint i = 0; message->recipients && i < message->recipients->len; i++) {
		const struct spool_recipient *r = message->recipients->pdata[i];

		if (g_strcmp0(r->text, message->text) == 0)
			return g_strdup("");
	}
	return text_printable(message->text);
}

/* What a reply that is no acceptance means, where its words do not say it already; "" else. */
static char *
meaning(const struct spool_recipient *recipient)
{
	g_autofree char *sentence = NULL;

	if (recipient->code < 400)
		return g_strdup("");
	sentence =
	    advice_sentence(advice_find(recipient->code, recipient->enhanced, recipient->text));
	if (recipient->text && strstr(recipient->text, sentence))
		return g_strdup("");
	return g_steal_pointer(&sentence);
}

static const char *
verdict(const struct spool_recipient *recipient)
{
	switch (recipient->state) {
	case SPOOL_SENT:
	case SPOOL_FILED:
		return "accepted";
	case SPOOL_FAILED:
		return "refused";
	case SPOOL_HELD:
		return "held";
	case SPOOL_CANCELLED:
		return "cancelled";
	default:
		return "waiting";
	}
}

void
outcome_recipient_line(const struct spool_recipient *recipient, GString *out)
{
	g_autofree char *words = outcome_reply(recipient);
	g_autofree char *means = meaning(recipient);
	g_autofree char *address = text_printable(recipient->address);
	g_autofree char *server = text_printable(recipient->server);

	g_string_append_printf(
	    out, "%s: %s", *address ? address : "(no address)", verdict(recipient));
	if (*server)
		g_string_append_printf(out, " by %s", server);
	if (*words)
		g_string_append_printf(out, ": %s", words);
	if (*means)
		g_string_append_printf(out, " (%s)", means);
	if (recipient->state == SPOOL_WAITING && recipient->next > g_get_real_time()) {
		g_autofree char *when = outcome_time(recipient->next);

		g_string_append_printf(out, " (next try at %s)", when);
	}
	g_string_append_c(out, '\n');
}

static void
recipient_json(const struct spool_recipient *recipient, GString *out)
{
	static const char *const kinds[] = { "", "to", "cc", "bcc" };
	g_autofree char *means = meaning(recipient);
	int kind = recipient->kind & 3;

	g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
	json_member(out, "address", recipient->address);
	json_member(out, "name", recipient->name);
	json_member(out, "kind", kinds[kind]);
	json_member(out, "state", verdict(recipient));
	json_member_int(out, "code", recipient->code);
	json_member(out, "enhanced", recipient->enhanced);
	json_member(out, "reply", recipient->text);
	json_member(out, "meaning", means);
	json_member(out, "server", recipient->server);
	json_member(out, "queue_id", recipient->queue_id);
	json_member_int(out, "tries", recipient->tries);
	json_member_int(out, "next_try", recipient->next / G_USEC_PER_SEC);
	g_string_append_c(out, '}');
}

/* Whether a later line tells the same fact anew. */
static bool
is_told_later(char **lines, const char *name)
{
	g_autofree char *prefix = g_strdup_printf("* %s: ", name);

	for (; *lines; lines++)
		if (g_str_has_prefix(*lines, prefix))
			return true;
	return false;
}

/* {"server":"...","tls":"..."}: what a program wants to know without reading lines. */
static void
facts_json(char **journey, GString *out)
{
	g_string_append(out, ",\"facts\":{");
	for (; *journey; journey++) {
		struct journey_line line;

		journey_parse(*journey, &line);
		if (line.mark == '*' && line.name && !is_told_later(journey + 1, line.name))
			json_member(out, line.name, line.text);
		journey_line_clear(&line);
	}
	g_string_append_c(out, '}');
}

static void
attempt_json(const struct spool_attempt *attempt, GString *out)
{
	g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
	json_member_int(out, "when", attempt->when / G_USEC_PER_SEC);
	json_member(out, "transport", attempt->transport);
	json_member(out, "text", attempt->text);
	facts_json(attempt->journey, out);
	g_string_append(out, ",\"dialogue\":[");
	for (char **line = attempt->journey; *line; line++) {
		g_string_append(out, line == attempt->journey ? "" : ",");
		json_string(out, *line);
	}
	g_string_append(out, "]}");
}

static void
attempts_json(const GPtrArray *attempts, GString *out)
{
	g_string_append(out, ",\"attempts\":[");
	for (guint i = 0; i < attempts->len; i++)
		attempt_json(attempts->pdata[i], out);
	g_string_append_c(out, ']');
}

void
outcome_json_members(const struct spool_message *message, GString *out)
{
	gsize size = 0;
	const void *data = message->key ? g_bytes_get_data(message->key, &size) : NULL;
	g_autofree char *key = data ? text_hex(data, size) : NULL;

	json_member(out, "id", key);
	json_member(out, "state", spool_state_name(message->state));
	json_member(out, "profile", message->profile);
	json_member(out, "subject", message->subject);
	json_member(out, "text", message->text);
	json_member_int(out, "submitted", message->submitted / G_USEC_PER_SEC);
	json_member_int(out, "next_try", message->next / G_USEC_PER_SEC);
	json_member_int(out, "tries", message->tries);
	g_string_append(out, ",\"recipients\":[");
	for (guint i = 0; message->recipients && i < message->recipients->len; i++)
		recipient_json(message->recipients->pdata[i], out);
	g_string_append_c(out, ']');
	if (message->attempts && message->attempts->len)
		attempts_json(message->attempts, out);
}

void
outcome_json(const struct spool_message *message, GString *out)
{
	g_string_append_c(out, '{');
	outcome_json_members(message, out);
	g_string_append_c(out, '}');
}

bool
outcome_all_accepted(const struct spool_message *message)
{
	if (!message->recipients || !message->recipients->len)
		return false;
	for (guint i = 0; i < message->recipients->len; i++) {
		const struct spool_recipient *recipient = message->recipients->pdata[i];

		if (recipient->state != SPOOL_SENT && recipient->state != SPOOL_FILED)
			return false;
	}
	return true;
}
