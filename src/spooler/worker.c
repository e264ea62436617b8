/* SPDX-License-Identifier: MIT */
/* The worker's life: the profile's lock (worker_lock.h), logon, loop, end.  See worker.h. */
#include "worker.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include "heap.h"
#include "hr.h"
#include "worker_lock.h"

#define TICK_MS 5000
#define MEMORY (800 * 1024) /* until the first message is sent */

bool
worker_may_pass(HRESULT hr)
{
	return hr == MAPI_E_NOT_ENOUGH_MEMORY || hr == MAPI_E_NOT_ENOUGH_RESOURCES ||
	       hr == MAPI_E_NOT_ENOUGH_DISK || hr == MAPI_E_DISK_ERROR || hr == MAPI_E_BUSY ||
	       hr == MAPI_E_NETWORK_ERROR || hr == MAPI_E_TIMEOUT;
}

static void
tell_trouble(struct worker *w, HRESULT hr, const char *what, const char *why)
{
	g_autofree char *text = g_strdup_printf("%s%s%s%s  The mail is safe in the store.", what,
	    why && *why ? ": " : "", why ? why : "", why && g_str_has_suffix(why, ".") ? "" : ".");
	g_autofree char *valid = packet_text(text, 4096);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string(valid));
	g_variant_builder_add(&b, "{sv}", "hr", g_variant_new_int64(hr));
	g_variant_builder_add(&b, "{sv}", "hold", g_variant_new_int64(!worker_may_pass(hr)));
	worker_tell(w, "trouble", g_variant_builder_end(&b));
}

/* Loads the profile, logs on, opens the stores.  On failure the scheduler has been told. */
static HRESULT
log_on(struct worker *w)
{
	g_autofree char *why = NULL;
	const char *what = "profile gone";
	HRESULT hr = S_OK;

	if (!w->profile)
		hr = profile_load_uid(g_bytes_get_data(w->uid, NULL), &w->profile, &why);
	if (SUCCEEDED(hr)) {
		worker_load_ahead(w);
		what = "The spooler cannot log on to the profile";
		hr =
		    session_create(w->profile, MAPI_EXTENDED | MAPI_NEW_SESSION, &w->session, &why);
	} else if (hr != MAPI_E_LOGON_FAILED && hr != MAPI_E_NOT_FOUND) {
		what = "The profile cannot be read";
	}
	if (SUCCEEDED(hr)) {
		what = "The profile's message store cannot be opened";
		hr = worker_open_stores(w, &why);
	}
	if (FAILED(hr)) {
		if (!why)
			why = g_strdup(hr_text(hr));
		tell_trouble(w, hr, what, why);
	}
	return hr;
}

static GVariant *
store_uids(const struct worker *w)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE("aay"));
	for (guint i = 0; i < w->stores->len; i++) {
		const struct worker_store *s = g_ptr_array_index(w->stores, i);

		if (SUCCEEDED(s->hr))
			g_variant_builder_add_value(
			    &b, g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), s->uid, TRUE));
	}
	return g_variant_builder_end(&b);
}

static void
say_hello(struct worker *w)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "profile", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), w->uid, TRUE));
	g_variant_builder_add(&b, "{sv}", "name", g_variant_new_string(profile_name(w->profile)));
	g_variant_builder_add(&b, "{sv}", "board", g_variant_new_int64(w->board != NULL));
	g_variant_builder_add(&b, "{sv}", "stores", store_uids(w));
	worker_tell(w, "hello", g_variant_builder_end(&b));
}

static void
send_packet(struct worker *w, const struct ipc_message *packet)
{
	struct lease *lease = NULL;

	if (SUCCEEDED(packet_to_lease(packet, &lease)))
		worker_send(w, lease);
}

/* The first quiet moment, while the scheduler writes down what a scan has found, is used to load
 * the transports, which takes longer than most else. */
static void
rest(struct worker *w, bool scanned)
{
	if (scanned && !w->prepared)
		worker_open_transports(w);
	else
		worker_idle_transports(w);
	w->prepared = w->prepared || scanned;
}

static void
serve(struct worker *w)
{
	bool scanned = false;

	for (;;) {
		struct ipc_message *packet = NULL;
		int patience = scanned && !w->prepared ? 0 : TICK_MS;
		HRESULT hr = worker_next(w, patience, &packet);
		bool quit = false;

		if (hr == MAPI_E_TIMEOUT) {
			rest(w, scanned);
			continue;
		}
		scanned = scanned || strcmp(packet->verb, "scan") == 0;
		if (strcmp(packet->verb, "scan") == 0)
			worker_scan(w, packet);
		else if (strcmp(packet->verb, "compare") == 0)
			worker_compare(w, packet);
		else if (strcmp(packet->verb, "send") == 0)
			send_packet(w, packet);
		else if (strcmp(packet->verb, "batch") == 0)
			worker_batch(w, packet);
		else
			quit = strcmp(packet->verb, "quit") == 0;
		ipc_message_free(packet);
		if (quit)
			return;
	}
}

static void
log_off(struct worker *w)
{
	worker_loaded(w);
	worker_close_transports(w);
	worker_close_stores(w);
	if (w->session) {
		w->session->lpVtbl->Logoff(w->session, 0, 0, 0);
		w->session->lpVtbl->Release(w->session);
	}
	profile_unref(w->profile);
	g_bytes_unref(w->uid);
	worker_unlock(w->lock_fd);
	board_free(w->board);
	g_free(w->state_path);
}

int
worker_run(const MAPIUID *profile, struct profile *known, const char *state_path, bool first,
    int fd, int board_fd)
{
	struct worker w = { .profile = known, .fd = fd, .lock_fd = -1 };
	HRESULT hr;

	heap_take(MEMORY);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* of a terminal: the scheduler sends us home */
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	w.board = board_fd >= 0 ? board_open(board_fd) : NULL;
	w.state_path = g_strdup(state_path);
	w.uid = g_bytes_new(profile, sizeof(*profile));
	hr = worker_lock(state_path, w.uid, first, &w.lock_fd);
	if (FAILED(hr))
		tell_trouble(&w, hr, "The spooler's state folder cannot be used", hr_text(hr));
	else
		hr = log_on(&w);
	if (SUCCEEDED(hr)) {
		worker_list_transports(&w);
		say_hello(&w);
		serve(&w);
	}
	log_off(&w);
	return 0;
}
