/* SPDX-License-Identifier: MIT */
#include "onlooker.h"

#include <glib-unix.h>
#include "live.h"

struct onlooker {
	struct live *live;
	guint source;
	int fd;
};

static void
pass_on(const char *line, void *context)
{
	live_say(((struct onlooker *)context)->fd, line);
}

static gboolean
on_lines(gint fd, GIOCondition condition, gpointer data)
{
	struct onlooker *onlooker = data;

	live_read(onlooker->live, pass_on, onlooker);
	return G_SOURCE_CONTINUE;
}

struct onlooker *
onlooker_create(GBytes *key, int fd)
{
	gsize size = 0;
	const void *data = g_bytes_get_data(key, &size);
	struct live *live = data ? live_open(data, size) : NULL;
	struct onlooker *onlooker;

	if (!live)
		return NULL;
	onlooker = g_new0(struct onlooker, 1);
	onlooker->live = live;
	onlooker->fd = fd;
	/* The mail goes before it: it is for the eye alone. */
	onlooker->source =
	    g_unix_fd_add_full(G_PRIORITY_LOW, live_fd(live), G_IO_IN, on_lines, onlooker, NULL);
	return onlooker;
}

void
onlooker_free(struct onlooker *onlooker)
{
	if (!onlooker)
		return;
	g_source_remove(onlooker->source);
	live_close(onlooker->live);
	g_free(onlooker);
}
