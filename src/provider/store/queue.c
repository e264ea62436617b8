/* SPDX-License-Identifier: MIT */
/* The outgoing queue: see queue.h. */
#include "queue.h"

#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include "eid.h"
#include "filetime.h"
#include "folders.h"
#include "mem.h"
#include "pid.h"
#include "process.h"
#include "prop.h"
#include "promoted.h"
#include "table.h"

static const SizedSPropTagArray(17, queue_columns) = { 17,
	{ PR_ENTRYID, PR_SEARCH_KEY, PR_SUBJECT_W, PR_CLIENT_SUBMIT_TIME, PR_PRIORITY,
	    PR_MESSAGE_SIZE, PR_SENDER_NAME_W, PR_DISPLAY_TO_W, PR_DISPLAY_CC_W, PR_DISPLAY_BCC_W,
	    PR_MESSAGE_FLAGS, PR_SUBMIT_FLAGS, PR_STORE_ENTRYID, PR_INSTANCE_KEY,
	    PR_STORE_RECORD_KEY, PR_OBJECT_TYPE, PR_PARENT_ENTRYID } };

static HRESULT
queue_add_row(struct store *store, sqlite3_stmt *row, struct bag *bag, struct table_rows *rows)
{
	struct store_identity identity = { MAPI_MESSAGE, sqlite3_column_int64(row, 0),
		sqlite3_column_int64(row, 2) };
	bool locked =
	    process_lives(sqlite3_column_int64(row, 1), (const char *)sqlite3_column_text(row, 3));
	ULONG flags = locked ? SUBMITFLAG_LOCKED : 0;
	HRESULT hr;

	bag_clear(bag);
	hr = promoted_read(row, 4, bag);
	if (SUCCEEDED(hr))
		hr = store_identify(store, &identity, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, &identity.id, sizeof(identity.id));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_SUBMIT_FLAGS, (LONG)flags);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	return hr;
}

/* The rows behind *place, which becomes the last one's. */
static HRESULT
queue_read(struct store *store, gint64 *place, gint64 limit, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	sqlite3_stmt *row;
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_query(store->db, &row,
	    "SELECT message.id, queue.locker, folder, queue.mark, " PROMOTED_COLUMNS ", queue.seq"
	    " FROM queue JOIN message ON message.id = queue.message WHERE queue.seq > ?"
	    " ORDER BY queue.seq LIMIT ?",
	    "ii", *place, limit);
	while (SUCCEEDED(hr) && (hr = db_next(store->db, row)) == S_OK) {
		*place = sqlite3_column_int64(row, sqlite3_column_count(row) - 1);
		hr = queue_add_row(store, row, bag, rows);
		if (FAILED(hr))
			db_done(row);
	}
	bag_free(bag);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
make_table(struct store *store, gint64 *place, gint64 limit, IMAPITable **out)
{
	struct table_rows *rows = table_rows_create();
	HRESULT hr;

	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = queue_read(store, place, limit, rows);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(
	    rows, (const SPropTagArray *)(const void *)&queue_columns, MAPI_UNICODE, out);
}

HRESULT
queue_table(struct store *store, IMAPITable **out)
{
	gint64 place = 0;

	return make_table(store, &place, -1, out);
}

HRESULT
queue_table_after(struct store *store, gint64 *place, ULONG limit, IMAPITable **out)
{
	return make_table(store, place, limit, out);
}

/* Of the message that is the last parameter. */
#define PLACE_OF "(SELECT queued FROM message WHERE id = ?)"

/* The lock's holder, 0 for none; MAPI_E_NOT_IN_QUEUE. */
static HRESULT
queue_locker(struct store *store, gint64 message, gint64 *locker)
{
	sqlite3_stmt *row;
	HRESULT hr;

	*locker = 0;
	hr = db_query(
	    store->db, &row, "SELECT locker, mark FROM queue WHERE seq = " PLACE_OF, "i", message);
	if (SUCCEEDED(hr))
		hr = db_next(store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_NOT_IN_QUEUE;
	*locker = sqlite3_column_int64(row, 0);
	if (!process_lives(*locker, (const char *)sqlite3_column_text(row, 1)))
		*locker = 0;
	db_done(row);
	return S_OK;
}

static HRESULT
lock_in_transaction(struct store *store, gint64 message, bool lock)
{
	gint64 locker, mine = lock ? pid_self() : 0;
	char mark[PROCESS_MARK] = "";
	HRESULT hr = queue_locker(store, message, &locker);

	if (lock)
		process_mark(mine, mark);
	if (SUCCEEDED(hr) && lock && locker && locker != mine)
		hr = MAPI_E_NO_ACCESS; /* another worker sends it */
	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "UPDATE queue SET locker = ?, mark = ? WHERE seq = " PLACE_OF, "iti", mine,
		    mark, message);
	return hr;
}

HRESULT
queue_set_lock(struct store *store, gint64 message, bool lock)
{
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	hr = lock_in_transaction(store, message, lock);
	return db_end(store->db, hr, DB_RELAXED);
}

/* Where a sent message goes: PR_SENTMAIL_ENTRYID and PR_DELETE_AFTER_SUBMIT of its blob. */
struct destination {
	bool delete;
	gint64 folder; /* 0: stays */
};

static HRESULT
destination_from_bag(struct store *store, const struct bag *bag, struct destination *to)
{
	const SPropValue *sent = bag_get(bag, PR_SENTMAIL_ENTRYID);
	gint64 known;

	to->delete = bag_get_bool(bag, PR_DELETE_AFTER_SUBMIT, false);
	if (!sent || PROP_TYPE(sent->ulPropTag) != PT_BINARY)
		return S_OK;
	/* A folder of another store, or one that has gone: mail that was sent is not lost. */
	if (FAILED(eid_parse_as(
		&store->uid, sent->Value.bin.cb, sent->Value.bin.lpb, MAPI_FOLDER, &to->folder)))
		to->folder = FOLDER_ID_SENT;
	if (FAILED(
		db_int(store->db, &known, "SELECT id FROM folder WHERE id = ?", "i", to->folder)))
		to->folder = FOLDER_ID_SENT;
	return S_OK;
}

static HRESULT
destination_read(struct store *store, gint64 message, struct destination *to)
{
	struct bag *bag = bag_create();
	sqlite3_stmt *row;
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_query(store->db, &row, "SELECT props FROM message WHERE id = ?", "i", message);
	if (SUCCEEDED(hr))
		hr = db_next(store->db, row);
	if (hr == S_OK) {
		hr = bag_from_blob(
		    bag, sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0));
		db_done(row);
	} else if (hr == S_FALSE) {
		hr = MAPI_E_NOT_FOUND;
	}
	if (SUCCEEDED(hr))
		hr = destination_from_bag(store, bag, to);
	bag_free(bag);
	return hr;
}

static HRESULT
finish_in_transaction(struct store *store, gint64 message)
{
	struct destination to = { 0 };
	gint64 locker;
	HRESULT hr;

	hr = queue_locker(store, message, &locker);
	if (SUCCEEDED(hr))
		hr = destination_read(store, message, &to);
	if (FAILED(hr))
		return hr;
	if (to.delete)
		return db_exec(store->db, "DELETE FROM message WHERE id = ?", "i", message);
	hr = db_exec(store->db, "DELETE FROM queue WHERE seq = " PLACE_OF, "i", message);
	if (SUCCEEDED(hr))
		hr = db_exec(store->db,
		    "UPDATE message SET queued = NULL, flags = (flags & ~12) | 1, version = version"
		    " + 1, modified = ?2, folder = CASE WHEN ?3 THEN ?3 ELSE folder END WHERE id = "
		    "?1",
		    "iii", message, filetime_now(), to.folder);
	return hr;
}

HRESULT
queue_finish(struct store *store, gint64 message)
{
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	hr = finish_in_transaction(store, message);
	/* The spooler has it on record: should a power cut undo this, it files the message again.
	 */
	return db_end(store->db, hr, store->spooler ? DB_RELAXED : DB_DURABLE);
}

/* Does something to many messages; one to which it cannot be done does not stop the others: what it
 * has changed is nothing. */
static HRESULT
each(struct store *store, const SBinaryArray *entries, HRESULT *results,
    HRESULT (*work)(struct store *store, gint64 message))
{
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; i < entries->cValues && SUCCEEDED(hr); i++) {
		const SBinary *entry = &entries->lpbin[i];
		gint64 message;

		results[i] = eid_parse_as(
		    &store->uid, entry->cb, (ENTRYID *)entry->lpb, MAPI_MESSAGE, &message);
		if (SUCCEEDED(results[i]))
			results[i] = work(store, message);
		if (FAILED(results[i]) && results[i] != MAPI_E_NOT_IN_QUEUE &&
		    results[i] != MAPI_E_NOT_FOUND && results[i] != MAPI_E_NO_ACCESS)
			hr = results[i];
	}
	return db_end(store->db, hr, DB_RELAXED); /* as queue_finish() has it */
}

HRESULT
queue_finish_many(struct store *store, const SBinaryArray *entries, HRESULT *results)
{
	return each(store, entries, results, finish_in_transaction);
}

static HRESULT
lock_one(struct store *store, gint64 message)
{
	return lock_in_transaction(store, message, true);
}

static HRESULT
unlock_one(struct store *store, gint64 message)
{
	return db_exec(store->db,
	    "UPDATE queue SET locker = 0, mark = '' WHERE seq = " PLACE_OF " AND locker = ?", "ii",
	    message, (gint64)pid_self());
}

HRESULT
queue_lock_many(struct store *store, const SBinaryArray *entries, bool lock, HRESULT *results)
{
	return each(store, entries, results, lock ? lock_one : unlock_one);
}

/* In a transaction. */
static HRESULT
take_out(struct db *db, gint64 message)
{
	HRESULT hr = db_exec(db, "DELETE FROM queue WHERE seq = " PLACE_OF, "i", message);

	if (SUCCEEDED(hr))
		hr = db_exec(db,
		    "UPDATE message SET queued = NULL, flags = flags & ~4, version = version + 1"
		    " WHERE id = ?",
		    "i", message);
	return hr;
}

HRESULT
queue_abort(struct store *store, gint64 message)
{
	gint64 locker;
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	hr = queue_locker(store, message, &locker);
	if (SUCCEEDED(hr) && locker && !(store->spooler && locker == pid_self()))
		hr = MAPI_E_UNABLE_TO_ABORT;
	if (SUCCEEDED(hr))
		hr = take_out(store->db, message);
	return db_end(store->db, hr, DB_DURABLE);
}

HRESULT
queue_withdraw(struct store *store, gint64 message)
{
	HRESULT hr = db_begin(store->db);

	if (FAILED(hr))
		return hr;
	return db_end(store->db, take_out(store->db, message), DB_RELAXED);
}

/* Of a message that this process has locked; MAPI_E_NOT_IN_QUEUE.  One that was taken back and
 * submitted again has no lock, and is another one. */
static HRESULT
place_of(struct store *store, gint64 message, gint64 *place)
{
	HRESULT hr = db_int(store->db, place,
	    "SELECT ifnull((SELECT seq FROM queue WHERE seq = " PLACE_OF " AND locker = ?), 0)",
	    "ii", message, (gint64)pid_self());

	return SUCCEEDED(hr) && !*place ? MAPI_E_NOT_IN_QUEUE : hr;
}

/* What is in the queue now is on disk, or will be when this has waited. */
static HRESULT
secure_now(struct store *store, bool wait)
{
	gint64 last;
	HRESULT hr = db_int(store->db, &last, "SELECT ifnull(max(seq), 0) FROM queue", "");

	if (SUCCEEDED(hr))
		hr = db_secure(store->db, wait);
	if (hr == S_OK)
		store->secure = MAX(store->secure, last);
	return hr;
}

HRESULT
queue_secure(struct store *store, gint64 message)
{
	gint64 place;
	HRESULT hr;

	db_view_end(store->db); /* it is about now */
	hr = place_of(store, message, &place);
	if (FAILED(hr) || place <= store->secure)
		return hr;
	hr = secure_now(store, false);
	if (hr != S_FALSE)
		return hr;
	hr = secure_now(store, true);
	/* Who has submitted it may have met a disk that did not take it. */
	return SUCCEEDED(hr) ? place_of(store, message, &place) : hr;
}

HRESULT
queue_secure_place(struct store *store, gint64 *place)
{
	HRESULT hr = secure_now(store, false);

	*place = store->secure;
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
queue_put(struct db *db, gint64 place, gint64 message)
{
	return db_exec(db, "INSERT INTO queue(seq, message) VALUES(?, ?)", "ii", place, message);
}

HRESULT
queue_count(struct store *store, gint64 *count)
{
	return db_int(store->db, count, "SELECT count(*) FROM queue", "");
}

HRESULT
queue_count_until(struct store *store, gint64 place, gint64 *count)
{
	return db_int(store->db, count, "SELECT count(*) FROM queue WHERE seq <= ?", "i", place);
}
