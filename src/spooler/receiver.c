/* SPDX-License-Identifier: MIT */
/*
 * Who is connected to the machine's socket; see receiver.h.
 *
 * One thread; a message is taken in one go.  The machine runs several of these on one listening
 * socket.  One who sends nonsense, keeps a connection without a word or opens too many is cut off;
 * an honest client comes again (relay.h).
 */
#include "receiver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib-unix.h>
#include <mapicode.h>
#include "hr.h"
#include "ipc.h"
#include "log.h"

#define PEERS_MAX 512
#define PEERS_OF_ONE 32
#define SILENT_MAX (60 * (gint64)G_USEC_PER_SEC)
#define SEND_MS 200
#define TICK_S 15

struct receiver {
	int fd;
	GMainLoop *loop;
	GPtrArray *peers; /* of struct peer */
	GHashTable *houses;
};

struct peer {
	struct receiver *receiver;
	int fd;
	guint source;
	uid_t uid;
	pid_t pid; /* who connected; a child of his may submit */
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

/* --- One message --------------------------------------------------------------------------- */

/* The file must be of memory and nobody may change it any more. */
static HRESULT
map(int fd, size_t *size, const char **data)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	struct stat status;
	void *memory;

	*data = NULL;
	if (seals < 0 || (seals & wanted) != wanted || fstat(fd, &status) != 0 ||
	    status.st_size <= 0)
		return MAPI_E_INVALID_PARAMETER;
	*size = (size_t)status.st_size;
	memory = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return hr_from_errno(errno);
	*data = memory;
	return S_OK;
}

static HRESULT
take_mapped(struct submission *submission, int fd, GBytes **key, char **why)
{
	struct stat status;
	HRESULT hr;

	if (fd >= 0 && fstat(fd, &status) == 0 &&
	    (guint64)status.st_size > submission->house->size_max) {
		*why = g_strdup_printf("the message has %" G_GINT64_FORMAT
				       " bytes; the profile takes %zu at most",
		    (gint64)status.st_size, submission->house->size_max);
		return MAPI_E_TOO_BIG;
	}
	hr = map(fd, &submission->size, &submission->data);
	if (FAILED(hr))
		return hr;
	hr = submission_take(submission, key, why);
	munmap((void *)(uintptr_t)submission->data, submission->size);
	return hr;
}

static HRESULT
take(struct peer *peer, const struct ipc_message *packet, int fd, GBytes **key, char **why)
{
	struct submission submission = { .uid = peer->uid, .pid = peer->pid };
	HRESULT hr;

	*key = NULL;
	if (strcmp(packet->verb, "submit") != 0)
		return MAPI_E_NO_SUPPORT;
	submission.again = ipc_int(packet, "again", 0) != 0;
	hr = house_find(
	    peer->receiver->houses, ipc_string(packet, "profile", ""), &submission.house, why);
	if (SUCCEEDED(hr))
		hr = take_mapped(&submission, fd, key, why);
	if (SUCCEEDED(hr))
		log_info("user %u submitted a message of %zu bytes to \"%s\"", (unsigned)peer->uid,
		    submission.size, submission.house->name);
	else
		log_warning("user %u was refused a message to \"%s\": %s (%s)", (unsigned)peer->uid,
		    ipc_string(packet, "profile", ""), *why ? *why : hr_text(hr), hr_name(hr));
	return hr;
}

/* --- Answers ------------------------------------------------------------------------------- */

static HRESULT
answer(struct peer *peer, const char *verb, GVariant *values)
{
	struct pollfd room = { .fd = peer->fd, .events = POLLOUT };
	g_autoptr(GVariant) owned = g_variant_ref_sink(values);

	if (poll(&room, 1, SEND_MS) <= 0)
		return MAPI_E_TIMEOUT;
	return ipc_send(peer->fd, verb, owned);
}

static HRESULT
answer_ok(struct peer *peer, GBytes *key)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "key", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), key, TRUE));
	return answer(peer, "ok", g_variant_builder_end(&b));
}

static HRESULT
answer_error(struct peer *peer, HRESULT hr, const char *why)
{
	g_autofree char *text = g_strdup_printf(
	    "The machine's mail service does not take the message: %s", why ? why : hr_text(hr));
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "hr", g_variant_new_int64(hr));
	g_variant_builder_add(&b, "{sv}", "text", ipc_text(text));
	return answer(peer, "error", g_variant_builder_end(&b));
}

static HRESULT
serve(struct peer *peer, const struct ipc_message *packet, int fd)
{
	g_autoptr(GBytes) key = NULL;
	g_autofree char *why = NULL;
	HRESULT hr = take(peer, packet, fd, &key, &why);

	return SUCCEEDED(hr) ? answer_ok(peer, key) : answer_error(peer, hr, why);
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
		hr = serve(peer, packet, attached);
	if (attached >= 0)
		close(attached);
	ipc_message_free(packet);
	if (SUCCEEDED(hr))
		return G_SOURCE_CONTINUE;
	peer->source = 0;
	g_ptr_array_remove_fast(peer->receiver->peers, peer);
	return G_SOURCE_REMOVE;
}

/* --- Connections --------------------------------------------------------------------------- */

static bool
has_room_for(const struct receiver *r, uid_t uid)
{
	guint of_one = 0;

	for (guint i = 0; i < r->peers->len; i++)
		of_one += ((struct peer *)g_ptr_array_index(r->peers, i))->uid == uid;
	return r->peers->len < PEERS_MAX && of_one < PEERS_OF_ONE;
}

static void
peer_add(struct receiver *r, int fd)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	struct peer *peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
	    !has_room_for(r, credentials.uid)) {
		close(fd);
		return;
	}
	peer = g_new0(struct peer, 1);
	peer->receiver = r;
	peer->fd = fd;
	peer->uid = credentials.uid;
	peer->pid = credentials.pid;
	peer->heard = g_get_monotonic_time();
	peer->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, peer_says, peer);
	g_ptr_array_add(r->peers, peer);
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
	struct receiver *r = data;
	gint64 before = g_get_monotonic_time() - SILENT_MAX;

	for (guint i = r->peers->len; i-- > 0;)
		if (((struct peer *)g_ptr_array_index(r->peers, i))->heard < before)
			g_ptr_array_remove_index_fast(r->peers, i);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer data)
{
	g_main_loop_quit(((struct receiver *)data)->loop);
	return G_SOURCE_CONTINUE;
}

int
receiver_run(int fd, pid_t parent)
{
	struct receiver r = { .fd = fd };
	guint sources[4];

	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* of a terminal: the scheduler sends us home */
	/* Another daemon may follow one that was killed; this one then serves nobody. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent) /* it died before that was said */
		return 0;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	r.loop = g_main_loop_new(NULL, FALSE);
	r.peers = g_ptr_array_new_with_free_func((GDestroyNotify)peer_free);
	r.houses = houses_create();
	sources[0] = g_unix_fd_add(fd, G_IO_IN, on_connection, &r);
	sources[1] = g_timeout_add_seconds(TICK_S, on_tick, &r);
	sources[2] = g_unix_signal_add(SIGTERM, on_end, &r);
	sources[3] = g_unix_signal_add(SIGHUP, on_end, &r);
	g_main_loop_run(r.loop);
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
		g_source_remove(sources[i]);
	g_ptr_array_unref(r.peers);
	g_hash_table_unref(r.houses);
	g_main_loop_unref(r.loop);
	return 0;
}
