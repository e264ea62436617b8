/* SPDX-License-Identifier: MIT */
/*
 * The status object of a transport: IMAPIStatus::ValidateState asks the world outside whether mail
 * could go out now, GetProps and GetLastError tell what came of it (imapistatusimapiprop.md).
 */
#include "xp_private.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>

#include "bag.h"
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "text.h"
#include "unsupported.h"

struct status {
	struct com_object com;
	IMAPIStatus imapistatus;
	IXPLogon *logon;
	const char *name;
};

#define SELF(This) COM_OBJECT(This, struct status, imapistatus)

static void
status_finalize(void *object)
{
	struct status *self = object;

	COM_CLEAR(self->logon);
}

static const struct com_interface status_interfaces[] = {
	{ &IID_IMAPIStatus, offsetof(struct status, imapistatus) },
	{ &IID_IMAPIProp, offsetof(struct status, imapistatus) },
	{ NULL, 0 },
};

static const struct com_class status_class = {
	.name = "transport status",
	.interfaces = status_interfaces,
	.finalize = status_finalize,
};

COM_UNKNOWN(status, struct status, imapistatus, IMAPIStatus)

static HRESULT
put_journey(struct bag *bag, const GPtrArray *journey)
{
	SPropValue value = { .ulPropTag = PR_EMAPI_JOURNEY_W };
	WCHAR **lines = mem_zalloc(NULL, (journey->len + 1) * sizeof *lines);
	HRESULT hr = S_OK;
	guint i;

	if (!lines)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < journey->len && SUCCEEDED(hr); i++) {
		lines[i] = text_to_utf16(lines, g_ptr_array_index(journey, i));
		hr = lines[i] ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	value.Value.MVszW.cValues = journey->len;
	value.Value.MVszW.lppszW = lines;
	if (SUCCEEDED(hr))
		hr = bag_set(bag, &value);
	mem_free(lines);
	return hr;
}

static HRESULT
put_finding(struct bag *bag, const struct xp_finding *finding)
{
	LONG code = STATUS_AVAILABLE | STATUS_OUTBOUND_ENABLED;
	HRESULT hr;

	if (FAILED(finding->hr))
		code = finding->hr == MAPI_E_NETWORK_ERROR ? STATUS_OFFLINE : (LONG)STATUS_FAILURE;
	hr = bag_set_long(bag, PR_STATUS_CODE, code);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_STATUS_STRING_W, finding->text ? finding->text : "");
	if (SUCCEEDED(hr) && finding->journey && finding->journey->len > 0)
		hr = put_journey(bag, finding->journey);
	return hr;
}

static HRESULT
make_bag(struct status *self, struct bag **out)
{
	struct xp_finding finding = { 0 };
	struct bag *bag = bag_create();
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	xp_logon_finding(self->logon, &finding);
	hr = put_finding(bag, &finding);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_STATUS);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_TYPE, MAPI_TRANSPORT_PROVIDER);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RESOURCE_METHODS, STATUS_VALIDATE_STATE);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, self->name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DISPLAY_W, self->name);
	xp_finding_clear(&finding);
	if (SUCCEEDED(hr))
		*out = bag;
	else
		bag_free(bag);
	return hr;
}

static HRESULT
status_GetProps(
    IMAPIStatus *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct bag *bag = NULL;
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	hr = make_bag(SELF(This), &bag);
	if (FAILED(hr))
		return hr;
	hr = bag_get_props(bag, tags, flags, count, out);
	bag_free(bag);
	return hr;
}

static HRESULT
status_GetPropList(IMAPIStatus *This, ULONG flags, LPSPropTagArray *out)
{
	struct bag *bag = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = make_bag(SELF(This), &bag);
	if (FAILED(hr))
		return hr;
	hr = bag_get_prop_list(bag, flags, out);
	bag_free(bag);
	return hr;
}

/* The sentence of the last ValidateState, as long as it is about this result. */
static HRESULT
status_GetLastError(IMAPIStatus *This, HRESULT result, ULONG flags, LPMAPIERROR *out)
{
	struct xp_finding finding = { 0 };
	MAPIERROR *error = NULL;
	HRESULT hr = S_OK;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	xp_logon_finding(SELF(This)->logon, &finding);
	if (!finding.text || finding.hr != result)
		goto out;
	hr = MAPI_E_NOT_ENOUGH_MEMORY;
	error = mem_zalloc(NULL, sizeof *error);
	if (!error)
		goto out;
	error->ulVersion = MAPI_ERROR_VERSION;
	error->lpszError = flags & MAPI_UNICODE ? (LPTSTR)text_to_utf16(error, finding.text)
						: (LPTSTR)mem_strdup(error, finding.text);
	if (!error->lpszError)
		goto out;
	*out = error;
	error = NULL;
	hr = S_OK;
out:
	mem_free(error);
	xp_finding_clear(&finding);
	return hr;
}

static HRESULT
status_ValidateState(IMAPIStatus *This, ULONG_PTR window, ULONG flags)
{
	IXPLogon *logon = SELF(This)->logon;

	return logon->lpVtbl->ValidateState(logon, window, flags);
}

static HRESULT
status_FlushQueues(
    IMAPIStatus *This, ULONG_PTR window, ULONG size, LPENTRYID transport, ULONG flags)
{
	IXPLogon *logon = SELF(This)->logon;

	return logon->lpVtbl->FlushQueues(logon, window, size, transport, flags);
}

/* Nobody but the transport writes here. */
static HRESULT
status_SaveChanges(IMAPIStatus *This, ULONG flags)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
status_SetProps(IMAPIStatus *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static HRESULT
status_DeleteProps(IMAPIStatus *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	return MAPI_E_NO_ACCESS;
}

static const IMAPIStatusVtbl status_vtbl = {
	.QueryInterface = status_QueryInterface,
	.AddRef = status_AddRef,
	.Release = status_Release,
	.GetLastError = status_GetLastError,
	.SaveChanges = status_SaveChanges,
	.GetProps = status_GetProps,
	.GetPropList = status_GetPropList,
	.OpenProperty = unsupported_IMAPIStatus_OpenProperty,
	.SetProps = status_SetProps,
	.DeleteProps = status_DeleteProps,
	.CopyTo = unsupported_IMAPIStatus_CopyTo,
	.CopyProps = unsupported_IMAPIStatus_CopyProps,
	.GetNamesFromIDs = unsupported_IMAPIStatus_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IMAPIStatus_GetIDsFromNames,
	.ValidateState = status_ValidateState,
	.SettingsDialog = unsupported_IMAPIStatus_SettingsDialog,
	.ChangePassword = unsupported_IMAPIStatus_ChangePassword,
	.FlushQueues = status_FlushQueues,
};

HRESULT
xp_status_create(IXPLogon *logon, const char *name, IMAPIStatus **out)
{
	struct status *self = com_create(&status_class, sizeof *self);

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->imapistatus.lpVtbl = &status_vtbl;
	self->logon = logon;
	self->name = name;
	logon->lpVtbl->AddRef(logon);
	*out = &self->imapistatus;
	return S_OK;
}
