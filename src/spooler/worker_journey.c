/* SPDX-License-Identifier: MIT */
/*
 * The worker's own lines of a try (PR_EMAPI_JOURNEY, emapispi.h), before those of the transport:
 * who has the message, since when, and why it goes this way.  See worker.h.
 */
#include "worker.h"

#include <string.h>
#include <unistd.h>
#include "live.h"
#include "mem.h"
#include "text.h"

#define NAMED_MAX 20
#define LIVE_AGAIN 10000 /* microseconds */

static void add(struct sending *s, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(struct sending *s, const char *format, ...)
{
	g_autofree char *text = NULL, *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	line = text_printable(text);
	journey_keep(s, line);
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

/* Who looks on hears of this try from its first line. */
static void
tell_onlooker(struct sending *s, gsize first)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_SEARCH_KEY } };
	SPropValue *values = NULL;
	g_auto(GStrv) lines = NULL;
	ULONG count = 0;

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

/* Who looks on began to before the message was submitted, or waits for one that is about to be
 * tried: he is seen by who looks after the message was taken, and again after a while. */
static bool
is_looked_on(struct worker *w)
{
	gint64 now = g_get_monotonic_time();

	if (now >= w->live_until) {
		w->live_wanted = live_wanted();
		w->live_until = now + LIVE_AGAIN;
	}
	return w->live_wanted;
}

char *
journey_transport(const char *name)
{
	g_autofree char *line = g_strconcat("* transport: ", name, NULL);

	return text_printable(line);
}

void
journey_begin(struct sending *s, const struct worker_transport *t)
{
	static const char lease[] = "* lease: ";
	static char *worker; /* "": no journey is kept */
	char taken[sizeof(lease) + TEXT_ISO_TIME];
	gsize first = s->journey->len;

	if (!worker && g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0)
		worker = g_strdup("");
	else if (!worker)
		worker = g_strdup_printf("* worker: %d", (int)getpid());
	if (!*worker)
		return;
	memcpy(taken, lease, sizeof(lease));
	text_iso_time_into(taken + strlen(lease), s->taken);
	journey_keep(s, worker);
	journey_keep(s, taken);
	journey_keep(s, t->told);
	add_reason(s, t);
	add_recipients(s);
	if (s->message && is_looked_on(s->worker))
		tell_onlooker(s, first);
}
