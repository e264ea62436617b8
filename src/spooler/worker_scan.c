/* SPDX-License-Identifier: MIT */
/*
 * What is in the stores' outgoing queues (IMsgStore::GetOutgoingQueue), told to the scheduler: for
 * each row first whether it is known ("have"), and only for a new one the whole ("queued").
 * See worker.h.
 */
#include "worker.h"

#include <string.h>
#include <edkmdb.h>
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

/* 0 where there is none. */
static gint64
time_of(const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *time = prop_find(values, count, tag);

	return time && PROP_TYPE(time->ulPropTag) == PT_SYSTIME ? unix_time(&time->Value.ft) : 0;
}

static gint64
submit_time(const SRow *row)
{
	return time_of(row->lpProps, row->cValues, PR_CLIENT_SUBMIT_TIME);
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

/* What is not sure to be in a row of the queue comes from the message. */
static HRESULT
fill_from_message(struct worker_store *s, GBytes *entry, struct spool_message *m, LONG *priority)
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
	    (ENTRYID *)g_bytes_get_data(entry, NULL), NULL, 0, &type, (IUnknown **)&message);
	if (FAILED(hr))
		return hr;
	hr = message->lpVtbl->GetProps(
	    message, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values);
	if (SUCCEEDED(hr)) {
		fill_from_props(m, values, count);
		*priority = priority_of(values, count);
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

/* Reports a submission that the scheduler does not know yet. */
static HRESULT
report_new(struct worker *w, struct worker_store *s, GBytes *entry, gint64 submitted)
{
	struct spool_message *m = spool_message_create();
	LONG priority = PRIO_NORMAL;
	HRESULT hr;

	m->submitted = submitted;
	g_bytes_unref(m->store);
	m->store = g_bytes_ref(s->uid);
	g_bytes_unref(m->entry);
	m->entry = g_bytes_ref(entry);
	hr = fill_from_message(s, entry, m, &priority);
	if (SUCCEEDED(hr))
		hr = tell_queued(w, m, priority);
	spool_message_free(m);
	return hr;
}

/* Its name goes into `seen`. */
static HRESULT
scan_row(struct worker *w, struct worker_store *s, const SRow *row, GHashTable *seen)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	gint64 submitted = submit_time(row);
	g_autoptr(GBytes) entry = NULL;
	char *name;
	bool known = false;
	HRESULT hr;

	if (!id)
		return MAPI_E_CORRUPT_DATA;
	entry = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
	name = submission(s->uid, entry, submitted);
	g_hash_table_add(seen, name);
	if (g_hash_table_contains(w->reported, name))
		return S_OK;
	hr = ask_known(w, s->uid, entry, submitted, &known);
	if (SUCCEEDED(hr) && !known)
		hr = report_new(w, s, entry, submitted);
	if (SUCCEEDED(hr))
		g_hash_table_add(w->reported, g_strdup(name));
	return hr;
}

/* What has gone from the store's queue */

static HRESULT
ask_live(struct worker *w, GBytes *store, gint64 after, struct ipc_message **reply)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "store", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), store, TRUE));
	g_variant_builder_add(&b, "{sv}", "after", g_variant_new_int64(after));
	return worker_ask(w, "live", g_variant_builder_end(&b), reply);
}

static void
tell_gone(struct worker *w, GBytes *store, GVariant *entry, gint64 submitted)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "store", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), store, TRUE));
	g_variant_builder_add(&b, "{sv}", "entry", entry);
	g_variant_builder_add(&b, "{sv}", "submitted", g_variant_new_int64(submitted));
	worker_tell(w, "gone", g_variant_builder_end(&b));
}

/* One page of what is on record; *after becomes the number of its last row, 0 when there is none.
 */
static void
compare_page(struct worker *w, struct worker_store *s, GHashTable *seen, gint64 *after)
{
	struct ipc_message *reply = NULL;
	g_autoptr(GVariant) rows = NULL;
	gsize count;

	if (SUCCEEDED(ask_live(w, s->uid, *after, &reply)))
		rows = ipc_value(reply, "rows", "a(xayx)");
	*after = 0;
	count = rows ? g_variant_n_children(rows) : 0;
	for (gsize i = 0; i < count; i++) {
		g_autoptr(GVariant) entry = NULL;
		g_autoptr(GBytes) bytes = NULL;
		g_autofree char *name = NULL;
		gint64 submitted;

		g_variant_get_child(rows, i, "(x@ayx)", after, &entry, &submitted);
		bytes = g_variant_get_data_as_bytes(entry);
		name = submission(s->uid, bytes, submitted);
		if (!g_hash_table_contains(seen, name))
			tell_gone(w, s->uid, entry, submitted);
	}
	ipc_message_free(reply);
}

/* What is on record and no longer in the queue was taken back by a client.  `seen` is the whole
 * queue: usually the numbers tell that nothing is missing.  False when that is not sure, because
 * messages are just being filed. */
static bool
find_gone(struct worker *w, struct worker_store *s, GHashTable *seen)
{
	gint64 in_queue = g_hash_table_size(seen);
	struct ipc_message *reply = NULL;
	gint64 count = 0, hands = 0, after = 0;

	if (SUCCEEDED(ask_live(w, s->uid, -1, &reply))) {
		count = ipc_int(reply, "count", 0);
		hands = ipc_int(reply, "hands", 0);
	}
	ipc_message_free(reply);
	if (count - hands <= in_queue)
		return count <= in_queue;
	do {
		compare_page(w, s, seen, &after);
	} while (after > 0);
	return true;
}

/* What is in the queue no more need not be remembered. */
static void
forget(struct worker *w, struct worker_store *s, GHashTable *seen)
{
	g_autofree char *prefix =
	    text_hex(g_bytes_get_data(s->uid, NULL), g_bytes_get_size(s->uid));
	GHashTableIter iter;
	gpointer name;

	g_hash_table_iter_init(&iter, w->reported);
	while (g_hash_table_iter_next(&iter, &name, NULL)) {
		if (g_str_has_prefix(name, prefix) && !g_hash_table_contains(seen, name))
			g_hash_table_iter_remove(&iter);
	}
}

static HRESULT
scan_store(struct worker *w, struct worker_store *s, bool *again)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = s->store->lpVtbl->GetOutgoingQueue(s->store, 0, &table);

	if (SUCCEEDED(hr)) {
		hr = rows_read(table, &rows);
		table->lpVtbl->Release(table);
	}
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		HRESULT one = scan_row(w, s, &rows->aRow[i], seen);

		/* One that cannot be read (deleted just now, say) does not stop the others. */
		if (FAILED(one))
			log_warning("a message in the queue cannot be read: %s", hr_name(one));
	}
	if (SUCCEEDED(hr)) {
		*again = !find_gone(w, s, seen) || *again;
		forget(w, s, seen);
	}
	rows_free(rows);
	return hr;
}

HRESULT
worker_scan(struct worker *w, bool *again)
{
	HRESULT hr = S_OK;

	*again = false;
	for (guint i = 0; i < w->stores->len; i++) {
		struct worker_store *s = g_ptr_array_index(w->stores, i);
		HRESULT one = SUCCEEDED(s->hr) ? scan_store(w, s, again) : S_OK;

		if (FAILED(one)) {
			g_autofree char *text = worker_error(s->store, one);

			log_error("cannot read a store's outgoing queue: %s", text);
			hr = one;
		}
	}
	return hr;
}
