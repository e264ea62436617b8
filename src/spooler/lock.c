/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
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

HRESULT
lock_take(const char *lock_path, int *out)
{
	gint64 until = g_get_monotonic_time() + WAIT_USEC;
	HRESULT hr = paths_make_parent(lock_path);
	int fd;

	*out = -1;
	if (FAILED(hr))
		return hr;
	fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return hr_from_errno(errno);
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR) {
			hr = hr_from_errno(errno);
			close(fd);
			return hr;
		}
		if (holder_serves(fd) || g_get_monotonic_time() > until) {
			close(fd);
			return MAPI_E_BUSY;
		}
		g_usleep(5000);
	}
	*out = fd;
	return S_OK;
}

HRESULT
lock_write(int fd, const char *socket_path)
{
	g_autofree char *line = g_strdup_printf("%d\t%s\n", (int)getpid(), socket_path);

	if (ftruncate(fd, 0) != 0 || pwrite(fd, line, strlen(line), 0) != (ssize_t)strlen(line))
		return hr_from_errno(errno);
	return S_OK;
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
