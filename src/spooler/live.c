/* SPDX-License-Identifier: MIT */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "ipc.h"
#include "paths.h"
#include "text.h"

#define FOLDER "live"
#define LINE_MAX_BYTES 4096

static char *
socket_path(const void *key, size_t size)
{
	g_autofree char *hex = text_hex(key, size);
	g_autofree char *name = g_strconcat(FOLDER "/", hex, NULL);

	return paths_state(name);
}

bool
live_wanted(void)
{
	g_autofree char *folder = paths_state(FOLDER);

	return access(folder, F_OK) == 0;
}

int
live_connect(const void *key, size_t size)
{
	g_autofree char *path = socket_path(key, size);
	int fd = ipc_connect(path);

	/* Who listened there was killed. */
	if (fd < 0 && errno == ECONNREFUSED)
		unlink(path);
	return fd;
}

void
live_say(int fd, const char *line)
{
	ssize_t sent;

	do
		sent =
		    send(fd, line, MIN(strlen(line), LINE_MAX_BYTES), MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
}

struct live {
	char *path;   /* NULL: another listens */
	int listener; /* -1: likewise */
	int peer;     /* the worker, or who passes on; -1: none yet, or no longer */
	int stop;
	int poll; /* of these three: one thread may wait while another accepts the worker */
};

static void
drop_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static bool
watch(const struct live *live, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return fd >= 0 && epoll_ctl(live->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Takes away what killed ones have left: nobody looks on for a day. */
static void
sweep(const char *socket)
{
	g_autofree char *folder = g_path_get_dirname(socket);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	time_t old = time(NULL) - 86400;
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (lstat(path, &status) == 0 && status.st_mtime < old)
			unlink(path);
	}
}

static struct live *
make(char *path, int listener, int peer)
{
	struct live *live = g_new0(struct live, 1);

	live->path = path;
	live->listener = listener;
	live->peer = peer;
	live->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	live->poll = epoll_create1(EPOLL_CLOEXEC);
	if (watch(live, MAX(listener, peer)) && watch(live, live->stop))
		return live;
	live_close(live);
	return NULL;
}

struct live *
live_open(const void *key, size_t size)
{
	char *path = socket_path(key, size);
	int listener;

	sweep(path);
	listener = FAILED(paths_make_parent(path)) ? -1 : ipc_listen(path);
	if (listener >= 0)
		fcntl(listener, F_SETFL, O_NONBLOCK);
	return make(path, listener, -1);
}

struct live *
live_join(int fd)
{
	return make(NULL, -1, fd);
}

void
live_close(struct live *live)
{
	if (!live)
		return;
	if (live->listener >= 0)
		unlink(live->path);
	drop_fd(live->listener);
	drop_fd(live->peer);
	drop_fd(live->stop);
	drop_fd(live->poll);
	if (live->path) {
		g_autofree char *folder = g_path_get_dirname(live->path);

		rmdir(folder); /* fails while others look on */
	}
	g_free(live->path);
	g_free(live);
}

int
live_fd(const struct live *live)
{
	return live->poll;
}

bool
live_wait(struct live *live)
{
	struct epoll_event event;
	guint64 stopped;

	while (epoll_wait(live->poll, &event, 1, -1) < 0 && errno == EINTR)
		;
	return read(live->stop, &stopped, sizeof(stopped)) < 0;
}

void
live_stop(struct live *live)
{
	const guint64 one = 1;
	ssize_t done;

	do
		done = write(live->stop, &one, sizeof(one));
	while (done < 0 && errno == EINTR);
}

/* The next worker takes the place of the one before. */
static bool
take_peer(struct live *live)
{
	int fd = live->listener < 0 ? -1 : accept4(live->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	drop_fd(live->peer);
	live->peer = fd;
	return watch(live, fd);
}

/* One line into `line`; false where there is none now. */
static bool
next_line(struct live *live, char line[LINE_MAX_BYTES + 1])
{
	ssize_t got;

	for (;;) {
		if (live->peer < 0 && !take_peer(live))
			return false;
		got = recv(live->peer, line, LINE_MAX_BYTES, MSG_DONTWAIT);
		if (got > 0) {
			line[got] = 0;
			return true;
		}
		if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
			if (!take_peer(live))
				return false;
			continue;
		}
		close(live->peer);
		live->peer = -1;
	}
}

void
live_read(struct live *live, void (*each)(const char *line, void *context), void *context)
{
	char line[LINE_MAX_BYTES + 1];

	while (next_line(live, line))
		each(line, context);
}
