/* SPDX-License-Identifier: MIT */
/* The address book's file: see file.h. */
#include "file.h"

#include <fcntl.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "paths.h"
#include "sqlwords.h"

#define VERSION 2
#define BUSY_MS 10000

static HRESULT
result_of(int code)
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
		return MAPI_E_DISK_ERROR;
	case SQLITE_TOOBIG:
		return MAPI_E_TOO_BIG;
	default:
		return MAPI_E_CALL_FAILED;
	}
}

static HRESULT
failed(struct file *file, int code, char **why)
{
	HRESULT hr = result_of(code);

	if (FAILED(hr) && !*why)
		*why = g_strdup_printf(
		    "The address book %s cannot be used: %s.", file->path, sql_words(file->sqlite));
	return hr;
}

/* --- Statements ---------------------------------------------------------------------------- */

static int
bind(sqlite3_stmt *statement, const char *format, va_list args)
{
	int code = SQLITE_OK;

	for (int at = 1; *format && code == SQLITE_OK; format++, at++) {
		GBytes *bytes;
		gsize size;

		switch (*format) {
		case 'i':
			code = sqlite3_bind_int64(statement, at, va_arg(args, gint64));
			break;
		case 't':
			code = sqlite3_bind_text(
			    statement, at, va_arg(args, const char *), -1, SQLITE_STATIC);
			break;
		case 'b':
			bytes = va_arg(args, GBytes *);
			if (!bytes)
				break;
			code = sqlite3_bind_blob64(statement, at, g_bytes_get_data(bytes, &size),
			    g_bytes_get_size(bytes), SQLITE_STATIC);
			break;
		default:
			g_assert_not_reached();
		}
	}
	return code;
}

static HRESULT
query(struct file *file, sqlite3_stmt **out, char **why, const char *sql, const char *format,
    va_list args)
{
	int code = sqlite3_prepare_v2(file->sqlite, sql, -1, out, NULL);

	if (code == SQLITE_OK)
		code = bind(*out, format, args);
	if (code == SQLITE_OK)
		return S_OK;
	sqlite3_finalize(*out);
	*out = NULL;
	return failed(file, code, why);
}

HRESULT
file_query(
    struct file *file, sqlite3_stmt **out, char **why, const char *sql, const char *format, ...)
{
	va_list args;
	HRESULT hr;

	va_start(args, format);
	hr = query(file, out, why, sql, format, args);
	va_end(args);
	return hr;
}

HRESULT
file_next(struct file *file, sqlite3_stmt *statement, char **why)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return S_OK;
	return code == SQLITE_DONE ? S_FALSE : failed(file, code, why);
}

HRESULT
file_exec(struct file *file, char **why, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement = NULL;
	va_list args;
	HRESULT hr;

	va_start(args, format);
	hr = query(file, &statement, why, sql, format, args);
	va_end(args);
	if (SUCCEEDED(hr))
		hr = file_next(file, statement, why);
	sqlite3_finalize(statement);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
file_begin(struct file *file, char **why)
{
	return file_exec(file, why, "BEGIN IMMEDIATE", "");
}

HRESULT
file_end(struct file *file, HRESULT hr, char **why)
{
	if (SUCCEEDED(hr))
		hr = file_exec(file, why, "COMMIT", "");
	if (FAILED(hr) && !sqlite3_get_autocommit(file->sqlite))
		sqlite3_exec(file->sqlite, "ROLLBACK", NULL, NULL, NULL);
	return hr;
}

/* --- Opening ------------------------------------------------------------------------------- */

static HRESULT
run_all(struct file *file, const char *const *sql, size_t count, char **why)
{
	HRESULT hr = S_OK;

	for (size_t i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = file_exec(file, why, sql[i], "");
	return hr;
}

static HRESULT
create_tables(struct file *file, char **why)
{
	static const char *const sql[] = {
		"CREATE TABLE book (uid BLOB NOT NULL)",
		"CREATE TABLE entry (id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL,"
		" name TEXT NOT NULL, anr TEXT NOT NULL, props BLOB NOT NULL)",
		"CREATE TABLE member (position INTEGER PRIMARY KEY AUTOINCREMENT,"
		" list INTEGER NOT NULL, own INTEGER, entryid BLOB NOT NULL, props BLOB,"
		" UNIQUE (list, entryid))",
		"CREATE INDEX member_own ON member (own)",
	};
	GBytes *uid = NULL;
	MAPIUID fresh;
	HRESULT hr;

	if (getrandom(&fresh, sizeof fresh, 0) != sizeof fresh)
		return hr_from_errno(errno);
	hr = run_all(file, sql, G_N_ELEMENTS(sql), why);
	uid = g_bytes_new(&fresh, sizeof fresh);
	if (SUCCEEDED(hr))
		hr = file_exec(file, why, "INSERT INTO book VALUES (?)", "b", uid);
	g_bytes_unref(uid);
	return hr;
}

/* From version 1 to 2: entries in order of their names, with what names are looked for in; and what
 * happens is written down, for those who listen.  The events are fnev...
 * of mapidefs.h; the last FILE_CHANGES of them are kept. */
static HRESULT
add_changes(struct file *file, char **why)
{
#define TEXT_OF(number) #number
#define AS_TEXT(number) TEXT_OF(number)
#define NOTE "INSERT INTO change (event, entry, type) "
	static const char *const sql[] = {
		"CREATE INDEX entry_name ON entry (name COLLATE NOCASE, id, anr)",
		"CREATE TABLE change (id INTEGER PRIMARY KEY AUTOINCREMENT,"
		" event INTEGER NOT NULL, entry INTEGER NOT NULL, type INTEGER NOT NULL)",
		"CREATE TRIGGER entry_made AFTER INSERT ON entry BEGIN " NOTE
		"VALUES (4, NEW.id, NEW.type); END",
		"CREATE TRIGGER entry_changed AFTER UPDATE ON entry BEGIN " NOTE
		"VALUES (16, NEW.id, NEW.type); END",
		"CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN " NOTE
		"VALUES (8, OLD.id, OLD.type); END",
		"CREATE TRIGGER member_came AFTER INSERT ON member BEGIN " NOTE
		"SELECT 16, id, type FROM entry WHERE id = NEW.list; END",
		"CREATE TRIGGER member_went AFTER DELETE ON member BEGIN " NOTE
		"SELECT 16, id, type FROM entry WHERE id = OLD.list; END",
		"CREATE TRIGGER change_made AFTER INSERT ON change BEGIN"
		" DELETE FROM change WHERE id <= NEW.id - " AS_TEXT(FILE_CHANGES) "; END",
		"PRAGMA user_version = " AS_TEXT(VERSION),
	};

	return run_all(file, sql, G_N_ELEMENTS(sql), why);
}

HRESULT
file_number(struct file *file, const char *sql, gint64 *number, char **why)
{
	sqlite3_stmt *statement = NULL;
	HRESULT hr = file_query(file, &statement, why, sql, "");

	*number = 0;
	if (SUCCEEDED(hr))
		hr = file_next(file, statement, why);
	if (hr == S_OK)
		*number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return FAILED(hr) ? hr : S_OK;
}

/* Two first logons at once make one book: the second finds the tables there. */
static HRESULT
make_sure(struct file *file, char **why)
{
	gint64 version;
	HRESULT hr = file_number(file, "PRAGMA user_version", &version, why);

	if (FAILED(hr) || version == VERSION)
		return hr;
	hr = file_begin(file, why);
	if (FAILED(hr))
		return hr;
	hr = file_number(file, "PRAGMA user_version", &version, why);
	if (SUCCEEDED(hr) && version > VERSION) {
		hr = MAPI_E_VERSION;
		*why = g_strdup_printf(
		    "The address book %s was written by a newer emapi: upgrade this one.",
		    file->path);
	}
	if (SUCCEEDED(hr) && version == 0)
		hr = create_tables(file, why);
	if (SUCCEEDED(hr) && version < VERSION)
		hr = add_changes(file, why);
	return file_end(file, hr, why);
}

static HRESULT
read_uid(struct file *file, char **why)
{
	sqlite3_stmt *statement = NULL;
	HRESULT hr = file_query(file, &statement, why, "SELECT uid FROM book", "");

	if (SUCCEEDED(hr))
		hr = file_next(file, statement, why);
	if (hr == S_OK && sqlite3_column_bytes(statement, 0) == sizeof file->uid)
		memcpy(&file->uid, sqlite3_column_blob(statement, 0), sizeof file->uid);
	else if (SUCCEEDED(hr))
		hr = MAPI_E_CORRUPT_STORE;
	sqlite3_finalize(statement);
	return hr;
}

static HRESULT
open_sqlite(struct file *file, char **why)
{
	int code, fd;
	HRESULT hr = paths_make_parent(file->path);

	if (FAILED(hr))
		return hr;
	/* Contacts are nobody else's: SQLite would make the file as the umask has it. */
	fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EACCES && errno != EROFS)
		return hr_from_errno(errno);
	if (fd >= 0)
		close(fd);
	code = sqlite3_open_v2(
	    file->path, &file->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return failed(file, code, why);
	sqlite3_extended_result_codes(file->sqlite, 1);
	sqlite3_busy_timeout(file->sqlite, BUSY_MS);
	return S_OK;
}

HRESULT
file_open(const char *path, struct file **out, char **why)
{
	struct file *file = g_new0(struct file, 1);
	HRESULT hr;

	*out = NULL;
	file->path = g_strdup(path);
	hr = open_sqlite(file, why);
	if (SUCCEEDED(hr))
		hr = make_sure(file, why);
	if (SUCCEEDED(hr))
		hr = read_uid(file, why);
	if (FAILED(hr)) {
		if (!*why)
			*why = g_strdup_printf(
			    "The address book %s cannot be opened: %s.", path, hr_text(hr));
		file_close(file);
		return hr;
	}
	*out = file;
	return S_OK;
}

void
file_close(struct file *file)
{
	sqlite3_close(file->sqlite);
	g_free(file->path);
	g_free(file);
}
