/* SPDX-License-Identifier: MIT */
/* See faults.h. */
#include "faults.h"

#include <stdlib.h>
#include <string.h>
#include <sqlite3.h>

static unsigned long memory_fail, memory_count, io_fail, io_count, sync_count;
static bool io_full, io_lasting;
static sqlite3_mem_methods real_memory;

static int
memory_fails(void)
{
	return ++memory_count == memory_fail;
}

static void *
faulty_malloc(int size)
{
	return memory_fails() ? NULL : real_memory.xMalloc(size);
}

static void *
faulty_realloc(void *block, int size)
{
	return memory_fails() ? NULL : real_memory.xRealloc(block, size);
}

/* --- A VFS over the default one ------------------------------------------------------ */

/* The real file lies behind ours in one block, as SQLite gives it. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs faulty_vfs;
static sqlite3_vfs *real_vfs;

static sqlite3_file *
real(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

/* SQLITE_OK, or how this write, truncation or sync fails. */
static int
io_result(int error)
{
	io_count++;
	if (!io_fail || (io_lasting ? io_count < io_fail : io_count != io_fail))
		return SQLITE_OK;
	return io_full ? SQLITE_FULL : error;
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
	int code = io_result(SQLITE_IOERR_WRITE);

	return code ? code : real(file)->pMethods->xWrite(real(file), data, size, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = io_result(SQLITE_IOERR_TRUNCATE);

	return code ? code : real(file)->pMethods->xTruncate(real(file), size);
}

/* Nothing here has to survive a power cut: a sync that does not fail does nothing. */
static int
file_sync(sqlite3_file *file, int flags)
{
	sync_count++;
	return io_result(SQLITE_IOERR_FSYNC);
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
file_check_lock(sqlite3_file *file, int *reserved)
{
	return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}

static int
file_control(sqlite3_file *file, int op, void *argument)
{
	return real(file)->pMethods->xFileControl(real(file), op, argument);
}

static int
file_sector(sqlite3_file *file)
{
	return real(file)->pMethods->xSectorSize(real(file));
}

static int
file_device(sqlite3_file *file)
{
	return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int
file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	real(file)->pMethods->xShmBarrier(real(file));
}

static int
file_shm_unmap(sqlite3_file *file, int remove)
{
	return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 2,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
	.xShmMap = file_shm_map,
	.xShmLock = file_shm_lock,
	.xShmBarrier = file_shm_barrier,
	.xShmUnmap = file_shm_unmap,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	struct file *ours = (struct file *)file;
	int code;

	ours->real = (sqlite3_file *)(void *)(ours + 1);
	ours->base.pMethods = NULL;
	memset(ours->real, 0, (size_t)real_vfs->szOsFile);
	code = real_vfs->xOpen(real_vfs, name, ours->real, flags, out);
	if (ours->real->pMethods)
		ours->base.pMethods = &file_methods;
	return code;
}

void
faults_install(void)
{
	sqlite3_mem_methods memory;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
	memory = real_memory;
	memory.xMalloc = faulty_malloc;
	memory.xRealloc = faulty_realloc;
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* every allocation is seen */
	sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	sqlite3_initialize();
	real_vfs = sqlite3_vfs_find(NULL);
	faulty_vfs = *real_vfs;
	faulty_vfs.zName = "faulty";
	faulty_vfs.szOsFile += (int)sizeof(struct file);
	faulty_vfs.xOpen = vfs_open;
	sqlite3_vfs_register(&faulty_vfs, 1);
}

void
faults_sqlite_io_kind(bool full, bool lasting)
{
	io_full = full;
	io_lasting = lasting;
}

void
faults_sqlite_memory(unsigned long n)
{
	memory_fail = n;
	memory_count = 0;
}

void
faults_sqlite_io(unsigned long n)
{
	io_fail = n;
	io_count = 0;
}

unsigned long
faults_stride(void)
{
	const char *given = getenv("EMAPI_TEST_STRIDE");

	return given ? strtoul(given, NULL, 10) | 1 : 1;
}

unsigned long
faults_sqlite_allocations(void)
{
	return memory_count;
}

unsigned long
faults_sqlite_writes(void)
{
	return io_count;
}

unsigned long
faults_sqlite_syncs(void)
{
	return sync_count;
}
