/* SPDX-License-Identifier: MIT */
/* A message's recipients in the store's file; what can be done to a list is recipient.h. */
#include "message.h"

#include <mapicode.h>
#include "blob.h"

static HRESULT
recipient_from_row(sqlite3_stmt *row, struct recipient **out)
{
	struct recipient *one = g_new0(struct recipient, 1);
	HRESULT hr;

	one->row = (ULONG)sqlite3_column_int64(row, 0);
	hr = blob_decode(sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1),
	    &one->props, &one->count);
	if (FAILED(hr)) {
		g_free(one);
		return (hr == MAPI_E_CORRUPT_DATA) ? MAPI_E_CORRUPT_STORE : hr;
	}
	*out = one;
	return S_OK;
}

HRESULT
message_load_recipients(struct message *message)
{
	GPtrArray *list;
	sqlite3_stmt *row;
	HRESULT hr;

	if (message->recipients)
		return S_OK;
	list = recipients_new();
	hr = db_query(message->store->db, &row,
	    "SELECT row, props FROM recipient WHERE message = ? ORDER BY row", "i", message->id);
	while (SUCCEEDED(hr) && (hr = db_next(message->store->db, row)) == S_OK) {
		struct recipient *one;

		hr = recipient_from_row(row, &one);
		if (FAILED(hr)) {
			db_done(row);
			break;
		}
		g_ptr_array_add(list, one);
		message->next_row = one->row + 1;
	}
	if (FAILED(hr)) {
		g_ptr_array_unref(list);
		return hr;
	}
	message->recipients = list;
	return S_OK;
}

HRESULT
message_write_recipients(struct message *message)
{
	struct db *db = message->store->db;
	HRESULT hr = S_OK;
	guint at;

	if (!message->recipients || !message->recipients_dirty)
		return S_OK;
	if (!message->fresh)
		hr = db_exec(db, "DELETE FROM recipient WHERE message = ?", "i", message->id);
	for (at = 0; at < message->recipients->len && SUCCEEDED(hr); at++) {
		const struct recipient *one = g_ptr_array_index(message->recipients, at);
		GByteArray *blob = g_byte_array_new();

		hr = blob_encode(one->props, one->count, blob);
		if (SUCCEEDED(hr))
			hr = db_exec(db,
			    "INSERT INTO recipient(message, row, props) VALUES(?, ?, ?)", "iub",
			    message->id, one->row, blob->data, (size_t)blob->len);
		g_byte_array_unref(blob);
	}
	return hr;
}

HRESULT
message_modify_recipients(struct message *message, ULONG flags, const ADRLIST *list)
{
	HRESULT hr = message_load_recipients(message);

	if (SUCCEEDED(hr))
		hr = recipients_modify(message->recipients, &message->next_row, flags, list);
	if (SUCCEEDED(hr))
		message->recipients_dirty = true;
	return hr;
}

HRESULT
message_recipient_table(struct message *message, ULONG flags, IMAPITable **out)
{
	HRESULT hr = message_load_recipients(message);

	return SUCCEEDED(hr) ? recipients_table(message->recipients, flags, out) : hr;
}
