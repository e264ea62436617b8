/* SPDX-License-Identifier: MIT */
/* Statements and transactions on the store's file: see db.h.  Opening it is db_open.c. */
#include "db_private.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "sqlwords.h"

HRESULT
hr_from_sqlite(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return S_OK;
	case SQLITE_NOMEM:
		return MAPI_E_NOT_ENOUGH_MEMORY;
	case SQLITE_FULL:
		return MAPI_E_NOT_ENOUGH_DISK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return MAPI_E_CORRUPT_STORE;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return MAPI_E_BUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_CANTOPEN:
		return MAPI_E_NO_ACCESS;
	case SQLITE_IOERR:
		return (code == SQLITE_IOERR_NOMEM) ? MAPI_E_NOT_ENOUGH_MEMORY : MAPI_E_DISK_ERROR;
	case SQLITE_TOOBIG:
		return MAPI_E_TOO_BIG;
	case SQLITE_CONSTRAINT:
		return (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
			   ? MAPI_E_COLLISION
			   : MAPI_E_CALL_FAILED;
	default:
		return MAPI_E_CALL_FAILED;
	}
}

HRESULT
db_failed(struct db *db, int code, const char *sql)
{
	HRESULT hr = hr_from_sqlite(code);
	int system = errno;

	if (SUCCEEDED(hr))
		return hr;
	/* SQLite does not keep what a COMMIT met. */
	if ((code & 0xff) != SQLITE_IOERR)
		system = 0;
	else if (sqlite3_system_errno(db->sqlite))
		system = sqlite3_system_errno(db->sqlite);
	if (system == EFBIG || system == ENOSPC || system == EDQUOT)
		hr = MAPI_E_NOT_ENOUGH_DISK;
	g_free(db->error);
	db->error_hr = hr;
	db->error = g_strdup_printf("%s: %s%s%s", db->path, sql_words(db->sqlite),
	    system ? ": " : "", system ? g_strerror(system) : "");
	if (hr != MAPI_E_COLLISION)
		log_warning("store %s (%s) in: %.80s", db->error, hr_name(hr), sql);
	return hr;
}

const char *
db_error(struct db *db, HRESULT hr)
{
	return db->error && db->error_hr == hr ? db->error : NULL;
}

const char *
db_path(struct db *db)
{
	return db->path;
}

static int
db_bind(sqlite3_stmt *statement, const char *format, va_list arguments)
{
	const void *data;
	const SBinary *binary;
	size_t size;
	int at, code = SQLITE_OK;

	for (at = 1; *format && code == SQLITE_OK; format++, at++) {
		switch (*format) {
		case 'i':
			code = sqlite3_bind_int64(statement, at, va_arg(arguments, gint64));
			break;
		case 'u':
			code = sqlite3_bind_int64(statement, at, va_arg(arguments, ULONG));
			break;
		case 't':
			data = va_arg(arguments, const char *);
			code = sqlite3_bind_text(statement, at, data, -1, SQLITE_STATIC);
			break;
		case 'b':
			data = va_arg(arguments, const void *);
			size = va_arg(arguments, size_t);
			code = sqlite3_bind_blob64(statement, at, data, size, SQLITE_STATIC);
			break;
		case 's':
			binary = va_arg(arguments, const SBinary *);
			code = sqlite3_bind_blob64(
			    statement, at, binary->lpb, binary->cb, SQLITE_STATIC);
			break;
		default:
			g_assert_not_reached();
		}
	}
	return code;
}

static HRESULT
db_prepare(struct db *db, const char *sql, sqlite3_stmt **out)
{
	int code;

	*out = g_hash_table_lookup(db->statements, sql);
	if (*out)
		return S_OK;
	code = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	if (code != SQLITE_OK)
		return db_failed(db, code, sql);
	g_hash_table_insert(db->statements, (void *)(size_t)sql, *out);
	return S_OK;
}

static HRESULT
db_vquery(struct db *db, sqlite3_stmt **out, const char *sql, const char *format, va_list arguments)
{
	HRESULT hr;
	int code;

	hr = db_prepare(db, sql, out);
	if (FAILED(hr))
		return hr;
	g_assert(!sqlite3_stmt_busy(*out));
	code = db_bind(*out, format, arguments);
	if (code == SQLITE_OK)
		return S_OK;
	hr = db_failed(db, code, sql);
	db_done(*out);
	return hr;
}

HRESULT
db_query(struct db *db, sqlite3_stmt **out, const char *sql, const char *format, ...)
{
	va_list arguments;
	HRESULT hr;

	va_start(arguments, format);
	hr = db_vquery(db, out, sql, format, arguments);
	va_end(arguments);
	return hr;
}

HRESULT
db_next(struct db *db, sqlite3_stmt *statement)
{
	HRESULT hr;
	int code;

	errno = 0;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		return S_OK;
	hr = (code == SQLITE_DONE) ? S_FALSE : db_failed(db, code, sqlite3_sql(statement));
	db_done(statement);
	return hr;
}

void
db_done(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

HRESULT
db_exec(struct db *db, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement;
	va_list arguments;
	HRESULT hr;

	va_start(arguments, format);
	hr = db_vquery(db, &statement, sql, format, arguments);
	va_end(arguments);
	if (FAILED(hr))
		return hr;
	while ((hr = db_next(db, statement)) == S_OK)
		;
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
db_int(struct db *db, gint64 *out, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement;
	va_list arguments;
	HRESULT hr;

	*out = 0;
	va_start(arguments, format);
	hr = db_vquery(db, &statement, sql, format, arguments);
	va_end(arguments);
	if (FAILED(hr))
		return hr;
	hr = db_next(db, statement);
	if (hr == S_FALSE)
		return MAPI_E_NOT_FOUND;
	if (FAILED(hr))
		return hr;
	*out = sqlite3_column_int64(statement, 0);
	db_done(statement);
	return S_OK;
}

HRESULT
db_ids(struct db *db, const char *sql, gint64 argument, GArray *ids)
{
	sqlite3_stmt *row;
	HRESULT hr = db_query(db, &row, sql, "i", argument);

	while (SUCCEEDED(hr) && (hr = db_next(db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		g_array_append_val(ids, id);
	}
	return FAILED(hr) ? hr : S_OK;
}

gint64
db_last_id(struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

int
db_changes(struct db *db)
{
	return sqlite3_changes(db->sqlite);
}

HRESULT
db_lock(struct db *db)
{
	int failed;

	do {
		failed = flock(db->lock, LOCK_EX);
	} while (failed && errno == EINTR);
	return failed ? hr_from_errno(errno) : S_OK;
}

void
db_unlock(struct db *db)
{
	flock(db->lock, LOCK_UN);
}

void
db_view_begin(struct db *db)
{
	if (!db->view)
		db->view = SUCCEEDED(db_exec(db, "BEGIN", ""));
}

void
db_view_end(struct db *db)
{
	if (db->view)
		db_exec(db, "COMMIT", "");
	db->view = false;
}

HRESULT
db_begin(struct db *db)
{
	HRESULT hr;

	db_view_end(db);
	g_assert(sqlite3_get_autocommit(db->sqlite));
	db->committed = false;
	db->touched = false;
	hr = db_lock(db);
	if (FAILED(hr))
		return hr;
	hr = db_exec(db, "BEGIN IMMEDIATE", "");
	if (FAILED(hr))
		db_unlock(db);
	return hr;
}

static HRESULT
before_commit(struct db *db, HRESULT hr)
{
	HRESULT more = SUCCEEDED(hr) && db->touched ? db->before_commit(db->context) : S_OK;

	return FAILED(more) ? more : hr;
}

/* Or rolls back. */
static HRESULT
commit(struct db *db, HRESULT hr)
{
	if (SUCCEEDED(hr)) {
		HRESULT committed;

		db_gather_begin(db);
		committed = db_exec(db, "COMMIT", "");
		db_gather_end(db, SUCCEEDED(committed));
		if (FAILED(committed))
			hr = committed;
	}
	if (FAILED(hr) && !sqlite3_get_autocommit(db->sqlite))
		db_exec(db, "ROLLBACK", "");
	db->committed = SUCCEEDED(hr);
	db->commits += db->committed;
	return hr;
}

HRESULT
db_end(struct db *db, HRESULT hr, enum db_durability durability)
{
	guint64 ticket = 0;

	hr = commit(db, before_commit(db, hr));
	if (SUCCEEDED(hr) && durability == DB_DURABLE)
		ticket = db_ticket(db);
	db_unlock(db);
	if (SUCCEEDED(hr) && durability == DB_DURABLE) {
		HRESULT synced = db_sync(db, ticket);

		if (FAILED(synced))
			hr = synced;
	}
	return hr;
}

HRESULT
db_commit(struct db *db, HRESULT hr, guint64 *ticket)
{
	HRESULT begun = S_OK;

	*ticket = 0;
	hr = before_commit(db, hr);
	if (SUCCEEDED(hr))
		begun = db_ticket_begin(db, ticket);
	hr = commit(db, FAILED(begun) ? begun : hr);
	if (SUCCEEDED(hr) && !db_ticket_draw(db, *ticket))
		*ticket = 0;
	db_unlock(db);
	return hr;
}

static void
note_table(void *context, int operation, const char *database, const char *table, sqlite3_int64 row)
{
	struct db *db = context;

	if (!db->touched)
		db->touched = !strcmp(table, db->watched);
}

void
db_set_before_commit(struct db *db, const char *table, db_before_commit fn, void *context)
{
	db->before_commit = fn;
	db->context = context;
	db->watched = table;
	sqlite3_update_hook(db->sqlite, note_table, db);
}

bool
db_committed(struct db *db)
{
	return db->committed;
}

unsigned
db_commits(struct db *db)
{
	return db->commits;
}

#define FULL_CACHE (-32768) /* KiB */
#define PASS_CACHE (-512)

static void
set_cache(struct db *db, gint64 size)
{
	char sql[64];

	g_snprintf(sql, sizeof(sql), "PRAGMA cache_size=%" G_GINT64_FORMAT, size);
	sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);
}

void
db_keep_more(struct db *db)
{
	if (!db->spooler && !db->roomy)
		set_cache(db, FULL_CACHE);
	db->roomy = true;
}

void
db_pass_begin(struct db *db)
{
	if (FAILED(db_int(db, &db->cache, "PRAGMA cache_size", "")))
		db->cache = 0;
	if (db->cache)
		set_cache(db, PASS_CACHE);
}

void
db_pass_end(struct db *db)
{
	if (db->cache)
		set_cache(db, db->cache);
	db->cache = 0;
}
