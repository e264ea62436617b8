/* SPDX-License-Identifier: MIT */
/* Values within a rule's actions: see actions.h. */
#include "actions.h"

#include <string.h>
#include <mapicode.h>
#include "compound_private.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

HRESULT
cursor_take(struct cursor *cursor, size_t size, const BYTE **out)
{
	if (cursor->left < size)
		return MAPI_E_CORRUPT_DATA;
	*out = cursor->at;
	cursor->at += size;
	cursor->left -= size;
	return S_OK;
}

HRESULT
cursor_u32(struct cursor *cursor, ULONG *out)
{
	const BYTE *bytes;
	HRESULT hr = cursor_take(cursor, 4, &bytes);

	*out = SUCCEEDED(hr) ? get32(bytes) : 0;
	return hr;
}

void
actions_put_u32(GByteArray *out, ULONG number)
{
	BYTE bytes[4];

	put32(bytes, number);
	g_byte_array_append(out, bytes, sizeof bytes);
}

/* --- Writing ------------------------------------------------------------------------------- */

/* What takes as many bytes as its type says; truths take one. */
static HRESULT
put_fixed(GByteArray *out, ULONG type, const void *value)
{
	BYTE truth = *(const unsigned short *)value ? 1 : 0;
	size_t size = prop_fixed_size(type);

	if (!size || type == PT_ERROR)
		return MAPI_E_INVALID_TYPE;
	if (type == PT_BOOLEAN)
		g_byte_array_append(out, &truth, 1);
	else
		g_byte_array_append(out, value, (guint)size);
	return S_OK;
}

static HRESULT
put_one(GByteArray *out, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	switch (type) {
	case PT_UNICODE:
		g_byte_array_append(out, (const BYTE *)value->Value.lpszW,
		    (guint)((text_wcslen(value->Value.lpszW) + 1) * sizeof(WCHAR)));
		return S_OK;
	case PT_STRING8:
		g_byte_array_append(
		    out, (const BYTE *)value->Value.lpszA, (guint)strlen(value->Value.lpszA) + 1);
		return S_OK;
	case PT_BINARY:
		actions_put_u32(out, value->Value.bin.cb);
		g_byte_array_append(out, value->Value.bin.lpb, value->Value.bin.cb);
		return S_OK;
	case PT_CLSID:
		g_byte_array_append(out, (const BYTE *)value->Value.lpguid, sizeof(GUID));
		return S_OK;
	}
	return put_fixed(out, type, &value->Value);
}

/* Its number means something in one store alone, and names are not written (skip_names()). */
static bool
is_named(ULONG tag)
{
	return PROP_ID(tag) >= 0x8000;
}

HRESULT
actions_put_value(GByteArray *out, const SPropValue *value)
{
	HRESULT hr = prop_check(value);
	SPropValue one;

	if (FAILED(hr))
		return hr;
	if (is_named(value->ulPropTag))
		return MAPI_E_NO_SUPPORT;
	actions_put_u32(out, value->ulPropTag);
	if (!(PROP_TYPE(value->ulPropTag) & MV_FLAG))
		return put_one(out, value);
	actions_put_u32(out, value->Value.MVl.cValues);
	for (ULONG i = 0; SUCCEEDED(hr) && i < value->Value.MVl.cValues; i++) {
		prop_mv_element(value, i, &one);
		hr = put_one(out, &one);
	}
	return hr;
}

/* --- Reading ------------------------------------------------------------------------------- */

static HRESULT
get_text(struct cursor *cursor, void *root, SPropValue *value)
{
	bool wide = PROP_TYPE(value->ulPropTag) == PT_UNICODE;
	size_t unit = wide ? sizeof(WCHAR) : 1, size = 0;
	const BYTE *bytes;

	while (size + unit <= cursor->left && (cursor->at[size] || (wide && cursor->at[size + 1])))
		size += unit;
	if (FAILED(cursor_take(cursor, size + unit, &bytes)))
		return MAPI_E_CORRUPT_DATA;
	value->Value.lpszA = mem_memdup(root, bytes, size + unit);
	return value->Value.lpszA ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
get_fixed(struct cursor *cursor, SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);
	size_t size = type == PT_BOOLEAN ? 1 : prop_fixed_size(type);
	const BYTE *bytes;
	HRESULT hr;

	if (!size || type == PT_ERROR)
		return MAPI_E_CORRUPT_DATA;
	hr = cursor_take(cursor, size, &bytes);
	if (FAILED(hr))
		return hr;
	if (type == PT_BOOLEAN)
		value->Value.b = *bytes != 0;
	else
		memcpy(&value->Value, bytes, size);
	return S_OK;
}

static HRESULT
get_one(struct cursor *cursor, void *root, SPropValue *value)
{
	const BYTE *bytes;
	HRESULT hr;

	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_UNICODE:
	case PT_STRING8:
		return get_text(cursor, root, value);
	case PT_BINARY:
		hr = cursor_u32(cursor, &value->Value.bin.cb);
		if (SUCCEEDED(hr))
			hr = cursor_take(cursor, value->Value.bin.cb, &bytes);
		if (FAILED(hr))
			return hr;
		value->Value.bin.lpb = mem_zalloc(root, value->Value.bin.cb + (size_t)1);
		if (!value->Value.bin.lpb)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		memcpy(value->Value.bin.lpb, bytes, value->Value.bin.cb);
		return S_OK;
	case PT_CLSID:
		hr = cursor_take(cursor, sizeof(GUID), &bytes);
		if (FAILED(hr))
			return hr;
		value->Value.lpguid = mem_memdup(root, bytes, sizeof(GUID));
		return value->Value.lpguid ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	return get_fixed(cursor, value);
}

/* How many bytes an element of an array takes in memory; 0: there are no arrays of the type. */
static size_t
element_size(ULONG type)
{
	switch (type) {
	case PT_UNICODE:
	case PT_STRING8:
		return sizeof(char *);
	case PT_BINARY:
		return sizeof(SBinary);
	case PT_BOOLEAN:
	case PT_ERROR:
		return 0;
	}
	return prop_fixed_size(type);
}

static HRESULT
get_several(struct cursor *cursor, void *root, SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag) & ~(ULONG)MV_FLAG, count;
	size_t size = element_size(type);
	BYTE *array;
	HRESULT hr = cursor_u32(cursor, &count);

	/* Each takes a byte at least, so that a few bytes cannot ask for much memory. */
	if (FAILED(hr) || !size || !count || count > cursor->left)
		return MAPI_E_CORRUPT_DATA;
	array = mem_zalloc(root, count * size);
	if (!array)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	value->Value.MVl.cValues = count;
	value->Value.MVl.lpl = (LONG *)(void *)array;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++) {
		SPropValue one = { .ulPropTag = CHANGE_PROP_TYPE(value->ulPropTag, type) };

		hr = get_one(cursor, root, &one);
		if (FAILED(hr))
			break;
		if (type == PT_CLSID)
			memcpy(array + i * size, one.Value.lpguid, size);
		else
			memcpy(array + i * size, &one.Value, size);
	}
	return hr;
}

HRESULT
actions_get_value(struct cursor *cursor, void *root, SPropValue *value)
{
	HRESULT hr;

	memset(value, 0, sizeof *value);
	hr = cursor_u32(cursor, &value->ulPropTag);
	if (SUCCEEDED(hr) && is_named(value->ulPropTag))
		hr = MAPI_E_NO_SUPPORT;
	if (FAILED(hr))
		return hr;
	hr = PROP_TYPE(value->ulPropTag) & MV_FLAG ? get_several(cursor, root, value)
						   : get_one(cursor, root, value);
	return SUCCEEDED(hr) && FAILED(prop_check(value)) ? MAPI_E_CORRUPT_DATA : hr;
}
