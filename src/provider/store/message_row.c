/* SPDX-License-Identifier: MIT */
/* A message's row: reading it, and saving the whole message in one transaction. */
#include "message.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "filetime.h"
#include "folder.h"
#include "folders.h"
#include "mem.h"
#include "number.h"
#include "promoted.h"
#include "queue.h"
#include "subject.h"
#include "submit.h"
#include "text.h"

/* What the blob leaves out: columns, and what is made anew at each load. */
static const ULONG blob_skip[] = { PR_MESSAGE_FLAGS, PR_MSG_STATUS, PR_MESSAGE_SIZE,
	PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME, PR_SUBJECT_A, PR_SUBJECT_PREFIX_A,
	PR_MESSAGE_CLASS_A, PR_SENDER_NAME_A, PR_DISPLAY_TO_A, PR_DISPLAY_CC_A, PR_DISPLAY_BCC_A,
	PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME, PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY,
	PR_SEARCH_KEY, PR_ENTRYID, PR_RECORD_KEY, PR_PARENT_ENTRYID, PR_STORE_ENTRYID,
	PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, PR_NORMALIZED_SUBJECT_A, PR_HASATTACH, 0 };

static HRESULT
message_read_row(struct message *message, sqlite3_stmt *row)
{
	HRESULT hr;

	message->folder = sqlite3_column_int64(row, 0);
	message->associated = sqlite3_column_int(row, 1) != 0;
	message->version = sqlite3_column_int64(row, 2);
	hr = bag_from_blob(
	    message->set.bag, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
	if (SUCCEEDED(hr))
		hr = promoted_read(row, 4, message->set.bag);
	return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
}

HRESULT
message_load(struct message *message)
{
	sqlite3_stmt *row;
	bool has_long;
	HRESULT hr;

	db_keep_more(message->store->db);
	hr = db_query(message->store->db, &row,
	    "SELECT folder, associated, version, props, " PROMOTED_COLUMNS
	    ", EXISTS(SELECT 1 FROM lob WHERE kind = 1 AND owner = message.id)"
	    " FROM message WHERE id = ?",
	    "i", message->id);
	if (FAILED(hr))
		return hr;
	hr = db_next(message->store->db, row);
	if (hr != S_OK)
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	hr = message_read_row(message, row);
	has_long = sqlite3_column_int(row, 4 + PROMOTED_COUNT) != 0;
	db_done(row);
	/* A message within an attachment has no entry ID of its own. */
	if (SUCCEEDED(hr) && message->folder < 0 && !message->parent)
		return MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr) && has_long)
		hr = propset_load(message->store, &message->set, LOB_MESSAGE, message->id);
	if (SUCCEEDED(hr))
		hr = subject_changed(message->set.bag);
	if (SUCCEEDED(hr))
		hr = message_identify(message);
	message->set.dirty = false;
	return hr;
}

/* What a row is written from. */
struct row_image {
	void *root; /* MAPI buffer for converted text */
	GByteArray *props;
	GByteArray *subject_key;
	GByteArray *sender_key;
};

static void
row_image_free(struct row_image *image)
{
	if (!image)
		return;
	mem_free(image->root);
	if (image->props)
		g_byte_array_unref(image->props);
	if (image->subject_key)
		g_byte_array_unref(image->subject_key);
	if (image->sender_key)
		g_byte_array_unref(image->sender_key);
	g_free(image);
}

static HRESULT
row_image_make(struct message *message, struct row_image *image)
{
	struct bag *bag = message->set.bag;
	char *subject = NULL, *sender = NULL;
	guint64 size;
	HRESULT hr;

	image->root = mem_zalloc(NULL, 1);
	image->props = g_byte_array_new();
	hr = image->root ? bag_copy_text(bag, PR_NORMALIZED_SUBJECT_A, &subject)
			 : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_SENDER_NAME_A, &sender);
	image->subject_key = promoted_sort_key(subject);
	image->sender_key = promoted_sort_key(sender);
	g_free(subject);
	g_free(sender);
	if (SUCCEEDED(hr))
		hr = propset_encode(&message->set, blob_skip, image->props);
	if (FAILED(hr))
		return hr;
	/* PR_MESSAGE_SIZE had the parts until now (message_summarize). */
	size = (guint64)bag_get_long(bag, PR_MESSAGE_SIZE, 0) + image->props->len +
	       propset_long_bytes(&message->set);
	return bag_set_long(bag, PR_MESSAGE_SIZE, (LONG)MIN(size, (guint64)G_MAXINT32));
}

/* Parameters: 1 folder, 2 associated, 3… promoted, then the keys, the blob, id and version. */
static HRESULT
row_bind(struct message *message, const struct row_image *image, sqlite3_stmt *statement)
{
	int at = 3 + PROMOTED_COUNT;
	HRESULT hr;

	sqlite3_bind_int64(statement, 1, message->folder);
	sqlite3_bind_int64(statement, 2, message->associated);
	hr = promoted_bind(statement, 3, message->set.bag, image->root);
	sqlite3_bind_blob64(
	    statement, at, image->subject_key->data, image->subject_key->len, SQLITE_STATIC);
	sqlite3_bind_blob64(
	    statement, at + 1, image->sender_key->data, image->sender_key->len, SQLITE_STATIC);
	sqlite3_bind_blob64(
	    statement, at + 2, image->props->data, image->props->len, SQLITE_STATIC);
	return hr;
}

/* The folder may have gone, other than one that every store has. */
static HRESULT
row_place(struct message *message)
{
	HRESULT hr = S_OK;

	if (message->folder >= FOLDER_ID_FIRST_FREE)
		hr = folder_exists(message->store, message->folder);
	return hr == MAPI_E_NOT_FOUND ? MAPI_E_OBJECT_DELETED : hr;
}

static HRESULT
row_insert(struct message *message, const struct row_image *image, bool submit)
{
	struct db *db = message->store->db;
	sqlite3_stmt *statement;
	gint64 id;
	HRESULT hr;

	hr = row_place(message);
	if (SUCCEEDED(hr))
		hr = number_next(db, &id);
	if (FAILED(hr))
		return hr;
	/* OR FAIL: what fails here is rolled back as a whole, so SQLite need not keep the pages
	 * that it changes, as it does else where triggers may fail after a part is done.  It holds
	 * for the triggers as well, whose OR IGNORE of search_dirty has nothing to ignore for a new
	 * id. */
	hr = db_query(db, &statement,
	    "INSERT OR FAIL INTO message(folder, associated, " PROMOTED_COLUMNS
	    ", subject_key, sender_key, props, id, queued)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
	    " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
	    "");
	if (FAILED(hr))
		return hr;
	hr = row_bind(message, image, statement);
	sqlite3_bind_int64(statement, 24, id);
	if (submit)
		sqlite3_bind_int64(statement, 25, id);
	if (FAILED(hr)) {
		db_done(statement);
		return hr;
	}
	hr = db_next(db, statement);
	if (FAILED(hr))
		return hr;
	message->id = id;
	message->version = 1;
	return submit ? queue_put(db, id, id) : S_OK;
}

/* Flags and status belong to the row once it is there; only what the save computes is changed. */
static HRESULT
row_update(struct message *message, const struct row_image *image)
{
	struct db *db = message->store->db;
	sqlite3_stmt *statement;
	HRESULT hr;

	hr = db_query(db, &statement,
	    "UPDATE message SET version = version + 1, flags = (flags & ~18) | (?3 & 16), size = "
	    "?5,"
	    " created = ?6, modified = ?7, subject = ?8, prefix = ?9, class = ?10, sender = ?11,"
	    " display_to = ?12, display_cc = ?13, display_bcc = ?14, submit_time = ?15,"
	    " delivery_time = ?16, importance = ?17, priority = ?18, sensitivity = ?19, search_key "
	    "= ?20,"
	    " subject_key = ?21, sender_key = ?22, props = ?23 WHERE id = ?24",
	    "");
	if (FAILED(hr))
		return hr;
	hr = row_bind(message, image, statement);
	sqlite3_bind_int64(statement, 24, message->id);
	if (FAILED(hr)) {
		db_done(statement);
		return hr;
	}
	hr = db_next(db, statement);
	return FAILED(hr) ? hr : S_OK;
}

/* Whether the row may be overwritten: it is there, as it was read, and not on its way out. */
static HRESULT
row_check(struct message *message, ULONG flags)
{
	struct db *db = message->store->db;
	gint64 version, queued;
	HRESULT hr;

	hr = db_int(db, &version, "SELECT version FROM message WHERE id = ?", "i", message->id);
	if (hr == MAPI_E_NOT_FOUND)
		return MAPI_E_OBJECT_DELETED;
	if (FAILED(hr))
		return hr;
	if (version != message->version && !(flags & FORCE_SAVE))
		return MAPI_E_OBJECT_CHANGED;
	message->version = version;
	if (message->store->spooler)
		return S_OK;
	hr =
	    db_int(db, &queued, "SELECT count(queued) FROM message WHERE id = ?", "i", message->id);
	return FAILED(hr) ? hr : queued ? MAPI_E_SUBMITTED : S_OK;
}

/* A row that was there; a new one has it all (submit_fill). */
static HRESULT
row_submit(struct db *db, gint64 id)
{
	gint64 place;
	HRESULT hr = number_next(db, &place);

	if (SUCCEEDED(hr))
		hr = db_exec(db,
		    "UPDATE message SET flags = flags | ?, queued = ? WHERE id = ? AND queued IS "
		    "NULL",
		    "uii", MSGFLAG_SUBMIT | MSGFLAG_UNSENT, place, id);
	if (SUCCEEDED(hr) && !db_changes(db))
		hr = MAPI_E_SUBMITTED;
	return SUCCEEDED(hr) ? queue_put(db, place, id) : hr;
}

HRESULT
message_write(struct message *message, ULONG flags, bool submit)
{
	struct db *db = message->store->db;
	HRESULT hr;

	if (message->id) {
		hr = row_check(message, flags);
		if (SUCCEEDED(hr))
			hr = row_update(message, message->image);
	} else {
		hr = row_insert(message, message->image, submit);
	}
	if (SUCCEEDED(hr))
		hr = propset_own(
		    message->store, &message->set, LOB_MESSAGE, message->id, message->fresh);
	if (SUCCEEDED(hr))
		hr = message_write_recipients(message);
	if (SUCCEEDED(hr))
		hr = message_write_attachments(message);
	if (SUCCEEDED(hr) && submit && !message->fresh)
		hr = row_submit(db, message->id);
	return hr;
}

HRESULT
message_prepare(struct message *message)
{
	HRESULT hr;

	message->fresh = message->id == 0;
	hr = propset_stage(message->store, &message->set, blob_skip);
	if (SUCCEEDED(hr))
		hr = message_prepare_attachments(message);
	if (SUCCEEDED(hr))
		hr = message_summarize(message);
	if (FAILED(hr))
		return hr;
	message->image = g_new0(struct row_image, 1);
	return row_image_make(message, message->image);
}

void
message_unprepare(struct message *message, bool committed)
{
	row_image_free(message->image);
	message->image = NULL;
	if (message->fresh && !committed)
		message->id = 0;
	message->fresh = false;
	message_unprepare_attachments(message, committed);
}

void
message_saved(struct message *message)
{
	message->version += message->fresh ? 0 : 1;
	propset_saved(&message->set);
	message_attachments_saved(message);
	message->recipients_dirty = false;
}

/* What the object says of itself after a save. */
static HRESULT
message_refresh(struct message *message)
{
	gint64 flags;
	HRESULT hr;

	hr = db_int(
	    message->store->db, &flags, "SELECT flags FROM message WHERE id = ?", "i", message->id);
	if (SUCCEEDED(hr))
		hr = bag_set_long(message->set.bag, PR_MESSAGE_FLAGS, (LONG)flags);
	if (SUCCEEDED(hr))
		hr = message_identify(message);
	return hr;
}

/* Written, but not known to be on disk: who is told of a failure must not see it sent.  Should this
 * fail as well, a second submit says MAPI_E_SUBMITTED. */
static void
withdraw(void *context)
{
	struct message *message = context;

	if (SUCCEEDED(queue_withdraw(message->store, message->id)))
		message->version++;
}

/* The spooler gets ready while the disk works; it sends nothing before queue_secure(). */
static HRESULT
commit_submit(struct message *message, ULONG flags, bool *committed)
{
	struct db *db = message->store->db;
	guint64 ticket;
	HRESULT hr = db_commit(db, message_write(message, flags, true), &ticket);

	*committed = db_committed(db);
	if (FAILED(hr))
		return hr;
	message_saved(message);
	message->woken = ticket ? submit_notify_soon(message->store) : MAPI_E_CANCEL;
	return db_sync_or(db, ticket, withdraw, message);
}

static HRESULT
commit_save(struct message *message, ULONG flags, bool *committed)
{
	struct db *db = message->store->db;
	HRESULT hr;

	db_keep_more(db);
	hr = db_end(db, message_write(message, flags, false), DB_DURABLE);
	*committed = db_committed(db);
	if (*committed)
		message_saved(message);
	return hr;
}

static HRESULT
message_commit(struct message *message, ULONG flags, bool submit, bool *committed)
{
	gint64 version = message->version;
	HRESULT hr = db_begin(message->store->db);

	if (FAILED(hr))
		return hr;
	hr = submit ? commit_submit(message, flags, committed)
		    : commit_save(message, flags, committed);
	if (!*committed)
		message->version = version;
	return hr;
}

HRESULT
message_save(struct message *message, ULONG flags, bool submit)
{
	bool committed = false;
	HRESULT hr;

	hr = message_prepare(message);
	if (SUCCEEDED(hr))
		hr = message_commit(message, flags, submit, &committed);
	message_unprepare(message, committed);
	/* A submitted message ends here; one that was taken back is a draft that can be named. */
	if (FAILED(hr) && committed)
		message_refresh(message);
	if (FAILED(hr) || submit)
		return hr;
	return message_refresh(message);
}
