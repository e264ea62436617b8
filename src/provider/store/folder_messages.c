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
#include "telling.h"
#include "watch.h"

/* Whether message ?1 is of the folder ?2, or found by it. */
#define OF_FOLDER                                                                                  \
	" FROM message WHERE id = ?1 AND (folder = ?2"                                             \
	" OR EXISTS(SELECT 1 FROM found WHERE folder = ?2 AND message = ?1))"

/* S_OK, S_FALSE for a message that must be passed over, or a failure that ends the call. */
typedef HRESULT (*message_step)(struct folder_job *job, gint64 id);

/* Messages between two words to a progress object. */
#define AT_ONCE 100

/* The message is here and not in the outgoing queue. */
static HRESULT
step_check(struct folder *folder, gint64 id)
{
	gint64 queued;
	HRESULT hr;

	hr = db_int(folder->store->db, &queued, "SELECT queued IS NOT NULL" OF_FOLDER, "ii", id,
	    folder->id);
	if (hr == MAPI_E_NOT_FOUND)
		return S_FALSE;
	return FAILED(hr) ? hr : queued ? S_FALSE : S_OK;
}

static HRESULT
messages_some(struct folder_job *job, message_step step, ULONG from, ULONG end)
{
	const MAPIUID *uid = &job->folder->store->uid;
	bool partial = false;
	HRESULT hr = S_OK;

	for (; from < end && SUCCEEDED(hr); from++) {
		const SBinary *one = &job->list->lpbin[from];
		gint64 id;

		hr = eid_parse_as(uid, one->cb, one->lpb, MAPI_MESSAGE, &id);
		hr = FAILED(hr) ? S_FALSE : step(job, id);
		if (hr == S_FALSE)
			partial = true;
	}
	return FAILED(hr) ? hr : partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

static HRESULT
messages_do(struct folder_job *job, message_step step)
{
	struct db *db = job->folder->store->db;
	ULONG at = 0, end, count;
	bool partial = false;
	HRESULT hr = S_OK;

	if (!job->list || (job->list->cValues && !job->list->lpbin))
		return MAPI_E_INVALID_PARAMETER;
	count = job->list->cValues;
	for (; at < count && SUCCEEDED(hr); at = end) {
		end = job->progress ? MIN(at + AT_ONCE, count) : count;
		hr = db_begin(db);
		if (FAILED(hr))
			break;
		hr = db_end(db, messages_some(job, step, at, end), DB_DURABLE);
		partial = partial || hr == MAPI_W_PARTIAL_COMPLETION;
		if (SUCCEEDED(hr))
			hr = tell_progress(job->progress, end, count);
	}
	return FAILED(hr) ? hr : partial ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

static HRESULT
step_delete(struct folder_job *job, gint64 id)
{
	struct store *store = job->folder->store;
	HRESULT hr = step_check(job->folder, id);

	if (hr != S_OK)
		return hr;
	hr = receipts_unread(
	    store, job->receipts, "SELECT id FROM message WHERE id = ? AND " UNREAD_DUE, id);
	if (FAILED(hr))
		return hr;
	return db_exec(store->db, "DELETE FROM message WHERE id = ?", "i", id);
}

HRESULT
folder_delete_messages(struct folder_job *job)
{
	return messages_do(job, step_delete);
}

/* S_FALSE when some stayed. */
static HRESULT
empty_folders(struct folder_job *job)
{
	struct store *store = job->folder->store;
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr, one;
	guint at;

	hr = db_ids(
	    store->db, "SELECT id FROM folder WHERE parent = ? AND id <> 1", job->folder->id, ids);
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		one = folder_remove_tree(store, g_array_index(ids, gint64, at), job->receipts);
		hr = (SUCCEEDED(one) && hr == S_FALSE) ? hr : one;
	}
	g_array_unref(ids);
	return hr;
}

static HRESULT
empty_messages(struct folder_job *job)
{
	struct store *store = job->folder->store;
	gint64 left = 0;
	HRESULT hr;

	hr = receipts_unread(store, job->receipts,
	    "SELECT id FROM message WHERE folder = ? AND NOT associated AND " UNREAD_DUE
	    " AND queued IS NULL",
	    job->folder->id);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "DELETE FROM message WHERE folder = ? AND (NOT associated OR ?)"
		    " AND queued IS NULL",
		    "iu", job->folder->id, (ULONG)((job->flags & DEL_ASSOCIATED) != 0));
	if (SUCCEEDED(hr))
		hr = db_int(store->db, &left,
		    "SELECT count(*) FROM message WHERE folder = ? AND NOT associated", "i",
		    job->folder->id);
	return FAILED(hr) ? hr : left ? S_FALSE : S_OK;
}

HRESULT
folder_empty(struct folder_job *job)
{
	struct db *db = job->folder->store->db;
	HRESULT hr = db_begin(db), messages = S_OK;

	if (FAILED(hr))
		return hr;
	hr = empty_folders(job);
	if (SUCCEEDED(hr))
		messages = empty_messages(job);
	if (FAILED(messages))
		hr = messages;
	hr = db_end(db, hr, DB_DURABLE);
	if (SUCCEEDED(hr))
		tell_progress(job->progress, 1, 1);
	if (FAILED(hr))
		return hr;
	return (hr == S_FALSE || messages == S_FALSE) ? MAPI_W_PARTIAL_COMPLETION : S_OK;
}

/* Mail on its way out is as it was sent. */
static HRESULT
step_mark(struct folder_job *job, gint64 id)
{
	struct db *db = job->folder->store->db;
	HRESULT hr = step_check(job->folder, id);
	bool report = false;
	gint64 old, now;

	if (hr != S_OK)
		return hr;
	hr = db_int(db, &old, "SELECT flags FROM message WHERE id = ?", "i", id);
	if (FAILED(hr))
		return hr;
	now = read_flag_change(old, job->flags, &report);
	if (report)
		receipts_read(job->receipts, id);
	if (now == old)
		return S_OK;
	return db_exec(db, "UPDATE message SET flags = ? WHERE id = ?", "ii", now, id);
}

/* Those with a report pending one by one, all others at once. */
static HRESULT
mark_all(struct folder_job *job)
{
	struct folder *folder = job->folder;
	struct db *db = folder->store->db;
	GArray *pending = g_array_new(FALSE, FALSE, sizeof(gint64));
	bool report;
	gint64 set = read_flag_change(0, job->flags, &report);
	gint64 keep = read_flag_change(G_MAXINT32, job->flags, &report);
	HRESULT hr;
	guint at;

	hr = db_ids(db,
	    "SELECT id FROM message WHERE NOT associated AND flags & 768"
	    " AND (folder = ?1 OR id IN (SELECT message FROM found WHERE folder = ?1))",
	    folder->id, pending);
	for (at = 0; at < pending->len && SUCCEEDED(hr); at++)
		hr = step_mark(job, g_array_index(pending, gint64, at));
	if (SUCCEEDED(hr))
		hr = db_exec(db,
		    "UPDATE message SET flags = (flags & ?1) | ?2 WHERE NOT associated"
		    " AND (folder = ?3 OR id IN (SELECT message FROM found WHERE folder = ?3))"
		    " AND NOT flags & 768 AND flags <> ((flags & ?1) | ?2)"
		    " AND queued IS NULL",
		    "iii", keep, set, folder->id);
	g_array_unref(pending);
	return hr;
}

HRESULT
folder_set_read_flags(struct folder_job *job)
{
	struct db *db = job->folder->store->db;
	HRESULT hr = read_flags_check(job->flags);

	if (SUCCEEDED(hr) && job->list)
		return messages_do(job, step_mark);
	if (SUCCEEDED(hr))
		hr = db_begin(db);
	if (FAILED(hr))
		return hr;
	hr = db_end(db, mark_all(job), DB_DURABLE);
	if (SUCCEEDED(hr))
		tell_progress(job->progress, 1, 1);
	return FAILED(hr) ? hr : S_OK;
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
step_move(struct folder_job *job, gint64 id)
{
	HRESULT hr = step_check(job->folder, id);

	if (hr != S_OK)
		return hr;
	return db_exec(job->folder->store->db,
	    "UPDATE message SET folder = ?, version = version + 1 WHERE id = ?", "ii", job->target,
	    id);
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
	HRESULT hr;
	guint at;

	hr = db_ids(db, "SELECT id FROM attachment WHERE message = ? ORDER BY num", from, ids);
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
	/* Of the copies nobody is told that they were read; their status is their own. */
	hr = db_exec(
	    db, "UPDATE message SET flags = flags & ~768, status = 0 WHERE id = ?", "i", copy);
	if (FAILED(hr))
		return hr;
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
step_copy(struct folder_job *job, gint64 id)
{
	struct db *db = job->folder->store->db;
	gint64 copy;
	HRESULT hr = step_check(job->folder, id);

	if (hr != S_OK)
		return hr;
	hr = folder_copy_row(db, id, job->target, &copy);
	return FAILED(hr) ? hr : watch_copied(db, MAPI_MESSAGE, copy, id);
}

HRESULT
folder_copy_messages(struct folder_job *job)
{
	HRESULT hr = folder_exists(job->folder->store, job->target);

	if (FAILED(hr))
		return (hr == MAPI_E_NOT_FOUND) ? MAPI_E_OBJECT_DELETED : hr;
	return messages_do(job, (job->flags & MESSAGE_MOVE) ? step_move : step_copy);
}
