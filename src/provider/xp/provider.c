/* SPDX-License-Identifier: MIT */
/* The IXPProvider of all our transports: see xp.h. */
#include "xp_private.h"

#include <mapicode.h>
#include <mapiguid.h>

#include "com.h"
#include "mem.h"
#include "text.h"

struct provider {
	struct com_object com;
	IXPProvider ixpprovider;
	const struct xp_transport *transport;
};

#define SELF(This) COM_OBJECT(This, struct provider, ixpprovider)

static const struct com_interface provider_interfaces[] = {
	{ &IID_IXPProvider, offsetof(struct provider, ixpprovider) },
	{ NULL, 0 },
};

static const struct com_class provider_class = {
	.name = "transport provider",
	.interfaces = provider_interfaces,
};

COM_UNKNOWN(provider, struct provider, ixpprovider, IXPProvider)

static HRESULT
provider_Shutdown(IXPProvider *This, ULONG *flags)
{
	return S_OK;
}

/* The sentence as MAPI hands it on; without memory for it the code alone must do. */
static MAPIERROR *
make_error(const char *component, const char *text, ULONG flags)
{
	MAPIERROR *error = mem_zalloc(NULL, sizeof *error);

	if (!error)
		return NULL;
	error->ulVersion = MAPI_ERROR_VERSION;
	if (flags & MAPI_UNICODE) {
		error->lpszError = (LPTSTR)text_to_utf16(error, text);
		error->lpszComponent = (LPTSTR)text_to_utf16(error, component);
	} else {
		error->lpszError = (LPTSTR)mem_strdup(error, text);
		error->lpszComponent = (LPTSTR)mem_strdup(error, component);
	}
	return error;
}

static HRESULT
provider_TransportLogon(IXPProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile,
    ULONG *flags, LPMAPIERROR *error, LPXPLOGON *out)
{
	struct provider *self = SELF(This);
	g_autofree char *why = NULL;
	ULONG asked = flags ? *flags : 0;
	HRESULT hr;

	if (!support || !out)
		return MAPI_E_INVALID_PARAMETER;
	if (error)
		*error = NULL;
	hr = xp_logon_create(self->transport, support, out, &why);
	if (FAILED(hr)) {
		if (error && why)
			*error = make_error(self->transport->name, why, asked);
		return hr;
	}
	if (flags) /* nothing comes in by our transports */
		*flags = self->transport->idle ? LOGON_SP_IDLE : 0;
	return S_OK;
}

static const IXPProviderVtbl provider_vtbl = {
	.QueryInterface = provider_QueryInterface,
	.AddRef = provider_AddRef,
	.Release = provider_Release,
	.Shutdown = provider_Shutdown,
	.TransportLogon = provider_TransportLogon,
};

HRESULT
xp_provider_init(const struct xp_transport *transport, ULONG mapi_version, ULONG *provider_version,
    IXPProvider **out)
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
	self->ixpprovider.lpVtbl = &provider_vtbl;
	self->transport = transport;
	*out = &self->ixpprovider;
	return S_OK;
}
