/* SPDX-License-Identifier: MIT */
/* IMSLogon: the face of a logon that MAPI itself uses. */
#include "store.h"

#include <mapicode.h>
#include "status.h"
#include "watch.h"

static struct store *
logon_from(IMSLogon *iface)
{
	return COM_OBJECT(iface, struct store, ilogon);
}

COM_UNKNOWN(logon, struct store, ilogon, IMSLogon)

static HRESULT
logon_GetLastError(IMSLogon *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(logon_from(This), failure, flags, error);
}

static HRESULT
logon_Logoff(IMSLogon *This, ULONG *flags)
{
	return S_OK; /* the file is closed when the last object goes */
}

static HRESULT
logon_OpenEntry(
    IMSLogon *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	struct store *store = logon_from(This);
	struct store_entry entry = { size, id, iid, flags };
	HRESULT hr;

	if (!out || !type)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, store_open_entry(store, &entry, type, out));
}

static HRESULT
logon_CompareEntryIDs(IMSLogon *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return store_compare(size1, id1, size2, id2, result);
}

static HRESULT
logon_Advise(IMSLogon *This, ULONG size, LPENTRYID id, ULONG mask, LPMAPIADVISESINK sink,
    ULONG_PTR *connection)
{
	struct store *store = logon_from(This);
	struct watch_request request = { size, id, mask, sink, connection };
	HRESULT hr = store_enter(store);

	return FAILED(hr) ? hr : store_leave(store, watch_advise_entry(store, &request));
}

static HRESULT
logon_Unadvise(IMSLogon *This, ULONG_PTR connection)
{
	struct store *store = logon_from(This);
	HRESULT hr = store_enter(store);

	return FAILED(hr) ? hr : store_leave(store, watch_unadvise(store, connection));
}

static HRESULT
logon_OpenStatusEntry(IMSLogon *This, LPCIID iid, ULONG flags, ULONG *type, LPVOID *out)
{
	return store_open_status(logon_from(This), iid, flags, type, out);
}

const IMSLogonVtbl store_logon_vtbl = {
	.QueryInterface = logon_QueryInterface,
	.AddRef = logon_AddRef,
	.Release = logon_Release,
	.GetLastError = logon_GetLastError,
	.Logoff = logon_Logoff,
	.OpenEntry = logon_OpenEntry,
	.CompareEntryIDs = logon_CompareEntryIDs,
	.Advise = logon_Advise,
	.Unadvise = logon_Unadvise,
	.OpenStatusEntry = logon_OpenStatusEntry,
};
