/* SPDX-License-Identifier: MIT */
/* emapi queue show: one message with its recipients and every try. */
#include "emapi.h"

#include <stdio.h>
#include "journey.h"
#include "outcome.h"
#include "queue.h"
#include "text.h"

struct options {
	gboolean json;
	gboolean dialogue;
};

static void
print_field(GString *out, const char *name, const char *text)
{
	g_autofree char *shown = text_printable(text);

	if (*shown)
		g_string_append_printf(out, "  %-10s %s\n", name, shown);
}

static void
print_time(GString *out, const char *name, gint64 when)
{
	g_autofree char *text = outcome_time(when);

	if (when)
		print_field(out, name, text);
}

static void
print_head(const struct spool_message *m, GString *out)
{
	g_autofree char *id = queue_id(m, true);

	g_string_append_printf(out, "%s\n", id);
	print_field(out, "state", spool_state_name(m->state));
	print_field(out, "why", m->text);
	print_field(out, "profile", m->profile);
	print_field(out, "subject", m->subject);
	print_time(out, "submitted", m->submitted);
	if (m->state == SPOOL_WAITING)
		print_time(out, "next try", m->next);
	g_string_append_printf(out, "  %-10s %d\n", "tries", m->tries);
}

static void
print_attempt(const struct spool_attempt *a, bool dialogue, GString *out)
{
	g_autofree char *when = outcome_time(a->when);
	g_autofree char *text = text_printable(a->text);
	g_autofree char *transport = text_printable(*a->transport ? a->transport : "spooler");

	g_string_append_printf(out, "  %s %s: %s\n", when, transport, text);
	for (char **line = a->journey; dialogue && *line; line++) {
		g_autofree char *shown = journey_show(*line);

		g_string_append_printf(out, "      %s\n", shown);
	}
}

static void
print_text(const struct spool_message *m, bool dialogue, GString *out)
{
	print_head(m, out);
	g_string_append(out, "recipients\n");
	for (guint i = 0; i < m->recipients->len; i++) {
		g_string_append(out, "  ");
		outcome_recipient_line(m->recipients->pdata[i], out);
	}
	if (m->attempts->len)
		g_string_append(out, "tries\n");
	for (guint i = 0; i < m->attempts->len; i++)
		print_attempt(m->attempts->pdata[i], dialogue, out);
}

static int
show(const char *id, const struct options *o)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct spool_message *found = NULL, *whole = NULL;
	gsize size = 0;
	const void *key;
	HRESULT hr;
	int code = queue_find(id, &found);

	if (code)
		return code;
	key = g_bytes_get_data(found->key, &size);
	hr = spooler_show(key, size, &whole);
	spool_message_free(found);
	if (FAILED(hr))
		return queue_unreachable(hr);
	if (o->json) {
		outcome_json(whole, out);
		g_string_append_c(out, '\n');
	} else {
		print_text(whole, o->dialogue, out);
	}
	fputs(out->str, stdout);
	spool_message_free(whole);
	return 0;
}

static int
run(int argc, char **argv)
{
	struct options o = { 0 };
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "as JSON", NULL },
		{ "dialogue", 'd', 0, G_OPTION_ARG_NONE, &o.dialogue,
		    "with all that was said to the servers", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[ID|last]");
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc > 2)
		return cli_fail(EX_USAGE, "one message's ID, please (try --help)");
	return show(argc > 1 ? argv[1] : "last", &o);
}

const struct command command_queue_show = {
	.name = "queue show",
	.summary = "one message, its recipients and every try",
	.run = run,
};
