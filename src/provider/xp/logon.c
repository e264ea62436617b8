/* SPDX-License-Identifier: MIT */
/* The IXPLogon of all our transports, and the settings behind it: see xp.h. */
#include "xp_private.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>

#include "address.h"
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "mime.h"
#include "preset.h"
#include "prop.h"
#include "read.h"
#include "unsupported.h"

#define SELF(This) COM_OBJECT(This, struct logon, ixplogon)

/* --- Settings --------------------------------------------------------------------------------- */

char *
xp_setting_text(const struct xp_logon *logon, ULONG tag)
{
	char *text = prop_find_text(logon->settings, logon->setting_count, tag);

	if (text && !*text)
		g_clear_pointer(&text, g_free);
	return text;
}

LONG
xp_setting_long(const struct xp_logon *logon, ULONG tag, LONG fallback)
{
	return prop_find_long(logon->settings, logon->setting_count, tag, fallback);
}

static int
preset_recipients(const SPropValue *values, ULONG count)
{
	g_autofree char *name = prop_find_text(values, count, PR_EMAPI_PRESET_W);
	const struct preset *preset = preset_find(name);

	return preset ? preset->recipients : -1;
}

size_t
xp_recipients_limit(const struct xp_logon *logon)
{
	LONG limit = xp_setting_long(logon, PR_EMAPI_MAX_RECIPIENTS, -1);

	if (limit < 0)
		limit = prop_find_long(
		    logon->identity, logon->identity_count, PR_EMAPI_MAX_RECIPIENTS, -1);
	if (limit < 0)
		limit = preset_recipients(logon->settings, logon->setting_count);
	if (limit < 0)
		limit = preset_recipients(logon->identity, logon->identity_count);
	return limit > 0 ? (size_t)limit : 0;
}

static char *
identity_text(const struct xp_logon *logon, ULONG tag)
{
	char *text = prop_find_text(logon->identity, logon->identity_count, tag);

	if (text && !*text)
		g_clear_pointer(&text, g_free);
	return text;
}

char *
xp_from_name(const struct xp_logon *logon)
{
	return identity_text(logon, PR_EMAPI_FROM_NAME_W);
}

char *
xp_from_address(const struct xp_logon *logon)
{
	return identity_text(logon, PR_EMAPI_FROM_ADDRESS_W);
}

HRESULT
xp_sender_address(const struct xp_logon *logon, IMessage *message, char **out)
{
	static const ULONG tags[] = { PR_EMAPI_ENVELOPE_SENDER_W, PR_MESSAGE_CLASS_W };
	g_autofree char *wanted = NULL, *class = NULL,
			*allowed = identity_text(logon, PR_EMAPI_ALLOW_FROM_W);
	SPropValue *values = NULL;
	HRESULT hr;

	*out = NULL;
	hr = read_props((IMAPIProp *)message, tags, 2, &values);
	if (FAILED(hr))
		return hr;
	wanted = prop_find_text(values, 2, tags[0]);
	class = prop_find_text(values, 2, tags[1]);
	mem_free(values);
	if (mime_report_of(class) != MIME_NO_REPORT) {
		*out = g_strdup("");
		return S_OK;
	}
	if (wanted && strcmp(wanted, "<>") == 0)
		*wanted = '\0';
	if (wanted && address_matches(allowed, wanted) && (!*wanted || address_check(wanted, NULL)))
		*out = g_steal_pointer(&wanted);
	else
		*out = xp_from_address(logon);
	return S_OK;
}

static HRESULT
read_section(
    IMAPISupport *support, const GUID *uid, const ULONG *tags, ULONG count, SPropValue **out)
{
	IProfSect *section = NULL;
	MAPIUID id;
	HRESULT hr;

	*out = NULL;
	if (uid)
		memcpy(&id, uid, sizeof id);
	hr = support->lpVtbl->OpenProfileSection(support, uid ? &id : NULL, 0, &section);
	if (FAILED(hr))
		return hr;
	hr = read_props((IMAPIProp *)section, tags, count, out);
	section->lpVtbl->Release(section);
	return hr;
}

HRESULT
xp_read_secret(const struct xp_logon *logon, ULONG tag, char **out)
{
	SPropValue *values = NULL;
	HRESULT hr;

	*out = NULL;
	hr = read_section(logon->support, NULL, &tag, 1, &values);
	if (FAILED(hr))
		return hr;
	*out = prop_find_text(values, 1, tag);
	if (!*out)
		hr = PROP_TYPE(values[0].ulPropTag) == PT_ERROR ? values[0].Value.err
								: MAPI_E_NOT_FOUND;
	mem_free(values);
	return hr;
}

void
xp_said(const struct xp_logon *logon, const char *line)
{
	logon->support->lpVtbl->SpoolerNotify(
	    logon->support, NOTIFY_EMAPI_JOURNEY, (void *)(uintptr_t)line);
}

HRESULT
xp_hand_over(const struct xp_logon *logon, char **why)
{
	HRESULT hr =
	    logon->support->lpVtbl->SpoolerNotify(logon->support, NOTIFY_XP_HANDOVER, NULL);

	*why = NULL;
	if (SUCCEEDED(hr) || hr == MAPI_E_NO_SUPPORT)
		return S_OK;
	*why = g_strdup_printf("The message's store could not make sure that the message is on disk"
			       " (%s); nothing was sent.",
	    hr_text(hr));
	return hr;
}

/* All but the secrets: reading those may run a command. */
static HRESULT
load_settings(struct xp_logon *logon)
{
	static const ULONG settings[] = { PR_EMAPI_SERVER_W, PR_EMAPI_PORT, PR_EMAPI_TLS_W,
		PR_EMAPI_USER_W, PR_EMAPI_PASSWORD_COMMAND_W, PR_EMAPI_AUTH_W, PR_EMAPI_CA_FILE_W,
		PR_EMAPI_PATH_W, PR_EMAPI_PASSWORD_FILE_W, PR_EMAPI_FINGERPRINT_W, PR_EMAPI_PROXY_W,
		PR_EMAPI_CLIENT_CERT_W, PR_EMAPI_CLIENT_KEY_W, PR_EMAPI_HELO_W, PR_EMAPI_TIMEOUT,
		PR_EMAPI_MAX_RECIPIENTS, PR_EMAPI_PRESET_W };
	static const ULONG identity[] = { PR_EMAPI_FROM_NAME_W, PR_EMAPI_FROM_ADDRESS_W,
		PR_EMAPI_ALLOW_FROM_W, PR_EMAPI_MAX_RECIPIENTS, PR_EMAPI_PRESET_W };
	HRESULT hr;

	hr = read_section(logon->support, NULL, settings, G_N_ELEMENTS(settings), &logon->settings);
	if (FAILED(hr))
		return hr;
	logon->setting_count = G_N_ELEMENTS(settings);
	hr = read_section(logon->support, &MUID_PROFILE_INSTANCE, identity, G_N_ELEMENTS(identity),
	    &logon->identity);
	if (SUCCEEDED(hr))
		logon->identity_count = G_N_ELEMENTS(identity);
	return hr;
}

/* --- Life --------------------------------------------------------------------------------------
 */

static void
switch_off(struct logon *self)
{
	xp_job_clear(self, &self->pending);
	xp_job_clear(self, &self->ready);
	if (self->on && self->xp.transport->logoff)
		self->xp.transport->logoff(&self->xp);
	self->on = false;
}

static void
logon_finalize(void *object)
{
	struct logon *self = object;

	switch_off(self);
	provstatus_finding_clear(&self->finding);
	mem_free(self->xp.settings);
	mem_free(self->xp.identity);
	COM_CLEAR(self->xp.support);
	g_mutex_clear(&self->lock);
}

static const struct com_interface logon_interfaces[] = {
	{ &IID_IXPLogon, offsetof(struct logon, ixplogon) },
	{ &iid_xp_ahead, offsetof(struct logon, iahead) },
	{ NULL, 0 },
};

static const struct com_class logon_class = {
	.name = "transport logon",
	.interfaces = logon_interfaces,
	.finalize = logon_finalize,
};

COM_UNKNOWN(logon, struct logon, ixplogon, IXPLogon)

/* --- Methods ------------------------------------------------------------------------------------
 */

/* The array lasts as long as the module, longer than asked for. */
static HRESULT
logon_AddressTypes(IXPLogon *This, ULONG *flags, ULONG *type_count, LPTSTR **types,
    ULONG *uid_count, LPMAPIUID **uids)
{
	const char *const *own = SELF(This)->xp.transport->types;

	if (!flags || !type_count || !types || !uid_count || !uids)
		return MAPI_E_INVALID_PARAMETER;
	*flags = 0; /* 8-bit text */
	*type_count = g_strv_length((gchar **)(uintptr_t)own);
	*types = (LPTSTR *)(uintptr_t)own;
	*uid_count = 0;
	*uids = NULL;
	return S_OK;
}

static HRESULT
logon_RegisterOptions(IXPLogon *This, ULONG *flags, ULONG *count, LPOPTIONDATA *options)
{
	if (!flags || !count || !options)
		return MAPI_E_INVALID_PARAMETER;
	*flags = 0;
	*count = 0;
	*options = NULL;
	return S_OK;
}

/* Nothing is deferred or waits inside, so there is nothing to cancel or flush. */
static HRESULT
logon_TransportNotify(IXPLogon *This, ULONG *flags, LPVOID *data)
{
	return flags ? S_OK : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
logon_Idle(IXPLogon *This, ULONG flags)
{
	struct logon *self = SELF(This);

	g_mutex_lock(&self->lock);
	if (self->on && self->xp.transport->idle)
		self->xp.transport->idle(&self->xp);
	g_mutex_unlock(&self->lock);
	return S_OK;
}

static HRESULT
logon_TransportLogoff(IXPLogon *This, ULONG flags)
{
	struct logon *self = SELF(This);

	g_mutex_lock(&self->lock);
	switch_off(self);
	g_mutex_unlock(&self->lock);
	return S_OK;
}

HRESULT
xp_logon_report(struct logon *self, IMessage *message, struct xp_recipients *recipients, HRESULT hr)
{
	if (FAILED(hr))
		log_warning(
		    "%s: a message could not be read: %s", self->xp.transport->name, hr_name(hr));
	/* What is known is told, also where the rest failed. */
	if (SUCCEEDED(hr))
		xp_set_remaining(
		    recipients, EMAPI_RETRY_TEMPORARY, 0, NULL, "not tried; emapi tries again");
	if (FAILED(hr))
		xp_recipients_report(self->xp.support, message, recipients);
	else
		hr = xp_recipients_report(self->xp.support, message, recipients);
	return hr;
}

/* A transport that cannot wait with the end of the data alone waits with all of it. */
static HRESULT
submit(struct logon *self, IMessage *message, struct xp_recipients *recipients)
{
	const struct xp_transport *transport = self->xp.transport;
	g_autofree char *why = NULL;

	if (!transport->prepare && FAILED(xp_hand_over(&self->xp, &why))) {
		xp_set_remaining(recipients, EMAPI_RETRY_TEMPORARY, 0, NULL, why);
		return S_OK;
	}
	return transport->submit(&self->xp, message, recipients);
}

static HRESULT
submit_locked(struct logon *self, IMessage *message)
{
	struct xp_recipients *recipients = NULL;
	HRESULT hr = xp_recipients_read(message, self->xp.transport->types, &recipients);

	if (FAILED(hr))
		return hr;
	if (recipients->list->len == 0) {
		hr = MAPI_E_NOT_ME;
		goto out;
	}
	if (xp_refuse_malformed(recipients) > 0)
		hr = submit(self, message, recipients);
	hr = xp_logon_report(self, message, recipients, hr);
out:
	xp_recipients_free(recipients);
	return hr;
}

static HRESULT
logon_SubmitMessage(
    IXPLogon *This, ULONG flags, LPMESSAGE message, ULONG_PTR *reference, ULONG_PTR *parameter)
{
	struct logon *self = SELF(This);
	HRESULT hr;

	if (!message || !reference || !parameter)
		return MAPI_E_INVALID_PARAMETER;
	*parameter = 0;
	g_mutex_lock(&self->lock);
	*reference = ++self->last_ref;
	hr = self->on ? submit_locked(self, message) : MAPI_E_END_OF_SESSION;
	g_mutex_unlock(&self->lock);
	return hr;
}

/* Each recipient's lot was told by StatusRecips; the spooler needs no advice on the message. */
static HRESULT
logon_EndMessage(IXPLogon *This, ULONG_PTR reference, ULONG *flags)
{
	if (!flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = 0;
	return S_OK;
}

static HRESULT
logon_Poll(IXPLogon *This, ULONG *incoming)
{
	if (!incoming)
		return MAPI_E_INVALID_PARAMETER;
	*incoming = 0;
	return S_OK;
}

static void
find(IXPLogon *This, struct provstatus_finding *out)
{
	struct logon *self = SELF(This);
	const struct provstatus_finding *finding = &self->finding;

	g_mutex_lock(&self->lock);
	out->hr = finding->hr;
	out->code = STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED;
	if (FAILED(finding->hr))
		out->code =
		    finding->hr == MAPI_E_NETWORK_ERROR ? STATUS_OFFLINE : (LONG)STATUS_FAILURE;
	out->text = g_strdup(finding->text);
	out->journey = finding->journey ? g_ptr_array_ref(finding->journey) : NULL;
	g_mutex_unlock(&self->lock);
}

static HRESULT
logon_ValidateState(IXPLogon *This, ULONG_PTR window, ULONG flags)
{
	struct logon *self = SELF(This);
	struct provstatus_finding *finding = &self->finding;
	HRESULT hr = MAPI_E_END_OF_SESSION;

	g_mutex_lock(&self->lock);
	if (self->on) {
		provstatus_finding_clear(finding);
		finding->journey = g_ptr_array_new_with_free_func(g_free);
		hr = self->xp.transport->check(&self->xp, finding->journey, &finding->text);
		finding->hr = hr;
	}
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
logon_OpenStatusEntry(
    IXPLogon *This, LPCIID iid, ULONG flags, ULONG *object_type, LPMAPISTATUS *out)
{
	struct logon *self = SELF(This);
	struct provstatus_source source = { .type = MAPI_TRANSPORT_PROVIDER,
		.name = self->xp.transport->name,
		.component = self->xp.transport->name,
		.support = self->xp.support,
		.logon = (IUnknown *)This,
		.find = find };

	if (!object_type)
		return MAPI_E_INVALID_PARAMETER;
	return provstatus_open(&source, iid, flags, object_type, (void **)out);
}

/* Nothing is queued here: the spooler has the queue. */
static HRESULT
logon_FlushQueues(IXPLogon *This, ULONG_PTR window, ULONG size, LPENTRYID transport, ULONG flags)
{
	return S_OK;
}

static const IXPLogonVtbl logon_vtbl = {
	.QueryInterface = logon_QueryInterface,
	.AddRef = logon_AddRef,
	.Release = logon_Release,
	.AddressTypes = logon_AddressTypes,
	.RegisterOptions = logon_RegisterOptions,
	.TransportNotify = logon_TransportNotify,
	.Idle = logon_Idle,
	.TransportLogoff = logon_TransportLogoff,
	.SubmitMessage = logon_SubmitMessage,
	.EndMessage = logon_EndMessage,
	.Poll = logon_Poll,
	.StartMessage = unsupported_IXPLogon_StartMessage,
	.OpenStatusEntry = logon_OpenStatusEntry,
	.ValidateState = logon_ValidateState,
	.FlushQueues = logon_FlushQueues,
};

HRESULT
xp_logon_create(
    const struct xp_transport *transport, IMAPISupport *support, IXPLogon **out, char **why)
{
	struct logon *self = com_create(&logon_class, sizeof *self);
	HRESULT hr;

	*out = NULL;
	*why = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->ixplogon.lpVtbl = &logon_vtbl;
	self->iahead.lpVtbl = &xp_ahead_vtbl;
	g_mutex_init(&self->lock);
	self->xp.transport = transport;
	self->xp.support = support;
	support->lpVtbl->AddRef(support);
	hr = load_settings(&self->xp);
	if (FAILED(hr))
		*why = g_strdup_printf("%s: its settings cannot be read from the profile: %s",
		    transport->name, hr_text(hr));
	if (SUCCEEDED(hr) && transport->logon)
		hr = transport->logon(&self->xp, why);
	if (FAILED(hr)) {
		com_release(&self->com);
		return hr;
	}
	self->on = true;
	*out = &self->ixplogon;
	return S_OK;
}
