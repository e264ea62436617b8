/* SPDX-License-Identifier: MIT */
/*
 * The worker's own lines of a try (PR_EMAPI_JOURNEY, emapispi.h), before those of the transport:
 * who has the message, since when, and why it goes this way.  See worker.h.
 */
#include "worker.h"

#include <unistd.h>
#include "live.h"
#include "mem.h"
#include "text.h"

#define NAMED_MAX 20

static void add(struct sending *s, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add_text(struct sending *s, const char *text)
{
	g_autofree char *line = text_printable(text);

	journey_keep(s, line);
}

static void
add(struct sending *s, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	add_text(s, text);
}

static const struct sending_recipient *
first_served(const struct sending *s)
{
	for (guint i = 0; i < s->recipients->len; i++) {
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (r->open && r->served)
			return r;
	}
	return NULL;
}

static void
add_reason(struct sending *s, const struct worker_transport *t)
{
	const GPtrArray *all = s->worker->transports;
	const struct sending_recipient *r = first_served(s);
	const char *type = r && *r->type ? r->type : "such";
	guint serving = 0;

	for (guint i = 0; r && i < all->len; i++)
		serving += transport_serves(g_ptr_array_index(all, i), r);
	if (r && r->pending)
		journey_keep(s, "* transport-because: what stands before it in the profile could "
				"not be reached");
	else if (all->len == 1)
		journey_keep(s, "* transport-because: the profile has no other");
	else if (serving == 1)
		add(s, "* transport-because: no other in the profile carries %s addresses", type);
	else
		add(s, "* transport-because: the first in the profile that carries %s addresses",
		    type);
}

/* Who gets it this way, where that is not everybody. */
static void
add_recipients(struct sending *s)
{
	g_autoptr(GString) names = g_string_new(NULL);
	guint served = 0;

	for (guint i = 0; i < s->recipients->len; i++) {
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (!r->open || !r->served)
			continue;
		if (served++ < NAMED_MAX)
			g_string_append_printf(names, "%s%s", names->len ? ", " : "", r->address);
	}
	if (served == s->recipients->len)
		return;
	if (served > NAMED_MAX)
		g_string_append_printf(names, " and %u more", served - NAMED_MAX);
	add(s, "* for: %s", names->str);
}

void
journey_said(struct sending *s, const char *line)
{
	if (s->live >= 0)
		live_say(s->live, line);
}

/* Who looks on hears of this try from its first line.  The search key is read only where somebody
 * looks on at any message. */
static void
tell_onlooker(struct sending *s, gsize first)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_SEARCH_KEY } };
	SPropValue *values = NULL;
	g_auto(GStrv) lines = NULL;
	ULONG count = 0;

	if (!s->message || !live_wanted())
		return;
	if (s->live < 0 &&
	    SUCCEEDED(s->message->lpVtbl->GetProps(
		s->message, (LPSPropTagArray)&tags, 0, &count, &values)) &&
	    values[0].ulPropTag == PR_SEARCH_KEY)
		s->live = live_connect(values[0].Value.bin.lpb, values[0].Value.bin.cb);
	mem_free(values);
	lines = s->live >= 0 ? g_strsplit(s->journey->str + first, "\n", -1) : NULL;
	for (guint i = 0; lines && lines[i]; i++)
		if (*lines[i])
			journey_said(s, lines[i]);
}

void
journey_begin(struct sending *s, const struct worker_transport *t)
{
	static char *worker; /* "": no journey is kept */
	gsize first = s->journey->len;
	g_autofree char *taken = NULL, *name = NULL;

	if (!worker && g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0)
		worker = g_strdup("");
	else if (!worker)
		worker = g_strdup_printf("* worker: %d\n* lease: ", (int)getpid());
	if (!*worker)
		return;
	taken = text_iso_time(s->taken);
	name = g_strconcat("* transport: ", t->name, NULL);
	journey_keep(s, worker);
	g_string_append(s->journey, taken);
	add_text(s, name);
	add_reason(s, t);
	add_recipients(s);
	tell_onlooker(s, first);
}
