/* SPDX-License-Identifier: MIT */
/* Restrictions as bytes (edkmdb.h); the bytes are ours (restriction_blob.h), and change with it. */
#include <edkmdb.h>
#include <mapicode.h>
#include "mem.h"
#include "restriction.h"
#include "restriction_blob.h"

HRESULT
HrSerializeSRestriction(IMAPIProp *object, LPSRestriction restriction, BYTE **out, ULONG *size)
{
	GByteArray *bytes;
	HRESULT hr;

	if (!restriction || !out || !size)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	*size = 0;
	hr = restriction_check_subs(restriction);
	if (FAILED(hr))
		return hr;
	bytes = g_byte_array_new();
	hr = restriction_encode(restriction, bytes);
	if (SUCCEEDED(hr)) {
		*out = mem_memdup(NULL, bytes->data, bytes->len);
		hr = *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
		*size = *out ? bytes->len : 0;
	}
	g_byte_array_unref(bytes);
	return hr;
}

HRESULT
HrDeserializeSRestriction(IMAPIProp *object, BYTE *bytes, ULONG size, LPSRestriction *out)
{
	if (!bytes || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	return restriction_decode(bytes, size, out);
}
