/* SPDX-License-Identifier: MIT */
/* Orders made for large folders: see made.h. */
#include "made.h"

#include <string.h>
#include <mapicode.h>
#include "mem.h"
#include "prop.h"
#include "table_key.h"
#include "watch_log.h"

/* The log keeps this many changes (schema.c): who is further behind begins anew. */
#define LOG_KEEPS 10000

struct order {
	unsigned name; /* of its tables: k1 and its index */
	gint64 folder;
	bool associated;
	SSortOrderSet *sort; /* a MAPI buffer */
	guint64 used;
};

struct made {
	sqlite3 *db;
	gint64 listener, seen;
	GPtrArray *orders; /* struct order */
	unsigned last_name;
	guint64 uses;
	/* Where the last walk ended: reading on needs no counting. */
	struct {
		unsigned order;
		gint64 position, id;
		GByteArray *key; /* of the last row passed */
	} end;
};

/* --- The temporary database ---------------------------------------------------------- */

static HRESULT
run_sql(struct made *made, const char *format, unsigned name)
{
	char *sql = sqlite3_mprintf(format, name, name, name, name, name);
	int code = sql ? sqlite3_exec(made->db, sql, NULL, NULL, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return hr_from_sqlite(code);
}

static HRESULT
prepare(struct made *made, const char *format, unsigned name, sqlite3_stmt **out)
{
	char *sql = sqlite3_mprintf(format, name, name, name, name, name);
	int code = sql ? sqlite3_prepare_v2(made->db, sql, -1, out, NULL) : SQLITE_NOMEM;

	sqlite3_free(sql);
	return hr_from_sqlite(code);
}

/* Nothing in it outlives the logon: no journal, no sync. */
static HRESULT
open_database(struct made *made)
{
	int code = sqlite3_open_v2(
	    "", &made->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_exec(made->db,
		    "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
		    "PRAGMA cache_size=-8192; PRAGMA temp_store=FILE",
		    NULL, NULL, NULL);
	return hr_from_sqlite(code);
}

static void
order_free(gpointer data)
{
	struct order *order = data;

	mem_free(order->sort);
	g_free(order);
}

static HRESULT
begin(struct store *store)
{
	struct made *made = g_new0(struct made, 1);
	HRESULT hr;

	made->orders = g_ptr_array_new_with_free_func(order_free);
	made->end.key = g_byte_array_new();
	hr = open_database(made);
	if (SUCCEEDED(hr))
		hr = watch_log_begin(store->db, &made->listener, &made->seen);
	store->made = made;
	if (FAILED(hr)) {
		made->listener = 0;
		made_free(store);
	}
	return hr;
}

void
made_free(struct store *store)
{
	struct made *made = store->made;

	if (!made)
		return;
	if (made->listener)
		watch_log_end(store->db, made->listener);
	sqlite3_close(made->db);
	g_ptr_array_unref(made->orders);
	g_byte_array_unref(made->end.key);
	g_free(made);
	store->made = NULL;
}

/* --- Making -------------------------------------------------------------------------- */

struct making {
	const SSortOrderSet *sort;
	sqlite3_stmt *put;
	GByteArray *key;
	GArray *tags; /* ULONG, that it sorts by */
};

static const SPropValue *
value_of(const struct contents_row *row, ULONG tag)
{
	return prop_find(row->values, row->count, CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));
}

static HRESULT
put_row(void *context, const struct contents_row *row)
{
	struct making *making = context;
	ULONG at;
	int code;

	g_byte_array_set_size(making->key, 0);
	for (at = 0; at < making->sort->cSorts; at++)
		table_key_append(making->key, value_of(row, making->sort->aSort[at].ulPropTag),
		    making->sort->aSort[at].ulOrder == TABLE_SORT_DESCEND);
	sqlite3_bind_int64(making->put, 1, row->id);
	sqlite3_bind_blob(making->put, 2, making->key->data, (int)making->key->len, SQLITE_STATIC);
	code = sqlite3_step(making->put);
	sqlite3_reset(making->put);
	return code == SQLITE_DONE ? S_OK : hr_from_sqlite(code);
}

static struct contents_walk
walk_for(struct making *making)
{
	struct contents_walk walk = { .limit = -1, .fn = put_row, .context = making };

	contents_need_tags(
	    &walk.need, (const ULONG *)(const void *)making->tags->data, making->tags->len);
	return walk;
}

static HRESULT
making_begin(struct made *made, const struct order *order, struct making *making)
{
	ULONG at;

	memset(making, 0, sizeof(*making));
	making->sort = order->sort;
	making->key = g_byte_array_new();
	making->tags = g_array_new(FALSE, FALSE, sizeof(ULONG));
	for (at = 0; at < order->sort->cSorts; at++)
		g_array_append_val(making->tags, order->sort->aSort[at].ulPropTag);
	return prepare(
	    made, "INSERT OR REPLACE INTO k%u VALUES(?1, ?2)", order->name, &making->put);
}

static void
making_end(struct making *making)
{
	sqlite3_finalize(making->put);
	g_byte_array_unref(making->key);
	g_array_unref(making->tags);
}

/* Rows come in order of id, so the table only grows at its end; its index is made by SQLite's
 * external sorter. */
static HRESULT
fill(struct made *made, const struct contents_scope *scope, const struct order *order)
{
	struct contents_keyset keyset = { .order = ORDER_ID };
	struct contents_walk walk;
	struct making making;
	HRESULT hr;

	hr =
	    run_sql(made, "CREATE TABLE k%u(id INTEGER PRIMARY KEY, key BLOB); BEGIN", order->name);
	if (FAILED(hr))
		return hr;
	hr = making_begin(made, order, &making);
	walk = walk_for(&making);
	if (SUCCEEDED(hr))
		hr = contents_walk(scope, &keyset, &walk);
	making_end(&making);
	if (SUCCEEDED(hr))
		hr = run_sql(made, "CREATE INDEX i%u ON k%u(key, id)", order->name);
	run_sql(made, "COMMIT", 0);
	return hr;
}

static void
drop(struct made *made, struct order *order)
{
	run_sql(made, "DROP TABLE IF EXISTS k%u", order->name);
	g_ptr_array_remove(made->orders, order);
}

static void
drop_oldest(struct made *made)
{
	struct order *oldest = NULL;
	guint at;

	for (at = 0; at < made->orders->len; at++) {
		struct order *order = g_ptr_array_index(made->orders, at);

		if (!oldest || order->used < oldest->used)
			oldest = order;
	}
	if (made->orders->len >= MADE_MAX)
		drop(made, oldest);
}

static HRESULT
make(struct made *made, const struct contents_scope *scope, const SSortOrderSet *sort,
    struct order **out)
{
	struct order *order = g_new0(struct order, 1);
	HRESULT hr;

	order->sort = mem_memdup(NULL, sort, CbNewSSortOrderSet((size_t)sort->cSorts));
	if (!order->sort) {
		g_free(order);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	drop_oldest(made);
	order->name = ++made->last_name;
	order->folder = scope->folder;
	order->associated = scope->associated;
	g_ptr_array_add(made->orders, order);
	hr = fill(made, scope, order);
	if (FAILED(hr))
		drop(made, order);
	else
		*out = order;
	return hr;
}

/* --- Keeping up ---------------------------------------------------------------------- */

static HRESULT
take_in(struct store *store, const struct order *order, gint64 id)
{
	struct contents_scope scope = {
		.store = store, .folder = order->folder, .associated = order->associated
	};
	struct contents_walk walk;
	struct making making;
	sqlite3_stmt *gone = NULL;
	HRESULT hr = making_begin(store->made, order, &making);

	walk = walk_for(&making);
	if (SUCCEEDED(hr))
		hr = contents_fetch(&scope, id, &walk);
	making_end(&making);
	if (hr != S_FALSE)
		return hr;
	hr = prepare(store->made, "DELETE FROM k%u WHERE id = ?1", order->name, &gone);
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(gone, 1, id);
	sqlite3_step(gone);
	return hr_from_sqlite(sqlite3_finalize(gone));
}

static HRESULT
take_in_all(struct store *store, const GArray *changes)
{
	HRESULT hr = S_OK;
	guint at, which;

	for (at = 0; at < changes->len; at++) {
		const struct change *change = &g_array_index(changes, struct change, at);

		for (which = 0; which < store->made->orders->len && SUCCEEDED(hr); which++) {
			const struct order *order = g_ptr_array_index(store->made->orders, which);

			if (change->type == MAPI_MESSAGE &&
			    (change->parent == order->folder || change->old == order->folder))
				hr = take_in(store, order, change->id);
		}
	}
	return hr;
}

static HRESULT
keep_up(struct store *store)
{
	struct made *made = store->made;
	gint64 last = 0;
	bool more = true;
	HRESULT hr = db_int(store->db, &last, "SELECT ifnull(max(seq), 0) FROM change", "");

	if (FAILED(hr))
		return hr;
	if (last < made->seen || last - made->seen >= LOG_KEEPS) {
		while (made->orders->len)
			drop(made, g_ptr_array_index(made->orders, 0));
		made->seen = last;
		return S_OK;
	}
	while (more && SUCCEEDED(hr)) {
		GArray *changes = NULL;

		hr = watch_log_read(store->db, &made->seen, &changes, &more);
		if (SUCCEEDED(hr))
			hr = take_in_all(store, changes);
		watch_log_free(changes);
	}
	return hr;
}

/* --- Using --------------------------------------------------------------------------- */

bool
made_serves(const struct contents_scope *scope, const SSortOrderSet *sort)
{
	gint64 total = 0;
	ULONG at;

	if (scope->found || !sort || !sort->cSorts || sort->cCategories)
		return false;
	for (at = 0; at < sort->cSorts; at++)
		if (PROP_TYPE(sort->aSort[at].ulPropTag) & MV_INSTANCE)
			return false;
	return SUCCEEDED(contents_count(scope, &total)) && total >= MADE_LARGE;
}

static struct order *
find(struct made *made, const struct contents_scope *scope, const SSortOrderSet *sort)
{
	guint at;

	for (at = 0; at < made->orders->len; at++) {
		struct order *order = g_ptr_array_index(made->orders, at);

		if (order->folder == scope->folder && order->associated == scope->associated &&
		    order->sort->cSorts == sort->cSorts &&
		    !memcmp(order->sort->aSort, sort->aSort, sort->cSorts * sizeof(SSortOrder)))
			return order;
	}
	return NULL;
}

HRESULT
made_use(const struct contents_scope *scope, const SSortOrderSet *sort, unsigned *name)
{
	struct store *store = scope->store;
	struct order *order = NULL;
	HRESULT hr = store->made ? S_OK : begin(store);

	if (SUCCEEDED(hr))
		hr = keep_up(store);
	if (SUCCEEDED(hr)) {
		order = find(store->made, scope, sort);
		if (!order)
			hr = make(store->made, scope, sort, &order);
	}
	if (FAILED(hr))
		return hr;
	order->used = ++store->made->uses;
	*name = order->name;
	return S_OK;
}

static void
note_end(struct made *made, sqlite3_stmt *row)
{
	guint size = (guint)sqlite3_column_bytes(row, 1);

	made->end.id = sqlite3_column_int64(row, 0);
	g_byte_array_set_size(made->end.key, 0);
	if (size)
		g_byte_array_append(made->end.key, sqlite3_column_blob(row, 1), size);
}

/* Makes the end of the last walk the row before this one, counting from whichever end is nearer.
 * S_FALSE: there is no such row. */
static HRESULT
find_beginning(struct made *made, const struct made_walk *walk)
{
	bool from_end = walk->from > walk->total / 2;
	sqlite3_stmt *row = NULL;
	HRESULT hr = S_OK;

	if (made->end.order == walk->order && made->end.position == walk->from)
		return S_OK;
	made->end.order = walk->order;
	made->end.position = walk->from;
	g_byte_array_set_size(made->end.key, 0);
	made->end.id = G_MININT64;
	if (!walk->from)
		return S_OK;
	hr = prepare(made,
	    from_end ? "SELECT id, key FROM k%u ORDER BY key DESC, id DESC LIMIT 1 OFFSET ?1"
		     : "SELECT id, key FROM k%u ORDER BY key, id LIMIT 1 OFFSET ?1",
	    walk->order, &row);
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(row, 1, from_end ? MAX(walk->total - walk->from, 0) : walk->from - 1);
	hr = sqlite3_step(row) == SQLITE_ROW ? S_OK : S_FALSE;
	if (hr == S_OK)
		note_end(made, row);
	else
		made->end.order = 0;
	sqlite3_finalize(row);
	return hr;
}

/* The rest of the rows with the key of the last one, then those behind it: as in sql_walk(). */
static HRESULT
walk_some(struct made *made, const struct made_walk *walk, const char *format, LONG *limit)
{
	sqlite3_stmt *row = NULL;
	HRESULT hr = prepare(made, format, walk->order, &row);

	if (FAILED(hr))
		return hr;
	sqlite3_bind_blob(row, 1, made->end.key->len ? (const void *)made->end.key->data : "",
	    (int)made->end.key->len, SQLITE_TRANSIENT);
	sqlite3_bind_int64(row, 2, made->end.id);
	sqlite3_bind_int(row, 3, *limit);
	while (hr == S_OK && sqlite3_step(row) == SQLITE_ROW) {
		note_end(made, row);
		made->end.position++;
		*limit -= *limit > 0;
		hr = walk->fn(walk->context, made->end.id);
	}
	sqlite3_finalize(row);
	return hr;
}

HRESULT
made_walk(struct store *store, const struct made_walk *walk)
{
	LONG limit = walk->limit;
	HRESULT hr = find_beginning(store->made, walk);

	if (hr != S_OK)
		return FAILED(hr) ? hr : S_OK;
	hr = walk_some(store->made, walk,
	    "SELECT id, key FROM k%u WHERE key = ?1 AND id > ?2 ORDER BY id LIMIT ?3", &limit);
	if (hr == S_OK && limit)
		hr = walk_some(store->made, walk,
		    "SELECT id, key FROM k%u WHERE key > ?1 AND ?2 = ?2 ORDER BY key, id LIMIT ?3",
		    &limit);
	return hr;
}

/* One number about a row. */
static HRESULT
ask(struct store *store, const char *format, unsigned order, gint64 id, gint64 *out)
{
	sqlite3_stmt *row = NULL;
	HRESULT hr = prepare(store->made, format, order, &row);

	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(row, 1, id);
	hr = S_FALSE;
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL) {
		*out = sqlite3_column_int64(row, 0);
		hr = S_OK;
	}
	sqlite3_finalize(row);
	return hr;
}

HRESULT
made_rank(struct store *store, unsigned order, gint64 id, gint64 *rank)
{
	return ask(store,
	    "SELECT (SELECT count(*) FROM k%u WHERE key < one.key) +"
	    " (SELECT count(*) FROM k%u WHERE key = one.key AND id < one.id)"
	    " FROM k%u AS one WHERE id = ?1",
	    order, id, rank);
}

HRESULT
made_before(struct store *store, unsigned order, gint64 id, gint64 *prior)
{
	return ask(store,
	    "SELECT ifnull((SELECT max(id) FROM k%u WHERE key = one.key AND id < one.id),"
	    " (SELECT id FROM k%u WHERE key < one.key ORDER BY key DESC, id DESC LIMIT 1))"
	    " FROM k%u AS one WHERE id = ?1",
	    order, id, prior);
}
