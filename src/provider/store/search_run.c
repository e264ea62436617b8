/* SPDX-License-Identifier: MIT */
/* Looking through all of a search's scope: see search.h. */
#include "search.h"

#include <unistd.h>
#include <mapicode.h>
#include "contents.h"
#include "hr.h"
#include "log.h"
#include "process.h"

/* What is judged in one transaction: some 10 ms for the other writers. */
#define AT_ONCE 500

struct look {
	struct store *store;
	const struct search *search;
	GArray *ids; /* of the messages that fit */
};

static HRESULT
look_row(void *context, const struct contents_row *row)
{
	const struct look *look = context;

	if (search_fits(look->store, look->search->restriction, row))
		g_array_append_val(look->ids, row->id);
	return S_OK;
}

static HRESULT
look_through(struct look *look, gint64 folder)
{
	struct contents_walk walk = { .limit = -1, .fn = look_row, .context = look };
	struct contents_scope scope = { .store = look->store, .folder = folder };
	struct contents_keyset keyset = { 0 };

	walk.like = look->search->restriction;
	contents_need_restriction(&walk.need, look->search->restriction);
	return contents_walk(&scope, &keyset, &walk);
}

static HRESULT
look_everywhere(struct look *look)
{
	GArray *folders = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr;
	guint at;

	hr = db_ids(look->store->db,
	    look->search->flags & SEARCH_RECURSIVE
		? "WITH RECURSIVE tree(id) AS (SELECT scope FROM search_scope WHERE folder = ?"
		  " UNION SELECT folder.id FROM folder JOIN tree ON folder.parent = tree.id"
		  " WHERE folder.id <> 1) SELECT id FROM tree"
		: "SELECT scope FROM search_scope WHERE folder = ?",
	    look->search->folder, folders);
	for (at = 0; at < folders->len && SUCCEEDED(hr); at++)
		hr = look_through(look, g_array_index(folders, gint64, at));
	g_array_unref(folders);
	return hr;
}

/* Somebody may have stopped the search, or begun it anew. */
static HRESULT
still_mine(struct db *db, gint64 folder, const char *mark)
{
	gint64 mine;
	HRESULT hr =
	    db_int(db, &mine, "SELECT 1 FROM search WHERE folder = ? AND builder = ? AND mark = ?",
		"iit", folder, (gint64)getpid(), mark);

	return (hr == MAPI_E_NOT_FOUND) ? S_FALSE : hr;
}

static HRESULT
note_some(struct look *look, guint from, const char *mark)
{
	struct db *db = look->store->db;
	guint at, end = MIN(from + AT_ONCE, look->ids->len);
	HRESULT mine, hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	mine = hr = still_mine(db, look->search->folder, mark);
	for (at = from; at < end && hr == S_OK; at++)
		hr = db_exec(db, "INSERT OR IGNORE INTO search_dirty VALUES(?)", "i",
		    g_array_index(look->ids, gint64, at));
	hr = db_end(db, hr, DB_RELAXED);
	return SUCCEEDED(hr) ? mine : hr;
}

static HRESULT
run_end(struct store *store, gint64 folder, const char *mark)
{
	struct db *db = store->db;
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = still_mine(db, folder, mark);
	if (hr == S_OK)
		hr = db_exec(
		    db, "UPDATE search SET builder = 0, mark = '' WHERE folder = ?", "i", folder);
	if (hr == S_OK)
		hr = db_exec(db,
		    "INSERT INTO change(event, type, id, parent, source, old)"
		    " SELECT 128, 3, id, parent, 0, 0 FROM folder"
		    " WHERE id = ? AND EXISTS(SELECT 1 FROM listener)",
		    "i", folder);
	return db_end(db, hr, DB_DURABLE);
}

HRESULT
search_run(struct store *store, gint64 folder)
{
	struct search search;
	struct look look = { store, &search, g_array_new(FALSE, FALSE, sizeof(gint64)) };
	char mark[PROCESS_MARK];
	HRESULT hr;
	guint at;

	process_mark(getpid(), mark);
	db_keep_more(store->db);
	hr = search_load(store, folder, &search);
	if (SUCCEEDED(hr))
		hr = look_everywhere(&look);
	for (at = 0; at < look.ids->len && hr == S_OK; at += AT_ONCE)
		hr = note_some(&look, at, mark);
	if (hr == S_OK)
		hr = run_end(store, folder, mark);
	g_array_unref(look.ids);
	search_clear(&search);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
take_over(struct store *store, gint64 folder)
{
	char mark[PROCESS_MARK];
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	process_mark(getpid(), mark);
	hr = db_exec(store->db, "UPDATE search SET builder = ?, mark = ? WHERE folder = ?", "iti",
	    (gint64)getpid(), mark, folder);
	return db_end(store->db, hr, DB_RELAXED);
}

HRESULT
search_sweep(struct store *store)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	struct search search;
	HRESULT hr;
	guint at;

	hr = db_ids(store->db, "SELECT folder FROM search WHERE builder <> ?", 0, ids);
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 folder = g_array_index(ids, gint64, at);
		HRESULT read = search_load(store, folder, &search);

		if (SUCCEEDED(read) && !search.building) {
			hr = take_over(store, folder);
			if (SUCCEEDED(hr))
				hr = search_run(store, folder);
		} else if (read == MAPI_E_CORRUPT_STORE) {
			log_warning("a search folder's criteria cannot be read: %s", hr_name(read));
		}
		search_clear(&search);
	}
	g_array_unref(ids);
	return hr;
}
