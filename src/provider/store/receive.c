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

/* [MS-OXCSTOR] 2.2.1.2.1.1. */
#define CLASS_MAX 255

static HRESULT
class_check(const char *class)
{
	size_t length = strlen(class), at;

	if (length > CLASS_MAX || class[0] == '.' || (length && class[length - 1] == '.') ||
	    strstr(class, ".."))
		return MAPI_E_INVALID_PARAMETER;
	for (at = 0; at < length; at++)
		if (class[at] < ' ' || class[at] > '~')
			return MAPI_E_INVALID_PARAMETER;
	return S_OK;
}

/* The class as it was given and in lower case, which classes are compared by; g_free() both. */
struct class
{
	char *name, *key;
};

static HRESULT
class_read(LPCTSTR class, ULONG flags, struct class *out)
{
	void *root = mem_zalloc(NULL, 1);
	char *text = NULL;
	HRESULT hr;

	out->name = out->key = NULL;
	if (!root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = text_from_arg(root, class, flags, &text);
	if (SUCCEEDED(hr) && text)
		hr = class_check(text);
	if (SUCCEEDED(hr)) {
		out->name = g_strdup(text ? text : "");
		out->key = g_ascii_strdown(out->name, -1);
	}
	mem_free(root);
	return hr;
}

static void
class_clear(struct class *class)
{
	g_free(class->name);
	g_free(class->key);
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

/* The row of exactly this class; MAPI_E_NOT_FOUND. */
static HRESULT
receive_find(struct store *store, const char *key, gint64 *folder, char **name)
{
	sqlite3_stmt *row;
	const char *set;
	HRESULT hr;

	hr =
	    db_query(store->db, &row, "SELECT folder, name FROM receive WHERE class = ?", "t", key);
	if (SUCCEEDED(hr))
		hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	*folder = sqlite3_column_int64(row, 0);
	set = (const char *)sqlite3_column_text(row, 1);
	*name = g_strdup(set && *set ? set : key);
	db_done(row);
	return S_OK;
}

HRESULT
receive_get(struct store *store, LPCTSTR class, ULONG flags, gint64 *folder, LPTSTR *explicit_class)
{
	char *dot, *name = NULL;
	struct class asked;
	HRESULT hr;

	if (explicit_class)
		*explicit_class = NULL;
	hr = class_read(class, flags, &asked);
	if (FAILED(hr))
		return hr;
	for (;;) {
		hr = receive_find(store, asked.key, folder, &name);
		if (hr != MAPI_E_NOT_FOUND || !*asked.key)
			break;
		dot = strrchr(asked.key, '.');
		*(dot ? dot : asked.key) = '\0';
	}
	if (hr == MAPI_E_NOT_FOUND) {
		*folder = FOLDER_ID_INBOX; /* there always is a default */
		hr = S_OK;
	}
	if (SUCCEEDED(hr))
		hr = class_out(name ? name : "", flags, explicit_class);
	g_free(name);
	class_clear(&asked);
	return hr;
}

/* Nothing comes into a search folder. */
static HRESULT
receive_may_go_to(struct store *store, gint64 folder)
{
	gint64 type;
	HRESULT hr = db_int(store->db, &type, "SELECT type FROM folder WHERE id = ?", "i", folder);

	return FAILED(hr) ? hr : type == FOLDER_SEARCH ? MAPI_E_NO_SUPPORT : S_OK;
}

static HRESULT
receive_write(struct store *store, const struct class *class, gint64 folder)
{
	HRESULT hr;

	if (!folder)
		return db_exec(store->db, "DELETE FROM receive WHERE class = ?", "t", class->key);
	hr = receive_may_go_to(store, folder);
	if (FAILED(hr))
		return hr;
	return db_exec(store->db,
	    "INSERT OR REPLACE INTO receive(class, folder, name) VALUES(?, ?, ?)", "tit",
	    class->key, folder, class->name);
}

HRESULT
receive_set(struct store *store, LPCTSTR class, ULONG flags, gint64 folder)
{
	struct class set;
	HRESULT hr;

	hr = class_read(class, flags, &set);
	if (FAILED(hr))
		return hr;
	if (!folder && !*set.key)
		folder = FOLDER_ID_INBOX;
	hr = db_begin(store->db);
	if (SUCCEEDED(hr))
		hr = db_end(store->db, receive_write(store, &set, folder), DB_DURABLE);
	class_clear(&set);
	return hr;
}

static HRESULT
receive_add_row(struct store *store, sqlite3_stmt *row, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	gint64 folder = sqlite3_column_int64(row, 1);
	const char *class = (const char *)sqlite3_column_text(row, 0);
	const char *name = (const char *)sqlite3_column_text(row, 2);
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_eid(bag, PR_ENTRYID, &store->uid, MAPI_FOLDER, folder);
	if (SUCCEEDED(hr))
		hr = bag_set_eid(bag, PR_RECORD_KEY, &store->uid, MAPI_FOLDER, folder);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_MESSAGE_CLASS_A,
		    name && *name ? name
		    : class       ? class
				  : "");
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
	hr =
	    db_query(store->db, &row, "SELECT class, folder, name FROM receive ORDER BY class", "");
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
