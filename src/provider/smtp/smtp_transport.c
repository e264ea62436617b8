/* SPDX-License-Identifier: MIT */
/*
 * The SMTP transport: XPProviderInit, and what it adds to the transports' shared part (xp.h).
 *
 * A logon has one session, kept connected between messages until Idle finds it unused for
 * IDLE_SECONDS.  Settings are read at logon, the password each time the server asks for one.
 * MAIL FROM is the profile's own address (design D10), or another that the profile allows.
 */
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>

#include "mem.h"
#include "mime.h"
#include "smtp_settings.h"
#include "smtp_wishes.h"

#define IDLE_SECONDS 30
/* Servers take some hundred recipients at a time; the others follow in transactions of their own.
 */
#define ROUNDS_MAX 1000

_Static_assert(
    (LONG)SMTP_ACCEPTED == EMAPI_RETRY_NONE && (LONG)SMTP_TEMPORARY == EMAPI_RETRY_TEMPORARY &&
	(LONG)SMTP_PERMANENT == EMAPI_RETRY_PERMANENT && (LONG)SMTP_HOLD == EMAPI_RETRY_HOLD,
    "the engine's classes are those of emapispi.h");

/* What one logon holds. */
struct state {
	struct smtp_settings settings;
	struct smtp_session *session;
};

static void
smtp_logoff(struct xp_logon *logon)
{
	struct state *state = logon->state;

	if (!state)
		return;
	smtp_session_free(state->session);
	smtp_settings_clear(&state->settings);
	g_free(state);
	logon->state = NULL;
}

static HRESULT
smtp_logon(struct xp_logon *logon, char **why)
{
	struct state *state;
	HRESULT hr;

	state = g_new0(struct state, 1);
	logon->state = state;
	hr = smtp_settings_read(&state->settings, logon, why);
	if (FAILED(hr)) {
		smtp_logoff(logon);
		return hr;
	}
	state->session = smtp_session_create(&state->settings.options);
	return S_OK;
}

static void
smtp_idle(struct xp_logon *logon)
{
	struct state *state = logon->state;

	if (smtp_idle_seconds(state->session) >= IDLE_SECONDS) {
		smtp_close(state->session);
		g_strfreev(smtp_take_journey(state->session));
	}
}

/* --- A message --------------------------------------------------------------------------- */

/* One message on its way. */
struct sending {
	struct xp_logon *logon;
	IMessage *message;
	struct xp_recipients *recipients;
	struct smtp_mail mail;
	char *from;   /* the profile's address */
	char *sender; /* MAIL FROM */
	struct smtp_wishes wishes;
};

/* Plain where that is possible; a header that needs SMTPUTF8 is rendered so, and the engine sees to
 * it that only a server that takes it gets it. */
static HRESULT
render(struct sending *sending, struct mime_output *output, char **why)
{
	char *name = xp_from_name(sending->logon);
	struct mime_options options = { .from_name = name, .from_address = sending->from };
	HRESULT hr;

	hr = mime_render(sending->message, &options, output, why);
	if (hr == MAPI_E_BAD_CHARWIDTH) {
		g_clear_pointer(why, g_free);
		mime_output_clear(output);
		options.utf8_headers = true;
		hr = mime_render(sending->message, &options, output, why);
	}
	g_free(name);
	return hr;
}

/* Temporary, and nothing was handed over: another way may be taken. */
static LONG
retry_class(const struct smtp_recipient *result)
{
	if (result->class == SMTP_TEMPORARY && result->unreachable)
		return EMAPI_RETRY_UNREACHABLE;
	return (LONG)result->class;
}

/* What one transaction brought, into the verdicts of those it was for. */
static void
take_verdicts(struct sending *sending, const struct smtp_recipient *results,
    struct xp_recipient **served, size_t count, const char *queue_id)
{
	struct state *state = sending->logon->state;
	char **journey = smtp_take_journey(state->session);
	size_t i;

	for (i = 0; i < count; i++) {
		xp_set_verdict(served[i], retry_class(&results[i]), results[i].code,
		    results[i].enhanced, results[i].text);
		xp_set_remote(served[i], results[i].from_server ? smtp_host(state->session) : NULL,
		    results[i].class == SMTP_ACCEPTED ? queue_id : NULL);
		served[i]->verdict.relayed = results[i].class == SMTP_ACCEPTED &&
					     smtp_wish_success(&sending->wishes) &&
					     !smtp_reports(state->session);
	}
	for (i = 0; journey[i]; i++)
		xp_journey(sending->recipients, "%s", journey[i]);
	g_strfreev(journey);
}

/* Refused only because there were too many at once (RFC 5321 4.5.3.1.10). */
static bool
is_too_many(const struct smtp_recipient *result)
{
	return result->class == SMTP_TEMPORARY && (result->code == 452 || result->code == 552) &&
	       (!result->enhanced || g_str_has_suffix(result->enhanced, ".5.3"));
}

/* One transaction for all in `served`; those that were too many are left there.  How many.
 * *closed is one for whom there was no session: no use in asking for one again now. */
static size_t
send_round(struct sending *sending, struct xp_recipient **served, size_t count,
    const struct xp_recipient **closed)
{
	struct state *state = sending->logon->state;
	struct smtp_recipient *results = g_new0(struct smtp_recipient, count);
	size_t i, accepted = 0, left = 0;
	char *queue_id = NULL;

	for (i = 0; i < count; i++) {
		results[i].address = served[i]->address;
		results[i].notify = sending->wishes.notify;
	}
	smtp_send(state->session, &sending->mail, results, count, &queue_id);
	take_verdicts(sending, results, served, count, queue_id);
	for (i = 0; i < count; i++) {
		accepted += results[i].class == SMTP_ACCEPTED;
		if (results[i].unreachable)
			*closed = served[i];
	}
	for (i = 0; i < count && accepted > 0; i++) {
		if (is_too_many(&results[i]))
			served[left++] = served[i];
	}
	for (i = 0; i < count; i++)
		smtp_recipient_clear(&results[i]);
	g_free(queue_id);
	g_free(results);
	return left;
}

/* Those that are left get the verdict of one who was served. */
static void
give_all(struct xp_recipient **left, size_t count, const struct xp_verdict *verdict)
{
	size_t i;

	for (i = 0; i < count; i++)
		xp_set_verdict(
		    left[i], verdict->retry_class, verdict->code, verdict->enhanced, verdict->text);
}

/* Transactions of at most `limit` recipients each, until everyone has a verdict. */
static HRESULT
send_served(struct sending *sending, struct xp_recipient **served, size_t count, size_t limit)
{
	HRESULT hr = S_OK;
	const struct xp_recipient *closed = NULL;
	int round;

	for (round = 0; count > 0 && round < ROUNDS_MAX && SUCCEEDED(hr); round++) {
		size_t size = limit && limit < count ? limit : count;
		size_t i, left = send_round(sending, served, size, &closed);

		for (i = 0; i < left; i++)
			served[i]->verdict.given = false;
		memmove(served + left, served + size, (count - size) * sizeof(*served));
		count = left + count - size;
		if (closed) {
			give_all(served, count, &closed->verdict);
			count = 0;
		}
		/* Known to the spooler before the server gets more of it. */
		hr = xp_recipients_report(
		    sending->logon->support, sending->message, sending->recipients);
	}
	return hr;
}

static HRESULT
send_rounds(struct sending *sending)
{
	GPtrArray *list = sending->recipients->list;
	struct xp_recipient **served = g_new0(struct xp_recipient *, list->len);
	size_t count = 0;
	HRESULT hr;
	guint i;

	for (i = 0; i < list->len; i++) {
		if (!xp_recipient_at(sending->recipients, i)->verdict.given)
			served[count++] = xp_recipient_at(sending->recipients, i);
	}
	hr = send_served(sending, served, count, xp_recipients_limit(sending->logon));
	g_free(served);
	return hr;
}

static HRESULT
smtp_submit(struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients)
{
	struct sending sending = { .logon = logon, .message = message, .recipients = recipients };
	struct mime_output output = { .fd = -1 };
	char *why = NULL;
	HRESULT hr;

	sending.from = xp_from_address(logon);
	if (!sending.from) {
		xp_set_remaining(recipients, EMAPI_RETRY_HOLD, 0, "5.1.7",
		    "This profile has no FromAddress: nobody to send as. Nothing was sent.");
		return S_OK;
	}
	hr = xp_sender_address(logon, message, &sending.sender);
	if (SUCCEEDED(hr))
		hr = render(&sending, &output, &why);
	if (FAILED(hr)) {
		xp_refuse_unrendered(recipients, hr, why);
		hr = S_OK;
		goto out;
	}
	smtp_wishes_read(&sending.wishes, message);
	sending.mail = (struct smtp_mail){
		.from = sending.sender,
		.fd = output.fd,
		.size = output.size,
		.needs_8bit = output.needs_8bit,
		.needs_smtputf8 = output.needs_smtputf8,
		.envid = sending.wishes.envid,
		.ret = sending.wishes.ret,
	};
	hr = send_rounds(&sending);
out:
	mime_output_clear(&output);
	smtp_wishes_clear(&sending.wishes);
	g_free(sending.from);
	g_free(sending.sender);
	g_free(why);
	return hr;
}

static HRESULT
smtp_validate(struct xp_logon *logon, GPtrArray *journey, char **why)
{
	struct state *state = logon->state;
	struct smtp_error error = { 0 };
	char *from = xp_from_address(logon), **lines;
	HRESULT hr = S_OK;
	size_t i;

	if (!from) {
		*why = g_strdup("This profile has no FromAddress: nobody to send as.");
		return MAPI_E_UNCONFIGURED;
	}
	if (!smtp_check(state->session, from, &error)) {
		*why = g_strdup(error.text);
		hr = error.class == SMTP_TEMPORARY ? MAPI_E_NETWORK_ERROR : MAPI_E_LOGON_FAILED;
	}
	lines = smtp_take_journey(state->session);
	for (i = 0; lines[i]; i++)
		g_ptr_array_add(journey, lines[i]);
	g_free(lines);
	smtp_error_clear(&error);
	g_free(from);
	return hr;
}

static const char *const smtp_types[] = { "SMTP", NULL };

static const struct xp_transport smtp_transport = {
	.name = "SMTP",
	.types = smtp_types,
	.logon = smtp_logon,
	.submit = smtp_submit,
	.check = smtp_validate,
	.idle = smtp_idle,
	.logoff = smtp_logoff,
};

EMAPI_EXPORT HRESULT
XPProviderInit(HINSTANCE instance, LPMALLOC malloc_object, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE allocate_more, LPFREEBUFFER free_buffer, ULONG flags, ULONG version,
    ULONG *provider_version, LPXPPROVIDER *provider)
{
	return xp_provider_init(&smtp_transport, version, provider_version, provider);
}
