/* SPDX-License-Identifier: MIT */
/*
 * Many messages, given at once: sent one after the other, in their order, and filed together.  What
 * the server said of each stands on the board (board.h) before the next is begun; the scheduler
 * reads it there.  While the server answers, the next one is opened, locked and made ready; it can
 * still be withdrawn until it is begun.  A message that not everybody got goes the way of a single
 * one, by packets. See worker.h.
 */
#include "worker.h"

#include <stdlib.h>
#include <sysexits.h>
#include "filing.h"
#include "hr.h"

/* What was sent is filed after so long, also where the batch takes longer. */
#define FILE_AFTER (50 * (gint64)1000)
/* So many are locked together where that much time is enough for one of them: a message that is
 * locked cannot be taken back by its sender. */
#define LOCK_MANY 8
#define LOCK_QUICK (10 * (gint64)1000)

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

		/* One that left the queue by another hand is filed as well. */
		if (SUCCEEDED(results[i]) || filing_is_gone(results[i])) {
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

static struct sending *
sending_from_row(struct worker *w, GBytes *store, GVariant *row, guint slot)
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
	return sending_create(w, lease, (int)slot);
}

/* Locks the next ones together, where they go quickly; else each is locked when it is opened. */
static void
lock_next(struct worker *w, struct sending **next, gsize count)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	HRESULT results[LOCK_MANY];

	if (next[0]->locked || !w->batch->store || !w->pace || w->pace > LOCK_QUICK)
		return;
	count = MIN(count, LOCK_MANY);
	for (gsize i = 0; i < count; i++)
		g_ptr_array_add(entries, next[i]->lease->entry);
	if (!filing_lock(w->batch->store, entries, results))
		return;
	for (gsize i = 0; i < count; i++)
		next[i]->locked = SUCCEEDED(results[i]);
}

static void
end(struct sending **pending)
{
	if (*pending)
		sending_end(*pending);
	g_clear_pointer(pending, sending_free);
}

/* The next one is made ready, and what was sent is filed, while the server answers to the one
 * before. */
static void
send_next(struct worker *w, struct sending **at, struct sending **pending)
{
	struct batch *batch = w->batch;
	struct sending *next = g_steal_pointer(at);

	sending_prepare(next);
	if (batch->entries->len > 0 && g_get_monotonic_time() - batch->since > FILE_AFTER)
		file_all(w, false);
	end(pending);
	worker_alive(w);
	if (batch->stopped)
		board_withdraw(w->board, (guint)next->slot);
	else if (board_begin(w->board, (guint)next->slot) && sending_begin(next))
		*pending = g_steal_pointer(&next);
	sending_free(next);
}

static void
send_all(struct worker *w, struct sending **all, gsize count)
{
	struct batch *batch = w->batch;
	struct sending *pending = NULL;

	for (gsize i = 0; i < count; i++) {
		gint64 began = g_get_monotonic_time();

		if (batch->stopped || board_state(w->board, (guint)all[i]->slot) != BOARD_OFFERED) {
			board_withdraw(w->board, (guint)all[i]->slot);
			continue;
		}
		lock_next(w, all + i, count - i);
		send_next(w, &all[i], &pending);
		w->pace = g_get_monotonic_time() - began;
	}
	end(&pending);
}

static void
send_rows(struct worker *w, GBytes *store, GVariant *rows)
{
	struct sending *all[BOARD_SLOTS / 2] = { NULL };
	gsize count = g_variant_n_children(rows);

	for (gsize i = 0; i < count; i++) {
		guint slot = w->batch->half * (BOARD_SLOTS / 2) + (guint)i;
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		all[i] = sending_from_row(w, store, row, slot);
	}
	send_all(w, all, count);
	for (gsize i = 0; i < count; i++)
		sending_free(all[i]);
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
	if (!board_ready(w->board)) {
		log_error("there is no memory for a batch of messages; ending");
		exit(EX_OSERR); /* they are given to the next worker */
	}
	batch.store = store ? store->store : NULL;
	batch.entries = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	batch.slots = g_byte_array_new();
	batch.ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	w->batch = &batch;
	w->live_until = 0;
	send_rows(w, uid, rows);
	file_all(w, true);
	w->batch = NULL;
	g_ptr_array_unref(batch.entries);
	g_byte_array_unref(batch.slots);
	g_array_unref(batch.ids);
}
