/* SPDX-License-Identifier: MIT */
/*
 * What is done with one message ("Sending Messages: MAPI Spooler Tasks"): lock, transports, and by
 * what the scheduler makes of their verdicts reports to the sender, FinishedMsg, or unlock for
 * later. Each step can be done twice: a worker that died in between is followed by another. See
 * worker.h.
 */
#include "worker.h"

#include <string.h>
#include <unistd.h>
#include "filing.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"

static ULONG
entry_size(const struct sending *s)
{
	return (ULONG)g_bytes_get_size(s->lease->entry);
}

static ENTRYID *
entry_id(const struct sending *s)
{
	return (ENTRYID *)g_bytes_get_data(s->lease->entry, NULL);
}

static void
done(struct sending *s, const char *outcome, const char *text)
{
	worker_done(s->worker, s->lease->id, outcome, text);
}

static void
done_later(struct sending *s, const char *what, void *object, HRESULT hr)
{
	g_autofree char *why = worker_error(object, hr);
	g_autofree char *text = g_strdup_printf("%s: %s", what, why);

	done(s, "retry", text);
}

/* The message */

static HRESULT
open_message(struct sending *s)
{
	static const ULONG ways[] = { MAPI_MODIFY, MAPI_BEST_ACCESS };
	HRESULT hr = MAPI_E_NOT_FOUND;
	ULONG type = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
		hr = s->store->lpVtbl->OpenEntry(s->store, entry_size(s), entry_id(s), NULL,
		    ways[i], &type, (IUnknown **)&s->message);
		if (SUCCEEDED(hr))
			return hr;
		s->message = NULL;
		if (hr != MAPI_E_NO_ACCESS)
			break;
	}
	return hr;
}

/* Whether the message is still submitted: AbortSubmit takes the flag away, FinishedMsg too.  One
 * that was submitted anew since it was leased is not meant: its recipients may be others. */
static bool
still_submitted(struct sending *s)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_MESSAGE_FLAGS, PR_CLIENT_SUBMIT_TIME } };
	SPropValue *values = NULL;
	SRow row;
	ULONG count = 0;
	LONG flags;
	bool meant;

	if (FAILED(s->message->lpVtbl->GetProps(
		s->message, (SPropTagArray *)&tags, 0, &count, &values)))
		return true; /* SetLockState will tell */
	flags = prop_find_long(values, count, PR_MESSAGE_FLAGS, MSGFLAG_SUBMIT);
	row = (SRow){ 0, count, values };
	meant = !s->lease->submitted || scan_submit_time(&row) == s->lease->submitted;
	mem_free(values);
	return meant && (flags & MSGFLAG_SUBMIT) != 0;
}

static void
release_message(struct sending *s, bool unlock)
{
	if (!s->message)
		return;
	if (unlock)
		s->store->lpVtbl->SetLockState(s->store, s->message, MSG_UNLOCKED);
	s->message->lpVtbl->Release(s->message);
	s->message = NULL;
}

/* A lock that is not ours is left over: the lease is ours alone, and no other worker of the profile
 * lives while we have its lock (a store may know a holder by a process number that has since gone
 * to somebody else). */
static HRESULT
set_lock(struct sending *s)
{
	HRESULT hr = s->store->lpVtbl->SetLockState(s->store, s->message, MSG_LOCKED);

	if (hr != MAPI_E_NO_ACCESS)
		return hr;
	hr = s->store->lpVtbl->SetLockState(s->store, s->message, MSG_UNLOCKED);
	return FAILED(hr) ? hr : s->store->lpVtbl->SetLockState(s->store, s->message, MSG_LOCKED);
}

/* One that was not begun.  Where it was withdrawn, another worker may have locked it since. */
static void
give_back(struct sending *s)
{
	if (s->message || s->locked)
		release_message(s, !filing_unlock(s->store, s->lease->entry));
	s->locked = false;
}

/* It has left the queue: by an earlier worker that died before it could say so, or by a client. */
static void
done_gone(struct sending *s, HRESULT hr)
{
	if (s->lease->act == ACT_FILE)
		done(s, "filed", "");
	else if (s->lease->act == ACT_FAIL)
		done(s, "failed", "");
	else if (hr == MAPI_E_NOT_IN_QUEUE)
		done(s, "cancelled", "It was taken back before it was sent.");
	else
		done(s, "cancelled", "It was deleted before it was sent.");
}

static HRESULT
open_and_lock(struct sending *s)
{
	HRESULT hr = open_message(s);

	if (SUCCEEDED(hr) && !still_submitted(s))
		hr = MAPI_E_NOT_IN_QUEUE;
	if (SUCCEEDED(hr) && !s->locked)
		hr = set_lock(s);
	s->locked = s->locked && !s->message;
	return hr;
}

/* The same; false when that was the end of it and the scheduler has been told. */
static bool
lock_message(struct sending *s)
{
	HRESULT hr = open_and_lock(s);

	if (SUCCEEDED(hr))
		return true;
	if (filing_is_gone(hr))
		done_gone(s, hr);
	else
		done_later(s, "The message cannot be opened in the store", s->store, hr);
	release_message(s, false);
	return false;
}

/* Ends */

/* Where the message will be when the sender reads of it. */
static const char *
where_text(struct sending *s, enum spool_act act)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_DELETE_AFTER_SUBMIT } };
	SPropValue *values = NULL;
	ULONG count = 0;
	bool deleted = false;

	if (act != ACT_FILE && act != ACT_FAIL)
		return "The message waits in the Outbox.";
	if (SUCCEEDED(s->message->lpVtbl->GetProps(
		s->message, (SPropTagArray *)&tags, 0, &count, &values)))
		deleted = prop_find_bool(values, count, PR_DELETE_AFTER_SUBMIT, false);
	mem_free(values);
	return deleted ? "The message is attached, and kept nowhere else."
		       : "The message is in the folder for sent mail.";
}

/* False when that has to be tried again, and the scheduler has been told. */
static bool
tell_sender(struct sending *s, enum spool_act act)
{
	HRESULT hr = s->tell ? worker_tell_sender(s, where_text(s, act)) : S_OK;

	if (SUCCEEDED(hr))
		return true;
	/* As long as it waits there will be another time. */
	if (act != ACT_FILE && act != ACT_FAIL)
		return true;
	release_message(s, true);
	done_later(s, "The report to the sender cannot be written", s->store, hr);
	return false;
}

/* Sent, or refused by all: either way it leaves the queue for the folder of sent mail (or is
 * deleted), as MAPI has it once nobody is left to be seen to.  FinishedMsg wants the message
 * locked, and unlocks it. */
static void
finish_message(struct sending *s, enum spool_act act, const char *text)
{
	HRESULT hr;

	if (!tell_sender(s, act))
		return;
	release_message(s, false);
	hr = s->store->lpVtbl->FinishedMsg(s->store, 0, entry_size(s), entry_id(s));
	if (SUCCEEDED(hr) || filing_is_gone(hr))
		done(s, act == ACT_FILE ? "filed" : "failed", text);
	else
		done_later(s, "It is done with, but the store cannot file it", s->store, hr);
}

/* A person's wish.  AbortSubmit fails on a locked message. */
static void
cancel_message(struct sending *s)
{
	HRESULT hr;

	release_message(s, true);
	hr = s->store->lpVtbl->AbortSubmit(s->store, entry_size(s), entry_id(s), 0);
	if (SUCCEEDED(hr) || filing_is_gone(hr))
		done(s, "cancelled", "Cancelled on request; it stays in the Outbox, unsent.");
	else
		done_later(s, "The store cannot take it out of the queue", s->store, hr);
}

static void
conclude(struct sending *s)
{
	if (s->gone) {
		release_message(s, false);
		done_gone(s, s->gone);
		return;
	}
	if (s->noted) {
		release_message(s, false);
		batch_file(s);
		return;
	}
	switch (s->act) {
	case ACT_FILE:
		finish_message(s, ACT_FILE, "");
		break;
	case ACT_FAIL:
		finish_message(
		    s, ACT_FAIL, s->recipients->len ? "" : "The message has no recipients.");
		break;
	case ACT_HOLD:
		batch_stop(s->worker);
		release_message(s, true);
		done(s, "held", "");
		break;
	default:
		tell_sender(s, s->act);
		release_message(s, true);
		done(s, "retry", "");
		break;
	}
}

/* Transports */

static void
mark_due(struct sending *s)
{
	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		for (guint d = 0; d < s->lease->due->len && !r->open; d++)
			r->open = g_array_index(s->lease->due, guint32, d) == r->row;
	}
}

/* Marks what the transport serves of what is open; false when that is nothing. */
static bool
mark_served(struct sending *s, const struct worker_transport *t)
{
	bool any = false;

	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		r->served = r->open && transport_serves(t, r);
		any = any || r->served;
	}
	return any;
}

/* The verdict of all that are still open. */
static void
report_open(struct sending *s)
{
	struct report *report = report_create(s->lease->id, s->lease->entry, s->tried);

	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (!r->open)
			continue;
		r->open = false;
		g_ptr_array_add(report->verdicts, recipient_verdict(s, r));
	}
	report_hand_over(s, report);
}

/* From the transport in this place on. */
static HRESULT
try_transports(struct sending *s, guint first)
{
	GPtrArray *transports = s->worker->transports;
	HRESULT hr = S_OK;

	for (guint i = first; SUCCEEDED(hr) && !s->gone && i < transports->len; i++) {
		struct worker_transport *t = g_ptr_array_index(transports, i);
		bool usable = transport_open(s->worker, t);

		if (!mark_served(s, t))
			continue;
		if (!usable)
			postpone_served(s, VERDICT_HOLD, 0, t->reason);
		else if (transport_is_closed(t))
			postpone_served(s, VERDICT_UNREACHABLE, 0, t->closed);
		else
			hr = transport_send(s, t);
	}
	if (SUCCEEDED(hr))
		report_open(s);
	return hr;
}

static bool
has_row(const struct sending *s, guint32 row)
{
	for (guint i = 0; i < s->recipients->len; i++)
		if (((const struct sending_recipient *)g_ptr_array_index(s->recipients, i))->row ==
		    row)
			return true;
	return false;
}

/* A list is due that has become its members since. */
static bool
lists_are_late(const struct sending *s)
{
	bool gone = false, late = false;

	for (guint d = 0; d < s->lease->due->len && !gone; d++) {
		guint32 row = g_array_index(s->lease->due, guint32, d);

		gone = !(row & MEMBER_BIT) && !has_row(s, row);
	}
	for (guint i = 0; gone && i < s->recipients->len && !late; i++) {
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		late = (r->row & MEMBER_BIT) && !r->open;
	}
	return late;
}

/* The members take the place of their lists on record, and are due with the others; of a batch, the
 * next time. */
static HRESULT
admit_members(struct sending *s)
{
	GArray *due = s->lease->due;
	HRESULT hr = scan_tell_members(s->worker, s->lease);

	if (FAILED(hr))
		return hr;
	for (guint d = due->len; d-- > 0;)
		if (!has_row(s, g_array_index(due, guint32, d)))
			g_array_remove_index_fast(due, d);
	for (guint i = 0; s->slot < 0 && i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if ((r->row & MEMBER_BIT) && !r->open)
			g_array_append_val(due, r->row);
	}
	mark_due(s);
	return S_OK;
}

/* A due recipient that is no longer in the message (the store's rows have changed). */
static void
report_missing(struct sending *s)
{
	struct report *report = report_create(s->lease->id, s->lease->entry, "");

	for (guint d = 0; d < s->lease->due->len; d++) {
		guint32 row = g_array_index(s->lease->due, guint32, d);

		if (!has_row(s, row))
			g_ptr_array_add(
			    report->verdicts, verdict_create(row, VERDICT_PERMANENT,
						  "This recipient is no longer in the message."));
	}
	if (report->verdicts->len)
		worker_report(s->worker, report, &s->act);
	report_free(report);
}

static HRESULT
read_recipients(struct sending *s)
{
	HRESULT hr = recipients_read(s->worker->session, s->message, &s->rows, &s->recipients);

	if (SUCCEEDED(hr))
		mark_due(s);
	return hr;
}

static void
end_message(struct sending *s, HRESULT hr)
{
	if (SUCCEEDED(hr)) {
		conclude(s);
		return;
	}
	release_message(s, true);
	if (s->recipients)
		done_later(s, "The recipients cannot be read or marked", s->store, hr);
	else
		done_later(s, "The recipients cannot be read", s->worker->session, hr);
}

static void
send_message(struct sending *s)
{
	HRESULT hr = S_OK;

	if (!s->recipients)
		hr = read_recipients(s);
	if (SUCCEEDED(hr) && lists_are_late(s))
		hr = admit_members(s);
	if (SUCCEEDED(hr)) {
		report_missing(s);
		hr = try_transports(s, 0);
	}
	end_message(s, hr);
}

/* The lease */

static void
act_on(struct sending *s)
{
	if (!s->message && !lock_message(s))
		return;
	switch (s->lease->act) {
	case ACT_FILE:
	case ACT_FAIL:
		finish_message(s, s->lease->act, "");
		break;
	case ACT_CANCEL:
		cancel_message(s);
		break;
	default:
		send_message(s);
		break;
	}
}

struct sending *
sending_create(struct worker *w, struct lease *lease, int slot)
{
	struct worker_store *store = worker_find_store(w, lease->store);
	struct sending *s = g_new0(struct sending, 1);

	s->worker = w;
	s->lease = lease;
	s->act = ACT_RETRY;
	s->tell = lease->tell;
	s->slot = slot;
	s->live = -1;
	s->journey = g_string_sized_new(1024);
	s->store = store ? store->store : NULL;
	return s;
}

void
sending_free(struct sending *s)
{
	if (!s)
		return;
	if (s->ahead)
		transport_forget(s->ahead);
	give_back(s);
	if (s->recipients)
		g_ptr_array_unref(s->recipients);
	rows_free(s->rows);
	g_string_free(s->journey, TRUE);
	if (s->live >= 0)
		close(s->live);
	lease_free(s->lease);
	g_free(s);
}

/* The first transport that is to be asked, where it can be and takes messages ahead; its place. */
static struct worker_transport *
ahead_transport(struct sending *s, guint *place)
{
	GPtrArray *transports = s->worker->transports;

	for (guint i = 0; i < transports->len; i++) {
		struct worker_transport *t = g_ptr_array_index(transports, i);
		bool usable = transport_open(s->worker, t);

		if (!mark_served(s, t))
			continue;
		*place = i;
		return usable && t->ahead && !transport_is_closed(t) ? t : NULL;
	}
	return NULL;
}

static void
prepare(struct sending *s)
{
	struct worker_transport *t;

	/* What goes wrong is told when it is this one's turn. */
	if (FAILED(open_and_lock(s)) || FAILED(read_recipients(s))) {
		give_back(s);
		return;
	}
	if (lists_are_late(s))
		return;
	t = ahead_transport(s, &s->place);
	if (t && transport_prepare(s, t))
		s->ahead = t;
}

void
sending_prepare(struct sending *s)
{
	if (!s->store || s->lease->act != ACT_SEND)
		return;
	filing_view(s->store, true);
	prepare(s);
	filing_view(s->store, false);
}

bool
sending_begin(struct sending *s)
{
	struct worker *w = s->worker;
	struct worker_transport *t = g_steal_pointer(&s->ahead);
	bool pending = false;

	w->sending = s;
	s->taken = g_get_real_time();
	if (t && transport_is_closed(t)) { /* since the message before */
		transport_forget(t);
		t = NULL;
	}
	if (t) {
		report_missing(s);
		pending = transport_begin(s, t);
		if (!pending)
			end_message(s, try_transports(s, s->place + 1));
	} else if (s->store) {
		act_on(s);
	} else {
		struct worker_store *store = worker_find_store(w, s->lease->store);
		g_autofree char *text =
		    g_strdup_printf("The message's store is not in profile \"%s\""
				    " or cannot be opened%s%s.  The message is safe there.",
			profile_name(w->profile), store ? ": " : "", store ? store->reason : "");

		done(s, "retry", text);
	}
	w->sending = NULL;
	return pending;
}

void
sending_end(struct sending *s)
{
	s->worker->sending = s;
	transport_end(s);
	end_message(s, try_transports(s, s->place + 1));
	s->worker->sending = NULL;
}

void
worker_send(struct worker *w, struct lease *lease)
{
	struct sending *s = sending_create(w, lease, -1);

	w->live_until = 0;
	sending_begin(s); /* nothing was prepared: that is all */
	sending_free(s);
}
