/* SPDX-License-Identifier: MIT */
/*
 * After a disk that would not take what was to be written: what the scheduler had been told is in
 * part no longer in spool.db, and nobody would tell it again.  So workers are followed by new ones,
 * which look through the stores with fresh eyes, and what nobody has in hand can be leased again.
 */
#include "scheduler_private.h"

#include "board.h"

#define LOOK_AGAIN (5 * (gint64)G_USEC_PER_SEC)

static void
collect(const struct lane *lane, GArray *in_hand)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = g_ptr_array_index(lane->hands, i);

		if (hand->lease)
			g_array_append_val(in_hand, hand->lease);
		for (guint slot = 0; hand->board && slot < BOARD_SLOTS; slot++) {
			if (hand->batched[slot].id)
				g_array_append_val(in_hand, hand->batched[slot].id);
		}
	}
}

gint64
scheduler_regain(struct scheduler *s, gint64 now)
{
	g_autoptr(GArray) in_hand = NULL;
	GHashTableIter iter;
	gpointer lane;

	if (!spooldb_lost(s->db))
		return G_MAXINT64;
	in_hand = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane)) {
		if (!batch_import(lane))
			return now + LOOK_AGAIN;
		collect(lane, in_hand);
	}
	if (FAILED(spooldb_regain(s->db, in_hand, now)))
		return now + LOOK_AGAIN;
	log_warning("spool.db lost what could not be written; all stores are looked through");
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane)) {
		lane_forget_places(lane);
		lane_wake(lane);
		lane_renew(lane);
	}
	scheduler_kick(s);
	return now;
}
