/* SPDX-License-Identifier: MIT */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
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

static int
connect_to(const char *path)
{
	int fd = ipc_connect(path);

	/* Who listened there was killed. */
	if (fd < 0 && errno == ECONNREFUSED)
		unlink(path);
	return fd;
}

int
live_connect(const void *key, size_t size)
{
	g_autofree char *path = socket_path(key, size);

	return connect_to(path);
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
	char *path;
	int listener;
	int peer; /* the worker; -1: none yet, or no longer */
	int stop;
};

static void
drop_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Takes away what killed ones have left.  One that does not listen yet goes too: it is told at the
 * end. */
static void
sweep(const char *socket)
{
	g_autofree char *folder = g_path_get_dirname(socket);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		drop_fd(connect_to(path));
	}
}

struct live *
live_open(const void *key, size_t size)
{
	struct live *live = g_new0(struct live, 1);

	live->path = socket_path(key, size);
	live->peer = live->stop = -1;
	sweep(live->path);
	live->listener = FAILED(paths_make_parent(live->path)) ? -1 : ipc_listen(live->path);
	if (live->listener >= 0 && fcntl(live->listener, F_SETFL, O_NONBLOCK) == 0)
		live->stop = eventfd(0, EFD_CLOEXEC);
	if (live->stop >= 0)
		return live;
	live_close(live);
	return NULL;
}

void
live_close(struct live *live)
{
	g_autofree char *folder = NULL;

	if (!live)
		return;
	if (live->listener >= 0) {
		close(live->listener);
		unlink(live->path);
	}
	drop_fd(live->peer);
	drop_fd(live->stop);
	folder = g_path_get_dirname(live->path);
	rmdir(folder); /* fails while others look on */
	g_free(live->path);
	g_free(live);
}

bool
live_wait(struct live *live)
{
	struct pollfd fds[] = {
		{ .fd = live->stop, .events = POLLIN },
		{ .fd = live->peer >= 0 ? live->peer : live->listener, .events = POLLIN },
	};

	while (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno == EINTR)
		;
	return fds[0].revents == 0;
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

/* One line into `line`; false where there is none now. */
static bool
next_line(struct live *live, char line[LINE_MAX_BYTES + 1])
{
	ssize_t got;

	for (;;) {
		if (live->peer < 0)
			live->peer = accept4(live->listener, NULL, NULL, SOCK_CLOEXEC);
		if (live->peer < 0)
			return false;
		got = recv(live->peer, line, LINE_MAX_BYTES, MSG_DONTWAIT);
		if (got > 0) {
			line[got] = 0;
			return true;
		}
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
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
