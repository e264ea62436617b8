/* SPDX-License-Identifier: MIT */
/* Hierarchy tables: the subfolders of a folder, or with CONVENIENT_DEPTH all that lie below. */
#include "folder.h"

#include <mapicode.h>
#include <mapitags.h>
#include "table.h"

#define COLUMNS(suffix)                                                                            \
	{                                                                                          \
		PR_ENTRYID, PR_DISPLAY_NAME##suffix, PR_COMMENT##suffix, PR_DEPTH,                 \
		    PR_DISPLAY_TYPE, PR_INSTANCE_KEY, PR_OBJECT_TYPE, PR_STATUS, PR_FOLDER_TYPE,   \
		    PR_SUBFOLDERS, PR_CONTENT_COUNT, PR_CONTENT_UNREAD,                            \
		    PR_CONTAINER_CLASS##suffix, PR_PARENT_ENTRYID, PR_RECORD_KEY, PR_ACCESS        \
	}
static const SizedSPropTagArray(16, columns_a) = { 16, COLUMNS(_A) };
static const SizedSPropTagArray(16, columns_w) = { 16, COLUMNS(_W) };

/* How deep a tree is followed: a damaged file may hold a circle. */
#define DEPTH_MAX 200

static HRESULT
children_of(struct store *store, gint64 folder, GArray **out)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row,
	    "SELECT id FROM folder WHERE parent = ? AND id <> 1 ORDER BY name_key", "i", folder);
	while (SUCCEEDED(hr) && (hr = db_next(store->db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		g_array_append_val(ids, id);
	}
	if (FAILED(hr)) {
		g_array_unref(ids);
		return hr;
	}
	*out = ids;
	return S_OK;
}

static HRESULT
hierarchy_add(struct store *store, gint64 id, LONG depth, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = folder_read(store, id, store->writable, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DEPTH, depth);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return (hr == MAPI_E_NOT_FOUND) ? S_OK : hr; /* gone meanwhile */
}

static HRESULT
hierarchy_walk(struct store *store, gint64 folder, LONG depth, bool deep, struct table_rows *rows)
{
	GArray *ids;
	HRESULT hr;
	guint at;

	if (depth > DEPTH_MAX)
		return MAPI_E_CORRUPT_STORE;
	hr = children_of(store, folder, &ids);
	if (FAILED(hr))
		return hr;
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 id = g_array_index(ids, gint64, at);

		hr = hierarchy_add(store, id, depth, rows);
		if (SUCCEEDED(hr) && deep)
			hr = hierarchy_walk(store, id, depth + 1, true, rows);
	}
	g_array_unref(ids);
	return hr;
}

HRESULT
hierarchy_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows = table_rows_create();
	HRESULT hr;

	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = hierarchy_walk(store, folder, 0, (flags & CONVENIENT_DEPTH) != 0, rows);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows,
	    (flags & MAPI_UNICODE) ? (const SPropTagArray *)(const void *)&columns_w
				   : (const SPropTagArray *)(const void *)&columns_a,
	    flags, out);
}
