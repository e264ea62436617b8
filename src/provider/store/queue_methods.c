/* SPDX-License-Identifier: MIT */
/* The outgoing queue as the spooler has it: see storequeue.h. */
#include "queue.h"

#include <mapicode.h>
#include "com.h"
#include "eid.h"

COM_UNKNOWN(squeue, struct store, iqueue, struct store_queue)

static struct store *
store_of(struct store_queue *This)
{
	return COM_OBJECT(This, struct store, iqueue);
}

static HRESULT
squeue_FinishMessages(struct store_queue *This, const SBinaryArray *entries, HRESULT *results)
{
	struct store *store = store_of(This);
	HRESULT hr;

	if (!store->spooler)
		return MAPI_E_NO_SUPPORT;
	if (!entries || !results)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_finish_many(store, entries, results));
}

static HRESULT
squeue_LockMessages(
    struct store_queue *This, const SBinaryArray *entries, BOOL lock, HRESULT *results)
{
	struct store *store = store_of(This);
	HRESULT hr;

	if (!store->spooler)
		return MAPI_E_NO_SUPPORT;
	if (!entries || !results)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_lock_many(store, entries, lock, results));
}

static HRESULT
squeue_ReadQueue(struct store_queue *This, ULONGLONG *place, ULONG limit, LPMAPITABLE *table)
{
	struct store *store = store_of(This);
	HRESULT hr;

	if (!place || !table)
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_table_after(store, (gint64 *)place, limit, table));
}

static HRESULT
squeue_CountQueue(struct store_queue *This, ULONGLONG place, ULONGLONG *count)
{
	struct store *store = store_of(This);
	HRESULT hr;

	if (!count)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_count_until(store, (gint64)place, (gint64 *)count));
}

static HRESULT
squeue_IsQueued(struct store_queue *This, const SBinary *entry, BOOL *queued)
{
	struct store *store = store_of(This);
	gint64 message, count = 0;
	HRESULT hr;

	if (!entry || !queued)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(
	    &store->uid, entry->cb, (ENTRYID *)(void *)entry->lpb, MAPI_MESSAGE, &message);
	if (SUCCEEDED(hr))
		hr = db_int(store->db, &count, "SELECT count(queued) FROM message WHERE id = ?",
		    "i", message);
	*queued = count > 0;
	return store_leave(store, hr);
}

static HRESULT
squeue_Secure(struct store_queue *This, const SBinary *entry)
{
	struct store *store = store_of(This);
	gint64 message;
	HRESULT hr;

	if (!entry)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	hr = eid_parse_as(
	    &store->uid, entry->cb, (ENTRYID *)(void *)entry->lpb, MAPI_MESSAGE, &message);
	return store_leave(store, SUCCEEDED(hr) ? queue_secure(store, message) : hr);
}

static HRESULT
squeue_SecurePlace(struct store_queue *This, ULONGLONG *place)
{
	struct store *store = store_of(This);
	HRESULT hr;

	if (!place)
		return MAPI_E_INVALID_PARAMETER;
	hr = store_enter(store);
	if (FAILED(hr))
		return hr;
	return store_leave(store, queue_secure_place(store, (gint64 *)place));
}

static HRESULT
squeue_HoldView(struct store_queue *This, BOOL hold)
{
	struct store *store = store_of(This);
	HRESULT hr = store_enter(store);

	if (FAILED(hr))
		return hr;
	if (hold)
		db_view_begin(store->db);
	else
		db_view_end(store->db);
	return store_leave(store, S_OK);
}

const struct store_queue_vtbl store_squeue_vtbl = {
	.QueryInterface = squeue_QueryInterface,
	.AddRef = squeue_AddRef,
	.Release = squeue_Release,
	.FinishMessages = squeue_FinishMessages,
	.LockMessages = squeue_LockMessages,
	.ReadQueue = squeue_ReadQueue,
	.CountQueue = squeue_CountQueue,
	.IsQueued = squeue_IsQueued,
	.Secure = squeue_Secure,
	.SecurePlace = squeue_SecurePlace,
	.HoldView = squeue_HoldView,
};
