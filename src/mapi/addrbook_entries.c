/* SPDX-License-Identifier: MIT */
/* What IAddrBook adds to IMAPIProp (MAPI reference: IAddrBook). */
#include "addrbook_private.h"
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "abooks.h"
#include "entryid.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"
#include "resolve.h"
#include "session_private.h"
#include "text.h"

#define SELF(This) ADDRBOOK(This)

/* --- Entries ------------------------------------------------------------------------------- */

HRESULT
addrbook_OpenEntry(
    IAddrBook *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	struct session *session = SELF(This)->session;
	SBinary bytes = { size, (BYTE *)id };
	ULONG found = 0;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	if (!id || !size) {
		hr = abroot_create(session, iid, out);
		found = MAPI_ABCONT;
	} else if (oneoff_is(id, size)) {
		hr = mailuser_open(id, size, iid, out);
		found = MAPI_MAILUSER;
	} else {
		hr = abooks_open_entry(session, &bytes, iid, flags, &found, out);
	}
	if (SUCCEEDED(hr) && type)
		*type = found;
	return hr;
}

HRESULT
addrbook_CompareEntryIDs(IAddrBook *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!result)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	if (id1 && id2 && size1 && size2 && !oneoff_is(id1, size1) && !oneoff_is(id2, size2))
		return session_compare_addresses(session, size1, id1, size2, id2, result);
	return session_compare_entryids(session, size1, id1, size2, id2, result);
}

/* --- Notifications ------------------------------------------------------------------------- */

struct connection {
	IABLogon *logon;
	ULONG_PTR number; /* the provider's */
};

void
addrbook_forget(void *object)
{
	struct connection *connection = object;

	connection->logon->lpVtbl->Unadvise(connection->logon, connection->number);
	connection->logon->lpVtbl->Release(connection->logon);
	g_free(connection);
}

HRESULT
addrbook_Advise(
    IAddrBook *This, ULONG size, LPENTRYID id, ULONG mask, LPMAPIADVISESINK sink, ULONG_PTR *out)
{
	struct addrbook *self = SELF(This);
	struct connection *connection;
	IABLogon *logon = NULL;
	ULONG_PTR number;
	HRESULT hr;

	if (!id || !size || !sink || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = 0;
	hr = session_check(self->session);
	if (SUCCEEDED(hr))
		hr = oneoff_is(id, size) ? MAPI_E_NO_SUPPORT
					 : abooks_route(self->session, id, size, true, &logon);
	if (FAILED(hr))
		return hr;
	hr = logon->lpVtbl->Advise(logon, size, id, mask, sink, &number);
	if (FAILED(hr)) {
		logon->lpVtbl->Release(logon);
		return hr;
	}
	connection = g_new0(struct connection, 1);
	connection->logon = logon;
	connection->number = number;
	g_mutex_lock(&self->lock);
	*out = ++self->last;
	g_hash_table_insert(self->connections, GUINT_TO_POINTER(self->last), connection);
	g_mutex_unlock(&self->lock);
	return S_OK;
}

HRESULT
addrbook_Unadvise(IAddrBook *This, ULONG_PTR number)
{
	struct addrbook *self = SELF(This);
	struct connection *connection = NULL;

	g_mutex_lock(&self->lock);
	g_hash_table_steal_extended(
	    self->connections, GUINT_TO_POINTER(number), NULL, (void **)&connection);
	g_mutex_unlock(&self->lock);
	if (!connection)
		return MAPI_E_INVALID_PARAMETER;
	addrbook_forget(connection);
	return S_OK;
}

/* --- New entries --------------------------------------------------------------------------- */

HRESULT
addrbook_create_oneoff(
    LPTSTR name, LPTSTR address_type, LPTSTR address, ULONG flags, ULONG *size, LPENTRYID *out)
{
	char *parts[3] = { NULL, NULL, NULL };
	HRESULT hr;

	if (!address_type || !address || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*out = NULL;
	hr = text_from_arg(NULL, name, flags, &parts[0]);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, address_type, flags, &parts[1]);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, address, flags, &parts[2]);
	if (SUCCEEDED(hr))
		hr = oneoff_encode(parts[0] ? parts[0] : parts[2], parts[1], parts[2],
		    flags & (MAPI_UNICODE | MAPI_SEND_NO_RICH_INFO), size, out);
	mem_free(parts[0]);
	mem_free(parts[1]);
	mem_free(parts[2]);
	return hr;
}

HRESULT
addrbook_CreateOneOff(IAddrBook *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out)
{
	return addrbook_create_oneoff(name, address_type, address, flags, size, out);
}

/* The container's new entry with all that the template, a whole entry, says. */
static HRESULT
add_to_container(struct session *session, const SBinary *where, const SBinary *template,
    ULONG *size, ENTRYID **out)
{
	static const SizedSPropTagArray(1, tags) = { 1, { PR_ENTRYID } };
	IABContainer *container = NULL;
	IMAPIProp *entry = NULL;
	SPropValue *values = NULL;
	ULONG type, count = 0;
	HRESULT hr;

	hr = abooks_open_entry(
	    session, where, &IID_IABContainer, MAPI_MODIFY, &type, (IUnknown **)(void *)&container);
	if (SUCCEEDED(hr))
		hr = container->lpVtbl->CreateEntry(
		    container, template->cb, (ENTRYID *)(void *)template->lpb, 0, &entry);
	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READONLY);
	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->GetProps(
		    entry, (SPropTagArray *)(uintptr_t)&tags, 0, &count, &values);
	if (hr == S_OK && size && out) {
		*out = mem_memdup(NULL, values[0].Value.bin.lpb, values[0].Value.bin.cb);
		*size = *out ? values[0].Value.bin.cb : 0;
		hr = *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	mem_free(values);
	COM_CLEAR(entry);
	COM_CLEAR(container);
	return hr;
}

/* Where a template has all that an entry needs it is used as it is; one that a person would have to
 * fill in, and the choice of one, are dialogs. */
HRESULT
addrbook_NewEntry(IAddrBook *This, ULONG_PTR ui, ULONG flags, ULONG container_size,
    LPENTRYID container, ULONG template_size, LPENTRYID template, ULONG *size, LPENTRYID *out)
{
	struct session *session = SELF(This)->session;
	SBinary where = { container_size, (BYTE *)container };
	SBinary what = { template_size, (BYTE *)template };
	HRESULT hr;

	if (size)
		*size = 0;
	if (out)
		*out = NULL;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	if (!template || !template_size)
		return MAPI_E_NO_SUPPORT;
	if (container && container_size) {
		hr = add_to_container(session, &where, &what, size, out);
		return hr == MAPI_E_MISSING_REQUIRED_COLUMN ? MAPI_E_NO_SUPPORT : hr;
	}
	if (!oneoff_is(template, template_size))
		return MAPI_E_NO_SUPPORT;
	if (size && out) {
		*out = mem_memdup(NULL, template, template_size);
		*size = *out ? template_size : 0;
		hr = *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	return hr;
}

/* --- Recipients ---------------------------------------------------------------------------- */

/* MAPI_DIALOG: where there is no display to ask on, what was not found is answered. */
HRESULT
addrbook_ResolveName(IAddrBook *This, ULONG_PTR ui, ULONG flags, LPTSTR title, LPADRLIST list)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	return FAILED(hr) ? hr : resolve_list(session, list, flags);
}

HRESULT
addrbook_PrepareRecips(IAddrBook *This, ULONG flags, LPSPropTagArray tags, LPADRLIST list)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	if (FAILED(hr) || !tags)
		return hr;
	return resolve_prepare(session, list, flags, tags);
}

/* --- What the profile keeps ---------------------------------------------------------------- */

HRESULT
addrbook_GetPAB(IAddrBook *This, ULONG *size, LPENTRYID *out)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!size || !out)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	return FAILED(hr) ? hr : ab_get_pab(session, size, out);
}

HRESULT
addrbook_GetDefaultDir(IAddrBook *This, ULONG *size, LPENTRYID *out)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!size || !out)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	return FAILED(hr) ? hr : ab_get_default_dir(session, size, out);
}

static HRESULT
choose(IAddrBook *This, ULONG tag, ULONG size, const ENTRYID *id)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (size && !id)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	return FAILED(hr) ? hr : ab_set_choice(session, tag, size, id);
}

HRESULT
addrbook_SetPAB(IAddrBook *This, ULONG size, LPENTRYID id)
{
	return choose(This, PR_AB_DEFAULT_PAB, size, id);
}

HRESULT
addrbook_SetDefaultDir(IAddrBook *This, ULONG size, LPENTRYID id)
{
	return choose(This, PR_AB_DEFAULT_DIR, size, id);
}

HRESULT
addrbook_GetSearchPath(IAddrBook *This, ULONG flags, LPSRowSet *out)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(session);
	return FAILED(hr) ? hr : ab_get_search_path(session, flags, out);
}

HRESULT
addrbook_SetSearchPath(IAddrBook *This, ULONG flags, LPSRowSet rows)
{
	struct session *session = SELF(This)->session;
	HRESULT hr;

	if (!rows)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(session);
	return FAILED(hr) ? hr : ab_set_search_path(session, rows);
}
