/* SPDX-License-Identifier: MIT */
/* See recorder.h. */
#include "recorder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

#define SECTOR 512

enum kind { WRITE, TRUNCATE, SYNC, CREATE, DELETE, SYNC_NAMES, PROMISE };

/* One event.  A sync has two points: what was written before `began` is what it makes sure. */
struct event {
	enum kind kind;
	guint file; /* index in `inodes`; CREATE and DELETE: which file has or had the name */
	char *name; /* CREATE, DELETE */
	gint64 at;  /* WRITE: offset; TRUNCATE: size; PROMISE: value */
	GBytes *data;
	guint began; /* SYNC, SYNC_NAMES: the record's length when it began */
};

/* A file's contents when the record began; a name that is made anew is another file. */
struct inode {
	GBytes *initial;
};

static GMutex lock;
static GPtrArray *events; /* of struct event */
static GPtrArray *inodes; /* of struct inode */
static GHashTable *names; /* name now -> index + 1 */
static GHashTable *first; /* name when the record began -> index + 1 */
static char *root;
static gboolean lies;

/* --- Recording -------------------------------------------------------------------------- */

static guint
add_event(struct event event)
{
	struct event *copy = g_new(struct event, 1);

	*copy = event;
	g_ptr_array_add(events, copy);
	return events->len;
}

static guint
record(struct event event)
{
	guint length;

	g_mutex_lock(&lock);
	length = add_event(event);
	g_mutex_unlock(&lock);
	return length;
}

static guint
recorded(void)
{
	guint length;

	g_mutex_lock(&lock);
	length = events->len;
	g_mutex_unlock(&lock);
	return length;
}

/* With the lock held. */
static guint
add_inode(GBytes *initial)
{
	struct inode *inode = g_new0(struct inode, 1);

	inode->initial = initial;
	g_ptr_array_add(inodes, inode);
	return inodes->len - 1;
}

/* The file of that name; made where there is none. */
static guint
find_file(const char *name)
{
	guint at;

	g_mutex_lock(&lock);
	at = GPOINTER_TO_UINT(g_hash_table_lookup(names, name));
	if (!at) {
		at = add_inode(g_bytes_new(NULL, 0)) + 1;
		g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(at));
		add_event((struct event){ .kind = CREATE, .file = at - 1, .name = g_strdup(name) });
	}
	g_mutex_unlock(&lock);
	return at - 1;
}

/* The part of a path below the folder; NULL for what is not recorded. */
static const char *
own_name(const char *path)
{
	if (!path || !g_str_has_prefix(path, root) || path[strlen(root)] != '/')
		return NULL;
	return path + strlen(root) + 1;
}

/* --- The VFS ----------------------------------------------------------------------------- */

struct file {
	sqlite3_file base;
	sqlite3_file *real;
	guint inode;
	int recorded;
	int names_too; /* the first sync syncs the folder as well */
};

static sqlite3_vfs recording_vfs;
static sqlite3_vfs *real_vfs;

static struct file *
own(sqlite3_file *file)
{
	return (struct file *)file;
}

static sqlite3_file *
real(sqlite3_file *file)
{
	return own(file)->real;
}

static int
file_close(sqlite3_file *file)
{
	return real(file)->pMethods->xClose(real(file));
}

static int
file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
	return real(file)->pMethods->xRead(real(file), data, size, at);
}

static int
file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
	/* In the record first: whoever sees the write may sync it. */
	if (own(file)->recorded)
		record((struct event){ .kind = WRITE,
		    .file = own(file)->inode,
		    .at = at,
		    .data = g_bytes_new(data, (gsize)size) });
	return real(file)->pMethods->xWrite(real(file), data, size, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (own(file)->recorded)
		record((struct event){ .kind = TRUNCATE, .file = own(file)->inode, .at = size });
	return real(file)->pMethods->xTruncate(real(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	guint began = recorded();
	int code = real(file)->pMethods->xSync(real(file), flags);

	if (code != SQLITE_OK || !own(file)->recorded)
		return code;
	record((struct event){ .kind = SYNC, .file = own(file)->inode, .began = began });
	if (own(file)->names_too)
		record((struct event){ .kind = SYNC_NAMES, .began = began });
	own(file)->names_too = 0;
	return code;
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real(file)->pMethods->xFileSize(real(file), size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xLock(real(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return real(file)->pMethods->xUnlock(real(file), level);
}

static int
file_check(sqlite3_file *file, int *reserved)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}

static int
file_control(sqlite3_file *file, int operation, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int
file_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

/* No promises beyond what a plain disk gives (no safe append, no atomic writes). */
static int
file_traits(sqlite3_file *file)
{
	return 0;
}

static int
shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int
shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
shm_unmap(sqlite3_file *file, int remove)
{
	return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
	.xShmMap = shm_map,
	.xShmLock = shm_lock,
	.xShmBarrier = shm_barrier,
	.xShmUnmap = shm_unmap,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
	struct file *f = own(file);
	const char *name = own_name(path);
	int code;

	f->base.pMethods = NULL;
	f->real = (sqlite3_file *)(void *)(f + 1);
	code = real_vfs->xOpen(real_vfs, path, f->real, flags, out_flags);
	if (code != SQLITE_OK)
		return code;
	f->base.pMethods = &methods;
	f->recorded = name != NULL;
	f->names_too = (flags & SQLITE_OPEN_WAL) && (flags & SQLITE_OPEN_CREATE);
	if (f->recorded)
		f->inode = find_file(name);
	return SQLITE_OK;
}

static int
vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	const char *name = own_name(path);
	int code = real_vfs->xDelete(real_vfs, path, sync);
	guint at;

	if (code != SQLITE_OK || !name)
		return code;
	g_mutex_lock(&lock);
	at = GPOINTER_TO_UINT(g_hash_table_lookup(names, name));
	if (at) {
		g_hash_table_remove(names, name);
		add_event((struct event){ .kind = DELETE, .file = at - 1, .name = g_strdup(name) });
		if (sync)
			add_event((struct event){ .kind = SYNC_NAMES, .began = events->len });
	}
	g_mutex_unlock(&lock);
	return code;
}

/* --- Start and stop ---------------------------------------------------------------------- */

static void
take_files(void)
{
	GDir *dir = g_dir_open(root, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(root, name, NULL);
		char *data = NULL;
		gsize size = 0;
		guint at;

		if (g_str_has_suffix(name, "-shm") || g_str_has_suffix(name, "-lock") ||
		    !g_file_get_contents(path, &data, &size, NULL))
			continue;
		at = add_inode(g_bytes_new_take(data, size)) + 1;
		g_hash_table_insert(names, g_strdup(name), GUINT_TO_POINTER(at));
		g_hash_table_insert(first, g_strdup(name), GUINT_TO_POINTER(at));
	}
	if (dir)
		g_dir_close(dir);
}

void
recorder_start(const char *folder)
{
	real_vfs = sqlite3_vfs_find("unix");
	if (!real_vfs)
		abort();
	root = g_strdup(folder);
	events = g_ptr_array_new();
	inodes = g_ptr_array_new();
	names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	take_files();
	recording_vfs = *real_vfs;
	recording_vfs.zName = "recorder";
	recording_vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	recording_vfs.xOpen = vfs_open;
	recording_vfs.xDelete = vfs_delete;
	sqlite3_vfs_register(&recording_vfs, 1);
}

void
recorder_stop(void)
{
	sqlite3_vfs_register(real_vfs, 1);
	sqlite3_vfs_unregister(&recording_vfs);
}

void
recorder_promise(gint64 value)
{
	record((struct event){ .kind = PROMISE, .at = value });
}

/* --- Replaying --------------------------------------------------------------------------- */

static const struct event *
event_at(guint at)
{
	return g_ptr_array_index(events, at);
}

guint
recorder_points(void)
{
	return events->len;
}

gboolean
recorder_is_edge(guint point)
{
	return point == 0 || event_at(point - 1)->kind >= SYNC;
}

GArray *
recorder_promises(guint point)
{
	GArray *values = g_array_new(FALSE, FALSE, sizeof(gint64));

	for (guint i = 0; i < point; i++) {
		if (event_at(i)->kind == PROMISE)
			g_array_append_val(values, event_at(i)->at);
	}
	return values;
}

void
recorder_replay_lying(gboolean lying)
{
	lies = lying;
}

/* For each file, and for the names at [inodes->len], up to where the record is sure. */
static guint *
sure_until(guint point)
{
	guint *sure = g_new0(guint, inodes->len + 1);

	for (guint i = 0; i < point && !lies; i++) {
		const struct event *e = event_at(i);

		if (e->kind == SYNC)
			sure[e->file] = MAX(sure[e->file], e->began);
		else if (e->kind == SYNC_NAMES)
			sure[inodes->len] = MAX(sure[inodes->len], e->began);
	}
	return sure;
}

static bool
flip(GRand *chance, enum leftover left)
{
	return left == LEFT_ALL || (left != LEFT_NOTHING && g_rand_boolean(chance));
}

static void
put(GByteArray *file, gint64 at, const guint8 *data, gsize size)
{
	if (file->len < at + size) {
		guint old = file->len;

		g_byte_array_set_size(file, (guint)(at + (gint64)size));
		memset(file->data + old, 0, file->len - old);
	}
	if (size > 0) /* of nothing there may be no pointers */
		memcpy(file->data + at, data, size);
}

static void
apply_write(GByteArray *file, const struct event *e, bool sure, enum leftover left, GRand *chance)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(e->data, &size);

	if (sure || left != LEFT_TORN) {
		if (sure || flip(chance, left))
			put(file, e->at, data, size);
		return;
	}
	for (gsize done = 0; done < size;) {
		gsize part = MIN(size - done, SECTOR - (gsize)(e->at + (gint64)done) % SECTOR);

		if (g_rand_boolean(chance))
			put(file, e->at + (gint64)done, data + done, part);
		done += part;
	}
}

static GByteArray *
contents(guint inode, guint point, guint sure, enum leftover left, GRand *chance)
{
	const struct inode *from = g_ptr_array_index(inodes, inode);
	GByteArray *file = g_byte_array_new();

	put(file, 0, g_bytes_get_data(from->initial, NULL), g_bytes_get_size(from->initial));
	for (guint i = 0; i < point; i++) {
		const struct event *e = event_at(i);

		if (e->kind > TRUNCATE || e->file != inode)
			continue;
		if (e->kind == WRITE) {
			apply_write(file, e, i < sure, left, chance);
		} else if (i < sure || flip(chance, left)) {
			guint old = file->len;

			g_byte_array_set_size(file, (guint)e->at);
			if (file->len > old)
				memset(file->data + old, 0, file->len - old);
		}
	}
	return file;
}

void
recorder_replay(guint point, enum leftover left, GRand *chance, const char *folder)
{
	g_autoptr(GHashTable) there = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree guint *sure = sure_until(point);
	GHashTableIter iter;
	gpointer name, at;

	g_hash_table_iter_init(&iter, first);
	while (g_hash_table_iter_next(&iter, &name, &at))
		g_hash_table_insert(there, name, at);
	for (guint i = 0; i < point; i++) {
		const struct event *e = event_at(i);

		if (e->kind != CREATE && e->kind != DELETE)
			continue;
		if (i >= sure[inodes->len] && !flip(chance, left))
			continue;
		if (e->kind == CREATE)
			g_hash_table_insert(there, e->name, GUINT_TO_POINTER(e->file + 1));
		else
			g_hash_table_remove(there, e->name);
	}
	g_hash_table_iter_init(&iter, there);
	while (g_hash_table_iter_next(&iter, &name, &at)) {
		guint inode = GPOINTER_TO_UINT(at) - 1;
		GByteArray *file = contents(inode, point, sure[inode], left, chance);
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!g_file_set_contents_full(
			path, (char *)file->data, file->len, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
			abort();
		g_byte_array_unref(file);
	}
}

struct recorder_counts
recorder_counts(void)
{
	struct recorder_counts counts = { 0 };

	for (guint i = 0; i < events->len; i++) {
		enum kind kind = event_at(i)->kind;

		counts.writes += kind == WRITE;
		counts.syncs += kind == SYNC;
		counts.truncations += kind == TRUNCATE;
		counts.deletions += kind == DELETE;
	}
	return counts;
}
