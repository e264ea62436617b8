/* SPDX-License-Identifier: MIT */
/*
 * From one transport to the next.
 *
 * A recipient whom a transport could not reach at all (it cannot be opened, or says
 * EMAPI_RETRY_UNREACHABLE, or MAPI_E_NETWORK_ERROR) is left to the next one that serves it.  Where
 * there is none the verdict that was put aside is given.
 *
 * A transport that has reached nobody is not asked again for some seconds, doubling to a minute: a
 * thousand messages do not each wait for the same dead server, and nobody is hammered.  See
 * worker.h.
 */
#include "worker.h"

#include <string.h>
#include "policy.h"

/* Never longer than the wait for a next try, or that try would not be one. */
#define GAP_FIRST (5 * (gint64)G_USEC_PER_SEC)
#define GAP_LONGEST (60 * (gint64)G_USEC_PER_SEC)

/* Recipients */

/* What stays is what lets the message wait: one way that may open is enough. */
static struct verdict *
both(struct verdict *first, struct verdict *second)
{
	char *text = g_strdup_printf("%s  %s", first->text, second->text);

	if (second->class == VERDICT_HOLD)
		second->class = first->class;
	g_free(second->text);
	second->text = text;
	verdict_free(first);
	return second;
}

void
recipient_postpone(struct sending *s, struct sending_recipient *r, struct verdict *verdict)
{
	r->served = false;
	r->pending = r->pending ? both(r->pending, verdict) : verdict;
	if (s->transport)
		s->tried = s->transport->name;
}

void
postpone_served(struct sending *s, enum verdict_class class, int wait, const char *text)
{
	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);
		struct verdict *v;

		if (!r->open || !r->served)
			continue;
		v = verdict_create(r->row, class, text);
		v->wait = wait;
		recipient_postpone(s, r, v);
	}
}

/* What to say to a recipient that no transport took. */
static char *
nobody_took(struct sending *s, const struct sending_recipient *r)
{
	const char *profile = profile_name(s->worker->profile);

	if (!*r->address && g_bytes_get_size(r->entry) == 0)
		return g_strdup("The recipient has no address.");
	for (guint i = 0; i < s->worker->transports->len; i++) {
		if (transport_serves(g_ptr_array_index(s->worker->transports, i), r))
			return g_strdup_printf(
			    "No transport of profile \"%s\" took this recipient.", profile);
	}
	if (!*r->type)
		return g_strdup_printf(
		    "\"%s\" has no address type, and is no Internet address.", r->address);
	return g_strdup_printf(
	    "No transport of profile \"%s\" carries address type %s.", profile, r->type);
}

static struct verdict *
copy(const struct verdict *v)
{
	struct verdict *copied = verdict_create(v->row, v->class, v->text);

	copied->code = v->code;
	copied->wait = v->wait;
	g_free(copied->enhanced);
	copied->enhanced = g_strdup(v->enhanced);
	g_free(copied->server);
	copied->server = g_strdup(v->server);
	return copied;
}

struct verdict *
recipient_verdict(struct sending *s, const struct sending_recipient *r)
{
	g_autofree char *words = NULL;

	if (r->pending)
		return copy(r->pending);
	if (s->worker->transports->len == 0) { /* the profile's fault, not the message's */
		words =
		    g_strdup_printf("Profile \"%s\" has no transport to send by. Nothing was "
				    "sent. Add one to the profile (emapi-profile(5) shows how).",
			profile_name(s->worker->profile));
		return verdict_create(r->row, VERDICT_HOLD, words);
	}
	words = nobody_took(s, r);
	return verdict_create(r->row, VERDICT_PERMANENT, words);
}

/* Transports */

bool
transport_is_closed(const struct worker_transport *t)
{
	return g_get_monotonic_time() < t->closed_until;
}

void
transport_reached(struct worker_transport *t)
{
	t->closed_until = t->gap = 0;
}

void
transport_closed(struct worker *w, struct worker_transport *t, const char *text)
{
	if (transport_is_closed(t)) /* of another recipient of the same message */
		return;
	if (!w->gap_first) {
		struct retry_policy defaults = retry_policy_default();
		struct retry_policy policy = policy_read(&defaults, w->uid);

		w->gap_first = MIN(GAP_FIRST, policy.first / 4) + 1;
		w->gap_longest = MIN(GAP_LONGEST, policy.first) + 1;
	}
	t->gap = CLAMP(t->gap * 2, w->gap_first, w->gap_longest);
	t->closed_until = g_get_monotonic_time() + t->gap;
	if (t->closed != text) {
		g_free(t->closed);
		t->closed = g_strdup(text);
	}
}

/* The journey */

/* A line of a stranger's may have what parts ours. */
void
journey_keep(struct sending *s, const char *line)
{
	GString *lines = s->journey;
	gsize from = lines->len + (lines->len > 0), size = strcspn(line, "\r\n");

	if (!*line)
		return;
	if (lines->len)
		g_string_append_c(lines, '\n');
	g_string_append_len(lines, line, (gssize)size);
	if (line[size]) {
		g_string_append(lines, line + size);
		g_strdelimit(lines->str + from, "\r\n", ' ');
	}
}

HRESULT
report_hand_over(struct sending *s, struct report *report)
{
	HRESULT hr = S_OK;

	/* Of one that was taken back there is nothing to tell: it was not sent. */
	if (report->verdicts->len > 0 && !s->gone) {
		g_free(report->journey);
		report->journey = g_strndup(s->journey->str, s->journey->len);
		g_string_truncate(s->journey, 0);
		if (!batch_note(s, report))
			hr = worker_report(s->worker, report, &s->act);
	}
	report_free(report);
	return hr;
}
