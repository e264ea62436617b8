/* SPDX-License-Identifier: MIT */
/*
 * Opening the store's file.
 *
 * A new store is made under a temporary name and renamed when it is whole, so a file of zero bytes
 * is never ours but one that was cut.  The file itself is only ever opened by SQLite: closing
 * another descriptor of it would drop the process's POSIX locks on it.
 */
#include "db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "paths.h"
#include "sqlwords.h"

#define SQL(text) text, ""

static struct db *
db_new(const char *path)
{
	struct db *db = g_new0(struct db, 1);

	db->path = g_strdup(path);
	db->lock = -1;
	db->statements = g_hash_table_new(g_direct_hash, g_direct_equal);
	return db;
}

static void
db_finalize_statements(struct db *db)
{
	GHashTableIter iter;
	gpointer statement;

	g_hash_table_iter_init(&iter, db->statements);
	while (g_hash_table_iter_next(&iter, NULL, &statement))
		sqlite3_finalize(statement);
	g_hash_table_remove_all(db->statements);
}

static void
db_free(struct db *db)
{
	g_hash_table_unref(db->statements);
	g_free(db->path);
	g_free(db->error);
	g_free(db);
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	/* The last connection's close checkpoints: a write, so it queues like one. */
	if (db->sqlite) {
		bool locked = db->lock >= 0 && SUCCEEDED(db_lock(db));

		db_view_end(db);
		if (db->spooler && locked)
			db_log_leave(db);
		db_finalize_statements(db);
		sqlite3_close(db->sqlite);
		if (locked)
			db_unlock(db);
	}
	db_sync_close(db);
	if (db->lock >= 0)
		close(db->lock);
	db_free(db);
}

void
db_abandon(struct db *db)
{
	if (db)
		db_free(db);
}

HRESULT
db_set_checkpointer(struct db *db, bool checkpointer)
{
	int code;

	code = sqlite3_db_config(
	    db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, checkpointer ? 0 : 1, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_wal_autocheckpoint(db->sqlite, checkpointer ? 1000 : 8000);
	if (code != SQLITE_OK || !checkpointer)
		return hr_from_sqlite(code);
	db->spooler = true;
	/* The spooler reads each message once. */
	return db_exec(db, SQL("PRAGMA cache_size=-8192"));
}

static HRESULT
db_open_lock(struct db *db)
{
	char *path = g_strconcat(db->path, "-lock", NULL);

	db->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g_free(path);
	return (db->lock < 0) ? hr_from_errno(errno) : S_OK;
}

/* SQLite makes the log and its index with the rights that the store's file has just then.  Made
 * while the store was for reading alone, they would keep it so. */
static void
mend_rights(const char *path)
{
	static const char *const beside[] = { "-wal", "-shm" };

	for (size_t i = 0; i < G_N_ELEMENTS(beside) && access(path, W_OK) == 0; i++) {
		g_autofree char *name = g_strconcat(path, beside[i], NULL);
		struct stat status;

		if (lstat(name, &status) == 0 && S_ISREG(status.st_mode) &&
		    status.st_uid == geteuid() && (status.st_mode & 0600) != 0600)
			chmod(name, (status.st_mode & 0777) | 0600);
	}
}

static HRESULT
db_open_sqlite(struct db *db, const char *path)
{
	HRESULT hr;
	int code;

	mend_rights(path);

	code = sqlite3_open_v2(
	    path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, db_log_vfs());
	if (!db->sqlite)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (code != SQLITE_OK)
		return db_failed(db, code, "open");
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_timeout(db->sqlite, 10000);
	hr = db_exec(db, SQL("PRAGMA synchronous=NORMAL"));
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA secure_delete=OFF"));
	/* Messages within messages go with them. */
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA recursive_triggers=ON"));
	/* KiB.  Who only submits needs a dozen pages again, and each new one would cost it more
	 * than reading it; for others see db_keep_more(). */
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA cache_size=-2048"));
	/* Statements with triggers keep a journal of their own: it need not go to a file. */
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA temp_store=MEMORY"));
	return hr;
}

/* All steps or none.  Another process may have been first. */
static HRESULT
db_upgrade(struct db *db, char **why)
{
	gint64 version = 0;
	HRESULT hr = db_begin(db);

	if (FAILED(hr))
		return hr;
	hr = db_int(db, &version, SQL("PRAGMA user_version"));
	if (SUCCEEDED(hr) && version < SCHEMA_VERSION)
		hr = version < 1 ? MAPI_E_CORRUPT_STORE : schema_upgrade(db, version);
	hr = db_end(db, hr, DB_DURABLE);
	if (FAILED(hr))
		*why = g_strdup_printf(
		    "The message store %s cannot be brought from format %d to %d: %s%s%s. The "
		    "store is unchanged.",
		    db->path, (int)version, SCHEMA_VERSION, hr_text(hr), db->error ? ": " : "",
		    db->error ? db->error : "");
	return hr;
}

/* SQLite's own text is for those who know SQLite; this is for the owner of the mail. */
static HRESULT
db_check(struct db *db, char **why)
{
	gint64 application, version;
	HRESULT hr;

	hr = db_int(db, &application, SQL("PRAGMA application_id"));
	if (SUCCEEDED(hr))
		hr = db_int(db, &version, SQL("PRAGMA user_version"));
	if (FAILED(hr))
		return hr;
	if (!application && SUCCEEDED(db_int(db, &version, SQL("PRAGMA page_count"))) && !version) {
		*why = g_strdup_printf(
		    "The message store %s is empty (0 bytes): something cut it. Restore "
		    "it from a backup, or remove it and a new one is made.",
		    db->path);
		return MAPI_E_CORRUPT_STORE;
	}
	if (application != SCHEMA_APPLICATION) {
		*why = g_strdup_printf(
		    "%s is no emapi message store but a database of another program. "
		    "Name another file in the profile (Path=).",
		    db->path);
		return MAPI_E_CORRUPT_STORE;
	}
	if (version > SCHEMA_VERSION) {
		*why =
		    g_strdup_printf("The message store %s was made by a newer emapi (its format is "
				    "%d, this emapi knows up to %d). Update emapi; the store is "
				    "unchanged.",
			db->path, (int)version, SCHEMA_VERSION);
		return MAPI_E_VERSION;
	}
	return version < SCHEMA_VERSION ? db_upgrade(db, why) : S_OK;
}

static HRESULT
db_build(struct db *db, const char *path)
{
	HRESULT hr;
	int fd;

	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return hr_from_errno(errno);
	close(fd);
	hr = db_open_sqlite(db, path);
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA page_size=8192"));
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("PRAGMA journal_mode=WAL"));
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("BEGIN IMMEDIATE"));
	if (SUCCEEDED(hr))
		hr = schema_create(db);
	if (SUCCEEDED(hr))
		hr = db_exec(db, SQL("COMMIT"));
	/* Closing would do this too, but not say that it failed. */
	if (SUCCEEDED(hr))
		hr = hr_from_sqlite(sqlite3_wal_checkpoint_v2(
		    db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
	db_finalize_statements(db);
	sqlite3_close(db->sqlite);
	db->sqlite = NULL;
	return hr;
}

/* A log that a process left behind would be read into the new file. */
static void
db_unlink(const char *path)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(suffixes); at++) {
		char *name = g_strconcat(path, suffixes[at], NULL);

		unlink(name);
		g_free(name);
	}
}

HRESULT
db_sync_folder(const char *path)
{
	char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = (fd < 0) ? -1 : fsync(fd);
	HRESULT hr = failed ? hr_from_errno(errno) : S_OK;

	if (fd >= 0)
		close(fd);
	g_free(folder);
	return hr;
}

/* With the lock held: two first logons at once make one store. */
static HRESULT
db_create(struct db *db)
{
	char *temp = g_strdup_printf("%s.new", db->path);
	HRESULT hr;

	db_unlink(temp);
	hr = db_build(db, temp);
	if (SUCCEEDED(hr) && rename(temp, db->path))
		hr = hr_from_errno(errno);
	if (SUCCEEDED(hr))
		hr = db_sync_folder(db->path);
	if (SUCCEEDED(hr))
		paths_sync_grandparent(db->path);
	else
		db_unlink(temp);
	g_free(temp);
	return hr;
}

static HRESULT
db_make_sure(struct db *db, bool create)
{
	struct stat status;
	HRESULT hr;

	if (!stat(db->path, &status))
		return S_OK;
	if (errno != ENOENT)
		return hr_from_errno(errno);
	if (!create)
		return MAPI_E_NOT_FOUND;
	hr = db_lock(db);
	if (FAILED(hr))
		return hr;
	if (stat(db->path, &status))
		hr = db_create(db);
	db_unlock(db);
	return hr;
}

static char *
db_open_why(struct db *db, HRESULT hr)
{
	if (hr == MAPI_E_CORRUPT_STORE)
		return g_strdup_printf(
		    "The message store %s cannot be read (%s). It is no emapi store, or it "
		    "is damaged or cut short; restore it from a backup, or move it away "
		    "and a new one is made.",
		    db->path, db->sqlite ? sql_words(db->sqlite) : hr_text(hr));
	return g_strdup_printf("The message store %s cannot be opened: %s%s%s.", db->path,
	    hr_text(hr), db->error ? ": " : "", db->error ? db->error : "");
}

HRESULT
db_open(const char *path, bool create, struct db **out, char **why)
{
	struct db *db = db_new(path);
	HRESULT hr;

	*out = NULL;
	*why = NULL;
	hr = paths_make_parent(path);
	if (SUCCEEDED(hr))
		hr = db_open_lock(db);
	if (SUCCEEDED(hr))
		hr = db_make_sure(db, create);
	if (SUCCEEDED(hr))
		hr = db_open_sqlite(db, path);
	if (SUCCEEDED(hr))
		hr = db_check(db, why);
	if (FAILED(hr)) {
		if (!*why)
			*why = db_open_why(db, hr);
		db_close(db);
		return hr;
	}
	*out = db;
	return S_OK;
}
