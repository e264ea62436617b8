/* SPDX-License-Identifier: MIT */
/*
 * The write-ahead log's name in its folder.
 *
 * A synced file can be gone after a power cut, where its name in the folder was not synced as well.
 * SQLite does not know who made the log, so each connection's first sync syncs the folder too, and
 * a program that submits one message would wait for the disk twice.  Here PATH-lock says, behind
 * the tickets of db_sync.c, of which log the name is on disk: a log that is made anew is another
 * file, with another time of birth.  For that one SQLite is not told that it may have to create it,
 * which is what makes it sync the folder.  What does not match, cannot be read, or lies on a file
 * system that keeps no time of birth is synced as SQLite does it.
 *
 * For the same reason the spooler leaves a log behind when it ends: db_log_leave().
 */
#include "db_private.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG "-wal"
#define MARK_PLACE 16 /* in PATH-lock */

/* A log, and the folder that its name was synced in. */
struct mark {
	guint64 device;
	guint64 folder;
	guint64 inode;
	gint64 born;
	guint64 born_ns;
};

/* A VFS that is another but for a log (db_gather.c) and how it is opened. */
struct over {
	sqlite3_vfs vfs;
	sqlite3_vfs *below;
};

static bool
look_at(const char *path, unsigned wanted, struct statx *status)
{
	return !statx(AT_FDCWD, path, 0, wanted, status) && (status->stx_mask & wanted) == wanted;
}

static guint64
device_of(const struct statx *status)
{
	return (guint64)status->stx_dev_major << 32 | status->stx_dev_minor;
}

/* What the mark of the log at `path` (PATH-wal) would be. */
static bool
mark_of(const char *path, struct mark *mark)
{
	g_autofree char *folder = g_path_get_dirname(path);
	struct statx log, around;

	memset(mark, 0, sizeof(*mark));
	if (!look_at(path, STATX_INO | STATX_BTIME, &log) || !look_at(folder, STATX_INO, &around))
		return false;
	mark->device = device_of(&log);
	mark->folder = around.stx_ino;
	mark->inode = log.stx_ino;
	mark->born = log.stx_btime.tv_sec;
	mark->born_ns = log.stx_btime.tv_nsec;
	return true;
}

static bool
is_marked(int lock, const struct mark *mark)
{
	struct mark found;

	return pread(lock, &found, sizeof(found), MARK_PLACE) == (ssize_t)sizeof(found) &&
	       !memcmp(&found, mark, sizeof(found));
}

/* Whether the name of the log at `path` is known to be on disk. */
static bool
is_named(const char *path)
{
	g_autofree char *lock_path =
	    g_strdup_printf("%.*s-lock", (int)(strlen(path) - strlen(LOG)), path);
	struct mark mark;
	bool named;
	int lock;

	if (!mark_of(path, &mark))
		return false;
	lock = open(lock_path, O_RDONLY | O_CLOEXEC);
	if (lock < 0)
		return false;
	named = is_marked(lock, &mark);
	close(lock);
	return named;
}

static int
log_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	sqlite3_vfs *below = ((struct over *)(void *)vfs)->below;
	int code = SQLITE_CANTOPEN;

	if (!(flags & SQLITE_OPEN_WAL))
		return below->xOpen(below, name, file, flags, out);
	if (name && g_str_has_suffix(name, LOG) && is_named(name))
		code = db_gather_open(below, name, file, flags & ~SQLITE_OPEN_CREATE, out);
	/* Also where somebody has removed it in between. */
	if (code != SQLITE_OK)
		code = db_gather_open(below, name, file, flags, out);
	return code;
}

/* Over what is the default now; kept, since there may be connections. */
static struct over *
make_over(sqlite3_vfs *below)
{
	static unsigned number;
	struct over *over = g_new0(struct over, 1);

	over->below = below;
	over->vfs = *below;
	over->vfs.pNext = NULL;
	over->vfs.zName = g_strdup_printf("emapi-store-%u", number++);
	over->vfs.szOsFile += db_gather_size();
	over->vfs.xOpen = log_open;
	sqlite3_vfs_register(&over->vfs, 0);
	return over;
}

const char *
db_log_vfs(void)
{
	static GMutex lock;
	static struct over *last;
	sqlite3_vfs *below = sqlite3_vfs_find(NULL);
	const char *name = NULL;

	g_mutex_lock(&lock);
	if (below && (!last || last->below != below))
		last = make_over(below);
	if (below)
		name = last->vfs.zName;
	g_mutex_unlock(&lock);
	return name;
}

void
db_log_synced(struct db *db)
{
	g_autofree char *path = NULL;
	struct mark mark;

	if (db->named)
		return;
	db->named = true;
	path = g_strconcat(db->path, LOG, NULL);
	/* SQLite has synced the folder, but does not say whether that failed. */
	if (mark_of(path, &mark) && !is_marked(db->lock, &mark) &&
	    SUCCEEDED(db_sync_folder(path)) &&
	    pwrite(db->lock, &mark, sizeof(mark), MARK_PLACE) < 0)
		return;
}

/* Moves the log into the file and begins a new one.  With somebody in it: nothing. */
static bool
begin_anew(struct db *db)
{
	int left = 0, moved = 0;
	HRESULT hr;

	sqlite3_busy_timeout(db->sqlite, 0);
	if (sqlite3_wal_checkpoint_v2(
		db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &moved) != SQLITE_OK)
		return false;
	/* Changes nothing, but writes a page, and makes room behind it. */
	db_gather_begin(db);
	hr = db_exec(db, "PRAGMA user_version=" G_STRINGIFY(SCHEMA_VERSION), "");
	db_gather_end(db, SUCCEEDED(hr));
	return SUCCEEDED(hr) && SUCCEEDED(db_sync_log(db));
}

void
db_log_leave(struct db *db)
{
	if (begin_anew(db))
		sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}
