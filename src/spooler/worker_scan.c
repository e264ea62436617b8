/* SPDX-License-Identifier: MIT */
/*
 * What is in the stores' outgoing queues, told to the scheduler a page at a time: first which of
 * the submissions it knows ("have"), then those that are new ("queued", "more-queued").
 *
 * A store that can (storequeue.h) is asked only for what came since the last look; up to which
 * place of its queue all is on record, the scheduler keeps.  Numbers tell whether something is
 * missing on either side, and only then all is compared.  Any other store's table is read from
 * beginning to end.  A long queue is read in slices, so that mail leaves meanwhile.  See worker.h.
 */
#include "worker.h"

#include <string.h>
#include "filing.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "storequeue.h"
#include "text.h"

#define PAGE 100
/* The scheduler takes a packet in one step, in which it hears nobody else. */
#define TELL_BYTES (8 * 1024)
#define SLICE (40 * (gint64)1000)
/* Where there are many, comparing the numbers takes no more than this part of the time. */
#define MANY 20000
#define COUNT_SHARE 50

struct found {
	GBytes *entry;
	gint64 submitted;
};

static void
found_clear(void *data)
{
	g_bytes_unref(((struct found *)data)->entry);
}

static GArray *
found_new(void)
{
	GArray *found = g_array_new(FALSE, FALSE, sizeof(struct found));

	g_array_set_clear_func(found, found_clear);
	return found;
}

static HRESULT
set_columns(IMAPITable *table)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_CLIENT_SUBMIT_TIME } };

	return table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0);
}

/* At most a page of rows from where the table is. */
static HRESULT
read_page(IMAPITable *table, GArray *found)
{
	SRowSet *rows = NULL;
	HRESULT hr = table->lpVtbl->QueryRows(table, PAGE, 0, &rows);

	g_array_set_size(found, 0);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
		struct found one = { NULL, scan_submit_time(row) };

		if (!id)
			continue;
		one.entry = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
		g_array_append_val(found, one);
	}
	rows_free(rows);
	return hr;
}

/* Telling */

static GVariantBuilder *
of_store(GVariantBuilder *b, const struct worker_store *s)
{
	g_variant_builder_init(b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    b, "{sv}", "store", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), s->uid, TRUE));
	return b;
}

/* known[] has a byte for each row. */
static HRESULT
ask_known(struct worker *w, const struct worker_store *s, const GArray *found, guint8 *known)
{
	struct ipc_message *reply = NULL;
	GVariantBuilder b, rows;
	const void *data;
	size_t size = 0;
	HRESULT hr;

	g_variant_builder_init(&rows, G_VARIANT_TYPE("a(ayx)"));
	for (guint i = 0; i < found->len; i++) {
		const struct found *one = &g_array_index(found, struct found, i);

		g_variant_builder_add(&rows, "(@ayx)",
		    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), one->entry, TRUE),
		    one->submitted);
	}
	g_variant_builder_add(of_store(&b, s), "{sv}", "rows", g_variant_builder_end(&rows));
	hr = worker_ask(w, "have", g_variant_builder_end(&b), &reply);
	data = SUCCEEDED(hr) ? ipc_bytes(reply, "known", &size) : NULL;
	if (SUCCEEDED(hr) && size != found->len)
		hr = MAPI_E_CALL_FAILED;
	if (SUCCEEDED(hr))
		memcpy(known, data, size);
	ipc_message_free(reply);
	return hr;
}

/* One that needs packets of its own. */
static HRESULT
tell_large(struct worker *w, const char *verb, const struct spool_message *m, LONG priority)
{
	struct packet_cursor cursor = { 0 };
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !cursor.done) {
		g_autoptr(GVariant) part = g_variant_ref_sink(packet_from_message(m, &cursor));
		GVariantDict dict;

		g_variant_dict_init(&dict, part);
		g_variant_dict_insert(&dict, "priority", "x", (gint64)priority);
		hr = worker_ask(w, verb, g_variant_dict_end(&dict), NULL);
	}
	return hr;
}

HRESULT
scan_tell_members(struct worker *w, const struct lease *lease)
{
	struct worker_store *s = worker_find_store(w, lease->store);
	struct spool_message *m = NULL;
	LONG priority = PRIO_NORMAL;
	HRESULT hr = s ? scan_message(w->session, s, lease->entry, lease->submitted, &m, &priority)
		       : MAPI_E_NOT_FOUND;

	if (SUCCEEDED(hr)) {
		m->id = lease->id;
		hr = tell_large(w, "members", m, priority);
	}
	spool_message_free(m);
	return hr;
}

/* Rows for `more-queued` that are not sent yet. */
struct telling {
	GVariantBuilder rows;
	gsize size;
};

static HRESULT
tell_rows(struct worker *w, const struct worker_store *s, struct telling *t)
{
	GVariantBuilder b;
	GVariant *rows = g_variant_ref_sink(g_variant_builder_end(&t->rows));
	HRESULT hr = S_OK;

	if (t->size > 0) {
		g_variant_builder_add(of_store(&b, s), "{sv}", "rows", rows);
		hr = worker_ask(w, "more-queued", g_variant_builder_end(&b), NULL);
	}
	g_variant_unref(rows);
	g_variant_builder_init(&t->rows, G_VARIANT_TYPE(PACKET_QUEUED_ROWS));
	t->size = 0;
	return hr;
}

static HRESULT
tell_new(struct worker *w, struct worker_store *s, const struct found *one, struct telling *t)
{
	struct spool_message *m = NULL;
	LONG priority = PRIO_NORMAL;
	GVariant *row;
	HRESULT hr = scan_message(w->session, s, one->entry, one->submitted, &m, &priority);

	/* The address book may have no answer now: it is asked again when the message is due. */
	if (FAILED(hr))
		hr = scan_message(NULL, s, one->entry, one->submitted, &m, &priority);
	if (FAILED(hr))
		return hr;
	row = packet_queued_row(m, priority);
	if (!row) {
		hr = tell_large(w, "queued", m, priority);
	} else {
		t->size += g_variant_get_size(row);
		g_variant_builder_add_value(&t->rows, row);
		if (t->size > TELL_BYTES)
			hr = tell_rows(w, s, t);
	}
	spool_message_free(m);
	return hr;
}

static HRESULT
tell_page(struct worker *w, struct worker_store *s, const GArray *found)
{
	struct telling t = { .size = 0 };
	guint8 known[PAGE];
	HRESULT hr = ask_known(w, s, found, known);

	if (FAILED(hr))
		return hr;
	g_variant_builder_init(&t.rows, G_VARIANT_TYPE(PACKET_QUEUED_ROWS));
	filing_view(s->store, true);
	for (guint i = 0; i < found->len; i++) {
		HRESULT one =
		    known[i] ? S_OK : tell_new(w, s, &g_array_index(found, struct found, i), &t);

		/* One that cannot be read (deleted just now, say) does not stop the others. */
		if (FAILED(one))
			log_warning("a message in the queue cannot be read: %s", hr_name(one));
	}
	filing_view(s->store, false);
	hr = tell_rows(w, s, &t);
	g_variant_builder_clear(&t.rows);
	return hr;
}

/* What has gone from the store's queue */

static HRESULT
ask_live(struct worker *w, const struct worker_store *s, gint64 after, struct ipc_message **reply)
{
	GVariantBuilder b;

	g_variant_builder_add(of_store(&b, s), "{sv}", "after", g_variant_new_int64(after));
	return worker_ask(w, "live", g_variant_builder_end(&b), reply);
}

static void
tell_gone(struct worker *w, const struct worker_store *s, GVariant *entry, gint64 submitted)
{
	GVariantBuilder b;

	g_variant_builder_add(of_store(&b, s), "{sv}", "entry", entry);
	g_variant_builder_add(&b, "{sv}", "submitted", g_variant_new_int64(submitted));
	worker_tell(w, "gone", g_variant_builder_end(&b));
}

/* What a store's queue has: asked of the store, or (`queue` NULL) what a look at all of it saw. */
struct presence {
	struct store_queue *queue;
	GHashTable *seen; /* of GBytes: entry IDs */
};

static bool
is_present(const struct presence *p, GBytes *entry)
{
	gsize size;
	SBinary bin;
	BOOL queued = TRUE;

	if (!p->queue)
		return g_hash_table_contains(p->seen, entry);
	bin.lpb = (BYTE *)(uintptr_t)g_bytes_get_data(entry, &size);
	bin.cb = (ULONG)size;
	/* Where the store does not know, it is tried, and found out then. */
	return FAILED(p->queue->lpVtbl->IsQueued(p->queue, &bin, &queued)) || queued;
}

/* One page of what is on record; *after becomes the number of its last row, 0 when there is none.
 */
static void
compare_page(
    struct worker *w, struct worker_store *s, const struct presence *presence, gint64 *after)
{
	struct ipc_message *reply = NULL;
	g_autoptr(GVariant) rows = NULL;
	gsize count;

	if (SUCCEEDED(ask_live(w, s, *after, &reply)))
		rows = ipc_value(reply, "rows", "a(xayx)");
	*after = 0;
	count = rows ? g_variant_n_children(rows) : 0;
	for (gsize i = 0; i < count; i++) {
		g_autoptr(GVariant) entry = NULL;
		g_autoptr(GBytes) bytes = NULL;
		gint64 submitted;

		g_variant_get_child(rows, i, "(x@ayx)", after, &entry, &submitted);
		bytes = g_variant_get_data_as_bytes(entry);
		if (!is_present(presence, bytes))
			tell_gone(w, s, entry, submitted);
	}
	ipc_message_free(reply);
}

/* The numbers: how many are on record, and how many of them are in hands just now. */
static void
ask_counts(struct worker *w, struct worker_store *s, gint64 *count, gint64 *hands)
{
	struct ipc_message *reply = NULL;

	*count = *hands = 0;
	if (SUCCEEDED(ask_live(w, s, -1, &reply))) {
		*count = ipc_int(reply, "count", 0);
		*hands = ipc_int(reply, "hands", 0);
	}
	ipc_message_free(reply);
}

/* What is on record and no longer in the queue was taken back by a client.  Usually the numbers
 * tell that nothing is missing.  False when that is not sure, because messages are just being
 * filed. */
static bool
find_gone(struct worker *w, struct worker_store *s, const struct presence *presence,
    gint64 in_queue, gint64 count, gint64 hands)
{
	gint64 after = 0;

	if (count - hands <= in_queue)
		return count <= in_queue;
	do {
		compare_page(w, s, presence, &after);
	} while (after > 0);
	return true;
}

/* A store that is asked for what is new */

/* From *place on; *more: there is more than one slice, and `until` has come. */
static HRESULT
read_from(struct worker *w, struct worker_store *s, struct store_queue *queue, ULONGLONG *place,
    gint64 until, bool *more)
{
	g_autoptr(GArray) found = found_new();
	HRESULT hr = S_OK;

	*more = false;
	while (SUCCEEDED(hr) && !*more) {
		ULONGLONG next = *place;
		IMAPITable *table = NULL;

		hr = queue->lpVtbl->ReadQueue(queue, &next, PAGE, &table);
		if (SUCCEEDED(hr) && next != *place)
			hr = set_columns(table);
		if (SUCCEEDED(hr) && next != *place)
			hr = read_page(table, found);
		if (table)
			table->lpVtbl->Release(table);
		if (FAILED(hr) || next == *place)
			break;
		hr = tell_page(w, s, found);
		if (SUCCEEDED(hr))
			*place = next;
		*more = until > 0 && g_get_monotonic_time() > until;
	}
	return hr;
}

static void
ask_place(struct worker *w, struct worker_store *s)
{
	struct ipc_message *reply = NULL;
	GVariantBuilder b;

	if (SUCCEEDED(worker_ask(w, "place", g_variant_builder_end(of_store(&b, s)), &reply)))
		s->place = s->told = (ULONGLONG)ipc_int(reply, "place", 0);
	s->placed = true;
	ipc_message_free(reply);
}

/* As far as that is on disk in the store too: a power cut must not leave a mark beyond the queue's
 * end, behind which new messages would not be looked for.  The rest is told next time. */
static void
tell_place(struct worker *w, struct worker_store *s, struct store_queue *queue)
{
	ULONGLONG place;
	GVariantBuilder b;

	if (s->place == s->told || FAILED(queue->lpVtbl->SecurePlace(queue, &place)))
		return;
	place = MIN(place, s->place);
	if (place <= s->told)
		return;
	s->told = place;
	g_variant_builder_add(of_store(&b, s), "{sv}", "place", g_variant_new_int64((gint64)place));
	worker_tell(w, "placed", g_variant_builder_end(&b));
}

/* Both sides by their numbers. */
static HRESULT
compare(struct worker *w, struct worker_store *s, struct store_queue *queue, bool *again)
{
	struct presence presence = { queue, NULL };
	gint64 began = g_get_monotonic_time();
	ULONGLONG in_queue = 0, place = 0;
	gint64 count, hands;
	bool more;
	HRESULT hr;

	if (began < s->count_again)
		return S_OK;
	hr = queue->lpVtbl->CountQueue(queue, s->place, &in_queue);
	if (FAILED(hr))
		return hr;
	ask_counts(w, s, &count, &hands);
	if ((gint64)in_queue > count) {
		log_info("the store's queue has %" G_GINT64_FORMAT " message%s more than are on "
			 "record; reading all of it",
		    (gint64)in_queue - count, text_s((gint64)in_queue - count));
		hr = read_from(w, s, queue, &place, 0, &more);
	} else {
		*again = !find_gone(w, s, &presence, (gint64)in_queue, count, hands) || *again;
	}
	if ((gint64)in_queue + count > MANY)
		s->count_again =
		    g_get_monotonic_time() + (g_get_monotonic_time() - began) * COUNT_SHARE;
	return hr;
}

static HRESULT
scan_new(
    struct worker *w, struct worker_store *s, struct store_queue *queue, bool *again, bool *more)
{
	HRESULT hr;

	if (!s->placed)
		ask_place(w, s);
	hr = read_from(w, s, queue, &s->place, g_get_monotonic_time() + SLICE, more);
	tell_place(w, s, queue);
	if (FAILED(hr) || *more)
		return hr;
	return compare(w, s, queue, again);
}

/* A store that has no more than its table */

static HRESULT
scan_table(struct worker *w, struct worker_store *s, IMAPITable *table, bool *again)
{
	g_autoptr(GArray) found = found_new();
	g_autoptr(GHashTable) seen =
	    g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	struct presence presence = { NULL, seen };
	gint64 count, hands;
	HRESULT hr;

	while (SUCCEEDED(hr = read_page(table, found)) && found->len > 0) {
		for (guint i = 0; i < found->len; i++)
			g_hash_table_add(
			    seen, g_bytes_ref(g_array_index(found, struct found, i).entry));
		hr = tell_page(w, s, found);
		if (FAILED(hr))
			break;
	}
	if (FAILED(hr))
		return hr;
	ask_counts(w, s, &count, &hands);
	*again = !find_gone(w, s, &presence, g_hash_table_size(seen), count, hands) || *again;
	return S_OK;
}

static HRESULT
scan_store(struct worker *w, struct worker_store *s, bool *again, bool *more)
{
	struct store_queue *queue = NULL;
	IMAPITable *table = NULL;
	HRESULT hr;

	*more = false;
	if (SUCCEEDED(s->store->lpVtbl->QueryInterface(
		s->store, &iid_store_queue, (void **)(void *)&queue))) {
		hr = scan_new(w, s, queue, again, more);
		queue->lpVtbl->Release(queue);
		return hr;
	}
	hr = s->store->lpVtbl->GetOutgoingQueue(s->store, 0, &table);
	if (FAILED(hr))
		return hr;
	hr = set_columns(table);
	if (SUCCEEDED(hr))
		hr = scan_table(w, s, table, again);
	table->lpVtbl->Release(table);
	return hr;
}

HRESULT
worker_scan(struct worker *w, bool *again, bool *more)
{
	HRESULT hr = S_OK;

	*again = *more = false;
	for (guint i = 0; i < w->stores->len; i++) {
		struct worker_store *s = g_ptr_array_index(w->stores, i);
		bool rest = false;
		HRESULT one = SUCCEEDED(s->hr) ? scan_store(w, s, again, &rest) : S_OK;

		*more = *more || rest;
		if (FAILED(one)) {
			g_autofree char *text = worker_error(s->store, one);

			log_error("cannot read a store's outgoing queue: %s", text);
			hr = one;
		}
	}
	return hr;
}
