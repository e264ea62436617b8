/* SPDX-License-Identifier: MIT */
/*
 * Entry IDs: as text, wrapped, and joined with their store's (MAPI reference: HrComposeEID ...).
 *
 * A compound entry ID is ours: 4 flag bytes with MAPI_COMPOUND in the second, the two sizes (u32,
 * little endian), then the store's entry ID and the object's.
 */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "entryid.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

#define HEAD 12

/* --- Text ---------------------------------------------------------------------------------- */

HRESULT
HrSzFromEntryID(ULONG size, LPENTRYID id, LPTSTR *out)
{
	char *text;

	if (!size || !id || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	text = mem_zalloc(NULL, 2 * (size_t)size + 1);
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	HexFromBin((BYTE *)id, (int)size, (LPTSTR)(void *)text);
	*out = (LPTSTR)(void *)text;
	return S_OK;
}

HRESULT
HrEntryIDFromSz(LPTSTR text, ULONG *size, LPENTRYID *out)
{
	size_t length;
	ENTRYID *id;

	if (!text || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*out = NULL;
	length = strlen((const char *)text);
	id = mem_zalloc(NULL, length / 2 + 1);
	if (!id)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (length < 2 || !text_unhex((const char *)text, id, length / 2)) {
		mem_free(id);
		return MAPI_E_INVALID_ENTRYID;
	}
	*size = (ULONG)(length / 2);
	*out = id;
	return S_OK;
}

/* --- Wrapping ------------------------------------------------------------------------------ */

HRESULT
WrapStoreEntryID(ULONG flags, LPTSTR dll, ULONG size, LPENTRYID id, ULONG *out_size, LPENTRYID *out)
{
	char *text = NULL;
	HRESULT hr;

	if (!dll || !size || !id || !out_size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out_size = 0;
	*out = NULL;
	hr = text_from_arg(NULL, dll, flags, &text);
	if (SUCCEEDED(hr))
		hr = storeid_wrap(text, id, size, out_size, out);
	mem_free(text);
	return hr;
}

/* --- Compounds ----------------------------------------------------------------------------- */

static HRESULT
copy_id(const void *id, ULONG size, ULONG *out_size, ENTRYID **out)
{
	*out = mem_memdup(NULL, id, size);
	*out_size = *out ? size : 0;
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static void
put32(BYTE *at, ULONG number)
{
	at[0] = (BYTE)number;
	at[1] = (BYTE)(number >> 8);
	at[2] = (BYTE)(number >> 16);
	at[3] = (BYTE)(number >> 24);
}

static ULONG
get32(const BYTE *at)
{
	return at[0] | (ULONG)at[1] << 8 | (ULONG)at[2] << 16 | (ULONG)at[3] << 24;
}

static HRESULT
join(const SBinary *store, const void *id, ULONG size, ULONG *out_size, ENTRYID **out)
{
	size_t total = HEAD + (size_t)store->cb + size;
	BYTE *joined = mem_zalloc(NULL, total);

	if (!joined)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	joined[1] = MAPI_COMPOUND;
	put32(joined + 4, store->cb);
	put32(joined + 8, size);
	memcpy(joined + HEAD, store->lpb, store->cb);
	memcpy(joined + HEAD + store->cb, id, size);
	*out_size = (ULONG)total;
	*out = (ENTRYID *)(void *)joined;
	return S_OK;
}

/* The row of the stores table with this record key: its first property is PR_ENTRYID. */
static HRESULT
find_store(IMAPISession *session, const BYTE *key, ULONG size, SRowSet **rows, ULONG *row)
{
	static SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_RECORD_KEY } };
	IMAPITable *table = NULL;
	HRESULT hr;

	hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, rows);
	UlRelease(table);
	for (*row = 0; SUCCEEDED(hr) && *row < (*rows)->cRows; (*row)++) {
		const SPropValue *values = (*rows)->aRow[*row].lpProps;

		if (values[0].ulPropTag == PR_ENTRYID && values[1].ulPropTag == PR_RECORD_KEY &&
		    values[1].Value.bin.cb == size && !memcmp(values[1].Value.bin.lpb, key, size))
			return S_OK;
	}
	return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
}

HRESULT
HrComposeEID(LPMAPISESSION session, ULONG key_size, LPBYTE key, ULONG size, LPENTRYID id,
    ULONG *out_size, LPENTRYID *out)
{
	SRowSet *rows = NULL;
	ULONG row;
	HRESULT hr;

	if (!session || (key_size && !key) || !size || !id || !out_size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out_size = 0;
	*out = NULL;
	if (!key_size)
		return copy_id(id, size, out_size, out);
	hr = find_store(session, key, key_size, &rows, &row);
	if (SUCCEEDED(hr))
		hr = join(&rows->aRow[row].lpProps[0].Value.bin, id, size, out_size, out);
	FreeProws(rows);
	return hr;
}

HRESULT
HrDecomposeEID(LPMAPISESSION session, ULONG size, LPENTRYID id, ULONG *store_size,
    LPENTRYID *store_id, ULONG *out_size, LPENTRYID *out)
{
	const BYTE *bytes = (const BYTE *)id;
	ULONG store, object;
	HRESULT hr;

	if (size < 4 || !id || !store_size || !store_id || !out_size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*store_size = *out_size = 0;
	*store_id = *out = NULL;
	if (!(bytes[1] & MAPI_COMPOUND))
		return copy_id(id, size, out_size, out);
	if (size < HEAD)
		return MAPI_E_INVALID_ENTRYID;
	store = get32(bytes + 4);
	object = get32(bytes + 8);
	if (!store || !object || (guint64)HEAD + store + object != size)
		return MAPI_E_INVALID_ENTRYID;
	hr = copy_id(bytes + HEAD, store, store_size, store_id);
	if (SUCCEEDED(hr))
		hr = copy_id(bytes + HEAD + store, object, out_size, out);
	if (FAILED(hr)) {
		mem_free(*store_id);
		*store_id = NULL;
		*store_size = 0;
	}
	return hr;
}

/* --- Compounds as text --------------------------------------------------------------------- */

HRESULT
HrComposeMsgID(
    LPMAPISESSION session, ULONG key_size, LPBYTE key, ULONG size, LPENTRYID id, LPTSTR *out)
{
	ENTRYID *joined = NULL;
	ULONG joined_size;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = HrComposeEID(session, key_size, key, size, id, &joined_size, &joined);
	if (SUCCEEDED(hr))
		hr = HrSzFromEntryID(joined_size, joined, out);
	mem_free(joined);
	return hr;
}

HRESULT
HrDecomposeMsgID(LPMAPISESSION session, LPTSTR text, ULONG *store_size, LPENTRYID *store,
    ULONG *size, LPENTRYID *out)
{
	ENTRYID *joined = NULL;
	ULONG joined_size;
	HRESULT hr;

	if (!text || !store_size || !store || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	hr = HrEntryIDFromSz(text, &joined_size, &joined);
	if (SUCCEEDED(hr))
		hr = HrDecomposeEID(session, joined_size, joined, store_size, store, size, out);
	mem_free(joined);
	return hr;
}
