/* SPDX-License-Identifier: MIT */
/* Messages one after the other: see xpahead.h. */
#include "xp_private.h"

#include <mapicode.h>

#define SELF(This) COM_OBJECT(This, struct logon, iahead)

COM_UNKNOWN(ahead, struct logon, iahead, struct xp_ahead)

void
xp_job_clear(struct logon *logon, struct xp_job *job)
{
	if (job->made)
		logon->xp.transport->drop(&logon->xp, job->made);
	xp_recipients_free(job->recipients);
	if (job->message)
		job->message->lpVtbl->Release(job->message);
	*job = (struct xp_job){ NULL, NULL, NULL };
}

/* Nobody is refused beforehand: such a message goes the usual way. */
static HRESULT
prepare(struct logon *self, IMessage *message, const SRowSet *rows)
{
	const struct xp_transport *transport = self->xp.transport;
	struct xp_job *job = &self->ready;

	if (!self->on || !transport->prepare ||
	    FAILED(xp_recipients_take(rows, transport->types, &job->recipients)))
		return S_FALSE;
	if (job->recipients->list->len == rows->cRows &&
	    xp_refuse_malformed(job->recipients) == rows->cRows)
		job->made = transport->prepare(&self->xp, message, job->recipients);
	if (!job->made) {
		xp_job_clear(self, job);
		return S_FALSE;
	}
	job->message = message;
	message->lpVtbl->AddRef(message);
	if (self->pending.made)
		transport->ahead(&self->xp, job->made);
	return S_OK;
}

static HRESULT
ahead_Prepare(struct xp_ahead *This, IMessage *message, const SRowSet *rows)
{
	struct logon *self = SELF(This);
	HRESULT hr;

	if (!message || !rows || rows->cRows == 0)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
	xp_job_clear(self, &self->ready);
	hr = prepare(self, message, rows);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
finish(struct logon *self, HRESULT hr)
{
	hr = xp_logon_report(self, self->pending.message, self->pending.recipients, hr);
	xp_job_clear(self, &self->pending);
	return hr;
}

static HRESULT
begin(struct logon *self, BOOL *pending)
{
	bool waits = false;
	HRESULT hr;

	if (!self->ready.made || self->pending.made)
		return MAPI_E_CALL_FAILED;
	self->pending = self->ready;
	self->ready = (struct xp_job){ NULL, NULL, NULL };
	hr = self->xp.transport->begin(&self->xp, self->pending.made, &waits);
	*pending = SUCCEEDED(hr) && waits;
	return *pending ? S_OK : finish(self, hr);
}

static HRESULT
ahead_Begin(struct xp_ahead *This, BOOL *pending)
{
	struct logon *self = SELF(This);
	HRESULT hr;

	if (!pending)
		return MAPI_E_INVALID_PARAMETER;
	*pending = FALSE;
	g_mutex_lock(&self->lock);
	hr = begin(self, pending);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
ahead_End(struct xp_ahead *This)
{
	struct logon *self = SELF(This);
	HRESULT hr = MAPI_E_CALL_FAILED;

	g_mutex_lock(&self->lock);
	if (self->pending.made) {
		hr = self->xp.transport->end(&self->xp, self->pending.made);
		hr = finish(self, hr);
	}
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
ahead_Forget(struct xp_ahead *This)
{
	struct logon *self = SELF(This);

	g_mutex_lock(&self->lock);
	xp_job_clear(self, &self->ready);
	g_mutex_unlock(&self->lock);
	return S_OK;
}

const struct xp_ahead_vtbl xp_ahead_vtbl = {
	.QueryInterface = ahead_QueryInterface,
	.AddRef = ahead_AddRef,
	.Release = ahead_Release,
	.Prepare = ahead_Prepare,
	.Begin = ahead_Begin,
	.End = ahead_End,
	.Forget = ahead_Forget,
};
