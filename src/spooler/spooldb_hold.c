/* SPDX-License-Identifier: MIT */
/* spool.db: held profiles, what a person wishes, and forgetting.  See spooldb.h. */
#include "spooldb_private.h"

#define HISTORY_DAYS 30
#define SCANNED_GRAIN (60 * (gint64)G_USEC_PER_SEC)
/* Places that are told at once: of most people, all. */
#define PLACES_MAX 64

HRESULT
spooldb_set_profile_name(struct spooldb *db, GBytes *profile, const char *name)
{
	HRESULT hr;

	/* Most wake-ups change nothing: no write then. */
	if (spooldb_number(
		db, 0, "SELECT 1 FROM profile WHERE uid=? AND name=?", "bt", profile, name))
		return S_OK;
	hr = spooldb_begin(db, SPOOLDB_LATER);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "INSERT INTO profile(uid, name) VALUES(?1, ?2)"
		    " ON CONFLICT(uid) DO UPDATE SET name=?2",
		    "bt", profile, name);
	return spooldb_end(db, hr);
}

gint64
spooldb_place(struct spooldb *db, GBytes *store)
{
	return spooldb_number(db, 0, "SELECT place FROM place WHERE store=?", "b", store);
}

GVariant *
spooldb_places(struct spooldb *db)
{
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT store, place FROM place LIMIT ?", "d", PLACES_MAX);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE(PACKET_PLACES));
	while (spooldb_step(db, s)) {
		g_autoptr(GBytes) store = spooldb_column_bytes(s, 0);
		gint64 place = sqlite3_column_int64(s, 1);

		g_variant_builder_add_value(&b, packet_place(store, place, place));
	}
	spooldb_done(s);
	return g_variant_builder_end(&b);
}

/* Together with what it is about: never before that. */
HRESULT
spooldb_set_place(struct spooldb *db, GBytes *store, gint64 place)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_LATER);

	if (SUCCEEDED(hr))
		hr = spooldb_run(db, "INSERT OR REPLACE INTO place(store, place) VALUES(?, ?)",
		    "bi", store, place);
	return spooldb_end(db, hr);
}

HRESULT
spooldb_set_scanned(struct spooldb *db, GBytes *profile, gint64 now)
{
	HRESULT hr;

	/* Known to the minute: most scans write nothing here. */
	if (ABS(now - spooldb_scanned(db, profile)) < SCANNED_GRAIN)
		return S_OK;
	hr = spooldb_begin(db, SPOOLDB_LATER);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "INSERT INTO profile(uid, scanned) VALUES(?1, ?2)"
		    " ON CONFLICT(uid) DO UPDATE SET scanned=?2",
		    "bi", profile, now);
	return spooldb_end(db, hr);
}

gint64
spooldb_scanned(struct spooldb *db, GBytes *profile)
{
	return spooldb_number(db, 0, "SELECT scanned FROM profile WHERE uid=?", "b", profile);
}

char *
spooldb_held(struct spooldb *db, GBytes *profile, gint64 *since)
{
	sqlite3_stmt *s = spooldb_query(
	    db, "SELECT held, text FROM profile WHERE uid=? AND held>0", "b", profile);
	char *text = NULL;

	if (spooldb_step(db, s)) {
		if (since)
			*since = sqlite3_column_int64(s, 0);
		text = spooldb_column_text(s, 1);
	}
	spooldb_done(s);
	return text;
}

/* The rows of a profile in one state to another, and their recipients alike. */
static HRESULT
hold_rows(struct spooldb *db, GBytes *profile, const char *text, gint64 now)
{
	HRESULT hr = spooldb_run(db,
	    "UPDATE recipient SET state=4 WHERE state=0 AND message IN"
	    " (SELECT id FROM message WHERE profile=? AND state=0 AND wish=0)",
	    "b", profile);

	if (FAILED(hr))
		return hr;
	return spooldb_run(db,
	    "UPDATE message SET state=4, next=0, changed=?, text=?"
	    " WHERE profile=? AND state=0 AND wish=0",
	    "itb", spooldb_stamp(db, now), text, profile);
}

HRESULT
spooldb_hold_profile(struct spooldb *db, GBytes *profile, const char *text, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "INSERT INTO profile(uid, held, text) VALUES(?1, ?2, ?3)"
		    " ON CONFLICT(uid) DO UPDATE SET held=?2, text=?3",
		    "bit", profile, now, text);
	if (SUCCEEDED(hr))
		hr = hold_rows(db, profile, text, now);
	return spooldb_end(db, hr);
}

static HRESULT
release_one(struct spooldb *db, GBytes *profile, gint64 now)
{
	HRESULT hr = spooldb_run(
	    db, "UPDATE profile SET held=0, text='' WHERE uid=? AND held>0", "b", profile);

	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE recipient SET state=0, next=max(?1, (SELECT defer FROM message WHERE"
		    " id=recipient.message)) WHERE (state=4 OR (state=0 AND next>?1))"
		    " AND message IN (SELECT id FROM message WHERE profile=?2"
		    " AND (state=4 AND wish=0 OR state=0))",
		    "ib", now, profile);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE state WHEN 4 THEN 0 ELSE state END, changed=?1,"
		    " next=max(?2, defer), text=CASE WHEN defer>?2 THEN text ELSE '' END"
		    " WHERE profile=?3 AND (state=4 AND wish=0 OR state IN (0, 2) AND next>?2)",
		    "iib", spooldb_stamp(db, now), now, profile);
	return hr;
}

HRESULT
spooldb_release(struct spooldb *db, GBytes *profile, gint64 now)
{
	g_autoptr(GPtrArray) all = profile ? NULL : spooldb_profiles(db);
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	if (SUCCEEDED(hr) && profile)
		hr = release_one(db, profile, now);
	if (SUCCEEDED(hr) && !profile)
		hr = spooldb_run(db, "UPDATE profile SET held=0, text='' WHERE held>0", "");
	for (guint i = 0; SUCCEEDED(hr) && all && i < all->len; i++)
		hr = release_one(db, g_ptr_array_index(all, i), now);
	return spooldb_end(db, hr);
}

HRESULT
spooldb_reachable(struct spooldb *db, GBytes *profile, gint64 now)
{
	HRESULT hr;

	if (!spooldb_number(db, 0,
		"SELECT 1 FROM message WHERE profile=? AND state=0 AND next>? AND tries>0 LIMIT 1",
		"bi", profile, now))
		return S_OK;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE recipient SET next=?1 WHERE state=0 AND class=4 AND next>?1 AND "
		    "message IN"
		    " (SELECT id FROM message WHERE profile=?2 AND state=0 AND tries>0 AND "
		    "next>?1)",
		    "ib", now, profile);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET next=?1, changed=?2 WHERE profile=?3 AND state=0 AND "
		    "next>?1"
		    " AND tries>0 AND EXISTS (SELECT 1 FROM recipient r WHERE r.message=message.id"
		    " AND r.state=0 AND r.next<=?1)",
		    "iib", now, spooldb_stamp(db, now), profile);
	return spooldb_end(db, hr);
}

/* Wishes */

static HRESULT
hold_one(struct spooldb *db, gint64 id, const char *text, enum wish wish, gint64 now)
{
	HRESULT hr =
	    spooldb_run(db, "UPDATE recipient SET state=4 WHERE message=? AND state=0", "i", id);

	if (FAILED(hr))
		return hr;
	return spooldb_run(db,
	    "UPDATE message SET state=4, wish=?, next=0, changed=?, text=? WHERE id=?", "diti",
	    wish, spooldb_stamp(db, now), text, id);
}

HRESULT
spooldb_hold_one(struct spooldb *db, gint64 id, const char *text, gint64 now)
{
	return hold_one(db, id, text, WISH_NONE, now);
}

static HRESULT
wait_again(struct spooldb *db, gint64 id, enum wish wish, gint64 now)
{
	HRESULT hr = S_OK;

	if (wish == WISH_NONE)
		hr = spooldb_run(db,
		    "UPDATE recipient SET state=0, next=max(?1, (SELECT defer FROM message WHERE"
		    " id=?2)) WHERE message=?2 AND state IN (0, 4)",
		    "ii", now, id);
	if (FAILED(hr))
		return hr;
	return spooldb_run(db,
	    "UPDATE message SET state=0, wish=?1, crashes=0, changed=?2, text='',"
	    " next=CASE ?1 WHEN 0 THEN max(?3, defer) ELSE ?3 END WHERE id=?4",
	    "diii", wish, spooldb_stamp(db, now), now, id);
}

/* Now, also what was to be sent later. */
static HRESULT
retry_now(struct spooldb *db, gint64 id, gint64 now)
{
	HRESULT hr = spooldb_run(db, "UPDATE message SET defer=0 WHERE id=?", "i", id);

	return FAILED(hr) ? hr : wait_again(db, id, WISH_NONE, now);
}

/* A person holds it no more; its profile may. */
static HRESULT
release_message(struct spooldb *db, gint64 id, gint64 now)
{
	g_autoptr(GBytes) profile = spooldb_profile_of(db, id);
	g_autofree char *held = profile ? spooldb_held(db, profile, NULL) : NULL;

	if (held)
		return hold_one(db, id, held, WISH_NONE, now);
	return wait_again(db, id, WISH_NONE, now);
}

HRESULT
spooldb_apply_want(struct spooldb *db, gint64 id, enum spool_want want, gint64 now)
{
	switch (want) {
	case WANT_HOLD:
		return hold_one(db, id, "Held on request.", WISH_HOLD, now);
	case WANT_RELEASE:
		return release_message(db, id, now);
	case WANT_CANCEL:
		return wait_again(db, id, WISH_CANCEL, now);
	default:
		return retry_now(db, id, now);
	}
}

static gint64
live_message(struct spooldb *db, GBytes *key)
{
	return spooldb_number(
	    db, 0, "SELECT max(id) FROM message WHERE key=? AND " SQL_OPEN, "b", key);
}

GBytes *
spooldb_profile(struct spooldb *db, GBytes *key)
{
	return spooldb_profile_of(db, live_message(db, key));
}

HRESULT
spooldb_wish(struct spooldb *db, GBytes *key, enum spool_want want, gint64 now)
{
	gint64 id = live_message(db, key);
	gint64 state;
	HRESULT hr;

	if (!id)
		return MAPI_E_NOT_FOUND;
	state = spooldb_number(db, -1, "SELECT state FROM message WHERE id=?", "i", id);
	if (want == WANT_RELEASE &&
	    spooldb_number(db, 0, "SELECT wish FROM message WHERE id=?", "i", id) != WISH_HOLD)
		return MAPI_E_NO_SUPPORT;
	if (state != SPOOL_WAITING && state != SPOOL_HELD)
		return MAPI_E_UNABLE_TO_ABORT;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = spooldb_apply_want(db, id, want, now);
	return spooldb_end(db, hr);
}

/* Forgetting */

HRESULT
spooldb_prune(struct spooldb *db, gint64 now, int keep)
{
	gint64 horizon = now - (gint64)HISTORY_DAYS * 86400 * G_USEC_PER_SEC;
	gint64 cut = spooldb_number(db, 0,
	    "SELECT changed FROM message WHERE " SQL_OVER " ORDER BY changed DESC"
	    " LIMIT 1 OFFSET ?",
	    "d", keep);
	HRESULT hr;

	horizon = MAX(horizon, cut);
	if (!spooldb_number(db, 0,
		"SELECT 1 FROM message WHERE " SQL_OVER " AND changed<=? LIMIT 1", "i", horizon))
		return S_OK;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "DELETE FROM recipient WHERE message IN"
		    " (SELECT id FROM message WHERE " SQL_OVER " AND changed<=?)",
		    "i", horizon);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "DELETE FROM attempt WHERE message IN"
		    " (SELECT id FROM message WHERE " SQL_OVER " AND changed<=?)",
		    "i", horizon);
	if (SUCCEEDED(hr))
		hr = spooldb_run(
		    db, "DELETE FROM message WHERE " SQL_OVER " AND changed<=?", "i", horizon);
	return spooldb_end(db, hr);
}
