/* SPDX-License-Identifier: MIT */
/*
 * The profile's transports: logon, which recipients each serves, and one call to one of them.
 *
 * What a transport says comes by two ways.  One that knows emapispi.h sets PR_EMAPI_RETRY_CLASS on
 * the rows it gives to StatusRecips.  Any other follows Microsoft's rules: a row with a reason of
 * nondelivery is refused for good, any other row is delivered; a recipient without a row is sent
 * when PR_RESPONSIBILITY is TRUE afterwards, and left to the next transport when it is not; the
 * result of SubmitMessage and the flags of EndMessage say whether to come again.  See worker.h.
 */
#include "worker.h"

#include <string.h>
#include "filing.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

/* The list */

static void
transport_free(struct worker_transport *t)
{
	if (t->logon) {
		if (t->ahead)
			t->ahead->lpVtbl->Release(t->ahead);
		t->logon->lpVtbl->TransportLogoff(t->logon, 0);
		t->logon->lpVtbl->Release(t->logon);
	}
	g_free(t->name);
	g_free(t->told);
	g_free(t->reason);
	g_free(t->closed);
	g_strfreev(t->types);
	if (t->uids)
		g_array_unref(t->uids);
	g_free(t);
}

static char *
provider_name(struct worker *w, const MAPIUID *provider)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	char *name;

	if (FAILED(profile_section_read(w->profile, provider, &values, &count)))
		return g_strdup("transport");
	name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	if (!name)
		name = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	mem_free(values);
	return name ? name : g_strdup("transport");
}

void
worker_list_transports(struct worker *w)
{
	GArray *providers = profile_providers(w->profile, MAPI_TRANSPORT_PROVIDER);

	w->transports = g_ptr_array_new_with_free_func((GDestroyNotify)transport_free);
	for (guint i = 0; i < providers->len; i++) {
		struct worker_transport *t = g_new0(struct worker_transport, 1);

		t->provider = g_array_index(providers, MAPIUID, i);
		t->name = provider_name(w, &t->provider);
		t->told = journey_transport(t->name);
		g_ptr_array_add(w->transports, t);
	}
	g_array_unref(providers);
}

void
worker_close_transports(struct worker *w)
{
	g_clear_pointer(&w->transports, g_ptr_array_unref);
}

void
worker_idle_transports(struct worker *w)
{
	for (guint i = 0; i < w->transports->len; i++) {
		struct worker_transport *t = g_ptr_array_index(w->transports, i);

		if (t->logon)
			t->logon->lpVtbl->Idle(t->logon, 0);
	}
}

/* Logon */

static HRESULT
on_status_recips(void *context, IMessage *message, const ADRLIST *recipients)
{
	struct worker *w = context;

	/* Reports for a message that is no longer in hand have nowhere to go. */
	return w->sending ? transport_status(w->sending, recipients) : MAPI_E_NO_SUPPORT;
}

static HRESULT
on_spooler_notify(void *context, ULONG flags, void *data)
{
	struct worker *w = context;

	if (flags == NOTIFY_XP_HANDOVER)
		return w->sending ? transport_hand_over(w->sending) : MAPI_E_CALL_FAILED;

	if (flags == NOTIFY_EMAPI_JOURNEY) {
		if (w->sending && data)
			journey_said(w->sending, data);
		return S_OK;
	}
	log_debug("a transport notifies: 0x%X", (unsigned)flags);
	return S_OK;
}

static HRESULT
on_spooler_yield(void *context, ULONG flags)
{
	return S_OK;
}

static void
read_address_types(struct worker_transport *t)
{
	ULONG flags = 0, type_count = 0, uid_count = 0;
	LPTSTR *types = NULL;
	MAPIUID **uids = NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	HRESULT hr = t->logon->lpVtbl->AddressTypes(
	    t->logon, &flags, &type_count, &types, &uid_count, &uids);

	t->uids = g_array_new(FALSE, FALSE, sizeof(MAPIUID));
	t->any_type = SUCCEEDED(hr) && !types;
	for (ULONG i = 0; SUCCEEDED(hr) && types && i < type_count; i++) {
		char *name = NULL;

		if (SUCCEEDED(text_from_arg(NULL, types[i], flags, &name)) && name)
			g_ptr_array_add(names, g_ascii_strup(name, -1));
		mem_free(name);
	}
	g_ptr_array_add(names, NULL);
	t->types = g_strdupv((char **)names->pdata);
	for (guint i = 0; i + 1 < names->len; i++)
		g_free(g_ptr_array_index(names, i));
	for (ULONG i = 0; SUCCEEDED(hr) && uids && i < uid_count; i++)
		g_array_append_vals(t->uids, uids[i], 1);
}

bool
transport_open(struct worker *w, struct worker_transport *t)
{
	struct support_hooks hooks = {
		.status_recips = on_status_recips,
		.spooler_notify = on_spooler_notify,
		.spooler_yield = on_spooler_yield,
		.context = w,
	};
	HRESULT hr;

	if (t->opened)
		return t->logon != NULL;
	t->opened = true;
	hr = session_open_transport(session_from(w->session), &t->provider, &hooks, &t->logon);
	if (FAILED(hr)) {
		g_autofree char *why = worker_error(w->session, hr);

		t->logon = NULL;
		t->reason =
		    g_strdup_printf("The transport \"%s\" cannot be used: %s", t->name, why);
		log_error("%s", t->reason);
		return false;
	}
	read_address_types(t);
	if (FAILED(t->logon->lpVtbl->QueryInterface(
		t->logon, &iid_xp_ahead, (void **)(void *)&t->ahead)))
		t->ahead = NULL;
	return true;
}

void
worker_open_transports(struct worker *w)
{
	for (guint i = 0; i < w->transports->len; i++)
		transport_open(w, g_ptr_array_index(w->transports, i));
}

bool
transport_serves(const struct worker_transport *t, const struct sending_recipient *r)
{
	gsize size;
	const guint8 *entry = g_bytes_get_data(r->entry, &size);

	/* One that cannot be opened might: better held than sent another way than was meant. */
	if (!t->logon || t->any_type)
		return true;
	/* An entry ID has its provider's UID after 4 bytes of flags. */
	for (guint i = 0; size >= 4 + sizeof(MAPIUID) && i < t->uids->len; i++) {
		if (memcmp(entry + 4, &g_array_index(t->uids, MAPIUID, i), sizeof(MAPIUID)) == 0)
			return true;
	}
	return *r->type && g_strv_contains((const char *const *)t->types, r->type);
}

HRESULT
transport_hand_over(struct sending *s)
{
	HRESULT hr = filing_secure(s->store, s->lease->entry);

	if (filing_is_gone(hr))
		s->gone = hr;
	return hr;
}

/* Verdicts */

static struct sending_recipient *
find_recipient(struct sending *s, const SPropValue *props, ULONG count)
{
	const SPropValue *row = prop_find(props, count, PR_ROWID);
	LONG kind = prop_find_long(props, count, PR_RECIPIENT_TYPE, -1);
	g_autofree char *address = prop_find_text(props, count, PR_EMAIL_ADDRESS_W);

	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (row ? r->place == (guint32)row->Value.l
			: address && g_ascii_strcasecmp(address, r->address) == 0 &&
			      (kind < 0 || (kind & 0x0F) == r->kind))
			return r;
	}
	return NULL;
}

/* By Microsoft's rules, for a transport that does not know ours. */
static enum verdict_class
documented_class(const SPropValue *props, ULONG count)
{
	if (prop_find(props, count, PR_NDR_REASON_CODE) ||
	    prop_find(props, count, PR_NDR_DIAG_CODE))
		return VERDICT_PERMANENT;
	if (prop_find(props, count, PR_DELIVER_TIME))
		return VERDICT_ACCEPTED;
	if (prop_find(props, count, PR_REPORT_TEXT_W) || prop_find(props, count, PR_REPORT_TEXT_A))
		return VERDICT_PERMANENT;
	return VERDICT_ACCEPTED;
}

static void
take_text(char **field, char *text)
{
	if (!text)
		return;
	g_free(*field);
	*field = text;
}

static struct verdict *
verdict_from_props(guint32 row, const SPropValue *props, ULONG count)
{
	struct verdict *v = verdict_create(row, documented_class(props, count), NULL);
	LONG class = prop_find_long(props, count, PR_EMAPI_RETRY_CLASS, -1);

	if (class >= VERDICT_ACCEPTED && class < VERDICT_COUNT)
		v->class = (enum verdict_class) class;
	else if (prop_find(props, count, PR_EMAPI_RETRY_CLASS))
		v->class = VERDICT_TEMPORARY; /* of a newer emapispi.h: anything but "sent" */
	v->code = prop_find_long(props, count, PR_EMAPI_REPLY_CODE, 0);
	v->relayed = prop_find_bool(props, count, PR_EMAPI_RELAYED, false);
	take_text(&v->enhanced, prop_find_text(props, count, PR_EMAPI_ENHANCED_STATUS_W));
	take_text(&v->text, prop_find_text(props, count, PR_EMAPI_REPLY_TEXT_W));
	if (!*v->text)
		take_text(&v->text, prop_find_text(props, count, PR_REPORT_TEXT_W));
	if (!*v->text && v->class != VERDICT_ACCEPTED)
		take_text(&v->text, g_strdup("The transport refused it and did not say why."));
	take_text(&v->server, prop_find_text(props, count, PR_EMAPI_REMOTE_MTA_W));
	take_text(&v->queue_id, prop_find_text(props, count, PR_EMAPI_QUEUE_ID_W));
	return v;
}

/* PR_EMAPI_JOURNEY, put to the lines there are. */
static void
keep_journey(struct sending *s, const SPropValue *props, ULONG count)
{
	const SPropValue *wide = prop_find(props, count, PR_EMAPI_JOURNEY_W);
	const SPropValue *narrow = prop_find(props, count, PR_EMAPI_JOURNEY_A);
	ULONG lines = wide ? wide->Value.MVszW.cValues : narrow ? narrow->Value.MVszA.cValues : 0;

	for (ULONG i = 0; i < lines; i++) {
		char *text = wide ? text_to_utf8(NULL, wide->Value.MVszW.lppszW[i]) : NULL;

		journey_keep(s, wide ? (text ? text : "") : narrow->Value.MVszA.lppszA[i]);
		mem_free(text);
	}
}

/* Into the report, or put aside for the next transport. */
static void
take_verdict(
    struct sending *s, struct sending_recipient *r, struct report *report, struct verdict *verdict)
{
	if (verdict->class == VERDICT_UNREACHABLE && s->transport) {
		transport_closed(s->worker, s->transport, verdict->text);
		recipient_postpone(s, r, verdict);
		return;
	}
	if (s->transport)
		transport_reached(s->transport);
	r->open = false;
	g_ptr_array_add(report->verdicts, verdict);
}

HRESULT
transport_status(struct sending *s, const ADRLIST *recipients)
{
	struct report *report =
	    report_create(s->lease->id, s->lease->entry, s->transport ? s->transport->name : "");
	gsize before = s->journey->len;

	for (ULONG i = 0; i < recipients->cEntries; i++) {
		const ADRENTRY *entry = &recipients->aEntries[i];
		struct sending_recipient *r = find_recipient(s, entry->rgPropVals, entry->cValues);

		if (s->journey->len == before)
			keep_journey(s, entry->rgPropVals, entry->cValues);
		if (r)
			take_verdict(s, r, report,
			    verdict_from_props(r->row, entry->rgPropVals, entry->cValues));
	}
	return report_hand_over(s, report);
}

/* One call */

/* PR_RESPONSIBILITY: FALSE on what this transport serves, TRUE on all others; in memory only. */
static HRESULT
mark_responsibility(struct sending *s)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(s->rows->cRows));
	HRESULT hr;

	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	list->cEntries = s->rows->cRows;
	for (ULONG i = 0; i < s->rows->cRows; i++) {
		const SRow *row = &s->rows->aRow[i];
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);
		SPropValue *props = mem_zalloc(list, (row->cValues + 1) * sizeof(SPropValue));
		ULONG count = 0;

		if (!props) {
			mem_free(list);
			return MAPI_E_NOT_ENOUGH_MEMORY;
		}
		for (ULONG p = 0; p < row->cValues; p++) {
			ULONG tag = row->lpProps[p].ulPropTag;

			/* The values themselves stay in the row, which lives longer. */
			if (PROP_TYPE(tag) != PT_ERROR && PROP_TYPE(tag) != PT_NULL &&
			    PROP_ID(tag) != PROP_ID(PR_RESPONSIBILITY))
				props[count++] = row->lpProps[p];
		}
		prop_set_bool(&props[count++], PR_RESPONSIBILITY, !(r->open && r->served));
		list->aEntries[i].cValues = count;
		list->aEntries[i].rgPropVals = props;
	}
	hr = s->message->lpVtbl->ModifyRecipients(s->message, MODRECIP_MODIFY, list);
	mem_free(list);
	return hr;
}

/* The same verdict for all that were served and have none yet. */
static void
report_rest(struct sending *s, enum verdict_class class, int wait, const char *text)
{
	struct report *report = report_create(s->lease->id, s->lease->entry, s->transport->name);

	for (guint i = 0; i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);
		struct verdict *v;

		if (!r->open || !r->served)
			continue;
		r->open = false;
		v = verdict_create(r->row, class, text);
		v->wait = wait;
		g_ptr_array_add(report->verdicts, v);
	}
	report_hand_over(s, report);
}

/* Whether the message, as it is open, says of a recipient, who was at `place`, that he is seen to.
 */
static bool
is_seen_to(const GPtrArray *recipients, const SRowSet *rows, guint place, guint32 row)
{
	guint n = recipients->len;

	for (guint j = 0; j < n; j++) {
		guint i = (place + j) % n; /* at once, unless the transport has moved rows */

		if (((struct sending_recipient *)g_ptr_array_index(recipients, i))->row == row)
			return prop_find_bool(
			    rows->aRow[i].lpProps, rows->aRow[i].cValues, PR_RESPONSIBILITY, false);
	}
	return false;
}

static bool
any_open(const struct sending *s)
{
	for (guint i = 0; i < s->recipients->len; i++) {
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (r->open && r->served)
			return true;
	}
	return false;
}

/* Those that the transport took without a word of its own are sent.  It need not report a delivery
 * that nobody has asked to know of. */
static void
report_taken(struct sending *s)
{
	struct report *report = report_create(s->lease->id, s->lease->entry, s->transport->name);
	GPtrArray *recipients = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = recipients_read(NULL, s->message, &rows, &recipients);

	for (guint i = 0; SUCCEEDED(hr) && i < s->recipients->len; i++) {
		struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (!r->open || !r->served || !is_seen_to(recipients, rows, i, r->row))
			continue;
		r->open = false;
		g_ptr_array_add(report->verdicts,
		    verdict_create(r->row, VERDICT_ACCEPTED, "The transport took it."));
	}
	report_hand_over(s, report);
	if (recipients)
		g_ptr_array_unref(recipients);
	rows_free(rows);
}

/* The flags are about those who are left: who has the message must not get it again. */
static void
after_end(struct sending *s, ULONG flags)
{
	if (any_open(s)) /* else each has had a word of its own */
		report_taken(s);
	if (flags & END_RESEND_NOW)
		report_rest(s, VERDICT_TEMPORARY, 1, "The transport asks to begin anew.");
	else if (flags & END_RESEND_LATER)
		report_rest(s, VERDICT_TEMPORARY, 0, "The transport asks to come again later.");
	else if (flags & END_DONT_RESEND)
		report_rest(s, VERDICT_ACCEPTED, 0, "The transport keeps it and sends it later.");
}

static void
after_failure(struct sending *s, HRESULT hr, ULONG_PTR wait)
{
	g_autofree char *text = NULL;
	int seconds = hr == MAPI_E_WAIT || hr == MAPI_E_NETWORK_ERROR ? (int)MIN(wait, 86400) : 0;

	if (hr == MAPI_E_NOT_ME)
		return;
	text = g_strdup_printf(
	    "The transport \"%s\" answers: %s (%s)", s->transport->name, hr_text(hr), hr_name(hr));
	if (hr == MAPI_E_NETWORK_ERROR) {
		transport_closed(s->worker, s->transport, text);
		postpone_served(s, VERDICT_UNREACHABLE, seconds, text);
		return;
	}
	report_rest(s, hr == MAPI_E_CANCEL ? VERDICT_PERMANENT : VERDICT_TEMPORARY, seconds, text);
}

bool
transport_prepare(struct sending *s, struct worker_transport *t)
{
	g_autofree SRowSet *served = g_malloc(CbNewSRowSet(s->rows->cRows));

	served->cRows = 0;
	for (ULONG i = 0; i < s->rows->cRows; i++) {
		const struct sending_recipient *r = g_ptr_array_index(s->recipients, i);

		if (r->open && r->served)
			served->aRow[served->cRows++] = s->rows->aRow[i];
	}
	return t->ahead->lpVtbl->Prepare(t->ahead, s->message, served) == S_OK;
}

void
transport_forget(struct worker_transport *t)
{
	t->ahead->lpVtbl->Forget(t->ahead);
}

static void
after_ahead(struct sending *s, HRESULT hr)
{
	if (SUCCEEDED(hr))
		after_end(s, 0);
	else
		after_failure(s, hr, 0);
	s->transport = NULL;
}

bool
transport_begin(struct sending *s, struct worker_transport *t)
{
	BOOL pending = FALSE;
	HRESULT hr;

	s->transport = t;
	journey_begin(s, t);
	hr = t->ahead->lpVtbl->Begin(t->ahead, &pending);
	if (!pending)
		after_ahead(s, hr);
	return pending;
}

void
transport_end(struct sending *s)
{
	struct xp_ahead *ahead = s->transport->ahead;

	after_ahead(s, ahead->lpVtbl->End(ahead));
}

/* For a transport that does not wait for that itself (xpahead.h). */
static bool
is_secure(struct sending *s)
{
	HRESULT hr = transport_hand_over(s);
	g_autofree char *text = NULL;

	if (SUCCEEDED(hr))
		return true;
	text = g_strdup_printf(
	    "The store could not make sure that the message is on disk (%s).", hr_text(hr));
	report_rest(s, VERDICT_TEMPORARY, 0, text);
	return false;
}

HRESULT
transport_send(struct sending *s, struct worker_transport *t)
{
	ULONG_PTR reference = 0, wait = 0;
	ULONG flags = 0;
	HRESULT hr;

	s->transport = t;
	journey_begin(s, t);
	hr = mark_responsibility(s);
	if (FAILED(hr))
		goto out;
	if (!t->ahead && !is_secure(s))
		goto out;
	hr = t->logon->lpVtbl->SubmitMessage(t->logon, 0, s->message, &reference, &wait);
	if (SUCCEEDED(hr)) {
		hr = t->logon->lpVtbl->EndMessage(t->logon, reference, &flags);
		if (SUCCEEDED(hr))
			after_end(s, flags);
	}
	if (FAILED(hr))
		after_failure(s, hr, wait);
	hr = S_OK;
out:
	s->transport = NULL;
	return hr;
}
