/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "ipc.h"
#include "packet.h"
#include "profile.h"
#include "spooler_link.h"

/* How long a spooler that does not answer is waited for; its answers take milliseconds. */
#define ANSWER_MS (30 * 1000)
/* A search key of more bytes than that nobody types. */
#define KEY_MAX 256

/* Who is asked: the user's own spooler, or the machine's daemon of what he has submitted to it. */
enum whose { OWN, MACHINE };

/* Values */

static void
add_bytes(GVariantBuilder *b, const char *name, const void *data, size_t size)
{
	if (data)
		g_variant_builder_add(
		    b, "{sv}", name, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, size, 1));
}

static GVariant *
key_value(const void *key, size_t size)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_bytes(&b, "key", key, size);
	return g_variant_builder_end(&b);
}

static HRESULT
error_of(const struct ipc_message *packet)
{
	HRESULT hr = (HRESULT)ipc_int(packet, "hr", MAPI_E_CALL_FAILED);

	return SUCCEEDED(hr) ? MAPI_E_CALL_FAILED : hr;
}

/* Reads until a whole message or another packet is there.  *message stays NULL for the bare words;
 * an `error` is its hr.  *last is the packet that was no message (`end`, `ok`, `error`), NULL after
 * a message; ipc_message_free(). */
static HRESULT
receive(int fd, int timeout_ms, struct spool_message **message, struct ipc_message **last)
{
	bool more = true;
	HRESULT hr = S_OK;

	*message = NULL;
	*last = NULL;
	while (SUCCEEDED(hr) && more && !*last) {
		struct ipc_message *packet = NULL;

		hr = ipc_receive(fd, timeout_ms, &packet);
		if (FAILED(hr))
			break;
		if (strcmp(packet->verb, "message") == 0) {
			hr = packet_to_message(packet, message, &more);
			ipc_message_free(packet);
			continue;
		}
		if (strcmp(packet->verb, "error") == 0)
			hr = error_of(packet);
		*last = packet;
	}
	if (FAILED(hr)) {
		spool_message_free(*message);
		*message = NULL;
	}
	return hr;
}

static bool
is_cut_off(HRESULT hr)
{
	return hr == MAPI_E_END_OF_SESSION || hr == MAPI_E_NETWORK_ERROR;
}

static HRESULT
connect_to(enum whose whose, int *fd)
{
	if (whose == OWN) {
		*fd = spooler_take_connection();
		return *fd < 0 ? spooler_connect(true, fd) : S_OK;
	}
	*fd = spooler_connect_machine();
	return *fd < 0 ? MAPI_E_NETWORK_ERROR : S_OK;
}

/* Connects and asks.  A spooler that ends at this moment cuts us off: then another is started. */
static HRESULT
request(enum whose whose, const char *verb, GVariant *values, int *fd)
{
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;
	HRESULT hr = MAPI_E_NETWORK_ERROR;

	for (int i = 0; i < 5 && is_cut_off(hr); i++) {
		hr = connect_to(whose, fd);
		if (FAILED(hr))
			return hr;
		hr = ipc_send(*fd, verb, owned);
		if (FAILED(hr))
			close(*fd);
	}
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

/* A request that is answered by one packet, or one message. */
static HRESULT
transact(enum whose whose, const char *verb, GVariant *values, struct spool_message **message,
    struct ipc_message **last)
{
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;
	HRESULT hr = MAPI_E_END_OF_SESSION;
	int fd = -1;

	*message = NULL;
	*last = NULL;
	for (int i = 0; i < 5 && is_cut_off(hr); i++) {
		hr = request(whose, verb, owned, &fd);
		if (FAILED(hr))
			return hr;
		hr = receive(fd, ANSWER_MS, message, last);
		close(fd);
	}
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

static HRESULT
transact_ok(enum whose whose, const char *verb, GVariant *values, char **why)
{
	struct spool_message *message = NULL;
	struct ipc_message *last = NULL;
	HRESULT hr = transact(whose, verb, values, &message, &last);

	if (why)
		*why = FAILED(hr) && last ? g_strdup(ipc_string(last, "text", "")) : NULL;
	spool_message_free(message);
	ipc_message_free(last);
	return hr;
}

/* Whom to ask */

static bool
machine_serves(void)
{
	int fd = spooler_connect_machine();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Who has the mail of the profile; NULL: the user's own spooler. */
static enum whose
whose_profile(const MAPIUID *uid)
{
	struct profile *profile = NULL;
	enum whose whose = OWN;

	if (!uid || !machine_serves() || FAILED(profile_load_uid(uid, &profile, NULL)))
		return OWN;
	if (profile_is_machine(profile))
		whose = MACHINE;
	profile_unref(profile);
	return whose;
}

/* Asks the machine's daemon, and where that does not know, the own spooler; one who has never had
 * one of his own need not start it for that. */
static HRESULT
ask_both(HRESULT (*ask)(enum whose whose, void *context), void *context)
{
	HRESULT hr;

	if (!machine_serves())
		return ask(OWN, context);
	hr = ask(MACHINE, context);
	if ((hr != MAPI_E_NOT_FOUND && hr != MAPI_E_NETWORK_ERROR) || !spooler_has_state())
		return hr;
	return ask(OWN, context);
}

/* Watching */

/* Until the spooler ends (MAPI_E_END_OF_SESSION), the time is over, or S_OK. */
static HRESULT
watch_once(int fd, gint64 until, spool_message_fn each, void *context)
{
	for (;;) {
		struct spool_message *message = NULL;
		struct ipc_message *last = NULL;
		gint64 left = (until - g_get_monotonic_time()) / 1000;
		bool go_on;
		HRESULT hr;

		if (left < 0)
			return MAPI_E_TIMEOUT;
		hr = receive(fd, (int)MIN(left + 1, G_MAXINT), &message, &last);
		ipc_message_free(last);
		if (hr == MAPI_E_TIMEOUT)
			continue; /* the clock decides */
		if (FAILED(hr))
			return hr;
		if (!message)
			continue;
		go_on = each(message, context) && !spool_state_final(message->state);
		spool_message_free(message);
		if (!go_on)
			return S_OK;
	}
}

HRESULT
spooler_watch(const void *key, size_t size, const MAPIUID *profile, int timeout_ms,
    spool_message_fn each, void *context)
{
	gint64 until =
	    timeout_ms < 0 ? G_MAXINT64 : g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	enum whose whose = whose_profile(profile);
	HRESULT hr = MAPI_E_END_OF_SESSION;

	while (is_cut_off(hr)) {
		GVariantBuilder b;
		int fd = -1;

		g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
		add_bytes(&b, "key", key, size);
		add_bytes(&b, "profile", profile, sizeof(*profile));
		hr = request(whose, "watch", g_variant_builder_end(&b), &fd);
		if (FAILED(hr))
			return hr;
		hr = watch_once(fd, until, each, context);
		close(fd);
		if (is_cut_off(hr) && g_get_monotonic_time() > until)
			hr = MAPI_E_TIMEOUT;
	}
	return hr;
}

int
spooler_follow(const void *key, size_t size)
{
	struct spool_message *message = NULL;
	struct ipc_message *last = NULL;
	int fd = -1;
	HRESULT hr = request(MACHINE, "follow", key_value(key, size), &fd);

	if (FAILED(hr))
		return -1;
	hr = receive(fd, ANSWER_MS, &message, &last);
	spool_message_free(message);
	ipc_message_free(last);
	if (SUCCEEDED(hr))
		return fd;
	close(fd);
	return -1;
}

/* Asking */

/* What `each` is, and how many it is still to be called with. */
struct listing {
	spool_message_fn each;
	void *context;
	int left;
};

/* Takes over the message. */
static void
list_one(struct listing *listing, struct spool_message *message)
{
	listing->left--;
	if (!listing->each(message, listing->context))
		listing->left = 0;
	spool_message_free(message);
}

static void
list_rows(struct listing *listing, const struct ipc_message *packet)
{
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", PACKET_LISTED_ROWS);

	for (gsize i = 0; rows && listing->left > 0 && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		list_one(listing, packet_from_listed_row(row));
	}
}

/* One page; *after becomes where the next begins, 0: there is none. */
static HRESULT
list_page(int fd, gint64 *after, struct listing *listing)
{
	bool ended = false;
	HRESULT hr = S_OK;

	*after = 0;
	while (SUCCEEDED(hr) && !ended && listing->left > 0) {
		struct spool_message *message = NULL;
		struct ipc_message *packet = NULL;

		hr = receive(fd, ANSWER_MS, &message, &packet);
		if (message)
			list_one(listing, message);
		else if (packet && strcmp(packet->verb, "messages") == 0)
			list_rows(listing, packet);
		else if ((ended = packet != NULL))
			*after = ipc_int(packet, "next", 0);
		ipc_message_free(packet);
	}
	return hr;
}

/* All pages of one queue. */
static HRESULT
list_pages(enum whose whose, bool all, struct listing *listing)
{
	gint64 after = 0;
	HRESULT hr;

	do {
		GVariantBuilder b;
		int fd = -1;

		g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
		g_variant_builder_add(&b, "{sv}", "all", g_variant_new_int64(all));
		g_variant_builder_add(&b, "{sv}", "after", g_variant_new_int64(after));
		g_variant_builder_add(&b, "{sv}", "limit", g_variant_new_int64(listing->left));
		g_variant_builder_add(&b, "{sv}", "rows", g_variant_new_int64(1));
		hr = request(whose, "list", g_variant_builder_end(&b), &fd);
		if (FAILED(hr))
			return hr;
		hr = list_page(fd, &after, listing);
		close(fd);
	} while (SUCCEEDED(hr) && after && listing->left > 0);
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

HRESULT
spooler_list(bool all, int limit, spool_message_fn each, void *context)
{
	struct listing listing = { each, context, limit > 0 ? limit : G_MAXINT };
	bool machine = machine_serves();
	HRESULT hr = S_OK;

	if (!machine || spooler_has_state())
		hr = list_pages(OWN, all, &listing);
	if (SUCCEEDED(hr) && machine && listing.left > 0)
		hr = list_pages(MACHINE, all, &listing);
	return hr;
}

/* One message that is asked for by its key. */
struct key_request {
	const char *verb;
	const void *key;
	size_t size;
	char **why;
	struct spool_message **out;
};

static HRESULT
show(enum whose whose, void *context)
{
	struct key_request *r = context;
	struct ipc_message *last = NULL;
	HRESULT hr = transact(whose, "show", key_value(r->key, r->size), r->out, &last);

	ipc_message_free(last);
	return SUCCEEDED(hr) && !*r->out ? MAPI_E_NOT_FOUND : hr;
}

/* The newer of the two queues' newest. */
static HRESULT
show_newest(struct spool_message **out)
{
	struct spool_message *own = NULL, *machine = NULL;
	struct key_request request_own = { .out = &own }, request_machine = { .out = &machine };
	HRESULT hr_machine = show(MACHINE, &request_machine), hr = MAPI_E_NOT_FOUND;

	if (hr_machine == MAPI_E_NETWORK_ERROR || spooler_has_state())
		hr = show(OWN, &request_own);
	if (machine && (!own || machine->submitted > own->submitted)) {
		spool_message_free(own);
		*out = machine;
		return S_OK;
	}
	spool_message_free(machine);
	*out = own;
	return hr;
}

HRESULT
spooler_show(const void *key, size_t size, struct spool_message **out)
{
	struct key_request request = { .key = key, .size = size, .out = out };

	*out = NULL;
	return key && size ? ask_both(show, &request) : show_newest(out);
}

struct finding {
	struct spool_message *first;
	guint count;
};

/* All messages that `find` answers with; the first is kept. */
static HRESULT
find_all(int fd, struct finding *finding)
{
	struct ipc_message *last = NULL;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !last) {
		struct spool_message *message = NULL;

		hr = receive(fd, ANSWER_MS, &message, &last);
		finding->count += message != NULL;
		if (!finding->first)
			finding->first = message;
		else
			spool_message_free(message);
	}
	ipc_message_free(last);
	return hr;
}

struct find_request {
	const char *id;
	struct spool_message **out;
};

static HRESULT
find(enum whose whose, void *context)
{
	struct find_request *r = context;
	struct finding finding = { NULL, 0 };
	GVariantBuilder b;
	HRESULT hr;
	int fd = -1;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "prefix", g_variant_new_string(r->id));
	hr = request(whose, "find", g_variant_builder_end(&b), &fd);
	if (FAILED(hr))
		return hr;
	hr = find_all(fd, &finding);
	close(fd);
	if (SUCCEEDED(hr) && finding.count != 1)
		hr = finding.count ? MAPI_E_AMBIGUOUS_RECIP : MAPI_E_NOT_FOUND;
	if (FAILED(hr))
		spool_message_free(finding.first);
	else
		*r->out = finding.first;
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

HRESULT
spooler_find(const char *id, struct spool_message **out)
{
	struct find_request request = { id, out };

	*out = NULL;
	if (strcmp(id, "last") == 0)
		return spooler_show(NULL, 0, out);
	if (!*id || strlen(id) > 2 * KEY_MAX || id[strspn(id, "0123456789abcdefABCDEF")])
		return MAPI_E_INVALID_PARAMETER;
	return ask_both(find, &request);
}

static GVariant *
profile_value(const MAPIUID *profile)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_bytes(&b, "profile", profile, sizeof(*profile));
	return g_variant_builder_end(&b);
}

HRESULT
spooler_count(const MAPIUID *profile, struct spooler_counts *counts)
{
	struct spool_message *message = NULL;
	struct ipc_message *last = NULL;
	HRESULT hr =
	    transact(whose_profile(profile), "count", profile_value(profile), &message, &last);

	memset(counts, 0, sizeof(*counts));
	if (SUCCEEDED(hr) && last) {
		counts->due = ipc_int(last, "due", 0);
		counts->later = ipc_int(last, "later", 0);
		counts->held = ipc_int(last, "held", 0);
		counts->busy = ipc_int(last, "busy", 0) != 0;
	}
	spool_message_free(message);
	ipc_message_free(last);
	return hr;
}

HRESULT
spooler_run(const MAPIUID *profile)
{
	bool machine = !profile && machine_serves();
	HRESULT hr = S_OK;

	if (profile)
		return transact_ok(whose_profile(profile), "run", profile_value(profile), NULL);
	if (!machine || spooler_has_state())
		hr = transact_ok(OWN, "run", profile_value(NULL), NULL);
	/* Who may not has nothing to say about the machine's. */
	if (SUCCEEDED(hr) && machine)
		transact_ok(MACHINE, "run", profile_value(NULL), NULL);
	return hr;
}

static HRESULT
wish(enum whose whose, void *context)
{
	struct key_request *r = context;

	if (r->why)
		g_clear_pointer(r->why, g_free);
	return transact_ok(whose, r->verb, key_value(r->key, r->size), r->why);
}

static HRESULT
ask_wish(const char *verb, const void *key, size_t size, char **why)
{
	struct key_request request = { .verb = verb, .key = key, .size = size, .why = why };

	if (why)
		*why = NULL;
	return ask_both(wish, &request);
}

HRESULT
spooler_retry(const void *key, size_t size, char **why)
{
	return ask_wish("retry", key, size, why);
}

HRESULT
spooler_hold(const void *key, size_t size, char **why)
{
	return ask_wish("hold", key, size, why);
}

HRESULT
spooler_release(const void *key, size_t size, char **why)
{
	return ask_wish("release", key, size, why);
}

HRESULT
spooler_cancel(const void *key, size_t size, char **why)
{
	return ask_wish("cancel", key, size, why);
}
