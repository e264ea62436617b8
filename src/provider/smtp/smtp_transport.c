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
		g_free(smtp_take_journey(state->session));
	}
}

/* --- A message --------------------------------------------------------------------------- */

/* One message on its way. */
struct sending {
	struct xp_logon *logon;
	IMessage *message;
	struct xp_recipients *recipients;
	struct mime_output output;
	struct smtp_mail mail;
	char *from;   /* the profile's address */
	char *sender; /* MAIL FROM */
	struct smtp_wishes wishes;
	/* One transaction, for some or all of them. */
	struct xp_recipient **served;
	struct smtp_recipient *results;
	size_t count;
	struct smtp_transaction *outstanding;
};

static void
sending_clear(struct sending *sending)
{
	mime_output_clear(&sending->output);
	smtp_wishes_clear(&sending->wishes);
	g_free(sending->from);
	g_free(sending->sender);
	for (size_t i = 0; i < sending->count; i++)
		smtp_recipient_clear(&sending->results[i]);
	g_free(sending->served);
	g_free(sending->results);
}

/* Plain where that is possible; a header that needs SMTPUTF8 is rendered so, and the engine sees to
 * it that only a server that takes it gets it. */
static HRESULT
render(struct sending *sending, char **why)
{
	struct mime_output *output = &sending->output;
	char *name = xp_from_name(sending->logon);
	struct mime_options options = {
		.from_name = name, .from_address = sending->from, .small_as_bytes = true
	};
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

/* What the transaction brought, into the verdicts of those it was for. */
static void
take_verdicts(struct sending *sending, const char *queue_id)
{
	struct state *state = sending->logon->state;
	g_autofree char *journey = smtp_take_journey(state->session);
	size_t i;

	for (i = 0; i < sending->count; i++) {
		const struct smtp_recipient *result = &sending->results[i];
		struct xp_recipient *served = sending->served[i];

		xp_set_verdict(
		    served, retry_class(result), result->code, result->enhanced, result->text);
		xp_set_remote(served, result->from_server ? smtp_host(state->session) : NULL,
		    result->class == SMTP_ACCEPTED ? queue_id : NULL);
		served->verdict.relayed = result->class == SMTP_ACCEPTED &&
					  smtp_wish_success(&sending->wishes) &&
					  !smtp_reports(state->session);
	}
	xp_journey_lines(sending->recipients, journey);
}

/* Refused only because there were too many at once (RFC 5321 4.5.3.1.10). */
static bool
is_too_many(const struct smtp_recipient *result)
{
	return result->class == SMTP_TEMPORARY && (result->code == 452 || result->code == 552) &&
	       (!result->enhanced || g_str_has_suffix(result->enhanced, ".5.3"));
}

/* The first of those served get a transaction. */
static void
set_round(struct sending *sending, size_t count)
{
	size_t i;

	for (i = 0; i < sending->count; i++)
		smtp_recipient_clear(&sending->results[i]);
	g_free(sending->results);
	sending->results = g_new0(struct smtp_recipient, count);
	sending->count = count;
	for (i = 0; i < count; i++) {
		sending->results[i].address = sending->served[i]->address;
		sending->results[i].notify = sending->wishes.notify;
	}
}

/* The transaction is over; those that were too many are left at the head of `served`.  How many.
 * *closed is one for whom there was no session: no use in asking for one again now. */
static size_t
end_round(struct sending *sending, const char *queue_id, const struct xp_recipient **closed)
{
	struct xp_recipient **served = sending->served;
	struct smtp_recipient *results = sending->results;
	size_t i, accepted = 0, left = 0;

	take_verdicts(sending, queue_id);
	for (i = 0; i < sending->count; i++) {
		accepted += results[i].class == SMTP_ACCEPTED;
		if (results[i].unreachable)
			*closed = served[i];
	}
	for (i = 0; i < sending->count && accepted > 0; i++) {
		if (is_too_many(&results[i]))
			served[left++] = served[i];
	}
	for (i = 0; i < left; i++)
		served[i]->verdict.given = false;
	return left;
}

static size_t
send_round(struct sending *sending, size_t count, const struct xp_recipient **closed)
{
	struct state *state = sending->logon->state;
	char *queue_id = NULL;
	size_t left;

	set_round(sending, count);
	smtp_send(state->session, &sending->mail, sending->results, count, &queue_id);
	left = end_round(sending, queue_id, closed);
	g_free(queue_id);
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

/* Transactions of at most `limit` recipients each, until everyone of the first `count` served has a
 * verdict. */
static HRESULT
send_served(struct sending *sending, size_t count)
{
	struct xp_recipient **served = sending->served;
	size_t limit = xp_recipients_limit(sending->logon);
	const struct xp_recipient *closed = NULL;
	HRESULT hr = S_OK;
	int round;

	for (round = 0; count > 0 && round < ROUNDS_MAX && SUCCEEDED(hr); round++) {
		size_t size = limit && limit < count ? limit : count;
		size_t left = send_round(sending, size, &closed);

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

/* Those without a verdict, into `served`.  How many. */
static size_t
choose_served(struct sending *sending)
{
	GPtrArray *list = sending->recipients->list;
	size_t count = 0;
	guint i;

	sending->served = g_new0(struct xp_recipient *, list->len);
	for (i = 0; i < list->len; i++) {
		if (!xp_recipient_at(sending->recipients, i)->verdict.given)
			sending->served[count++] = xp_recipient_at(sending->recipients, i);
	}
	return count;
}

/* Addresses, wishes and the mail itself.  A failure is as mime_render() has it. */
static HRESULT
make_mail(struct sending *sending, char **why)
{
	HRESULT hr = xp_sender_address(sending->logon, sending->message, &sending->sender);

	if (SUCCEEDED(hr))
		hr = render(sending, why);
	if (FAILED(hr))
		return hr;
	smtp_wishes_read(&sending->wishes, sending->message);
	sending->mail = (struct smtp_mail){
		.from = sending->sender,
		.fd = sending->output.fd,
		.bytes = sending->output.bytes,
		.size = sending->output.size,
		.needs_8bit = sending->output.needs_8bit,
		.needs_smtputf8 = sending->output.needs_smtputf8,
		.envid = sending->wishes.envid,
		.ret = sending->wishes.ret,
	};
	return S_OK;
}

static HRESULT
smtp_submit(struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients)
{
	struct sending sending = { .logon = logon,
		.message = message,
		.recipients = recipients,
		.output.fd = -1,
		.from = xp_from_address(logon) };
	char *why = NULL;
	HRESULT hr = S_OK, rendered;

	if (!sending.from) {
		xp_set_remaining(recipients, EMAPI_RETRY_HOLD, 0, "5.1.7",
		    "This profile has no FromAddress: nobody to send as. Nothing was sent.");
		return S_OK;
	}
	rendered = make_mail(&sending, &why);
	if (FAILED(rendered))
		xp_refuse_unrendered(recipients, rendered, why);
	else
		hr = send_served(&sending, choose_served(&sending));
	sending_clear(&sending);
	g_free(why);
	return hr;
}

/* --- One message after the other ---------------------------------------------------------- */

static void
smtp_drop_job(struct xp_logon *logon, void *job)
{
	struct sending *sending = job;

	if (sending->outstanding)
		smtp_end(sending->outstanding, NULL);
	sending_clear(sending);
	g_free(job);
}

/* Ready to be sent; NULL where smtp_submit() has to see to it. */
static void *
smtp_prepare(struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients)
{
	struct sending *sending = g_new0(struct sending, 1);
	size_t limit = xp_recipients_limit(logon);
	char *why = NULL;
	bool ready;

	sending->logon = logon;
	sending->message = message;
	sending->recipients = recipients;
	sending->output.fd = -1;
	sending->from = xp_from_address(logon);
	ready = sending->from && SUCCEEDED(make_mail(sending, &why));
	g_free(why);
	if (ready)
		set_round(sending, choose_served(sending));
	if (ready && sending->count > 0 && (!limit || sending->count <= limit))
		return sending;
	smtp_drop_job(logon, sending);
	return NULL;
}

static void
smtp_say_ahead(struct xp_logon *logon, void *job)
{
	struct sending *sending = job;
	struct state *state = logon->state;

	smtp_ahead(state->session, &sending->mail, sending->results, sending->count);
}

static HRESULT
finish_job(struct sending *sending, const char *queue_id)
{
	const struct xp_recipient *closed = NULL;
	size_t left = end_round(sending, queue_id, &closed);
	HRESULT hr =
	    xp_recipients_report(sending->logon->support, sending->message, sending->recipients);

	return SUCCEEDED(hr) ? send_served(sending, left) : hr;
}

static HRESULT
smtp_begin_job(struct xp_logon *logon, void *job, bool *pending)
{
	struct sending *sending = job;
	struct state *state = logon->state;

	sending->outstanding =
	    smtp_begin(state->session, &sending->mail, sending->results, sending->count);
	*pending = sending->outstanding != NULL;
	return *pending ? S_OK : finish_job(sending, NULL);
}

static HRESULT
smtp_end_job(struct xp_logon *logon, void *job)
{
	struct sending *sending = job;
	char *queue_id = NULL;
	HRESULT hr;

	smtp_end(g_steal_pointer(&sending->outstanding), &queue_id);
	hr = finish_job(sending, queue_id);
	g_free(queue_id);
	return hr;
}

static HRESULT
smtp_validate(struct xp_logon *logon, GPtrArray *journey, char **why)
{
	struct state *state = logon->state;
	struct smtp_error error = { 0 };
	g_autofree char *lines = NULL;
	g_auto(GStrv) each = NULL;
	char *from = xp_from_address(logon);
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
	each = g_strsplit(lines, "\n", -1);
	for (i = 0; each[i]; i++)
		g_ptr_array_add(journey, g_strdup(each[i]));
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
	.prepare = smtp_prepare,
	.ahead = smtp_say_ahead,
	.begin = smtp_begin_job,
	.end = smtp_end_job,
	.drop = smtp_drop_job,
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
