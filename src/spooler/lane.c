/* SPDX-License-Identifier: MIT */
/*
 * A lane: one profile's mail and the workers that carry it.
 *
 * A worker is started when there is something to scan or send, gets one message at a time, and is
 * sent home after a minute of nothing.
 *
 * Several workers: where the profile says how many connections there may be, all of them are used
 * as long as there is work.  Where it says nothing there may be two, but the second gets a message
 * only beside one that has taken longer than a second: mail then leaves in the order of its
 * submission, and a slow or huge message still stops nobody else.
 */
#include "scheduler_private.h"

#include <string.h>
#include <sys/stat.h>
#include "policy.h"
#include "profile.h"

#define WORKER_IDLE (60 * (gint64)G_USEC_PER_SEC)
#define SLOW ((gint64)G_USEC_PER_SEC)
#define CONNECTIONS_UNTOLD 2
/* What waits for a way is not looked through more often, however often the way opens and closes. */
#define REACHABLE_GAP (30 * (gint64)G_USEC_PER_SEC)
/* Files are stamped by a clock that ticks this coarsely. */
#define CLOCK_GRAIN 10000

static struct hand *
hand_at(const struct lane *lane, guint i)
{
	return g_ptr_array_index(lane->hands, i);
}

static void
read_policy(struct lane *lane)
{
	lane->policy = policy_read(&lane->s->policy, lane->uid);
	spooldb_set_policy(lane->s->db, lane->uid, &lane->policy);
	lane->pace = 0;
}

struct lane *
lane_get(struct scheduler *s, GBytes *uid)
{
	struct lane *lane = g_hash_table_lookup(s->lanes, uid);

	if (lane)
		return lane;
	lane = g_new0(struct lane, 1);
	lane->s = s;
	lane->uid = g_bytes_ref(uid);
	lane->hands = g_ptr_array_new_with_free_func((GDestroyNotify)hand_free);
	lane->unreachable = true; /* for all we know */
	read_policy(lane);
	g_hash_table_insert(s->lanes, g_bytes_ref(uid), lane);
	return lane;
}

void
lane_free(struct lane *lane)
{
	g_ptr_array_unref(lane->hands);
	g_bytes_unref(lane->uid);
	g_free(lane->trouble);
	g_free(lane);
}

static bool
is_scanning(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (hand_at(lane, i)->scanning)
			return true;
	}
	return false;
}

bool
lane_leased(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (hand_at(lane, i)->lease)
			return true;
	}
	return false;
}

bool
lane_busy(const struct lane *lane)
{
	return lane->want_scan || is_scanning(lane) || lane_leased(lane);
}

/* What a person or the world says */

/* When the profile's file was changed; for one that cannot be read: just now. */
static gint64
profile_changed(GBytes *uid)
{
	struct profile *profile = NULL;
	gint64 changed = G_MAXINT64;
	struct stat st;

	if (g_bytes_get_size(uid) != sizeof(MAPIUID) ||
	    FAILED(profile_load_uid(g_bytes_get_data(uid, NULL), &profile, NULL)))
		return changed;
	if (stat(profile_path(profile), &st) == 0)
		changed = st.st_ctim.tv_sec * (gint64)G_USEC_PER_SEC + st.st_ctim.tv_nsec / 1000 +
			  CLOCK_GRAIN;
	profile_unref(profile);
	return changed;
}

void
lane_renew(struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++)
		hand_at(lane, i)->renew = true;
	read_policy(lane);
}

/* Workers that were started before the profile was changed are renewed. */
static void
renew_older(struct lane *lane, gint64 changed)
{
	bool any = lane->hands->len == 0;

	for (guint i = 0; i < lane->hands->len; i++) {
		struct hand *hand = hand_at(lane, i);

		hand->renew = hand->renew || changed > hand->started;
		any = any || hand->renew;
	}
	if (any)
		read_policy(lane);
}

void
lane_wake(struct lane *lane)
{
	gint64 changed = profile_changed(lane->uid);
	gint64 since = 0;
	g_autofree char *held = spooldb_held(lane->s->db, lane->uid, &since);

	lane->want_scan = true;
	lane->not_before = 0;
	renew_older(lane, changed);
	/* Who mends a profile edits its file: that alone lets held mail go on. */
	if (held && changed > since && changed < G_MAXINT64)
		spooldb_release(lane->s->db, lane->uid, g_get_real_time());
}

void
lane_run(struct lane *lane)
{
	lane->want_scan = true;
	lane->not_before = 0;
	lane_renew(lane);
}

void
lane_reachable(struct lane *lane, gint64 now)
{
	if (!lane->unreachable ||
	    (now >= lane->reachable_at && now < lane->reachable_at + REACHABLE_GAP))
		return;
	lane->unreachable = false;
	lane->reachable_at = now;
	spooldb_reachable(lane->s->db, lane->uid, now);
}

/* What to do next */

static bool
something_to_do(struct lane *lane, gint64 now)
{
	if (now < lane->not_before)
		return false;
	return lane->want_scan ||
	       (now >= lane->pace && spooldb_next_due(lane->s->db, lane->uid) <= now);
}

/* Until a message beside those in hand may be begun, microseconds; 0: now. */
static gint64
until_slow(const struct lane *lane, const struct hand *besides)
{
	gint64 now = g_get_monotonic_time();
	gint64 wait = 0;

	for (guint i = 0; lane->policy.connections <= 0 && i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (hand != besides && hand->lease)
			wait = MAX(wait, hand->leased + SLOW - now);
	}
	return MAX(wait, 0);
}

static void
send_lease(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;
	struct lease *lease = NULL;
	HRESULT hr = spooldb_lease(lane->s->db, lane->uid, now, &lease, &lane->pace);

	if (FAILED(hr))
		lane->not_before = now + retry_delay(&lane->policy, 1, 0);
	if (!lease)
		return;
	hand->lease = lease->id;
	hand->leased = hand->heard = g_get_monotonic_time();
	log_debug("message %" G_GINT64_FORMAT ": %s", lease->id, spool_act_name(lease->act));
	/* If it cannot be sent the worker is dying, and its death gives the lease back. */
	ipc_send(hand->fd, "send", packet_from_lease(lease));
	lease_free(lease);
	scheduler_changed(lane->s);
}

static void
drive_hand(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;

	if (!hand_idle(hand)) {
		hand_check(hand);
	} else if (lane->s->stop_at || hand->renew) {
		hand_quit(hand);
	} else if (lane->want_scan && !is_scanning(lane)) {
		lane->want_scan = false;
		hand->scanning = true;
		hand->heard = g_get_monotonic_time();
		ipc_send(hand->fd, "scan", NULL);
	} else if (something_to_do(lane, now) && until_slow(lane, hand) == 0) {
		send_lease(hand, now);
	} else if (hand_silence(hand) >= WORKER_IDLE) {
		hand_quit(hand);
	}
}

/* Whether a further worker may be started at all; then until_slow() and the work decide. */
static bool
room_for_another(const struct lane *lane)
{
	guint limit =
	    lane->policy.connections > 0 ? (guint)lane->policy.connections : CONNECTIONS_UNTOLD;

	if (lane->hands->len > 0 && (!lane->alone || lane->hands->len >= limit))
		return false;
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		/* One that begins or ends will be there, or make room, soon. */
		if (!hand->hello || hand->quitting || hand->renew || hand_idle(hand))
			return false;
	}
	return !lane->s->stop_at;
}

static void
start_another(struct lane *lane, gint64 now)
{
	if (lane->hands->len == 0)
		lane->want_scan = true; /* it looks before it sends: see spooldb_known() */
	hand_start(lane, !lane->alone, now);
}

void
lane_drive(struct lane *lane, gint64 now)
{
	for (guint i = 0; i < lane->hands->len; i++)
		drive_hand(hand_at(lane, i), now);
	if (room_for_another(lane) && something_to_do(lane, now) && until_slow(lane, NULL) == 0)
		start_another(lane, now);
}

gint64
lane_next(struct lane *lane, gint64 now)
{
	bool can_take = room_for_another(lane);
	gint64 next = G_MAXINT64, due;

	for (guint i = 0; i < lane->hands->len; i++) {
		struct hand *hand = hand_at(lane, i);

		if (!hand_idle(hand)) {
			next = MIN(next, now + hand_patience(hand));
			continue;
		}
		can_take = true;
		next = MIN(next, now + MAX(0, WORKER_IDLE - hand_silence(hand)));
	}
	if (!can_take)
		return next;
	due = MAX(spooldb_next_due(lane->s->db, lane->uid),
	    MAX(lane->pace, now + until_slow(lane, NULL)));
	if (lane->want_scan && !is_scanning(lane))
		due = now;
	return MIN(next, MAX(due, lane->not_before));
}
