/* SPDX-License-Identifier: MIT */
/* See filing.h. */
#include "filing.h"

#include <mapicode.h>
#include "storequeue.h"

static ENTRYID *
entry_at(const GPtrArray *entries, guint i, ULONG *size)
{
	gsize bytes;
	const void *data = g_bytes_get_data(g_ptr_array_index(entries, i), &bytes);

	*size = (ULONG)bytes;
	return (ENTRYID *)(uintptr_t)data;
}

enum work { FINISH, LOCK, UNLOCK };

static HRESULT
together(IMsgStore *store, enum work work, const GPtrArray *entries, HRESULT *results)
{
	g_autofree SBinary *list = g_new0(SBinary, entries->len);
	SBinaryArray array = { entries->len, list };
	struct store_queue *queue = NULL;
	HRESULT hr =
	    store->lpVtbl->QueryInterface(store, &iid_store_queue, (void **)(void *)&queue);

	if (FAILED(hr))
		return hr;
	for (guint i = 0; i < entries->len; i++)
		list[i].lpb = (BYTE *)entry_at(entries, i, &list[i].cb);
	hr = work == FINISH ? queue->lpVtbl->FinishMessages(queue, &array, results)
			    : queue->lpVtbl->LockMessages(queue, &array, work == LOCK, results);
	queue->lpVtbl->Release(queue);
	return hr;
}

void
filing_finish(IMsgStore *store, const GPtrArray *entries, HRESULT *results)
{
	if (entries->len > 1 && SUCCEEDED(together(store, FINISH, entries, results)))
		return;
	for (guint i = 0; i < entries->len; i++) {
		ULONG size;
		ENTRYID *entry = entry_at(entries, i, &size);

		results[i] = store->lpVtbl->FinishedMsg(store, 0, size, entry);
	}
}

bool
filing_lock(IMsgStore *store, const GPtrArray *entries, HRESULT *results)
{
	return SUCCEEDED(together(store, LOCK, entries, results));
}

bool
filing_unlock(IMsgStore *store, GBytes *entry)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	HRESULT result;

	g_ptr_array_add(entries, entry);
	return SUCCEEDED(together(store, UNLOCK, entries, &result));
}

HRESULT
filing_secure(IMsgStore *store, GBytes *entry)
{
	struct store_queue *queue = NULL;
	gsize size;
	SBinary bin;
	HRESULT hr;

	if (FAILED(store->lpVtbl->QueryInterface(store, &iid_store_queue, (void **)(void *)&queue)))
		return S_OK;
	bin.lpb = (BYTE *)(uintptr_t)g_bytes_get_data(entry, &size);
	bin.cb = (ULONG)size;
	hr = queue->lpVtbl->Secure(queue, &bin);
	queue->lpVtbl->Release(queue);
	return hr;
}

bool
filing_is_gone(HRESULT hr)
{
	return hr == MAPI_E_NOT_FOUND || hr == MAPI_E_OBJECT_DELETED || hr == MAPI_E_NOT_IN_QUEUE;
}

void
filing_view(IMsgStore *store, bool hold)
{
	struct store_queue *queue = NULL;

	if (FAILED(store->lpVtbl->QueryInterface(store, &iid_store_queue, (void **)(void *)&queue)))
		return;
	queue->lpVtbl->HoldView(queue, hold);
	queue->lpVtbl->Release(queue);
}
