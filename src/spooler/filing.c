/* SPDX-License-Identifier: MIT */
/* See filing.h. */
#include "filing.h"

#include "storequeue.h"

static ENTRYID *
entry_at(const GPtrArray *entries, guint i, ULONG *size)
{
	gsize bytes;
	const void *data = g_bytes_get_data(g_ptr_array_index(entries, i), &bytes);

	*size = (ULONG)bytes;
	return (ENTRYID *)(uintptr_t)data;
}

static HRESULT
finish_together(IMsgStore *store, const GPtrArray *entries, HRESULT *results)
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
	hr = queue->lpVtbl->FinishMessages(queue, &array, results);
	queue->lpVtbl->Release(queue);
	return hr;
}

void
filing_finish(IMsgStore *store, const GPtrArray *entries, HRESULT *results)
{
	if (entries->len > 1 && SUCCEEDED(finish_together(store, entries, results)))
		return;
	for (guint i = 0; i < entries->len; i++) {
		ULONG size;
		ENTRYID *entry = entry_at(entries, i, &size);

		results[i] = store->lpVtbl->FinishedMsg(store, 0, size, entry);
	}
}
