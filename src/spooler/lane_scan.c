/* SPDX-License-Identifier: MIT */
/*
 * A scan, as the scheduler sees it: from where on a worker is to read the stores' outgoing queues,
 * what it has found there, and whether both sides have the same number of messages.
 *
 * The usual scan is two packets: `scan` says up to which place of each queue all is on record, and
 * `scanned` brings what has come since, the place reached and the number of messages in the queue.
 * Much is told before that, a page at a time ("have", "more-queued").  Only where the numbers
 * differ is the worker told to `compare` all.  See docs/ARCHITECTURE.md for the packets.
 */
#include "scheduler_private.h"

#include <string.h>
#include <sys/socket.h>

/* Rows of `live` in one packet; an entry ID has some dozens of bytes, and never more than 1,000. */
#define LIVE_PAGE 50
/* What spool.db would not take is looked for again after this; never later than a message would be
 * tried again. */
#define RECORD_AGAIN (5 * (gint64)G_USEC_PER_SEC)

/* Places */

/* Of a store's queue, for as long as this scheduler lives: further than spool.db has it as long as
 * the store's disk has not all of it. */
struct place {
	gint64 reached; /* up to here all is on record */
	gint64 secured; /* of that, on the store's disk */
};

static struct place *
place_of(struct lane *lane, GBytes *store)
{
	struct place *place;

	if (!lane->places)
		lane->places = g_hash_table_new_full(
		    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
	place = g_hash_table_lookup(lane->places, store);
	if (place)
		return place;
	place = g_new0(struct place, 1);
	place->reached = place->secured = spooldb_place(lane->s->db, store);
	g_hash_table_insert(lane->places, g_bytes_ref(store), place);
	return place;
}

void
lane_forget_places(struct lane *lane)
{
	g_clear_pointer(&lane->places, g_hash_table_unref);
}

/* A place that is not on the store's disk yet is not written down: a power cut must not leave a
 * mark beyond the queue's end, behind which new messages would not be looked for. */
static void
remember_place(struct lane *lane, GBytes *store, gint64 reached, gint64 secured)
{
	struct place *place = place_of(lane, store);

	place->reached = MAX(place->reached, reached);
	secured = MIN(secured, place->reached);
	if (secured > place->secured && SUCCEEDED(spooldb_set_place(lane->s->db, store, secured)))
		place->secured = secured;
}

/* Of the worker's stores; of one that has not said yet which these are, of all that there are. */
static GVariant *
places_for(const struct hand *hand)
{
	GVariantBuilder b;

	if (!hand->stores)
		return spooldb_places(hand->lane->s->db);
	g_variant_builder_init(&b, G_VARIANT_TYPE(PACKET_PLACES));
	for (guint i = 0; i < hand->stores->len; i++) {
		GBytes *store = g_ptr_array_index(hand->stores, i);
		const struct place *place = place_of(hand->lane, store);

		g_variant_builder_add_value(
		    &b, packet_place(store, place->reached, place->secured));
	}
	return g_variant_builder_end(&b);
}

void
lane_begin_scan(struct hand *hand)
{
	struct lane *lane = hand->lane;
	GVariantBuilder b;

	lane->want_scan = false;
	lane->scan_retry = 0;
	hand->scanning = true;
	lane->scans++;
	hand->heard = lane->scan_began = g_get_monotonic_time();
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "places", places_for(hand));
	ipc_send(hand->fd, "scan", g_variant_builder_end(&b));
}

/* It says hello before it reads anything: as long as it has not, all that is in the stores now will
 * be seen. */
static bool
is_to_begin(const struct hand *hand)
{
	char byte;

	return hand->scanning && !hand->hello && !hand->renew && hand->fd >= 0 &&
	       recv(hand->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

bool
lane_scan_is_to_begin(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (is_to_begin(g_ptr_array_index(lane->hands, i)))
			return true;
	}
	return false;
}

/* What is told in pages */

/* Which of a store's submissions are known. */
static bool
on_have(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", "a(ayx)");
	g_autoptr(GByteArray) answer = g_byte_array_new();
	gint64 now = g_get_real_time();
	HRESULT hr = S_OK;

	for (gsize i = 0; rows && SUCCEEDED(hr) && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) entry = NULL;
		g_autoptr(GBytes) bytes = NULL;
		gint64 submitted;
		guint8 byte;
		bool known;

		g_variant_get_child(rows, i, "(@ayx)", &entry, &submitted);
		bytes = g_variant_get_data_as_bytes(entry);
		hr = spooldb_known(lane->s->db, store, bytes, submitted, now, &known);
		byte = known;
		g_byte_array_append(answer, &byte, 1);
	}
	if (FAILED(hr))
		hand_answer_error(hand, hr);
	else
		hand_answer_ok(hand, "known",
		    g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, answer->data, answer->len, 1));
	return true;
}

/* New ones, a row each; `ask`: some may be on record. */
static HRESULT
record(struct lane *lane, GBytes *store, GVariant *rows, bool ask)
{
	gint64 now = g_get_real_time(), id;
	HRESULT hr = S_OK;

	for (gsize i = 0; SUCCEEDED(hr) && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		int priority;
		struct spool_message *m = packet_from_queued_row(row, store, &priority);
		bool known = false;

		if (ask)
			hr = spooldb_known(lane->s->db, store, m->entry, m->submitted, now, &known);
		if (SUCCEEDED(hr) && !known)
			hr = spooldb_add(
			    lane->s->db, lane->uid, m, CLAMP(priority, -1, 1), now, &id);
		spool_message_free(m);
	}
	return hr;
}

static bool
on_more_queued(struct hand *hand, const struct ipc_message *packet)
{
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", PACKET_QUEUED_ROWS);
	HRESULT hr = rows ? record(hand->lane, store, rows, false) : S_OK;

	if (FAILED(hr))
		hand_answer_error(hand, hr);
	else
		hand_answer_ok(hand, NULL, NULL);
	scheduler_changed(hand->lane->s);
	return true;
}

static bool
on_queued(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	gint64 id = 0;
	bool more = false;
	HRESULT hr = packet_to_message(packet, &hand->queued, &more);

	if (SUCCEEDED(hr) && !more)
		hr = spooldb_add(lane->s->db, lane->uid, hand->queued,
		    (int)CLAMP(ipc_int(packet, "priority", 0), -1, 1), g_get_real_time(), &id);
	if (FAILED(hr) || !more) {
		spool_message_free(hand->queued);
		hand->queued = NULL;
	}
	if (FAILED(hr))
		hand_answer_error(hand, hr);
	else
		hand_answer_ok(hand, "id", g_variant_new_int64(id));
	if (id)
		scheduler_changed(lane->s);
	return true;
}

/* Of a store that `scan` did not name: up to which place of its queue all is on record. */
static bool
on_place(struct hand *hand, const struct ipc_message *packet)
{
	g_autoptr(GBytes) store = packet_bytes(packet, "store");

	hand_answer_ok(hand, "place", g_variant_new_int64(place_of(hand->lane, store)->reached));
	return true;
}

/* Numbers */

static gint64
messages_in_hands(const struct lane *lane)
{
	gint64 count = 0;

	for (guint i = 0; i < lane->hands->len; i++)
		count += hand_holds(g_ptr_array_index(lane->hands, i));
	return count;
}

/* What is on record of a store's queue: the numbers, or a page of the submissions. */
static bool
on_live(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	gint64 after = ipc_int(packet, "after", -1);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	if (after < 0) {
		g_variant_builder_add(&b, "{sv}", "count",
		    g_variant_new_int64(spooldb_live_count(lane->s->db, store)));
		g_variant_builder_add(
		    &b, "{sv}", "hands", g_variant_new_int64(messages_in_hands(lane)));
	} else {
		g_variant_builder_add(
		    &b, "{sv}", "rows", spooldb_live(lane->s->db, store, after, LIVE_PAGE));
	}
	ipc_send(hand->fd, "ok", g_variant_builder_end(&b));
	return true;
}

static bool
on_gone(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GBytes) entry = packet_bytes(packet, "entry");

	if (SUCCEEDED(spooldb_gone(
		lane->s->db, store, entry, ipc_int(packet, "submitted", 0), g_get_real_time())))
		scheduler_changed(lane->s);
	return true;
}

/* Whether something is missing on one side.  What is in hands may have left the queue and be on
 * record still: of that one can be sure only later. */
static bool
is_missing(struct lane *lane, GBytes *store, gint64 in_queue)
{
	gint64 count = spooldb_live_count(lane->s->db, store);

	if (in_queue > count || count - messages_in_hands(lane) > in_queue)
		return true;
	lane->scan_again = lane->scan_again || count > in_queue;
	return false;
}

/* The end of a scan */

/* What was found in one store.  *missing is for `compare` where all of it is to be compared, else
 * NULL; floating. */
static HRESULT
take_found(struct hand *hand, GVariant *found, GVariant **missing)
{
	struct lane *lane = hand->lane;
	g_autoptr(GVariant) uid = NULL;
	g_autoptr(GVariant) rows = NULL;
	g_autoptr(GBytes) store = NULL;
	gint64 reached, secured, count;
	HRESULT hr;

	*missing = NULL;
	g_variant_get(
	    found, "(@ay@" PACKET_QUEUED_ROWS "xxx)", &uid, &rows, &reached, &secured, &count);
	store = g_variant_get_data_as_bytes(uid);
	hr = record(lane, store, rows, true);
	if (FAILED(hr))
		return hr;
	/* The next worker looks with fresh eyes. */
	if (!hand->renew)
		remember_place(lane, store, reached, secured);
	lane->s->changed = lane->s->changed || g_variant_n_children(rows) > 0;
	if (count >= 0 && is_missing(lane, store, count))
		*missing = packet_place(store, reached, secured);
	return S_OK;
}

static gint64
record_again(const struct lane *lane)
{
	return MIN(RECORD_AGAIN, lane->policy.first / 4) + 1;
}

/* The same of all of them; NULL: nothing is missing. */
static GVariant *
take_all_found(struct hand *hand, GVariant *founds)
{
	struct lane *lane = hand->lane;
	GVariantBuilder b;
	gsize count = 0;

	g_variant_builder_init(&b, G_VARIANT_TYPE(PACKET_PLACES));
	for (gsize i = 0; founds && i < g_variant_n_children(founds); i++) {
		g_autoptr(GVariant) found = g_variant_get_child_value(founds, i);
		GVariant *missing;

		if (FAILED(take_found(hand, found, &missing)))
			lane->scan_retry = g_get_real_time() + record_again(lane);
		if (!missing)
			continue;
		g_variant_builder_add_value(&b, missing);
		count++;
	}
	if (count)
		return g_variant_builder_end(&b);
	g_variant_builder_clear(&b);
	return NULL;
}

/* Of a long queue: a slice is followed by a pause of its own length, and by one so many times as
 * long while that many messages more are known to be due. */
#define AMPLE 1000
#define AMPLE_PAUSE 10

static gint64
pause_after(const struct lane *lane, gint64 slice)
{
	guint due = spooldb_due_count(lane->s->db, lane->uid, g_get_real_time(), AMPLE);

	return due < AMPLE ? slice : slice * AMPLE_PAUSE;
}

static void
end_scan(struct hand *hand)
{
	struct lane *lane = hand->lane;
	gint64 now = g_get_monotonic_time();

	hand->scanning = false;
	lane->scanned++;
	lane->scan_rest = hand->rest;
	lane->scan_not_before =
	    lane->scan_rest ? now + pause_after(lane, now - lane->scan_began) : 0;
	lane->want_scan = lane->want_scan || lane->scan_rest;
	lane->crashes = 0;
	g_clear_pointer(&lane->trouble, g_free);
	spooldb_set_scanned(lane->s->db, lane->uid, g_get_real_time());
	hand->rest = false;
}

static bool
on_scanned(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GVariant) founds = ipc_value(packet, "stores", PACKET_FOUNDS);
	GVariant *missing = take_all_found(hand, founds);
	GVariantBuilder b;

	lane->scan_again = lane->scan_again || ipc_int(packet, "again", 0);
	hand->rest = hand->rest || ipc_int(packet, "more", 0);
	if (!missing) {
		end_scan(hand);
		return true;
	}
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "places", missing);
	ipc_send(hand->fd, "compare", g_variant_builder_end(&b));
	return true;
}

const struct lane_verb lane_scan_verbs[] = {
	{ "have", on_have },
	{ "queued", on_queued },
	{ "more-queued", on_more_queued },
	{ "place", on_place },
	{ "live", on_live },
	{ "gone", on_gone },
	{ "scanned", on_scanned },
	{ NULL, NULL },
};
