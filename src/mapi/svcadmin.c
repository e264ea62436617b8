/* SPDX-License-Identifier: MIT */
/* IMsgServiceAdmin and IMsgServiceAdmin2: one object with the longer of the two vtables. */
#include "svcadmin.h"
#include <string.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "admintable.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "profsect.h"
#include "prop.h"
#include "provadmin.h"
#include "services.h"
#include "text.h"

struct svcadmin {
	struct com_object com;
	IMsgServiceAdmin2 iadmin;
	struct profile *profile;
	struct last_error error;
};

#define SELF(This) COM_OBJECT(This, struct svcadmin, iadmin)

static void
finalize(void *object)
{
	struct svcadmin *self = object;

	last_error_clear(&self->error);
	profile_unref(self->profile);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMsgServiceAdmin, offsetof(struct svcadmin, iadmin) },
	{ &IID_IMsgServiceAdmin2, offsetof(struct svcadmin, iadmin) },
	{ NULL, 0 },
};

static const struct com_class svcadmin_class = { "IMsgServiceAdmin", interfaces, finalize };

COM_UNKNOWN(svcadmin, struct svcadmin, iadmin, IMsgServiceAdmin2)

static HRESULT
svcadmin_GetLastError(IMsgServiceAdmin2 *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
svcadmin_GetMsgServiceTable(IMsgServiceAdmin2 *This, ULONG flags, LPMAPITABLE *out)
{
	return out ? admintable_services(SELF(This)->profile, flags, out)
		   : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
svcadmin_GetProviderTable(IMsgServiceAdmin2 *This, ULONG flags, LPMAPITABLE *out)
{
	return out ? admintable_providers(SELF(This)->profile, NULL, flags, out)
		   : MAPI_E_INVALID_PARAMETER;
}

/* --- Services ------------------------------------------------------------------------------ */

static HRESULT
svcadmin_CreateMsgServiceEx(IMsgServiceAdmin2 *This, LPTSTR service, LPTSTR display, ULONG_PTR ui,
    ULONG flags, LPMAPIUID uid)
{
	struct svcadmin *self = SELF(This);
	char *service_text = NULL, *display_text = NULL;
	HRESULT hr;

	if (!service)
		return MAPI_E_INVALID_PARAMETER;
	hr = text_from_arg(NULL, service, flags, &service_text);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, display, flags, &display_text);
	if (SUCCEEDED(hr))
		hr = services_create(self->profile, service_text, display_text, uid);
	if (FAILED(hr)) {
		char *why = hr == MAPI_E_NOT_FOUND
				? g_strdup_printf(
				      "mapisvc.inf has no message service \"%s\".", service_text)
				: NULL;

		last_error_set(&self->error, hr, why);
		g_free(why);
	}
	mem_free(service_text);
	mem_free(display_text);
	return hr;
}

static HRESULT
svcadmin_CreateMsgService(
    IMsgServiceAdmin2 *This, LPTSTR service, LPTSTR display, ULONG_PTR ui, ULONG flags)
{
	return svcadmin_CreateMsgServiceEx(This, service, display, ui, flags, NULL);
}

static HRESULT
svcadmin_DeleteMsgService(IMsgServiceAdmin2 *This, LPMAPIUID uid)
{
	return uid ? services_delete(SELF(This)->profile, uid) : MAPI_E_INVALID_PARAMETER;
}

static const IMsgServiceAdmin2Vtbl svcadmin_vtbl;

/* The profile that a copy goes to, by its own administration or by a session on it. */
static HRESULT
target_profile(void *object, struct profile **out)
{
	IUnknown *unknown = object;
	IMsgServiceAdmin2 *admin = NULL;
	IMAPISession *session = NULL;
	HRESULT hr = MAPI_E_INTERFACE_NOT_SUPPORTED;

	if (unknown->lpVtbl->QueryInterface(unknown, &IID_IMAPISession, (void **)&session) == S_OK)
		session->lpVtbl->AdminServices(session, 0, (IMsgServiceAdmin **)(void *)&admin);
	else
		unknown->lpVtbl->QueryInterface(unknown, &IID_IMsgServiceAdmin2, (void **)&admin);
	if (admin && admin->lpVtbl->AddRef == svcadmin_AddRef) {
		*out = profile_ref(SELF(admin)->profile);
		hr = S_OK;
	}
	COM_CLEAR(session);
	COM_CLEAR(admin);
	return hr;
}

static HRESULT
svcadmin_CopyMsgService(IMsgServiceAdmin2 *This, LPMAPIUID uid, LPTSTR display, LPCIID from,
    LPCIID to, LPVOID target, ULONG_PTR ui, ULONG flags)
{
	struct profile *other = NULL;
	char *text = NULL;
	HRESULT hr;

	if (!uid || !target)
		return MAPI_E_INVALID_PARAMETER;
	hr = text_from_arg(NULL, display, flags, &text);
	if (SUCCEEDED(hr))
		hr = target_profile(target, &other);
	if (SUCCEEDED(hr))
		hr = services_copy(SELF(This)->profile, uid, text, other, NULL);
	if (FAILED(hr))
		last_error_set(&SELF(This)->error, hr, NULL);
	profile_unref(other);
	mem_free(text);
	return hr;
}

static HRESULT
svcadmin_RenameMsgService(IMsgServiceAdmin2 *This, LPMAPIUID uid, ULONG flags, LPTSTR display)
{
	char *text = NULL;
	HRESULT hr;

	if (!uid || !display)
		return MAPI_E_INVALID_PARAMETER;
	hr = text_from_arg(NULL, display, flags, &text);
	if (SUCCEEDED(hr))
		hr = services_rename(SELF(This)->profile, uid, text);
	mem_free(text);
	return hr;
}

static HRESULT
svcadmin_ConfigureMsgService(IMsgServiceAdmin2 *This, LPMAPIUID uid, ULONG_PTR ui, ULONG flags,
    ULONG count, LPSPropValue values)
{
	struct svcadmin *self = SELF(This);
	HRESULT hr;

	if (!uid || (count && !values))
		return MAPI_E_INVALID_PARAMETER;
	hr = services_configure(self->profile, uid, count, values);
	if (hr == MAPI_E_UNCONFIGURED)
		last_error_set(&self->error, hr,
		    "The message service lacks a setting that mapisvc.inf names "
		    "as required; there are no dialogs: pass it as a property.");
	return hr;
}

static HRESULT
svcadmin_OpenProfileSection(
    IMsgServiceAdmin2 *This, LPMAPIUID uid, LPCIID iid, ULONG flags, LPPROFSECT *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	if (!uid)
		uid = (MAPIUID *)(uintptr_t)&MUID_PROFILE_INSTANCE;
	return profsect_open(SELF(This)->profile, uid, iid, flags, out);
}

static HRESULT
svcadmin_MsgServiceTransportOrder(IMsgServiceAdmin2 *This, ULONG count, LPMAPIUID uids, ULONG flags)
{
	if (!count || !uids || flags)
		return MAPI_E_INVALID_PARAMETER;
	return services_order(SELF(This)->profile, uids, count);
}

static HRESULT
svcadmin_AdminProviders(IMsgServiceAdmin2 *This, LPMAPIUID uid, ULONG flags, LPPROVIDERADMIN *out)
{
	if (!uid || !out)
		return MAPI_E_INVALID_PARAMETER;
	return provadmin_create(SELF(This)->profile, uid, out);
}

/* A mark: who the mail is from belongs to the profile here, not to one of its services. */
static HRESULT
svcadmin_SetPrimaryIdentity(IMsgServiceAdmin2 *This, LPMAPIUID uid, ULONG flags)
{
	return flags ? MAPI_E_UNKNOWN_FLAGS : services_set_primary(SELF(This)->profile, uid);
}

static const IMsgServiceAdmin2Vtbl svcadmin_vtbl = {
	.QueryInterface = svcadmin_QueryInterface,
	.AddRef = svcadmin_AddRef,
	.Release = svcadmin_Release,
	.GetLastError = svcadmin_GetLastError,
	.GetMsgServiceTable = svcadmin_GetMsgServiceTable,
	.CreateMsgService = svcadmin_CreateMsgService,
	.DeleteMsgService = svcadmin_DeleteMsgService,
	.CopyMsgService = svcadmin_CopyMsgService,
	.RenameMsgService = svcadmin_RenameMsgService,
	.ConfigureMsgService = svcadmin_ConfigureMsgService,
	.OpenProfileSection = svcadmin_OpenProfileSection,
	.MsgServiceTransportOrder = svcadmin_MsgServiceTransportOrder,
	.AdminProviders = svcadmin_AdminProviders,
	.SetPrimaryIdentity = svcadmin_SetPrimaryIdentity,
	.GetProviderTable = svcadmin_GetProviderTable,
	.CreateMsgServiceEx = svcadmin_CreateMsgServiceEx,
};

HRESULT
svcadmin_create(struct profile *profile, IMsgServiceAdmin **out)
{
	struct svcadmin *self = com_create(&svcadmin_class, sizeof *self);

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iadmin.lpVtbl = &svcadmin_vtbl;
	self->profile = profile_ref(profile);
	last_error_init(&self->error, "emapi profile");
	*out = (IMsgServiceAdmin *)(void *)&self->iadmin;
	return S_OK;
}
