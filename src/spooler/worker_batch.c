/* SPDX-License-Identifier: MIT */
/*
 * Many messages, given at once: sent one after the other, in their order, and filed together.  What
 * the server said of each stands on the board (board.h) before the next is begun; the scheduler
 * reads it there.  A message that not everybody got goes the way of a single one, by packets.
 * See worker.h.
 */
#include "worker.h"

#include "filing.h"
#include "hr.h"

/* What was sent is filed after so long, also where the batch takes longer. */
#define FILE_AFTER (50 * (gint64)1000)

struct batch {
	guint half;
	IMsgStore *store;
	GPtrArray *entries; /* of GBytes: to be filed */
	GByteArray *slots;  /* and where on the board they stand */
	GArray *ids;        /* of gint64 */
	gint64 since;       /* the first of them, monotonic */
	bool stopped;
};

bool
batch_note(struct sending *s, const struct report *report)
{
	if (s->slot < 0 || s->noted || report->verdicts->len != s->lease->due->len)
		return false;
	for (guint i = 0; i < report->verdicts->len; i++) {
		const struct verdict *v = g_ptr_array_index(report->verdicts, i);

		if (v->class != VERDICT_ACCEPTED || v->relayed) /* its sender is to be told */
			return false;
	}
	s->noted = board_sent(s->worker->board, (guint)s->slot, report);
	return s->noted;
}

void
batch_file(struct sending *s)
{
	struct batch *batch = s->worker->batch;
	guint8 slot = (guint8)s->slot;

	if (batch->entries->len == 0)
		batch->since = g_get_monotonic_time();
	g_ptr_array_add(batch->entries, g_bytes_ref(s->lease->entry));
	g_byte_array_append(batch->slots, &slot, 1);
	g_array_append_val(batch->ids, s->lease->id);
}

void
batch_stop(struct worker *w)
{
	if (w->batch)
		w->batch->stopped = true;
}

/* Filing */

static void
tell_filed(struct worker *w, const GByteArray *slots, bool end)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "half", g_variant_new_int64(w->batch->half));
	g_variant_builder_add(&b, "{sv}", "slots",
	    g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, slots->data, slots->len, 1));
	g_variant_builder_add(&b, "{sv}", "end", g_variant_new_int64(end));
	worker_tell(w, "filed", g_variant_builder_end(&b));
}

/* One that left the queue by another hand is filed as well. */
static bool
is_filed(HRESULT hr)
{
	return SUCCEEDED(hr) || hr == MAPI_E_NOT_FOUND || hr == MAPI_E_OBJECT_DELETED ||
	       hr == MAPI_E_NOT_IN_QUEUE;
}

static void
file_all(struct worker *w, bool end)
{
	struct batch *batch = w->batch;
	g_autoptr(GByteArray) filed = g_byte_array_new();
	g_autofree HRESULT *results = g_new0(HRESULT, batch->entries->len + 1);

	filing_finish(batch->store, batch->entries, results);
	for (guint i = 0; i < batch->entries->len; i++) {
		g_autofree char *why = NULL;
		g_autofree char *text = NULL;

		if (is_filed(results[i])) {
			g_byte_array_append(filed, &batch->slots->data[i], 1);
			continue;
		}
		why = worker_error(batch->store, results[i]);
		text = g_strdup_printf("It is done with, but the store cannot file it: %s", why);
		worker_done(w, g_array_index(batch->ids, gint64, i), "retry", text);
	}
	g_ptr_array_set_size(batch->entries, 0);
	g_byte_array_set_size(batch->slots, 0);
	g_array_set_size(batch->ids, 0);
	if (filed->len || end)
		tell_filed(w, filed, end);
}

/* Sending */

static void
send_row(struct worker *w, GBytes *store, GVariant *row, guint slot)
{
	g_autoptr(GVariant) entry = NULL;
	g_autoptr(GVariant) due = NULL;
	struct lease *lease = lease_create();
	const guint32 *rows;
	gsize count;

	g_variant_get(row, "(xx@ay@au)", &lease->id, &lease->submitted, &entry, &due);
	rows = g_variant_get_fixed_array(due, &count, sizeof(guint32));
	g_array_append_vals(lease->due, rows, (guint)count);
	g_bytes_unref(lease->store);
	lease->store = g_bytes_ref(store);
	g_bytes_unref(lease->entry);
	lease->entry = g_variant_get_data_as_bytes(entry);
	lease->act = ACT_SEND;
	worker_send(w, lease, (int)slot);
	lease_free(lease);
}

static void
send_rows(struct worker *w, GBytes *store, GVariant *rows)
{
	struct batch *batch = w->batch;
	gsize count = g_variant_n_children(rows);

	for (gsize i = 0; i < count; i++) {
		guint slot = batch->half * (BOARD_SLOTS / 2) + (guint)i;
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		if (batch->stopped) {
			board_withdraw(w->board, slot);
			continue;
		}
		if (batch->entries->len > 0 && g_get_monotonic_time() - batch->since > FILE_AFTER)
			file_all(w, false);
		worker_alive(w);
		if (board_begin(w->board, slot))
			send_row(w, store, row, slot);
	}
}

void
worker_batch(struct worker *w, const struct ipc_message *packet)
{
	struct batch batch = { .half = (guint)ipc_int(packet, "half", 0) & 1 };
	g_autoptr(GBytes) uid = packet_bytes(packet, "store");
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", "a(xxayau)");
	struct worker_store *store = worker_find_store(w, uid);

	if (!w->board || !rows || g_variant_n_children(rows) > BOARD_SLOTS / 2)
		return;
	batch.store = store ? store->store : NULL;
	batch.entries = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	batch.slots = g_byte_array_new();
	batch.ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	w->batch = &batch;
	send_rows(w, uid, rows);
	file_all(w, true);
	w->batch = NULL;
	g_ptr_array_unref(batch.entries);
	g_byte_array_unref(batch.slots);
	g_array_unref(batch.ids);
}
