/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib.h>
#include <mapicode.h>
#include "hr.h"
#include "ipc.h"
#include "paths.h"

#define WAIT_USEC (5 * (gint64)G_USEC_PER_SEC)

/* Whether the holder of the lock answers. */
static bool
holder_serves(int lock_fd)
{
	char line[4352];
	ssize_t size = pread(lock_fd, line, sizeof(line) - 1, 0);
	char *path;
	int fd;

	if (size <= 0)
		return false;
	line[size] = 0;
	line[strcspn(line, "\n")] = 0;
	path = strchr(line, '\t');
	if (!path)
		return false;
	fd = ipc_connect(path + 1);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static HRESULT
open_file(const char *lock_path, int *fd)
{
	HRESULT hr = paths_make_parent(lock_path);

	*fd = -1;
	if (FAILED(hr))
		return hr;
	*fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return *fd < 0 ? hr_from_errno(errno) : S_OK;
}

/* S_OK, MAPI_E_BUSY while another has it, or why it cannot be had. */
static HRESULT
try_lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return S_OK;
	return errno == EWOULDBLOCK || errno == EINTR ? MAPI_E_BUSY : hr_from_errno(errno);
}

HRESULT
lock_take(const char *lock_path, int *out)
{
	gint64 until = g_get_monotonic_time() + WAIT_USEC;
	HRESULT hr = open_file(lock_path, out);

	if (FAILED(hr))
		return hr;
	while ((hr = try_lock(*out)) == MAPI_E_BUSY && !holder_serves(*out) &&
	       g_get_monotonic_time() < until)
		g_usleep(5000);
	if (FAILED(hr)) {
		close(*out);
		*out = -1;
	}
	return hr;
}

static void
ask_to_end(int lock_fd)
{
	char text[32] = "";
	gint64 pid = 0;

	if (pread(lock_fd, text, sizeof(text) - 1, 0) > 0)
		pid = g_ascii_strtoll(text, NULL, 10);
	if (pid > 1)
		kill((pid_t)pid, SIGTERM);
}

HRESULT
lock_take_over(const char *lock_path, gint64 wait, int *out)
{
	gint64 until = g_get_monotonic_time() + wait;
	HRESULT hr = open_file(lock_path, out);

	if (FAILED(hr))
		return hr;
	hr = try_lock(*out);
	if (hr == MAPI_E_BUSY)
		ask_to_end(*out);
	while (hr == MAPI_E_BUSY && g_get_monotonic_time() < until) {
		g_usleep(20000);
		hr = try_lock(*out);
	}
	if (FAILED(hr)) {
		close(*out);
		*out = -1;
	}
	return hr;
}

static HRESULT
write_line(int fd, int pid, const char *socket_path)
{
	g_autofree char *line = g_strdup_printf("%d\t%s\n", pid, socket_path);
	off_t size = (off_t)strlen(line);
	struct stat before;

	/* The line ends what is read.  To make a file shorter may wait for the file system's
	 * journal: that is left to who ends, whose number, 0, is the shorter one. */
	if (fstat(fd, &before) != 0 || pwrite(fd, line, (size_t)size, 0) != size ||
	    (before.st_size > size && ftruncate(fd, size) != 0))
		return hr_from_errno(errno);
	return S_OK;
}

HRESULT
lock_write(int fd, const char *socket_path)
{
	return write_line(fd, (int)getpid(), socket_path);
}

void
lock_leave(int fd, const char *socket_path)
{
	if (fd < 0)
		return;
	write_line(fd, 0, socket_path);
	close(fd);
}

void
lock_drop(int fd)
{
	if (fd < 0)
		return;
	if (ftruncate(fd, 0) != 0)
		errno = 0; /* the lock is what counts */
	close(fd);
}
