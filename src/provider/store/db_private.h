/* SPDX-License-Identifier: MIT */
/* Insides of the connection, shared by db.c, db_open.c and schema.c. */
#ifndef EMAPI_STORE_DB_PRIVATE_H
#define EMAPI_STORE_DB_PRIVATE_H

#include "db.h"

struct db {
	sqlite3 *sqlite;
	int lock;                 /* descriptor of PATH-lock, for flock */
	struct db_shared *shared; /* its beginning, mapped by db_sync.c; NULL: not yet */
	GHashTable *statements;
	char *path;
	char *error; /* of the last failure, and its code */
	HRESULT error_hr;
	bool named;     /* the log's name has been seen to (db_log.c) */
	bool spooler;   /* db_set_checkpointer() */
	bool roomy;     /* db_keep_more() */
	bool committed; /* by the last db_end() */
	bool view;      /* between db_view_begin() and its end */
	unsigned commits;
	gint64 cache;                   /* PRAGMA cache_size as it was before db_pass_begin() */
	db_before_commit before_commit; /* NULL: none */
	void *context;
	const char *watched; /* the table it is for */
	bool touched;        /* by the transaction */
};

/* Maps and remembers a failure; S_OK for SQLITE_OK. */
HRESULT db_failed(struct db *db, int code, const char *sql);
HRESULT db_lock(struct db *db);
void db_unlock(struct db *db);
/* db_sync.c.  A ticket for what was just committed, under the lock; 0: there is none to be had.
 * Then, without the lock: S_OK when it is on disk. */
guint64 db_ticket(struct db *db);
/* The same in two steps, around a commit that others may act upon: begin fails where others could
 * not know of it. */
HRESULT db_ticket_begin(struct db *db, guint64 *ticket);
bool db_ticket_draw(struct db *db, guint64 ticket);
HRESULT db_sync(struct db *db, guint64 ticket);
/* Before the descriptor is closed. */
void db_sync_close(struct db *db);

/* db_log.c.  The VFS to open a store with; NULL: the usual one. */
const char *db_log_vfs(void);
/* Says where others read it that the log's name is on disk; the log was just synced. */
void db_log_synced(struct db *db);
/* Before the spooler's connection closes.  The last to close would remove the log, and who submits
 * next would wait for the disk three times: for the new log's header, its name and what is in it.
 * Leaves a log that is begun and holds nothing new, unless others are at work. */
void db_log_leave(struct db *db);
/* The log, without a ticket. */
HRESULT db_sync_log(struct db *db);
/* Of the folder that the file lies in. */
HRESULT db_sync_folder(const char *path);

/* db_gather.c.  Opens a log over `below`, into a file of db_gather_size() bytes more than that
 * wants; what is written between begin and end, which stand around COMMIT, is written at once. */
int db_gather_size(void);
int db_gather_open(sqlite3_vfs *below, const char *name, sqlite3_file *file, int flags, int *out);
void db_gather_begin(struct db *db);
void db_gather_end(struct db *db, bool committed);

/* The schema's version, and what marks a file as ours (PRAGMA application_id, "EMAP"). */
#define SCHEMA_VERSION 5
#define SCHEMA_APPLICATION 0x454D4150

/* Makes all tables and the folder tree, inside an open transaction. */
HRESULT schema_create(struct db *db);
/* From `version` (1 or more) to SCHEMA_VERSION, inside an open transaction. */
HRESULT schema_upgrade(struct db *db, gint64 version);

#endif
