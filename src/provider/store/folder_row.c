/* SPDX-License-Identifier: MIT */
/* Folders in the store: reading, changing, making and removing rows. */
#include "folder.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "filetime.h"
#include "folders.h"
#include "mem.h"
#include "prop.h"
#include "receipts.h"
#include "search.h"

/* Not settable; and the name, which is settable, is a column too. */
#define FOLDER_COMPUTED                                                                            \
	PR_ENTRYID, PR_RECORD_KEY, PR_PARENT_ENTRYID, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY,       \
	    PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, PR_ACCESS,                \
	    PR_ACCESS_LEVEL, PR_FOLDER_TYPE, PR_CONTENT_COUNT, PR_CONTENT_UNREAD,                  \
	    PR_ASSOC_CONTENT_COUNT, PR_SUBFOLDERS, PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME,    \
	    PR_STATUS, PR_DISPLAY_TYPE, PR_CONTAINER_HIERARCHY, PR_CONTAINER_CONTENTS,             \
	    PR_FOLDER_ASSOCIATED_CONTENTS

static const ULONG folder_readonly[] = { FOLDER_COMPUTED, 0 };
/* Every folder keeps its name: without one nobody finds it again. */
static const ULONG folder_kept[] = { FOLDER_COMPUTED, PR_DISPLAY_NAME_A, 0 };
static const ULONG blob_skip[] = { PR_DISPLAY_NAME_A, 0 };

static HRESULT
folder_counts(sqlite3_stmt *row, struct bag *bag)
{
	HRESULT hr;

	hr = bag_set_long(bag, PR_CONTENT_COUNT, sqlite3_column_int(row, 3));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_CONTENT_UNREAD, sqlite3_column_int(row, 4));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ASSOC_CONTENT_COUNT, sqlite3_column_int(row, 5));
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_SUBFOLDERS, sqlite3_column_int(row, 9) != 0);
	if (SUCCEEDED(hr))
		hr = bag_set_time(bag, PR_CREATION_TIME, sqlite3_column_int64(row, 6));
	if (SUCCEEDED(hr))
		hr = bag_set_time(bag, PR_LAST_MODIFICATION_TIME, sqlite3_column_int64(row, 7));
	return hr;
}

static HRESULT
folder_from_row(sqlite3_stmt *row, struct bag *bag)
{
	HRESULT hr;

	hr = bag_from_blob(bag, sqlite3_column_blob(row, 8), (size_t)sqlite3_column_bytes(row, 8));
	if (SUCCEEDED(hr))
		hr =
		    bag_set_text(bag, PR_DISPLAY_NAME_A, (const char *)sqlite3_column_text(row, 2));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_FOLDER_TYPE, sqlite3_column_int(row, 1));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_STATUS, 0);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, DT_FOLDER);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_COMMENT_A))
		hr = bag_set_text(bag, PR_COMMENT_A, "");
	return SUCCEEDED(hr) ? folder_counts(row, bag) : hr;
}

/* Inbox and root name the other folders too, as Outlook's stores do. */
static HRESULT
folder_special(struct store *store, gint64 id, struct bag *bag)
{
	HRESULT hr = S_OK;

	if (id == FOLDER_ID_ROOT || id == FOLDER_ID_INBOX)
		hr = bag_set_eid(
		    bag, PR_IPM_DRAFTS_ENTRYID, &store->uid, MAPI_FOLDER, FOLDER_ID_DRAFTS);
	if (SUCCEEDED(hr) && id >= FOLDER_ID_INBOX && id <= FOLDER_ID_DRAFTS &&
	    !bag_get(bag, PR_CONTAINER_CLASS_A))
		hr = bag_set_text(bag, PR_CONTAINER_CLASS_A, "IPF.Note");
	return hr;
}

static HRESULT
folder_access(struct bag *bag, bool writable)
{
	LONG access = MAPI_ACCESS_READ;
	HRESULT hr;

	if (writable)
		access |= MAPI_ACCESS_MODIFY | MAPI_ACCESS_DELETE | MAPI_ACCESS_CREATE_ASSOCIATED;
	if (writable && bag_get_long(bag, PR_FOLDER_TYPE, FOLDER_GENERIC) != FOLDER_SEARCH)
		access |= MAPI_ACCESS_CREATE_HIERARCHY | MAPI_ACCESS_CREATE_CONTENTS;
	hr = bag_set_long(bag, PR_ACCESS, access);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, writable ? MAPI_MODIFY : 0);
	return hr;
}

HRESULT
folder_read(struct store *store, gint64 id, bool writable, struct bag *bag)
{
	struct store_identity identity = { MAPI_FOLDER, id, 0 };
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row,
	    "SELECT parent, type, name, contents, unread, hidden, created, modified, props,"
	    " EXISTS(SELECT 1 FROM folder AS child WHERE child.parent = folder.id)"
	    " FROM folder WHERE id = ?",
	    "i", id);
	if (FAILED(hr))
		return hr;
	hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	/* The root is its own parent, as in other stores. */
	identity.parent = (id == FOLDER_ID_ROOT) ? id : sqlite3_column_int64(row, 0);
	hr = folder_from_row(row, bag);
	db_done(row);
	if (SUCCEEDED(hr))
		hr = store_identify(store, &identity, bag);
	if (SUCCEEDED(hr))
		hr = folder_special(store, id, bag);
	if (SUCCEEDED(hr))
		hr = folder_access(bag, writable);
	return hr;
}

HRESULT
folder_exists(struct store *store, gint64 id)
{
	gint64 known;

	return db_int(store->db, &known, "SELECT id FROM folder WHERE id = ?", "i", id);
}

/* What the blob holds, and the name. */
static HRESULT
folder_read_stored(struct store *store, gint64 id, struct bag *bag)
{
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row, "SELECT name, props FROM folder WHERE id = ?", "i", id);
	if (FAILED(hr))
		return hr;
	hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_OBJECT_DELETED;
	hr = bag_from_blob(bag, sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1));
	if (SUCCEEDED(hr))
		hr =
		    bag_set_text(bag, PR_DISPLAY_NAME_A, (const char *)sqlite3_column_text(row, 0));
	db_done(row);
	return hr;
}

char *
folder_name_key(const char *name)
{
	char *valid = g_utf8_make_valid(name, -1), *key = g_utf8_casefold(valid, -1);

	g_free(valid);
	return key;
}

static HRESULT
folder_update(struct store *store, gint64 id, struct bag *bag)
{
	GByteArray *blob = g_byte_array_new();
	char *name = NULL, *key;
	HRESULT hr;

	hr = bag_copy_text(bag, PR_DISPLAY_NAME_A, &name);
	key = folder_name_key(name ? name : "");
	if (SUCCEEDED(hr))
		hr = bag_to_blob(bag, blob_skip, blob);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "UPDATE folder SET name = ?, name_key = ?, props = ?, modified = ? WHERE id = "
		    "?",
		    "ttbii", name ? name : "", key, blob->data, (size_t)blob->len, filetime_now(),
		    id);
	g_free(key);
	g_free(name);
	g_byte_array_unref(blob);
	return hr;
}

HRESULT
folder_write(struct store *store, gint64 id, ULONG count, const SPropValue *values,
    const SPropTagArray *tags, SPropProblemArray **problems)
{
	struct bag *bag = bag_create();
	HRESULT hr, changed = S_OK;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_begin(store->db);
	if (SUCCEEDED(hr)) {
		hr = folder_read_stored(store, id, bag);
		if (SUCCEEDED(hr))
			changed = values
				      ? bag_set_props(bag, count, values, folder_readonly, problems)
				      : bag_delete_props(bag, tags, folder_kept, problems);
		if (SUCCEEDED(hr))
			hr = changed;
		if (SUCCEEDED(hr))
			hr = folder_update(store, id, bag);
		hr = db_end(store->db, hr, DB_DURABLE);
	}
	bag_free(bag);
	return FAILED(hr) ? hr : changed;
}

static HRESULT
folder_insert(
    struct store *store, gint64 parent, const struct folder_making *making, const char *key)
{
	GByteArray *blob = g_byte_array_new();
	struct bag *bag = bag_create();
	gint64 now = filetime_now();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && making->comment && *making->comment)
		hr = bag_set_text(bag, PR_COMMENT_A, making->comment);
	if (SUCCEEDED(hr))
		hr = bag_to_blob(bag, NULL, blob);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "INSERT INTO folder(parent, type, name, name_key, created, modified, props)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?)",
		    "iuttiib", parent, making->type, making->name, key, now, now, blob->data,
		    (size_t)blob->len);
	bag_free(bag);
	g_byte_array_unref(blob);
	return hr;
}

static HRESULT
folder_find(struct store *store, gint64 parent, const char *key, gint64 *id)
{
	return db_int(store->db, id, "SELECT id FROM folder WHERE parent = ? AND name_key = ?",
	    "it", parent, key);
}

/* A folder of the name and of another type is not the one that is asked for. */
static HRESULT
folder_may_open(struct store *store, const struct folder_making *making, gint64 id)
{
	gint64 type;
	HRESULT hr;

	if (!(making->flags & OPEN_IF_EXISTS))
		return MAPI_E_COLLISION;
	hr = db_int(store->db, &type, "SELECT type FROM folder WHERE id = ?", "i", id);
	return FAILED(hr) ? hr : type == making->type ? S_OK : MAPI_E_COLLISION;
}

HRESULT
folder_add(struct store *store, gint64 parent, const struct folder_making *making, gint64 *id)
{
	char *key = folder_name_key(making->name);
	HRESULT hr = db_begin(store->db);

	if (SUCCEEDED(hr)) {
		hr = folder_exists(store, parent);
		if (hr == MAPI_E_NOT_FOUND)
			hr = MAPI_E_OBJECT_DELETED;
		if (SUCCEEDED(hr))
			hr = folder_find(store, parent, key, id);
		if (SUCCEEDED(hr)) {
			hr = folder_may_open(store, making, *id);
		} else if (hr == MAPI_E_NOT_FOUND) {
			hr = folder_insert(store, parent, making, key);
			*id = db_last_id(store->db);
		}
		hr = db_end(store->db, hr, DB_DURABLE);
	}
	g_free(key);
	return hr;
}

/* A folder and all below it, deepest first is not needed: ids name their parents. */
#define SUBTREE                                                                                    \
	"WITH RECURSIVE tree(id) AS (VALUES(?1) UNION SELECT folder.id FROM folder"                \
	" JOIN tree ON folder.parent = tree.id WHERE folder.id <> 1) "

static HRESULT
folder_may_go(struct store *store, gint64 parent, gint64 id, ULONG flags)
{
	gint64 its_parent, count;
	HRESULT hr;

	if (id < FOLDER_ID_FIRST_FREE)
		return MAPI_E_NO_ACCESS;
	hr = db_int(store->db, &its_parent, "SELECT parent FROM folder WHERE id = ?", "i", id);
	if (FAILED(hr))
		return hr;
	if (its_parent != parent)
		return MAPI_E_NOT_FOUND;
	hr = db_int(store->db, &count, "SELECT count(*) FROM folder WHERE parent = ?", "i", id);
	if (SUCCEEDED(hr) && count && !(flags & DEL_FOLDERS))
		return MAPI_E_HAS_FOLDERS;
	if (SUCCEEDED(hr))
		hr = db_int(store->db, &count,
		    "SELECT count(*) FROM message WHERE folder = ? AND NOT associated", "i", id);
	if (SUCCEEDED(hr) && count && !(flags & DEL_MESSAGES))
		return MAPI_E_HAS_MESSAGES;
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
folder_remove_tree(struct store *store, gint64 id, struct receipts *receipts)
{
	gint64 waiting;
	HRESULT hr;

	if (id < FOLDER_ID_FIRST_FREE)
		return S_FALSE;
	hr = db_int(store->db, &waiting,
	    SUBTREE "SELECT count(*) FROM queue JOIN message ON message.id = queue.message"
		    " WHERE folder IN tree",
	    "i", id);
	if (FAILED(hr) || waiting)
		return FAILED(hr) ? hr : S_FALSE;
	hr = receipts_unread(store, receipts,
	    SUBTREE "SELECT id FROM message WHERE folder IN tree AND " UNREAD_DUE, id);
	if (SUCCEEDED(hr))
		hr =
		    db_exec(store->db, SUBTREE "DELETE FROM message WHERE folder IN tree", "i", id);
	if (SUCCEEDED(hr))
		hr =
		    db_exec(store->db, SUBTREE "DELETE FROM receive WHERE folder IN tree", "i", id);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db, SUBTREE "DELETE FROM folder WHERE id IN tree", "i", id);
	return hr;
}

HRESULT
folder_remove(struct store *store, gint64 parent, gint64 id, ULONG flags, struct receipts *receipts)
{
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	hr = folder_may_go(store, parent, id, flags);
	if (SUCCEEDED(hr))
		hr = folder_remove_tree(store, id, receipts);
	if (hr == S_FALSE)
		hr = MAPI_E_SUBMITTED;
	return db_end(store->db, hr, DB_DURABLE);
}

HRESULT
folder_within(struct store *store, gint64 id, gint64 of, bool *within)
{
	gint64 count = 0;
	HRESULT hr = db_int(
	    store->db, &count, SUBTREE "SELECT count(*) FROM tree WHERE id = ?2", "ii", of, id);

	*within = count != 0;
	return hr;
}

HRESULT
folder_move(struct store *store, gint64 id, gint64 target, const struct folder_name *name)
{
	bool within = false;
	HRESULT hr = db_begin(store->db);

	if (SUCCEEDED(hr)) {
		hr = (id < FOLDER_ID_FIRST_FREE) ? MAPI_E_NO_ACCESS : folder_exists(store, target);
		if (SUCCEEDED(hr))
			hr = folder_within(store, target, id, &within);
		if (SUCCEEDED(hr) && within)
			hr = MAPI_E_FOLDER_CYCLE;
		if (SUCCEEDED(hr))
			hr = db_exec(store->db,
			    "UPDATE folder SET parent = ?, name = ifnull(?, name), name_key = "
			    "ifnull(?, name_key),"
			    " modified = ? WHERE id = ?",
			    "ittii", target, name->text, name->key, filetime_now(), id);
		if (SUCCEEDED(hr))
			hr = search_folder_moved(store, id);
		hr = db_end(store->db, hr, DB_DURABLE);
	}
	return hr;
}
