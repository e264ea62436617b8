/* SPDX-License-Identifier: MIT */
/*
 * bench-rawsqlite FILE COUNT [BYTES]: the floor under SubmitMessage.  One writer, WAL,
 * synchronous=FULL, one commit a message: the bytes of a letter in one row, a recipient's row and
 * a queue's row.  Prints commits a second.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *db;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return;
	fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static sqlite3_stmt *
prepare(const char *sql)
{
	sqlite3_stmt *statement = NULL;

	must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
	return statement;
}

static void
step(sqlite3_stmt *statement)
{
	must(sqlite3_step(statement));
	sqlite3_reset(statement);
}

static void
open_file(const char *path)
{
	must(sqlite3_open(path, &db));
	must(sqlite3_exec(db,
	    "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "CREATE TABLE IF NOT EXISTS message(id INTEGER PRIMARY KEY, folder INTEGER, data BLOB);"
	    "CREATE INDEX IF NOT EXISTS message_folder ON message(folder, id);"
	    "CREATE TABLE IF NOT EXISTS recipient(message INTEGER, row INTEGER, data BLOB,"
	    " PRIMARY KEY(message, row)) WITHOUT ROWID;"
	    "CREATE TABLE IF NOT EXISTS queue(seq INTEGER PRIMARY KEY, message INTEGER)",
	    NULL, NULL, NULL));
}

int
main(int argc, char **argv)
{
	int count = argc > 2 ? atoi(argv[2]) : 1000, size = argc > 3 ? atoi(argv[3]) : 3000;
	sqlite3_stmt *begin, *message, *recipient, *queue, *commit;
	char *data = calloc(1, (size_t)size);
	double began;

	if (argc < 2 || !data)
		return 64;
	memset(data, 'x', (size_t)size);
	open_file(argv[1]);
	begin = prepare("BEGIN IMMEDIATE");
	message = prepare("INSERT INTO message(folder, data) VALUES(4, ?)");
	recipient = prepare("INSERT INTO recipient VALUES(last_insert_rowid(), 0, ?)");
	queue = prepare("INSERT INTO queue(message) VALUES(?)");
	commit = prepare("COMMIT");
	began = now();
	for (int i = 0; i < count; i++) {
		step(begin);
		sqlite3_bind_blob(message, 1, data, size, SQLITE_STATIC);
		step(message);
		sqlite3_bind_blob(recipient, 1, data, 200, SQLITE_STATIC);
		step(recipient);
		sqlite3_bind_int64(queue, 1, sqlite3_last_insert_rowid(db));
		step(queue);
		step(commit);
	}
	printf("%.1f\n", count / (now() - began));
	free(data);
	return 0;
}
