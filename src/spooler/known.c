/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "ipc.h"

#define SHOW_MS 5000

HRESULT
known_to_queue(IMsgStore *store, const void *key, size_t size, bool *known)
{
	SPropValue value = { .ulPropTag = PR_SEARCH_KEY };
	SRestriction same = { .rt = RES_PROPERTY };
	IMAPITable *table = NULL;
	HRESULT hr = store->lpVtbl->GetOutgoingQueue(store, 0, &table);

	value.Value.bin.lpb = (BYTE *)(uintptr_t)key;
	value.Value.bin.cb = (ULONG)size;
	same.res.resProperty.relop = RELOP_EQ;
	same.res.resProperty.ulPropTag = PR_SEARCH_KEY;
	same.res.resProperty.lpProp = &value;
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->FindRow(table, &same, BOOKMARK_BEGINNING, 0);
	COM_CLEAR(table);
	*known = SUCCEEDED(hr);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
}

HRESULT
known_to_scheduler(int fd, const void *key, size_t size, bool *known)
{
	struct ipc_message *answer = NULL;
	GVariantBuilder b;
	HRESULT hr;

	*known = false;
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "key", g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, key, size, 1));
	hr = ipc_send(fd, "show", g_variant_builder_end(&b));
	if (SUCCEEDED(hr))
		hr = ipc_receive(fd, SHOW_MS, &answer);
	if (SUCCEEDED(hr)) {
		*known = strcmp(answer->verb, "message") == 0;
		if (!*known && (HRESULT)ipc_int(answer, "hr", 0) != MAPI_E_NOT_FOUND)
			hr = MAPI_E_CALL_FAILED;
	}
	ipc_message_free(answer);
	return hr;
}
