/* SPDX-License-Identifier: MIT */
/*
 * A library for LD_PRELOAD that stands between a program and the kernel: it ends the program at one
 * chosen call, and keeps a record of what is done to files.  See shim.h.
 *
 * Calls that matter are those that somebody else can see: writes, syncs, names, packets.  Between
 * two of them a process changes nothing but its own memory, so that ending it before each of them
 * is ending it at every instruction.  What was received is such a point too: the sender has done
 * his part.
 */
#include "shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static struct shim_control *control;
static enum shim_role role;
static pid_t role_of; /* a copy of the scheduler is a worker */
static int record_fd = -1;
static char root[PATH_MAX];

/* The next definition of a function, the C library's own; looked for once. */
#define REAL(name)                                                                                 \
	({                                                                                         \
		static __typeof__(&name) real_;                                                    \
		if (!real_)                                                                        \
			*(void **)&real_ = dlsym(RTLD_NEXT, #name);                                \
		real_;                                                                             \
	})

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The path of an open file, "" where there is none. */
static const char *
path_of(int fd, char path[PATH_MAX])
{
	char link[40];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, PATH_MAX - 1);
	path[size > 0 ? size : 0] = '\0';
	return path;
}

/* --- Start ------------------------------------------------------------------------------------ */

static enum shim_role
spooler_role(void)
{
	char line[4096] = "";
	int fd = REAL(open)("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	if (size > 0 && memmem(line, (size_t)size, "--worker", sizeof("--worker")))
		return ROLE_WORKER;
	if (size > 0 && memmem(line, (size_t)size, "--take=", sizeof("--take=") - 1))
		return ROLE_TAKER;
	return ROLE_SCHEDULER;
}

static enum shim_role
own_role(void)
{
	char path[PATH_MAX] = "";
	const char *name;

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return ROLE_NONE;
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (strcmp(name, "emapi-spooler") == 0)
		return spooler_role();
	if (strcmp(name, "torture-submitter") == 0 || strcmp(name, "bench-submit") == 0)
		return ROLE_CLIENT;
	return strcmp(name, "torture-sink") == 0 ? ROLE_SERVER : ROLE_NONE;
}

static void
map_control(const char *path)
{
	int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
	void *map = MAP_FAILED;

	if (fd >= 0)
		map = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		abort();
	control = map;
	close(fd);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("EMAPI_TORTURE_CONTROL");

	role = own_role();
	role_of = getpid();
	if (path)
		map_control(path);
	path = getenv("EMAPI_TORTURE_RECORD");
	if (!path || !getenv("EMAPI_TORTURE_ROOT"))
		return;
	snprintf(root, sizeof(root), "%s/", getenv("EMAPI_TORTURE_ROOT"));
	record_fd = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (record_fd < 0)
		abort();
}

/* --- Ending ----------------------------------------------------------------------------------- */

static void
describe(struct shim_role_control *mine, const char *call, int fd)
{
	char path[PATH_MAX];
	const char *name = path_of(fd, path);

	name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	snprintf(mine->call, sizeof(mine->call), "%s %.*s", call, (int)strcspn(name, ":0123456789"),
	    name);
}

static void
point(const char *call, int fd)
{
	struct shim_role_control *mine;
	int64_t count;

	if (control && role_of != getpid()) {
		role = own_role();
		role_of = getpid();
	}
	mine = control ? &control->roles[role] : NULL;
	if (!mine || role == ROLE_NONE)
		return;
	count = __atomic_add_fetch(&mine->calls, 1, __ATOMIC_SEQ_CST);
	if (count != __atomic_load_n(&mine->kill_at, __ATOMIC_SEQ_CST))
		return;
	describe(mine, call, fd);
	__atomic_store_n(&mine->killed_at, now(), __ATOMIC_SEQ_CST);
	kill(getpid(), SIGKILL);
	pause();
}

/* --- Syncs that fail -------------------------------------------------------------------------- */

/* 0, or the error that this sync is to end with. */
static int
sync_error(int fd)
{
	const char *path = getenv("EMAPI_TORTURE_SYNC");
	char own[PATH_MAX], begun[PATH_MAX], number[16] = "";
	int file;

	if (!path || !strstr(path_of(fd, own), ".store-wal"))
		return 0;
	snprintf(begun, sizeof(begun), "%s.begun", path);
	close(REAL(open)(begun, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	while ((file = REAL(open)(path, O_RDONLY | O_CLOEXEC)) < 0)
		usleep(1000);
	if (read(file, number, sizeof(number) - 1) < 0)
		abort();
	close(file);
	return atoi(number);
}

/* --- Recording -------------------------------------------------------------------------------- */

static void
add(enum shim_kind kind, uint64_t inode, int64_t at, const void *data, size_t size)
{
	struct shim_event event = { kind, (uint32_t)size, at, inode, now() };
	struct iovec parts[] = { { &event, sizeof(event) }, { (void *)data, size } };
	int error = errno;

	if (REAL(writev)(record_fd, parts, 2) != (ssize_t)(sizeof(event) + size))
		abort();
	errno = error;
}

static int64_t
recorded(void)
{
	struct stat st;

	return fstat(record_fd, &st) == 0 ? st.st_size : 0;
}

/* The part of a path below the root; NULL for what is not recorded. */
static const char *
own_name(const char *path)
{
	size_t size = strlen(root);

	return record_fd >= 0 && path && strncmp(path, root, size) == 0 ? path + size : NULL;
}

/* The open file, where it is recorded: regular, and none that only this boot uses. */
static bool
own_file(int fd, struct stat *st)
{
	char path[PATH_MAX];

	if (record_fd < 0 || fd == record_fd || fstat(fd, st) != 0 || !S_ISREG(st->st_mode))
		return false;
	return own_name(path_of(fd, path)) && strcmp(path + strlen(path) - 4, "-shm") != 0;
}

/* The name of the open folder, where it is recorded; "" is the root. */
static const char *
own_folder(int fd, char path[PATH_MAX])
{
	struct stat st;

	if (record_fd < 0 || fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		return NULL;
	path_of(fd, path);
	strncat(path, "/", PATH_MAX - strlen(path) - 1);
	return own_name(path);
}

static void
record_write(int fd, const void *data, size_t size, int64_t at)
{
	struct stat st;

	if (!own_file(fd, &st))
		return;
	if (at < 0)
		at = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
	add(EVENT_WRITE, st.st_ino, at, data, size);
}

static void
record_truncate(int fd, int64_t size)
{
	struct stat st;

	if (own_file(fd, &st))
		add(EVENT_TRUNCATE, st.st_ino, size, NULL, 0);
}

static int
record_sync(int fd, int (*sync)(int fd))
{
	char path[PATH_MAX];
	struct stat st;
	const char *folder = own_folder(fd, path);
	bool file = !folder && own_file(fd, &st);
	int64_t began = file || folder ? recorded() : 0;
	int error = sync_error(fd), code = error ? -1 : sync(fd);

	if (error)
		errno = error;
	if (code == 0 && file)
		add(EVENT_SYNC, st.st_ino, began, NULL, 0);
	else if (code == 0 && folder)
		add(EVENT_SYNC_NAMES, 0, began, folder, strlen(folder));
	return code;
}

static void
record_create(const char *path, int fd, bool existed, int flags)
{
	const char *name = own_name(path);
	struct stat st;

	if (!name || fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	if (!existed)
		add(EVENT_CREATE, st.st_ino, 0, name, strlen(name));
	else if (flags & O_TRUNC)
		add(EVENT_TRUNCATE, st.st_ino, 0, NULL, 0);
}

/* --- Files ------------------------------------------------------------------------------------ */

static bool
creates(int flags)
{
	return flags & (O_CREAT | O_TRUNC);
}

static int
open_recorded(
    const char *path, int flags, unsigned mode, int (*real)(const char *path, int flags, ...))
{
	bool existed = !creates(flags) || access(path, F_OK) == 0;
	int fd;

	if (creates(flags))
		point("open", -1);
	fd = real(path, flags, mode);
	record_create(path, fd, existed, flags);
	return fd;
}

#define MODE_OF(flags)                                                                             \
	({                                                                                         \
		va_list args_;                                                                     \
		unsigned mode_;                                                                    \
		va_start(args_, flags);                                                            \
		mode_ = flags & O_CREAT ? va_arg(args_, unsigned) : 0;                             \
		va_end(args_);                                                                     \
		mode_;                                                                             \
	})

int
open(const char *path, int flags, ...)
{
	return open_recorded(path, flags, MODE_OF(flags), REAL(open));
}

int
open64(const char *path, int flags, ...)
{
	return open_recorded(path, flags, MODE_OF(flags), REAL(open64));
}

int
openat(int folder, const char *path, int flags, ...)
{
	unsigned mode = MODE_OF(flags);
	bool existed = !creates(flags) || faccessat(folder, path, F_OK, 0) == 0;
	int fd = REAL(openat)(folder, path, flags, mode);

	record_create(path, fd, existed, flags);
	return fd;
}

/* What wakes a thread of the same process is no file and no pipe. */
static bool
is_counter(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == 0;
}

ssize_t
write(int fd, const void *data, size_t size)
{
	if (!is_counter(fd))
		point("write", fd);
	record_write(fd, data, size, -1);
	return REAL(write)(fd, data, size);
}

int
mkostemp(char *path, int flags)
{
	int fd;

	point("mkostemp", -1);
	fd = REAL(mkostemp)(path, flags);
	record_create(path, fd, false, 0);
	return fd;
}

int
mkostemp64(char *path, int flags)
{
	return mkostemp(path, flags);
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t at)
{
	point("pwrite", fd);
	record_write(fd, data, size, at);
	return REAL(pwrite)(fd, data, size, at);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	point("pwrite", fd);
	record_write(fd, data, size, at);
	return REAL(pwrite64)(fd, data, size, at);
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	struct stat st;

	point("writev", fd);
	if (own_file(fd, &st)) /* nobody does so far; it would be missing in the record */
		abort();
	return REAL(writev)(fd, parts, count);
}

int
ftruncate(int fd, off_t size)
{
	point("ftruncate", fd);
	record_truncate(fd, size);
	return REAL(ftruncate)(fd, size);
}

int
ftruncate64(int fd, off64_t size)
{
	point("ftruncate", fd);
	record_truncate(fd, size);
	return REAL(ftruncate64)(fd, size);
}

int
posix_fallocate(int fd, off_t at, off_t size)
{
	struct stat st;

	point("fallocate", fd);
	if (own_file(fd, &st) && st.st_size < at + size)
		record_truncate(fd, at + size);
	return REAL(posix_fallocate)(fd, at, size);
}

int
posix_fallocate64(int fd, off64_t at, off64_t size)
{
	return posix_fallocate(fd, at, size);
}

int
fsync(int fd)
{
	point("fsync", fd);
	return record_sync(fd, REAL(fsync));
}

int
fdatasync(int fd)
{
	point("fdatasync", fd);
	return record_sync(fd, REAL(fdatasync));
}

/* --- Names ------------------------------------------------------------------------------------ */

int
unlink(const char *path)
{
	int code;

	point("unlink", -1);
	code = REAL(unlink)(path);
	if (code == 0 && own_name(path))
		add(EVENT_DELETE, 0, 0, own_name(path), strlen(own_name(path)));
	return code;
}

int
rename(const char *from, const char *to)
{
	char both[2 * PATH_MAX];
	int code, size;

	point("rename", -1);
	code = REAL(rename)(from, to);
	if (code == 0 && own_name(from) && own_name(to)) {
		size = snprintf(both, sizeof(both), "%s%c%s", own_name(from), 0, own_name(to));
		add(EVENT_RENAME, 0, 0, both, (size_t)size);
	}
	return code;
}

int
mkdir(const char *path, mode_t mode)
{
	int code = REAL(mkdir)(path, mode);

	if (code == 0 && own_name(path))
		add(EVENT_FOLDER, 0, 0, own_name(path), strlen(own_name(path)));
	return code;
}

/* --- Packets ---------------------------------------------------------------------------------- */

ssize_t
send(int fd, const void *data, size_t size, int flags)
{
	point("send", fd);
	return REAL(send)(fd, data, size, flags);
}

ssize_t
sendmsg(int fd, const struct msghdr *packet, int flags)
{
	point("sendmsg", fd);
	return REAL(sendmsg)(fd, packet, flags);
}

int
connect(int fd, const struct sockaddr *address, socklen_t size)
{
	point("connect", fd);
	return REAL(connect)(fd, address, size);
}

ssize_t
recv(int fd, void *data, size_t size, int flags)
{
	ssize_t got = REAL(recv)(fd, data, size, flags);

	if (got >= 0 && !(flags & MSG_PEEK))
		point("recv", fd);
	return got;
}

ssize_t
recvmsg(int fd, struct msghdr *packet, int flags)
{
	ssize_t got = REAL(recvmsg)(fd, packet, flags);

	if (got >= 0)
		point("recvmsg", fd);
	return got;
}
