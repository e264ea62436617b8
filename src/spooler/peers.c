/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib-unix.h>
#include <mapicode.h>

#define PEERS_MAX 512
#define SILENT_MAX (60 * (gint64)G_USEC_PER_SEC)
#define SEND_MS 200
#define TICK_S 15

struct peers {
	GMainLoop *loop;
	GPtrArray *list; /* of struct peer */
	guint of_one;
	peers_serve serve;
	void *context;
};

struct peer {
	struct peers *peers;
	int fd;
	guint source;
	struct peer_id id;
	gint64 heard;
};

static void
peer_free(struct peer *peer)
{
	if (peer->source)
		g_source_remove(peer->source);
	close(peer->fd);
	g_free(peer);
}

/* --- Packets ------------------------------------------------------------------------------- */

HRESULT
peers_answer(int fd, const char *verb, GVariant *values)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;

	if (poll(&room, 1, SEND_MS) <= 0)
		return MAPI_E_TIMEOUT;
	return ipc_send(fd, verb, owned);
}

HRESULT
peers_answer_error(int fd, HRESULT hr, const char *text)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "hr", g_variant_new_int64(hr));
	g_variant_builder_add(&b, "{sv}", "text", ipc_text(text));
	return peers_answer(fd, "error", g_variant_builder_end(&b));
}

static gboolean
peer_says(gint fd, GIOCondition condition, gpointer data)
{
	struct peer *peer = data;
	struct ipc_message *packet = NULL;
	int attached = -1;
	HRESULT hr = ipc_receive_fd(fd, 0, &packet, &attached);

	if (hr == MAPI_E_TIMEOUT)
		return G_SOURCE_CONTINUE;
	peer->heard = g_get_monotonic_time();
	if (SUCCEEDED(hr))
		hr = peer->peers->serve(peer->peers->context, &peer->id, fd, packet, attached);
	if (attached >= 0)
		close(attached);
	ipc_message_free(packet);
	if (SUCCEEDED(hr))
		return G_SOURCE_CONTINUE;
	peer->source = 0;
	g_ptr_array_remove_fast(peer->peers->list, peer);
	return G_SOURCE_REMOVE;
}

/* --- Connections --------------------------------------------------------------------------- */

static bool
has_room_for(const struct peers *p, uid_t uid)
{
	guint of_one = 0;

	for (guint i = 0; i < p->list->len; i++)
		of_one += ((struct peer *)g_ptr_array_index(p->list, i))->id.uid == uid;
	return p->list->len < PEERS_MAX && of_one < p->of_one;
}

static void
peer_add(struct peers *p, int fd)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	struct peer *peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
	    !has_room_for(p, credentials.uid)) {
		close(fd);
		return;
	}
	peer = g_new0(struct peer, 1);
	peer->peers = p;
	peer->fd = fd;
	peer->id.uid = credentials.uid;
	peer->id.pid = credentials.pid;
	peer->heard = g_get_monotonic_time();
	peer->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, peer_says, peer);
	g_ptr_array_add(p->list, peer);
}

static gboolean
on_connection(gint fd, GIOCondition condition, gpointer data)
{
	int peer;

	while ((peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		peer_add(data, peer);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_tick(gpointer data)
{
	struct peers *p = data;
	gint64 before = g_get_monotonic_time() - SILENT_MAX;

	for (guint i = p->list->len; i-- > 0;)
		if (((struct peer *)g_ptr_array_index(p->list, i))->heard < before)
			g_ptr_array_remove_index_fast(p->list, i);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer data)
{
	g_main_loop_quit(((struct peers *)data)->loop);
	return G_SOURCE_CONTINUE;
}

void
peers_run(int fd, pid_t parent, unsigned of_one, peers_serve serve, void *context)
{
	struct peers p = { .of_one = of_one, .serve = serve, .context = context };
	guint sources[4];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* of a terminal: the scheduler sends us home */
	/* Another scheduler may follow one that was killed; this one then serves nobody. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it died before that was said */
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	p.loop = g_main_loop_new(NULL, FALSE);
	p.list = g_ptr_array_new_with_free_func((GDestroyNotify)peer_free);
	sources[0] = g_unix_fd_add(fd, G_IO_IN, on_connection, &p);
	sources[1] = g_timeout_add_seconds(TICK_S, on_tick, &p);
	sources[2] = g_unix_signal_add(SIGTERM, on_end, &p);
	sources[3] = g_unix_signal_add(SIGHUP, on_end, &p);
	g_main_loop_run(p.loop);
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
		g_source_remove(sources[i]);
	g_ptr_array_unref(p.list);
	g_main_loop_unref(p.loop);
}
