/* SPDX-License-Identifier: MIT */
/* The IABProvider of all our address books: see abp.h. */
#include "abp_private.h"

#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"
#include "text.h"

struct provider {
	struct com_object com;
	IABProvider iabprovider;
	const struct abp_ops *ops;
};

#define SELF(This) COM_OBJECT(This, struct provider, iabprovider)

static const struct com_interface provider_interfaces[] = {
	{ &IID_IABProvider, offsetof(struct provider, iabprovider) },
	{ NULL, 0 },
};

static const struct com_class provider_class = {
	.name = "address book provider",
	.interfaces = provider_interfaces,
};

COM_UNKNOWN(provider, struct provider, iabprovider, IABProvider)

MAPIERROR *
abp_make_error(const struct abp_ops *ops, const char *text, HRESULT hr, ULONG flags)
{
	MAPIERROR *error = mem_zalloc(NULL, sizeof *error);

	if (!error)
		return NULL;
	error->ulVersion = MAPI_ERROR_VERSION;
	error->ulLowLevelError = (ULONG)hr;
	if (flags & MAPI_UNICODE) {
		error->lpszError = (LPTSTR)(void *)text_to_utf16(error, text);
		error->lpszComponent = (LPTSTR)(void *)text_to_utf16(error, ops->component);
	} else {
		error->lpszError = (LPTSTR)(void *)mem_strdup(error, text);
		error->lpszComponent = (LPTSTR)(void *)mem_strdup(error, ops->component);
	}
	return error;
}

static HRESULT
provider_Shutdown(IABProvider *This, ULONG *flags)
{
	return S_OK;
}

static HRESULT
provider_Logon(IABProvider *This, LPMAPISUP support, ULONG_PTR ui, LPTSTR profile, ULONG flags,
    ULONG *security_size, LPBYTE *security, LPMAPIERROR *error, LPABLOGON *out)
{
	const struct abp_ops *ops = SELF(This)->ops;
	g_autofree char *why = NULL;
	HRESULT hr;

	if (!support || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (error)
		*error = NULL;
	if (security_size)
		*security_size = 0;
	if (security)
		*security = NULL;
	hr = abp_logon_create(ops, support, out, &why);
	if (FAILED(hr) && error && why)
		*error = abp_make_error(ops, why, hr, flags);
	return hr;
}

static const IABProviderVtbl provider_vtbl = {
	.QueryInterface = provider_QueryInterface,
	.AddRef = provider_AddRef,
	.Release = provider_Release,
	.Shutdown = provider_Shutdown,
	.Logon = provider_Logon,
};

HRESULT
abp_provider_init(
    const struct abp_ops *ops, ULONG mapi_version, ULONG *provider_version, IABProvider **out)
{
	struct provider *self;

	if (!provider_version || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	*provider_version = CURRENT_SPI_VERSION;
	if (mapi_version < CURRENT_SPI_VERSION)
		return MAPI_E_VERSION;
	self = com_create(&provider_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iabprovider.lpVtbl = &provider_vtbl;
	self->ops = ops;
	*out = &self->iabprovider;
	return S_OK;
}
