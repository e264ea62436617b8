/* SPDX-License-Identifier: MIT */
/* The status object of a provider's logon: see provstatus.h. */
#include "provstatus.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapitags.h>
#include "bag.h"
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "text.h"
#include "unsupported.h"

struct provstatus {
	struct com_object com;
	IMAPIStatus istatus;
	struct provstatus_source source;
	char *name;
	GMutex lock; /* over what follows */
	struct bag *bag;
	struct provstatus_finding finding;
};

#define SELF(This) COM_OBJECT(This, struct provstatus, istatus)

static void
finalize(void *object)
{
	struct provstatus *self = object;

	bag_free(self->bag);
	provstatus_finding_clear(&self->finding);
	g_free(self->name);
	g_mutex_clear(&self->lock);
	COM_CLEAR(self->source.support);
	COM_CLEAR(self->source.logon);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPIStatus, offsetof(struct provstatus, istatus) },
	{ &IID_IMAPIProp, offsetof(struct provstatus, istatus) },
	{ NULL, 0 },
};

static const struct com_class provstatus_class = { "IMAPIStatus", interfaces, finalize };

COM_UNKNOWN(status, struct provstatus, istatus, IMAPIStatus)

/* --- What was found ------------------------------------------------------------------------ */

void
provstatus_finding_clear(struct provstatus_finding *finding)
{
	g_clear_pointer(&finding->text, g_free);
	g_clear_pointer(&finding->journey, g_ptr_array_unref);
}

static HRESULT
put_journey(struct bag *bag, const GPtrArray *journey)
{
	SPropValue value = { .ulPropTag = PR_EMAPI_JOURNEY_W };
	WCHAR **lines = mem_zalloc(NULL, (journey->len + 1) * sizeof *lines);
	HRESULT hr = lines ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (guint i = 0; SUCCEEDED(hr) && i < journey->len; i++) {
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

/* Under the lock; what is found is taken over. */
static HRESULT
note(struct provstatus *self, struct provstatus_finding *found)
{
	HRESULT hr;

	provstatus_finding_clear(&self->finding);
	self->finding = *found;
	hr = bag_set_long(self->bag, PR_STATUS_CODE, found->code);
	if (SUCCEEDED(hr))
		hr = bag_set_text(self->bag, PR_STATUS_STRING_W, found->text ? found->text : "");
	bag_remove(self->bag, PR_EMAPI_JOURNEY_W);
	if (SUCCEEDED(hr) && found->journey && found->journey->len > 0)
		hr = put_journey(self->bag, found->journey);
	return hr;
}

/* Asks the logon, where that knows itself. */
static HRESULT
refresh(struct provstatus *self)
{
	struct provstatus_finding found = { 0 };

	if (!self->source.find)
		return S_OK;
	self->source.find((IXPLogon *)self->source.logon, &found);
	return note(self, &found);
}

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
status_GetProps(
    IMAPIStatus *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct provstatus *self = SELF(This);
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	g_mutex_lock(&self->lock);
	hr = refresh(self);
	if (SUCCEEDED(hr))
		hr = bag_get_props(self->bag, tags, flags, count, out);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
status_GetPropList(IMAPIStatus *This, ULONG flags, LPSPropTagArray *out)
{
	struct provstatus *self = SELF(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	g_mutex_lock(&self->lock);
	hr = refresh(self);
	if (SUCCEEDED(hr))
		hr = bag_get_prop_list(self->bag, flags, out);
	g_mutex_unlock(&self->lock);
	return hr;
}

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

static HRESULT
status_CopyTo(IMAPIStatus *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	IMAPISupport *support = SELF(This)->source.support;

	if (flags & MAPI_MOVE)
		return MAPI_E_NO_ACCESS;
	return support->lpVtbl->DoCopyTo(support, &IID_IMAPIStatus, This, excluded, excluded_iids,
	    exclude, ui, progress, iid, target, flags, problems);
}

static HRESULT
status_CopyProps(IMAPIStatus *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	IMAPISupport *support = SELF(This)->source.support;

	if (flags & MAPI_MOVE)
		return MAPI_E_NO_ACCESS;
	return support->lpVtbl->DoCopyProps(
	    support, &IID_IMAPIStatus, This, include, ui, progress, iid, target, flags, problems);
}

/* --- State --------------------------------------------------------------------------------- */

static MAPIERROR *
make_error(const struct provstatus *self, ULONG flags)
{
	MAPIERROR *error = mem_zalloc(NULL, sizeof *error);

	if (!error)
		return NULL;
	error->ulVersion = MAPI_ERROR_VERSION;
	if (flags & MAPI_UNICODE) {
		error->lpszError = (LPTSTR)(void *)text_to_utf16(error, self->finding.text);
		error->lpszComponent = (LPTSTR)(void *)text_to_utf16(error, self->source.component);
	} else {
		error->lpszError = (LPTSTR)(void *)mem_strdup(error, self->finding.text);
		error->lpszComponent = (LPTSTR)(void *)mem_strdup(error, self->source.component);
	}
	return error;
}

/* The sentence of the last ValidateState, as long as it is about this result. */
static HRESULT
status_GetLastError(IMAPIStatus *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	struct provstatus *self = SELF(This);
	HRESULT result;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	g_mutex_lock(&self->lock);
	result = refresh(self);
	if (SUCCEEDED(result) && self->finding.text && self->finding.hr == hr)
		*out = make_error(self, flags);
	g_mutex_unlock(&self->lock);
	return result;
}

static HRESULT
status_ValidateState(IMAPIStatus *This, ULONG_PTR ui, ULONG flags)
{
	struct provstatus *self = SELF(This);
	struct provstatus_finding found = { 0 };
	IXPLogon *transport = (IXPLogon *)self->source.logon;
	HRESULT hr;

	if (self->source.find)
		return transport->lpVtbl->ValidateState(transport, ui, flags);
	if (flags & ~(ULONG)(SUPPRESS_UI | CONFIG_CHANGED))
		return MAPI_E_UNKNOWN_FLAGS; /* the others are about remote transports */
	found.hr = self->source.validate(self->source.logon, &found.text);
	found.code = FAILED(found.hr) ? (LONG)STATUS_FAILURE : STATUS_AVAILABLE;
	if (FAILED(found.hr) && !found.text)
		found.text = g_strdup_printf(
		    "\"%s\" cannot be used: %s.", self->source.name, hr_text(found.hr));
	g_mutex_lock(&self->lock);
	hr = note(self, &found);
	g_mutex_unlock(&self->lock);
	return FAILED(found.hr) ? found.hr : hr;
}

/* Only a transport has queues. */
static HRESULT
transport_FlushQueues(IMAPIStatus *This, ULONG_PTR ui, ULONG size, LPENTRYID transport, ULONG flags)
{
	IXPLogon *logon = (IXPLogon *)SELF(This)->source.logon;

	return logon->lpVtbl->FlushQueues(logon, ui, size, transport, flags);
}

/* clang-format off */
#define METHODS \
	.QueryInterface = status_QueryInterface, \
	.AddRef = status_AddRef, \
	.Release = status_Release, \
	.GetLastError = status_GetLastError, \
	.SaveChanges = status_SaveChanges, \
	.GetProps = status_GetProps, \
	.GetPropList = status_GetPropList, \
	.OpenProperty = unsupported_IMAPIStatus_OpenProperty, \
	.SetProps = status_SetProps, \
	.DeleteProps = status_DeleteProps, \
	.CopyTo = status_CopyTo, \
	.CopyProps = status_CopyProps, \
	.GetNamesFromIDs = unsupported_IMAPIStatus_GetNamesFromIDs, \
	.GetIDsFromNames = unsupported_IMAPIStatus_GetIDsFromNames, \
	.ValidateState = status_ValidateState, \
	.SettingsDialog = unsupported_IMAPIStatus_SettingsDialog, \
	.ChangePassword = unsupported_IMAPIStatus_ChangePassword
/* clang-format on */

static const IMAPIStatusVtbl status_vtbl = {
	METHODS,
	.FlushQueues = unsupported_IMAPIStatus_FlushQueues,
};

static const IMAPIStatusVtbl transport_vtbl = {
	METHODS,
	.FlushQueues = transport_FlushQueues,
};

/* --- The object ---------------------------------------------------------------------------- */

static HRESULT
describe(struct bag *bag, const struct provstatus_source *source)
{
	const struct {
		ULONG tag;
		LONG value;
	} numbers[] = { { PR_OBJECT_TYPE, MAPI_STATUS }, { PR_RESOURCE_TYPE, source->type },
		{ PR_RESOURCE_FLAGS, 0 }, { PR_RESOURCE_METHODS, STATUS_VALIDATE_STATE } };
	HRESULT hr = bag_set_text(bag, PR_DISPLAY_NAME_W, source->name);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DISPLAY_W, source->name);
	if (SUCCEEDED(hr) && source->module)
		hr = bag_set_text(bag, PR_PROVIDER_DLL_NAME_W, source->module);
	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(numbers); i++)
		hr = bag_set_long(bag, numbers[i].tag, numbers[i].value);
	return hr;
}

static HRESULT
fill(struct provstatus *self, const struct provstatus_source *source)
{
	struct provstatus_finding nothing = { .code = STATUS_AVAILABLE };
	HRESULT hr;

	g_mutex_init(&self->lock);
	self->source = *source;
	self->source.support->lpVtbl->AddRef(source->support);
	self->source.logon->lpVtbl->AddRef(source->logon);
	self->source.name = self->name = g_strdup(source->name);
	self->bag = bag_create();
	hr = self->bag ? describe(self->bag, source) : MAPI_E_NOT_ENOUGH_MEMORY;
	return SUCCEEDED(hr) ? note(self, &nothing) : hr;
}

HRESULT
provstatus_open(
    const struct provstatus_source *source, const IID *iid, ULONG flags, ULONG *type, void **out)
{
	struct provstatus *self;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_MODIFY)
		return MAPI_E_UNKNOWN_FLAGS;
	self = com_create(&provstatus_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->istatus.lpVtbl = source->find ? &transport_vtbl : &status_vtbl;
	hr = fill(self, source);
	if (SUCCEEDED(hr)) {
		hr = com_query_interface(&self->com, iid ? iid : &IID_IMAPIStatus, out);
		hr = FAILED(hr) ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
	}
	com_release(&self->com);
	if (SUCCEEDED(hr) && type)
		*type = MAPI_STATUS;
	return hr;
}
