/* SPDX-License-Identifier: MIT */
/* spool.db: reading for clients and for the scheduler's clock.  See spooldb.h. */
#include "spooldb_private.h"

#include <string.h>
#include "text.h"

/* Profiles whose next time is remembered. */
#define DUES_MAX 1000

void
spooldb_read_begin(struct spooldb *db)
{
	db->together = true;
}

void
spooldb_read_end(struct spooldb *db)
{
	db->together = false;
	spooldb_look_away(db);
}

/* What is open for writing is one state of the file already; where the file does not let us, each
 * read is one for itself. */
void
spooldb_look(struct spooldb *db)
{
	if (db->together && !db->looking && !db->open)
		db->looking = SUCCEEDED(spooldb_run(db, "SAVEPOINT look", ""));
}

void
spooldb_look_away(struct spooldb *db)
{
	if (db->looking && !sqlite3_get_autocommit(db->sql))
		spooldb_run(db, "RELEASE look", "");
	db->looking = false;
}

static gint64
read_next_due(struct spooldb *db, GBytes *profile)
{
	/* The first of the index for each priority: what waits behind it is not read. */
	return spooldb_number(db, G_MAXINT64,
	    "WITH p(priority) AS (VALUES(1), (0), (-1)) SELECT min((SELECT min(next) FROM message"
	    " INDEXED BY message_due WHERE profile=? AND priority=p.priority AND state IN (0, 2)))"
	    " FROM p",
	    "b", profile);
}

/* The clock asks more often than anything is written. */
gint64
spooldb_next_due(struct spooldb *db, GBytes *profile)
{
	const gint64 *known = g_hash_table_lookup(db->due, profile);
	gint64 due;

	if (known)
		return *known;
	due = read_next_due(db, profile);
	/* What could not be read, or is written just now, is asked for again. */
	if (SUCCEEDED(db->unread) && g_hash_table_size(db->due) < DUES_MAX)
		g_hash_table_insert(db->due, g_bytes_ref(profile), g_memdup2(&due, sizeof(due)));
	return due;
}

GPtrArray *
spooldb_profiles(struct spooldb *db)
{
	GPtrArray *profiles = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT DISTINCT profile FROM message WHERE " SQL_OPEN, "");

	while (spooldb_step(db, s))
		g_ptr_array_add(profiles, spooldb_column_bytes(s, 0));
	spooldb_done(s);
	return profiles;
}

gint64
spooldb_find(struct spooldb *db, GBytes *key, gint64 *changed)
{
	sqlite3_stmt *s =
	    key ? spooldb_query(db,
		      "SELECT id, changed FROM message WHERE key=? ORDER BY id DESC LIMIT 1", "b",
		      key)
		: spooldb_query(db, "SELECT id, changed FROM message ORDER BY id DESC LIMIT 1", "");
	gint64 id = 0;

	if (spooldb_step(db, s)) {
		id = sqlite3_column_int64(s, 0);
		if (changed)
			*changed = sqlite3_column_int64(s, 1);
	}
	spooldb_done(s);
	return id;
}

GArray *
spooldb_read_ids(struct spooldb *db, sqlite3_stmt *s)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	while (spooldb_step(db, s)) {
		gint64 id = sqlite3_column_int64(s, 0);

		g_array_append_val(ids, id);
	}
	spooldb_done(s);
	return ids;
}

GArray *
spooldb_ids(struct spooldb *db, bool all, gint64 after, int limit)
{
	if (all)
		return spooldb_read_ids(
		    db, spooldb_query(db, "SELECT id FROM message WHERE id>? ORDER BY id LIMIT ?",
			    "id", after, limit));
	return spooldb_read_ids(
	    db, spooldb_query(db,
		    "SELECT id FROM message WHERE id>? AND " SQL_OPEN " ORDER BY id LIMIT ?", "id",
		    after, limit));
}

/* The first key that begins with the digits, and the first that does so no longer. */
static bool
key_range(const char *hex, GBytes **first, GBytes **end)
{
	size_t digits = strlen(hex);
	g_autofree char *even = g_strconcat(hex, digits % 2 ? "0" : "", NULL);
	size_t size = strlen(even) / 2;
	g_autofree guint8 *bytes = g_malloc0(size + 1);
	int step = digits % 2 ? 0x10 : 1;

	if (!digits || !text_unhex(even, bytes, size))
		return false;
	*first = g_bytes_new(bytes, size);
	for (size_t i = size; i-- > 0; step = 1) {
		int sum = bytes[i] + step;

		bytes[i] = (guint8)sum;
		if (sum <= 0xFF) {
			*end = g_bytes_new(bytes, size);
			return true;
		}
	}
	memset(bytes, 0xFF, size); /* all ones: nothing comes after them but themselves */
	*end = g_bytes_new(bytes, size + 1);
	return true;
}

GArray *
spooldb_match(struct spooldb *db, const char *hex, int limit)
{
	g_autoptr(GBytes) first = NULL;
	g_autoptr(GBytes) end = NULL;

	if (!key_range(hex, &first, &end))
		return g_array_new(FALSE, FALSE, sizeof(gint64));
	return spooldb_read_ids(
	    db, spooldb_query(db,
		    "SELECT max(id) FROM message WHERE key>=? AND key<? GROUP BY key LIMIT ?",
		    "bbd", first, end, limit));
}

HRESULT
spooldb_count(struct spooldb *db, GBytes *profile, gint64 now, struct spool_counts *counts)
{
	sqlite3_stmt *s = profile ? spooldb_query(db,
					"SELECT sum(state IN (1, 2) OR state=0 AND next<=?1),"
					" sum(state=0 AND next>?1), sum(state=4) FROM message"
					" WHERE " SQL_OPEN " AND profile=?2",
					"ib", now, profile)
				  : spooldb_query(db,
					"SELECT sum(state IN (1, 2) OR state=0 AND next<=?1),"
					" sum(state=0 AND next>?1), sum(state=4) FROM message"
					" WHERE " SQL_OPEN,
					"i", now);

	memset(counts, 0, sizeof(*counts));
	if (!spooldb_step(db, s))
		return MAPI_E_CALL_FAILED;
	counts->due = sqlite3_column_int64(s, 0);
	counts->later = sqlite3_column_int64(s, 1);
	counts->held = sqlite3_column_int64(s, 2);
	spooldb_done(s);
	return S_OK;
}

gint64
spooldb_live_count(struct spooldb *db, GBytes *store)
{
	return spooldb_number(
	    db, 0, "SELECT count(*) FROM message WHERE store=? AND " SQL_OPEN, "b", store);
}

GVariant *
spooldb_live(struct spooldb *db, GBytes *store, gint64 after, int limit)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT id, entry, submitted FROM message INDEXED BY message_open WHERE id>? AND "
	    "store=?"
	    " AND " SQL_OPEN " AND state IN (0, 4) ORDER BY id LIMIT ?",
	    "ibd", after, store, limit);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("a(xayx)"));
	while (spooldb_step(db, s)) {
		g_autoptr(GBytes) entry = spooldb_column_bytes(s, 1);

		g_variant_builder_add(&b, "(x@ayx)", (gint64)sqlite3_column_int64(s, 0),
		    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), entry, TRUE),
		    (gint64)sqlite3_column_int64(s, 2));
	}
	spooldb_done(s);
	return g_variant_builder_end(&b);
}

/* One message */

static void
set_text(char **field, char *text)
{
	g_free(*field);
	*field = text;
}

static void
set_bytes(GBytes **field, GBytes *bytes)
{
	g_bytes_unref(*field);
	*field = bytes;
}

static bool
load_message(struct spooldb *db, gint64 id, struct spool_message *m)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT m.store, m.entry, m.key, coalesce(p.name, ''), m.subject, m.submitted, m.state,"
	    " m.tries, m.next, m.text, m.defer, m.expiry, m.quiet, m.changed FROM message m"
	    " LEFT JOIN profile p ON p.uid=m.profile"
	    " WHERE m.id=?",
	    "i", id);
	bool found = spooldb_step(db, s);

	if (found) {
		m->id = id;
		set_bytes(&m->store, spooldb_column_bytes(s, 0));
		set_bytes(&m->entry, spooldb_column_bytes(s, 1));
		set_bytes(&m->key, spooldb_column_bytes(s, 2));
		set_text(&m->profile, spooldb_column_text(s, 3));
		set_text(&m->subject, spooldb_column_text(s, 4));
		m->submitted = sqlite3_column_int64(s, 5);
		m->state = (enum spool_state)sqlite3_column_int(s, 6);
		m->tries = sqlite3_column_int(s, 7);
		m->next = sqlite3_column_int64(s, 8);
		if (m->next == G_MAXINT64) /* in somebody's hand */
			m->next = 0;
		set_text(&m->text, spooldb_column_text(s, 9));
		m->defer = sqlite3_column_int64(s, 10);
		m->expiry = sqlite3_column_int64(s, 11);
		m->quiet = sqlite3_column_int(s, 12) != 0;
		m->changed = sqlite3_column_int64(s, 13);
	}
	spooldb_done(s);
	return found;
}

static void
load_recipients(struct spooldb *db, struct spool_message *m)
{
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT row, kind, address, name, type, state, code, enhanced, text, server, queue_id,"
	    " tries, next FROM recipient WHERE message=? ORDER BY row",
	    "i", m->id);

	while (spooldb_step(db, s)) {
		struct spool_recipient *r = spool_recipient_create();

		r->row = (guint32)sqlite3_column_int64(s, 0);
		r->kind = sqlite3_column_int(s, 1);
		set_text(&r->address, spooldb_column_text(s, 2));
		set_text(&r->name, spooldb_column_text(s, 3));
		set_text(&r->type, spooldb_column_text(s, 4));
		r->state = (enum spool_state)sqlite3_column_int(s, 5);
		r->code = sqlite3_column_int(s, 6);
		set_text(&r->enhanced, spooldb_column_text(s, 7));
		set_text(&r->text, spooldb_column_text(s, 8));
		set_text(&r->server, spooldb_column_text(s, 9));
		set_text(&r->queue_id, spooldb_column_text(s, 10));
		r->tries = sqlite3_column_int(s, 11);
		r->next = r->state == SPOOL_WAITING ? sqlite3_column_int64(s, 12) : 0;
		g_ptr_array_add(m->recipients, r);
	}
	spooldb_done(s);
}

static void
load_attempts(struct spooldb *db, struct spool_message *m)
{
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT record FROM attempt WHERE message=? ORDER BY id", "i", m->id);

	while (spooldb_step(db, s)) {
		g_autoptr(GBytes) bytes = spooldb_column_bytes(s, 0);
		struct spool_attempt *a = spooldb_read_attempt(bytes);

		if (!m->client && spooldb_is_client(a)) {
			m->client = g_strjoinv("\n", a->journey);
			spool_attempt_free(a);
			continue;
		}
		g_ptr_array_add(m->attempts, a);
	}
	spooldb_done(s);
}

HRESULT
spooldb_load(struct spooldb *db, gint64 id, bool attempts, struct spool_message **out)
{
	struct spool_message *m = spool_message_create();

	*out = NULL;
	if (!load_message(db, id, m)) {
		spool_message_free(m);
		return MAPI_E_NOT_FOUND;
	}
	load_recipients(db, m);
	if (attempts)
		load_attempts(db, m);
	*out = m;
	return S_OK;
}
