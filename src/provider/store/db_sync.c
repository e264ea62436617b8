/* SPDX-License-Identifier: MIT */
/*
 * Making the log durable, one sync for all who wait (group commit).
 *
 * Who has committed draws a ticket, still under the writers' lock, then waits for a sync that began
 * after that: its own, or that of another process.  One syncs at a time; when it has, it calls
 * those that its sync was for, and before them the one whose ticket comes next, which syncs for all
 * who have drawn by then (a futex in PATH-lock; each waits for the bit of its ticket).  Two numbers
 * at the beginning of PATH-lock say how far tickets and syncs have come.  What is in that file
 * after a crash does not matter: a ticket is drawn above both.  Where the file cannot be read or
 * written each syncs for itself.
 *
 * What was submitted may be taken in hand before it is on disk, but must not be sent.  So a submit
 * writes down its ticket before it commits, too: whoever sees what it has committed finds in the
 * file how far syncs have to come (db_secure()), also where the submitter died before he had drawn
 * it.  That number stands behind the mark of db_log.c.
 */
#include "db_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "hr.h"

struct tickets {
	guint64 synced; /* all up to this one are on disk */
	guint64 drawn;
};

/* The file's beginning, in memory that processes share. */
struct db_shared {
	struct tickets tickets;
	guint64 mark[5]; /* db_log.c */
	guint64 begun;
	guint32 turn; /* the number of the syncs that have ended */
};

#define PATIENCE_NS 10000000

/* Above this somebody else has written into the file. */
#define TICKETS_END (G_GUINT64_CONSTANT(1) << 62)

static bool
tickets_read(struct db *db, struct tickets *tickets)
{
	if (db->shared) {
		tickets->synced = __atomic_load_n(&db->shared->tickets.synced, __ATOMIC_SEQ_CST);
		tickets->drawn = __atomic_load_n(&db->shared->tickets.drawn, __ATOMIC_SEQ_CST);
		return tickets->synced < TICKETS_END && tickets->drawn < TICKETS_END;
	}
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
note(struct db *db, guint64 number, size_t place)
{
	if (db->shared) {
		__atomic_store_n(
		    (guint64 *)(void *)((char *)db->shared + place), number, __ATOMIC_SEQ_CST);
		return true;
	}
	return pwrite(db->lock, &number, sizeof(number), (off_t)place) == (ssize_t)sizeof(number);
}

HRESULT
db_ticket_begin(struct db *db, guint64 *ticket)
{
	errno = 0;
	*ticket = next_ticket(db);
	if (note(db, *ticket, offsetof(struct db_shared, begun)))
		return S_OK;
	*ticket = 0;
	return hr_from_errno(errno ? errno : ENOSPC);
}

bool
db_ticket_draw(struct db *db, guint64 ticket)
{
	return note(db, ticket, offsetof(struct db_shared, tickets.drawn));
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

/* Who syncs has the file's first byte locked, beside the flock on all of it. */
static bool
lock_sync(struct db *db, int operation, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
	int failed;

	do {
		failed = fcntl(db->lock, operation, &lock);
	} while (failed && errno == EINTR);
	return !failed;
}

/* Maps the file's beginning, which costs a process of one message more than it brings: for who has
 * somebody to wait for, or comes again. */
static struct db_shared *
share(struct db *db)
{
	const off_t size = sizeof(struct db_shared);
	struct stat status;
	void *map;

	if (!db->shared && !fstat(db->lock, &status) &&
	    (status.st_size >= size || !ftruncate(db->lock, size))) {
		map = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, db->lock, 0);
		if (map != MAP_FAILED)
			db->shared = map;
	}
	return db->shared;
}

static guint32 *
turn_of(struct db *db)
{
	return share(db) ? &db->shared->turn : NULL;
}

void
db_sync_close(struct db *db)
{
	if (db->shared)
		munmap(db->shared, sizeof(*db->shared));
	db->shared = NULL;
}

static guint32
bit_of(guint64 ticket)
{
	return 1u << ticket % 32;
}

/* Until the turn is no longer the one that was seen and this ticket is called, but not for ever:
 * who syncs may have been killed. */
static void
wait_turn(guint32 *turn, guint32 seen, guint64 ticket)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PATIENCE_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	syscall(SYS_futex, turn, FUTEX_WAIT_BITSET, seen, &until, NULL, bit_of(ticket));
}

static void
call(guint32 *turn, guint32 bits)
{
	syscall(SYS_futex, turn, FUTEX_WAKE_BITSET, G_MAXINT, NULL, NULL, bits);
}

/* Without the lock, so that whoever found it locked is called.  First the one who syncs next: the
 * disk should not wait. */
static void
call_others(struct db *db, guint64 ticket, const struct tickets *before)
{
	struct tickets now;
	bool known = tickets_read(db, &now);
	guint32 done = 0, *turn;

	if (known && now.synced == ticket && now.drawn == ticket && before->synced + 1 == ticket)
		return; /* there are none */
	turn = turn_of(db);
	if (!turn)
		return;
	__atomic_add_fetch(turn, 1, __ATOMIC_SEQ_CST);
	if (!known || now.synced <= before->synced || now.synced - before->synced >= 31) {
		call(turn, FUTEX_BITSET_MATCH_ANY);
		return;
	}
	for (guint64 i = before->synced + 1; i <= now.synced; i++)
		done |= bit_of(i);
	call(turn, bit_of(now.synced + 1));
	if (done != bit_of(ticket))
		call(turn, done);
}

static bool
is_synced(struct db *db, guint64 ticket)
{
	struct tickets tickets;

	return tickets_read(db, &tickets) && tickets.synced >= ticket;
}

/* True: it is this one's turn to sync, with the lock.  False: another's sync was for it too, or, by
 * `alone`, nothing can be locked. */
static bool
await_turn(struct db *db, guint64 ticket, bool *alone)
{
	guint32 *turn = db->shared ? &db->shared->turn : NULL, seen = 0;

	*alone = false;
	for (;;) {
		if (turn)
			seen = __atomic_load_n(turn, __ATOMIC_SEQ_CST);
		if (is_synced(db, ticket))
			return false;
		if (lock_sync(db, F_OFD_SETLK, F_WRLCK))
			return true;
		if (errno != EAGAIN && errno != EACCES)
			break;
		if (turn)
			wait_turn(turn, seen, ticket);
		else if (!(turn = turn_of(db)))
			break;
	}
	*alone = !lock_sync(db, F_OFD_SETLKW, F_WRLCK);
	return !*alone;
}

static HRESULT
sync_for_all(struct db *db, guint64 ticket, struct tickets *tickets)
{
	bool known = tickets_read(db, tickets);
	HRESULT hr;

	if (known && tickets->synced >= ticket)
		return S_OK;
	hr = db_sync_log(db);
	if (SUCCEEDED(hr) && known)
		db_log_synced(db);
	/* What had been drawn before the sync began.  Should this fail, others sync again. */
	if (SUCCEEDED(hr) && known && tickets->drawn >= ticket)
		note(db, tickets->drawn, offsetof(struct db_shared, tickets.synced));
	return hr;
}

HRESULT
db_sync_or(struct db *db, guint64 ticket, db_undo undo, void *context)
{
	struct tickets before = { 0, 0 };
	bool alone = !ticket;
	HRESULT hr;

	if (ticket && !await_turn(db, ticket, &alone) && !alone)
		return S_OK;
	hr = alone ? db_sync_log(db) : sync_for_all(db, ticket, &before);
	if (FAILED(hr) && undo)
		undo(context);
	if (!alone) {
		lock_sync(db, F_OFD_SETLK, F_UNLCK);
		call_others(db, ticket, &before);
	}
	if (!db->shared && db->commits > 1)
		share(db);
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
	    pread(db->lock, &begun, sizeof(begun), offsetof(struct db_shared, begun)) < 0 ||
	    begun >= TICKETS_END)
		return wait ? db_sync_log(db) : S_FALSE;
	begun = MAX(begun, tickets.drawn);
	if (tickets.synced >= begun)
		return S_OK;
	return wait ? db_sync(db, begun) : S_FALSE;
}
