/* SPDX-License-Identifier: MIT */
/* A message's list of attachments: reading, saving, table.  The object itself is attach.c. */
#include "message.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"
#include "table.h"

/* Made anew at each load. */
static const ULONG blob_skip[] = { PR_ATTACH_NUM, PR_ATTACH_SIZE, PR_RECORD_KEY, PR_STORE_ENTRYID,
	PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, PR_ACCESS,
	PR_ACCESS_LEVEL, 0 };

struct attachment *
attachment_new(void)
{
	struct attachment *one = g_new0(struct attachment, 1);

	if (SUCCEEDED(propset_init(&one->set)))
		return one;
	g_array_unref(one->set.longs);
	g_free(one);
	return NULL;
}

void
attachment_free(struct store *store, struct attachment *attachment)
{
	if (!attachment)
		return;
	propset_clear(store, &attachment->set);
	if (attachment->embedded)
		com_release(&attachment->embedded->com);
	g_free(attachment);
}

void
attachments_free(struct store *store, GPtrArray *attachments)
{
	guint at;

	if (!attachments)
		return;
	for (at = 0; at < attachments->len; at++)
		attachment_free(store, g_ptr_array_index(attachments, at));
	g_ptr_array_unref(attachments);
}

static HRESULT
attachment_from_row(sqlite3_stmt *row, struct attachment **out)
{
	struct attachment *one = attachment_new();
	HRESULT hr;

	if (!one)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	one->id = sqlite3_column_int64(row, 0);
	one->num = (ULONG)sqlite3_column_int64(row, 1);
	hr = bag_from_blob(
	    one->set.bag, sqlite3_column_blob(row, 3), (size_t)sqlite3_column_bytes(row, 3));
	if (SUCCEEDED(hr))
		hr = bag_set_long(one->set.bag, PR_ATTACH_NUM, (LONG)one->num);
	if (SUCCEEDED(hr))
		hr = bag_set_long(one->set.bag, PR_ATTACH_SIZE,
		    (LONG)MIN(sqlite3_column_int64(row, 2), (gint64)G_MAXINT32));
	*out = one;
	return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
}

HRESULT
message_load_attachments(struct message *message)
{
	struct db *db = message->store->db;
	GPtrArray *list;
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	if (message->attachments)
		return S_OK;
	list = g_ptr_array_new();
	hr = db_query(db, &row,
	    "SELECT id, num, size, props FROM attachment WHERE message = ? ORDER BY num", "i",
	    message->id);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		struct attachment *one = NULL;

		hr = attachment_from_row(row, &one);
		if (one)
			g_ptr_array_add(list, one);
		if (FAILED(hr)) {
			db_done(row);
			break;
		}
		message->next_num = one->num + 1;
	}
	for (at = 0; at < list->len && SUCCEEDED(hr); at++) {
		struct attachment *one = g_ptr_array_index(list, at);

		hr = propset_load(message->store, &one->set, LOB_ATTACHMENT, one->id);
	}
	if (FAILED(hr)) {
		attachments_free(message->store, list);
		return hr;
	}
	message->attachments = list;
	return S_OK;
}

struct attachment *
message_find_attachment(struct message *message, ULONG num)
{
	guint at;

	for (at = 0; at < message->attachments->len; at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		if (one->num == num)
			return one;
	}
	return NULL;
}

HRESULT
message_delete_attachment(struct message *message, ULONG num)
{
	struct attachment *one;
	HRESULT hr = message_load_attachments(message);

	if (FAILED(hr))
		return hr;
	one = message_find_attachment(message, num);
	if (!one)
		return MAPI_E_NOT_FOUND;
	g_ptr_array_remove(message->attachments, one);
	attachment_free(message->store, one);
	message->attachments_dirty = true;
	return S_OK;
}

HRESULT
message_prepare_attachments(struct message *message)
{
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; message->attachments && at < message->attachments->len && SUCCEEDED(hr);
	     at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		hr = propset_stage(message->store, &one->set, blob_skip);
		if (SUCCEEDED(hr) && one->embedded)
			hr = message_prepare(one->embedded);
	}
	return hr;
}

/* It is written over the row that the attachment has, if any. */
static HRESULT
attachment_write_embedded(struct message *message, struct attachment *one)
{
	struct message *embedded = one->embedded;
	HRESULT hr;

	embedded->folder = -ABS(one->id);
	hr = db_int(message->store->db, &embedded->id, "SELECT id FROM message WHERE folder = ?",
	    "i", embedded->folder);
	if (hr == MAPI_E_NOT_FOUND)
		hr = S_OK;
	return SUCCEEDED(hr) ? message_write(embedded, FORCE_SAVE, false) : hr;
}

static guint64
attachment_size(const struct attachment *one, const GByteArray *blob)
{
	guint64 size = blob->len + propset_long_bytes(&one->set);

	if (one->embedded)
		size += (guint64)bag_get_long(one->embedded->set.bag, PR_MESSAGE_SIZE, 0);
	return size;
}

static HRESULT
attachment_write(struct message *message, struct attachment *one)
{
	struct db *db = message->store->db;
	GByteArray *blob = g_byte_array_new();
	bool fresh = !one->id;
	gint64 size;
	HRESULT hr;

	hr = propset_encode(&one->set, blob_skip, blob);
	size = (gint64)attachment_size(one, blob);
	if (SUCCEEDED(hr) && one->id) {
		hr = db_exec(db, "UPDATE attachment SET size = ?, props = ? WHERE id = ?", "ibi",
		    size, blob->data, (size_t)blob->len, ABS(one->id));
	} else if (SUCCEEDED(hr)) {
		hr = db_exec(db,
		    "INSERT INTO attachment(message, num, size, props) VALUES(?, ?, ?, ?)", "iuib",
		    message->id, one->num, size, blob->data, (size_t)blob->len);
		one->id = SUCCEEDED(hr) ? -db_last_id(db) : 0; /* until the commit: see _saved() */
	}
	if (SUCCEEDED(hr))
		hr = propset_own(message->store, &one->set, LOB_ATTACHMENT, ABS(one->id), fresh);
	if (SUCCEEDED(hr) && one->embedded)
		hr = attachment_write_embedded(message, one);
	g_byte_array_unref(blob);
	return hr;
}

static HRESULT
attachments_delete_gone(struct message *message)
{
	struct db *db = message->store->db;
	GArray *gone = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;
	guint at;

	hr = db_query(
	    db, &row, "SELECT id, num FROM attachment WHERE message = ?", "i", message->id);
	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);
		struct attachment *known =
		    message_find_attachment(message, (ULONG)sqlite3_column_int64(row, 1));

		if (!known)
			g_array_append_val(gone, id);
		else if (!known->id)
			known->id = -id; /* the same one, saved before: see _saved() */
	}
	for (at = 0; at < gone->len && SUCCEEDED(hr); at++)
		hr = db_exec(db, "DELETE FROM attachment WHERE id = ?", "i",
		    g_array_index(gone, gint64, at));
	g_array_unref(gone);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
message_write_attachments(struct message *message)
{
	HRESULT hr = S_OK;
	guint at;

	if (!message->attachments)
		return S_OK;
	for (at = 0; at < message->attachments->len; at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		if (one->id < 0)
			one->id = 0; /* of a transaction that failed */
	}
	if (message->attachments_dirty)
		hr = attachments_delete_gone(message);
	for (at = 0; at < message->attachments->len && SUCCEEDED(hr); at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		if (one->set.dirty || one->embedded || !one->id)
			hr = attachment_write(message, one);
	}
	return hr;
}

void
message_attachments_saved(struct message *message)
{
	guint at;

	for (at = 0; message->attachments && at < message->attachments->len; at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		one->id = ABS(one->id);
		propset_saved(&one->set);
		if (one->embedded)
			message_saved(one->embedded);
	}
	message->attachments_dirty = false;
}

/* After a commit the rows have all there is; what was kept for them can go. */
void
message_unprepare_attachments(struct message *message, bool committed)
{
	guint at;

	for (at = 0; message->attachments && at < message->attachments->len; at++) {
		struct attachment *one = g_ptr_array_index(message->attachments, at);

		if (!one->embedded)
			continue;
		message_unprepare(one->embedded, committed);
		if (committed) {
			com_release(&one->embedded->com);
			one->embedded = NULL;
		}
	}
}

/* --- The table ----------------------------------------------------------------------- */

static const SizedSPropTagArray(12, table_columns_a) = { 12,
	{ PR_ATTACH_NUM, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_RENDERING_POSITION,
	    PR_ATTACH_FILENAME_A, PR_ATTACH_METHOD, PR_ATTACH_SIZE, PR_ATTACH_LONG_FILENAME_A,
	    PR_ATTACH_MIME_TAG_A, PR_DISPLAY_NAME_A, PR_OBJECT_TYPE, PR_ACCESS_LEVEL } };
static const SizedSPropTagArray(12, table_columns_w) = { 12,
	{ PR_ATTACH_NUM, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_RENDERING_POSITION,
	    PR_ATTACH_FILENAME_W, PR_ATTACH_METHOD, PR_ATTACH_SIZE, PR_ATTACH_LONG_FILENAME_W,
	    PR_ATTACH_MIME_TAG_W, PR_DISPLAY_NAME_W, PR_OBJECT_TYPE, PR_ACCESS_LEVEL } };

static HRESULT
attachment_add_row(struct message *message, const struct attachment *one, struct table_rows *rows)
{
	struct bag *bag = bag_create();
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_array(bag, bag_values(one->set.bag), bag_count(one->set.bag));
	if (SUCCEEDED(hr))
		bag_remove(bag, PR_ATTACH_DATA_BIN); /* not for tables */
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ATTACH_NUM, (LONG)one->num);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, &one->num, sizeof(one->num));
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_RECORD_KEY, &one->num, sizeof(one->num));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_ATTACH);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, message->writable ? MAPI_MODIFY : 0);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

HRESULT
message_attachment_table(struct message *message, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows;
	HRESULT hr;
	guint at;

	hr = message_load_attachments(message);
	if (FAILED(hr))
		return hr;
	rows = table_rows_create();
	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < message->attachments->len && SUCCEEDED(hr); at++)
		hr = attachment_add_row(message, g_ptr_array_index(message->attachments, at), rows);
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows,
	    (const SPropTagArray *)((flags & MAPI_UNICODE) ? (const void *)&table_columns_w
							   : (const void *)&table_columns_a),
	    flags, out);
}
