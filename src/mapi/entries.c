/* SPDX-License-Identifier: MIT */
/* Opening and comparing by entry ID across all that a session has. */
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include "abooks.h"
#include "com.h"
#include "entryid.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"
#include "session_private.h"
#include "statusobj.h"

HRESULT
session_open_store(struct session *session, ULONG size, const void *id, const IID *iid, ULONG flags,
    IUnknown **out)
{
	struct store_entry *entry;
	struct store_logon *logon;
	IMsgStore *store = NULL;
	HRESULT hr;

	*out = NULL;
	g_rec_mutex_lock(&session->lock);
	hr = stores_find(session, id, size, &entry);
	if (SUCCEEDED(hr))
		hr = stores_open(session, entry, flags, &logon);
	if (SUCCEEDED(hr)) {
		store = logon->store;
		store->lpVtbl->AddRef(store);
		if (!session->store_is_default) {
			session->store_opened = true;
			session->store_is_default = entry->is_default;
			session->store_flags = flags;
		}
	}
	g_rec_mutex_unlock(&session->lock);
	if (FAILED(hr))
		return hr;
	hr = store->lpVtbl->QueryInterface(store, iid ? iid : &IID_IMsgStore, (void **)out);
	store->lpVtbl->Release(store);
	return FAILED(hr) ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
}

/* --- OpenEntry ----------------------------------------------------------------------------- */

HRESULT
session_route(struct session *session, const void *id, ULONG size, struct store_logon *out)
{
	struct store_entry *entry;
	struct store_logon *logon;
	HRESULT hr;

	out->logon = NULL;
	out->store = NULL;
	g_rec_mutex_lock(&session->lock);
	hr = stores_route(session, id, size, &entry);
	if (SUCCEEDED(hr))
		hr = stores_open(session, entry, MAPI_BEST_ACCESS, &logon);
	if (SUCCEEDED(hr)) {
		*out = *logon;
		out->store->lpVtbl->AddRef(out->store);
		if (out->logon)
			out->logon->lpVtbl->AddRef(out->logon);
	}
	g_rec_mutex_unlock(&session->lock);
	return hr;
}

static HRESULT
open_in_store(struct session *session, const SBinary *id, const IID *iid, ULONG flags, ULONG *type,
    IUnknown **out)
{
	ENTRYID *eid = (ENTRYID *)(void *)id->lpb;
	struct store_logon at;
	HRESULT hr;

	hr = session_route(session, id->lpb, id->cb, &at);
	if (FAILED(hr))
		return hr;
	hr = MAPI_E_NO_SUPPORT;
	if (at.logon)
		hr = at.logon->lpVtbl->OpenEntry(at.logon, id->cb, eid, iid, flags, type, out);
	if (hr == MAPI_E_NO_SUPPORT)
		hr = at.store->lpVtbl->OpenEntry(at.store, id->cb, eid, iid, flags, type, out);
	COM_CLEAR(at.logon);
	COM_CLEAR(at.store);
	return hr;
}

static HRESULT
open_in_loaded_book(struct session *session, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out)
{
	IABLogon *logon = NULL;
	HRESULT hr = abooks_route(session, id->lpb, id->cb, false, &logon);

	COM_CLEAR(logon);
	return FAILED(hr) ? hr : abooks_open_entry(session, id, iid, flags, type, out);
}

HRESULT
session_open_entry(struct session *session, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out)
{
	HRESULT hr;

	*out = NULL;
	if (!id->lpb || !id->cb)
		return MAPI_E_INVALID_ENTRYID;
	if (storeid_is_wrapped(id->lpb, id->cb)) {
		ULONG access = MDB_NO_DIALOG | (flags & MAPI_BEST_ACCESS);

		if (flags & MAPI_MODIFY)
			access |= MDB_WRITE;
		hr = session_open_store(session, id->cb, id->lpb, iid, access, out);
		*type = SUCCEEDED(hr) ? MAPI_STORE : 0;
		return hr;
	}
	if (oneoff_is(id->lpb, id->cb)) {
		hr = mailuser_open(id->lpb, id->cb, iid, out);
		*type = SUCCEEDED(hr) ? MAPI_MAILUSER : 0;
		return hr;
	}
	if (statusid_is(id->lpb, id->cb)) {
		hr = statusobj_open(session, id->lpb, id->cb, iid, out);
		*type = SUCCEEDED(hr) ? MAPI_STATUS : 0;
		return hr;
	}
	/* An address book's entry where one is loaded; else a store's; else an address book's after
	 * all, once they are loaded. */
	hr = open_in_loaded_book(session, id, iid, flags, type, out);
	if (hr == MAPI_E_UNKNOWN_ENTRYID)
		hr = open_in_store(session, id, iid, flags, type, out);
	if (hr == MAPI_E_UNKNOWN_ENTRYID)
		hr = abooks_open_entry(session, id, iid, flags, type, out);
	return hr;
}

/* --- CompareEntryIDs ----------------------------------------------------------------------- */

static HRESULT
compare_oneoffs(const void *id1, ULONG size1, const void *id2, ULONG size2, ULONG *result)
{
	struct oneoff *one = NULL, *other = NULL;
	HRESULT hr;

	hr = oneoff_decode(id1, size1, &one);
	if (SUCCEEDED(hr))
		hr = oneoff_decode(id2, size2, &other);
	if (SUCCEEDED(hr))
		*result = !g_ascii_strcasecmp(one->address_type, other->address_type) &&
			  !g_ascii_strcasecmp(one->address, other->address);
	mem_free(one);
	mem_free(other);
	return hr;
}

static HRESULT
compare_stores(struct session *session, const void *id1, ULONG size1, const void *id2, ULONG size2,
    ULONG *result)
{
	struct store_entry *one, *other;
	HRESULT hr;

	g_rec_mutex_lock(&session->lock);
	hr = stores_find(session, id1, size1, &one);
	if (SUCCEEDED(hr))
		hr = stores_find(session, id2, size2, &other);
	*result = SUCCEEDED(hr) && one == other;
	g_rec_mutex_unlock(&session->lock);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr; /* not of this session, and not equal */
}

static HRESULT
compare_in_stores(struct session *session, const void *id1, ULONG size1, const void *id2,
    ULONG size2, ULONG *result)
{
	struct store_logon one = { 0 }, other = { 0 };
	HRESULT hr;

	hr = session_route(session, id1, size1, &one);
	if (SUCCEEDED(hr))
		hr = session_route(session, id2, size2, &other);
	if (SUCCEEDED(hr) && one.store == other.store) {
		hr = MAPI_E_NO_SUPPORT;
		if (one.logon)
			hr = one.logon->lpVtbl->CompareEntryIDs(one.logon, size1,
			    (ENTRYID *)(uintptr_t)id1, size2, (ENTRYID *)(uintptr_t)id2, 0, result);
		if (hr == MAPI_E_NO_SUPPORT)
			hr = one.store->lpVtbl->CompareEntryIDs(one.store, size1,
			    (ENTRYID *)(uintptr_t)id1, size2, (ENTRYID *)(uintptr_t)id2, 0, result);
	}
	COM_CLEAR(one.logon);
	COM_CLEAR(one.store);
	COM_CLEAR(other.logon);
	COM_CLEAR(other.store);
	return hr;
}

HRESULT
session_compare_addresses(struct session *session, ULONG size1, const void *id1, ULONG size2,
    const void *id2, ULONG *result)
{
	IABLogon *one = NULL, *other = NULL;
	HRESULT hr;

	*result = FALSE;
	hr = abooks_route(session, id1, size1, true, &one);
	if (SUCCEEDED(hr))
		hr = abooks_route(session, id2, size2, true, &other);
	if (SUCCEEDED(hr) && one == other)
		hr = one->lpVtbl->CompareEntryIDs(one, size1, (ENTRYID *)(uintptr_t)id1, size2,
		    (ENTRYID *)(uintptr_t)id2, 0, result);
	COM_CLEAR(one);
	COM_CLEAR(other);
	return hr;
}

HRESULT
session_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid)
{
	return abooks_add_uid(session, provider, uid) ? S_OK
						      : stores_add_uid(session, provider, uid);
}

HRESULT
session_compare_entryids(struct session *session, ULONG size1, const void *id1, ULONG size2,
    const void *id2, ULONG *result)
{
	bool store1, store2, oneoff1, oneoff2;
	HRESULT hr;

	*result = FALSE;
	if (!size1 && !size2) {
		*result = TRUE;
		return S_OK;
	}
	if (!id1 || !id2 || !size1 || !size2)
		return S_OK;
	store1 = storeid_is_wrapped(id1, size1);
	store2 = storeid_is_wrapped(id2, size2);
	oneoff1 = oneoff_is(id1, size1);
	oneoff2 = oneoff_is(id2, size2);
	if (store1 != store2 || oneoff1 != oneoff2)
		return S_OK;
	if (size1 == size2 && !memcmp(id1, id2, size1)) {
		*result = TRUE;
		return S_OK;
	}
	if (store1)
		return compare_stores(session, id1, size1, id2, size2, result);
	if (oneoff1)
		return compare_oneoffs(id1, size1, id2, size2, result);
	hr = compare_in_stores(session, id1, size1, id2, size2, result);
	if (hr == MAPI_E_UNKNOWN_ENTRYID)
		hr = session_compare_addresses(session, size1, id1, size2, id2, result);
	return hr;
}

/* --- Who is logged on ---------------------------------------------------------------------- */

HRESULT
session_identity(struct session *session, ULONG *size, ENTRYID **out)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	char *name, *address;
	HRESULT hr;

	profile_section_read(
	    session->profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count);
	name = prop_find_text(values, count, PR_EMAPI_FROM_NAME_W);
	address = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	if (address && *address) {
		hr = oneoff_encode(
		    name && *name ? name : address, "SMTP", address, MAPI_UNICODE, size, out);
	} else {
		hr = oneoff_encode("Unknown", "", "", MAPI_UNICODE, size, out);
		if (SUCCEEDED(hr))
			hr = MAPI_W_NO_SERVICE;
	}
	g_free(name);
	g_free(address);
	mem_free(values);
	return hr;
}
