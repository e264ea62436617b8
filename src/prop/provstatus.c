/* SPDX-License-Identifier: MIT */
/* The status object of a provider's logon: see provstatus.h. */
#include "provstatus.h"

#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
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
	HRESULT found; /* by the last ValidateState */
	char *why;
};

#define SELF(This) COM_OBJECT(This, struct provstatus, istatus)

static void
finalize(void *object)
{
	struct provstatus *self = object;

	bag_free(self->bag);
	g_free(self->why);
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

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
status_GetProps(
    IMAPIStatus *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct provstatus *self = SELF(This);
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
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
	g_mutex_lock(&self->lock);
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
		error->lpszError = (LPTSTR)(void *)text_to_utf16(error, self->why);
		error->lpszComponent = (LPTSTR)(void *)text_to_utf16(error, self->source.component);
	} else {
		error->lpszError = (LPTSTR)(void *)mem_strdup(error, self->why);
		error->lpszComponent = (LPTSTR)(void *)mem_strdup(error, self->source.component);
	}
	return error;
}

/* The sentence of the last ValidateState, as long as it is about this result. */
static HRESULT
status_GetLastError(IMAPIStatus *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	struct provstatus *self = SELF(This);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	g_mutex_lock(&self->lock);
	if (self->why && self->found == hr)
		*out = make_error(self, flags);
	g_mutex_unlock(&self->lock);
	return S_OK;
}

/* `why` is taken over. */
static HRESULT
note_finding(struct provstatus *self, HRESULT hr, char *why)
{
	LONG code = FAILED(hr) ? (LONG)STATUS_FAILURE : STATUS_AVAILABLE;
	HRESULT noted;

	g_mutex_lock(&self->lock);
	g_free(self->why);
	self->why = why;
	self->found = hr;
	noted = bag_set_long(self->bag, PR_STATUS_CODE, code);
	if (SUCCEEDED(noted))
		noted = bag_set_text(self->bag, PR_STATUS_STRING_W, why ? why : "");
	g_mutex_unlock(&self->lock);
	return FAILED(hr) ? hr : noted;
}

static HRESULT
status_ValidateState(IMAPIStatus *This, ULONG_PTR ui, ULONG flags)
{
	struct provstatus *self = SELF(This);
	char *why = NULL;
	HRESULT hr;

	if (flags & ~(ULONG)(SUPPRESS_UI | CONFIG_CHANGED))
		return MAPI_E_UNKNOWN_FLAGS; /* the others are about remote transports */
	hr = self->source.validate(self->source.logon, &why);
	if (FAILED(hr) && !why)
		why = g_strdup_printf("\"%s\" cannot be used: %s.", self->source.name, hr_text(hr));
	return note_finding(self, hr, why);
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
	.CopyTo = status_CopyTo,
	.CopyProps = status_CopyProps,
	.GetNamesFromIDs = unsupported_IMAPIStatus_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IMAPIStatus_GetIDsFromNames,
	.ValidateState = status_ValidateState,
	.SettingsDialog = unsupported_IMAPIStatus_SettingsDialog,
	.ChangePassword = unsupported_IMAPIStatus_ChangePassword,
	.FlushQueues = unsupported_IMAPIStatus_FlushQueues,
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
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_PROVIDER_DLL_NAME_W, source->module);
	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(numbers); i++)
		hr = bag_set_long(bag, numbers[i].tag, numbers[i].value);
	return hr;
}

static HRESULT
fill(struct provstatus *self, const struct provstatus_source *source)
{
	HRESULT hr;

	g_mutex_init(&self->lock);
	self->source = *source;
	self->source.support->lpVtbl->AddRef(source->support);
	self->source.logon->lpVtbl->AddRef(source->logon);
	self->source.name = self->name = g_strdup(source->name);
	self->bag = bag_create();
	hr = self->bag ? describe(self->bag, source) : MAPI_E_NOT_ENOUGH_MEMORY;
	return SUCCEEDED(hr) ? note_finding(self, S_OK, NULL) : hr;
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
	self->istatus.lpVtbl = &status_vtbl;
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
