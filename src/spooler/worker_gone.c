/* SPDX-License-Identifier: MIT */
/*
 * What is on record and no longer in a store's outgoing queue: taken back by a client, or deleted.
 * See worker.h.
 */
#include "worker.h"

#include "storequeue.h"

static HRESULT
ask_live(struct worker *w, const struct worker_store *s, gint64 after, struct ipc_message **reply)
{
	GVariantBuilder b;

	g_variant_builder_add(scan_of_store(&b, s), "{sv}", "after", g_variant_new_int64(after));
	return worker_ask(w, "live", g_variant_builder_end(&b), reply);
}

static void
tell_gone(struct worker *w, const struct worker_store *s, GVariant *entry, gint64 submitted)
{
	GVariantBuilder b;

	g_variant_builder_add(scan_of_store(&b, s), "{sv}", "entry", entry);
	g_variant_builder_add(&b, "{sv}", "submitted", g_variant_new_int64(submitted));
	worker_tell(w, "gone", g_variant_builder_end(&b));
}

static bool
is_present(const struct scan_presence *p, GBytes *entry)
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
    struct worker *w, struct worker_store *s, const struct scan_presence *presence, gint64 *after)
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

void
scan_ask_counts(struct worker *w, struct worker_store *s, gint64 *count, gint64 *hands)
{
	struct ipc_message *reply = NULL;

	*count = *hands = 0;
	if (SUCCEEDED(ask_live(w, s, -1, &reply))) {
		*count = ipc_int(reply, "count", 0);
		*hands = ipc_int(reply, "hands", 0);
	}
	ipc_message_free(reply);
}

bool
scan_find_gone(struct worker *w, struct worker_store *s, const struct scan_presence *presence,
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
