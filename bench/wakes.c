/* SPDX-License-Identifier: MIT */
/*
 * bench-wakes: takes the spooler's place and answers wake-ups, but moves no mail: what submitting
 * costs by itself, and how queues are filled.  Ends with its standard input.
 */
#include <fcntl.h>
#include <glib-unix.h>
#include <mapicode.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
#include "ipc.h"
#include "paths.h"

static gboolean
client_says(gint fd, GIOCondition condition, gpointer data)
{
	struct ipc_message *packet = NULL;
	HRESULT hr = ipc_receive(fd, 0, &packet);

	if (hr == MAPI_E_TIMEOUT)
		return G_SOURCE_CONTINUE;
	if (SUCCEEDED(hr))
		hr = ipc_send(fd, "ok", NULL);
	ipc_message_free(packet);
	if (SUCCEEDED(hr))
		return G_SOURCE_CONTINUE;
	close(fd);
	return G_SOURCE_REMOVE;
}

static gboolean
on_connection(gint fd, GIOCondition condition, gpointer data)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

	if (client >= 0)
		g_unix_fd_add(client, G_IO_IN | G_IO_HUP, client_says, NULL);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gint fd, GIOCondition condition, gpointer loop)
{
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

int
main(void)
{
	char *socket_path = paths_runtime("spooler.sock"), *lock_path = paths_state("spooler.lock");
	char *line = g_strdup_printf("%d\t%s\n", (int)getpid(), socket_path);
	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	int lock, listener;

	paths_make_parent(socket_path);
	paths_make_parent(lock_path);
	unlink(socket_path);
	listener = ipc_listen(socket_path);
	lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (listener < 0 || lock < 0 || flock(lock, LOCK_EX | LOCK_NB) || ftruncate(lock, 0) ||
	    write(lock, line, strlen(line)) < 0)
		return 1;
	g_unix_fd_add(listener, G_IO_IN, on_connection, NULL);
	g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_end, loop);
	puts("ready");
	fflush(stdout);
	g_main_loop_run(loop);
	unlink(socket_path);
	return ftruncate(lock, 0) ? 1 : 0;
}
