/* SPDX-License-Identifier: MIT */
/* Processes by number and mark: see process.h. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "pid.h"

/* Field 22 of /proc/PID/stat, counted from the state behind the name, which may hold anything. */
#define FIELDS_TO_START 19

static bool
read_small(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = (fd < 0) ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[got > 0 ? got : 0] = 0;
	return got > 0;
}

static void
read_mark(gint64 pid, char mark[PROCESS_MARK])
{
	char path[64], stat[1024], boot[40], *at;
	unsigned long long start;
	int field;

	mark[0] = 0;
	g_snprintf(path, sizeof(path), "/proc/%" G_GINT64_FORMAT "/stat", pid);
	if (!read_small(path, stat, sizeof(stat)) ||
	    !read_small("/proc/sys/kernel/random/boot_id", boot, sizeof(boot)))
		return;
	boot[strcspn(boot, "\n")] = 0;
	at = strrchr(stat, ')');
	at = at ? strchr(at, ' ') : NULL;
	for (field = 0; at && field < FIELDS_TO_START; field++)
		at = strchr(at + 1, ' ');
	if (at && sscanf(at, "%llu", &start) == 1)
		g_snprintf(mark, PROCESS_MARK, "%.36s %llu", boot, start);
}

/* Our own does not change while we live: it is looked up once, and anew by a forked child. */
static void
own_mark(char mark[PROCESS_MARK])
{
	static GMutex lock;
	static char known[PROCESS_MARK];
	static pid_t owner;

	g_mutex_lock(&lock);
	if (owner != pid_self() || !*known) {
		owner = pid_self();
		read_mark(owner, known);
	}
	memcpy(mark, known, PROCESS_MARK);
	g_mutex_unlock(&lock);
}

void
process_mark(gint64 pid, char mark[PROCESS_MARK])
{
	if (pid == pid_self())
		own_mark(mark);
	else
		read_mark(pid, mark);
}

bool
process_lives(gint64 pid, const char *mark)
{
	char now[PROCESS_MARK];

	if (pid <= 0 || (pid != pid_self() && kill((pid_t)pid, 0) && errno == ESRCH))
		return false;
	if (!mark || !*mark)
		return true;
	process_mark(pid, now);
	return !*now || !strcmp(now, mark);
}
