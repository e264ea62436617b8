/* SPDX-License-Identifier: MIT */
/* Properties of the store object: see store_props.h. */
#include "store_props.h"

#include <mapicode.h>
#include <mapitags.h>
#include "folders.h"
#include "mem.h"

static const struct {
	ULONG tag;
	gint64 folder;
} folders[] = {
	{ PR_IPM_SUBTREE_ENTRYID, FOLDER_ID_IPM },
	{ PR_IPM_OUTBOX_ENTRYID, FOLDER_ID_OUTBOX },
	{ PR_IPM_SENTMAIL_ENTRYID, FOLDER_ID_SENT },
	{ PR_IPM_WASTEBASKET_ENTRYID, FOLDER_ID_DELETED },
	{ PR_IPM_DRAFTS_ENTRYID, FOLDER_ID_DRAFTS },
	{ PR_FINDER_ENTRYID, FOLDER_ID_FINDER },
	{ PR_VIEWS_ENTRYID, FOLDER_ID_VIEWS },
	{ PR_COMMON_VIEWS_ENTRYID, FOLDER_ID_COMMON_VIEWS },
};

#define FOLDER_MASK                                                                                \
	(FOLDER_IPM_SUBTREE_VALID | FOLDER_IPM_INBOX_VALID | FOLDER_IPM_OUTBOX_VALID |             \
	    FOLDER_IPM_WASTEBASKET_VALID | FOLDER_IPM_SENTMAIL_VALID | FOLDER_VIEWS_VALID |        \
	    FOLDER_COMMON_VIEWS_VALID | FOLDER_FINDER_VALID)

static const ULONG store_readonly[] = { PR_ENTRYID, PR_RECORD_KEY, PR_SEARCH_KEY, PR_STORE_ENTRYID,
	PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, PR_MDB_PROVIDER, PR_VALID_FOLDER_MASK, PR_MESSAGE_SIZE, PR_RESOURCE_TYPE,
	PR_STORE_STATE, PR_IPM_SUBTREE_ENTRYID, PR_IPM_OUTBOX_ENTRYID, PR_IPM_SENTMAIL_ENTRYID,
	PR_IPM_WASTEBASKET_ENTRYID, PR_IPM_DRAFTS_ENTRYID, PR_FINDER_ENTRYID, PR_VIEWS_ENTRYID,
	PR_COMMON_VIEWS_ENTRYID, 0 };

static HRESULT
store_read_stored(struct store *store, struct bag *bag)
{
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row, "SELECT value FROM meta WHERE key = 'props'", "");
	if (FAILED(hr))
		return hr;
	hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : S_OK;
	hr = bag_from_blob(bag, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
	db_done(row);
	return hr;
}

static HRESULT
store_read_folders(struct store *store, struct bag *bag)
{
	HRESULT hr = S_OK;
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(folders) && SUCCEEDED(hr); at++)
		hr =
		    bag_set_eid(bag, folders[at].tag, &store->uid, MAPI_FOLDER, folders[at].folder);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_VALID_FOLDER_MASK, FOLDER_MASK);
	return hr;
}

static HRESULT
store_read_state(struct store *store, struct bag *bag)
{
	LONG access = MAPI_ACCESS_READ | (store->writable ? MAPI_ACCESS_MODIFY : 0);
	gint64 pages = 0, page_size = 0;
	HRESULT hr;

	hr = db_int(store->db, &pages, "PRAGMA page_count", "");
	if (SUCCEEDED(hr))
		hr = db_int(store->db, &page_size, "PRAGMA page_size", "");
	if (SUCCEEDED(hr))
		hr = bag_set_long(
		    bag, PR_MESSAGE_SIZE, (LONG)MIN(pages * page_size, (gint64)G_MAXINT32));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS, access);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, store->writable ? MAPI_MODIFY : 0);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_TYPE, MAPI_STORE_PROVIDER);
	return hr;
}

static HRESULT
store_read_identity(struct store *store, struct bag *bag)
{
	struct store_identity identity = { MAPI_STORE, 0, 0 };
	const SPropValue *id;
	HRESULT hr;

	hr = store_identify(store, &identity, bag);
	if (FAILED(hr))
		return hr;
	id = bag_get(bag, PR_STORE_ENTRYID);
	hr = bag_set_binary(bag, PR_ENTRYID, id->Value.bin.lpb, id->Value.bin.cb);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_RECORD_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_SEARCH_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = bag_set_binary(
		    bag, PR_MDB_PROVIDER, &store_provider_uid, sizeof(store_provider_uid));
	if (SUCCEEDED(hr) && !bag_get(bag, PR_DISPLAY_NAME_A))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_A, store->name);
	return hr;
}

HRESULT
store_read(struct store *store, struct bag *bag)
{
	HRESULT hr;

	hr = store_read_stored(store, bag);
	if (SUCCEEDED(hr))
		hr = store_read_identity(store, bag);
	if (SUCCEEDED(hr))
		hr = store_read_folders(store, bag);
	if (SUCCEEDED(hr))
		hr = store_read_state(store, bag);
	return hr;
}

static HRESULT
store_write_blob(struct store *store, const struct bag *bag)
{
	GByteArray *blob = g_byte_array_new();
	HRESULT hr;

	hr = bag_to_blob(bag, NULL, blob);
	if (SUCCEEDED(hr))
		hr =
		    db_exec(store->db, "INSERT OR REPLACE INTO meta(key, value) VALUES('props', ?)",
			"b", blob->data, (size_t)blob->len);
	g_byte_array_unref(blob);
	return hr;
}

HRESULT
store_write(struct store *store, ULONG count, const SPropValue *values, const SPropTagArray *tags,
    SPropProblemArray **problems)
{
	struct bag *bag = bag_create();
	HRESULT hr, changed = S_OK;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_begin(store->db);
	if (SUCCEEDED(hr)) {
		hr = store_read_stored(store, bag);
		if (SUCCEEDED(hr))
			hr = changed =
			    values ? bag_set_props(bag, count, values, store_readonly, problems)
				   : bag_delete_props(bag, tags, store_readonly, problems);
		if (SUCCEEDED(hr))
			hr = store_write_blob(store, bag);
		hr = db_end(store->db, hr, DB_DURABLE);
	}
	bag_free(bag);
	return FAILED(hr) ? hr : changed;
}
