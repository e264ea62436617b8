/* SPDX-License-Identifier: MIT */
/*
 * What is in the stores' outgoing queues, told to the scheduler.
 *
 * A store that can (storequeue.h) is asked only for what came since the last look: the scheduler
 * keeps up to which place of its queue all is on record.  A few new messages go along with the
 * answer ("scanned").  More of them are told a page at a time: first which of the submissions it
 * knows ("have"), then those that are new ("queued", "more-queued").  Numbers tell whether
 * something is missing on either side, and only then all is compared.  Any other store's table is
 * read from beginning to end.  A long queue is read in slices, so that mail leaves meanwhile.  See
 * worker.h.
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
/* Messages that are few. */
#define FEW 8
/* The scheduler takes a packet in one step, in which it hears nobody else. */
#define TELL_BYTES (8 * 1024)
#define SLICE (40 * (gint64)1000)
/* Where there are many, comparing the numbers takes no more than this part of the time. */
#define MANY 20000
#define COUNT_SHARE 50

struct found {
	GBytes *entry;
	gint64 submitted;
	struct spool_message *message; /* NULL: not read yet */
	LONG priority;
};

static void
found_clear(void *data)
{
	struct found *found = data;

	g_bytes_unref(found->entry);
	spool_message_free(found->message);
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

/* At most a page of rows from where the table is; *full: there may be more. */
static HRESULT
read_page(IMAPITable *table, GArray *found, bool *full)
{
	SRowSet *rows = NULL;
	HRESULT hr = table->lpVtbl->QueryRows(table, PAGE, 0, &rows);

	*full = SUCCEEDED(hr) && rows->cRows >= PAGE;
	g_array_set_size(found, 0);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
		struct found one = { .submitted = scan_submit_time(row) };

		if (!id)
			continue;
		one.entry = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
		g_array_append_val(found, one);
	}
	rows_free(rows);
	return hr;
}

/* Telling */

GVariantBuilder *
scan_of_store(GVariantBuilder *b, const struct worker_store *s)
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
	g_variant_builder_add(scan_of_store(&b, s), "{sv}", "rows", g_variant_builder_end(&rows));
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
		g_variant_builder_add(scan_of_store(&b, s), "{sv}", "rows", rows);
		hr = worker_ask(w, "more-queued", g_variant_builder_end(&b), NULL);
	}
	g_variant_unref(rows);
	g_variant_builder_init(&t->rows, G_VARIANT_TYPE(PACKET_QUEUED_ROWS));
	t->size = 0;
	return hr;
}

static HRESULT
read_found(struct worker *w, struct worker_store *s, struct found *one)
{
	HRESULT hr = S_OK;

	if (one->message)
		return hr;
	one->priority = PRIO_NORMAL;
	hr = scan_message(w->session, s, one->entry, one->submitted, &one->message, &one->priority);
	/* The address book may have no answer now: it is asked again when the message is due. */
	if (FAILED(hr))
		hr = scan_message(
		    NULL, s, one->entry, one->submitted, &one->message, &one->priority);
	/* One that cannot be read (deleted just now, say) does not stop the others. */
	if (FAILED(hr))
		log_warning("a message in the queue cannot be read: %s", hr_name(hr));
	return hr;
}

static HRESULT
tell_new(struct worker *w, struct worker_store *s, struct found *one, struct telling *t)
{
	GVariant *row;

	if (FAILED(read_found(w, s, one)))
		return S_OK;
	row = packet_queued_row(one->message, one->priority);
	if (!row)
		return tell_large(w, "queued", one->message, one->priority);
	t->size += g_variant_get_size(row);
	g_variant_builder_add_value(&t->rows, row);
	return t->size > TELL_BYTES ? tell_rows(w, s, t) : S_OK;
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

		if (FAILED(one))
			log_warning("a message in the queue cannot be told: %s", hr_name(one));
	}
	filing_view(s->store, false);
	hr = tell_rows(w, s, &t);
	g_variant_builder_clear(&t.rows);
	return hr;
}

/* What is few: it goes along with `scanned` */

/* What `scanned` will say. */
struct finding {
	GVariantBuilder stores;
	gsize size; /* of the rows */
	bool again, more;
};

static bool
read_all(struct worker *w, struct worker_store *s, const GArray *found)
{
	if (found->len > FEW)
		return false;
	for (guint i = 0; i < found->len; i++)
		read_found(w, s, &g_array_index(found, struct found, i));
	return true;
}

/* The rows of all that could be read; NULL where that is too much, or has packets of its own. */
static GVariant *
few_rows(struct worker *w, struct worker_store *s, const GArray *found, gsize room)
{
	GVariantBuilder rows;
	gsize size = 0;
	bool fit = read_all(w, s, found);

	g_variant_builder_init(&rows, G_VARIANT_TYPE(PACKET_QUEUED_ROWS));
	for (guint i = 0; fit && i < found->len; i++) {
		const struct found *one = &g_array_index(found, struct found, i);
		GVariant *row =
		    one->message ? packet_queued_row(one->message, one->priority) : NULL;

		fit = row || !one->message;
		if (!row)
			continue;
		size += g_variant_get_size(row);
		g_variant_builder_add_value(&rows, row);
		fit = size <= room;
	}
	if (fit)
		return g_variant_ref_sink(g_variant_builder_end(&rows));
	g_variant_builder_clear(&rows);
	return NULL;
}

/* A store that is asked for what is new */

/* The queue of one store, as far as it was read. */
struct reading {
	struct worker_store *store;
	struct store_queue *queue;
	ULONGLONG place; /* behind this; all before it is on record, or in `rows` */
	GVariant *rows;  /* they go along with `scanned`; NULL: none do */
	gsize room;      /* for these; 0: none may */
};

/* The next page; *full: there may be another. */
static HRESULT
next_page(struct reading *r, ULONGLONG *place, GArray *found, bool *full)
{
	IMAPITable *table = NULL;
	HRESULT hr = r->queue->lpVtbl->ReadQueue(r->queue, place, PAGE, &table);

	*full = false;
	g_array_set_size(found, 0);
	if (SUCCEEDED(hr) && *place != r->place)
		hr = set_columns(table);
	if (SUCCEEDED(hr) && *place != r->place)
		hr = read_page(table, found, full);
	if (table)
		table->lpVtbl->Release(table);
	return hr;
}

/* *more: there is more than one slice, and `until` has come. */
static HRESULT
read_from(struct worker *w, struct reading *r, gint64 until, bool *more)
{
	g_autoptr(GArray) found = found_new();
	bool full = true;
	HRESULT hr = S_OK;

	*more = false;
	while (SUCCEEDED(hr) && full && !*more) {
		ULONGLONG place = r->place;

		hr = next_page(r, &place, found, &full);
		if (FAILED(hr) || place == r->place)
			break;
		if (r->room > 0 && !full)
			r->rows = few_rows(w, r->store, found, r->room);
		if (!r->rows)
			hr = tell_page(w, r->store, found);
		r->room = 0; /* what comes later is told later */
		if (SUCCEEDED(hr))
			r->place = place;
		*more = full && until > 0 && g_get_monotonic_time() > until;
	}
	return hr;
}

/* As far as the store has it on disk too. */
static ULONGLONG
secured(const struct reading *r, ULONGLONG before)
{
	ULONGLONG place;

	if (r->place == before || FAILED(r->queue->lpVtbl->SecurePlace(r->queue, &place)))
		return before;
	return MIN(place, r->place);
}

/* How many there are up to the place; -1: not now. */
static gint64
count(const struct reading *r)
{
	gint64 began = g_get_monotonic_time();
	ULONGLONG in_queue = 0;

	if (began < r->store->count_again ||
	    FAILED(r->queue->lpVtbl->CountQueue(r->queue, r->place, &in_queue)))
		return -1;
	/* The scheduler counts as many. */
	if (in_queue > MANY / 2)
		r->store->count_again =
		    g_get_monotonic_time() + 2 * (g_get_monotonic_time() - began) * COUNT_SHARE;
	return (gint64)in_queue;
}

static void
add_found(struct finding *f, const struct reading *r, ULONGLONG before, bool counts)
{
	GVariant *rows = r->rows ? r->rows : g_variant_new(PACKET_QUEUED_ROWS, NULL);

	f->size += r->rows ? g_variant_get_size(r->rows) : 0;
	g_variant_builder_add(&f->stores, "(@ay@" PACKET_QUEUED_ROWS "xxx)",
	    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), r->store->uid, TRUE), rows,
	    (gint64)r->place, (gint64)secured(r, before), counts ? count(r) : -1);
}

static ULONGLONG
ask_place(struct worker *w, const struct worker_store *s)
{
	struct ipc_message *reply = NULL;
	GVariantBuilder b;
	ULONGLONG place = 0;

	if (SUCCEEDED(worker_ask(w, "place", g_variant_builder_end(scan_of_store(&b, s)), &reply)))
		place = (ULONGLONG)ipc_int(reply, "place", 0);
	ipc_message_free(reply);
	return place;
}

/* What the packet says of the store; false: nothing. */
static bool
find_place(const struct ipc_message *packet, const struct worker_store *s, ULONGLONG *place,
    ULONGLONG *on_disk)
{
	g_autoptr(GVariant) places = ipc_value(packet, "places", PACKET_PLACES);

	for (gsize i = 0; places && i < g_variant_n_children(places); i++) {
		g_autoptr(GVariant) uid = NULL;
		g_autoptr(GBytes) bytes = NULL;

		g_variant_get_child(places, i, "(@ayxx)", &uid, place, on_disk);
		bytes = g_variant_get_data_as_bytes(uid);
		if (g_bytes_equal(bytes, s->uid))
			return true;
	}
	return false;
}

static HRESULT
scan_new(struct worker *w, struct worker_store *s, struct store_queue *queue,
    const struct ipc_message *packet, struct finding *f)
{
	struct reading r = { .store = s, .queue = queue };
	ULONGLONG on_disk = 0;
	bool more;
	HRESULT hr;

	if (!find_place(packet, s, &r.place, &on_disk))
		r.place = ask_place(w, s);
	r.room = f->size < TELL_BYTES ? TELL_BYTES - f->size : 0;
	filing_view(s->store, true);
	hr = read_from(w, &r, g_get_monotonic_time() + SLICE, &more);
	add_found(f, &r, on_disk, SUCCEEDED(hr) && !more);
	filing_view(s->store, false);
	if (r.rows)
		g_variant_unref(r.rows);
	f->more = f->more || more;
	return hr;
}

/* Both sides by their numbers, and by all that is there where these differ. */
static HRESULT
compare(struct worker *w, struct worker_store *s, struct store_queue *queue, ULONGLONG place,
    bool *again)
{
	struct scan_presence presence = { queue, NULL };
	struct reading all = { .store = s, .queue = queue };
	ULONGLONG in_queue = 0;
	gint64 on_record, hands;
	bool more;
	HRESULT hr = queue->lpVtbl->CountQueue(queue, place, &in_queue);

	if (FAILED(hr))
		return hr;
	scan_ask_counts(w, s, &on_record, &hands);
	if ((gint64)in_queue > on_record) {
		log_info("the store's queue has %" G_GINT64_FORMAT " message%s more than are on "
			 "record; reading all of it",
		    (gint64)in_queue - on_record, text_s((gint64)in_queue - on_record));
		return read_from(w, &all, 0, &more);
	}
	*again = !scan_find_gone(w, s, &presence, (gint64)in_queue, on_record, hands) || *again;
	return S_OK;
}

/* A store that has no more than its table */

static HRESULT
scan_table(struct worker *w, struct worker_store *s, IMAPITable *table, bool *again)
{
	g_autoptr(GArray) found = found_new();
	g_autoptr(GHashTable) seen =
	    g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	struct scan_presence presence = { NULL, seen };
	gint64 on_record, hands;
	bool full;
	HRESULT hr;

	while (SUCCEEDED(hr = read_page(table, found, &full)) && found->len > 0) {
		for (guint i = 0; i < found->len; i++)
			g_hash_table_add(
			    seen, g_bytes_ref(g_array_index(found, struct found, i).entry));
		hr = tell_page(w, s, found);
		if (FAILED(hr))
			break;
	}
	if (FAILED(hr))
		return hr;
	scan_ask_counts(w, s, &on_record, &hands);
	*again =
	    !scan_find_gone(w, s, &presence, g_hash_table_size(seen), on_record, hands) || *again;
	return S_OK;
}

/* All stores */

static struct store_queue *
queue_of(const struct worker_store *s)
{
	struct store_queue *queue = NULL;

	if (FAILED(s->store->lpVtbl->QueryInterface(
		s->store, &iid_store_queue, (void **)(void *)&queue)))
		return NULL;
	return queue;
}

static HRESULT
scan_store(
    struct worker *w, struct worker_store *s, const struct ipc_message *packet, struct finding *f)
{
	struct store_queue *queue = queue_of(s);
	IMAPITable *table = NULL;
	HRESULT hr;

	if (queue) {
		hr = scan_new(w, s, queue, packet, f);
		queue->lpVtbl->Release(queue);
		return hr;
	}
	hr = s->store->lpVtbl->GetOutgoingQueue(s->store, 0, &table);
	if (FAILED(hr))
		return hr;
	hr = set_columns(table);
	if (SUCCEEDED(hr))
		hr = scan_table(w, s, table, &f->again);
	table->lpVtbl->Release(table);
	return hr;
}

static HRESULT
compare_store(
    struct worker *w, struct worker_store *s, const struct ipc_message *packet, struct finding *f)
{
	ULONGLONG place, on_disk;
	struct store_queue *queue = NULL;
	HRESULT hr = S_OK;

	if (find_place(packet, s, &place, &on_disk))
		queue = queue_of(s);
	if (!queue)
		return hr;
	hr = compare(w, s, queue, place, &f->again);
	queue->lpVtbl->Release(queue);
	return hr;
}

static void
say_scanned(struct worker *w, struct finding *f)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "stores", g_variant_builder_end(&f->stores));
	g_variant_builder_add(&b, "{sv}", "again", g_variant_new_int64(f->again));
	g_variant_builder_add(&b, "{sv}", "more", g_variant_new_int64(f->more));
	worker_tell(w, "scanned", g_variant_builder_end(&b));
}

/* What could not be read is read at the next wake-up; what is known can be sent. */
static void
look(struct worker *w, const struct ipc_message *packet,
    HRESULT (*into)(struct worker *w, struct worker_store *s, const struct ipc_message *packet,
	struct finding *f))
{
	struct finding f = { .size = 0 };

	g_variant_builder_init(&f.stores, G_VARIANT_TYPE(PACKET_FOUNDS));
	for (guint i = 0; i < w->stores->len; i++) {
		struct worker_store *s = g_ptr_array_index(w->stores, i);
		HRESULT hr = SUCCEEDED(s->hr) ? into(w, s, packet, &f) : S_OK;

		if (FAILED(hr)) {
			g_autofree char *text = worker_error(s->store, hr);

			log_error("cannot read a store's outgoing queue: %s", text);
		}
	}
	say_scanned(w, &f);
}

void
worker_scan(struct worker *w, const struct ipc_message *packet)
{
	look(w, packet, scan_store);
}

void
worker_compare(struct worker *w, const struct ipc_message *packet)
{
	look(w, packet, compare_store);
}
