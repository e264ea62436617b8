/* SPDX-License-Identifier: MIT */
/*
 * What is in the stores' outgoing queues (IMsgStore::GetOutgoingQueue), told to the scheduler: for
 * each row first whether it is known ("have"), and only for a new one the whole ("queued").
 * See worker.h.
 */
#include "worker.h"

#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

/* FILETIME (100 ns since 1601) as microseconds since 1970. */
static gint64
unix_time(const FILETIME *time)
{
	guint64 ticks = (guint64)time->dwHighDateTime << 32 | time->dwLowDateTime;

	return (gint64)(ticks / 10) - G_GINT64_CONSTANT(11644473600) * G_USEC_PER_SEC;
}

static gint64
submit_time(const SRow *row)
{
	const SPropValue *time = prop_find(row->lpProps, row->cValues, PR_CLIENT_SUBMIT_TIME);

	return time ? unix_time(&time->Value.ft) : 0;
}

/* The name under which a submission is remembered. */
static char *
submission(GBytes *store, GBytes *entry, gint64 submitted)
{
	g_autofree char *s = text_hex(g_bytes_get_data(store, NULL), g_bytes_get_size(store));
	g_autofree char *e = text_hex(g_bytes_get_data(entry, NULL), g_bytes_get_size(entry));

	return g_strdup_printf("%s %s %" G_GINT64_FORMAT, s, e, submitted);
}

static HRESULT
ask_known(struct worker *w, GBytes *store, GBytes *entry, gint64 submitted, bool *known)
{
	struct ipc_message *reply = NULL;
	GVariantBuilder b;
	HRESULT hr;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "store", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), store, TRUE));
	g_variant_builder_add(
	    &b, "{sv}", "entry", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), entry, TRUE));
	g_variant_builder_add(&b, "{sv}", "submitted", g_variant_new_int64(submitted));
	hr = worker_ask(w, "have", g_variant_builder_end(&b), &reply);
	*known = SUCCEEDED(hr) && ipc_int(reply, "known", 0) != 0;
	ipc_message_free(reply);
	return hr;
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
		set_text(&r->address, g_strdup(from->address));
		set_text(&r->name, name ? name : g_strdup(""));
		g_ptr_array_add(m->recipients, r);
	}
}

/* Subject, search key and recipients come from the message: they are not sure to be columns. */
static HRESULT
fill_from_message(struct worker_store *s, GBytes *entry, struct spool_message *m)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_SUBJECT_W, PR_SEARCH_KEY } };
	GPtrArray *recipients = NULL;
	IMessage *message = NULL;
	SRowSet *rows = NULL;
	SPropValue *values = NULL;
	const SPropValue *key;
	ULONG count = 0, type = 0;
	HRESULT hr;

	hr = s->store->lpVtbl->OpenEntry(s->store, (ULONG)g_bytes_get_size(entry),
	    (ENTRYID *)g_bytes_get_data(entry, NULL), NULL, 0, &type, (IUnknown **)&message);
	if (FAILED(hr))
		return hr;
	hr = message->lpVtbl->GetProps(
	    message, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values);
	if (SUCCEEDED(hr)) {
		key = prop_find(values, count, PR_SEARCH_KEY);
		set_text(&m->subject, prop_find_text(values, count, PR_SUBJECT_W));
		if (!m->subject)
			m->subject = g_strdup("");
		g_bytes_unref(m->key);
		m->key =
		    key ? g_bytes_new(key->Value.bin.lpb, key->Value.bin.cb) : g_bytes_new(NULL, 0);
		hr = recipients_read(message, &rows, &recipients);
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

/* Telling */

static HRESULT
tell_queued(struct worker *w, const struct spool_message *m, LONG priority)
{
	struct packet_cursor cursor = { 0 };
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !cursor.done) {
		g_autoptr(GVariant) part = g_variant_ref_sink(packet_from_message(m, &cursor));
		GVariantDict dict;

		g_variant_dict_init(&dict, part);
		g_variant_dict_insert(&dict, "priority", "x", (gint64)priority);
		hr = worker_ask(w, "queued", g_variant_dict_end(&dict), NULL);
	}
	return hr;
}

static HRESULT
scan_row(struct worker *w, struct worker_store *s, const SRow *row)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	LONG priority = prop_find_long(row->lpProps, row->cValues, PR_PRIORITY, 0);
	g_autoptr(GBytes) entry = NULL;
	g_autofree char *name = NULL;
	struct spool_message *m;
	bool known = false;
	HRESULT hr;

	if (!id)
		return MAPI_E_CORRUPT_DATA;
	entry = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
	name = submission(s->uid, entry, submit_time(row));
	if (g_hash_table_contains(w->reported, name))
		return S_OK;
	hr = ask_known(w, s->uid, entry, submit_time(row), &known);
	if (FAILED(hr))
		return hr;
	if (!known) {
		m = spool_message_create();
		m->submitted = submit_time(row);
		g_bytes_unref(m->store);
		m->store = g_bytes_ref(s->uid);
		g_bytes_unref(m->entry);
		m->entry = g_bytes_ref(entry);
		hr = fill_from_message(s, entry, m);
		if (SUCCEEDED(hr))
			hr = tell_queued(w, m, priority);
		spool_message_free(m);
	}
	if (SUCCEEDED(hr))
		g_hash_table_add(w->reported, g_steal_pointer(&name));
	return hr;
}

static HRESULT
scan_store(struct worker *w, struct worker_store *s)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = s->store->lpVtbl->GetOutgoingQueue(s->store, 0, &table);

	if (SUCCEEDED(hr)) {
		hr = rows_read(table, &rows);
		table->lpVtbl->Release(table);
	}
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		HRESULT one = scan_row(w, s, &rows->aRow[i]);

		/* One that cannot be read (deleted just now, say) does not stop the others. */
		if (FAILED(one))
			log_warning("a message in the queue cannot be read: %s", hr_name(one));
	}
	rows_free(rows);
	return hr;
}

HRESULT
worker_scan(struct worker *w)
{
	HRESULT hr = S_OK;

	for (guint i = 0; i < w->stores->len; i++) {
		struct worker_store *s = g_ptr_array_index(w->stores, i);
		HRESULT one = SUCCEEDED(s->hr) ? scan_store(w, s) : S_OK;

		if (FAILED(one)) {
			g_autofree char *text = worker_error(s->store, one);

			log_error("cannot read a store's outgoing queue: %s", text);
			hr = one;
		}
	}
	return hr;
}
