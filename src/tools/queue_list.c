/* SPDX-License-Identifier: MIT */
/* emapi queue list: what waits, is held or has failed, and why. */
#include "emapi.h"

#include <stdio.h>
#include "damage.h"
#include "outcome.h"
#include "paths.h"
#include "queue.h"
#include "text.h"

struct listing {
	gboolean all;
	gboolean json;
	int limit; /* 0: none */
	int count;
};

static void
print_text(const struct spool_message *message, GString *out)
{
	g_autofree char *id = queue_id(message, false);
	g_autofree char *subject = text_printable(message->subject);
	g_autofree char *text = outcome_text(message);
	g_autofree char *submitted = outcome_time(message->submitted);

	g_string_append_printf(out, "%s  %-9s %s  profile %s  \"%s\"\n", id,
	    spool_state_name(message->state), submitted, message->profile, subject);
	if (*text)
		g_string_append_printf(out, "    %s\n", text);
	for (guint i = 0; message->recipients && i < message->recipients->len; i++) {
		g_string_append(out, "    ");
		outcome_recipient_line(message->recipients->pdata[i], out);
	}
}

/* Printed as they come: a queue may be long. */
static bool
print_one(const struct spool_message *message, void *context)
{
	struct listing *listing = context;
	g_autoptr(GString) out = g_string_new(NULL);

	if (listing->json) {
		g_string_append(out, listing->count ? ",\n" : "[");
		outcome_json(message, out);
	} else {
		print_text(message, out);
	}
	fputs(out->str, stdout);
	listing->count++;
	return true;
}

/* Who looks at a queue that was made anew is to know it. */
static void
note_damage(void)
{
	g_autofree char *path = paths_state("spool.db");
	g_autofree char *aside = damage_newest(path);

	if (aside)
		cli_note("the queue's file was damaged and made anew from the stores; mail of "
			 "before may be delivered twice (emapi doctor)");
}

static int
run(int argc, char **argv)
{
	struct listing listing = { 0 };
	const GOptionEntry entries[] = {
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &listing.all,
		    "also what was sent or has failed, of the last 30 days", NULL },
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &listing.limit, "at most so many", "COUNT" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &listing.json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	HRESULT hr;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && (argc > 1 || listing.limit < 0))
		code = cli_fail(EX_USAGE,
		    argc > 1 ? "it takes no argument: emapi queue show ID tells of one message"
			     : "--limit: it is a number of messages; 0: all");
	if (code)
		return code;
	hr = spooler_list(listing.all, listing.limit, print_one, &listing);
	if (FAILED(hr))
		return queue_unreachable(hr);
	note_damage();
	if (listing.json)
		fputs(listing.count ? "]\n" : "[]\n", stdout);
	else if (!listing.count)
		fputs("Nothing waits.\n", stdout);
	return 0;
}

const struct command command_queue_list = {
	.name = "queue list",
	.summary = "the messages that are not sent yet, and why",
	.run = run,
};
