/* SPDX-License-Identifier: MIT */
/*
 * A personal address book's file: one SQLite database, tables `book` (its UID), `entry`, `member`
 * and `change` (what happened, by whichever process; written by triggers in the same transaction).
 * PRAGMA user_version is the layout's version; an older one is upgraded, a newer one is refused.
 * Every change is one transaction, on disk when it returns; several processes may have the file
 * open.
 */
#ifndef EMAPI_PROVIDER_AB_FILE_H
#define EMAPI_PROVIDER_AB_FILE_H

#include <glib.h>
#include <sqlite3.h>
#include <mapidefs.h>

/* So many rows of `change` are kept. */
#define FILE_CHANGES 1000

struct file {
	sqlite3 *sqlite;
	char *path;
	MAPIUID uid;
};

/* Opens the file; makes it, with its folder, when it is not there.  `why` gets a sentence. */
HRESULT file_open(const char *path, struct file **out, char **why);
void file_close(struct file *file);

/* `format` has a letter for each `?`: i gint64, t text (NULL allowed), b GBytes * (NULL allowed).
 * What is bound must last until sqlite3_finalize(). */
HRESULT file_query(
    struct file *file, sqlite3_stmt **out, char **why, const char *sql, const char *format, ...);
/* S_OK: a row; S_FALSE: the end; a failure otherwise. */
HRESULT file_next(struct file *file, sqlite3_stmt *statement, char **why);
HRESULT file_exec(struct file *file, char **why, const char *sql, const char *format, ...);

/* The first column of the first row, 0 where there is none. */
HRESULT file_number(struct file *file, const char *sql, gint64 *number, char **why);

HRESULT file_begin(struct file *file, char **why);
/* Commits where `hr` is a success, else rolls back; `hr` or the failure of the commit. */
HRESULT file_end(struct file *file, HRESULT hr, char **why);

#endif
