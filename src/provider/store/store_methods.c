/* SPDX-License-Identifier: MIT */
/* IMsgStore: see store.h. */
#include "store.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "copy.h"
#include "eid.h"
#include "entryid.h"
#include "folder.h"
#include "folders.h"
#include "mem.h"
#include "message.h"
#include "namedprop.h"
#include "queue.h"
#include "receive.h"
#include "store_props.h"
#include "submit.h"
#include "unsupported.h"
#include "value_stream.h"
#include "watch.h"

static struct store *
store_from(IMsgStore *iface)
{
	return COM_OBJECT(iface, struct store, istore);
}

static HRESULT
store_open_folder(struct store *store, gint64 id, const struct store_entry *entry, IUnknown **out)
{
	struct folder *folder;
	HRESULT hr;

	hr = folder_open(store, id, entry->flags, &folder);
	if (FAILED(hr))
		return hr;
	hr = com_query_interface(
	    &folder->com, entry->iid ? entry->iid : &IID_IMAPIFolder, (void **)out);
	com_release(&folder->com);
	return hr;
}

static HRESULT
store_open_message(struct store *store, gint64 id, const struct store_entry *entry, IUnknown **out)
{
	struct message *message;
	HRESULT hr;

	hr = message_open(store, id, entry->flags, &message);
	if (FAILED(hr))
		return hr;
	hr = com_query_interface(
	    &message->com, entry->iid ? entry->iid : &IID_IMessage, (void **)out);
	com_release(&message->com);
	return hr;
}

HRESULT
store_open_entry(struct store *store, const struct store_entry *entry, ULONG *type, IUnknown **out)
{
	gint64 id = FOLDER_ID_ROOT;
	ULONG kind = MAPI_FOLDER;
	HRESULT hr = S_OK;

	*out = NULL;
	if (entry->size && entry->id)
		hr = eid_parse(&store->uid, entry->size, entry->id, &kind, &id);
	if (FAILED(hr))
		return hr;
	if (kind == MAPI_FOLDER)
		hr = store_open_folder(store, id, entry, out);
	else if (kind == MAPI_MESSAGE)
		hr = store_open_message(store, id, entry, out);
	else
		hr = MAPI_E_INVALID_ENTRYID;
	if (SUCCEEDED(hr))
		*type = kind;
	return hr;
}

/* Entry IDs say what they name, so equal names are equal bytes; a store's may come wrapped. */
HRESULT
store_compare(ULONG size1, const ENTRYID *id1, ULONG size2, const ENTRYID *id2, ULONG *result)
{
	const void *inner1 = id1, *inner2 = id2;
	char *dll = NULL;

	if (!result || !id1 || !id2)
		return MAPI_E_INVALID_PARAMETER;
	if (storeid_is_wrapped(id1, size1) &&
	    SUCCEEDED(storeid_unwrap(id1, size1, &dll, &inner1, &size1)))
		g_free(dll);
	dll = NULL;
	if (storeid_is_wrapped(id2, size2) &&
	    SUCCEEDED(storeid_unwrap(id2, size2, &dll, &inner2, &size2)))
		g_free(dll);
	*result = size1 == size2 && !memcmp(inner1, inner2, size1);
	return S_OK;
}

COM_UNKNOWN(store, struct store, istore, IMsgStore)

static HRESULT
store_GetLastError(IMsgStore *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(store_from(This), failure, flags, error);
}

static HRESULT
store_SaveChanges(IMsgStore *This, ULONG flags)
{
	return S_OK; /* a store is not transacted */
}

static HRESULT
store_GetProps(
    IMsgStore *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *values)
{
	struct store *store = store_from(This);
	struct bag *bag;
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*values = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	bag = bag_create();
	hr = bag ? store_read(store, bag) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, tags, flags, count, values);
	bag_free(bag);
	return store_leave(store, hr);
}

static HRESULT
store_GetPropList(IMsgStore *This, ULONG flags, LPSPropTagArray *tags)
{
	struct store *store = store_from(This);
	struct bag *bag;
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	bag = bag_create();
	hr = bag ? store_read(store, bag) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = bag_get_prop_list(bag, flags, tags);
	bag_free(bag);
	return store_leave(store, hr);
}

static HRESULT
store_change(struct store *store, ULONG count, const SPropValue *values, const SPropTagArray *tags,
    SPropProblemArray **problems)
{
	HRESULT hr = store_enter(store);

	if (problems)
		*problems = NULL;
	if (FAILED(hr))
		return hr;
	hr = store->writable ? store_write(store, count, values, tags, problems) : MAPI_E_NO_ACCESS;
	return store_leave(store, hr);
}

static HRESULT
store_SetProps(IMsgStore *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	return store_change(store_from(This), count, values, NULL, problems);
}

static HRESULT
store_DeleteProps(IMsgStore *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	return store_change(store_from(This), 0, NULL, tags, problems);
}

static HRESULT
store_OpenProperty(
    IMsgStore *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct value_stream_request request = { (IMAPIProp *)This, store_from(This)->writable, tag,
		iid, flags };

	if (!out || !iid)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return value_stream_open(&request, out);
}

static HRESULT
store_CopyTo(IMsgStore *This, ULONG iids, LPCIID excluded, LPSPropTagArray tags, ULONG_PTR window,
    LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = store_from(This),
		.source = (IMAPIProp *)This,
		.kind = &IID_IMsgStore,
		.excluded_count = iids,
		.excluded = excluded,
		.exclude = tags,
		.window = window,
		.progress = progress,
		.iid = iid,
		.target = target,
		.flags = flags,
		.problems = problems };

	return copy_object(&request);
}

static HRESULT
store_CopyProps(IMsgStore *This, LPSPropTagArray tags, ULONG_PTR window, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct copy_request request = { .store = store_from(This),
		.source = (IMAPIProp *)This,
		.kind = &IID_IMsgStore,
		.include = tags,
		.window = window,
		.progress = progress,
		.iid = iid,
		.target = target,
		.flags = flags,
		.problems = problems };

	return tags ? copy_object(&request) : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
store_GetNamesFromIDs(IMsgStore *This, LPSPropTagArray *tags, LPGUID set, ULONG flags, ULONG *count,
    LPMAPINAMEID **names)
{
	return names_get_names(store_from(This), tags, set, flags, count, names);
}

static HRESULT
store_GetIDsFromNames(
    IMsgStore *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *tags)
{
	return names_get_ids(store_from(This), count, names, flags, tags);
}

static HRESULT
store_CompareEntryIDs(IMsgStore *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	return store_compare(size1, id1, size2, id2, result);
}

static HRESULT
store_OpenEntry(
    IMsgStore *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type, LPUNKNOWN *out)
{
	struct store *store = store_from(This);
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
store_SetReceiveFolder(IMsgStore *This, LPTSTR class, ULONG flags, ULONG size, LPENTRYID id)
{
	struct store *store = store_from(This);
	gint64 folder = 0;
	HRESULT hr = store_enter(store);

	if (FAILED(hr))
		return hr;
	if (!store->writable)
		hr = MAPI_E_NO_ACCESS;
	else if (size)
		hr = eid_parse_as(&store->uid, size, id, MAPI_FOLDER, &folder);
	if (SUCCEEDED(hr))
		hr = receive_set(store, class, flags, folder);
	return store_leave(store, hr);
}

static HRESULT
store_GetReceiveFolder(
    IMsgStore *This, LPTSTR class, ULONG flags, ULONG *size, LPENTRYID *id, LPTSTR *explicit_class)
{
	struct store *store = store_from(This);
	gint64 folder;
	HRESULT hr;

	if (!size || !id)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*id = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = receive_get(store, class, flags, &folder, explicit_class);
	if (SUCCEEDED(hr))
		hr = eid_create(&store->uid, MAPI_FOLDER, folder, size, id);
	return store_leave(store, hr);
}

static HRESULT
store_GetReceiveFolderTable(IMsgStore *This, ULONG flags, LPMAPITABLE *table)
{
	struct store *store = store_from(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, receive_table(store, flags, table));
}

/* The spooler is a process of its own and goes on: only the queue's state is to be told. */
static HRESULT
store_StoreLogoff(IMsgStore *This, ULONG *flags)
{
	struct store *store = store_from(This);
	gint64 queued;
	HRESULT hr;

	if (!flags)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = queue_count(store, &queued);
	*flags = (SUCCEEDED(hr) && queued) ? LOGOFF_OUTBOUND_QUEUE : LOGOFF_COMPLETE;
	return store_leave(store, hr);
}

static HRESULT
store_AbortSubmit(IMsgStore *This, ULONG size, LPENTRYID id, ULONG flags)
{
	struct store *store = store_from(This);
	gint64 message;
	HRESULT hr = store_enter(store);

	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(&store->uid, size, id, MAPI_MESSAGE, &message);
	if (SUCCEEDED(hr))
		hr = queue_abort(store, message);
	hr = store_leave(store, hr);
	/* The spooler learns that there is a message less. */
	if (SUCCEEDED(hr) && !store->spooler)
		submit_notify(store);
	return hr;
}

static HRESULT
store_GetOutgoingQueue(IMsgStore *This, ULONG flags, LPMAPITABLE *table)
{
	struct store *store = store_from(This);
	HRESULT hr;

	if (!table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_table(store, table));
}

/* The message may be wrapped by someone: its entry ID says which it is. */
static HRESULT
message_number(struct store *store, IMessage *message, gint64 *number)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_ENTRYID } };
	SPropValue *value = NULL;
	ULONG count;
	HRESULT hr;

	hr = message->lpVtbl->GetProps(message, (SPropTagArray *)(void *)&tags, 0, &count, &value);
	if (SUCCEEDED(hr))
		hr = (value->ulPropTag == PR_ENTRYID)
			 ? eid_parse_as(&store->uid, value->Value.bin.cb, value->Value.bin.lpb,
			       MAPI_MESSAGE, number)
			 : MAPI_E_NOT_IN_QUEUE;
	mem_free(value);
	return hr;
}

static HRESULT
store_SetLockState(IMsgStore *This, LPMESSAGE message, ULONG state)
{
	struct store *store = store_from(This);
	gint64 number;
	HRESULT hr;

	if (!message || (state != MSG_LOCKED && state != MSG_UNLOCKED))
		return MAPI_E_INVALID_PARAMETER;
	if (!store->spooler)
		return MAPI_E_NO_SUPPORT;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = message_number(store, message, &number);
	if (SUCCEEDED(hr))
		hr = queue_set_lock(store, number, state == MSG_LOCKED);
	return store_leave(store, hr);
}

static HRESULT
store_FinishedMsg(IMsgStore *This, ULONG flags, ULONG size, LPENTRYID id)
{
	struct store *store = store_from(This);
	gint64 message;
	HRESULT hr;

	if (!store->spooler)
		return MAPI_E_NO_SUPPORT;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(&store->uid, size, id, MAPI_MESSAGE, &message);
	if (SUCCEEDED(hr))
		hr = queue_finish(store, message);
	return store_leave(store, hr);
}

static HRESULT
store_Advise(IMsgStore *This, ULONG size, LPENTRYID id, ULONG mask, LPMAPIADVISESINK sink,
    ULONG_PTR *connection)
{
	struct store *store = store_from(This);
	struct watch_request request = { size, id, mask, sink, connection };
	HRESULT hr = store_enter(store);

	return FAILED(hr) ? hr : store_leave(store, watch_advise_entry(store, &request));
}

static HRESULT
store_Unadvise(IMsgStore *This, ULONG_PTR connection)
{
	struct store *store = store_from(This);
	HRESULT hr = store_enter(store);

	return FAILED(hr) ? hr : store_leave(store, watch_unadvise(store, connection));
}

static HRESULT
store_NotifyNewMail(IMsgStore *This, LPNOTIFICATION notification)
{
	struct store *store = store_from(This);
	HRESULT hr;

	if (!notification || notification->ulEventType != fnevNewMail)
		return MAPI_E_INVALID_PARAMETER;
	if (!store->spooler)
		return MAPI_E_NO_SUPPORT;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, watch_new_mail(store, &notification->info.newmail));
}

const IMsgStoreVtbl store_msgstore_vtbl = {
	.QueryInterface = store_QueryInterface,
	.AddRef = store_AddRef,
	.Release = store_Release,
	.GetLastError = store_GetLastError,
	.SaveChanges = store_SaveChanges,
	.GetProps = store_GetProps,
	.GetPropList = store_GetPropList,
	.OpenProperty = store_OpenProperty,
	.SetProps = store_SetProps,
	.DeleteProps = store_DeleteProps,
	.CopyTo = store_CopyTo,
	.CopyProps = store_CopyProps,
	.GetNamesFromIDs = store_GetNamesFromIDs,
	.GetIDsFromNames = store_GetIDsFromNames,
	.Advise = store_Advise,
	.Unadvise = store_Unadvise,
	.CompareEntryIDs = store_CompareEntryIDs,
	.OpenEntry = store_OpenEntry,
	.SetReceiveFolder = store_SetReceiveFolder,
	.GetReceiveFolder = store_GetReceiveFolder,
	.GetReceiveFolderTable = store_GetReceiveFolderTable,
	.StoreLogoff = store_StoreLogoff,
	.AbortSubmit = store_AbortSubmit,
	.GetOutgoingQueue = store_GetOutgoingQueue,
	.SetLockState = store_SetLockState,
	.FinishedMsg = store_FinishedMsg,
	.NotifyNewMail = store_NotifyNewMail,
};
