/* SPDX-License-Identifier: MIT */
/*
 * The store's file: one SQLite database (design D3).
 *
 * Call order: db_open(); reads by db_query/db_next/db_done; changes between db_begin() and
 * db_end(); db_close().  Writers of all processes queue at a blocking flock on PATH-lock before
 * BEGIN IMMEDIATE, so SQLite's polling wait is never entered.  db_end(…, DB_DURABLE) syncs the
 * write-ahead log after the lock is dropped: those who wait share one sync (db_sync.c).  No
 * statement stays stepped between two API calls.  Not locked: whoever has the connection locks
 * (store_enter).
 *
 * SQL is written as literals: a statement is kept by the address of its text.
 */
#ifndef EMAPI_STORE_DB_H
#define EMAPI_STORE_DB_H

#include <stdbool.h>
#include <glib.h>
#include <sqlite3.h>
#include <mapidefs.h>

struct db;

enum db_durability { DB_RELAXED, DB_DURABLE };

/* Opens the file; makes it, folder and tree included, when it is not there and `create`.
 * MAPI_E_NOT_FOUND (not there), MAPI_E_CORRUPT_STORE (no store, damaged, cut short), MAPI_E_VERSION
 * (made by a newer emapi), or as hr_from_sqlite().  `why` gets a g_free()able sentence. */
HRESULT db_open(const char *path, bool create, struct db **out, char **why);
void db_close(struct db *db);
/* The spooler's connection moves the log into the file in good time and when it closes; those of
 * clients, which come and go, leave that to it unless the log grows large. */
HRESULT db_set_checkpointer(struct db *db, bool checkpointer);
/* Forgets the connection without a system call on the file: for the child of a fork. */
void db_abandon(struct db *db);

HRESULT db_begin(struct db *db);
/* Commits when `hr` is a success, else rolls back.  Returns `hr` or the failure of the commit. */
HRESULT db_end(struct db *db, HRESULT hr, enum db_durability durability);
/* The same, durably, in two steps, for what others may take in hand before it is on disk; they call
 * db_secure() before they act on it.  db_commit() is without the sync; db_sync_or() waits for that,
 * and where it fails calls `undo` before anyone else can take it for secure. */
HRESULT db_commit(struct db *db, HRESULT hr, guint64 *ticket);
typedef void (*db_undo)(void *context);
HRESULT db_sync_or(struct db *db, guint64 ticket, db_undo undo, void *context);
/* S_OK: all that db_commit() has committed and this connection has read is on disk.  Else waits,
 * or without `wait` answers S_FALSE. */
HRESULT db_secure(struct db *db, bool wait);
/* What else belongs into a transaction that has changed rows of `table`, other than by a statement
 * that empties it: called by db_end() before it commits; a failure rolls back. */
typedef HRESULT (*db_before_commit)(void *context);
void db_set_before_commit(struct db *db, const char *table, db_before_commit fn, void *context);
/* Whether the last db_end() committed, though the sync after it may have failed. */
bool db_committed(struct db *db);
/* How often this connection has committed. */
unsigned db_commits(struct db *db);

/*
 * `format` has a letter for each `?`: i gint64, u 32-bit number, t UTF-8 text (NULL allowed),
 * b const void * and size_t (NULL allowed), s SBinary *.  What is bound must last until db_done().
 */
HRESULT db_exec(struct db *db, const char *sql, const char *format, ...);
HRESULT db_query(struct db *db, sqlite3_stmt **out, const char *sql, const char *format, ...);
/* S_OK: a row; S_FALSE: the end; an error otherwise.  The last two have done db_done(). */
HRESULT db_next(struct db *db, sqlite3_stmt *statement);
void db_done(sqlite3_stmt *statement);
/* The first column of the first row; MAPI_E_NOT_FOUND without one. */
HRESULT db_int(struct db *db, gint64 *out, const char *sql, const char *format, ...);
/* The first column of all rows, added to an array of gint64; the statement has one `?`. */
HRESULT db_ids(struct db *db, const char *sql, gint64 argument, GArray *ids);
gint64 db_last_id(struct db *db);
/* Rows changed by the last db_exec(). */
int db_changes(struct db *db);

/* schema.c, inside a transaction: the triggers that write down what happens, and those that keep
 * search folders, which a store has from when they are first needed. */
HRESULT schema_listen(struct db *db);
HRESULT schema_search(struct db *db);

/* From here on reads see the file as it is at the first of them, and spare the locks that each
 * would take by itself; until db_view_end() or the next db_begin().  To be short: as long as it
 * lasts the log is not copied back beyond it.  They do not nest. */
void db_view_begin(struct db *db);
void db_view_end(struct db *db);

/* This connection reads what is there or keeps mail in folders, and will come back to the same
 * pages: from here on up to 32 MiB of them are kept, taken as they are read. */
void db_keep_more(struct db *db);

/* Around reading far more than will be read again: with a small cache of pages, which are read into
 * memory that is warm already.  Measured at a million messages: new memory for each page cost more
 * than the page.  Neither fails, nor do they nest. */
void db_pass_begin(struct db *db);
void db_pass_end(struct db *db);

/* What SQLite said of the last failure, for people; borrowed.  NULL where that was not `hr`. */
const char *db_error(struct db *db, HRESULT hr);
const char *db_path(struct db *db);
HRESULT hr_from_sqlite(int code);

#endif
