/* SPDX-License-Identifier: MIT */
/* Judging messages for search folders: see search.h. */
#include "search.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "blob.h"
#include "contents.h"
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "process.h"
#include "restriction.h"
#include "restriction_blob.h"

void
search_clear(struct search *search)
{
	mem_free(search->restriction);
	search->restriction = NULL;
}

HRESULT
search_load(struct store *store, gint64 folder, struct search *out)
{
	sqlite3_stmt *row;
	HRESULT hr;

	memset(out, 0, sizeof(*out));
	out->folder = folder;
	hr = db_query(store->db, &row,
	    "SELECT flags, builder, mark, restriction FROM search WHERE folder = ?", "i", folder);
	if (SUCCEEDED(hr))
		hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_NOT_INITIALIZED;
	out->flags = (ULONG)sqlite3_column_int64(row, 0);
	out->building =
	    process_lives(sqlite3_column_int64(row, 1), (const char *)sqlite3_column_text(row, 2));
	hr = restriction_decode(
	    sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3), &out->restriction);
	db_done(row);
	return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
}

/* --- One message ---------------------------------------------------------------------------- */

struct sub_rows {
	struct store *store;
	gint64 message;
};

/* A part's row: its blob, and its id where it may have long values. */
static bool
sub_row_fits(struct store *store, sqlite3_stmt *row, const SRestriction *restriction)
{
	struct contents_need need = { .judged = restriction };
	GArray *values = g_array_new(FALSE, FALSE, sizeof(SPropValue));
	SPropValue *stored = NULL;
	void *root = NULL;
	ULONG count = 0;
	HRESULT hr;
	bool fits;

	hr = blob_decode(
	    sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), &stored, &count);
	if (count)
		g_array_append_vals(values, stored, count);
	if (SUCCEEDED(hr) && sqlite3_column_int64(row, 1)) {
		root = mem_zalloc(NULL, 1);
		hr = contents_longs(
		    store, LOB_ATTACHMENT, sqlite3_column_int64(row, 1), &need, root, values);
	}
	fits = SUCCEEDED(hr) && restriction_match(restriction,
				    (const SPropValue *)(void *)values->data, values->len);
	g_array_unref(values);
	mem_free(stored);
	mem_free(root);
	return fits;
}

bool
search_any_part(struct store *store, gint64 message, ULONG object, const SRestriction *restriction)
{
	struct db *db = store->db;
	bool fits = false;
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(db, &row,
	    object == PR_MESSAGE_RECIPIENTS ? "SELECT props, 0 FROM recipient WHERE message = ?"
					    : "SELECT props, id FROM attachment WHERE message = ?",
	    "i", message);
	while (SUCCEEDED(hr) && !fits && (hr = db_next(db, row)) == S_OK)
		fits = sub_row_fits(store, row, restriction);
	if (fits)
		db_done(row);
	return fits;
}

static bool
any_sub_row(void *context, ULONG object, const SRestriction *restriction)
{
	const struct sub_rows *subs = context;

	return search_any_part(subs->store, subs->message, object, restriction);
}

bool
search_fits(struct store *store, const SRestriction *restriction, const struct contents_row *row)
{
	struct sub_rows rows = { store, row->id };
	struct restriction_subs subs = { any_sub_row, &rows };

	return restriction_match_subs(restriction, row->values, row->count, &subs);
}

/* --- What a transaction has changed ---------------------------------------------------------- */

struct candidate {
	struct search search;
	gint64 folder; /* the last one asked for, and whether it is in scope */
	bool in_scope;
	bool fits;
};

struct judge {
	struct store *store;
	GArray *searches;  /* struct candidate, of those that run */
	SRestriction *all; /* one that looks at what any of them does */
};

static void
judge_clear(struct judge *judge)
{
	guint at;

	for (at = 0; at < judge->searches->len; at++)
		search_clear(&g_array_index(judge->searches, struct candidate, at).search);
	g_array_unref(judge->searches);
	g_free(judge->all);
}

/* Criteria that cannot be read find nothing; writing goes on. */
static HRESULT
judge_add(struct judge *judge, gint64 folder)
{
	struct candidate one = { .folder = -1 };
	HRESULT hr = search_load(judge->store, folder, &one.search);

	if (hr == MAPI_E_CORRUPT_STORE || hr == MAPI_E_NOT_INITIALIZED) {
		log_warning(
		    "search folder %" G_GINT64_FORMAT ": its criteria cannot be read", folder);
		return S_OK;
	}
	if (SUCCEEDED(hr))
		g_array_append_val(judge->searches, one);
	return hr;
}

/* The first of the array holds the others; what they point to stays theirs. */
static void
judge_unite(struct judge *judge)
{
	guint at, count = judge->searches->len;

	judge->all = g_new0(SRestriction, (gsize)count + 1);
	judge->all->rt = RES_OR;
	judge->all->res.resOr.cRes = count;
	judge->all->res.resOr.lpRes = judge->all + 1;
	for (at = 0; at < count; at++)
		judge->all[at + 1] =
		    *g_array_index(judge->searches, struct candidate, at).search.restriction;
}

static HRESULT
judge_load(struct judge *judge)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr;
	guint at;

	hr = db_ids(
	    judge->store->db, "SELECT folder FROM search WHERE flags & ?", SEARCH_RUNNING, ids);
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++)
		hr = judge_add(judge, g_array_index(ids, gint64, at));
	judge_unite(judge);
	g_array_unref(ids);
	return hr;
}

/* Messages of one batch mostly lie in one folder. */
static HRESULT
scope_check(struct db *db, struct candidate *one, gint64 folder)
{
	gint64 within = 0;
	HRESULT hr;

	if (one->folder == folder)
		return S_OK;
	if (one->search.flags & SEARCH_RECURSIVE)
		hr = db_int(db, &within,
		    "WITH RECURSIVE up(id) AS (VALUES(?2) UNION SELECT parent FROM folder"
		    " JOIN up ON folder.id = up.id)"
		    " SELECT EXISTS(SELECT 1 FROM search_scope WHERE folder = ?1 AND scope IN up)",
		    "ii", one->search.folder, folder);
	else
		hr = db_int(db, &within,
		    "SELECT EXISTS(SELECT 1 FROM search_scope WHERE folder = ?1 AND scope = ?2)",
		    "ii", one->search.folder, folder);
	one->folder = folder;
	one->in_scope = within != 0;
	return hr;
}

static HRESULT
judge_row(void *context, const struct contents_row *row)
{
	struct judge *judge = context;
	guint at;

	for (at = 0; at < judge->searches->len; at++) {
		struct candidate *one = &g_array_index(judge->searches, struct candidate, at);

		one->fits =
		    one->in_scope && search_fits(judge->store, one->search.restriction, row);
	}
	return S_OK;
}

/* Which of the searches find the message. */
static HRESULT
judge_message(struct judge *judge, gint64 message)
{
	struct contents_scope scope = { .store = judge->store };
	struct contents_walk walk = { .limit = 1, .fn = judge_row, .context = judge };
	bool wanted = false;
	HRESULT hr;
	guint at;

	hr = db_int(judge->store->db, &scope.folder,
	    "SELECT folder FROM message WHERE id = ? AND NOT associated", "i", message);
	if (hr == MAPI_E_NOT_FOUND)
		hr = S_OK; /* gone, or hidden: in no scope */
	for (at = 0; at < judge->searches->len && SUCCEEDED(hr); at++) {
		struct candidate *one = &g_array_index(judge->searches, struct candidate, at);

		one->fits = false;
		hr = scope_check(judge->store->db, one, scope.folder);
		wanted = wanted || one->in_scope;
	}
	contents_need_restriction(&walk.need, judge->all);
	return SUCCEEDED(hr) && wanted ? contents_fetch(&scope, message, &walk) : hr;
}

static HRESULT
judge_write(struct judge *judge, gint64 message)
{
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; at < judge->searches->len && SUCCEEDED(hr); at++) {
		const struct candidate *one = &g_array_index(judge->searches, struct candidate, at);

		hr = db_exec(judge->store->db,
		    one->fits ? "INSERT OR IGNORE INTO found(folder, message) VALUES(?, ?)"
			      : "DELETE FROM found WHERE folder = ? AND message = ?",
		    "ii", one->search.folder, message);
	}
	return hr;
}

static HRESULT
judge_all(struct store *store, const GArray *messages)
{
	struct judge judge = { .store = store,
		.searches = g_array_new(FALSE, TRUE, sizeof(struct candidate)) };
	HRESULT hr = judge_load(&judge);
	guint at;

	for (at = 0; at < messages->len && judge.searches->len && SUCCEEDED(hr); at++) {
		gint64 message = g_array_index(messages, gint64, at);

		hr = judge_message(&judge, message);
		if (SUCCEEDED(hr))
			hr = judge_write(&judge, message);
	}
	judge_clear(&judge);
	return SUCCEEDED(hr) ? db_exec(store->db, "DELETE FROM search_dirty", "") : hr;
}

HRESULT
search_update(void *context)
{
	struct store *store = context;
	GArray *messages = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr;

	hr = db_ids(store->db, "SELECT message FROM search_dirty WHERE message > ?", 0, messages);
	if (SUCCEEDED(hr) && messages->len)
		hr = judge_all(store, messages);
	g_array_unref(messages);
	return hr;
}

HRESULT
search_folder_moved(struct store *store, gint64 folder)
{
	return db_exec(store->db,
	    "WITH RECURSIVE tree(id) AS (VALUES(?) UNION SELECT folder.id FROM folder"
	    " JOIN tree ON folder.parent = tree.id WHERE folder.id <> 1)"
	    " INSERT OR IGNORE INTO search_dirty SELECT message.id FROM message"
	    " WHERE folder IN tree AND EXISTS(SELECT 1 FROM search)",
	    "i", folder);
}
