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
 * submission, and a slow or huge message still stops nobody else.  Beside these there may be one
 * that only looks into the stores: while all others are slow, or send of a long queue what is known
 * of it so far.
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

static bool
is_sending(const struct hand *hand)
{
	return hand->lease || batch_is_given(hand);
}

/* profile_unref(); NULL where it cannot be read. */
static struct profile *
load_profile(const struct lane *lane)
{
	struct profile *profile = NULL;

	if (g_bytes_get_size(lane->uid) == sizeof(MAPIUID))
		profile_load_uid(g_bytes_get_data(lane->uid, NULL), &profile, NULL);
	return profile;
}

static gint64
file_changed(const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return G_MAXINT64;
	return st.st_ctim.tv_sec * (gint64)G_USEC_PER_SEC + st.st_ctim.tv_nsec / 1000 + CLOCK_GRAIN;
}

/* The profile's file, as it was when the profile was read; not where it was changed since then. */
static void
know_file(struct lane *lane, const struct profile *profile, gint64 read)
{
	gint64 changed = file_changed(profile_path(profile));

	if (changed >= read)
		return;
	g_free(lane->file);
	lane->file = g_strdup(profile_path(profile));
	lane->file_changed = changed;
}

static void
take_policy(struct lane *lane, const struct profile *profile, gint64 read)
{
	lane->policy = lane->s->policy;
	if (profile) {
		lane->policy = policy_of(&lane->s->policy, profile);
		know_file(lane, profile, read);
	}
	spooldb_set_policy(lane->s->db, lane->uid, &lane->policy);
	lane->pace = 0;
}

static void
read_policy(struct lane *lane)
{
	gint64 now = g_get_real_time();
	struct profile *profile = load_profile(lane);

	take_policy(lane, profile, now);
	profile_unref(profile);
}

static struct lane *
lane_new(struct scheduler *s, GBytes *uid)
{
	struct lane *lane = g_new0(struct lane, 1);

	lane->s = s;
	lane->uid = g_bytes_ref(uid);
	lane->hands = g_ptr_array_new_with_free_func((GDestroyNotify)hand_free);
	lane->unreachable = true; /* for all we know */
	g_hash_table_insert(s->lanes, g_bytes_ref(uid), lane);
	return lane;
}

struct lane *
lane_get(struct scheduler *s, GBytes *uid)
{
	struct lane *lane = g_hash_table_lookup(s->lanes, uid);

	if (lane)
		return lane;
	lane = lane_new(s, uid);
	read_policy(lane);
	return lane;
}

struct lane *
lane_start_ahead(struct scheduler *s, GBytes *uid)
{
	struct lane *lane = lane_new(s, uid);

	lane->policy = s->policy;
	lane->first_read = g_get_real_time();
	lane->first = load_profile(lane); /* a copy need not read it again */
	hand_start(lane, true, s->options.copies, lane->first_read);
	return lane;
}

void
lane_ready(struct lane *lane)
{
	take_policy(lane, lane->first, lane->first_read);
	g_clear_pointer(&lane->first, profile_unref);
	lane_wake(lane);
	lane->unasked = true;
	/* It finds that when it is logged on, and need not ask. */
	if (lane->hands->len > 0 && !hand_at(lane, 0)->renew)
		lane_begin_scan(hand_at(lane, 0));
	if (lane->hands->len > 0)
		hand_at(lane, 0)->ahead = hand_at(lane, 0)->scanning;
}

void
lane_free(struct lane *lane)
{
	g_ptr_array_unref(lane->hands);
	lane_forget_places(lane);
	g_bytes_unref(lane->uid);
	g_free(lane->trouble);
	profile_unref(lane->first);
	g_free(lane->file);
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

guint
lane_scan_due(const struct lane *lane, gint64 now)
{
	/* The rest of a long queue comes bit by bit. */
	if (lane->scan_rest || lane->not_before > now || lane->scanned >= lane->woken)
		return 0;
	return lane->woken;
}

bool
lane_leased(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (is_sending(hand_at(lane, i)))
			return true;
	}
	return false;
}

bool
lane_has_idle(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (hand_idle(hand_at(lane, i)))
			return true;
	}
	return false;
}

bool
lane_busy(const struct lane *lane)
{
	return lane->want_scan || lane->scan_retry || is_scanning(lane) || lane_leased(lane);
}

bool
lane_has_batch(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		if (batch_is_given(hand_at(lane, i)))
			return true;
	}
	return false;
}

void
lane_read(struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++)
		batch_read(hand_at(lane, i), g_get_real_time());
}

/* What a person or the world says */

/* When the profile's file was changed; for one that cannot be read: just now.  A file that is as it
 * was when it was read need not be looked for and read again. */
static gint64
profile_changed(struct lane *lane)
{
	struct profile *profile;
	gint64 changed = file_changed(lane->file);

	if (changed < G_MAXINT64 && changed == lane->file_changed)
		return changed;
	g_clear_pointer(&lane->file, g_free);
	profile = load_profile(lane);
	if (!profile)
		return G_MAXINT64;
	lane->file = g_strdup(profile_path(profile));
	lane->file_changed = changed = file_changed(lane->file);
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
	gint64 changed = profile_changed(lane);
	gint64 since = 0;
	g_autofree char *held = spooldb_held(lane->s->db, lane->uid, &since);

	lane->unasked = false;
	lane->not_before = 0;
	renew_older(lane, changed);
	if (lane_scan_is_to_begin(lane)) {
		lane->woken = lane->scans;
	} else {
		lane->want_scan = true;
		lane->woken = lane->scans + 1;
	}
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
	lane->s->changed = true;
}

void
lane_network(struct lane *lane, gint64 now)
{
	if (!lane->unreachable)
		return;
	lane->reachable_at = 0;
	lane_reachable(lane, now);
	lane_renew(lane);
}

/* What to do next */

static bool
mail_is_due(struct lane *lane, gint64 now)
{
	return now >= lane->not_before && now >= lane->pace &&
	       spooldb_next_due(lane->s->db, lane->uid) <= now;
}

static bool
scan_is_due(const struct lane *lane)
{
	return lane->want_scan && !is_scanning(lane);
}

/* Until the next slice of a long queue, of which enough is known to send meanwhile. */
static gint64
until_slice(const struct lane *lane)
{
	return MAX(0, lane->scan_not_before - g_get_monotonic_time());
}

/* Until all messages in hand have taken long, microseconds; 0: now. */
static gint64
until_slow(const struct lane *lane, const struct hand *besides)
{
	gint64 now = g_get_monotonic_time();
	gint64 wait = 0;

	for (guint i = 0; i < lane->hands->len; i++) {
		struct hand *hand = hand_at(lane, i);

		if (batch_is_given(hand))
			batch_watch(hand, now);
		if (hand != besides && is_sending(hand))
			wait = MAX(wait, hand->leased + SLOW - now);
	}
	return wait;
}

/* Until who looks into the stores has taken long at it, microseconds: before that, he sends next
 * what he finds, and sooner than one who is yet to start. */
static gint64
until_scanned(const struct lane *lane)
{
	gint64 wait = 0;

	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (hand->scanning)
			wait = MAX(wait, SLOW - hand_silence(hand));
	}
	return wait;
}

/* Until a message beside those in hand may be begun. */
static gint64
until_another(const struct lane *lane, const struct hand *besides)
{
	return lane->policy.connections > 0 ? 0 : until_slow(lane, besides);
}

static guint
limit_of(const struct lane *lane)
{
	return lane->policy.connections > 0 ? (guint)lane->policy.connections : CONNECTIONS_UNTOLD;
}

/* Workers that may have a connection. */
static guint
senders(const struct lane *lane)
{
	guint count = 0;

	for (guint i = 0; i < lane->hands->len; i++)
		count += hand_at(lane, i)->sender;
	return count;
}

/* One that has a connection and nothing to do. */
static bool
has_idle_sender(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (hand->sender && hand_idle(hand) && !hand->renew)
			return true;
	}
	return false;
}

static bool
may_send(const struct lane *lane, const struct hand *hand)
{
	return hand->sender || (senders(lane) < limit_of(lane) && !has_idle_sender(lane));
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
	hand->sender = true;
	hand->lease = lease->id;
	hand->leased = hand->heard = g_get_monotonic_time();
	log_debug("message %" G_GINT64_FORMAT ": %s", lease->id, spool_act_name(lease->act));
	/* If it cannot be sent the worker is dying, and its death gives the lease back. */
	ipc_send(hand->fd, "send", packet_from_lease(lease));
	lease_free(lease);
	lane->s->begun = true;
}

void
lane_take_back(struct lane *lane, gint64 id)
{
	for (guint i = 0; i < lane->hands->len; i++)
		batch_take_back(hand_at(lane, i), id, g_get_real_time());
}

static bool
may_give(struct lane *lane, const struct hand *hand, gint64 now)
{
	return mail_is_due(lane, now) && may_send(lane, hand) && until_another(lane, hand) == 0;
}

/* Another worker is there for it, or about to be. */
static bool
another_can_scan(const struct lane *lane, const struct hand *than)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (hand != than && !hand->quitting && !hand->renew &&
		    (hand_idle(hand) || !hand->hello))
			return true;
	}
	return false;
}

/* One that has a batch: goes on with another, unless there is something else to do.  What waits
 * behind a slow message is for others. */
static void
drive_batch(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;

	batch_watch(hand, g_get_monotonic_time());
	if (lane->s->stop_at || hand->renew || g_get_monotonic_time() >= hand->leased + SLOW)
		batch_take_back(hand, 0, now);
	else if (!hand->quitting &&
		 (!scan_is_due(lane) || until_slice(lane) > 0 || another_can_scan(lane, hand)) &&
		 may_give(lane, hand, now))
		batch_give(hand, now);
}

static void
give(struct hand *hand, gint64 now)
{
	if (!batch_give(hand, now))
		send_lease(hand, now);
	else
		batch_give(hand, now);
}

/* While a scan is due mail leaves of which it is sure that it is to be sent: between the slices of
 * a long one, and by one who has a connection where another can look. */
static bool
give_meanwhile(struct hand *hand, gint64 now)
{
	if (!may_give(hand->lane, hand, now) || !batch_give(hand, now))
		return false;
	batch_give(hand, now);
	return true;
}

/* One that has nothing to do and no connection: who has one leaves looking to it. */
static bool
has_idle_looker(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (!hand->sender && !hand->renew && hand_idle(hand))
			return true;
	}
	return false;
}

/* One that has nothing to do, while a scan is due. */
static void
drive_scan(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;
	bool left = hand->sender && has_idle_looker(lane);
	bool pause = until_slice(lane) > 0;

	if ((left || pause) && give_meanwhile(hand, now))
		return;
	if (!left && !(pause && lane_leased(lane)))
		lane_begin_scan(hand);
}

/* Who started the spooler waits for what the first scan has found, and has mostly asked again since
 * that began. */
static bool
give_first(struct hand *hand, gint64 now)
{
	bool first = hand->ahead;

	hand->ahead = false;
	if (first && may_give(hand->lane, hand, now))
		give(hand, now);
	return !hand_idle(hand);
}

static void
drive_hand(struct hand *hand, gint64 now)
{
	struct lane *lane = hand->lane;

	if (batch_is_given(hand))
		drive_batch(hand, now);
	if (!hand_idle(hand))
		hand_check(hand);
	else if (lane->s->stop_at || hand->renew)
		hand_quit(hand);
	else if (give_first(hand, now))
		return;
	else if (scan_is_due(lane))
		drive_scan(hand, now);
	else if (may_give(lane, hand, now))
		give(hand, now);
	else if (hand_silence(hand) >= WORKER_IDLE)
		hand_quit(hand);
}

/* Everyone has work, and nobody is about to come or to go.  Who is to be renewed goes when he is
 * done, which may take long. */
static bool
all_busy(const struct lane *lane)
{
	for (guint i = 0; i < lane->hands->len; i++) {
		const struct hand *hand = hand_at(lane, i);

		if (!hand->hello || hand->quitting || hand_idle(hand))
			return false;
	}
	return true;
}

/* Until a scan is worth a worker of its own: while all others are slow, or of a long queue, whose
 * mail leaves meanwhile. */
static gint64
until_scan(const struct lane *lane)
{
	if (lane->scan_not_before > 0)
		return until_slice(lane);
	return until_slow(lane, NULL);
}

/* Until a further worker is to be started, G_MAXINT64: not before something happens.  One that only
 * looks into the stores is beside the limit: it opens no connection. */
static gint64
until_worker(struct lane *lane, gint64 now)
{
	gint64 wait = G_MAXINT64;

	if (lane->s->stop_at || !all_busy(lane))
		return G_MAXINT64;
	if (lane->hands->len > 0 && (!lane->alone || lane->hands->len > limit_of(lane)))
		return G_MAXINT64;
	if (lane->hands->len == 0 || senders(lane) < limit_of(lane)) {
		gint64 due = MAX(spooldb_next_due(lane->s->db, lane->uid), lane->pace);

		if (due < G_MAXINT64)
			wait = MAX(
			    MAX(0, due - now), MAX(until_another(lane, NULL), until_scanned(lane)));
	}
	if (scan_is_due(lane))
		wait = MIN(wait, until_scan(lane));
	return wait < G_MAXINT64 ? MAX(wait, lane->not_before - now) : wait;
}

void
lane_drive(struct lane *lane, gint64 now)
{
	if (lane->scan_again && !lane_leased(lane) && !mail_is_due(lane, now)) {
		lane->scan_again = false;
		lane->want_scan = true;
	}
	if (lane->scan_retry && now >= lane->scan_retry) {
		lane->scan_retry = 0;
		lane->want_scan = true;
	}
	for (guint i = 0; i < lane->hands->len; i++)
		drive_hand(hand_at(lane, i), now);
	if (until_worker(lane, now) > 0)
		return;
	if (lane->hands->len == 0)
		lane->want_scan = true; /* it looks before it sends: see spooldb_known() */
	hand_start(lane, !lane->alone, false, now);
}

/* Until an idle worker has something to do. */
static gint64
until_work(struct lane *lane, const struct hand *hand, gint64 now)
{
	gint64 wait = MAX(0, WORKER_IDLE - hand_silence(hand));
	gint64 due;

	if (scan_is_due(lane))
		return lane_leased(lane) ? until_slice(lane) : 0;
	if (!may_send(lane, hand))
		return wait;
	due = MAX(MAX(spooldb_next_due(lane->s->db, lane->uid), lane->pace), lane->not_before);
	if (due == G_MAXINT64)
		return wait;
	return MIN(wait, MAX(MAX(0, due - now), until_another(lane, hand)));
}

/* Until a batch is to be looked at: whether it stands still. */
static gint64
batch_until_slow(const struct hand *hand)
{
	return MAX(SLOW / 10, hand->leased + SLOW - g_get_monotonic_time());
}

gint64
lane_next(struct lane *lane, gint64 now)
{
	gint64 wait = until_worker(lane, now);

	if (lane->scan_retry)
		wait = MIN(wait, lane->scan_retry - now);
	for (guint i = 0; i < lane->hands->len; i++) {
		struct hand *hand = hand_at(lane, i);

		wait =
		    MIN(wait, hand_idle(hand) ? until_work(lane, hand, now) : hand_patience(hand));
		if (batch_is_given(hand))
			wait = MIN(wait, batch_until_slow(hand));
	}
	return wait < G_MAXINT64 ? now + MAX(wait, 0) : G_MAXINT64;
}
