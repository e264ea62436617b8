/* SPDX-License-Identifier: MIT */
/* Rows of contents tables: SQL and row values.  See contents.h. */
#include "contents.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "blob.h"
#include "contents_filter.h"
#include "eid.h"
#include "folders.h"
#include "mem.h"
#include "propset.h"
#include "restriction.h"

/* An order's key in SQL.  A partial index serves a query that repeats its condition. */
#define NOT_OUTBOX " AND folder <> 4"
static const struct {
	const char *key, *where;
} orders[] = {
	{ "id", "" },
	{ "ifnull(delivery_time, 0)", NOT_OUTBOX },
	{ "ifnull(submit_time, 0)", NOT_OUTBOX },
	{ "subject_key", NOT_OUTBOX },
	{ "sender_key", NOT_OUTBOX },
};

/* Columns of every statement, before those that are asked for. */
enum {
	COLUMN_ID,
	COLUMN_KEY,
	COLUMN_BLOB,
	COLUMN_FLAGS,
	COLUMN_SUBJECT,
	COLUMN_PREFIX,
	COLUMN_FOLDER,
	COLUMN_LONG,
	COLUMN_FIRST
};

static const ULONG computed[] = { PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_PARENT_ENTRYID,
	PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, PR_HASATTACH, PR_NORMALIZED_SUBJECT_A, 0 };
#define COMPUTED_MAX 16

static void
need_tag(struct contents_need *need, ULONG tag)
{
	int at;

	for (at = 0; at < PROMOTED_COUNT; at++)
		if (PROP_ID(promoted[at]) == PROP_ID(tag)) {
			need->columns |= 1u << at;
			return;
		}
	if (tag_listed(computed, tag))
		need->computed = true;
	else
		need->blob = true;
}

void
contents_need_tags(struct contents_need *need, const ULONG *tags, guint count)
{
	guint at;

	for (at = 0; at < count; at++)
		need_tag(need, tags[at]);
	need->tags = tags;
	need->count = count;
}

void
contents_need_restriction(struct contents_need *need, const SRestriction *restriction)
{
	GArray *tags = g_array_new(FALSE, FALSE, sizeof(ULONG));
	guint at;

	if (restriction)
		restriction_tags(restriction, tags);
	for (at = 0; at < tags->len; at++)
		need_tag(need, g_array_index(tags, ULONG, at));
	g_array_unref(tags);
	need->judged = restriction;
}

bool
contents_needs(const struct contents_need *need, ULONG tag)
{
	guint at;

	if (need->all)
		return true;
	for (at = 0; at < need->count; at++)
		if (PROP_ID(need->tags[at]) == PROP_ID(tag))
			return true;
	return need->judged && restriction_looks_at(need->judged, tag, false);
}

/* What message_narrow has, bits of promoted[]: all but PR_DISPLAY_BCC and PR_SEARCH_KEY. */
#define NARROW ((1u << PROMOTED_COUNT) - 1 - (1u << 11) - (1u << 17))

/* Which index a walk in order of id reads, "" as SQLite sees fit.  A whole row is some kilobytes,
 * its entry in message_narrow some hundred bytes. */
static const char *
sql_index(const struct contents_scope *scope, const struct contents_keyset *keyset,
    const struct contents_need *need, const struct contents_filter *filter)
{
	if (scope->found || scope->folder == FOLDER_ID_OUTBOX || keyset->order != ORDER_ID)
		return "";
	if (filter->index)
		return filter->index;
	if (filter->count || (!need->blob && !(need->columns & ~NARROW)))
		return "message_narrow";
	return "";
}

/* The columns of a SELECT, as short as what is needed: reading a key alone stays in the index. */
static void
sql_columns(GString *sql, const struct contents_scope *scope, const char *key,
    const struct contents_need *need, const char *index)
{
	char **names = g_strsplit(PROMOTED_COLUMNS, ", ", -1);
	int at;

	g_string_append_printf(sql, "SELECT id, %s, %s, %s", strcmp(key, "id") ? key : "NULL",
	    need->blob ? "props" : "NULL",
	    need->computed ? "flags, subject, prefix, message.folder" : "NULL, NULL, NULL, NULL");
	g_string_append(
	    sql, need->blob ? ", EXISTS(SELECT 1 FROM lob WHERE kind = 1 AND owner = message.id)"
			    : ", 0");
	for (at = 0; at < PROMOTED_COUNT; at++)
		if (need->columns & (1u << at))
			g_string_append_printf(sql, ", %s", names[at]);
	g_strfreev(names);
	if (scope->found)
		g_string_append(sql, " FROM found JOIN message ON message.id = found.message"
				     " WHERE found.folder = ?1 AND ?2 = 0");
	else
		g_string_append_printf(sql,
		    " FROM message %s %s WHERE folder = ?1 AND associated = ?2%s",
		    *index ? "INDEXED BY" : "", index, *index ? NOT_OUTBOX : "");
}

/* Statements are kept by the address of their text; there are as many as sets of columns in use. */
static const char *
sql_intern(GString *sql)
{
	const char *text = g_intern_string(sql->str);

	g_string_free(sql, TRUE);
	return text;
}

/*
 * A walk takes two statements: the rest of the rows with the key of the last one, then those behind
 * it.  One row-value comparison would make SQLite read all rows of an equal key for each page.
 */
static const char *
sql_walk(const struct contents_scope *scope, const struct contents_keyset *keyset,
    const struct contents_need *need, const struct contents_filter *filter, bool same)
{
	const char *key = scope->found ? "found.message" : orders[keyset->order].key;
	const char *sign = keyset->descending ? "<" : ">";
	const char *down = keyset->descending ? " DESC" : "";
	GString *sql = g_string_new(NULL);

	sql_columns(sql, scope, key, need, sql_index(scope, keyset, need, filter));
	g_string_append(sql, orders[keyset->order].where);
	if (filter->sql)
		g_string_append(sql, filter->sql->str);
	if (same)
		g_string_append_printf(
		    sql, " AND %s = ?3 AND id %s ?4 ORDER BY id%s LIMIT ?5", key, sign, down);
	else
		g_string_append_printf(sql,
		    " AND %s %s ?3 AND ?4 = ?4 ORDER BY %s%s, id%s LIMIT ?5", key, sign, key, down,
		    down);
	return sql_intern(sql);
}

bool
contents_order_of(
    const SSortOrderSet *sort, const struct contents_scope *scope, struct contents_keyset *keyset)
{
	static const ULONG tags[] = { 0, PR_MESSAGE_DELIVERY_TIME, PR_CLIENT_SUBMIT_TIME,
		PR_NORMALIZED_SUBJECT_A, PR_SENDER_NAME_A };
	guint at;

	memset(keyset, 0, sizeof(*keyset));
	if (!sort || !sort->cSorts)
		return true;
	if (sort->cSorts > 1 || sort->cCategories || scope->found ||
	    scope->folder == FOLDER_ID_OUTBOX)
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
contents_scope_init(
    struct store *store, gint64 folder, bool associated, struct contents_scope *scope)
{
	gint64 type;
	HRESULT hr;

	memset(scope, 0, sizeof(*scope));
	scope->store = store;
	scope->folder = folder;
	scope->associated = associated;
	hr = db_int(store->db, &type, "SELECT type FROM folder WHERE id = ?", "i", folder);
	scope->found = type == FOLDER_SEARCH && !associated;
	return hr;
}

HRESULT
contents_count(const struct contents_scope *scope, gint64 *count)
{
	return db_int(scope->store->db, count,
	    "SELECT CASE WHEN ? THEN hidden ELSE contents END FROM folder WHERE id = ?", "ui",
	    (ULONG)scope->associated, scope->folder);
}

/* --- One row's values ---------------------------------------------------------------- */

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
    struct store *store, sqlite3_stmt *row, gint64 *id, BYTE ids[2 * EID_SIZE], SPropValue *values)
{
	gint64 folder = sqlite3_column_int64(row, COLUMN_FOLDER);
	LONG access = MAPI_ACCESS_READ;
	ULONG count = 0;

	if (store->writable)
		access |= MAPI_ACCESS_MODIFY | MAPI_ACCESS_DELETE;
	eid_make(&store->uid, MAPI_MESSAGE, *id, ids);
	eid_make(&store->uid, MAPI_FOLDER, folder, ids + EID_SIZE);
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
	const char *subject = (const char *)sqlite3_column_text(row, COLUMN_SUBJECT);
	const char *prefix = (const char *)sqlite3_column_text(row, COLUMN_PREFIX);
	ULONG count = 0;

	values[count].ulPropTag = PR_HASATTACH;
	values[count++].Value.b = (sqlite3_column_int(row, COLUMN_FLAGS) & MSGFLAG_HASATTACH) != 0;
	if (subject) {
		size_t skip = (prefix && g_str_has_prefix(subject, prefix)) ? strlen(prefix) : 0;

		values[count].ulPropTag = PR_NORMALIZED_SUBJECT_A;
		values[count++].Value.lpszA = (char *)(size_t)subject + skip;
	}
	return count;
}

/* The columns that were asked for. */
static ULONG
row_columns(sqlite3_stmt *row, guint32 wanted, SPropValue *values)
{
	int at, column = COLUMN_FIRST;
	ULONG count = 0;

	for (at = 0; at < PROMOTED_COUNT; at++)
		if ((wanted & (1u << at)) &&
		    promoted_value(row, column++, promoted[at], &values[count]))
			count++;
	return count;
}

static bool
is_wanted(const void *context, ULONG tag)
{
	return contents_needs(context, tag);
}

/* Appends what of the blob is needed; *stored is what it points to. */
static HRESULT
row_blob(sqlite3_stmt *row, const struct contents_need *need, SPropValue **stored, GArray *values)
{
	ULONG count;
	HRESULT hr;

	*stored = NULL;
	if (!sqlite3_column_bytes(row, COLUMN_BLOB))
		return S_OK;
	hr = blob_decode_some(sqlite3_column_blob(row, COLUMN_BLOB),
	    (size_t)sqlite3_column_bytes(row, COLUMN_BLOB), is_wanted, need, stored, &count);
	if (SUCCEEDED(hr) && count)
		g_array_append_vals(values, *stored, count);
	return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
}

HRESULT
contents_longs(struct store *store, enum lob_kind kind, gint64 owner,
    const struct contents_need *need, void *root, GArray *values)
{
	struct propset set = { .longs = g_array_new(FALSE, TRUE, sizeof(struct long_value)) };
	HRESULT hr = root ? propset_load(store, &set, kind, owner) : MAPI_E_NOT_ENOUGH_MEMORY;
	SPropValue value;
	guint at;

	for (at = 0; at < set.longs->len && SUCCEEDED(hr); at++) {
		const struct long_value *one = &g_array_index(set.longs, struct long_value, at);

		if (!contents_needs(need, one->tag))
			continue;
		hr = need->judged && restriction_looks_at(need->judged, one->tag, true)
			 ? long_value_read(store, one, root, &value)
			 : long_value_cut(store, one, root, &value);
		if (SUCCEEDED(hr))
			g_array_append_val(values, value);
	}
	g_array_unref(set.longs);
	return hr;
}

/* With the properties of the blob and the long values behind the others. */
static HRESULT
row_call_with_blob(const struct contents_scope *scope, const struct contents_walk *walk,
    sqlite3_stmt *row, struct contents_row *out)
{
	GArray *values = g_array_sized_new(FALSE, FALSE, sizeof(SPropValue), out->count + 4);
	SPropValue *stored;
	void *root = NULL;
	HRESULT hr;

	g_array_append_vals(values, out->values, out->count);
	hr = row_blob(row, &walk->need, &stored, values);
	if (SUCCEEDED(hr) && sqlite3_column_int(row, COLUMN_LONG)) {
		root = mem_zalloc(NULL, 1);
		hr = contents_longs(scope->store, LOB_MESSAGE, out->id, &walk->need, root, values);
	}
	if (SUCCEEDED(hr)) {
		out->values = (SPropValue *)(void *)values->data;
		out->count = values->len;
		hr = walk->fn(walk->context, out);
	}
	g_array_unref(values);
	mem_free(stored);
	mem_free(root);
	return hr;
}

static HRESULT
row_call(const struct contents_scope *scope, sqlite3_stmt *row, const struct contents_walk *walk)
{
	SPropValue values[COMPUTED_MAX + PROMOTED_COUNT];
	struct contents_row out = { .id = sqlite3_column_int64(row, COLUMN_ID), .values = values };
	BYTE ids[2 * EID_SIZE];

	if (walk->need.computed) {
		out.count = row_computed(scope->store, row, &out.id, ids, values);
		out.count += row_derived(row, values + out.count);
	}
	out.count += row_columns(row, walk->need.columns, values + out.count);
	if (walk->need.blob)
		return row_call_with_blob(scope, walk, row, &out);
	return walk->fn(walk->context, &out);
}

/* --- Walking ------------------------------------------------------------------------- */

static bool
order_is_text(enum contents_order order)
{
	return order == ORDER_SUBJECT || order == ORDER_SENDER;
}

/* Parameters 3 and 4: where the walk goes on. */
static void
cursor_bind(const struct contents_keyset *keyset, sqlite3_stmt *statement)
{
	static const BYTE beyond[] = { 0xff };
	const struct contents_cursor *cursor = &keyset->cursor;
	gint64 outside = keyset->descending ? G_MAXINT64 : G_MININT64;

	if (cursor->begun && order_is_text(keyset->order))
		sqlite3_bind_blob(statement, 3, cursor->bytes, (int)cursor->size, SQLITE_STATIC);
	else if (order_is_text(keyset->order))
		sqlite3_bind_blob(statement, 3, beyond, keyset->descending ? 1 : 0, SQLITE_STATIC);
	else
		sqlite3_bind_int64(statement, 3, cursor->begun ? cursor->number : outside);
	sqlite3_bind_int64(statement, 4, cursor->begun ? cursor->id : outside);
}

static void
cursor_move(struct contents_keyset *keyset, sqlite3_stmt *row)
{
	struct contents_cursor *cursor = &keyset->cursor;

	cursor->begun = true;
	cursor->id = sqlite3_column_int64(row, COLUMN_ID);
	if (order_is_text(keyset->order)) {
		cursor->size =
		    MIN((ULONG)sqlite3_column_bytes(row, COLUMN_KEY), sizeof(cursor->bytes));
		if (cursor->size)
			memcpy(cursor->bytes, sqlite3_column_blob(row, COLUMN_KEY), cursor->size);
	} else {
		cursor->number =
		    keyset->order == ORDER_ID ? cursor->id : sqlite3_column_int64(row, COLUMN_KEY);
	}
}

/* One statement from the cursor as it is; *limit (-1: none) goes down with the rows. */
static HRESULT
walk_some(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk, const struct contents_filter *filter, bool same, LONG *limit)
{
	const char *sql = sql_walk(scope, keyset, &walk->need, filter, same);
	struct contents_keyset start = *keyset;
	struct db *db = scope->store->db;
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	hr = db_query(db, &row, sql, "");
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(row, 1, scope->folder);
	sqlite3_bind_int(row, 2, scope->associated);
	cursor_bind(&start, row);
	sqlite3_bind_int(row, 5, *limit);
	for (at = 0; at < filter->count; at++)
		sqlite3_bind_int64(row, (int)(6 + at), filter->values[at]);
	while ((hr = db_next(db, row)) == S_OK) {
		HRESULT called = row_call(scope, row, walk);

		if (SUCCEEDED(called))
			cursor_move(keyset, row);
		if (called != S_OK) {
			db_done(row);
			return called;
		}
		if (*limit > 0)
			--*limit;
	}
	return FAILED(hr) ? hr : S_OK;
}

/* More rows are passed on a way than will be read again. */
#define FAR_ROWS 50000

static bool
is_far(const struct contents_scope *scope, const struct contents_walk *walk)
{
	gint64 total = 0;

	return walk->limit < 0 && SUCCEEDED(contents_count(scope, &total)) && total > FAR_ROWS;
}

HRESULT
contents_walk(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk)
{
	struct contents_filter filter;
	bool long_way = is_far(scope, walk);
	LONG limit = walk->limit;
	HRESULT hr = S_OK;

	if (long_way)
		db_pass_begin(scope->store->db);
	contents_filter_make(walk->like, &filter);
	if (keyset->cursor.begun && keyset->order != ORDER_ID)
		hr = walk_some(scope, keyset, walk, &filter, true, &limit);
	if (hr == S_OK && limit)
		hr = walk_some(scope, keyset, walk, &filter, false, &limit);
	contents_filter_clear(&filter);
	if (long_way)
		db_pass_end(scope->store->db);
	return hr;
}

/* --- Jumping ------------------------------------------------------------------------- */

/* SELECT id and key … ORDER BY: the index alone answers it. */
static GString *
sql_keys(const struct contents_scope *scope, const struct contents_keyset *keyset, const char *what)
{
	const char *key = scope->found ? "found.message" : orders[keyset->order].key;
	GString *sql = g_string_new(NULL);

	g_string_append_printf(sql, "SELECT %s, %s FROM %s", what, key,
	    scope->found ? "found JOIN message ON message.id = found.message WHERE found.folder = "
			   "?1 AND ?2 = 0"
			 : "message WHERE folder = ?1 AND associated = ?2");
	g_string_append(sql, orders[keyset->order].where);
	return sql;
}

static HRESULT
query_keys(const struct contents_scope *scope, GString *sql, sqlite3_stmt **row)
{
	HRESULT hr = db_query(scope->store->db, row, sql_intern(sql), "");

	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(*row, 1, scope->folder);
	sqlite3_bind_int(*row, 2, scope->associated);
	return S_OK;
}

/* From whichever end is nearer. */
HRESULT
contents_place(
    const struct contents_scope *scope, struct contents_keyset *keyset, gint64 rows, gint64 total)
{
	bool from_end = rows > total / 2, down = keyset->descending != from_end;
	const char *key = scope->found ? "found.message" : orders[keyset->order].key;
	gint64 passed = from_end ? MAX(total - rows, 0) : rows - 1;
	GString *sql = sql_keys(scope, keyset, "id");
	struct db *db = scope->store->db;
	sqlite3_stmt *row;
	HRESULT hr;

	g_string_append_printf(sql, " ORDER BY %s%s, id%s LIMIT 1 OFFSET ?3", key,
	    down ? " DESC" : "", down ? " DESC" : "");
	hr = query_keys(scope, sql, &row);
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(row, 3, passed);
	if (passed > FAR_ROWS)
		db_pass_begin(db);
	hr = db_next(db, row);
	if (hr == S_OK) {
		cursor_move(keyset, row);
		db_done(row);
	}
	if (passed > FAR_ROWS)
		db_pass_end(db);
	return hr;
}

HRESULT
contents_cursor_at(const struct contents_scope *scope, struct contents_keyset *keyset, gint64 id)
{
	GString *sql = sql_keys(scope, keyset, "id");
	sqlite3_stmt *row;
	HRESULT hr;

	g_string_append(sql, " AND id = ?3");
	hr = query_keys(scope, sql, &row);
	if (FAILED(hr))
		return hr;
	sqlite3_bind_int64(row, 3, id);
	hr = db_next(scope->store->db, row);
	if (hr == S_OK) {
		cursor_move(keyset, row);
		db_done(row);
	}
	return hr;
}

/* Rows that come before the cursor's in the order: those of other keys, or of its own. */
static HRESULT
count_before(const struct contents_scope *scope, const struct contents_keyset *keyset, bool same,
    gint64 *count)
{
	const char *key = scope->found ? "found.message" : orders[keyset->order].key;
	const char *sign = keyset->descending ? ">" : "<";
	GString *sql = sql_keys(scope, keyset, "count(*)");
	sqlite3_stmt *row;
	HRESULT hr;

	if (same)
		g_string_append_printf(sql, " AND %s = ?3 AND id %s ?4", key, sign);
	else
		g_string_append_printf(sql, " AND %s %s ?3 AND ?4 = ?4", key, sign);
	hr = query_keys(scope, sql, &row);
	if (FAILED(hr))
		return hr;
	cursor_bind(keyset, row);
	hr = db_next(scope->store->db, row);
	if (hr == S_OK) {
		*count = sqlite3_column_int64(row, 0);
		db_done(row);
	}
	return hr;
}

HRESULT
contents_rank(const struct contents_scope *scope, const struct contents_keyset *keyset, gint64 id,
    gint64 *rank)
{
	struct contents_keyset place = *keyset;
	gint64 smaller = 0, same = 0;
	HRESULT hr = contents_cursor_at(scope, &place, id);

	if (hr != S_OK)
		return hr;
	hr = count_before(scope, &place, false, &smaller);
	if (SUCCEEDED(hr) && place.order != ORDER_ID)
		hr = count_before(scope, &place, true, &same);
	if (SUCCEEDED(hr))
		*rank = smaller + same;
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
contents_fetch(const struct contents_scope *scope, gint64 id, const struct contents_walk *walk)
{
	struct db *db = scope->store->db;
	GString *sql = g_string_new(NULL);
	sqlite3_stmt *row;
	HRESULT hr;

	sql_columns(sql, scope, "0", &walk->need, "");
	g_string_append(sql, scope->found ? " AND found.message = ?3" : " AND id = ?3");
	hr =
	    db_query(db, &row, sql_intern(sql), "iui", scope->folder, (ULONG)scope->associated, id);
	if (FAILED(hr))
		return hr;
	hr = db_next(db, row);
	if (hr != S_OK)
		return hr;
	hr = row_call(scope, row, walk);
	db_done(row);
	return hr;
}
