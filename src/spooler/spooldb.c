/* SPDX-License-Identifier: MIT */
/* spool.db: the file, its schema, statements and transactions.  See spooldb.h. */
#include "spooldb_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "sqlwords.h"

#define SCHEMA_VERSION 5
#define APPLICATION_ID 1162695504 /* "EMSP" */
#define RESERVE_BYTES (256 * 1024)

static const char schema[] =
    "CREATE TABLE message(id INTEGER PRIMARY KEY AUTOINCREMENT, store BLOB NOT NULL,"
    " entry BLOB NOT NULL, key BLOB NOT NULL, profile BLOB NOT NULL, subject TEXT NOT NULL,"
    " submitted INTEGER NOT NULL, priority INTEGER NOT NULL, state INTEGER NOT NULL,"
    " wish INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,"
    " crashes INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, text TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX message_due ON message(profile, priority DESC, next, id) WHERE state IN (0, 2);"
    "CREATE INDEX message_key ON message(key, id);"
    "CREATE TABLE recipient(message INTEGER NOT NULL, row INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " address TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, state INTEGER NOT NULL,"
    " code INTEGER NOT NULL DEFAULT 0, enhanced TEXT NOT NULL DEFAULT '',"
    " text TEXT NOT NULL DEFAULT '', server TEXT NOT NULL DEFAULT '',"
    " queue_id TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0,"
    " next INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(message, row)) WITHOUT ROWID;"
    "CREATE TABLE attempt(id INTEGER PRIMARY KEY, message INTEGER NOT NULL, record BLOB NOT NULL);"
    "CREATE INDEX attempt_message ON attempt(message, id);"
    "CREATE TABLE profile(uid BLOB PRIMARY KEY, name TEXT NOT NULL DEFAULT '',"
    " held INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL DEFAULT '',"
    " scanned INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;";

HRESULT
spooldb_hr(int rc)
{
	switch (rc & 0xFF) {
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
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
	case SQLITE_CANTOPEN:
		return MAPI_E_NO_ACCESS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return MAPI_E_BUSY;
	case SQLITE_IOERR:
		return MAPI_E_DISK_ERROR;
	default:
		return MAPI_E_CALL_FAILED;
	}
}

HRESULT
spooldb_error(struct spooldb *db)
{
	HRESULT hr = spooldb_hr(sqlite3_errcode(db->sql));

	log_error("spool.db: %s", sqlite3_errmsg(db->sql));
	db->damaged = db->damaged || hr == MAPI_E_CORRUPT_STORE;
	return FAILED(hr) ? hr : MAPI_E_CALL_FAILED;
}

/* Statements */

static sqlite3_stmt *
prepare(struct spooldb *db, const char *sql)
{
	sqlite3_stmt *stmt = g_hash_table_lookup(db->statements, sql);

	if (stmt) {
		sqlite3_reset(stmt);
		return stmt;
	}
	if (sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != 0) {
		spooldb_error(db);
		return NULL;
	}
	g_hash_table_insert(db->statements, (gpointer)sql, stmt);
	return stmt;
}

static HRESULT
bind_all(struct spooldb *db, sqlite3_stmt *stmt, const char *types, va_list *args)
{
	int rc = SQLITE_OK;

	for (int i = 1; rc == SQLITE_OK && *types; i++, types++) {
		GBytes *bytes;
		gsize size = 0;
		const void *data;

		switch (*types) {
		case 'i':
			rc = sqlite3_bind_int64(stmt, i, va_arg(*args, gint64));
			break;
		case 'd':
			rc = sqlite3_bind_int64(stmt, i, va_arg(*args, int));
			break;
		case 't':
			rc = sqlite3_bind_text(
			    stmt, i, va_arg(*args, const char *), -1, SQLITE_TRANSIENT);
			break;
		default:
			bytes = va_arg(*args, GBytes *);
			data = g_bytes_get_data(bytes, &size);
			rc = sqlite3_bind_blob64(stmt, i, data ? data : "", size, SQLITE_TRANSIENT);
			break;
		}
	}
	return rc == SQLITE_OK ? S_OK : spooldb_error(db);
}

sqlite3_stmt *
spooldb_query(struct spooldb *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	HRESULT hr;
	va_list args;

	spooldb_look(db);
	stmt = prepare(db, sql);
	hr = stmt ? S_OK : MAPI_E_CALL_FAILED;
	va_start(args, types);
	if (stmt)
		hr = bind_all(db, stmt, types, &args);
	va_end(args);
	if (SUCCEEDED(hr))
		return stmt;
	db->unread = hr;
	return NULL;
}

bool
spooldb_step(struct spooldb *db, sqlite3_stmt *stmt)
{
	int rc = stmt ? sqlite3_step(stmt) : SQLITE_DONE;

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		db->unread = spooldb_error(db);
	return rc == SQLITE_ROW;
}

HRESULT
spooldb_unread(struct spooldb *db)
{
	HRESULT hr = db->unread;

	db->unread = S_OK;
	return hr;
}

void
spooldb_done(sqlite3_stmt *stmt)
{
	if (stmt)
		sqlite3_reset(stmt);
}

HRESULT
spooldb_run(struct spooldb *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = prepare(db, sql);
	va_list args;
	HRESULT hr;
	int rc;

	if (!stmt)
		return MAPI_E_CALL_FAILED;
	va_start(args, types);
	hr = bind_all(db, stmt, types, &args);
	va_end(args);
	if (FAILED(hr))
		return hr;
	do {
		rc = sqlite3_step(stmt);
	} while (rc == SQLITE_ROW);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? S_OK : spooldb_error(db);
}

gint64
spooldb_number(struct spooldb *db, gint64 fallback, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	HRESULT hr;
	va_list args;

	spooldb_look(db);
	stmt = prepare(db, sql);
	hr = stmt ? S_OK : MAPI_E_CALL_FAILED;
	va_start(args, types);
	if (stmt)
		hr = bind_all(db, stmt, types, &args);
	va_end(args);
	if (FAILED(hr))
		db->unread = hr;
	else if (spooldb_step(db, stmt) && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
		fallback = sqlite3_column_int64(stmt, 0);
	spooldb_done(stmt);
	return fallback;
}

GBytes *
spooldb_column_bytes(sqlite3_stmt *stmt, int column)
{
	const void *data = sqlite3_column_blob(stmt, column);

	return g_bytes_new(data, (gsize)sqlite3_column_bytes(stmt, column));
}

char *
spooldb_column_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return g_strdup(text ? text : "");
}

/* Policies */

const struct retry_policy *
spooldb_policy(struct spooldb *db, GBytes *profile)
{
	const struct retry_policy *own =
	    profile ? g_hash_table_lookup(db->policies, profile) : NULL;

	return own ? own : &db->policy;
}

void
spooldb_set_policy(struct spooldb *db, GBytes *profile, const struct retry_policy *policy)
{
	g_hash_table_replace(
	    db->policies, g_bytes_ref(profile), g_memdup2(policy, sizeof(*policy)));
}

/* Transactions */

/* Room on disk that a verdict can fall back on: a message whose acceptance cannot be written down
 * would be sent again (D4). */
bool
spooldb_reserve(struct spooldb *db)
{
	int fd, error;

	if (access(db->reserve, F_OK) == 0)
		return true;
	fd = open(db->reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	error = fd < 0 ? errno : posix_fallocate(fd, 0, RESERVE_BYTES);
	if (fd >= 0)
		close(fd);
	if (error == 0)
		return true;
	log_warning("no room for %s: %s", db->reserve, g_strerror(error));
	unlink(db->reserve);
	return false;
}

static bool
reserve_give_back(struct spooldb *db)
{
	if (unlink(db->reserve) != 0)
		return false;
	log_warning("the disk is full; using the reserve for what was sent");
	return true;
}

/* Want of memory or an I/O error, also of a mere read, rolls back all that is not committed: then
 * the steps are to be done again. */
static bool
is_rolled_back(const struct spooldb *db)
{
	return db->open && sqlite3_get_autocommit(db->sql);
}

static bool
notice_rollback(struct spooldb *db)
{
	if (!is_rolled_back(db))
		return false;
	g_hash_table_remove_all(db->due);
	db->open = false;
	db->lost = true;
	return true;
}

/* A step that could not be taken back alone is taken back with all that is not committed.  Until
 * that succeeds nothing is begun and nothing is committed. */
static HRESULT
take_all_back(struct spooldb *db)
{
	HRESULT hr;

	if (!db->spoilt)
		return S_OK;
	hr = sqlite3_get_autocommit(db->sql) ? S_OK : spooldb_run(db, "ROLLBACK", "");
	if (FAILED(hr))
		return hr;
	db->spoilt = db->open = false;
	db->lost = true;
	g_hash_table_remove_all(db->due);
	return S_OK;
}

HRESULT
spooldb_begin(struct spooldb *db, enum spooldb_when when)
{
	HRESULT hr = take_all_back(db);

	if (FAILED(hr))
		return hr;
	g_hash_table_remove_all(db->due);
	db->when = when;
	notice_rollback(db);
	spooldb_look_away(db);
	if (!db->open)
		hr = spooldb_run(db, "BEGIN IMMEDIATE", "");
	db->open = db->open || SUCCEEDED(hr);
	return FAILED(hr) ? hr : spooldb_run(db, "SAVEPOINT step", "");
}

static HRESULT
commit(struct spooldb *db)
{
	HRESULT hr = take_all_back(db);

	if (FAILED(hr) || !db->open)
		return FAILED(hr) ? hr : MAPI_E_CALL_FAILED;
	hr = spooldb_run(db, "COMMIT", "");

	if (hr == MAPI_E_NOT_ENOUGH_DISK && reserve_give_back(db) &&
	    !sqlite3_get_autocommit(db->sql))
		hr = spooldb_run(db, "COMMIT", "");
	if (SUCCEEDED(hr)) {
		db->open = false;
		db->unsynced = true;
		return hr;
	}
	db->lost = true;
	g_hash_table_remove_all(db->due);
	if (!sqlite3_get_autocommit(db->sql))
		spooldb_run(db, "ROLLBACK", "");
	db->open = !sqlite3_get_autocommit(db->sql);
	return hr;
}

HRESULT
spooldb_end(struct spooldb *db, HRESULT hr)
{
	HRESULT unread = spooldb_unread(db);

	g_hash_table_remove_all(db->due);
	if (SUCCEEDED(hr))
		hr = unread;
	if (notice_rollback(db) && SUCCEEDED(hr))
		hr = MAPI_E_CALL_FAILED;
	if (SUCCEEDED(hr)) {
		hr = spooldb_run(db, "RELEASE step", "");
	} else {
		if (hr == MAPI_E_NOT_ENOUGH_DISK)
			reserve_give_back(db);
		if (!db->open || db->spoilt)
			return hr;
		db->spoilt = FAILED(spooldb_run(db, "ROLLBACK TO step", ""));
		if (!db->spoilt)
			spooldb_run(db, "RELEASE step", "");
		take_all_back(db);
		return hr;
	}
	if (SUCCEEDED(hr) && db->when == SPOOLDB_NOW)
		hr = commit(db);
	return hr;
}

HRESULT
spooldb_end_once(struct spooldb *db, HRESULT hr)
{
	hr = spooldb_end(db, hr);
	db->lost = db->lost || FAILED(hr);
	return hr;
}

bool
spooldb_lost(const struct spooldb *db)
{
	return db->lost || is_rolled_back(db);
}

HRESULT
spooldb_commit(struct spooldb *db)
{
	if (notice_rollback(db))
		return MAPI_E_CALL_FAILED;
	return db->open ? commit(db) : S_OK;
}

gint64
spooldb_stamp(struct spooldb *db, gint64 now)
{
	db->stamp = MAX(db->stamp + 1, now);
	return db->stamp;
}

/* Open and close */

/* What version 2 has beyond version 1: mail that is sent later or expires, reports, the pace. */
static const char upgrade_1[] =
    "ALTER TABLE message ADD COLUMN defer INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN expiry INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN quiet INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN reporting INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN reports INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE recipient ADD COLUMN class INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE recipient ADD COLUMN told INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE profile ADD COLUMN pace INTEGER NOT NULL DEFAULT 0;"
    /* What failed before there were reports is told by the queue alone. */
    "UPDATE recipient SET told=3 WHERE state=5;";

/* What version 3 has beyond: how far the stores' queues were read. */
static const char upgrade_2[] =
    "CREATE TABLE place(store BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;";

/* What version 4 has beyond: when the file was made anew ("rebuilt"). */
static const char upgrade_3[] =
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;";

/* Version 5 has these indexes in other words, for which SQLite needs no table for each time that a
 * row changes. */
static const char upgrade_4[] =
    "DROP INDEX IF EXISTS message_live;"
    "DROP INDEX IF EXISTS message_open;"
    "DROP INDEX IF EXISTS message_history;"
    "CREATE UNIQUE INDEX message_live ON message(store, entry) WHERE " SQL_OPEN ";"
    "CREATE INDEX message_open ON message(id) WHERE " SQL_OPEN ";"
    "CREATE INDEX message_history ON message(changed) WHERE " SQL_OVER ";";

/* Brings a file of an older version (0: a new one) to this one. */
static HRESULT
upgrade(struct spooldb *db, gint64 version)
{
	const char *const steps[] = {
		"BEGIN IMMEDIATE",
		version < 1 ? schema : "",
		version < 2 ? upgrade_1 : "",
		version < 3 ? upgrade_2 : "",
		version < 4 ? upgrade_3 : "",
		upgrade_4,
		"PRAGMA application_id=" G_STRINGIFY(APPLICATION_ID),
		"PRAGMA user_version=" G_STRINGIFY(SCHEMA_VERSION),
		"COMMIT",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (sqlite3_exec(db->sql, steps[i], NULL, NULL, NULL) != SQLITE_OK) {
			/* A table that is missing, or one too many: it says it is what it is not.
			 */
			bool odd = sqlite3_errcode(db->sql) == SQLITE_ERROR;
			HRESULT hr = spooldb_error(db);

			sqlite3_exec(db->sql, "ROLLBACK", NULL, NULL, NULL);
			return odd ? MAPI_E_CORRUPT_STORE : hr;
		}
	}
	if (version == 0)
		paths_sync_grandparent(sqlite3_db_filename(db->sql, "main"));
	return S_OK;
}

/* Who may not use the file is told so; SQLite says that it is unable to. */
static char *
why_not(struct spooldb *db, const char *path)
{
	if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
		return g_strdup_printf("user %u may not read and write it (%s)",
		    (unsigned)geteuid(), g_strerror(errno));
	return g_strdup(sql_words(db->sql));
}

HRESULT
spooldb_set_rebuilt(struct spooldb *db, gint64 now)
{
	HRESULT hr =
	    spooldb_run(db, "REPLACE INTO fact(name, value) VALUES('rebuilt', ?)", "i", now);

	if (SUCCEEDED(hr))
		db->rebuilt = now;
	return hr;
}

bool
spooldb_is_rebuilt(const struct spooldb *db)
{
	return db->rebuilt != 0;
}

bool
spooldb_damaged(const struct spooldb *db)
{
	return db->damaged;
}

static HRESULT
prepare_schema(struct spooldb *db, char **why)
{
	gint64 version = spooldb_number(db, -1, "PRAGMA user_version", "");
	gint64 application = spooldb_number(db, -1, "PRAGMA application_id", "");

	if (application == APPLICATION_ID && version == SCHEMA_VERSION)
		return S_OK;
	if (application == APPLICATION_ID && version > SCHEMA_VERSION) {
		*why = g_strdup_printf("it was written by a newer emapi (layout %" G_GINT64_FORMAT
				       ", this one knows %d)",
		    version, SCHEMA_VERSION);
		return MAPI_E_VERSION;
	}
	if (application == APPLICATION_ID && version > 0)
		return upgrade(db, version);
	if (version != 0 || application != 0 ||
	    spooldb_number(db, 1, "SELECT count(*) FROM sqlite_master", "") != 0) {
		*why = g_strdup("it is no spool.db");
		return MAPI_E_CORRUPT_STORE;
	}
	return upgrade(db, 0);
}

static HRESULT
open_file(struct spooldb *db, const char *path, char **why)
{
	HRESULT hr = S_OK;
	int rc = sqlite3_open_v2(
	    path, &db->sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK && sqlite3_db_readonly(db->sql, "main") == 1)
		rc = SQLITE_READONLY;
	if (rc != SQLITE_OK) {
		*why = why_not(db, path);
		return spooldb_hr(rc);
	}
	sqlite3_extended_result_codes(db->sql, 1);
	sqlite3_busy_timeout(db->sql, 5000); /* a person may look with the sqlite3 shell */
	rc = sqlite3_exec(db->sql,
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=OFF;"
	    "PRAGMA temp_store=MEMORY",
	    NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		*why = g_strdup(sql_words(db->sql));
		return spooldb_hr(rc);
	}
	hr = prepare_schema(db, why);
	if (FAILED(hr) && !*why)
		*why = g_strdup(sql_words(db->sql));
	return hr;
}

/* Mail was here already, as the room set aside for it shows, and the file is new. */
static bool
was_emptied(struct spooldb *db, const char *path)
{
	struct stat file;

	return access(db->reserve, F_OK) == 0 && (stat(path, &file) != 0 || file.st_size == 0);
}

static void
statement_free(void *stmt)
{
	sqlite3_finalize(stmt);
}

HRESULT
spooldb_open(const char *path, const struct retry_policy *policy, struct spooldb **out, char **why)
{
	struct spooldb *db = g_new0(struct spooldb, 1);
	char *reason = NULL;
	bool emptied;
	HRESULT hr;

	*out = NULL;
	db->policy = *policy;
	db->policies = g_hash_table_new_full(
	    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
	db->statements = g_hash_table_new_full(NULL, NULL, NULL, statement_free);
	db->due = g_hash_table_new_full(
	    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, g_free);
	db->reserve = g_strconcat(path, ".reserve", NULL);
	emptied = was_emptied(db, path);
	hr = open_file(db, path, &reason);
	if (SUCCEEDED(hr)) {
		db->rebuilt =
		    spooldb_number(db, 0, "SELECT value FROM fact WHERE name='rebuilt'", "");
		/* By the indexes: history may be long. */
		db->stamp = spooldb_number(db, 0,
		    "SELECT max(coalesce((SELECT max(changed) FROM message WHERE " SQL_OVER "), 0),"
		    " coalesce((SELECT max(changed) FROM message WHERE " SQL_OPEN "), 0))",
		    "");
		if (emptied)
			hr = spooldb_set_rebuilt(db, g_get_real_time());
	}
	if (db->damaged)
		hr = MAPI_E_CORRUPT_STORE;
	if (FAILED(hr) && !reason)
		reason = g_strdup(sql_words(db->sql));
	if (FAILED(hr)) {
		*why = g_strdup_printf("cannot use %s: %s", path, reason ? reason : "?");
		g_free(reason);
		spooldb_close(db);
		return hr;
	}
	if (emptied)
		log_error("%s was gone or empty, though there was mail before.  The queue is made "
			  "anew from the stores; what was submitted before now may have been sent "
			  "and may be delivered twice.",
		    path);
	db->ours = true;
	spooldb_reserve(db);
	*out = db;
	return S_OK;
}

/* The last to close removes the log, and the next scheduler's first commit, which a message waits
 * for, would wait for the disk twice: for the header of a new log and for its name.  So a log is
 * left that is begun and holds nothing new. */
static void
leave_log(struct spooldb *db)
{
	int left = 0, moved = 0;

	sqlite3_busy_timeout(db->sql, 0);
	if (sqlite3_wal_checkpoint_v2(db->sql, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &moved) !=
	    SQLITE_OK)
		return;
	/* Changes nothing, but writes a page. */
	if (sqlite3_exec(db->sql, "PRAGMA user_version=" G_STRINGIFY(SCHEMA_VERSION), NULL, NULL,
		NULL) == SQLITE_OK)
		sqlite3_db_config(db->sql, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

void
spooldb_close(struct spooldb *db)
{
	if (!db)
		return;
	spooldb_stop_syncer(db);
	if (db->sql && SUCCEEDED(spooldb_sync(db)) && db->ours && !db->damaged)
		leave_log(db);
	g_hash_table_unref(db->statements);
	g_hash_table_unref(db->policies);
	g_hash_table_unref(db->due);
	sqlite3_close(db->sql);
	g_free(db->reserve);
	g_free(db);
}
