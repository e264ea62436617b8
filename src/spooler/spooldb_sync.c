/* SPDX-License-Identifier: MIT */
/*
 * spool.db: bringing to disk what is committed.
 *
 * A disk takes milliseconds for that, at times a hundred, and copying the log back into the file
 * (the checkpoint) takes as long.  Nobody waits for either but who has to: a thread with a
 * connection of its own does them, and the scheduler goes on.  Where it cannot be had, it is done
 * at once, as by spooldb_sync().
 */
#include "spooldb_private.h"

#include "hr.h"
#include "log.h"

/* As SQLite's own: the log's pages from which on it is copied back. */
#define CHECKPOINT_PAGES 1000
/* The log begins anew only where all of it was copied, and the thread may always be a commit
 * behind: from here on nothing is written meanwhile. */
#define PAGES_MAX (4 * CHECKPOINT_PAGES)

struct spooldb_syncer {
	sqlite3 *sql; /* the thread's */
	GThread *thread;
	GMutex mutex; /* guards what follows */
	GCond news;
	guint64 wanted, done; /* syncs that were asked for; of these, answered */
	bool copy;            /* the log is long */
	bool quit;
};

static HRESULT
sync_log(sqlite3 *sql)
{
	sqlite3_file *log = NULL;
	int rc = sqlite3_file_control(sql, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	HRESULT hr;

	if (rc == SQLITE_OK && log && log->pMethods)
		rc = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
	hr = spooldb_hr(rc);
	if (FAILED(hr))
		log_error("spool.db cannot be synced: %s", hr_name(hr));
	return hr;
}

/* The thread */

static gpointer
work(gpointer data)
{
	struct spooldb_syncer *t = data;

	g_mutex_lock(&t->mutex);
	while (!t->quit) {
		guint64 wanted = t->wanted;
		bool copy = t->copy;

		if (t->done == wanted) {
			g_cond_wait(&t->news, &t->mutex);
			continue;
		}
		t->copy = false;
		g_mutex_unlock(&t->mutex);
		sync_log(t->sql);
		/* What could not be copied, because it is being read, will be another time. */
		if (copy)
			sqlite3_wal_checkpoint_v2(
			    t->sql, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
		g_mutex_lock(&t->mutex);
		t->done = wanted;
	}
	g_mutex_unlock(&t->mutex);
	return NULL;
}

/* What SQLite calls after each commit of the scheduler's. */
static int
on_commit(void *data, sqlite3 *sql, const char *name, int pages)
{
	struct spooldb_syncer *t = data;

	if (pages >= CHECKPOINT_PAGES) {
		g_mutex_lock(&t->mutex);
		t->copy = true;
		g_mutex_unlock(&t->mutex);
	}
	if (pages >= PAGES_MAX)
		sqlite3_wal_checkpoint_v2(sql, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	return SQLITE_OK;
}

/* The log is opened with the first look into the file. */
static bool
open_own(const char *path, sqlite3 **sql)
{
	return sqlite3_open_v2(path, sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
		   SQLITE_OK &&
	       sqlite3_exec(*sql, "PRAGMA cache_size=-64; SELECT 1 FROM sqlite_master", NULL, NULL,
		   NULL) == SQLITE_OK;
}

static void
syncer_free(struct spooldb_syncer *t)
{
	sqlite3_close(t->sql);
	g_mutex_clear(&t->mutex);
	g_cond_clear(&t->news);
	g_free(t);
}

/* NULL where there is no thread to be had, now and later. */
static struct spooldb_syncer *
syncer_get(struct spooldb *db)
{
	struct spooldb_syncer *t = db->syncer;

	if (t || db->alone)
		return t;
	t = g_new0(struct spooldb_syncer, 1);
	g_mutex_init(&t->mutex);
	g_cond_init(&t->news);
	if (open_own(sqlite3_db_filename(db->sql, "main"), &t->sql))
		t->thread = g_thread_try_new("sync", work, t, NULL);
	if (!t->thread) {
		log_info("spool.db is synced by the scheduler itself");
		syncer_free(t);
		db->alone = true;
		return NULL;
	}
	db->syncer = t;
	sqlite3_wal_hook(db->sql, on_commit, t); /* instead of SQLite's own checkpoints */
	return t;
}

void
spooldb_stop_syncer(struct spooldb *db)
{
	struct spooldb_syncer *t = db->syncer;

	if (!t)
		return;
	db->syncer = NULL;
	sqlite3_wal_autocheckpoint(db->sql, CHECKPOINT_PAGES);
	g_mutex_lock(&t->mutex);
	t->quit = true;
	g_cond_signal(&t->news);
	/* What it has not begun is synced by who closes. */
	db->unsynced = db->unsynced || t->done != t->wanted;
	g_mutex_unlock(&t->mutex);
	g_thread_join(t->thread);
	syncer_free(t);
}

static bool
is_under_way(struct spooldb *db)
{
	struct spooldb_syncer *t = db->syncer;
	bool under_way;

	if (!t)
		return false;
	g_mutex_lock(&t->mutex);
	under_way = t->done != t->wanted;
	g_mutex_unlock(&t->mutex);
	return under_way;
}

/* The scheduler's side */

bool
spooldb_pending(const struct spooldb *db)
{
	return db->unsynced || (db->open && !sqlite3_get_autocommit(db->sql));
}

HRESULT
spooldb_sync(struct spooldb *db)
{
	HRESULT hr = spooldb_commit(db);

	if (FAILED(hr) || (!db->unsynced && !is_under_way(db)))
		return hr;
	db->unsynced = false;
	return sync_log(db->sql);
}

HRESULT
spooldb_sync_soon(struct spooldb *db)
{
	HRESULT hr = spooldb_commit(db);
	struct spooldb_syncer *t;

	if (FAILED(hr) || !db->unsynced)
		return hr;
	t = syncer_get(db);
	if (!t)
		return spooldb_sync(db);
	db->unsynced = false;
	g_mutex_lock(&t->mutex);
	t->wanted++;
	g_cond_signal(&t->news);
	g_mutex_unlock(&t->mutex);
	return S_OK;
}
