/* SPDX-License-Identifier: MIT */
/* Long values: see lob.h. */
#include "lob.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "mem.h"

HRESULT
lob_create(struct db *db, ULONG tag, gint64 *id)
{
	HRESULT hr;

	hr = db_exec(db, "INSERT INTO lob(kind, owner, tag, size) VALUES(0, ?, ?, 0)", "iu",
	    (gint64)getpid(), tag);
	*id = SUCCEEDED(hr) ? db_last_id(db) : 0;
	return hr;
}

/* Long values go through SQLite's page cache and would fill it (32 MiB): each 4 MiB, what is read
 * or written once is let go. */
static void
let_go(struct db *db, gint64 number)
{
	if (number % 16 == 15)
		db_exec(db, "PRAGMA shrink_memory", "");
}

HRESULT
lob_write(struct db *db, gint64 id, gint64 number, const void *data, size_t size)
{
	let_go(db, number);
	if (!size)
		return db_exec(db, "DELETE FROM chunk WHERE id = (? << 24) | ?", "ii", id, number);
	if (number > 0xffffff)
		return MAPI_E_TOO_BIG;
	return db_exec(db, "INSERT OR REPLACE INTO chunk(id, data) VALUES((? << 24) | ?, ?)", "iib",
	    id, number, data, size);
}

HRESULT
lob_set_size(struct db *db, gint64 id, guint64 size)
{
	gint64 chunks = (gint64)((size + LOB_CHUNK - 1) / LOB_CHUNK);
	HRESULT hr;

	hr = db_exec(db, "UPDATE lob SET size = ? WHERE id = ?", "ii", (gint64)size, id);
	if (SUCCEEDED(hr))
		hr = db_exec(db,
		    "DELETE FROM chunk WHERE id BETWEEN (?1 << 24) + ?2 AND (?1 << 24) | 16777215",
		    "ii", id, chunks);
	return hr;
}

HRESULT
lob_store(struct db *db, ULONG tag, const void *data, size_t size, gint64 *id)
{
	const BYTE *bytes = data;
	size_t at;
	HRESULT hr;

	hr = lob_create(db, tag, id);
	for (at = 0; at < size && SUCCEEDED(hr); at += LOB_CHUNK)
		hr = lob_write(db, *id, (gint64)(at / LOB_CHUNK), bytes + at,
		    MIN(size - at, (size_t)LOB_CHUNK));
	if (SUCCEEDED(hr))
		hr = lob_set_size(db, *id, size);
	return hr;
}

HRESULT
lob_copy(struct db *db, gint64 id, gint64 *copy)
{
	HRESULT hr;

	hr = db_exec(db,
	    "INSERT INTO lob(kind, owner, tag, size) SELECT 0, ?, tag, size FROM lob WHERE id = ?",
	    "ii", (gint64)getpid(), id);
	if (FAILED(hr))
		return hr;
	*copy = db_last_id(db);
	return db_exec(db,
	    "INSERT INTO chunk(id, data) SELECT (?1 << 24) | (id & 16777215), data FROM chunk"
	    " WHERE id BETWEEN ?2 << 24 AND (?2 << 24) | 16777215",
	    "ii", *copy, id);
}

HRESULT
lob_own(struct db *db, gint64 id, enum lob_kind kind, gint64 owner)
{
	return db_exec(db, "UPDATE lob SET kind = ?, owner = ? WHERE id = ? AND kind = 0", "uii",
	    (ULONG)kind, owner, id);
}

HRESULT
lob_delete(struct db *db, gint64 id)
{
	return db_exec(db, "DELETE FROM lob WHERE id = ?", "i", id);
}

HRESULT
lob_discard(struct db *db, gint64 id)
{
	return db_exec(db, "DELETE FROM lob WHERE id = ? AND kind = 0", "i", id);
}

static HRESULT
lob_dead(struct db *db, GArray *dead)
{
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(db, &row, "SELECT DISTINCT owner FROM lob WHERE kind = 0", "");
	if (FAILED(hr))
		return hr;
	while ((hr = db_next(db, row)) == S_OK) {
		gint64 pid = sqlite3_column_int64(row, 0);

		if (pid > 0 && kill((pid_t)pid, 0) && errno == ESRCH)
			g_array_append_val(dead, pid);
	}
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
lob_sweep(struct db *db)
{
	GArray *dead = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr;
	guint at;

	hr = lob_dead(db, dead);
	if (SUCCEEDED(hr) && dead->len) {
		hr = db_begin(db);
		for (at = 0; at < dead->len && SUCCEEDED(hr); at++)
			hr = db_exec(db, "DELETE FROM lob WHERE kind = 0 AND owner = ?", "i",
			    g_array_index(dead, gint64, at));
		if (at)
			hr = db_end(db, hr, DB_RELAXED);
	}
	g_array_unref(dead);
	return hr;
}

HRESULT
lob_read(struct db *db, gint64 id, gint64 number, BYTE *buffer)
{
	sqlite3_stmt *row;
	size_t size = 0;
	HRESULT hr;

	hr =
	    db_query(db, &row, "SELECT data FROM chunk WHERE id = (? << 24) | ?", "ii", id, number);
	if (FAILED(hr))
		return hr;
	hr = db_next(db, row);
	if (FAILED(hr))
		return hr;
	if (hr == S_OK) {
		const void *data = sqlite3_column_blob(row, 0);

		size = MIN((size_t)sqlite3_column_bytes(row, 0), (size_t)LOB_CHUNK);
		if (size)
			memcpy(buffer, data, size);
		db_done(row);
	}
	memset(buffer + size, 0, LOB_CHUNK - size);
	let_go(db, number);
	return S_OK;
}

HRESULT
lob_load(struct db *db, gint64 id, guint64 size, void *root, BYTE **out)
{
	sqlite3_stmt *row;
	HRESULT hr;

	*out = NULL;
	if (size > G_MAXINT32)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*out = mem_zalloc(root, size + 2);
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = db_query(db, &row,
	    "SELECT id & 16777215, data FROM chunk WHERE id BETWEEN ?1 << 24 AND (?1 << 24) + ?2",
	    "ii", id, (gint64)(size / LOB_CHUNK));
	if (FAILED(hr))
		return hr;
	while ((hr = db_next(db, row)) == S_OK) {
		guint64 at = (guint64)sqlite3_column_int64(row, 0) * LOB_CHUNK;
		guint64 bytes = (guint64)sqlite3_column_bytes(row, 1);

		if (at < size && bytes)
			memcpy(*out + at, sqlite3_column_blob(row, 1), MIN(bytes, size - at));
	}
	return FAILED(hr) ? hr : S_OK;
}
