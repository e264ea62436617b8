/* SPDX-License-Identifier: MIT */
/*
 * Making the log durable, one sync for all who wait (group commit).
 *
 * Who has committed draws a ticket, still under the writers' lock, then waits for a sync that began
 * after that: its own, or that of the process before it in the queue for syncing.  Two numbers at
 * the beginning of PATH-lock say how far tickets and syncs have come.  What is in that file after
 * a crash does not matter: a ticket is drawn above both.  Where the file cannot be read or written
 * each syncs for itself.
 *
 * What was submitted may be taken in hand before it is on disk, but must not be sent.  So a submit
 * writes down its ticket before it commits, too: whoever sees what it has committed finds in the
 * file how far syncs have to come (db_secure()), also where the submitter died before he had drawn
 * it.  That number stands behind the mark of db_log.c.
 */
#include "db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "hr.h"

struct tickets {
	guint64 synced; /* all up to this one are on disk */
	guint64 drawn;
};

#define BEGUN_PLACE 56

/* Above this somebody else has written into the file. */
#define TICKETS_END (G_GUINT64_CONSTANT(1) << 62)

static bool
tickets_read(struct db *db, struct tickets *tickets)
{
	return pread(db->lock, tickets, sizeof(*tickets), 0) == (ssize_t)sizeof(*tickets) &&
	       tickets->synced < TICKETS_END && tickets->drawn < TICKETS_END;
}

static guint64
next_ticket(struct db *db)
{
	struct tickets tickets = { 0, 0 };

	if (!tickets_read(db, &tickets))
		tickets = (struct tickets){ 0, 0 };
	return MAX(tickets.drawn, tickets.synced) + 1;
}

static bool
note(struct db *db, guint64 number, off_t place)
{
	return pwrite(db->lock, &number, sizeof(number), place) == (ssize_t)sizeof(number);
}

HRESULT
db_ticket_begin(struct db *db, guint64 *ticket)
{
	errno = 0;
	*ticket = next_ticket(db);
	if (note(db, *ticket, BEGUN_PLACE))
		return S_OK;
	*ticket = 0;
	return hr_from_errno(errno ? errno : ENOSPC);
}

bool
db_ticket_draw(struct db *db, guint64 ticket)
{
	return note(db, ticket, offsetof(struct tickets, drawn));
}

guint64
db_ticket(struct db *db)
{
	guint64 ticket = next_ticket(db);

	return db_ticket_draw(db, ticket) ? ticket : 0;
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
	if (SUCCEEDED(hr) && known && tickets.drawn >= ticket)
		note(db, tickets.drawn, offsetof(struct tickets, synced));
	return hr;
}

HRESULT
db_sync_or(struct db *db, guint64 ticket, db_undo undo, void *context)
{
	bool queued = ticket && queue_up(db, F_WRLCK);
	HRESULT hr = queued ? sync_for_all(db, ticket) : db_sync_log(db);

	if (FAILED(hr) && undo)
		undo(context);
	if (queued)
		queue_up(db, F_UNLCK);
	return hr;
}

HRESULT
db_sync(struct db *db, guint64 ticket)
{
	return db_sync_or(db, ticket, NULL, NULL);
}

HRESULT
db_secure(struct db *db, bool wait)
{
	struct tickets tickets;
	guint64 begun = 0;

	if (!tickets_read(db, &tickets) ||
	    pread(db->lock, &begun, sizeof(begun), BEGUN_PLACE) < 0 || begun >= TICKETS_END)
		return wait ? db_sync_log(db) : S_FALSE;
	begun = MAX(begun, tickets.drawn);
	if (tickets.synced >= begun)
		return S_OK;
	return wait ? db_sync(db, begun) : S_FALSE;
}
