/* SPDX-License-Identifier: MIT */
/* The recorder of object.h: only methods that the tests call are there. */
#include "object.h"

static HRESULT
recorder_QueryInterface(IMessage *self, REFIID iid, LPVOID *out)
{
	struct recorder *recorder = (struct recorder *)self;

	recorder->method = "QueryInterface";
	recorder->iid = *iid;
	*out = self;
	return S_OK;
}

static ULONG
recorder_Release(IMessage *self)
{
	((struct recorder *)self)->method = "Release";
	return 7;
}

static HRESULT
recorder_GetProps(IMessage *self, LPSPropTagArray tags, ULONG flags, ULONG *count,
	LPSPropValue *values)
{
	struct recorder *recorder = (struct recorder *)self;

	recorder->method = "GetProps";
	recorder->flags = flags;
	recorder->pointer = tags;
	*count = 0;
	*values = NULL;
	return MAPI_W_ERRORS_RETURNED;
}

static HRESULT
recorder_GetIDsFromNames(IMessage *self, ULONG count, LPMAPINAMEID *names, ULONG flags,
	LPSPropTagArray *tags)
{
	struct recorder *recorder = (struct recorder *)self;

	(void)count;
	(void)names;
	recorder->method = "GetIDsFromNames";
	recorder->flags = flags;
	*tags = NULL;
	return S_OK;
}

static HRESULT
recorder_ModifyRecipients(IMessage *self, ULONG flags, LPADRLIST mods)
{
	struct recorder *recorder = (struct recorder *)self;

	recorder->method = "ModifyRecipients";
	recorder->flags = flags;
	recorder->pointer = mods;
	return S_OK;
}

static HRESULT
recorder_SetReadFlag(IMessage *self, ULONG flags)
{
	struct recorder *recorder = (struct recorder *)self;

	recorder->method = "SetReadFlag";
	recorder->flags = flags;
	return MAPI_E_NO_SUPPORT;
}

static const IMessageVtbl recorder_vtbl = {
	.QueryInterface = recorder_QueryInterface,
	.Release = recorder_Release,
	.GetProps = recorder_GetProps,
	.GetIDsFromNames = recorder_GetIDsFromNames,
	.ModifyRecipients = recorder_ModifyRecipients,
	.SetReadFlag = recorder_SetReadFlag,
};

struct recorder *
recorder_reset(void)
{
	static struct recorder recorder;

	memset(&recorder, 0, sizeof(recorder));
	recorder.vtbl = &recorder_vtbl;
	return &recorder;
}

ULONG
sink_notify(LPMAPIADVISESINK sink, ULONG count, LPNOTIFICATION notifications)
{
	return sink->lpVtbl->OnNotify(sink, count, notifications);
}
