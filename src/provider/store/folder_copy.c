/* SPDX-License-Identifier: MIT */
/* A folder with its messages, and what lies below it, once more in the same store: one transaction.
 * Mail that waits to be sent is passed over: a copy of it would never be; so are search folders. */
#include "folder.h"

#include <mapicode.h>
#include "filetime.h"
#include "folders.h"
#include "watch.h"

/* How deep a tree is followed: a damaged file may hold a circle. */
#define DEPTH_MAX 200

struct tree_copy {
	struct db *db;
	bool deep;
	bool partial; /* something was passed over */
};

static HRESULT
copy_one_folder(
    struct db *db, gint64 id, gint64 target, const struct folder_name *name, gint64 *out)
{
	gint64 now = filetime_now();
	HRESULT hr = db_exec(db,
	    "INSERT INTO folder(parent, type, name, name_key, created, modified, props)"
	    " SELECT ?1, type, ifnull(?2, name), ifnull(?3, name_key), ?4, ?4, props"
	    " FROM folder WHERE id = ?5",
	    "ittii", target, name->text, name->key, now, id);

	if (FAILED(hr))
		return hr;
	if (!db_changes(db))
		return MAPI_E_NOT_FOUND;
	*out = db_last_id(db);
	return S_OK;
}

static HRESULT
copy_its_messages(struct tree_copy *copy, gint64 from, gint64 to)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 waiting = 0, made;
	HRESULT hr;
	guint at;

	hr = db_ids(copy->db,
	    "SELECT id FROM message WHERE folder = ?"
	    " AND queued IS NULL ORDER BY id",
	    from, ids);
	if (SUCCEEDED(hr))
		hr = db_int(copy->db, &waiting,
		    "SELECT count(*) FROM queue JOIN message ON message.id = queue.message"
		    " WHERE folder = ?",
		    "i", from);
	copy->partial = copy->partial || waiting;
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 id = g_array_index(ids, gint64, at);

		hr = folder_copy_row(copy->db, id, to, &made);
		if (SUCCEEDED(hr))
			hr = watch_copied(copy->db, MAPI_MESSAGE, made, id);
	}
	g_array_unref(ids);
	return hr;
}

static HRESULT
copy_tree(struct tree_copy *copy, gint64 id, gint64 target, const struct folder_name *name,
    unsigned depth)
{
	static const struct folder_name its_own = { NULL, NULL };
	GArray *below = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 made = 0, type;
	HRESULT hr = depth > DEPTH_MAX ? MAPI_E_CORRUPT_STORE : S_OK;
	guint at;

	if (SUCCEEDED(hr))
		hr = db_int(copy->db, &type, "SELECT type FROM folder WHERE id = ?", "i", id);
	if (SUCCEEDED(hr) && type == FOLDER_SEARCH) {
		copy->partial = true;
		g_array_unref(below);
		return depth ? S_OK : MAPI_E_NO_SUPPORT;
	}
	if (SUCCEEDED(hr) && copy->deep)
		hr = db_ids(copy->db, "SELECT id FROM folder WHERE parent = ?", id, below);
	if (SUCCEEDED(hr))
		hr = copy_one_folder(copy->db, id, target, name, &made);
	if (SUCCEEDED(hr))
		hr = watch_copied(copy->db, MAPI_FOLDER, made, id);
	if (SUCCEEDED(hr))
		hr = copy_its_messages(copy, id, made);
	for (at = 0; at < below->len && SUCCEEDED(hr); at++)
		hr = copy_tree(copy, g_array_index(below, gint64, at), made, &its_own, depth + 1);
	g_array_unref(below);
	return hr;
}

HRESULT
folder_copy(
    struct store *store, gint64 id, gint64 target, const struct folder_name *name, bool deep)
{
	struct tree_copy copy = { store->db, deep, false };
	bool within = false;
	HRESULT hr;

	if (id == FOLDER_ID_ROOT)
		return MAPI_E_NO_ACCESS;
	hr = db_begin(store->db);
	if (FAILED(hr))
		return hr;
	hr = folder_exists(store, target);
	if (SUCCEEDED(hr))
		hr = folder_within(store, target, id, &within);
	if (SUCCEEDED(hr) && within && deep)
		hr = MAPI_E_FOLDER_CYCLE;
	if (SUCCEEDED(hr))
		hr = copy_tree(&copy, id, target, name, 0);
	hr = db_end(store->db, hr, DB_DURABLE);
	return SUCCEEDED(hr) && copy.partial ? MAPI_W_PARTIAL_COMPLETION : hr;
}
