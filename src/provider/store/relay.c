/* SPDX-License-Identifier: MIT */
/* Handing over what is submitted: see relay.h. */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "ipc.h"
#include "parcel.h"

/* A daemon that is being started again is away for so long at most. */
#define AWAY (5 * (gint64)G_USEC_PER_SEC)
/* One that ended in order takes its socket with it: it may be restarted, or stopped for good. */
#define AWAY_WITH_SOCKET (G_USEC_PER_SEC)
/* Once it has got the message it is worth more patience: else nobody knows whether it is safe. */
#define AWAY_WITH_MAIL (60 * (gint64)G_USEC_PER_SEC)
/* A large message on a slow disk takes its time. */
#define ANSWER_MS (600 * 1000)

struct relay {
	char *socket;
	char *profile;
	HRESULT failure;
	char *why;
};

struct relay *
relay_create(const char *socket_path, const char *profile)
{
	struct relay *relay = g_new0(struct relay, 1);

	relay->socket = g_strdup(socket_path);
	relay->profile = g_utf8_make_valid(profile ? profile : "", -1);
	return relay;
}

void
relay_free(struct relay *relay)
{
	if (!relay)
		return;
	g_free(relay->socket);
	g_free(relay->profile);
	g_free(relay->why);
	g_free(relay);
}

const char *
relay_why(const struct relay *relay, HRESULT hr)
{
	return relay && FAILED(hr) && relay->failure == hr ? relay->why : NULL;
}

/* Takes over `why`. */
static HRESULT
fail(struct relay *relay, HRESULT hr, char *why)
{
	g_free(relay->why);
	relay->why = why;
	relay->failure = hr;
	return hr;
}

/* The message in a memory file that nobody can change any more. */
static HRESULT
pack(struct relay *relay, IMessage *message, int *fd)
{
	char *why = NULL;
	HRESULT hr;

	*fd = memfd_create("emapi-message", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*fd < 0)
		hr = hr_from_errno(errno);
	else
		hr = parcel_write(message, *fd, &why);
	if (SUCCEEDED(hr) &&
	    fcntl(*fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
		hr = hr_from_errno(errno);
	return FAILED(hr) ? fail(relay, hr, why) : S_OK;
}

static HRESULT
reach(struct relay *relay, bool again, int *fd)
{
	gint64 began = g_get_monotonic_time(), away;
	int error;

	for (;;) {
		*fd = ipc_connect(relay->socket);
		if (*fd >= 0)
			return S_OK;
		error = errno;
		away = again ? AWAY_WITH_MAIL : error == ENOENT ? AWAY_WITH_SOCKET : AWAY;
		if ((error != ECONNREFUSED && error != EAGAIN && error != ENOENT) ||
		    g_get_monotonic_time() - began > away)
			break;
		g_usleep(50 * 1000);
	}
	return fail(relay, MAPI_E_NETWORK_ERROR,
	    g_strdup_printf(
		"The machine's mail service cannot be reached (%s: %s)%s. See: systemctl "
		"status emapi-spooler",
		relay->socket, g_strerror(error),
		again ? ", and went away before it said whether it has the message" : ""));
}

static HRESULT
read_answer(struct relay *relay, const struct ipc_message *answer)
{
	HRESULT hr;

	if (strcmp(answer->verb, "ok") == 0)
		return S_OK;
	hr = (HRESULT)ipc_int(answer, "hr", MAPI_E_CALL_FAILED);
	if (SUCCEEDED(hr))
		hr = MAPI_E_CALL_FAILED;
	return fail(relay, hr, g_strdup(ipc_string(answer, "text", hr_text(hr))));
}

/* One try; *cut when it ended without an answer. */
static HRESULT
hand_over(struct relay *relay, int parcel, bool again, bool *cut)
{
	struct ipc_message *answer = NULL;
	GVariantBuilder values;
	int fd = -1;
	HRESULT hr = reach(relay, again, &fd);

	*cut = false;
	if (FAILED(hr))
		return hr;
	g_variant_builder_init(&values, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&values, "{sv}", "profile", g_variant_new_string(relay->profile));
	g_variant_builder_add(&values, "{sv}", "again", g_variant_new_int64(again));
	hr = ipc_send_fd(fd, "submit", g_variant_builder_end(&values), parcel);
	if (SUCCEEDED(hr))
		hr = ipc_receive(fd, ANSWER_MS, &answer);
	close(fd);
	if (SUCCEEDED(hr))
		return read_answer(relay, answer);
	*cut = hr == MAPI_E_END_OF_SESSION || hr == MAPI_E_NETWORK_ERROR;
	return fail(relay, hr,
	    g_strdup_printf("The machine's mail service did not say whether it has the message: %s",
		hr_text(hr)));
}

HRESULT
relay_submit(struct relay *relay, IMessage *message)
{
	gint64 until = g_get_monotonic_time() + AWAY_WITH_MAIL;
	bool again = false, cut = true;
	int parcel = -1;
	HRESULT hr = pack(relay, message, &parcel);

	while (SUCCEEDED(hr)) {
		HRESULT done = hand_over(relay, parcel, again, &cut);

		if (!cut || g_get_monotonic_time() > until) {
			hr = done;
			break;
		}
		again = true;
		g_usleep(20 * 1000);
	}
	if (parcel >= 0)
		close(parcel);
	return hr;
}
