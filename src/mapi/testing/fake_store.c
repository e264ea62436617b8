/* SPDX-License-Identifier: MIT */
/*
 * A message store provider for tests of the session.  Its store has the UID that PR_EMAPI_PATH of
 * its section begins with (16 characters), and one object, itself.  It exports counts of what was
 * called.
 */
#include <stdatomic.h>
#include <string.h>
#include <mapispi.h>
#include <emapispi.h>
#include "bag.h"
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "unsupported.h"

EMAPI_EXPORT atomic_int fake_logons, fake_logoffs, fake_live;
EMAPI_EXPORT MSPROVIDERINIT MSProviderInit;

#define ID_SIZE 20

struct store {
	struct com_object com;
	IMsgStore istore;
	IMSLogon ilogon;
	IMAPISupport *support;
	struct bag *bag;
};

struct provider {
	struct com_object com;
	IMSProvider iprovider;
};

/* --- The store ----------------------------------------------------------------------------- */

static void
store_finalize(void *object)
{
	struct store *self = object;

	bag_free(self->bag);
	COM_CLEAR(self->support);
	atomic_fetch_sub(&fake_live, 1);
}

static const struct com_interface store_interfaces[] = {
	{ &IID_IMsgStore, offsetof(struct store, istore) },
	{ &IID_IMSLogon, offsetof(struct store, ilogon) },
	{ NULL, 0 },
};
static const struct com_class store_class = { "fake store", store_interfaces, store_finalize };

COM_UNKNOWN(store, struct store, istore, IMsgStore)
COM_UNKNOWN(logon, struct store, ilogon, IMSLogon)

static HRESULT
store_GetProps(IMsgStore *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	return bag_get_props(COM_OBJECT(This, struct store, istore)->bag, tags, flags, count, out);
}

/* As a store does after SubmitMessage. */
static HRESULT
store_AbortSubmit(IMsgStore *This, ULONG size, LPENTRYID id, ULONG flags)
{
	IMAPISupport *support = COM_OBJECT(This, struct store, istore)->support;

	return support->lpVtbl->SpoolerNotify(support, NOTIFY_READYTOSEND, NULL);
}

static HRESULT
logon_OpenEntry(
    IMSLogon *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	*type = MAPI_STORE;
	return logon_QueryInterface(This, &IID_IMsgStore, (LPVOID *)out);
}

static HRESULT
logon_CompareEntryIDs(IMSLogon *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	*result = size1 == size2 && !memcmp(id1, id2, size1);
	return S_OK;
}

static HRESULT
logon_Logoff(IMSLogon *This, ULONG *flags)
{
	atomic_fetch_add(&fake_logoffs, 1);
	return S_OK;
}

static const IMsgStoreVtbl store_vtbl = {
	.QueryInterface = store_QueryInterface,
	.AddRef = store_AddRef,
	.Release = store_Release,
	.GetProps = store_GetProps,
	.OpenEntry = unsupported_IMsgStore_OpenEntry,
	.CompareEntryIDs = unsupported_IMsgStore_CompareEntryIDs,
	.AbortSubmit = store_AbortSubmit,
};

static const IMSLogonVtbl logon_vtbl = {
	.QueryInterface = logon_QueryInterface,
	.AddRef = logon_AddRef,
	.Release = logon_Release,
	.Logoff = logon_Logoff,
	.OpenEntry = logon_OpenEntry,
	.CompareEntryIDs = logon_CompareEntryIDs,
};

/* --- The provider -------------------------------------------------------------------------- */

static const struct com_interface provider_interfaces[] = {
	{ &IID_IMSProvider, offsetof(struct provider, iprovider) },
	{ NULL, 0 },
};
static const struct com_class provider_class = { "fake provider", provider_interfaces, NULL };

COM_UNKNOWN(provider, struct provider, iprovider, IMSProvider)

static HRESULT
provider_Shutdown(IMSProvider *This, ULONG *flags)
{
	return S_OK;
}

/* The store's UID, from the section. */
static HRESULT
read_uid(IMAPISupport *support, MAPIUID *uid)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_EMAPI_PATH_A } };
	IProfSect *section = NULL;
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->GetProps(section, (SPropTagArray *)&tags, 0, &count, &values);
	if (hr == S_OK && strlen(values->Value.lpszA) >= sizeof *uid)
		memcpy(uid, values->Value.lpszA, sizeof *uid);
	else if (SUCCEEDED(hr))
		hr = MAPI_E_UNCONFIGURED;
	mem_free(values);
	COM_CLEAR(section);
	return hr;
}

static HRESULT
fill(struct store *store, IMAPISupport *support)
{
	BYTE id[ID_SIZE] = { 0 };
	ENTRYID *wrapped = NULL;
	ULONG size;
	HRESULT hr;

	hr = read_uid(support, (MAPIUID *)(id + 4));
	if (SUCCEEDED(hr))
		hr = support->lpVtbl->SetProviderUID(support, (MAPIUID *)(id + 4), 0);
	if (SUCCEEDED(hr))
		hr = support->lpVtbl->WrapStoreEntryID(
		    support, sizeof id, (ENTRYID *)id, &size, &wrapped);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(store->bag, PR_ENTRYID, wrapped, size);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(store->bag, PR_RECORD_KEY, id + 4, 16);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(store->bag, PR_MDB_PROVIDER, "fake provider...", 16);
	mem_free(wrapped);
	return hr;
}

static HRESULT
open_store(IMAPISupport *support, ULONG size, const void *id, LPMSLOGON *logon, LPMDB *out)
{
	struct store *store = com_create(&store_class, sizeof *store);
	HRESULT hr;

	if (!store)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	store->istore.lpVtbl = &store_vtbl;
	store->ilogon.lpVtbl = &logon_vtbl;
	store->bag = bag_create();
	store->support = support;
	support->lpVtbl->AddRef(support);
	atomic_fetch_add(&fake_live, 1);
	hr = store->bag ? fill(store, support) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) && size &&
	    (size != ID_SIZE || memcmp((const BYTE *)id + 4,
				    bag_get(store->bag, PR_RECORD_KEY)->Value.bin.lpb, 16)))
		hr = MAPI_E_UNKNOWN_ENTRYID;
	if (SUCCEEDED(hr)) {
		atomic_fetch_add(&fake_logons, 1);
		store_QueryInterface(&store->istore, &IID_IMSLogon, (LPVOID *)logon);
		store_QueryInterface(&store->istore, &IID_IMsgStore, (LPVOID *)out);
	}
	com_release(&store->com);
	return hr;
}

static HRESULT
provider_Logon(IMSProvider *This, LPMAPISUP support, ULONG_PTR ui, LPTSTR profile, ULONG size,
    LPENTRYID id, ULONG flags, LPCIID iid, ULONG *security_size, LPBYTE *security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *out)
{
	return open_store(support, size, id, logon, out);
}

static HRESULT
provider_SpoolerLogon(IMSProvider *This, LPMAPISUP support, ULONG_PTR ui, LPTSTR profile,
    ULONG size, LPENTRYID id, ULONG flags, LPCIID iid, ULONG security_size, LPBYTE security,
    LPMAPIERROR *error, LPMSLOGON *logon, LPMDB *out)
{
	return open_store(support, size, id, logon, out);
}

static HRESULT
provider_CompareStoreIDs(IMSProvider *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	*result = size1 == size2 && !memcmp(id1, id2, size1);
	return S_OK;
}

static const IMSProviderVtbl provider_vtbl = {
	.QueryInterface = provider_QueryInterface,
	.AddRef = provider_AddRef,
	.Release = provider_Release,
	.Shutdown = provider_Shutdown,
	.Logon = provider_Logon,
	.SpoolerLogon = provider_SpoolerLogon,
	.CompareStoreIDs = provider_CompareStoreIDs,
};

HRESULT
MSProviderInit(HINSTANCE instance, LPMALLOC allocator, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE more, LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *own_version,
    LPMSPROVIDER *out)
{
	struct provider *provider = com_create(&provider_class, sizeof *provider);

	if (!provider)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	provider->iprovider.lpVtbl = &provider_vtbl;
	*own_version = CURRENT_SPI_VERSION;
	*out = &provider->iprovider;
	return S_OK;
}
