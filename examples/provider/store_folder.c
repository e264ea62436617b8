/* SPDX-License-Identifier: MIT */
/* The folders: the root with the three in it, which hold messages.  See store.h. */
#include "store.h"

struct folder {
	IMAPIFolder iface;
	struct object object;
	struct store *store;
	enum place place;
};

OBJECT_METHODS(folder, IMAPIFolder)

static const char *const names[PLACES] = { "", "Outbox", "Sent Items", "Inbox" };

static HRESULT
fill(struct store *store, enum place place, struct props *props)
{
	SPropValue name = { .ulPropTag = PR_DISPLAY_NAME_A,
		.Value.lpszA = (LPSTR)(uintptr_t)names[place] };
	SPropValue below = { .ulPropTag = PR_SUBFOLDERS, .Value.b = place == ROOT };
	struct id id;
	HRESULT hr;

	store_id(store, MAPI_FOLDER, place, 0, &id);
	hr = props_set_binary(props, PR_ENTRYID, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_RECORD_KEY, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_INSTANCE_KEY, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_STORE_RECORD_KEY, &store->uid, sizeof(store->uid));
	if (SUCCEEDED(hr))
		hr = props_set(props, &name);
	if (SUCCEEDED(hr))
		hr = props_set(props, &below);
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_OBJECT_TYPE, MAPI_FOLDER);
	if (SUCCEEDED(hr))
		hr = props_set_long(
		    props, PR_FOLDER_TYPE, place == ROOT ? FOLDER_ROOT : FOLDER_GENERIC);
	store_id(store, MAPI_FOLDER, ROOT, 0, &id);
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_PARENT_ENTRYID, &id, sizeof(id));
	return hr;
}

static HRESULT
folder_GetProps(
    IMAPIFolder *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct folder *self = (struct folder *)This;
	struct props props = { NULL, 0 };
	HRESULT hr = fill(self->store, self->place, &props);

	if (SUCCEEDED(hr))
		hr = props_get(&props, tags, flags, count, out);
	props_clear(&props);
	return hr;
}

static HRESULT
folder_GetPropList(IMAPIFolder *This, ULONG flags, LPSPropTagArray *out)
{
	struct folder *self = (struct folder *)This;
	struct props props = { NULL, 0 };
	HRESULT hr = fill(self->store, self->place, &props);

	if (SUCCEEDED(hr))
		hr = props_list(&props, flags, out);
	props_clear(&props);
	return hr;
}

static HRESULT
folder_GetLastError(IMAPIFolder *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return store_error(((struct folder *)This)->store, hr, flags, out);
}

/* The messages that wait to be sent stand in the queue alone, until they are sent or taken back. */
static HRESULT
folder_GetContentsTable(IMAPIFolder *This, ULONG flags, LPMAPITABLE *out)
{
	static const enum state states[PLACES] = { DRAFT, DRAFT, FILED, RECEIVED };
	struct folder *self = (struct folder *)This;

	if (self->place == ROOT)
		return table_create(NULL, 0, flags, out);
	return files_table(self->store, states[self->place], flags, out);
}

static HRESULT
folder_GetHierarchyTable(IMAPIFolder *This, ULONG flags, LPMAPITABLE *out)
{
	struct folder *self = (struct folder *)This;
	struct props *rows = calloc(PLACES, sizeof(*rows));
	ULONG count = 0;
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (int i = OUTBOX; SUCCEEDED(hr) && self->place == ROOT && i < PLACES; i++)
		hr = fill(self->store, (enum place)i, &rows[count++]);
	if (FAILED(hr)) {
		while (count)
			props_clear(&rows[--count]);
		free(rows);
		return hr;
	}
	return table_create(rows, count, flags, out);
}

static HRESULT
folder_OpenEntry(IMAPIFolder *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type,
    LPUNKNOWN *out)
{
	return store_open(((struct folder *)This)->store, size, id, flags, type, out);
}

static HRESULT
folder_CreateMessage(IMAPIFolder *This, LPCIID iid, ULONG flags, LPMESSAGE *out)
{
	static const enum state states[PLACES] = { DRAFT, DRAFT, FILED, RECEIVED };
	struct folder *self = (struct folder *)This;

	if (self->place == ROOT)
		return MAPI_E_NO_ACCESS;
	return message_create(self->store, 0, states[self->place], out);
}

static HRESULT
folder_DeleteMessages(
    IMAPIFolder *This, LPENTRYLIST list, ULONG_PTR window, LPMAPIPROGRESS progress, ULONG flags)
{
	struct store *store = ((struct folder *)This)->store;
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cValues; i++) {
		enum state state;
		struct id id;

		hr = store_check_id(store, list->lpbin[i].cb, list->lpbin[i].lpb, &id);
		if (SUCCEEDED(hr))
			hr = files_find(store, id.number, &state);
		if (SUCCEEDED(hr))
			hr = state == QUEUED ? MAPI_E_SUBMITTED
					     : files_delete(store, id.number, state);
	}
	return hr;
}

static const IMAPIFolderVtbl folder_vtbl = {
	OBJECT_VTBL(folder),
	.GetLastError = folder_GetLastError,
	.SaveChanges = no_IMAPIFolder_SaveChanges,
	.GetProps = folder_GetProps,
	.GetPropList = folder_GetPropList,
	.OpenProperty = no_IMAPIFolder_OpenProperty,
	.SetProps = no_IMAPIFolder_SetProps,
	.DeleteProps = no_IMAPIFolder_DeleteProps,
	.CopyTo = no_IMAPIFolder_CopyTo,
	.CopyProps = no_IMAPIFolder_CopyProps,
	.GetNamesFromIDs = no_IMAPIFolder_GetNamesFromIDs,
	.GetIDsFromNames = no_IMAPIFolder_GetIDsFromNames,
	.GetContentsTable = folder_GetContentsTable,
	.GetHierarchyTable = folder_GetHierarchyTable,
	.OpenEntry = folder_OpenEntry,
	.SetSearchCriteria = no_IMAPIFolder_SetSearchCriteria,
	.GetSearchCriteria = no_IMAPIFolder_GetSearchCriteria,
	.CreateMessage = folder_CreateMessage,
	.CopyMessages = no_IMAPIFolder_CopyMessages,
	.DeleteMessages = folder_DeleteMessages,
	.CreateFolder = no_IMAPIFolder_CreateFolder,
	.CopyFolder = no_IMAPIFolder_CopyFolder,
	.DeleteFolder = no_IMAPIFolder_DeleteFolder,
	.SetReadFlags = no_IMAPIFolder_SetReadFlags,
	.GetMessageStatus = no_IMAPIFolder_GetMessageStatus,
	.SetMessageStatus = no_IMAPIFolder_SetMessageStatus,
	.SaveContentsSort = no_IMAPIFolder_SaveContentsSort,
	.EmptyFolder = no_IMAPIFolder_EmptyFolder,
};

static void
folder_destroy(void *object)
{
	struct folder *self = object;

	self->store->iface.lpVtbl->Release(&self->store->iface);
	free(self);
}

HRESULT
folder_create(struct store *store, enum place place, IMAPIFolder **out)
{
	static const IID *const answers[] = { &IID_IMAPIFolder, &IID_IMAPIContainer, &IID_IMAPIProp,
		NULL };
	struct folder *self = calloc(1, sizeof(*self));

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iface.lpVtbl = &folder_vtbl;
	object_init(&self->object, answers, folder_destroy);
	self->store = store;
	store->iface.lpVtbl->AddRef(&store->iface);
	self->place = place;
	*out = &self->iface;
	return S_OK;
}
