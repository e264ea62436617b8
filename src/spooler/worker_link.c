/* SPDX-License-Identifier: MIT */
/* Talking with the scheduler.  See worker.h. */
#include "worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "hr.h"
#include "mem.h"
#include "words.h"

#define TRIES 10

/* The scheduler is gone and nothing is in our hands: nothing to save, nobody to tell. */
static void
scheduler_gone(void)
{
	log_info("the scheduler is gone; ending");
	_exit(0);
}

static bool
is_answer(const struct ipc_message *packet)
{
	return strcmp(packet->verb, "ok") == 0 || strcmp(packet->verb, "error") == 0;
}

/* MAPI_E_END_OF_SESSION when the scheduler is gone, else the scheduler's own result. */
static HRESULT
ask(struct worker *w, const char *verb, GVariant *values, struct ipc_message **reply)
{
	struct ipc_message *packet = NULL;
	HRESULT hr = ipc_send(w->fd, verb, values);

	if (reply)
		*reply = NULL;
	if (FAILED(hr))
		return hr == MAPI_E_TOO_BIG ? hr : MAPI_E_END_OF_SESSION;
	for (;;) {
		if (FAILED(ipc_receive(w->fd, -1, &packet)))
			return MAPI_E_END_OF_SESSION;
		if (is_answer(packet))
			break;
		g_queue_push_tail(&w->pending, packet);
	}
	if (strcmp(packet->verb, "error") == 0) {
		hr = (HRESULT)ipc_int(packet, "hr", MAPI_E_CALL_FAILED);
		if (SUCCEEDED(hr) || hr == MAPI_E_END_OF_SESSION)
			hr = MAPI_E_CALL_FAILED;
	}
	if (reply && SUCCEEDED(hr))
		*reply = packet;
	else
		ipc_message_free(packet);
	return hr;
}

HRESULT
worker_ask(struct worker *w, const char *verb, GVariant *values, struct ipc_message **reply)
{
	HRESULT hr = ask(w, verb, values, reply);

	if (hr == MAPI_E_END_OF_SESSION)
		scheduler_gone();
	return hr;
}

void
worker_tell(struct worker *w, const char *verb, GVariant *values)
{
	if (FAILED(ipc_send(w->fd, verb, values)))
		scheduler_gone();
}

void
worker_alive(const struct worker *w)
{
	char byte;

	/* Nothing is at the end of the stream but its end: packets are not empty. */
	if (recv(w->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		scheduler_gone();
}

HRESULT
worker_next(struct worker *w, int timeout_ms, struct ipc_message **packet)
{
	HRESULT hr;

	*packet = g_queue_pop_head(&w->pending);
	if (*packet)
		return S_OK;
	hr = ipc_receive(w->fd, timeout_ms, packet);
	if (FAILED(hr) && hr != MAPI_E_TIMEOUT)
		scheduler_gone();
	return hr;
}

/* One try to hand over all parts. */
static HRESULT
send_report(struct worker *w, const struct report *report, enum spool_act *act)
{
	struct packet_cursor cursor = { 0 };
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !cursor.done) {
		struct ipc_message *reply = NULL;

		hr = ask(w, "status", packet_from_report(report, &cursor), &reply);
		if (SUCCEEDED(hr))
			spool_act_parse(ipc_string(reply, "act", ""), act);
		if (SUCCEEDED(hr) && w->sending)
			w->sending->tell = ipc_int(reply, "tell", 0) != 0;
		ipc_message_free(reply);
	}
	return hr;
}

HRESULT
worker_report(struct worker *w, const struct report *report, enum spool_act *act)
{
	HRESULT hr = MAPI_E_CALL_FAILED;

	for (int i = 0; i < TRIES; i++) {
		hr = send_report(w, report, act);
		if (SUCCEEDED(hr) || hr == MAPI_E_NOT_FOUND)
			return hr;
		if (hr == MAPI_E_END_OF_SESSION)
			break;
		log_error("the scheduler cannot write a verdict down: %s", hr_name(hr));
		g_usleep(G_USEC_PER_SEC);
	}
	hr = words_keep(w->state_path, w->uid, report);
	if (FAILED(hr))
		log_error("message %" G_GINT64_FORMAT ": what the server said could not be written "
			  "down (%s); it may be sent again",
		    report->id, hr_name(hr));
	scheduler_gone();
	return hr;
}

void
worker_done(struct worker *w, gint64 id, const char *outcome, const char *text)
{
	g_autofree char *valid = packet_text(text, 4096);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "id", g_variant_new_int64(id));
	g_variant_builder_add(&b, "{sv}", "outcome", g_variant_new_string(outcome));
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string(valid));
	worker_tell(w, "done", g_variant_builder_end(&b));
}

char *
worker_error(void *object, HRESULT hr)
{
	IMAPIProp *prop =
	    object; /* GetLastError is the first method of each interface that has it */
	MAPIERROR *error = NULL;
	char *text = NULL;

	if (prop && SUCCEEDED(prop->lpVtbl->GetLastError(prop, hr, 0, &error)) && error) {
		if (error->lpszError && *(const char *)error->lpszError)
			text =
			    g_strdup_printf("%s (%s)", (const char *)error->lpszError, hr_name(hr));
		mem_free(error);
	}
	return text ? text : g_strdup_printf("%s (%s)", hr_text(hr), hr_name(hr));
}
