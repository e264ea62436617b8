/* SPDX-License-Identifier: MIT */
/* Advise sinks around a callback (MAPI reference: HrAllocAdviseSink, HrDispatchNotifications). */
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "com.h"

struct sink {
	struct com_object com;
	IMAPIAdviseSink isink;
	LPNOTIFCALLBACK callback;
	void *context;
};

static const struct com_interface interfaces[] = {
	{ &IID_IMAPIAdviseSink, offsetof(struct sink, isink) },
	{ NULL, 0 },
};

static const struct com_class sink_class = { "IMAPIAdviseSink", interfaces, NULL };

COM_UNKNOWN(sink, struct sink, isink, IMAPIAdviseSink)

static ULONG
sink_OnNotify(IMAPIAdviseSink *This, ULONG count, LPNOTIFICATION notifications)
{
	struct sink *self = COM_OBJECT(This, struct sink, isink);

	return (ULONG)self->callback(self->context, count, notifications);
}

static const IMAPIAdviseSinkVtbl sink_vtbl = {
	.QueryInterface = sink_QueryInterface,
	.AddRef = sink_AddRef,
	.Release = sink_Release,
	.OnNotify = sink_OnNotify,
};

HRESULT
HrAllocAdviseSink(LPNOTIFCALLBACK callback, LPVOID context, LPMAPIADVISESINK *out)
{
	struct sink *self;

	if (!callback || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	self = com_create(&sink_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->isink.lpVtbl = &sink_vtbl;
	self->callback = callback;
	self->context = context;
	*out = &self->isink;
	return S_OK;
}
