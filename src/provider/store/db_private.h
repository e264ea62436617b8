/* SPDX-License-Identifier: MIT */
/* Insides of the connection, shared by db.c, db_open.c and schema.c. */
#ifndef EMAPI_STORE_DB_PRIVATE_H
#define EMAPI_STORE_DB_PRIVATE_H

#include "db.h"

struct db {
	sqlite3 *sqlite;
	int lock; /* descriptor of PATH-lock, for flock */
	GHashTable *statements;
	char *path;
	char *error; /* of the last failure, and its code */
	HRESULT error_hr;
	bool committed; /* by the last db_end() */
	unsigned commits;
	db_before_commit before_commit; /* NULL: none */
	void *context;
};

/* Maps and remembers a failure; S_OK for SQLITE_OK. */
HRESULT db_failed(struct db *db, int code, const char *sql);
HRESULT db_lock(struct db *db);
void db_unlock(struct db *db);
/* db_sync.c.  A ticket for what was just committed, under the lock; 0: there is none to be had.
 * Then, without the lock: S_OK when it is on disk. */
guint64 db_ticket(struct db *db);
HRESULT db_sync(struct db *db, guint64 ticket);

/* The schema's version, and what marks a file as ours (PRAGMA application_id, "EMAP"). */
#define SCHEMA_VERSION 4
#define SCHEMA_APPLICATION 0x454D4150

/* Makes all tables and the folder tree, inside an open transaction. */
HRESULT schema_create(struct db *db);
/* From `version` (1 or more) to SCHEMA_VERSION, inside an open transaction. */
HRESULT schema_upgrade(struct db *db, gint64 version);

#endif
