/* SPDX-License-Identifier: MIT */
/* Receive folders: see receive.h. */
#include "receive.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "folder.h"
#include "folders.h"
#include "mem.h"
#include "table.h"
#include "text.h"

/* The class in lower case, g_free(). */
static HRESULT
class_key(LPCTSTR class, ULONG flags, char **out)
{
	void *root = mem_zalloc(NULL, 1);
	char *text = NULL;
	HRESULT hr;

	*out = NULL;
	if (!root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = text_from_arg(root, class, flags, &text);
	if (SUCCEEDED(hr))
		*out = g_ascii_strdown(text ? text : "", -1);
	mem_free(root);
	return hr;
}

static HRESULT
class_out(const char *class, ULONG flags, LPTSTR *out)
{
	if (!out)
		return S_OK;
	*out = (flags & MAPI_UNICODE) ? (LPTSTR)text_to_utf16(NULL, class)
				      : (LPTSTR)mem_strdup(NULL, class);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
receive_get(struct store *store, LPCTSTR class, ULONG flags, gint64 *folder, LPTSTR *explicit_class)
{
	char *key, *dot;
	HRESULT hr;

	if (explicit_class)
		*explicit_class = NULL;
	hr = class_key(class, flags, &key);
	if (FAILED(hr))
		return hr;
	for (;;) {
		hr = db_int(
		    store->db, folder, "SELECT folder FROM receive WHERE class = ?", "t", key);
		if (hr != MAPI_E_NOT_FOUND || !*key)
			break;
		dot = strrchr(key, '.');
		*(dot ? dot : key) = '\0';
	}
	if (hr == MAPI_E_NOT_FOUND) {
		*folder = FOLDER_ID_INBOX; /* there always is a default */
		hr = S_OK;
	}
	if (SUCCEEDED(hr))
		hr = class_out(key, flags, explicit_class);
	g_free(key);
	return hr;
}

HRESULT
receive_set(struct store *store, LPCTSTR class, ULONG flags, gint64 folder)
{
	char *key;
	HRESULT hr;

	hr = class_key(class, flags, &key);
	if (FAILED(hr))
		return hr;
	if (!folder && !*key)
		folder = FOLDER_ID_INBOX;
	hr = db_begin(store->db);
	if (SUCCEEDED(hr)) {
		if (folder)
			hr = folder_exists(store, folder);
		if (SUCCEEDED(hr) && folder)
			hr = db_exec(store->db,
			    "INSERT OR REPLACE INTO receive(class, folder) VALUES(?, ?)", "ti", key,
			    folder);
		else if (SUCCEEDED(hr))
			hr = db_exec(store->db, "DELETE FROM receive WHERE class = ?", "t", key);
		hr = db_end(store->db, hr, DB_DURABLE);
	}
	g_free(key);
	return hr;
}

static HRESULT
receive_add_row(struct store *store, sqlite3_stmt *row, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	gint64 folder = sqlite3_column_int64(row, 1);
	const char *class = (const char *)sqlite3_column_text(row, 0);
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_eid(bag, PR_ENTRYID, &store->uid, MAPI_FOLDER, folder);
	if (SUCCEEDED(hr))
		hr = bag_set_eid(bag, PR_RECORD_KEY, &store->uid, MAPI_FOLDER, folder);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_MESSAGE_CLASS_A, class ? class : "");
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

HRESULT
receive_table(struct store *store, ULONG flags, IMAPITable **out)
{
	SizedSPropTagArray(3, columns) = { 3,
		{ PR_ENTRYID, PR_RECORD_KEY,
		    (flags & MAPI_UNICODE) ? PR_MESSAGE_CLASS_W : PR_MESSAGE_CLASS_A } };
	struct table_rows *rows = table_rows_create();
	sqlite3_stmt *row;
	HRESULT hr;

	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_query(store->db, &row, "SELECT class, folder FROM receive ORDER BY class", "");
	while (SUCCEEDED(hr) && (hr = db_next(store->db, row)) == S_OK) {
		hr = receive_add_row(store, row, rows);
		if (FAILED(hr))
			db_done(row);
	}
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (const SPropTagArray *)(const void *)&columns, flags, out);
}
