/* SPDX-License-Identifier: MIT */
/*
 * The write-ahead log's file, as SQLite sees it.  Two things are done otherwise than it says, both
 * since a submit waits for them:
 *
 * Gathering.  SQLite writes a frame in two pieces, its header and its page: sixteen system calls a
 * submit, under the writers' lock.  Between db_gather_begin() and db_gather_end(), which stand
 * around COMMIT, pieces that follow one another are kept and written as one.  They are written
 * - with the page of the frame that commits, which its header tells: it is the last one of the
 *   commit, and SQLite tells other processes of frames (in PATH-shm) only when it has written it;
 *   what it may still do then, to mend the sums of frames it had written before, is not gathered;
 * - before a piece that does not follow, and before anything else is done with the file.
 * So nobody is told of a frame that is not in the file, a write that fails fails the COMMIT, and
 * nothing is left when that ends, but where it failed: then it is dropped, and frames that nobody
 * was told of are written over by the next commit.
 *
 * Room.  A sync of a file that has grown waits for the file system's journal too, which takes it
 * about twice as long.  So the log grows by zeros, far enough for the next commits, which write
 * over them.  SQLite ends a log where a frame's sum is wrong, as zeros are.
 */
#include "db_private.h"

#include <string.h>

#define FRAME_HEADER 24 /* SQLite's file format, 4.1: the log's header is of 32 bytes */
#define COMMITS 4       /* where in it is the file's size after a commit; 0: does not commit */
#define CAPACITY 98304  /* a submit takes some 50,000 bytes, at most nine pages */
#define ROOM (1024 * 1024)

struct log_file {
	sqlite3_file file;
	sqlite3_file *below;
	char *kept; /* CAPACITY; NULL: not gathered */
	int used;
	bool committing;         /* COMMIT runs, and its last page has not come */
	bool last;               /* the header before that has */
	bool known;              /* there was a commit before */
	sqlite3_int64 at, begun; /* of what is kept; of the commit */
	sqlite3_int64 last_end;  /* of the last commit of this connection */
	sqlite3_int64 room;      /* the file's size then */
};

/* The zeros are written below the usual file, and so seen by what tests put there. */
static void
fill(struct log_file *log, sqlite3_int64 goal)
{
	static char zeros[16384];

	while (log->room < goal) {
		int part = (int)MIN((sqlite3_int64)sizeof(zeros), goal - log->room);

		if (log->below->pMethods->xWrite(log->below, zeros, part, log->room) != SQLITE_OK)
			return; /* with less room: the next one will see */
		log->room += part;
	}
}

/* A log that ends before where it ended has been begun anew, and may have been cut.  Should others
 * have hidden that by writing as much again, there is less room for a while. */
static void
make_room(struct log_file *log, sqlite3_int64 end)
{
	bool known = log->begun >= log->last_end && end < log->room;

	log->last_end = end;
	/* Many pages have grown the file far anyway. */
	if (known || end - log->begun > CAPACITY)
		return;
	log->room = 0;
	if (log->below->pMethods->xFileSize(log->below, &log->room) == SQLITE_OK &&
	    log->room <= end)
		fill(log, (end / ROOM + 1) * ROOM);
}

static int
write_kept(struct log_file *log)
{
	int used = log->used;

	log->used = 0;
	return used ? log->below->pMethods->xWrite(log->below, log->kept, used, log->at)
		    : SQLITE_OK;
}

static int
keep(struct log_file *log, const void *data, int size, sqlite3_int64 at)
{
	int code = SQLITE_OK;

	if (log->used && (at != log->at + log->used || size > CAPACITY - log->used))
		code = write_kept(log);
	if (code != SQLITE_OK || !log->kept || size > CAPACITY)
		return code ? code : log->below->pMethods->xWrite(log->below, data, size, at);
	if (!log->used)
		log->at = at;
	memcpy(log->kept + log->used, data, (size_t)size);
	log->used += size;
	return SQLITE_OK;
}

static bool
commits(const char *data, int size)
{
	static const char none[4];

	return size == FRAME_HEADER && memcmp(data + COMMITS, none, sizeof(none)) != 0;
}

static int
log_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
	struct log_file *log = (struct log_file *)file;
	int code;

	if (!log->committing)
		return log->below->pMethods->xWrite(log->below, data, size, at);
	if (log->begun < 0)
		log->begun = at;
	code = keep(log, data, size, at);
	if (code == SQLITE_OK && log->last) {
		log->committing = false;
		code = write_kept(log);
		if (code == SQLITE_OK)
			make_room(log, at + size);
	}
	log->last = commits(data, size);
	return code;
}

static int
log_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
	struct log_file *log = (struct log_file *)file;
	int code = write_kept(log);

	return code ? code : log->below->pMethods->xRead(log->below, data, size, at);
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct log_file *log = (struct log_file *)file;
	int code = write_kept(log);

	return code ? code : log->below->pMethods->xTruncate(log->below, size);
}

static int
log_sync(sqlite3_file *file, int flags)
{
	struct log_file *log = (struct log_file *)file;
	int code = write_kept(log);

	return code ? code : log->below->pMethods->xSync(log->below, flags);
}

static int
log_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct log_file *log = (struct log_file *)file;
	int code = write_kept(log);

	return code ? code : log->below->pMethods->xFileSize(log->below, size);
}

static int
log_control(sqlite3_file *file, int operation, void *argument)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xFileControl(below, operation, argument);
}

static int
log_sector(sqlite3_file *file)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xSectorSize(below);
}

static int
log_device(sqlite3_file *file)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xDeviceCharacteristics(below);
}

static int
log_lock(sqlite3_file *file, int level)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xLock(below, level);
}

static int
log_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xUnlock(below, level);
}

static int
log_check_lock(sqlite3_file *file, int *reserved)
{
	sqlite3_file *below = ((struct log_file *)file)->below;

	return below->pMethods->xCheckReservedLock(below, reserved);
}

static int
log_close(sqlite3_file *file)
{
	struct log_file *log = (struct log_file *)file;

	g_free(log->kept);
	return log->below->pMethods->xClose(log->below);
}

static const sqlite3_io_methods methods = {
	.iVersion = 1, /* a log has no shared memory of its own and is not mapped */
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_check_lock,
	.xFileControl = log_control,
	.xSectorSize = log_sector,
	.xDeviceCharacteristics = log_device,
};

int
db_gather_size(void)
{
	return (int)sizeof(struct log_file);
}

int
db_gather_open(sqlite3_vfs *below, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct log_file *log = (struct log_file *)file;
	int code;

	memset(log, 0, sizeof(*log));
	log->below = (sqlite3_file *)(void *)(log + 1);
	memset(log->below, 0, (size_t)below->szOsFile);
	code = below->xOpen(below, name, log->below, flags, out);
	if (log->below->pMethods)
		log->file.pMethods = &methods;
	return code;
}

static struct log_file *
log_of(struct db *db)
{
	sqlite3_file *file = NULL;
	int code = sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);

	return code == SQLITE_OK && file && file->pMethods == &methods ? (struct log_file *)file
								       : NULL;
}

void
db_gather_begin(struct db *db)
{
	struct log_file *log = log_of(db);

	if (!log)
		return;
	/* The memory is new, which costs a process that submits one message more than it brings. */
	if (log->known && !log->kept)
		log->kept = g_try_malloc(CAPACITY);
	log->known = true;
	log->committing = true;
	log->last = false;
	log->begun = -1;
}

void
db_gather_end(struct db *db, bool committed)
{
	struct log_file *log = log_of(db);

	if (!log)
		return;
	g_assert(!committed || !log->used);
	log->used = 0;
	log->committing = false;
}
