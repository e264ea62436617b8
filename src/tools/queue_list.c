/* SPDX-License-Identifier: MIT */
/* emapi queue list: what waits, is held or has failed, and why. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include "client.h"
#include "outcome.h"
#include "text.h"

struct listing {
	gboolean all;
	gboolean json;
	guint count;
	GString *out;
};

static void
print_text(const struct spool_message *message, GString *out)
{
	gsize size = 0;
	const void *data = message->key ? g_bytes_get_data(message->key, &size) : NULL;
	g_autofree char *key = data ? text_hex(data, size) : g_strdup("-");
	g_autofree char *subject = text_printable(message->subject);
	g_autofree char *text = text_printable(message->text);
	g_autofree char *submitted = outcome_time(message->submitted);

	g_string_append_printf(out, "%.8s  %-9s %s  profile %s  \"%s\"\n", key,
	    spool_state_name(message->state), submitted, message->profile, subject);
	if (*text)
		g_string_append_printf(out, "    %s\n", text);
	for (guint i = 0; message->recipients && i < message->recipients->len; i++) {
		g_string_append(out, "    ");
		outcome_recipient_line(message->recipients->pdata[i], out);
	}
}

static bool
print_one(const struct spool_message *message, void *context)
{
	struct listing *listing = context;

	if (listing->json) {
		g_string_append(listing->out, listing->count ? ",\n" : "");
		outcome_json(message, listing->out);
	} else {
		print_text(message, listing->out);
	}
	listing->count++;
	return true;
}

static int
run(int argc, char **argv)
{
	struct listing listing = { 0 };
	const GOptionEntry entries[] = {
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &listing.all,
		    "also what was sent or has failed, of the last 30 days", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &listing.json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	HRESULT hr;
	int code;

	g_option_context_add_main_entries(context, entries, NULL);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	listing.out = out;
	if (listing.json)
		g_string_append_c(out, '[');
	hr = spooler_list(listing.all, print_one, &listing);
	if (FAILED(hr))
		return cli_fail_spooler(hr);
	if (listing.json)
		g_string_append(out, "]\n");
	else if (!listing.count)
		g_string_append(out, "Nothing waits.\n");
	fputs(out->str, stdout);
	return 0;
}

const struct command command_queue_list = {
	.name = "queue list",
	.summary = "the messages that are not sent yet, and why",
	.run = run,
};
