/* SPDX-License-Identifier: MIT */
#include "worker_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "text.h"

/* A worker of a scheduler that died may finish its message; after that it hangs and is ended. */
#define OLD_WORKER_WAIT (3600 * (gint64)G_USEC_PER_SEC)

/* Whether the process is a worker of this profile: numbers are given out again. */
static bool
is_worker(pid_t pid, const char *uid)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", (int)pid);
	g_autofree char *line = NULL;
	gsize size = 0;

	return g_file_get_contents(path, &line, &size, NULL) &&
	       memmem(line, size, uid, strlen(uid) + 1) != NULL;
}

/* The lock file names its holders, a line each. */
static void
end_holders(int lock_fd, const char *uid)
{
	char text[4096] = "";
	g_auto(GStrv) lines = NULL;

	if (pread(lock_fd, text, sizeof(text) - 1, 0) <= 0)
		return;
	lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i]; i++) {
		pid_t pid = (pid_t)g_ascii_strtoll(lines[i], NULL, 10);

		if (pid <= 1 || pid == getpid() || !is_worker(pid, uid))
			continue;
		log_error("worker %d of an earlier scheduler hangs; ending it", (int)pid);
		kill(pid, SIGKILL);
	}
}

static HRESULT
write_holder(int lock_fd)
{
	g_autofree char *text = g_strdup_printf("%d\n", (int)getpid());

	return write(lock_fd, text, strlen(text)) < 0 ? hr_from_errno(errno) : S_OK;
}

/* To make a file shorter waits for the file system's journal, and another's sync of it: not where
 * there is nothing to take away. */
static HRESULT
make_empty(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0 || (status.st_size > 0 && ftruncate(fd, 0) != 0))
		return hr_from_errno(errno);
	return S_OK;
}

void
worker_unlock(int fd)
{
	/* The last one leaves it empty for the next. */
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		make_empty(fd);
	if (fd >= 0)
		close(fd);
}

/* Alone, to know that the others are gone. */
static HRESULT
wait_for_others(int fd, const char *uid)
{
	gint64 until = g_get_monotonic_time() + OLD_WORKER_WAIT;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EINTR && errno != EWOULDBLOCK)
			return hr_from_errno(errno);
		if (g_get_monotonic_time() > until) {
			end_holders(fd, uid);
			until += OLD_WORKER_WAIT;
		}
		g_usleep(20000);
	}
	return make_empty(fd);
}

HRESULT
worker_lock(const char *state_path, GBytes *profile, bool first, int *out)
{
	g_autofree char *uid = text_hex(g_bytes_get_data(profile, NULL), g_bytes_get_size(profile));
	g_autofree char *path = g_strdup_printf("%s/worker-%s.lock", state_path, uid);
	HRESULT hr = paths_make_parent(path);
	int fd;

	*out = -1;
	if (FAILED(hr))
		return hr;
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return hr_from_errno(errno);
	if (first)
		hr = wait_for_others(fd, uid);
	/* Only workers of this scheduler come in between: it is the one that holds its lock. */
	while (SUCCEEDED(hr) && flock(fd, LOCK_SH) != 0) {
		if (errno != EINTR)
			hr = hr_from_errno(errno);
	}
	if (SUCCEEDED(hr))
		hr = write_holder(fd);
	if (FAILED(hr))
		close(fd);
	else
		*out = fd;
	return hr;
}
