/* SPDX-License-Identifier: MIT */
/* spool.db: many messages in one step.  See spooldb.h. */
#include "spooldb_private.h"

/* Recipients of a plain message: their verdicts are to fit a slot of the board. */
#define PLAIN_RECIPIENTS 8

/* Whether all of the message's recipients are due, and few; their rows go into lease->due. */
static bool
all_due(struct spooldb *db, struct lease *lease, gint64 now)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT row, state=0 AND next<=? FROM recipient WHERE message=?", "ii", now, lease->id);
	bool all = true;

	while (all && spooldb_step(db, s)) {
		guint32 row = (guint32)sqlite3_column_int64(s, 0);

		all = sqlite3_column_int(s, 1) && lease->due->len < PLAIN_RECIPIENTS;
		g_array_append_val(lease->due, row);
	}
	spooldb_done(s);
	return all && lease->due->len > 0;
}

/* The plain messages at the head of one priority's queue, up to the first that is not.  False when
 * there is such a one: what comes after it waits its turn. */
static bool
plain_heads(
    struct spooldb *db, GBytes *profile, int priority, gint64 now, guint limit, GPtrArray *leases)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT id, store, entry, state=0 AND wish=0 AND expiry=0 AND reporting=0, submitted"
	    " FROM message INDEXED BY message_due WHERE profile=? AND priority=?"
	    " AND state IN (0, 2) AND next<=? ORDER BY next, id LIMIT ?",
	    "bdid", profile, priority, now, (int)(limit - leases->len));
	bool plain = true;

	while (plain && spooldb_step(db, s)) {
		struct lease *lease = lease_create();

		lease->id = sqlite3_column_int64(s, 0);
		g_bytes_unref(lease->store);
		lease->store = spooldb_column_bytes(s, 1);
		g_bytes_unref(lease->entry);
		lease->entry = spooldb_column_bytes(s, 2);
		lease->submitted = sqlite3_column_int64(s, 4);
		plain = sqlite3_column_int(s, 3) && all_due(db, lease, now);
		if (plain && leases->len > 0) {
			const struct lease *first = g_ptr_array_index(leases, 0);

			plain = g_bytes_equal(first->store, lease->store);
		}
		if (plain)
			g_ptr_array_add(leases, lease);
		else
			lease_free(lease);
	}
	spooldb_done(s);
	return plain;
}

guint
spooldb_due_count(struct spooldb *db, GBytes *profile, gint64 now, guint limit)
{
	return (guint)spooldb_number(db, 0,
	    "SELECT count(*) FROM (SELECT 1 FROM message INDEXED BY message_due WHERE profile=?"
	    " AND priority IN (1, 0, -1) AND state IN (0, 2) AND next<=? LIMIT ?)",
	    "bid", profile, now, (int)limit);
}

GPtrArray *
spooldb_lease_many(struct spooldb *db, GBytes *profile, gint64 now, guint limit)
{
	GPtrArray *leases = g_ptr_array_new_with_free_func((GDestroyNotify)lease_free);
	HRESULT hr;

	for (int priority = 1; priority >= -1 && leases->len < limit; priority--) {
		if (!plain_heads(db, profile, priority, now, limit, leases))
			break;
	}
	/* The room for verdicts is on the board; what follows them needs some too. */
	if (leases->len < 2 || !spooldb_reserve(db))
		g_ptr_array_set_size(leases, 0);
	if (leases->len == 0)
		return leases;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	for (guint i = 0; SUCCEEDED(hr) && i < leases->len; i++)
		hr = spooldb_run(db,
		    "UPDATE message SET state=1, tries=tries+1, next=?, changed=? WHERE id=?",
		    "iii", G_MAXINT64, spooldb_stamp(db, now),
		    ((struct lease *)g_ptr_array_index(leases, i))->id);
	if (FAILED(spooldb_end(db, hr)))
		g_ptr_array_set_size(leases, 0);
	return leases;
}

HRESULT
spooldb_return(struct spooldb *db, const GArray *ids, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	for (guint i = 0; SUCCEEDED(hr) && i < ids->len; i++) {
		gint64 id = g_array_index(ids, gint64, i);
		g_autoptr(GBytes) profile = spooldb_profile_of(db, id);
		g_autofree char *held = profile ? spooldb_held(db, profile, NULL) : NULL;

		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE state WHEN 1 THEN 0 ELSE 2 END,"
		    " tries=max(0, tries-(state=1)), changed=?1, next=CASE state WHEN 2 THEN ?3 "
		    "ELSE"
		    " coalesce((SELECT min(next) FROM recipient WHERE message=?2 AND state=0), ?3)"
		    " END WHERE id=?2 AND state IN (1, 2)",
		    "iii", spooldb_stamp(db, now), id, now);
		if (SUCCEEDED(hr) && held &&
		    spooldb_number(db, -1, "SELECT state FROM message WHERE id=?", "i", id) ==
			SPOOL_WAITING)
			hr = spooldb_hold_one(db, id, held, now);
	}
	return spooldb_end_once(db, hr);
}

/* One message that everybody got. */
static HRESULT
record_sent(struct spooldb *db, const struct report *report, bool known, bool filed, gint64 now)
{
	enum spool_act act;
	HRESULT hr = S_OK;

	if (!known)
		hr = spooldb_apply(db, report, now, &act);
	if (SUCCEEDED(hr) && filed)
		hr = spooldb_run(db,
		    "UPDATE message SET state=3, wish=0, crashes=0, next=0, changed=?, text=''"
		    " WHERE id=? AND state=2",
		    "ii", spooldb_stamp(db, now), report->id);
	return hr;
}

HRESULT
spooldb_sent(struct spooldb *db, const struct spool_sent *sent, guint count, gint64 now)
{
	HRESULT hr = S_OK;

	for (int try = 0; try < 2; try++) {
		hr = spooldb_begin(db, SPOOLDB_NOW);
		for (guint i = 0; SUCCEEDED(hr) && i < count; i++)
			hr = record_sent(db, sent[i].report, sent[i].known, sent[i].filed, now);
		hr = spooldb_end(db, hr);
		if (hr != MAPI_E_NOT_ENOUGH_DISK) /* else the reserve has been given back */
			break;
	}
	return hr;
}
