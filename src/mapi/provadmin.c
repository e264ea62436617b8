/* SPDX-License-Identifier: MIT */
/* IProviderAdmin (MAPI reference: IProviderAdmin : IUnknown). */
#include "provadmin.h"
#include <mapicode.h>
#include <mapiguid.h>
#include "admintable.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "profsect.h"
#include "services.h"
#include "text.h"

struct provadmin {
	struct com_object com;
	IProviderAdmin iadmin;
	struct profile *profile;
	MAPIUID service;
	struct last_error error;
};

#define SELF(This) COM_OBJECT(This, struct provadmin, iadmin)

static void
finalize(void *object)
{
	struct provadmin *self = object;

	last_error_clear(&self->error);
	profile_unref(self->profile);
}

static const struct com_interface interfaces[] = {
	{ &IID_IProviderAdmin, offsetof(struct provadmin, iadmin) },
	{ NULL, 0 },
};

static const struct com_class provadmin_class = { "IProviderAdmin", interfaces, finalize };

COM_UNKNOWN(provadmin, struct provadmin, iadmin, IProviderAdmin)

static HRESULT
provadmin_GetLastError(IProviderAdmin *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
provadmin_GetProviderTable(IProviderAdmin *This, ULONG flags, LPMAPITABLE *out)
{
	struct provadmin *self = SELF(This);

	return out ? admintable_providers(self->profile, &self->service, flags, out)
		   : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
provadmin_CreateProvider(IProviderAdmin *This, LPTSTR provider, ULONG count, LPSPropValue values,
    ULONG_PTR ui, ULONG flags, MAPIUID *uid)
{
	struct provadmin *self = SELF(This);
	char *text = NULL;
	HRESULT hr;

	if (!provider || (count && !values))
		return MAPI_E_INVALID_PARAMETER;
	hr = text_from_arg(NULL, provider, flags, &text);
	if (SUCCEEDED(hr))
		hr = services_add_provider(self->profile, &self->service, text, count, values, uid);
	if (FAILED(hr))
		last_error_set(&self->error, hr, NULL);
	mem_free(text);
	return hr;
}

static HRESULT
provadmin_DeleteProvider(IProviderAdmin *This, LPMAPIUID uid)
{
	struct provadmin *self = SELF(This);

	return uid ? services_delete_provider(self->profile, &self->service, uid)
		   : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
provadmin_OpenProfileSection(
    IProviderAdmin *This, LPMAPIUID uid, LPCIID iid, ULONG flags, LPPROFSECT *out)
{
	struct provadmin *self = SELF(This);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	return profsect_open(self->profile, uid ? uid : &self->service, iid, flags, out);
}

static const IProviderAdminVtbl provadmin_vtbl = {
	.QueryInterface = provadmin_QueryInterface,
	.AddRef = provadmin_AddRef,
	.Release = provadmin_Release,
	.GetLastError = provadmin_GetLastError,
	.GetProviderTable = provadmin_GetProviderTable,
	.CreateProvider = provadmin_CreateProvider,
	.DeleteProvider = provadmin_DeleteProvider,
	.OpenProfileSection = provadmin_OpenProfileSection,
};

HRESULT
provadmin_create(struct profile *profile, const MAPIUID *service, IProviderAdmin **out)
{
	struct provadmin *self;
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	*out = NULL;
	hr = profile_section_read(profile, service, &values, &count);
	mem_free(values);
	if (FAILED(hr))
		return hr;
	self = com_create(&provadmin_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iadmin.lpVtbl = &provadmin_vtbl;
	self->profile = profile_ref(profile);
	self->service = *service;
	last_error_init(&self->error, "emapi profile");
	*out = &self->iadmin;
	return S_OK;
}
