/* SPDX-License-Identifier: MIT */
/*
 * What a folder does to its messages: delete, mark, copy and move, in one transaction a call.
 * Messages that are not there, or are on their way out, are passed over and make the answer
 * MAPI_W_PARTIAL_COMPLETION.
 */
#include "folder.h"

#include <mapicode.h>
#include "eid.h"
#include "filetime.h"
#include "lob.h"
#include "promoted.h"
#include "readflag.h"
#include "watch.h"

/* Whether message ?1 is of the folder ?2, or found by it. */
#define OF_FOLDER                                                                                  \
	" FROM message WHERE id = ?1 AND (folder = ?2"                                             \
	" OR EXISTS(SELECT 1 FROM found WHERE folder = ?2 AND message = ?1))"

/* S_OK, S_FALSE for a message that must be passed over, or a failure that ends the call. */
typedef HRESULT (*message_step)(struct folder *folder, gint64 id, void *context);

/* The message is here and not in the outgoing queue. */
static HRESULT
step_check(struct folder *folder, gint64 id)
{
	gint64 queued;
	HRESULT hr;

	hr = db_int(folder->store->db, &queued,
	    "SELECT EXISTS(SELECT 1 FROM queue WHERE message = id)" OF_FOLDER, "ii", id,
	    folder->id);
	if (hr == MAPI_E_NOT_FOUND)
		return S_FALSE;
	return FAILED(hr) ? hr : queued ? S_FALSE : S_OK;
}

static HRESULT
messages_each(struct folder *folder, const ENTRYLIST *list, message_step step, void *context)
{
	bool partial = false;
	HRESULT hr = S_OK;
	ULONG at;

	for (at = 0; at < list->cValues && SUCCEEDED(hr); at++) {
		gint64 id;

		hr = eid_parse_as(&folder->store->uid, list->lpbin[at].cb, list->lpbin[at].lpb,
		    MAPI_MESSAGE, &id);
		hr = FAILED(hr) ? S_FALSE : step(folder, id, context);
		if (hr == S_FALSE)
			partial = true;
	}
	return FAILED(hr) ? hr : partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

static HRESULT
messages_do(struct folder *folder, const ENTRYLIST *list, message_step step, void *context)
{
	struct db *db = folder->store->db;
	HRESULT hr;

	if (!list || (list->cValues && !list->lpbin))
		return MAPI_E_INVALID_PARAMETER;
	hr = db_begin(db);
	if (FAILED(hr))
		return hr;
	return db_end(db, messages_each(folder, list, step, context), DB_DURABLE);
}

static HRESULT
step_delete(struct folder *folder, gint64 id, void *context)
{
	HRESULT hr = step_check(folder, id);

	if (hr != S_OK)
		return hr;
	return db_exec(folder->store->db, "DELETE FROM message WHERE id = ?", "i", id);
}

HRESULT
folder_delete_messages(struct folder *folder, const ENTRYLIST *list)
{
	return messages_do(folder, list, step_delete, NULL);
}

HRESULT
folder_empty(struct folder *folder, bool associated)
{
	struct db *db = folder->store->db;
	gint64 left = 0;
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = db_exec(db,
	    "DELETE FROM message WHERE folder = ? AND (NOT associated OR ?)"
	    " AND id NOT IN (SELECT message FROM queue)",
	    "iu", folder->id, (ULONG)associated);
	if (SUCCEEDED(hr))
		hr = db_int(db, &left,
		    "SELECT count(*) FROM message WHERE folder = ? AND NOT associated", "i",
		    folder->id);
	hr = db_end(db, hr, DB_DURABLE);
	return FAILED(hr) ? hr : left ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

static HRESULT
step_mark(struct folder *folder, gint64 id, void *context)
{
	const ULONG *flags = context;
	gint64 old, now;
	HRESULT hr;

	hr = db_int(folder->store->db, &old, "SELECT flags" OF_FOLDER, "ii", id, folder->id);
	if (hr == MAPI_E_NOT_FOUND)
		return S_FALSE;
	if (FAILED(hr))
		return hr;
	now = read_flag_change(old, *flags);
	if (now == old)
		return S_OK;
	return db_exec(
	    folder->store->db, "UPDATE message SET flags = ? WHERE id = ?", "ii", now, id);
}

static HRESULT
mark_all(struct folder *folder, ULONG flags)
{
	struct db *db = folder->store->db;
	gint64 set = read_flag_change(0, flags), keep = read_flag_change(G_MAXINT32, flags);
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = db_exec(db,
	    "UPDATE message SET flags = (flags & ?1) | ?2 WHERE NOT associated"
	    " AND (folder = ?3 OR id IN (SELECT message FROM found WHERE folder = ?3))"
	    " AND flags <> ((flags & ?1) | ?2)",
	    "iii", keep, set, folder->id);
	return db_end(db, hr, DB_DURABLE);
}

HRESULT
folder_set_read_flags(struct folder *folder, const ENTRYLIST *list, ULONG flags)
{
	if (!list)
		return mark_all(folder, flags);
	return messages_do(folder, list, step_mark, &flags);
}

HRESULT
folder_message_status(struct folder *folder, gint64 id, ULONG *status)
{
	gint64 number;
	HRESULT hr;

	hr = db_int(folder->store->db, &number, "SELECT status" OF_FOLDER, "ii", id, folder->id);
	*status = (ULONG)number;
	return hr;
}

HRESULT
folder_change_message_status(
    struct folder *folder, gint64 id, const struct status_change *change, ULONG *old)
{
	struct db *db = folder->store->db;
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = folder_message_status(folder, id, old);
	if (SUCCEEDED(hr))
		hr = db_exec(db, "UPDATE message SET status = ? WHERE id = ?", "ui",
		    (*old & ~change->mask) | (change->status & change->mask), id);
	return db_end(db, hr, DB_RELAXED);
}

/* --- Copy and move ------------------------------------------------------------------- */

static HRESULT
step_move(struct folder *folder, gint64 id, void *context)
{
	const gint64 *target = context;
	HRESULT hr = step_check(folder, id);

	if (hr != S_OK)
		return hr;
	return db_exec(folder->store->db,
	    "UPDATE message SET folder = ?, version = version + 1 WHERE id = ?", "ii", *target, id);
}

/* Long values of one owner for another. */
static HRESULT
copy_longs(struct db *db, enum lob_kind kind, gint64 from, gint64 to)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	hr = db_query(
	    db, &row, "SELECT id FROM lob WHERE kind = ? AND owner = ?", "ui", (ULONG)kind, from);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		g_array_append_val(ids, id);
	}
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 copy;

		hr = lob_copy(db, g_array_index(ids, gint64, at), &copy);
		if (SUCCEEDED(hr))
			hr = lob_own(db, copy, kind, to);
	}
	g_array_unref(ids);
	return FAILED(hr) ? hr : S_OK;
}

/* One attachment, with the message in it if there is one. */
static HRESULT
copy_attachment(struct db *db, gint64 id, gint64 to)
{
	gint64 copy, embedded, inner;
	HRESULT hr;

	hr = db_exec(db,
	    "INSERT INTO attachment(message, num, size, props)"
	    " SELECT ?, num, size, props FROM attachment WHERE id = ?",
	    "ii", to, id);
	if (FAILED(hr))
		return hr;
	copy = db_last_id(db);
	hr = copy_longs(db, LOB_ATTACHMENT, id, copy);
	if (FAILED(hr))
		return hr;
	hr = db_int(db, &embedded, "SELECT id FROM message WHERE folder = ?", "i", -id);
	if (hr == MAPI_E_NOT_FOUND)
		return S_OK;
	return FAILED(hr) ? hr : folder_copy_row(db, embedded, -copy, &inner);
}

static HRESULT
copy_attachments(struct db *db, gint64 from, gint64 to)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	hr = db_query(
	    db, &row, "SELECT id FROM attachment WHERE message = ? ORDER BY num", "i", from);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		g_array_append_val(ids, id);
	}
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++)
		hr = copy_attachment(db, g_array_index(ids, gint64, at), to);
	g_array_unref(ids);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
folder_copy_row(struct db *db, gint64 message, gint64 folder, gint64 *copied)
{
	gint64 copy;
	HRESULT hr;

	hr = db_exec(db,
	    "INSERT INTO message(folder, associated, " PROMOTED_COLUMNS
	    ", subject_key, sender_key, props) SELECT ?, associated, " PROMOTED_COLUMNS
	    ", subject_key, sender_key, props FROM message WHERE id = ?",
	    "ii", folder, message);
	if (FAILED(hr))
		return hr;
	*copied = copy = db_last_id(db);
	hr = db_exec(db,
	    "INSERT INTO recipient(message, row, props)"
	    " SELECT ?, row, props FROM recipient WHERE message = ?",
	    "ii", copy, message);
	if (SUCCEEDED(hr))
		hr = copy_longs(db, LOB_MESSAGE, message, copy);
	if (SUCCEEDED(hr))
		hr = copy_attachments(db, message, copy);
	return hr;
}

static HRESULT
step_copy(struct folder *folder, gint64 id, void *context)
{
	const gint64 *target = context;
	gint64 copy;
	HRESULT hr = step_check(folder, id);

	if (hr != S_OK)
		return hr;
	hr = folder_copy_row(folder->store->db, id, *target, &copy);
	return FAILED(hr) ? hr : watch_copied(folder->store->db, MAPI_MESSAGE, copy, id);
}

HRESULT
folder_copy_messages(struct folder *folder, const ENTRYLIST *list, gint64 target, bool move)
{
	HRESULT hr = folder_exists(folder->store, target);

	if (FAILED(hr))
		return hr;
	return messages_do(folder, list, move ? step_move : step_copy, &target);
}
