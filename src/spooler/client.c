/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "ipc.h"
#include "packet.h"
#include "spooler_link.h"

/* How long a spooler that does not answer is waited for; its answers take milliseconds. */
#define ANSWER_MS (30 * 1000)

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

/* Reads until a whole message, `end`, `ok` or `error` is there.  *message stays NULL for the bare
 * words; an `error` is its hr; *ended is set by `end` and `ok`. */
static HRESULT
receive(int fd, int timeout_ms, struct spool_message **message, bool *ended)
{
	bool more = true;
	HRESULT hr = S_OK;

	*message = NULL;
	*ended = false;
	while (SUCCEEDED(hr) && more && !*ended) {
		struct ipc_message *packet = NULL;

		hr = ipc_receive(fd, timeout_ms, &packet);
		if (FAILED(hr))
			break;
		if (strcmp(packet->verb, "message") == 0)
			hr = packet_to_message(packet, message, &more);
		else if (strcmp(packet->verb, "error") == 0)
			hr = (HRESULT)ipc_int(packet, "hr", MAPI_E_CALL_FAILED);
		else
			*ended = true;
		if (strcmp(packet->verb, "error") == 0 && SUCCEEDED(hr))
			hr = MAPI_E_CALL_FAILED;
		ipc_message_free(packet);
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

/* Connects and asks.  A spooler that ends at this moment cuts us off: then another is started. */
static HRESULT
request(const char *verb, GVariant *values, int *fd)
{
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;
	HRESULT hr = MAPI_E_NETWORK_ERROR;

	for (int i = 0; i < 5 && is_cut_off(hr); i++) {
		hr = spooler_connect(true, fd);
		if (FAILED(hr))
			return hr;
		hr = ipc_send(*fd, verb, owned);
		if (FAILED(hr))
			close(*fd);
	}
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

/* A request that is answered by one packet. */
static HRESULT
transact(const char *verb, GVariant *values, struct spool_message **message)
{
	g_autoptr(GVariant) owned = values ? g_variant_ref_sink(values) : NULL;
	HRESULT hr = MAPI_E_END_OF_SESSION;
	bool ended;
	int fd = -1;

	*message = NULL;
	for (int i = 0; i < 5 && is_cut_off(hr); i++) {
		hr = request(verb, owned, &fd);
		if (FAILED(hr))
			return hr;
		hr = receive(fd, ANSWER_MS, message, &ended);
		close(fd);
	}
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

static HRESULT
transact_ok(const char *verb, GVariant *values)
{
	struct spool_message *message = NULL;
	HRESULT hr = transact(verb, values, &message);

	spool_message_free(message);
	return hr;
}

/* Watching */

/* Until the spooler ends (MAPI_E_END_OF_SESSION), the time is over, or S_OK. */
static HRESULT
watch_once(int fd, gint64 until, spool_message_fn each, void *context)
{
	for (;;) {
		struct spool_message *message = NULL;
		gint64 left = (until - g_get_monotonic_time()) / 1000;
		bool ended, go_on;
		HRESULT hr;

		if (left < 0)
			return MAPI_E_TIMEOUT;
		hr = receive(fd, (int)MIN(left + 1, G_MAXINT), &message, &ended);
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
	HRESULT hr = MAPI_E_END_OF_SESSION;

	while (is_cut_off(hr)) {
		GVariantBuilder b;
		int fd = -1;

		g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
		add_bytes(&b, "key", key, size);
		add_bytes(&b, "profile", profile, sizeof(*profile));
		hr = request("watch", g_variant_builder_end(&b), &fd);
		if (FAILED(hr))
			return hr;
		hr = watch_once(fd, until, each, context);
		close(fd);
		if (is_cut_off(hr) && g_get_monotonic_time() > until)
			hr = MAPI_E_TIMEOUT;
	}
	return hr;
}

/* Asking */

HRESULT
spooler_list(bool all, spool_message_fn each, void *context)
{
	GVariantBuilder b;
	bool ended = false, go_on = true;
	HRESULT hr;
	int fd = -1;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "all", g_variant_new_int64(all));
	hr = request("list", g_variant_builder_end(&b), &fd);
	if (FAILED(hr))
		return hr;
	while (SUCCEEDED(hr) && go_on && !ended) {
		struct spool_message *message = NULL;

		hr = receive(fd, ANSWER_MS, &message, &ended);
		if (message)
			go_on = each(message, context);
		spool_message_free(message);
	}
	close(fd);
	return is_cut_off(hr) ? MAPI_E_NETWORK_ERROR : hr;
}

HRESULT
spooler_show(const void *key, size_t size, struct spool_message **out)
{
	HRESULT hr = transact("show", key_value(key, size), out);

	return SUCCEEDED(hr) && !*out ? MAPI_E_NOT_FOUND : hr;
}

HRESULT
spooler_run(const MAPIUID *profile)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_bytes(&b, "profile", profile, sizeof(*profile));
	return transact_ok("run", g_variant_builder_end(&b));
}

HRESULT
spooler_retry(const void *key, size_t size)
{
	return transact_ok("retry", key_value(key, size));
}

HRESULT
spooler_hold(const void *key, size_t size)
{
	return transact_ok("hold", key_value(key, size));
}

HRESULT
spooler_cancel(const void *key, size_t size)
{
	return transact_ok("cancel", key_value(key, size));
}
