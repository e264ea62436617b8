/* SPDX-License-Identifier: MIT */
/* spool.db: the way of a message from waiting to filed.  See spooldb.h and spool_state.h. */
#include "spooldb_private.h"

#include <string.h>
#include "log.h"

#define CRASHES_MAX 3
/* A worker's death may fall between the end of the data and the server's answer (design D4). */
#define IN_DOUBT "  If the server had taken it just before, the next try may deliver it twice."
/* Row IDs that fit one packet; what is left stays due and follows at once. */
#define DUE_MAX 20000

/* Nobody may ever know what the server said of a message that was in somebody's hand. */
static HRESULT
note_end(struct spooldb *db, gint64 id, gint64 now)
{
	return spooldb_note(db, id,
	    "The spooler ended while this message was being sent.  If no answer of the server "
	    "follows here, it may have it already, and the next try may deliver it twice.",
	    now);
}

HRESULT
spooldb_doubt(struct spooldb *db, gint64 id, gint64 now)
{
	g_autoptr(GBytes) live = spooldb_profile_of(db, id);
	HRESULT hr = spooldb_begin(db, SPOOLDB_LATER);

	return spooldb_end(db, FAILED(hr) || !live ? hr : note_end(db, id, now));
}

/* Verdicts of workers that outlived the scheduler are taken later (words.h). */
static HRESULT
note_interrupted(struct spooldb *db, gint64 now)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *s = spooldb_query(
	    db, "SELECT id FROM message WHERE state=1 AND " SQL_OPEN " ORDER BY id", "");
	HRESULT hr = S_OK;

	while (spooldb_step(db, s)) {
		gint64 id = sqlite3_column_int64(s, 0);

		g_array_append_val(ids, id);
	}
	spooldb_done(s);
	for (guint i = 0; SUCCEEDED(hr) && i < ids->len; i++)
		hr = note_end(db, g_array_index(ids, gint64, i), now);
	return hr;
}

HRESULT
spooldb_recover(struct spooldb *db, gint64 now)
{
	HRESULT hr = S_OK;

	/* Mostly nothing is left over, and a message waits for our start. */
	if (!spooldb_number(db, 0, "SELECT 1 FROM message WHERE " SQL_OPEN " LIMIT 1", ""))
		return spooldb_unread(db);
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = note_interrupted(db, now);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE state WHEN 1 THEN 0 ELSE state END, changed=?1,"
		    " next=CASE state WHEN 1 THEN min(?2, coalesce((SELECT min(next) FROM recipient"
		    " WHERE message=message.id AND state=0), ?2)) ELSE min(next, ?2) END"
		    " WHERE state IN (1, 2) AND " SQL_OPEN,
		    "ii", spooldb_stamp(db, now), now);
	if (SUCCEEDED(hr))
		hr = spooldb_bound_waits(db, now);
	return spooldb_end(db, hr);
}

static bool
is_among(const GArray *ids, gint64 id)
{
	for (guint i = 0; i < ids->len; i++)
		if (g_array_index(ids, gint64, i) == id)
			return true;
	return false;
}

HRESULT
spooldb_regain(struct spooldb *db, const GArray *in_hand, gint64 now)
{
	g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *s = spooldb_query(
	    db, "SELECT id FROM message WHERE state IN (1, 2) AND next=?", "i", G_MAXINT64);
	HRESULT hr;

	while (spooldb_step(db, s)) {
		gint64 id = sqlite3_column_int64(s, 0);

		if (!is_among(in_hand, id))
			g_array_append_val(left, id);
	}
	spooldb_done(s);
	hr = spooldb_begin(db, SPOOLDB_NOW);
	for (guint i = 0; SUCCEEDED(hr) && i < left->len; i++)
		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE state WHEN 1 THEN 0 ELSE state END, changed=?,"
		    " next=? WHERE id=?",
		    "iii", spooldb_stamp(db, now), now, g_array_index(left, gint64, i));
	hr = spooldb_end(db, hr);
	db->lost = FAILED(hr);
	return hr;
}

/* Closes the live record of an entry that has been submitted anew since. */
static HRESULT
close_earlier(struct spooldb *db, gint64 id, enum spool_state state, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_LATER);

	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET state=?, next=0, changed=?, text=? WHERE id=?", "diti",
		    state == SPOOL_SENT ? SPOOL_FILED : SPOOL_CANCELLED, spooldb_stamp(db, now),
		    "It was submitted again.", id);
	return spooldb_end(db, hr);
}

HRESULT
spooldb_known(
    struct spooldb *db, GBytes *store, GBytes *entry, gint64 submitted, gint64 now, bool *known)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT id, submitted, state FROM message"
	    " WHERE store=? AND entry=? AND " SQL_OPEN,
	    "bb", store, entry);
	gint64 id, recorded;
	enum spool_state state;

	*known = false;
	if (!spooldb_step(db, s)) {
		spooldb_done(s);
		return spooldb_unread(db);
	}
	id = sqlite3_column_int64(s, 0);
	recorded = sqlite3_column_int64(s, 1);
	state = (enum spool_state)sqlite3_column_int(s, 2);
	spooldb_done(s);
	if (recorded == submitted || state == SPOOL_LEASED) {
		*known = true;
		return S_OK;
	}
	return close_earlier(db, id, state, now);
}

HRESULT
spooldb_gone(struct spooldb *db, GBytes *store, GBytes *entry, gint64 submitted, gint64 now)
{
	gint64 id = spooldb_number(db, 0,
	    "SELECT id FROM message WHERE store=? AND entry=? AND submitted=? AND state IN (0, 4)",
	    "bbi", store, entry, submitted);

	if (!id)
		return MAPI_E_NOT_FOUND;
	return spooldb_settle(
	    db, id, ACT_CANCEL, "It was taken back or deleted before it was sent.", now);
}

/* When a message is due first. */
static gint64
first_due(const struct spool_message *m, gint64 now)
{
	gint64 when = MAX(now, m->defer);

	/* One that expires before is looked at then, to be given up. */
	return m->expiry ? MAX(now, MIN(when, m->expiry)) : when;
}

static HRESULT
add_recipient(
    struct spooldb *db, gint64 id, const struct spool_recipient *r, bool held, gint64 next)
{
	enum spool_state state = held ? SPOOL_HELD : SPOOL_WAITING;

	if (r->state == SPOOL_SENT)
		state = SPOOL_SENT;
	return spooldb_run(db,
	    "INSERT OR REPLACE INTO recipient(message, row, kind, address, name, type, state, next)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
	    "iidtttdi", id, (gint64)r->row, r->kind, r->address, r->name, r->type, state, next);
}

/* Submitted before the file was made anew: nobody knows what became of it. */
static bool
was_before(const struct spooldb *db, const struct spool_message *m)
{
	return m->submitted < db->rebuilt;
}

static HRESULT
add_message(struct spooldb *db, GBytes *profile, const struct spool_message *m, int priority,
    gint64 now, const char *held)
{
	gint64 lifetime = spooldb_policy(db, profile)->lifetime;
	const char *text = held                ? held
			   : m->defer > now    ? "To be sent later, as its sender asked."
			   : was_before(db, m) ? "The queue's record of it was damaged: it may be "
						 "delivered twice."
					       : "";

	return spooldb_run(db,
	    "INSERT INTO message(store, entry, key, profile, subject, submitted, priority, state,"
	    " next, expires, changed, text, defer, expiry, quiet)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "bbbbtiddiiitiid", m->store, m->entry, m->key, profile, m->subject, m->submitted,
	    priority, held ? SPOOL_HELD : SPOOL_WAITING, first_due(m, now),
	    MAX(now, m->defer) + lifetime, spooldb_stamp(db, now), text, m->defer, m->expiry,
	    (int)m->quiet);
}

/* The record of this very submission, if it was filed; 0: none. */
static gint64
filed_before(struct spooldb *db, const struct spool_message *m)
{
	if (g_bytes_get_size(m->key) == 0)
		return 0;
	return spooldb_number(db, 0,
	    "SELECT id FROM message INDEXED BY message_key WHERE key=? AND store=? AND entry=? AND"
	    " submitted=? AND state=3 LIMIT 1",
	    "bbbi", m->key, m->store, m->entry, m->submitted);
}

static HRESULT
file_again(struct spooldb *db, gint64 id, gint64 now)
{
	return spooldb_run(db, "UPDATE message SET state=2, next=?, changed=? WHERE id=?", "iii",
	    now, spooldb_stamp(db, now), id);
}

HRESULT
spooldb_add(struct spooldb *db, GBytes *profile, const struct spool_message *m, int priority,
    gint64 now, gint64 *id)
{
	g_autofree char *held = spooldb_held(db, profile, NULL);
	HRESULT hr = spooldb_begin(db, SPOOLDB_LATER);

	*id = filed_before(db, m);
	if (*id)
		return spooldb_end(db, FAILED(hr) ? hr : file_again(db, *id, now));
	if (SUCCEEDED(hr))
		hr = add_message(db, profile, m, priority, now, held);
	if (SUCCEEDED(hr))
		*id = sqlite3_last_insert_rowid(db->sql);
	for (guint i = 0; SUCCEEDED(hr) && i < m->recipients->len; i++)
		hr = add_recipient(
		    db, *id, g_ptr_array_index(m->recipients, i), held, first_due(m, now));
	if (SUCCEEDED(hr) && m->client)
		hr = spooldb_add_client(db, *id, m);
	if (SUCCEEDED(hr) && was_before(db, m))
		hr = spooldb_note(db, *id,
		    "The spooler's record of the queue (spool.db) was damaged, and made anew from "
		    "the stores.  A server may have this message already, and the next try may "
		    "deliver it twice.",
		    now);
	if (SUCCEEDED(hr) && was_before(db, m))
		hr = spooldb_wish_again(db, *id, m, now);
	return spooldb_end(db, hr);
}

/* Lists that are taken apart late */

static bool
names_row(const struct spool_message *m, guint32 row)
{
	for (guint i = 0; i < m->recipients->len; i++)
		if (((const struct spool_recipient *)g_ptr_array_index(m->recipients, i))->row ==
		    row)
			return true;
	return false;
}

static HRESULT
forget_others(struct spooldb *db, gint64 id, const struct spool_message *m)
{
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT row FROM recipient WHERE message=? AND state=0", "i", id);
	HRESULT hr = S_OK;

	while (spooldb_step(db, s)) {
		gint64 row = sqlite3_column_int64(s, 0);

		if (!names_row(m, (guint32)row))
			g_array_append_val(gone, row);
	}
	spooldb_done(s);
	for (guint i = 0; SUCCEEDED(hr) && i < gone->len; i++)
		hr = spooldb_run(db, "DELETE FROM recipient WHERE message=? AND row=?", "ii", id,
		    g_array_index(gone, gint64, i));
	return hr;
}

HRESULT
spooldb_expand(struct spooldb *db, gint64 id, const struct spool_message *m, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	if (SUCCEEDED(hr))
		hr = forget_others(db, id, m);
	for (guint i = 0; SUCCEEDED(hr) && i < m->recipients->len; i++) {
		const struct spool_recipient *r = g_ptr_array_index(m->recipients, i);

		if (!spooldb_number(db, 0, "SELECT 1 FROM recipient WHERE message=? AND row=?",
			"ii", id, (gint64)r->row))
			hr = add_recipient(db, id, r, false, now);
	}
	if (SUCCEEDED(hr))
		hr = spooldb_run(db, "UPDATE message SET changed=? WHERE id=?", "ii",
		    spooldb_stamp(db, now), id);
	return spooldb_end(db, hr);
}

/* Lease */

static void
fill_due(struct spooldb *db, struct lease *lease, gint64 now)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT row FROM recipient WHERE message=? AND state=0 AND next<=? LIMIT 20000", "ii",
	    lease->id, now);

	while (spooldb_step(db, s)) {
		guint32 row = (guint32)sqlite3_column_int64(s, 0);

		g_array_append_val(lease->due, row);
	}
	spooldb_done(s);
	G_STATIC_ASSERT(DUE_MAX * sizeof(guint32) < IPC_PACKET_MAX - 4096);
}

static bool
next_due_of(struct spooldb *db, GBytes *profile, int priority, gint64 now, struct lease *lease)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT id, store, entry, state, wish FROM message INDEXED BY message_due"
	    " WHERE profile=? AND priority=? AND state IN (0, 2) AND next<=?"
	    " ORDER BY next, id LIMIT 1",
	    "bdi", profile, priority, now);
	bool found = spooldb_step(db, s);

	if (found) {
		lease->id = sqlite3_column_int64(s, 0);
		g_bytes_unref(lease->store);
		lease->store = spooldb_column_bytes(s, 1);
		g_bytes_unref(lease->entry);
		lease->entry = spooldb_column_bytes(s, 2);
		lease->act = sqlite3_column_int(s, 3) == SPOOL_SENT ? ACT_FILE : ACT_SEND;
		if (sqlite3_column_int(s, 4) == WISH_CANCEL)
			lease->act = ACT_CANCEL;
	}
	spooldb_done(s);
	return found;
}

/* Reads the head of the profile's queue; false when nothing is due.  Each priority by itself: the
 * index then leads to it past all that waits for later. */
static bool
next_due(struct spooldb *db, GBytes *profile, gint64 now, struct lease *lease)
{
	for (int priority = 1; priority >= -1; priority--) {
		if (next_due_of(db, profile, priority, now, lease))
			return true;
	}
	return false;
}

/* A message that some have got cannot be taken back: the others are struck off. */
static HRESULT
cancel_partly(struct spooldb *db, struct lease *lease)
{
	if (!spooldb_number(db, 0, "SELECT count(*) FROM recipient WHERE message=? AND state=2",
		"i", lease->id))
		return S_OK;
	lease->act = ACT_FILE;
	return spooldb_run(db,
	    "UPDATE recipient SET state=5, told=3, next=0, text='Cancelled on request.'"
	    " WHERE message=? AND state IN (0, 4)",
	    "i", lease->id);
}

/* Too late for those who have not got it. */
static HRESULT
expire(struct spooldb *db, gint64 id, gint64 now)
{
	if (!spooldb_number(
		db, 0, "SELECT expiry>0 AND expiry<=? FROM message WHERE id=?", "ii", now, id))
		return S_OK;
	return spooldb_run(db,
	    "UPDATE recipient SET state=5, class=2, next=0, enhanced='4.4.7', text='4.4.7 It "
	    "expired, as"
	    " its sender asked, before it could be sent.' || CASE text WHEN '' THEN '' ELSE '  The "
	    "last"
	    " answer: ' || text END WHERE message=? AND state=0",
	    "i", id);
}

static HRESULT
take(struct spooldb *db, struct lease *lease, gint64 now)
{
	HRESULT hr = S_OK;

	if (lease->act == ACT_CANCEL)
		hr = cancel_partly(db, lease);
	else if (lease->act == ACT_SEND)
		hr = expire(db, lease->id, now);
	if (FAILED(hr))
		return hr;
	if (lease->act == ACT_SEND) {
		lease->act = spooldb_act(db, lease->id, now);
		/* No message is due without a due recipient; if one is, let it come again later. */
		if (lease->act == ACT_RETRY || lease->act == ACT_HOLD)
			lease->act = ACT_SEND;
		fill_due(db, lease, now);
	}
	/* While it is in somebody's hand it is not due. */
	return spooldb_run(db,
	    "UPDATE message SET state=CASE ?1 WHEN 'file' THEN 2 ELSE 1 END, "
	    "tries=tries+(?1='send'),"
	    " next=?4, changed=?2 WHERE id=?3",
	    "tiii", spool_act_name(lease->act), spooldb_stamp(db, now), lease->id, G_MAXINT64);
}

/* How many transactions the lease will be, at least. */
static int
cost_of(const struct retry_policy *policy, const struct lease *lease)
{
	int limit = policy->recipients;

	if (limit <= 0 || lease->due->len == 0)
		return 1;
	return ((int)lease->due->len + limit - 1) / limit;
}

static gint64
pace_of(struct spooldb *db, GBytes *profile)
{
	return spooldb_number(db, 0, "SELECT pace FROM profile WHERE uid=?", "b", profile);
}

static HRESULT
take_pace(struct spooldb *db, GBytes *profile, gint64 now, const struct lease *lease)
{
	const struct retry_policy *policy = spooldb_policy(db, profile);

	if (policy->per_minute <= 0 || lease->act != ACT_SEND)
		return S_OK;
	return spooldb_run(db,
	    "INSERT INTO profile(uid, pace) VALUES(?1, ?2) ON CONFLICT(uid) DO UPDATE SET pace=?2",
	    "bi", profile,
	    retry_pace_take(policy, pace_of(db, profile), now, cost_of(policy, lease)));
}

HRESULT
spooldb_lease(struct spooldb *db, GBytes *profile, gint64 now, struct lease **out, gint64 *again)
{
	struct lease *lease = lease_create();
	HRESULT hr = S_OK;

	*out = NULL;
	*again = 0;
	if (!next_due(db, profile, now, lease)) {
		hr = spooldb_unread(db);
		goto out;
	}
	if (lease->act == ACT_SEND) {
		gint64 when =
		    retry_pace_next(spooldb_policy(db, profile), pace_of(db, profile), now);

		*again = when > now ? when : 0;
		if (!spooldb_reserve(db))
			hr = MAPI_E_NOT_ENOUGH_DISK;
	}
	if (FAILED(hr) || *again)
		goto out;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = take(db, lease, now);
	if (SUCCEEDED(hr))
		hr = take_pace(db, profile, now, lease);
	if (SUCCEEDED(hr))
		lease->tell = spooldb_to_tell(db, lease->id, now);
	hr = spooldb_end(db, hr);
	if (SUCCEEDED(hr))
		*out = g_steal_pointer(&lease);
out:
	lease_free(lease);
	return hr;
}

/* The end of a lease */

static HRESULT
finish(struct spooldb *db, gint64 id, enum spool_state state, const char *text, gint64 now)
{
	return spooldb_run(db,
	    "UPDATE message SET state=?, wish=0, crashes=0, next=0, changed=?, text=? WHERE id=?",
	    "diti", state, spooldb_stamp(db, now), text, id);
}

/* Recipients that nobody gave a verdict count as refused for now. */
static HRESULT
back_to_waiting(struct spooldb *db, gint64 id, const char *text, gint64 now)
{
	g_autoptr(GBytes) profile = spooldb_profile_of(db, id);
	gint64 tries = spooldb_number(db, 1, "SELECT tries FROM message WHERE id=?", "i", id);
	gint64 later =
	    now + retry_delay(spooldb_policy(db, profile), (int)CLAMP(tries, 1, 1000), 0);
	gint64 expires = spooldb_number(db, 0, "SELECT expires FROM message WHERE id=?", "i", id);
	HRESULT hr;

	hr = spooldb_run(db,
	    "UPDATE recipient SET tries=tries+1, next=?1, state=CASE WHEN ?2 THEN 5 ELSE 0 END,"
	    " text=CASE WHEN ?2 THEN 'Given up.  ' || ?3 ELSE ?3 END"
	    " WHERE message=?4 AND state=0 AND next<=?5",
	    "idtii", later, now >= expires, text, id, now);
	if (FAILED(hr))
		return hr;
	return spooldb_run(db,
	    "UPDATE message SET state=CASE state WHEN 2 THEN 2 ELSE 0 END, crashes=0, changed=?1,"
	    " text=?2, next=coalesce((SELECT min(next) FROM recipient WHERE message=?3 AND "
	    "state=0),"
	    " ?4) WHERE id=?3",
	    "itii", spooldb_stamp(db, now), text, id, later);
}

static HRESULT
hold_message(struct spooldb *db, gint64 id, const char *text, gint64 now)
{
	HRESULT hr =
	    spooldb_run(db, "UPDATE recipient SET state=4 WHERE message=? AND state=0", "i", id);

	if (FAILED(hr))
		return hr;
	return finish(db, id, SPOOL_HELD, text, now);
}

/* Why: the words of the worker, else those of the first recipient that did not get it. */
static char *
reason(struct spooldb *db, gint64 id, const char *text)
{
	sqlite3_stmt *s;
	char *found = NULL;

	if (text && *text)
		return g_strdup(text);
	s = spooldb_query(db,
	    "SELECT text FROM recipient WHERE message=? AND (state=0 OR state=4 OR state=5) AND "
	    "text<>''"
	    " ORDER BY state=4 DESC, state=0 DESC, row LIMIT 1",
	    "i", id);
	if (spooldb_step(db, s))
		found = spooldb_column_text(s, 0);
	spooldb_done(s);
	return found ? found : g_strdup("");
}

static HRESULT
cancel_message(struct spooldb *db, gint64 id, const char *text, gint64 now)
{
	HRESULT hr = spooldb_run(db,
	    "UPDATE recipient SET state=6, next=0 WHERE message=? AND state IN (0, 4)", "i", id);

	if (FAILED(hr))
		return hr;
	return finish(db, id, SPOOL_CANCELLED, text, now);
}

static HRESULT
settle(struct spooldb *db, gint64 id, enum spool_act how, const char *text, gint64 now)
{
	switch (how) {
	case ACT_FILE:
		return finish(db, id, SPOOL_FILED, "", now);
	case ACT_FAIL:
		return finish(db, id, SPOOL_FAILED, text, now);
	case ACT_CANCEL:
		return cancel_message(db, id, text, now);
	case ACT_HOLD:
		return hold_message(db, id, text, now);
	default:
		return back_to_waiting(db, id, text, now);
	}
}

GBytes *
spooldb_profile_of(struct spooldb *db, gint64 id)
{
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT profile FROM message WHERE id=? AND " SQL_OPEN, "i", id);
	GBytes *profile = spooldb_step(db, s) ? spooldb_column_bytes(s, 0) : NULL;

	spooldb_done(s);
	return profile;
}

HRESULT
spooldb_settle(struct spooldb *db, gint64 id, enum spool_act how, const char *text, gint64 now)
{
	g_autofree char *why = reason(db, id, text);
	g_autoptr(GBytes) profile = spooldb_profile_of(db, id);
	HRESULT hr;

	if (!profile && SUCCEEDED(spooldb_unread(db)))
		return MAPI_E_NOT_FOUND;
	hr = profile ? spooldb_begin(db, SPOOLDB_LATER) : MAPI_E_CALL_FAILED;
	if (SUCCEEDED(hr))
		hr = settle(db, id, how, why, now);
	hr = spooldb_end_once(db, hr);
	if (SUCCEEDED(hr) && how == ACT_HOLD)
		hr = spooldb_hold_profile(db, profile, why, now);
	return hr;
}

HRESULT
spooldb_lease_died(struct spooldb *db, gint64 id, const char *text, gint64 now, gint64 next)
{
	gint64 crashes =
	    spooldb_number(db, 0, "SELECT crashes FROM message WHERE id=?", "i", id) + 1;
	bool sent = spooldb_number(db, 0, "SELECT state=2 FROM message WHERE id=?", "i", id) != 0;
	g_autofree char *doubt = g_strconcat(text, sent ? "" : IN_DOUBT, NULL);
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	if (SUCCEEDED(hr))
		hr = spooldb_note(db, id, doubt, now);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE state WHEN 1 THEN 0 ELSE state END, crashes=?,"
		    " next=?, changed=?, text=? WHERE id=? AND state IN (1, 2)",
		    "iiiti", crashes, next, spooldb_stamp(db, now), text, id);
	if (SUCCEEDED(hr) && crashes >= CRASHES_MAX &&
	    spooldb_number(db, 0, "SELECT state FROM message WHERE id=?", "i", id) ==
		SPOOL_WAITING) {
		hr = hold_message(db, id, text, now);
		if (SUCCEEDED(hr))
			hr = spooldb_run(db, "UPDATE message SET wish=1 WHERE id=?", "i", id);
	}
	return spooldb_end_once(db, hr);
}
