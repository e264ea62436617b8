/* SPDX-License-Identifier: MIT */
/* Entry IDs of the store: see eid.h. */
#include "eid.h"

#include <string.h>
#include <mapicode.h>
#include "mem.h"

#define EID_VERSION 1

void
eid_make(const MAPIUID *store, ULONG type, gint64 id, BYTE out[EID_SIZE])
{
	guint64 number = GUINT64_TO_LE((guint64)id);

	memset(out, 0, EID_SIZE);
	memcpy(out + 4, store, 16);
	out[20] = EID_VERSION;
	out[21] = (BYTE)type;
	memcpy(out + 24, &number, 8);
}

HRESULT
eid_parse(const MAPIUID *store, ULONG size, const void *data, ULONG *type, gint64 *id)
{
	static const BYTE no_flags[4];
	const BYTE *bytes = data;
	guint64 number;

	if (!data || size < 20)
		return MAPI_E_INVALID_ENTRYID;
	if (memcmp(bytes + 4, store, 16))
		return MAPI_E_UNKNOWN_ENTRYID;
	if (size != EID_SIZE || memcmp(bytes, no_flags, 4) || bytes[20] != EID_VERSION)
		return MAPI_E_INVALID_ENTRYID;
	memcpy(&number, bytes + 24, 8);
	*type = bytes[21];
	*id = (gint64)GUINT64_FROM_LE(number);
	return S_OK;
}

HRESULT
eid_parse_as(const MAPIUID *store, ULONG size, const void *data, ULONG type, gint64 *id)
{
	ULONG found;
	HRESULT hr = eid_parse(store, size, data, &found, id);

	if (SUCCEEDED(hr) && found != type)
		hr = MAPI_E_INVALID_ENTRYID;
	return hr;
}

HRESULT
eid_create(const MAPIUID *store, ULONG type, gint64 id, ULONG *size, ENTRYID **out)
{
	BYTE bytes[EID_SIZE];

	eid_make(store, type, id, bytes);
	*size = 0;
	*out = mem_memdup(NULL, bytes, sizeof(bytes));
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*size = sizeof(bytes);
	return S_OK;
}
