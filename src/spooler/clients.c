/* SPDX-License-Identifier: MIT */
/*
 * Those who are connected: programs that wake, watch and ask.  Any number, each on one socket.
 *
 * On the machine's socket anybody may ask, and is told of what he has submitted himself: keys are
 * looked up with his own end and given out without it (owner.h).  Root and the daemon's own user
 * see all there too.
 */
#include "scheduler_private.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib-unix.h>
#include "hr.h"
#include "onlooker.h"
#include "owner.h"
#include "taking.h"

/* One who does not read for so long is dropped: nobody may hold up the mail. */
#define SEND_MS 2000
#define LIST_PAGE 200
/* Bytes of rows in one packet. */
#define LIST_ROOM (64 * 1024)
/* A stranger is waited for so long altogether, and has so many connections. */
#define PATIENCE_MS 500
#define STRANGERS_MAX 256
#define STRANGER_MAX 16
/* Looking on costs four descriptors more. */
#define ONLOOKERS_MAX 64
#define ONLOOKER_MAX 4
/* Enough to see that a prefix is not unique. */
#define FIND_MAX 3

/* What a lane was just woken for is waited for so long. */
#define LOOK_WAIT (gint64) G_USEC_PER_SEC

struct client {
	struct scheduler *s;
	int fd;
	guint source;
	GBytes *key;     /* watches this message */
	GBytes *profile; /* and what keeps this profile's mail */
	gint64 seen;     /* the last change that was told */
	char *told;      /* the last trouble that was told */
	bool gone;       /* does not read; clients_sweep() ends it */
	bool idle; /* has woken us and got its answer; the connection is kept for the next time */
	bool machine;  /* came by the machine's socket */
	bool stranger; /* may know of his own messages alone */
	uid_t uid;
	struct ipc_message *asked; /* waits for a look into the stores; NULL: nothing */
	GHashTable *looks;         /* for which: GBytes (profile UID) -> scan's number */
	gint64 asked_until;        /* but not for longer */
	int patience;              /* milliseconds that a stranger is still waited for */
	struct onlooker *onlooker; /* hears what is said to servers; NULL: does not */
};

void
client_free(struct client *client)
{
	if (client->source)
		g_source_remove(client->source);
	onlooker_free(client->onlooker);
	close(client->fd);
	g_bytes_unref(client->key);
	g_bytes_unref(client->profile);
	g_free(client->told);
	ipc_message_free(client->asked);
	if (client->looks)
		g_hash_table_unref(client->looks);
	g_free(client);
}

/* Answers */

/* A socket that takes data at all has room for a packet. */
static HRESULT
send_to(struct client *client, const char *verb, GVariant *values)
{
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;
	struct pollfd room = { .fd = client->fd, .events = POLLOUT };
	gint64 began = g_get_monotonic_time();

	if (poll(&room, 1, client->stranger ? MAX(client->patience, 0) : SEND_MS) <= 0)
		return MAPI_E_TIMEOUT;
	client->patience -= (int)((g_get_monotonic_time() - began) / 1000);
	return ipc_send(client->fd, verb, owned);
}

static HRESULT
answer_ok(struct client *client)
{
	return send_to(client, "ok", NULL);
}

static HRESULT
answer_error(struct client *client, HRESULT hr, const char *text)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "hr", g_variant_new_int64(hr));
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string(text ? text : hr_text(hr)));
	return send_to(client, "error", g_variant_builder_end(&b));
}

static HRESULT
answer(struct client *client, HRESULT hr)
{
	return FAILED(hr) ? answer_error(client, hr, NULL) : answer_ok(client);
}

static HRESULT
send_message(struct client *client, const struct spool_message *m)
{
	struct packet_cursor cursor = { 0 };
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !cursor.done)
		hr = send_to(client, "message", packet_from_message(m, &cursor));
	return hr;
}

/* A message as this client may see it. */
static HRESULT
load(struct client *client, gint64 id, bool attempts, struct spool_message **out)
{
	HRESULT hr = spooldb_load(client->s->db, id, attempts, out);

	if (SUCCEEDED(hr) && client->stranger) {
		GBytes *key = owner_strip((*out)->key);

		g_bytes_unref((*out)->key);
		(*out)->key = key;
	}
	return hr;
}

static HRESULT
send_by_id(struct client *client, gint64 id, bool attempts)
{
	struct spool_message *m = NULL;
	HRESULT hr = load(client, id, attempts, &m);

	if (hr == MAPI_E_NOT_FOUND) /* pruned meanwhile */
		return S_OK;
	if (SUCCEEDED(hr))
		hr = send_message(client, m);
	spool_message_free(m);
	return hr;
}

/* Keys */

/* The key that a packet names as spool.db has it; empty where it names none. */
static GBytes *
packet_key(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) key = packet_bytes(packet, "key");
	GBytes *owned;

	if (!client->machine || g_bytes_get_size(key) == 0)
		return g_steal_pointer(&key);
	owned = owner_key(key, client->uid);
	if (client->stranger)
		return owned ? owned : g_bytes_new("?", 1); /* nobody's */
	/* Who sees all may name the whole of it; else it is his own, known yet or not. */
	if (!owned || spooldb_find(client->s->db, key, NULL)) {
		g_bytes_unref(owned);
		return g_steal_pointer(&key);
	}
	return owned;
}

/* Watching */

static HRESULT
tell_trouble(struct client *client)
{
	struct lane *lane = g_hash_table_lookup(client->s->lanes, client->profile);
	g_autofree char *held = spooldb_held(client->s->db, client->profile, NULL);
	const char *text = held ? held : lane ? lane->trouble : NULL;
	struct spool_message *m;
	HRESULT hr;

	if (g_strcmp0(text, client->told) == 0)
		return S_OK;
	g_free(client->told);
	client->told = g_strdup(text);
	if (!text)
		return S_OK;
	m = spool_message_create();
	g_bytes_unref(m->key);
	m->key = g_bytes_ref(client->key);
	m->state = SPOOL_HELD;
	g_free(m->text);
	m->text = g_strdup(text);
	hr = send_message(client, m);
	spool_message_free(m);
	return hr;
}

static HRESULT
tell(struct client *client)
{
	gint64 changed = 0;
	gint64 id;

	if (!client->key)
		return S_OK;
	id = spooldb_find(client->s->db, client->key, &changed);
	if (!id)
		return client->profile ? tell_trouble(client) : S_OK;
	if (changed <= client->seen)
		return S_OK;
	client->seen = changed;
	return send_by_id(client, id, false);
}

void
clients_notify(struct scheduler *s)
{
	for (guint i = 0; i < s->clients->len; i++) {
		struct client *client = g_ptr_array_index(s->clients, i);

		/* It may be in the middle of a packet further up the stack: only marked here. */
		if (!client->gone && FAILED(tell(client))) {
			client->gone = true;
			scheduler_kick(s);
		}
	}
}

void
clients_sweep(struct scheduler *s)
{
	for (guint i = s->clients->len; i-- > 0;) {
		if (((struct client *)g_ptr_array_index(s->clients, i))->gone)
			g_ptr_array_remove_index_fast(s->clients, i);
	}
}

bool
clients_waiting(const struct scheduler *s)
{
	for (guint i = 0; i < s->clients->len; i++) {
		if (!((const struct client *)g_ptr_array_index(s->clients, i))->idle)
			return true;
	}
	return false;
}

/* Who has no answer may have said something all the same, and does not wait for it: from here on he
 * is told that nobody listens, and what he said before is still read. */
bool
clients_last_words(struct scheduler *s)
{
	bool any = false;

	for (guint i = 0; i < s->clients->len; i++) {
		const struct client *client = g_ptr_array_index(s->clients, i);
		char byte;

		shutdown(client->fd, SHUT_RD);
		if (recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
			any = true;
	}
	return any;
}

static HRESULT
on_watch(struct client *client, const struct ipc_message *packet)
{
	g_bytes_unref(client->key);
	g_bytes_unref(client->profile);
	client->key = packet_key(client, packet);
	client->profile = NULL;
	if (ipc_bytes(packet, "profile", &(size_t){ 0 }))
		client->profile = packet_bytes(packet, "profile");
	client->seen = 0;
	return tell(client);
}

static bool
may_look_on(const struct client *client)
{
	const struct scheduler *s = client->s;
	guint all = 0, of_one = 0;

	for (guint i = 0; i < s->clients->len; i++) {
		const struct client *other = g_ptr_array_index(s->clients, i);

		all += other->onlooker != NULL;
		of_one += other->onlooker && other->uid == client->uid;
	}
	return !client->onlooker && all < ONLOOKERS_MAX && of_one < ONLOOKER_MAX;
}

/* From here on the connection is for lines alone. */
static HRESULT
on_follow(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) key = packet_key(client, packet);

	if (!may_look_on(client))
		return answer_error(client, MAPI_E_NOT_ENOUGH_RESOURCES,
		    "so many look on that nobody else can now; the record tells all afterwards");
	client->onlooker = onlooker_create(key, client->fd);
	client->idle = true;
	return answer(client, client->onlooker ? S_OK : MAPI_E_NOT_ENOUGH_RESOURCES);
}

/* Waking */

/* S_FALSE where somebody can begin with it at once. */
static HRESULT
on_wake(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) uid = packet_bytes(packet, "profile");
	struct lane *lane;
	HRESULT hr;

	if (g_bytes_get_size(uid) != sizeof(MAPIUID))
		return answer_error(client, MAPI_E_INVALID_PARAMETER, "a profile UID has 16 bytes");
	/* The program that waits for the answer may end; what the wake-up brings takes longer. */
	client->idle = true;
	hr = answer_ok(client);
	lane = lane_get(client->s, uid);
	lane_wake(lane);
	if (ipc_int(packet, "taker", 0))
		taker_want(client->s);
	return hr == S_OK && lane_has_idle(lane) ? S_FALSE : hr;
}

static HRESULT
on_run(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) uid = packet_bytes(packet, "profile");
	bool all = g_bytes_get_size(uid) == 0;
	HRESULT hr;

	if (!all && g_bytes_get_size(uid) != sizeof(MAPIUID))
		return answer_error(client, MAPI_E_INVALID_PARAMETER, "a profile UID has 16 bytes");
	hr = spooldb_release(client->s->db, all ? NULL : uid, g_get_real_time());
	if (all)
		scheduler_run_all(client->s);
	else
		lane_run(lane_get(client->s, uid));
	scheduler_changed(client->s);
	return answer(client, hr);
}

/* Asking */

static HRESULT
send_all(struct client *client, const GArray *ids)
{
	HRESULT hr = S_OK;

	for (guint i = 0; SUCCEEDED(hr) && i < ids->len; i++)
		hr = send_by_id(client, g_array_index(ids, gint64, i), false);
	return hr;
}

static HRESULT
send_rows(struct client *client, GVariantBuilder *rows)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "rows", g_variant_builder_end(rows));
	return send_to(client, "messages", g_variant_builder_end(&b));
}

/* Many in one packet.  *at becomes the first that is not in it: one that is too large, if it is the
 * same as before. */
static HRESULT
send_many(struct client *client, const GArray *ids, guint *at)
{
	GVariantBuilder rows;
	gsize room = LIST_ROOM;
	HRESULT hr = S_OK;
	guint count = 0;

	g_variant_builder_init(&rows, G_VARIANT_TYPE(PACKET_LISTED_ROWS));
	for (; SUCCEEDED(hr) && *at < ids->len; ++*at) {
		struct spool_message *m = NULL;
		g_autoptr(GVariant) row = NULL;

		hr = load(client, g_array_index(ids, gint64, *at), false, &m);
		if (SUCCEEDED(hr) && (row = packet_listed_row(m)) != NULL)
			g_variant_ref_sink(row);
		spool_message_free(m);
		if (hr == MAPI_E_NOT_FOUND) { /* pruned meanwhile */
			hr = S_OK;
			continue;
		}
		if (!row || g_variant_get_size(row) > room)
			break;
		room -= g_variant_get_size(row);
		g_variant_builder_add_value(&rows, row);
		count++;
	}
	if (SUCCEEDED(hr) && count)
		return send_rows(client, &rows);
	g_variant_builder_clear(&rows);
	return hr;
}

/* As few packets as there can be: who asks is woken for each. */
static HRESULT
send_page(struct client *client, const GArray *ids)
{
	HRESULT hr = S_OK;

	for (guint i = 0; SUCCEEDED(hr) && i < ids->len;) {
		guint began = i;

		hr = send_many(client, ids, &i);
		if (SUCCEEDED(hr) && i == began)
			hr = send_by_id(client, g_array_index(ids, gint64, i++), false);
	}
	return hr;
}

/* A page at a time: mail goes on between two pages of a long queue. */
static HRESULT
on_list(struct client *client, const struct ipc_message *packet)
{
	gint64 limit = CLAMP(ipc_int(packet, "limit", LIST_PAGE), 1, LIST_PAGE);
	bool all = ipc_int(packet, "all", 0) != 0;
	gint64 after = ipc_int(packet, "after", 0);
	g_autoptr(GArray) ids =
	    client->stranger ? spooldb_owned_ids(client->s->db, client->uid, all, after, (int)limit)
			     : spooldb_ids(client->s->db, all, after, (int)limit);
	GVariantBuilder b;
	HRESULT hr;

	hr = ipc_int(packet, "rows", 0) ? send_page(client, ids) : send_all(client, ids);
	if (FAILED(hr))
		return hr;
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	if (ids->len == limit)
		g_variant_builder_add(&b, "{sv}", "next",
		    g_variant_new_int64(g_array_index(ids, gint64, ids->len - 1)));
	return send_to(client, "end", g_variant_builder_end(&b));
}

static HRESULT
on_find(struct client *client, const struct ipc_message *packet)
{
	const char *prefix = ipc_string(packet, "prefix", "");
	g_autoptr(GArray) ids =
	    client->stranger ? spooldb_owned_match(client->s->db, client->uid, prefix, FIND_MAX)
			     : spooldb_match(client->s->db, prefix, FIND_MAX);
	HRESULT hr = send_all(client, ids);

	return FAILED(hr) ? hr : send_to(client, "end", NULL);
}

/* Whether anything of the profile (NULL: of any) is under way beside what the table says. */
static bool
is_busy(struct scheduler *s, GBytes *profile)
{
	GHashTableIter iter;
	gpointer lane;

	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane)) {
		if ((!profile || g_bytes_equal(((struct lane *)lane)->uid, profile)) &&
		    lane_busy(lane))
			return true;
	}
	return scheduler_catches_up(s);
}

static HRESULT
on_count(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) uid = packet_bytes(packet, "profile");
	GBytes *profile = g_bytes_get_size(uid) ? uid : NULL;
	struct spool_counts counts;
	GVariantBuilder b;
	HRESULT hr = spooldb_count(client->s->db, profile, g_get_real_time(), &counts);

	if (FAILED(hr))
		return answer(client, hr);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "due", g_variant_new_int64(counts.due));
	g_variant_builder_add(&b, "{sv}", "later", g_variant_new_int64(counts.later));
	g_variant_builder_add(&b, "{sv}", "held", g_variant_new_int64(counts.held));
	g_variant_builder_add(&b, "{sv}", "busy", g_variant_new_int64(is_busy(client->s, profile)));
	return send_to(client, "ok", g_variant_builder_end(&b));
}

static HRESULT
on_show(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) key = packet_key(client, packet);
	gint64 id = client->stranger && g_bytes_get_size(key) == 0
			? spooldb_owned_newest(client->s->db, client->uid)
			: spooldb_find(client->s->db, g_bytes_get_size(key) ? key : NULL, NULL);

	if (!id)
		return answer_error(
		    client, MAPI_E_NOT_FOUND, "the spooler remembers no such message");
	return send_by_id(client, id, true);
}

/* Why a wish cannot be met. */
static const char *
refusal(HRESULT hr)
{
	switch (hr) {
	case MAPI_E_NOT_FOUND:
		return "it is not in the queue (any more)";
	case MAPI_E_UNABLE_TO_ABORT:
		return "it is being sent just now, or was sent already";
	case MAPI_E_NO_SUPPORT:
		return "nobody holds this message; what its profile holds goes on after that is "
		       "mended: emapi queue run";
	default:
		return NULL;
	}
}

/* What a worker has not begun yet is not being sent. */
static void
take_back(struct scheduler *s, GBytes *key)
{
	g_autoptr(GBytes) profile = spooldb_profile(s->db, key);
	struct lane *lane = profile ? g_hash_table_lookup(s->lanes, profile) : NULL;

	if (lane)
		lane_take_back(lane, spooldb_find(s->db, key, NULL));
}

static HRESULT
wish(struct client *client, const struct ipc_message *packet, enum spool_want want)
{
	g_autoptr(GBytes) key = packet_key(client, packet);
	HRESULT hr;

	take_back(client->s, key);
	hr = spooldb_wish(client->s->db, key, want, g_get_real_time());

	if (FAILED(hr))
		return answer_error(client, hr, refusal(hr));
	scheduler_changed(client->s);
	return answer_ok(client);
}

/* Now means now: a worker that remembers a dead server is followed by one that asks it. */
static HRESULT
on_retry(struct client *client, const struct ipc_message *packet)
{
	g_autoptr(GBytes) key = packet_bytes(packet, "key");
	g_autoptr(GBytes) profile = spooldb_profile(client->s->db, key);
	struct lane *lane = profile ? g_hash_table_lookup(client->s->lanes, profile) : NULL;

	if (lane)
		lane_renew(lane);
	return wish(client, packet, WANT_RETRY);
}

static HRESULT
on_hold(struct client *client, const struct ipc_message *packet)
{
	return wish(client, packet, WANT_HOLD);
}

static HRESULT
on_release(struct client *client, const struct ipc_message *packet)
{
	return wish(client, packet, WANT_RELEASE);
}

static HRESULT
on_cancel(struct client *client, const struct ipc_message *packet)
{
	return wish(client, packet, WANT_CANCEL);
}

/* The socket */

/* What was submitted before somebody asks is on record when he is answered: the lanes that were
 * woken and have not looked yet are waited for. */
static GHashTable *
looks_due(struct scheduler *s, gint64 now)
{
	GHashTable *looks = NULL;
	GHashTableIter iter;
	gpointer uid, lane;

	g_hash_table_iter_init(&iter, s->lanes);
	while (!s->stop_at && g_hash_table_iter_next(&iter, &uid, &lane)) {
		guint scan = lane_scan_due(lane, now);

		if (!scan)
			continue;
		if (!looks)
			looks = g_hash_table_new_full(
			    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
		g_hash_table_insert(looks, g_bytes_ref(uid), GUINT_TO_POINTER(scan));
	}
	return looks;
}

static bool
looks_are_over(struct client *client, gint64 now)
{
	GHashTableIter iter;
	gpointer uid, scan;

	g_hash_table_iter_init(&iter, client->looks);
	while (g_hash_table_iter_next(&iter, &uid, &scan)) {
		const struct lane *lane = g_hash_table_lookup(client->s->lanes, uid);

		if (lane && lane->scanned < GPOINTER_TO_UINT(scan) && lane_scan_due(lane, now))
			return false;
	}
	return true;
}

static HRESULT
handle(struct client *client, const struct ipc_message *packet)
{
	static const struct {
		const char *verb;
		HRESULT (*handle)(struct client *client, const struct ipc_message *packet);
		bool ours;  /* not a stranger's */
		bool looks; /* asks what there is */
	} verbs[] = {
		{ "wake", on_wake, true, false },
		{ "watch", on_watch, false, false },
		{ "follow", on_follow, false, false },
		{ "list", on_list, false, true },
		{ "find", on_find, false, true },
		{ "count", on_count, true, true },
		{ "show", on_show, false, true },
		{ "run", on_run, true, false },
		{ "retry", on_retry, false, true },
		{ "hold", on_hold, false, true },
		{ "release", on_release, false, true },
		{ "cancel", on_cancel, false, true },
	};
	gint64 now = g_get_real_time();

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strcmp(verbs[i].verb, packet->verb) != 0)
			continue;
		if (verbs[i].ours && client->stranger)
			return answer_error(
			    client, MAPI_E_NO_ACCESS, "only the administrator may do that");
		if (verbs[i].looks && !client->looks &&
		    (client->looks = looks_due(client->s, now)) != NULL) {
			client->asked_until = now + LOOK_WAIT;
			return MAPI_E_BUSY;
		}
		return verbs[i].handle(client, packet);
	}
	return answer_error(client, MAPI_E_NO_SUPPORT, "the spooler does not know this word");
}

/* What was asked before the look into the stores is over. */
static void
answer_asked(struct client *client)
{
	struct ipc_message *packet = g_steal_pointer(&client->asked);

	if (FAILED(handle(client, packet)))
		client->gone = true;
	ipc_message_free(packet);
	g_clear_pointer(&client->looks, g_hash_table_unref);
}

gint64
clients_answer(struct scheduler *s, gint64 now)
{
	gint64 next = G_MAXINT64;

	for (guint i = 0; i < s->clients->len; i++) {
		struct client *client = g_ptr_array_index(s->clients, i);

		if (!client->asked || client->gone)
			continue;
		if (now >= client->asked_until || looks_are_over(client, now))
			answer_asked(client);
		else
			next = MIN(next, client->asked_until);
	}
	clients_sweep(s);
	return next;
}

static gboolean
client_says(gint fd, GIOCondition condition, gpointer data)
{
	struct client *client = data;
	struct scheduler *s = client->s;
	struct ipc_message *packet = NULL;
	HRESULT hr = ipc_receive(fd, 0, &packet);
	bool wanted = SUCCEEDED(hr) || !client->idle; /* who has got his answer just leaves */

	if (hr == MAPI_E_TIMEOUT)
		return G_SOURCE_CONTINUE;
	client->idle = false;
	spooldb_read_begin(s->db);
	if (SUCCEEDED(hr))
		hr = handle(client, packet);
	if (hr == MAPI_E_BUSY && !client->asked && client->looks) {
		client->asked = g_steal_pointer(&packet);
		hr = S_OK;
	}
	ipc_message_free(packet);
	spooldb_read_end(s->db);
	if (hr == S_FALSE)
		scheduler_act(s);
	else if (wanted)
		scheduler_kick(s);
	if (SUCCEEDED(hr))
		return G_SOURCE_CONTINUE;
	client->source = 0;
	g_ptr_array_remove_fast(s->clients, client);
	return G_SOURCE_REMOVE;
}

/* A stranger has a few connections, and all of them together not so many that files run out. */
static bool
has_room_for(const struct scheduler *s, uid_t uid)
{
	guint all = 0, of_one = 0;

	for (guint i = 0; i < s->clients->len; i++) {
		const struct client *client = g_ptr_array_index(s->clients, i);

		all += client->stranger;
		of_one += client->stranger && client->uid == uid;
	}
	return all < STRANGERS_MAX && of_one < STRANGER_MAX;
}

void
client_add(struct scheduler *s, int fd, bool machine)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
	/* The user that the spooler works for, and root. */
	bool stranger = peer.uid != geteuid() && peer.uid != 0;
	struct client *client;

	if (!known || (stranger && !(machine && has_room_for(s, peer.uid)))) {
		close(fd);
		return;
	}
	client = g_new0(struct client, 1);
	client->s = s;
	client->fd = fd;
	client->machine = machine;
	client->stranger = stranger;
	client->uid = peer.uid;
	client->patience = PATIENCE_MS;
	/* A person who asks waits for one step of the mail at most; strangers take their turn. */
	client->source = scheduler_listen(
	    fd, stranger ? G_PRIORITY_DEFAULT : G_PRIORITY_HIGH, client_says, client);
	g_ptr_array_add(s->clients, client);
}
