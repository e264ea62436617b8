/* SPDX-License-Identifier: MIT */
/* Simple MAPI: logging on and off, and what all of it needs (see simple.h). */
#include "simple.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "text.h"

static GMutex handles_lock;
static GPtrArray *handles; /* struct simple *; a handle is its address */

/* --- Codes --------------------------------------------------------------------------------- */

ULONG
simple_code(HRESULT hr)
{
	static const struct {
		HRESULT hr;
		ULONG code;
	} codes[] = {
		{ MAPI_E_USER_CANCEL, MAPI_E_USER_ABORT },
		{ MAPI_E_LOGON_FAILED, MAPI_E_LOGON_FAILURE },
		{ MAPI_E_UNCONFIGURED, MAPI_E_LOGON_FAILURE },
		{ MAPI_E_PASSWORD_CHANGE_REQUIRED, MAPI_E_LOGON_FAILURE },
		{ MAPI_E_PASSWORD_EXPIRED, MAPI_E_LOGON_FAILURE },
		{ MAPI_E_SESSION_LIMIT, MAPI_E_TOO_MANY_SESSIONS },
		{ MAPI_E_NOT_ENOUGH_DISK, MAPI_E_DISK_FULL },
		{ MAPI_E_NOT_ENOUGH_MEMORY, MAPI_E_INSUFFICIENT_MEMORY },
		{ MAPI_E_NO_ACCESS, MAPI_E_ACCESS_DENIED },
		{ MAPI_E_NO_RECIPIENTS, MAPI_E_INVALID_RECIPS },
		{ MAPI_E_AMBIGUOUS_RECIP, MAPI_E_AMBIGUOUS_RECIPIENT },
		{ MAPI_E_NETWORK_ERROR, MAPI_E_NETWORK_FAILURE },
		{ MAPI_E_NO_SUPPORT, MAPI_E_NOT_SUPPORTED },
		{ MAPI_E_INVALID_ENTRYID, MAPI_E_INVALID_MESSAGE },
		{ MAPI_E_SUBMITTED, MAPI_E_MESSAGE_IN_USE },
	};

	if (SUCCEEDED(hr))
		return SUCCESS_SUCCESS;
	if (((ULONG)hr & 0xFFFF0000u) == (ULONG)SIMPLE_E(0))
		return (ULONG)hr & 0xFFFF;
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (codes[i].hr == hr)
			return codes[i].code;
	return MAPI_E_FAILURE;
}

/* --- Sessions ------------------------------------------------------------------------------ */

static void
unref(struct simple *simple)
{
	gboolean last;

	g_mutex_lock(&handles_lock);
	last = --simple->users == 0;
	g_mutex_unlock(&handles_lock);
	if (!last)
		return;
	COM_CLEAR(simple->store);
	if (simple->session)
		simple->session->lpVtbl->Logoff(simple->session, 0, 0, 0);
	COM_CLEAR(simple->session);
	g_ptr_array_unref(simple->ids);
	g_mutex_clear(&simple->lock);
	g_free(simple);
	MAPIUninitialize();
}

static HRESULT
log_on(const char *name, const char *password, ULONG flags, struct simple **out)
{
	struct simple *simple;
	HRESULT hr = MAPIInitialize(NULL);

	*out = NULL;
	if (FAILED(hr))
		return hr;
	simple = g_new0(struct simple, 1);
	simple->users = 1;
	g_mutex_init(&simple->lock);
	simple->ids = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	flags = MAPI_EXTENDED | (flags & MAPI_NEW_SESSION);
	flags |= name && *name ? MAPI_NEW_SESSION : MAPI_USE_DEFAULT;
	hr = MAPILogonEx(
	    0, (LPTSTR)(uintptr_t)name, (LPTSTR)(uintptr_t)password, flags, &simple->session);
	if (FAILED(hr)) {
		unref(simple);
		return hr;
	}
	*out = simple;
	return S_OK;
}

HRESULT
simple_enter(LHANDLE handle, ULONG flags, struct simple **out)
{
	HRESULT hr = SIMPLE_E(MAPI_E_INVALID_SESSION);

	if (handle == lhSessionNull)
		return log_on(NULL, NULL, flags & MAPI_NEW_SESSION, out);
	*out = NULL;
	g_mutex_lock(&handles_lock);
	for (guint i = 0; handles && i < handles->len; i++)
		if (handles->pdata[i] == (void *)handle) {
			*out = handles->pdata[i];
			(*out)->users++;
			hr = S_OK;
		}
	g_mutex_unlock(&handles_lock);
	return hr;
}

void
simple_leave(struct simple *simple)
{
	if (simple)
		unref(simple);
}

ULONG
simple_log_on(ULONG_PTR ui, LPSTR name, LPSTR password, FLAGS flags, ULONG reserved, LPLHANDLE out)
{
	struct simple *simple;
	HRESULT hr;

	if (!out)
		return MAPI_E_FAILURE;
	*out = 0;
	hr = log_on(name, password, flags, &simple);
	if (FAILED(hr))
		return simple_code(hr);
	g_mutex_lock(&handles_lock);
	if (!handles)
		handles = g_ptr_array_new();
	g_ptr_array_add(handles, simple);
	g_mutex_unlock(&handles_lock);
	*out = (LHANDLE)simple;
	return SUCCESS_SUCCESS;
}

ULONG
simple_log_off(LHANDLE handle, ULONG_PTR ui, FLAGS flags, ULONG reserved)
{
	gboolean found;

	g_mutex_lock(&handles_lock);
	found = handles && g_ptr_array_remove(handles, (void *)handle);
	if (found && handles->len == 0) {
		g_ptr_array_unref(handles);
		handles = NULL;
	}
	g_mutex_unlock(&handles_lock);
	if (!found)
		return MAPI_E_INVALID_SESSION;
	unref((struct simple *)handle);
	return SUCCESS_SUCCESS;
}

/* --- Stores and folders -------------------------------------------------------------------- */

static HRESULT
open_default_store(IMAPISession *session, IMsgStore **out)
{
	static const SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_DEFAULT_STORE } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(
		    table, (SPropTagArray *)(uintptr_t)&columns, NULL, NULL, 0, &rows);
	if (SUCCEEDED(hr))
		hr = MAPI_E_NOT_FOUND;
	for (ULONG i = 0; rows && i < rows->cRows && hr == MAPI_E_NOT_FOUND; i++) {
		const SPropValue *row = rows->aRow[i].lpProps;

		if (row[0].ulPropTag == PR_ENTRYID && row[1].ulPropTag == PR_DEFAULT_STORE &&
		    row[1].Value.b)
			hr = session->lpVtbl->OpenMsgStore(session, 0, row[0].Value.bin.cb,
			    (ENTRYID *)(void *)row[0].Value.bin.lpb, NULL,
			    MDB_WRITE | MAPI_BEST_ACCESS, out);
	}
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

HRESULT
simple_store(struct simple *simple, IMsgStore **out)
{
	HRESULT hr = S_OK;

	g_mutex_lock(&simple->lock);
	if (!simple->store)
		hr = open_default_store(simple->session, &simple->store);
	*out = simple->store;
	g_mutex_unlock(&simple->lock);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
simple_open_folder(IMsgStore *store, const SBinary *id, IMAPIFolder **out)
{
	ULONG type;

	*out = NULL;
	return store->lpVtbl->OpenEntry(store, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IMAPIFolder,
	    MAPI_BEST_ACCESS, &type, (IUnknown **)out);
}

HRESULT
simple_inbox(IMsgStore *store, IMAPIFolder **out)
{
	ENTRYID *id = NULL;
	ULONG size = 0;
	SBinary inbox;
	HRESULT hr;

	*out = NULL;
	hr = store->lpVtbl->GetReceiveFolder(store, (LPTSTR)(uintptr_t) "IPM", 0, &size, &id, NULL);
	if (FAILED(hr))
		return hr;
	inbox.cb = size;
	inbox.lpb = (BYTE *)id;
	hr = simple_open_folder(store, &inbox, out);
	mem_free(id);
	return hr;
}

/* --- The ids of messages ------------------------------------------------------------------- */

HRESULT
simple_id_write(struct simple *simple, const SBinary *id, ULONG flags, char *out)
{
	size_t room = flags & MAPI_LONG_MSGID ? SIMPLE_LONG_ID_SIZE : SIMPLE_ID_SIZE;
	guint place;
	char *hex;

	if ((size_t)id->cb * 2 < room) {
		hex = text_hex(id->lpb, id->cb);
		g_strlcpy(out, hex, room);
		g_free(hex);
		return S_OK;
	}
	g_mutex_lock(&simple->lock);
	for (place = 0; place < simple->ids->len; place++) {
		gsize size;
		const void *known = g_bytes_get_data(simple->ids->pdata[place], &size);

		if (size == id->cb && memcmp(known, id->lpb, size) == 0)
			break;
	}
	if (place == simple->ids->len)
		g_ptr_array_add(simple->ids, g_bytes_new(id->lpb, id->cb));
	g_snprintf(out, (gulong)room, "#%u", place);
	g_mutex_unlock(&simple->lock);
	return S_OK;
}

static SBinary *
new_binary(const void *data, size_t size)
{
	SBinary *binary = mem_zalloc(NULL, sizeof *binary + size);

	if (!binary)
		return NULL;
	binary->cb = (ULONG)size;
	binary->lpb = (BYTE *)(binary + 1);
	if (data)
		memcpy(binary->lpb, data, size);
	return binary;
}

HRESULT
simple_id_read(struct simple *simple, const char *text, SBinary **out)
{
	size_t length = text ? strlen(text) : 0;

	*out = NULL;
	if (!length)
		return SIMPLE_E(MAPI_E_INVALID_MESSAGE);
	if (text[0] == '#') {
		guint64 place = g_ascii_strtoull(text + 1, NULL, 10);
		gsize size = 0;
		const void *data = NULL;

		g_mutex_lock(&simple->lock);
		if (place < simple->ids->len)
			data = g_bytes_get_data(simple->ids->pdata[place], &size);
		*out = data ? new_binary(data, size) : NULL;
		g_mutex_unlock(&simple->lock);
		return *out ? S_OK : SIMPLE_E(MAPI_E_INVALID_MESSAGE);
	}
	*out = new_binary(NULL, length / 2);
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (text_unhex(text, (*out)->lpb, length / 2))
		return S_OK;
	mem_free(*out);
	*out = NULL;
	return SIMPLE_E(MAPI_E_INVALID_MESSAGE);
}

HRESULT
simple_open_message(struct simple *simple, const char *id, ULONG flags, IMessage **out)
{
	IMsgStore *store;
	SBinary *entry;
	ULONG type;
	HRESULT hr;

	*out = NULL;
	hr = simple_id_read(simple, id, &entry);
	if (FAILED(hr))
		return hr;
	hr = simple_store(simple, &store);
	if (SUCCEEDED(hr))
		hr = store->lpVtbl->OpenEntry(store, entry->cb, (ENTRYID *)(void *)entry->lpb,
		    &IID_IMessage, flags, &type, (IUnknown **)out);
	mem_free(entry);
	if (hr == MAPI_E_NOT_FOUND || hr == MAPI_E_INVALID_ENTRYID)
		return SIMPLE_E(MAPI_E_INVALID_MESSAGE);
	return hr;
}
