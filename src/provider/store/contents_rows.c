/* SPDX-License-Identifier: MIT */
/* Rows of contents tables: SQL and row values.  See contents.h. */
#include "contents.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "blob.h"
#include "eid.h"
#include "folders.h"
#include "mem.h"

#define SELECT_ROW "SELECT id, CASE WHEN ?1 THEN props END, prefix, " PROMOTED_COLUMNS ", "
#define FROM_FOLDER " FROM message WHERE folder = ?2 AND associated = ?3 "
#define FIRST_PROMOTED 3
#define KEY_COLUMN (FIRST_PROMOTED + PROMOTED_COUNT)

/*
 * Two statements a walk: the rest of the rows with the key of the last one, then those behind it.
 * One row-value comparison would make SQLite read every row of an equal key again for each page. A
 * partial index serves a query that repeats its condition.
 */
#define WALK_SAME(key, where, sign, order)                                                         \
	SELECT_ROW key FROM_FOLDER where "AND " key " = ?4 AND id " sign " ?5 ORDER BY id" order   \
					 " LIMIT ?6"
#define WALK_ON(key, where, sign, order)                                                           \
	SELECT_ROW key FROM_FOLDER where "AND " key " " sign " ?4 AND ?5 = ?5 ORDER BY " key order \
					 ", id" order " LIMIT ?6"
#define WALKS(key, where)                                                                          \
	{                                                                                          \
		{ WALK_SAME(key, where, ">", ""), WALK_ON(key, where, ">", "") },                  \
		    { WALK_SAME(key, where, "<", " DESC"), WALK_ON(key, where, "<", " DESC") },    \
	}
#define NOT_OUTBOX "AND folder <> 4 "

/* By order, descending or not, same key or on. */
static const char *const walk_sql[][2][2] = {
	{ { NULL, SELECT_ROW "id" FROM_FOLDER "AND id > ?4 AND ?5 = ?5 ORDER BY id LIMIT ?6" },
	    { NULL,
		SELECT_ROW "id" FROM_FOLDER "AND id < ?4 AND ?5 = ?5 ORDER BY id DESC LIMIT ?6" } },
	WALKS("ifnull(delivery_time, 0)", NOT_OUTBOX),
	WALKS("ifnull(submit_time, 0)", NOT_OUTBOX),
	WALKS("subject_key", NOT_OUTBOX),
	WALKS("sender_key", NOT_OUTBOX),
};

static const ULONG computed[] = { PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_PARENT_ENTRYID,
	PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, PR_HASATTACH, PR_NORMALIZED_SUBJECT_A, 0 };
#define COMPUTED_MAX 16

bool
contents_needs_blob(ULONG tag)
{
	return !tag_listed(promoted, tag) && !tag_listed(computed, tag);
}

bool
contents_order_of(const SSortOrderSet *sort, gint64 folder, struct contents_keyset *keyset)
{
	static const ULONG tags[] = { 0, PR_MESSAGE_DELIVERY_TIME, PR_CLIENT_SUBMIT_TIME,
		PR_NORMALIZED_SUBJECT_A, PR_SENDER_NAME_A };
	guint at;

	memset(keyset, 0, sizeof(*keyset));
	if (!sort || !sort->cSorts)
		return true;
	if (sort->cSorts > 1 || sort->cCategories || folder == FOLDER_ID_OUTBOX)
		return false;
	for (at = 1; at < G_N_ELEMENTS(tags); at++)
		if (PROP_ID(sort->aSort[0].ulPropTag) == PROP_ID(tags[at])) {
			keyset->order = at;
			keyset->descending = sort->aSort[0].ulOrder == TABLE_SORT_DESCEND;
			return true;
		}
	return false;
}

HRESULT
contents_count(const struct contents_scope *scope, gint64 *count)
{
	return db_int(scope->store->db, count,
	    "SELECT CASE WHEN ? THEN hidden ELSE contents END FROM folder WHERE id = ?", "ui",
	    (ULONG)scope->associated, scope->folder);
}

/* --- One row's values
 * ------------------------------------------------------------------------------ */

static void
value_binary(SPropValue *value, ULONG tag, const void *data, size_t size)
{
	value->ulPropTag = tag;
	value->Value.bin.cb = (ULONG)size;
	value->Value.bin.lpb = (BYTE *)(size_t)data;
}

static void
value_long(SPropValue *value, ULONG tag, LONG number)
{
	value->ulPropTag = tag;
	value->Value.l = number;
}

/* What a row says of itself that no column holds.  `ids` keeps the bytes of two entry IDs. */
static ULONG
row_computed(
    const struct contents_scope *scope, gint64 *id, BYTE ids[2 * EID_SIZE], SPropValue *values)
{
	struct store *store = scope->store;
	LONG access = MAPI_ACCESS_READ;
	ULONG count = 0;

	if (store->writable)
		access |= MAPI_ACCESS_MODIFY | MAPI_ACCESS_DELETE;
	eid_make(&store->uid, MAPI_MESSAGE, *id, ids);
	eid_make(&store->uid, MAPI_FOLDER, scope->folder, ids + EID_SIZE);
	value_binary(&values[count++], PR_ENTRYID, ids, EID_SIZE);
	value_binary(&values[count++], PR_RECORD_KEY, ids, EID_SIZE);
	value_binary(&values[count++], PR_PARENT_ENTRYID, ids + EID_SIZE, EID_SIZE);
	value_binary(&values[count++], PR_INSTANCE_KEY, id, sizeof(*id));
	value_binary(&values[count++], PR_STORE_ENTRYID, store->wrapped.lpb, store->wrapped.cb);
	value_binary(&values[count++], PR_STORE_RECORD_KEY, &store->uid, sizeof(store->uid));
	value_binary(&values[count++], PR_MAPPING_SIGNATURE, &store->uid, sizeof(store->uid));
	value_long(&values[count++], PR_OBJECT_TYPE, MAPI_MESSAGE);
	value_long(&values[count++], PR_ACCESS, access);
	value_long(&values[count++], PR_ACCESS_LEVEL, store->writable ? MAPI_MODIFY : 0);
	return count;
}

/* PR_NORMALIZED_SUBJECT and PR_HASATTACH follow from columns. */
static ULONG
row_derived(sqlite3_stmt *row, SPropValue *values)
{
	const char *subject = (const char *)sqlite3_column_text(row, FIRST_PROMOTED + 5);
	const char *prefix = (const char *)sqlite3_column_text(row, 2);
	ULONG count = 0;

	values[count].ulPropTag = PR_HASATTACH;
	values[count++].Value.b =
	    (sqlite3_column_int(row, FIRST_PROMOTED + PROMOTED_FLAGS) & MSGFLAG_HASATTACH) != 0;
	if (subject) {
		size_t skip = (prefix && g_str_has_prefix(subject, prefix)) ? strlen(prefix) : 0;

		values[count].ulPropTag = PR_NORMALIZED_SUBJECT_A;
		values[count++].Value.lpszA = (char *)(size_t)subject + skip;
	}
	return count;
}

static HRESULT
row_blob(sqlite3_stmt *row, SPropValue **stored, ULONG *count)
{
	*stored = NULL;
	*count = 0;
	if (!sqlite3_column_bytes(row, 1))
		return S_OK;
	return blob_decode(
	    sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1), stored, count);
}

static HRESULT
row_call(const struct contents_scope *scope, sqlite3_stmt *row, const struct contents_walk *walk)
{
	struct contents_row out = { .id = sqlite3_column_int64(row, 0) };
	BYTE ids[2 * EID_SIZE];
	SPropValue *stored;
	ULONG in_blob;
	HRESULT hr;
	int at;

	hr = row_blob(row, &stored, &in_blob);
	if (FAILED(hr))
		return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
	out.values = g_new0(SPropValue, (gsize)in_blob + COMPUTED_MAX + PROMOTED_COUNT);
	out.count = row_computed(scope, &out.id, ids, out.values);
	for (at = 0; at < PROMOTED_COUNT; at++)
		if (promoted_value(row, FIRST_PROMOTED + at, promoted[at], &out.values[out.count]))
			out.count++;
	out.count += row_derived(row, out.values + out.count);
	if (in_blob)
		memcpy(out.values + out.count, stored, in_blob * sizeof(*stored));
	out.count += in_blob;
	hr = walk->fn(walk->context, &out);
	g_free(out.values);
	mem_free(stored);
	return hr;
}

/* --- Walking
 * ------------------------------------------------------------------------------------------ */

static bool
order_is_text(enum contents_order order)
{
	return order == ORDER_SUBJECT || order == ORDER_SENDER;
}

static void
cursor_bind(const struct contents_keyset *keyset, sqlite3_stmt *statement)
{
	static const BYTE beyond[] = { 0xff };
	const struct contents_cursor *cursor = &keyset->cursor;
	bool down = keyset->descending;

	if (cursor->begun && order_is_text(keyset->order))
		sqlite3_bind_blob(statement, 4, cursor->bytes, (int)cursor->size, SQLITE_STATIC);
	else if (order_is_text(keyset->order))
		sqlite3_bind_blob(statement, 4, beyond, down ? 1 : 0, SQLITE_STATIC);
	else
		sqlite3_bind_int64(statement, 4,
		    cursor->begun ? cursor->number
		    : down        ? G_MAXINT64
				  : G_MININT64);
	sqlite3_bind_int64(statement, 5,
	    cursor->begun ? cursor->id
	    : down        ? G_MAXINT64
			  : G_MININT64);
}

static void
cursor_move(struct contents_keyset *keyset, sqlite3_stmt *row)
{
	struct contents_cursor *cursor = &keyset->cursor;

	cursor->begun = true;
	cursor->id = sqlite3_column_int64(row, 0);
	if (order_is_text(keyset->order)) {
		cursor->size =
		    MIN((ULONG)sqlite3_column_bytes(row, KEY_COLUMN), sizeof(cursor->bytes));
		if (cursor->size)
			memcpy(cursor->bytes, sqlite3_column_blob(row, KEY_COLUMN), cursor->size);
	} else {
		cursor->number = sqlite3_column_int64(row, KEY_COLUMN);
	}
}

/* One statement from the cursor as it is; *limit (-1: none) goes down with the rows. */
static HRESULT
walk_some(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk, const char *sql, LONG *limit)
{
	struct contents_keyset start = *keyset;
	struct db *db = scope->store->db;
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(db, &row, sql, "");
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int(row, 1, walk->blob);
	sqlite3_bind_int64(row, 2, scope->folder);
	sqlite3_bind_int(row, 3, scope->associated);
	cursor_bind(&start, row);
	sqlite3_bind_int(row, 6, *limit);
	while ((hr = db_next(db, row)) == S_OK) {
		hr = row_call(scope, row, walk);
		if (SUCCEEDED(hr))
			cursor_move(keyset, row);
		if (FAILED(hr)) {
			db_done(row);
			break;
		}
		if (*limit > 0)
			--*limit;
	}
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
contents_walk(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk)
{
	const char *const *sql = walk_sql[keyset->order][keyset->descending];
	LONG limit = walk->limit;
	HRESULT hr = S_OK;

	if (keyset->cursor.begun && sql[0])
		hr = walk_some(scope, keyset, walk, sql[0], &limit);
	if (SUCCEEDED(hr) && limit)
		hr = walk_some(scope, keyset, walk, sql[1], &limit);
	return hr;
}

HRESULT
contents_fetch(const struct contents_scope *scope, gint64 id, const struct contents_walk *walk)
{
	struct db *db = scope->store->db;
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(db, &row, SELECT_ROW "0" FROM_FOLDER "AND id = ?4", "uiui", (ULONG)walk->blob,
	    scope->folder, (ULONG)scope->associated, id);
	if (FAILED(hr))
		return hr;
	hr = db_next(db, row);
	if (hr != S_OK)
		return hr;
	hr = row_call(scope, row, walk);
	db_done(row);
	return hr;
}
