/* SPDX-License-Identifier: MIT */
/* The order of contents tables: see saved_sort.h.  In the row it is cCategories(u32),
 * cExpanded(u32) and for each column tag(u32), order(u32), little endian. */
#include "saved_sort.h"

#include <string.h>
#include <mapicode.h>
#include "mem.h"

#define COLUMNS_MAX 32

static void
put(GByteArray *out, ULONG number)
{
	guint32 little = GUINT32_TO_LE(number);

	g_byte_array_append(out, (const BYTE *)&little, sizeof(little));
}

static ULONG
take(const BYTE *data, size_t at)
{
	guint32 little;

	memcpy(&little, data + at * sizeof(little), sizeof(little));
	return GUINT32_FROM_LE(little);
}

static HRESULT
check(const SSortOrderSet *sort)
{
	if (sort->cCategories > sort->cSorts || sort->cExpanded > sort->cCategories)
		return MAPI_E_INVALID_PARAMETER;
	return sort->cSorts > COLUMNS_MAX ? MAPI_E_TOO_COMPLEX : S_OK;
}

HRESULT
saved_sort_set(struct folder *folder, const SSortOrderSet *sort, bool deep)
{
	struct db *db = folder->store->db;
	GByteArray *bytes;
	HRESULT hr = sort ? check(sort) : S_OK;
	ULONG at;

	if (SUCCEEDED(hr))
		hr = db_begin(db);
	if (FAILED(hr))
		return hr;
	bytes = g_byte_array_new();
	if (sort && sort->cSorts) {
		put(bytes, sort->cCategories);
		put(bytes, sort->cExpanded);
		for (at = 0; at < sort->cSorts; at++) {
			put(bytes, sort->aSort[at].ulPropTag);
			put(bytes, sort->aSort[at].ulOrder);
		}
	}
	hr = db_exec(db,
	    "WITH RECURSIVE tree(id) AS (VALUES(?1) UNION SELECT folder.id FROM folder"
	    " JOIN tree ON folder.parent = tree.id WHERE folder.id <> 1 AND ?3)"
	    " UPDATE folder SET sort = ?2 WHERE id IN tree",
	    "ibu", folder->id, bytes->len ? bytes->data : NULL, (size_t)bytes->len, (ULONG)deep);
	g_byte_array_unref(bytes);
	return db_end(db, hr, DB_DURABLE);
}

static HRESULT
decode(const BYTE *data, size_t size, SSortOrderSet **out)
{
	size_t numbers = size / sizeof(guint32), count = numbers > 2 ? (numbers - 2) / 2 : 0, at;
	SSortOrderSet *sort;

	*out = NULL;
	if (!count)
		return S_OK;
	sort = mem_zalloc(NULL, CbNewSSortOrderSet(count));
	if (!sort)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	sort->cSorts = (ULONG)count;
	sort->cCategories = MIN(take(data, 0), sort->cSorts);
	sort->cExpanded = MIN(take(data, 1), sort->cCategories);
	for (at = 0; at < count; at++) {
		sort->aSort[at].ulPropTag = take(data, 2 + 2 * at);
		sort->aSort[at].ulOrder = take(data, 3 + 2 * at);
	}
	*out = sort;
	return S_OK;
}

HRESULT
saved_sort_apply(struct folder *folder, IMAPITable *table)
{
	SSortOrderSet *sort = NULL;
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(folder->store->db, &row,
	    "SELECT sort FROM folder WHERE id = ? AND sort IS NOT NULL", "i", folder->id);
	if (SUCCEEDED(hr))
		hr = db_next(folder->store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : S_OK;
	hr = decode(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), &sort);
	db_done(row);
	if (SUCCEEDED(hr) && sort)
		hr = table->lpVtbl->SortTable(table, sort, 0);
	mem_free(sort);
	/* An order that the table cannot give is no reason to have none. */
	return (hr == MAPI_E_NO_SUPPORT || hr == MAPI_E_TOO_COMPLEX) ? S_OK : hr;
}
