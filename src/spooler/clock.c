/* SPDX-License-Identifier: MIT */
/*
 * The clock that people set.  What waits for a time of day (mail to be sent later) waits for it
 * whatever was set; what waits for so and so long must not wait longer because of it.
 */
#include "scheduler_private.h"

#include <time.h>

/* Less is a clock that is being disciplined. */
#define JUMP (5 * (gint64)G_USEC_PER_SEC)

/* Since the machine was started, asleep or not: what CLOCK_MONOTONIC does not count is no jump. */
static gint64
since_boot(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_BOOTTIME, &time) != 0)
		return g_get_monotonic_time();
	return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
shift(gint64 *when, gint64 by)
{
	if (*when > 0 && *when < G_MAXINT64)
		*when += by;
}

static void
shift_lanes(struct scheduler *s, gint64 by)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct lane *lane = value;

		shift(&lane->not_before, by);
		shift(&lane->pace, by);
		shift(&lane->reachable_at, by);
		shift(&lane->scan_retry, by);
	}
}

void
scheduler_watch_clock(struct scheduler *s, gint64 now)
{
	gint64 offset = now - since_boot();
	gint64 by = offset - s->clock_offset;
	bool first = s->clock_offset == 0;

	if (!first && ABS(by) < JUMP)
		return;
	s->clock_offset = offset;
	if (first)
		return;
	log_warning("the clock was set %s by %" G_GINT64_FORMAT " s", by < 0 ? "back" : "forward",
	    ABS(by) / G_USEC_PER_SEC);
	shift(&s->catch_up_at, by);
	shift(&s->prune_at, by);
	shift(&s->not_before, by);
	shift(&s->quiet_since, by);
	shift(&s->stop_at, by);
	shift_lanes(s, by);
	spooldb_clock_set(s->db, by, now);
}
