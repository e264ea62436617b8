/* SPDX-License-Identifier: MIT */
/* Listeners and the log of changes: see watch_log.h. */
#include "watch_log.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "process.h"
#include "watch.h"

#define AT_ONCE 256

static HRESULT
find_dead(struct db *db, GArray *dead)
{
	sqlite3_stmt *row;
	HRESULT hr = db_query(db, &row, "SELECT id, process, mark FROM listener", "");

	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		if (!process_lives(
			sqlite3_column_int64(row, 1), (const char *)sqlite3_column_text(row, 2)))
			g_array_append_val(dead, id);
	}
	return FAILED(hr) ? hr : S_OK;
}

/* Inside a transaction.  What nobody will read goes. */
static HRESULT
remove_listeners(struct db *db, const GArray *ids)
{
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; at < ids->len && SUCCEEDED(hr); at++)
		hr = db_exec(
		    db, "DELETE FROM listener WHERE id = ?", "i", g_array_index(ids, gint64, at));
	if (SUCCEEDED(hr) && ids->len)
		hr = db_exec(db, "DELETE FROM change WHERE NOT EXISTS(SELECT 1 FROM listener)", "");
	return hr;
}

HRESULT
watch_sweep(struct db *db)
{
	GArray *dead = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr = find_dead(db, dead);

	if (SUCCEEDED(hr) && dead->len) {
		hr = db_begin(db);
		if (SUCCEEDED(hr))
			hr = db_end(db, remove_listeners(db, dead), DB_RELAXED);
	}
	g_array_unref(dead);
	return hr;
}

HRESULT
watch_log_begin(struct db *db, gint64 *listener, gint64 *seen)
{
	char mark[PROCESS_MARK];
	HRESULT hr = watch_sweep(db);

	if (SUCCEEDED(hr))
		hr = db_begin(db);
	if (FAILED(hr))
		return hr;
	process_mark(getpid(), mark);
	hr = schema_listen(db);
	if (SUCCEEDED(hr))
		hr = db_exec(db, "INSERT INTO listener(process, mark) VALUES(?, ?)", "it",
		    (gint64)getpid(), mark);
	*listener = db_last_id(db);
	if (SUCCEEDED(hr))
		hr = db_int(db, seen, "SELECT ifnull(max(seq), 0) FROM change", "");
	return db_end(db, hr, DB_RELAXED);
}

HRESULT
watch_log_end(struct db *db, gint64 listener)
{
	GArray *one = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr = db_begin(db);

	g_array_append_val(one, listener);
	if (SUCCEEDED(hr))
		hr = db_end(db, remove_listeners(db, one), DB_RELAXED);
	g_array_unref(one);
	return hr;
}

/* A save is several statements: what is said already, or follows from what is said, is not news. */
static bool
is_news(const GArray *changes, const struct change *next)
{
	guint at;

	for (at = changes->len; at > 0; at--) {
		const struct change *said = &g_array_index(changes, struct change, at - 1);

		if (said->type != next->type || said->id != next->id ||
		    (said->type == CHANGE_FOUND && said->parent != next->parent))
			continue;
		return said->event != next->event &&
		       (next->event != fnevObjectModified || said->event == fnevNewMail);
	}
	return true;
}

static void
take_row(sqlite3_stmt *row, struct change *change)
{
	change->seq = sqlite3_column_int64(row, 0);
	change->event = (ULONG)sqlite3_column_int64(row, 1);
	change->type = (ULONG)sqlite3_column_int64(row, 2);
	change->id = sqlite3_column_int64(row, 3);
	change->parent = sqlite3_column_int64(row, 4);
	change->source = sqlite3_column_int64(row, 5);
	change->old = sqlite3_column_int64(row, 6);
	change->class = NULL;
	change->flags = 0;
	if (change->event == fnevNewMail) {
		const char *class = (const char *)sqlite3_column_text(row, 7);

		change->class = g_strdup(class ? class : "IPM.Note");
		change->flags = (ULONG)sqlite3_column_int64(row, 8);
	}
}

HRESULT
watch_log_read(struct db *db, gint64 *seen, GArray **out, bool *more)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct change));
	struct change change;
	sqlite3_stmt *row;
	unsigned count = 0;
	HRESULT hr;

	*out = changes;
	hr = db_query(db, &row,
	    "SELECT seq, event, type, change.id, parent, source, old, class, flags FROM change"
	    " LEFT JOIN message ON event = 2 AND message.id = change.id"
	    " WHERE seq > ? ORDER BY seq LIMIT ?",
	    "iu", *seen, (ULONG)AT_ONCE);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		take_row(row, &change);
		*seen = change.seq;
		count++;
		if (is_news(changes, &change))
			g_array_append_val(changes, change);
		else
			g_free(change.class);
	}
	*more = count == AT_ONCE;
	return FAILED(hr) ? hr : S_OK;
}

void
watch_log_free(GArray *changes)
{
	guint at;

	for (at = 0; at < changes->len; at++)
		g_free(g_array_index(changes, struct change, at).class);
	g_array_unref(changes);
}

HRESULT
watch_copied(struct db *db, ULONG type, gint64 copy, gint64 source)
{
	return db_exec(db,
	    "UPDATE change SET event = 64, source = ?2,"
	    " old = ifnull(CASE ?3 WHEN 5 THEN (SELECT folder FROM message WHERE id = ?2)"
	    " ELSE (SELECT parent FROM folder WHERE id = ?2) END, 0)"
	    " WHERE type = ?3 AND event = 4 AND id = ?1",
	    "iiu", copy, source, type);
}
