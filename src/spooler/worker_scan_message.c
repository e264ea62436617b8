/* SPDX-License-Identifier: MIT */
/* What the scheduler is to know of a message that was submitted.  See worker.h. */
#include "worker.h"

#include <edkmdb.h>
#include <emapispi.h>
#include "client_part.h"
#include "mem.h"
#include "owner.h"
#include "prop.h"

/* FILETIME (100 ns since 1601) as microseconds since 1970. */
static gint64
unix_time(const FILETIME *time)
{
	guint64 ticks = (guint64)time->dwHighDateTime << 32 | time->dwLowDateTime;

	return (gint64)(ticks / 10) - G_GINT64_CONSTANT(11644473600) * G_USEC_PER_SEC;
}

/* 0 where there is none. */
static gint64
time_of(const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *time = prop_find(values, count, tag);

	return time && PROP_TYPE(time->ulPropTag) == PT_SYSTIME ? unix_time(&time->Value.ft) : 0;
}

gint64
scan_submit_time(const SRow *row)
{
	return time_of(row->lpProps, row->cValues, PR_CLIENT_SUBMIT_TIME);
}

/* Recipients */

static void
set_text(char **field, char *text)
{
	g_free(*field);
	*field = text;
}

static void
add_recipients(struct spool_message *m, const SRowSet *rows, const GPtrArray *recipients)
{
	for (guint i = 0; i < recipients->len; i++) {
		const struct sending_recipient *from = g_ptr_array_index(recipients, i);
		struct spool_recipient *r = spool_recipient_create();
		char *name =
		    prop_find_text(rows->aRow[i].lpProps, rows->aRow[i].cValues, PR_DISPLAY_NAME_W);

		/* Of a message that is resent: who has it already. */
		if (prop_find_bool(
			rows->aRow[i].lpProps, rows->aRow[i].cValues, PR_RESPONSIBILITY, false))
			r->state = SPOOL_SENT;
		r->row = from->row;
		r->kind = from->kind;
		set_text(&r->type, g_strdup(from->type));
		set_text(&r->name, name ? name : g_strdup(""));
		/* A list has a name alone. */
		set_text(&r->address, g_strdup(*from->address ? from->address : r->name));
		g_ptr_array_add(m->recipients, r);
	}
}

/* PR_DEFERRED_SEND_NUMBER and _UNITS after the submission go before PR_DEFERRED_SEND_TIME;
 * Outlook's "do not deliver before" is PR_DEFERRED_DELIVERY_TIME. */
static gint64
deferred_until(const SPropValue *values, ULONG count, gint64 submitted)
{
	static const gint64 units[] = { 60, 3600, 86400, 7 * 86400 };
	LONG number = prop_find_long(values, count, PR_DEFERRED_SEND_NUMBER, -1);
	LONG unit = prop_find_long(values, count, PR_DEFERRED_SEND_UNITS, -1);
	gint64 until = time_of(values, count, PR_DEFERRED_SEND_TIME);

	if (number >= 0 && unit >= 0 && (size_t)unit < G_N_ELEMENTS(units))
		until = submitted + number * units[unit] * G_USEC_PER_SEC;
	return MAX(until, time_of(values, count, PR_DEFERRED_DELIVERY_TIME));
}

static LONG
priority_of(const SPropValue *values, ULONG count)
{
	LONG priority = prop_find_long(values, count, PR_PRIORITY, PRIO_NORMAL);

	if (priority != PRIO_NORMAL)
		return priority;
	return prop_find_long(values, count, PR_IMPORTANCE, IMPORTANCE_NORMAL) - IMPORTANCE_NORMAL;
}

static void
fill_from_props(struct spool_message *m, const SPropValue *values, ULONG count)
{
	const SPropValue *key = prop_find(values, count, PR_SEARCH_KEY);
	char *subject = prop_find_text(values, count, PR_SUBJECT_W);

	set_text(&m->subject, subject ? subject : g_strdup(""));
	if (key) {
		g_bytes_unref(m->key);
		m->key = g_bytes_new(key->Value.bin.lpb, key->Value.bin.cb);
	}
	m->defer = deferred_until(values, count, m->submitted);
	m->expiry = time_of(values, count, PR_EXPIRY_TIME);
	m->quiet =
	    !prop_find_bool(values, count, PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED, true);
}

/* What its client did, of a message that only the machine's daemon can open; its owner asks the
 * scheduler for it. */
static void
fill_client(struct spool_message *m, IMessage *message)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_EMAPI_CLIENT } };
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	SPropValue *values = NULL;
	ULONG count = 0;
	uid_t uid;

	if (!owner_of(m->key, &uid) ||
	    FAILED(message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values)))
		return;
	if (values[0].ulPropTag == PR_EMAPI_CLIENT)
		client_part_lines(
		    values[0].Value.bin.lpb, values[0].Value.bin.cb, m->submitted, lines);
	g_ptr_array_add(lines, NULL);
	if (lines->len > 1)
		m->client = g_strjoinv("\n", (char **)lines->pdata);
	mem_free(values);
}

/* What is not sure to be in a row of the queue comes from the message. */
static HRESULT
fill_from_message(IMAPISession *session, struct worker_store *s, GBytes *entry,
    struct spool_message *m, LONG *priority)
{
	SizedSPropTagArray(10, tags) = { 10,
		{ PR_SUBJECT_W, PR_SEARCH_KEY, PR_PRIORITY, PR_IMPORTANCE, PR_DEFERRED_SEND_TIME,
		    PR_DEFERRED_SEND_NUMBER, PR_DEFERRED_SEND_UNITS, PR_DEFERRED_DELIVERY_TIME,
		    PR_EXPIRY_TIME, PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED } };
	GPtrArray *recipients = NULL;
	IMessage *message = NULL;
	SRowSet *rows = NULL;
	SPropValue *values = NULL;
	ULONG count = 0, type = 0;
	HRESULT hr;

	hr = s->store->lpVtbl->OpenEntry(s->store, (ULONG)g_bytes_get_size(entry),
	    (ENTRYID *)g_bytes_get_data(entry, NULL), NULL, MAPI_BEST_ACCESS, &type,
	    (IUnknown **)&message);
	if (FAILED(hr))
		return hr;
	hr = message->lpVtbl->GetProps(
	    message, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values);
	if (SUCCEEDED(hr)) {
		fill_from_props(m, values, count);
		fill_client(m, message);
		*priority = priority_of(values, count);
		hr = recipients_read(session, message, &rows, &recipients);
	}
	if (SUCCEEDED(hr))
		add_recipients(m, rows, recipients);
	mem_free(values);
	rows_free(rows);
	if (recipients)
		g_ptr_array_unref(recipients);
	message->lpVtbl->Release(message);
	return hr;
}

HRESULT
scan_message(IMAPISession *session, struct worker_store *s, GBytes *entry, gint64 submitted,
    struct spool_message **out, LONG *priority)
{
	struct spool_message *m = spool_message_create();
	HRESULT hr;

	*out = NULL;
	m->submitted = submitted;
	g_bytes_unref(m->store);
	m->store = g_bytes_ref(s->uid);
	g_bytes_unref(m->entry);
	m->entry = g_bytes_ref(entry);
	hr = fill_from_message(session, s, entry, m, priority);
	if (FAILED(hr)) {
		spool_message_free(m);
		return hr;
	}
	*out = m;
	return S_OK;
}
