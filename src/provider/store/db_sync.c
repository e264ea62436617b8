/* SPDX-License-Identifier: MIT */
/*
 * Making the log durable, one sync for all who wait (group commit).
 *
 * Who has committed draws a ticket, still under the writers' lock, then waits for a sync that began
 * after that: its own, or that of the process before it in the queue for syncing.  Two numbers at
 * the beginning of PATH-lock say how far tickets and syncs have come.  What is in that file after
 * a crash does not matter: a ticket is drawn above both.  Where the file cannot be read or written
 * each syncs for itself.
 */
#include "db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct tickets {
	guint64 synced; /* all up to this one are on disk */
	guint64 drawn;
};

/* Above this somebody else has written into the file. */
#define TICKETS_END (G_GUINT64_CONSTANT(1) << 62)

static bool
tickets_read(struct db *db, struct tickets *tickets)
{
	return pread(db->lock, tickets, sizeof(*tickets), 0) == (ssize_t)sizeof(*tickets) &&
	       tickets->synced < TICKETS_END && tickets->drawn < TICKETS_END;
}

guint64
db_ticket(struct db *db)
{
	struct tickets tickets = { 0, 0 };

	if (!tickets_read(db, &tickets))
		tickets = (struct tickets){ 0, 0 };
	tickets.drawn = MAX(tickets.drawn, tickets.synced) + 1;
	if (pwrite(db->lock, &tickets.drawn, sizeof(tickets.drawn),
		offsetof(struct tickets, drawn)) != (ssize_t)sizeof(tickets.drawn))
		return 0;
	return tickets.drawn;
}

/* The log of a WAL database is synced by a commit only at synchronous=FULL, and then under the
 * writers' lock; here it is synced after it. */
HRESULT
db_sync_log(struct db *db)
{
	sqlite3_file *file = NULL;
	int code;

	code = sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
	if (code == SQLITE_OK && file && file->pMethods)
		code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	return db_failed(db, code, "sync");
}

/* The queue for syncing: the file's first byte, locked beside the flock on all of it. */
static bool
queue_up(struct db *db, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
	int failed;

	do {
		failed = fcntl(db->lock, F_OFD_SETLKW, &lock);
	} while (failed && errno == EINTR);
	return !failed;
}

static HRESULT
sync_for_all(struct db *db, guint64 ticket)
{
	struct tickets tickets;
	bool known = tickets_read(db, &tickets);
	HRESULT hr;

	if (known && tickets.synced >= ticket)
		return S_OK;
	hr = db_sync_log(db);
	if (SUCCEEDED(hr) && known)
		db_log_synced(db);
	/* What had been drawn before the sync began.  Should this fail, others sync again. */
	if (SUCCEEDED(hr) && known && tickets.drawn >= ticket &&
	    pwrite(db->lock, &tickets.drawn, sizeof(tickets.drawn), 0) < 0)
		return S_OK;
	return hr;
}

HRESULT
db_sync(struct db *db, guint64 ticket)
{
	HRESULT hr;

	if (!ticket || !queue_up(db, F_WRLCK))
		return db_sync_log(db);
	hr = sync_for_all(db, ticket);
	queue_up(db, F_UNLCK);
	return hr;
}
