/* SPDX-License-Identifier: MIT */
/*
 * Many messages in a worker's hands at once, where a queue is deep: one commit leases them, one
 * packet names them, one commit takes what became of them.  In between the board (board.h) has
 * what must not be lost.
 *
 * The board has two halves, each with a batch of its own: the worker goes on with one while the
 * other is written down and given anew.
 */
#include "scheduler_private.h"

#include <string.h>
#include "board.h"
#include "event.h"

#define HALF (BOARD_SLOTS / 2)

static guint
limit_of(const struct hand *hand, gint64 now)
{
	const struct retry_policy *policy = &hand->lane->policy;
	guint ways = policy->connections > 1 ? (guint)policy->connections : 1;

	/* Each message counts there, when it is sent. */
	if (policy->per_minute > 0)
		return 0;
	if (ways == 1)
		return HALF;
	/* Workers side by side share what is there. */
	return spooldb_due_count(hand->lane->s->db, hand->lane->uid, now, ways * HALF) / ways;
}

/* One packet for all. */
static void
send_batch(struct hand *hand, guint half, const GPtrArray *leases)
{
	const struct lease *first = g_ptr_array_index(leases, 0);
	GVariantBuilder b, rows;

	g_variant_builder_init(&rows, G_VARIANT_TYPE("a(xxayau)"));
	for (guint i = 0; i < leases->len; i++) {
		const struct lease *lease = g_ptr_array_index(leases, i);

		g_variant_builder_add(&rows, "(xx@ay@au)", lease->id, lease->submitted,
		    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), lease->entry, TRUE),
		    g_variant_new_fixed_array(
			G_VARIANT_TYPE_UINT32, lease->due->data, lease->due->len, sizeof(guint32)));
	}
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "half", g_variant_new_int64(half));
	g_variant_builder_add(&b, "{sv}", "store",
	    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), first->store, TRUE));
	g_variant_builder_add(&b, "{sv}", "rows", g_variant_builder_end(&rows));
	ipc_send(hand->fd, "batch", g_variant_builder_end(&b));
}

bool
batch_is_given(const struct hand *hand)
{
	return hand->given[0] || hand->given[1];
}

bool
batch_give(struct hand *hand, gint64 now)
{
	guint half = hand->given[0] ? 1 : 0;
	guint limit;
	g_autoptr(GPtrArray) leases = NULL;

	if (!hand->many || hand->given[half])
		return false;
	limit = MIN(limit_of(hand, now), HALF);
	/* The first batch needs room made for it, which a single message shall not wait for. */
	if (limit < 2 || (!board_ready(hand->board) &&
			     spooldb_due_count(hand->lane->s->db, hand->lane->uid, now, 2) < 2))
		return false;
	hand->many = SUCCEEDED(board_reserve(hand->board));
	if (!hand->many)
		return false;
	leases = spooldb_lease_many(hand->lane->s->db, hand->lane->uid, now, limit);
	if (leases->len == 0)
		return false;
	for (guint i = 0; i < leases->len; i++) {
		const struct lease *lease = g_ptr_array_index(leases, i);

		hand->batched[half * HALF + i] = (struct batched){ .id = lease->id };
		board_offer(hand->board, half * HALF + i, lease->id);
	}
	if (!batch_is_given(hand))
		hand->leased = g_get_monotonic_time();
	hand->given[half] = true;
	hand->sender = true;
	hand->heard = g_get_monotonic_time();
	log_debug("%u messages from %" G_GINT64_FORMAT " on: send", leases->len,
	    ((const struct lease *)g_ptr_array_index(leases, 0))->id);
	send_batch(hand, half, leases);
	hand->lane->s->begun = true;
	return true;
}

/* What became of them */

/* The slots that say something new, as *sent; their numbers in slots[]. */
static guint
collect(struct hand *hand, struct spool_sent *sent, guint *slots)
{
	guint found = 0;

	for (guint i = 0; i < BOARD_SLOTS; i++) {
		const struct batched *b = &hand->batched[i];
		struct report *report;

		if (!b->id || board_state(hand->board, i) != BOARD_SENT || (b->known && !b->filed))
			continue;
		report = board_report(hand->board, i);
		if (!report)
			continue;
		sent[found] = (struct spool_sent){ report, b->known, b->filed };
		slots[found++] = i;
	}
	return found;
}

/* A half that the worker has left, with nothing open in it, can be given again. */
static void
close_halves(struct hand *hand)
{
	for (guint half = 0; half < 2; half++) {
		bool open = false;

		for (guint i = half * HALF; i < (half + 1) * HALF; i++)
			open = open || hand->batched[i].id;
		if (hand->ended[half] && !open)
			hand->given[half] = hand->ended[half] = false;
	}
}

bool
batch_read(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;
	struct spool_sent sent[BOARD_SLOTS];
	guint slots[BOARD_SLOTS];
	guint found;
	HRESULT hr;

	if (!hand->board || g_get_monotonic_time() < hand->read_again)
		return !hand->board;
	found = collect(hand, sent, slots);
	hr = found ? spooldb_sent(lane->s->db, sent, found, now) : S_OK;
	for (guint i = 0; i < found; i++) {
		if (SUCCEEDED(hr) && !sent[i].known)
			event_try(lane->s->db, sent[i].report);
		hand->batched[slots[i]].known = SUCCEEDED(hr);
		if (SUCCEEDED(hr) && sent[i].filed) {
			event_message(lane->s->db, sent[i].report->id, "filed", "");
			batch_drop(hand, sent[i].report->id);
		}
		report_free(sent[i].report);
	}
	hand->read_again = FAILED(hr) ? g_get_monotonic_time() + G_USEC_PER_SEC : 0;
	close_halves(hand);
	if (FAILED(hr) || found == 0)
		return SUCCEEDED(hr);
	lane->crashes = 0;
	lane_reachable(lane, now);
	scheduler_changed(lane->s);
	return true;
}

static int
find(const struct hand *hand, gint64 id)
{
	for (guint i = 0; id && hand->board && i < BOARD_SLOTS; i++) {
		if (hand->batched[i].id == id)
			return (int)i;
	}
	return -1;
}

bool
batch_has(struct hand *hand, gint64 id, gint64 now)
{
	return find(hand, id) >= 0 && batch_read(hand, now);
}

void
batch_drop(struct hand *hand, gint64 id)
{
	int slot = find(hand, id);

	if (slot < 0)
		return;
	board_clear(hand->board, (guint)slot);
	hand->batched[slot].id = 0;
}

void
batch_take_back(struct hand *hand, gint64 id, gint64 now)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; hand->board && i < BOARD_SLOTS; i++) {
		gint64 mine = hand->batched[i].id;

		if (!mine || (id > 0 && mine != id))
			continue;
		if (id >= 0)
			board_withdraw(hand->board, i);
		if (board_state(hand->board, i) == BOARD_WITHDRAWN)
			g_array_append_val(ids, mine);
	}
	if (ids->len == 0)
		return;
	if (FAILED(spooldb_return(hand->lane->s->db, ids, now)))
		return; /* they stay withdrawn until there is another time */
	for (guint i = 0; i < ids->len; i++)
		batch_drop(hand, g_array_index(ids, gint64, i));
	scheduler_changed(hand->lane->s);
}

bool
batch_filed(struct hand *hand, guint half, const guint8 *slots, gsize count, bool end, gint64 now)
{
	if (half > 1 || !hand->given[half])
		return false;
	for (gsize i = 0; i < count; i++) {
		if (slots[i] >= BOARD_SLOTS)
			return false;
		hand->batched[slots[i]].filed = true;
	}
	hand->ended[half] = end;
	if (end)
		batch_take_back(hand, -1, now); /* what the worker has withdrawn itself */
	batch_read(hand, now);
	return true;
}

void
batch_watch(struct hand *hand, gint64 monotonic)
{
	guint begun = 0;

	for (guint i = 0; i < BOARD_SLOTS; i++)
		begun += board_state(hand->board, i) == BOARD_OFFERED ||
			 board_state(hand->board, i) == BOARD_BEGUN;
	/* One less that is not done with: another was begun since. */
	if (begun != hand->begun)
		hand->leased = monotonic;
	hand->begun = begun;
}

/* Deaths */

void
batch_died(struct hand *hand, const char *text, gint64 now, gint64 next)
{
	struct spooldb *db = hand->lane->s->db;
	g_autoptr(GArray) sent = g_array_new(FALSE, FALSE, sizeof(gint64));

	if (!hand->board || !batch_is_given(hand))
		return;
	hand->read_again = 0;
	if (!batch_read(hand, now)) {
		board_keep(hand->board); /* there will be room for it: see batch_import() */
		return;
	}
	batch_take_back(hand, 0, now);
	for (guint i = 0; i < BOARD_SLOTS; i++) {
		gint64 id = hand->batched[i].id;

		if (id && hand->batched[i].known)
			g_array_append_val(sent, id);
		else if (id)
			spooldb_lease_died(db, id, text, now, next);
	}
	spooldb_return(db, sent, now);
	hand->given[0] = hand->given[1] = false;
}

static bool
import_board(struct lane *lane, const struct board *board)
{
	for (guint i = 0; i < BOARD_SLOTS; i++) {
		struct report *report = board_report(board, i);
		enum spool_act act;
		HRESULT hr;

		if (board_state(board, i) == BOARD_BEGUN)
			spooldb_doubt(lane->s->db, board_id(board, i), g_get_real_time());
		if (!report)
			continue;
		hr = spooldb_report(lane->s->db, report, g_get_real_time(), &act);
		if (SUCCEEDED(hr)) {
			event_try(lane->s->db, report);
			log_info(
			    "message %" G_GINT64_FORMAT ": sent by an earlier worker", report->id);
		}
		report_free(report);
		if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
			return false;
	}
	return true;
}

bool
batch_import(struct lane *lane)
{
	g_autoptr(GPtrArray) own = g_ptr_array_new();
	struct board *board;

	for (guint i = 0; i < lane->hands->len; i++) {
		struct hand *hand = g_ptr_array_index(lane->hands, i);

		if (hand->board)
			g_ptr_array_add(own, hand->board);
	}
	while ((board = board_next(lane->s->options.state_path, lane->uid, own)) != NULL) {
		bool taken = import_board(lane, board);

		if (!taken)
			board_keep(board);
		board_free(board);
		if (!taken)
			return false;
	}
	return true;
}
