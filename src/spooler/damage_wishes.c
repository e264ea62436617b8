/* SPDX-License-Identifier: MIT */
/*
 * What is still read of a damaged spool.db: what people wished of messages.  SQLite reads a page as
 * long as it can make sense of it, and finds a row by its number though others cannot be read.  A
 * row that looks whole may be an old one: then a message is held that somebody has released since,
 * and says so.  See damage.h.
 */
#include "damage.h"

#include <stdbool.h>
#include <unistd.h>
#include <sqlite3.h>
#include "spooldb_private.h"

/* So many numbers that cannot be read are tried one by one; then it goes on in ever longer steps.
 */
#define MISSED_MAX 20000
#define NUMBERS_END ((gint64)1 << 60)

void
damage_wish_free(struct damage_wish *wish)
{
	g_bytes_unref(wish->store);
	g_bytes_unref(wish->entry);
	g_free(wish);
}

/* Nothing is written into it, also when it is closed. */
static sqlite3 *
open_aside(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sqlite3_exec(db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
	}
	return db;
}

static void
close_aside(sqlite3 *db, const char *path)
{
	g_autofree char *shared = g_strconcat(path, "-shm", NULL);

	sqlite3_close(db);
	unlink(shared);
}

static GBytes *
column(sqlite3_stmt *s, int at)
{
	const void *data = sqlite3_column_blob(s, at);

	return g_bytes_new(data, (gsize)sqlite3_column_bytes(s, at));
}

static void
take_row(sqlite3_stmt *s, GPtrArray *wishes)
{
	struct damage_wish *wish;

	if (sqlite3_column_type(s, 1) != SQLITE_BLOB || sqlite3_column_type(s, 2) != SQLITE_BLOB)
		return;
	wish = g_new0(struct damage_wish, 1);
	wish->store = column(s, 1);
	wish->entry = column(s, 2);
	wish->submitted = sqlite3_column_int64(s, 3);
	wish->cancel = sqlite3_column_int(s, 4) == 2;
	g_ptr_array_add(wishes, wish);
}

/* From this number on, which becomes that of the first row that cannot be read; true: there is none
 * such. */
static bool
read_rows(sqlite3_stmt *s, gint64 *from, GPtrArray *wishes)
{
	int code;

	sqlite3_reset(s);
	sqlite3_bind_int64(s, 1, *from);
	while ((code = sqlite3_step(s)) == SQLITE_ROW) {
		gint64 id = sqlite3_column_int64(s, 0);

		if (id < *from || id >= NUMBERS_END)
			return false;
		if (sqlite3_column_int(s, 5))
			take_row(s, wishes);
		*from = id + 1;
	}
	return code == SQLITE_DONE;
}

static enum damage_read
read_all(sqlite3_stmt *s, GPtrArray *wishes)
{
	gint64 from = 1, before;
	bool any = false, failed = false;
	int missed = 0;

	while (from < NUMBERS_END) {
		before = from;
		if (read_rows(s, &from, wishes))
			break;
		failed = true;
		any = any || from > before;
		missed = from > before ? 0 : missed + 1;
		from += missed < MISSED_MAX ? 1 : (gint64)1 << MIN(missed - MISSED_MAX, 59);
	}
	any = any || from > before;
	return !failed ? DAMAGE_READ_ALL : any ? DAMAGE_READ_PART : DAMAGE_READ_NOTHING;
}

GPtrArray *
damage_wishes(const char *aside, enum damage_read *read)
{
	GPtrArray *wishes = g_ptr_array_new_with_free_func((GDestroyNotify)damage_wish_free);
	sqlite3 *db = open_aside(aside);
	sqlite3_stmt *s = NULL;

	*read = DAMAGE_READ_NOTHING;
	/* States: 4 held; 3, 5, 6 are final. */
	if (db && sqlite3_prepare_v2(db,
		      "SELECT id, store, entry, submitted, wish,"
		      " wish=1 AND state=4 OR wish=2 AND " SQL_OPEN
		      " FROM message NOT INDEXED WHERE id>=? ORDER BY id",
		      -1, &s, NULL) == SQLITE_OK)
		*read = read_all(s, wishes);
	sqlite3_finalize(s);
	close_aside(db, aside);
	return wishes;
}

char *
damage_words(const GPtrArray *wishes, enum damage_read read)
{
	static const char *const others[] = {
		[DAMAGE_READ_NOTHING] = "Nothing can be read of it: mail that somebody held or "
					"cancelled is no longer held, and goes out.",
		[DAMAGE_READ_PART] = "  A part of it cannot be read: mail that somebody held or "
				     "cancelled there is no longer held, and goes out.",
		[DAMAGE_READ_ALL] = "",
	};
	g_autofree char *first = NULL;

	if (read == DAMAGE_READ_NOTHING)
		return g_strdup(others[read]);
	if (wishes->len == 0)
		first = g_strdup("No message is found in it that somebody held.");
	else
		first = g_strdup_printf("%u message%s as somebody wished, held or cancelled.",
		    wishes->len, wishes->len == 1 ? " stays" : "s stay");
	return g_strconcat(first, others[read], NULL);
}
