/* SPDX-License-Identifier: MIT */
/*
 * Property values: see prop.h.
 *
 * All arrays of the union _PV have the shape { ULONG cValues; T *elements; }, so what does not look
 * into the elements reads them through `bin`, whose members lie at the same places.
 */
#include "prop.h"

#include <glib.h>
#include <string.h>
#include "mem.h"
#include "text.h"

size_t
prop_fixed_size(ULONG type)
{
	switch (type) {
	case PT_I2:
	case PT_BOOLEAN:
		return 2;
	case PT_LONG:
	case PT_R4:
	case PT_ERROR:
		return 4;
	case PT_DOUBLE:
	case PT_CURRENCY:
	case PT_APPTIME:
	case PT_I8:
	case PT_SYSTIME:
		return 8;
	case PT_CLSID:
		return sizeof(GUID);
	default:
		return 0;
	}
}

/* Bytes that one element takes in an array, 0 for a type that has no arrays. */
static size_t
element_size(ULONG type)
{
	switch (type & ~MV_FLAG) {
	case PT_STRING8:
	case PT_UNICODE:
		return sizeof(void *);
	case PT_BINARY:
		return sizeof(SBinary);
	case PT_BOOLEAN:
	case PT_ERROR:
		return 0;
	default:
		return prop_fixed_size(type & ~MV_FLAG);
	}
}

void
prop_mv_element(const SPropValue *multi, ULONG index, SPropValue *element)
{
	ULONG type = PROP_TYPE(multi->ulPropTag) & ~MV_FLAG;
	const BYTE *at = multi->Value.bin.lpb + index * element_size(type);

	memset(element, 0, sizeof(*element));
	element->ulPropTag = CHANGE_PROP_TYPE(multi->ulPropTag, type);
	if (type == PT_CLSID)
		element->Value.lpguid = multi->Value.MVguid.lpguid + index;
	else
		memcpy(&element->Value, at, element_size(type));
}

static HRESULT
check_array(const SPropValue *value)
{
	size_t size = element_size(PROP_TYPE(value->ulPropTag));
	ULONG i;
	SPropValue element;

	if (!size)
		return MAPI_E_INVALID_TYPE;
	if (value->Value.bin.cb > 0 && !value->Value.bin.lpb)
		return MAPI_E_INVALID_PARAMETER;
	if (value->Value.bin.cb > UINT32_MAX / size)
		return MAPI_E_INVALID_PARAMETER;
	if (prop_fixed_size(PROP_TYPE(value->ulPropTag) & ~MV_FLAG))
		return S_OK;
	for (i = 0; i < value->Value.bin.cb; i++) {
		prop_mv_element(value, i, &element);
		if (FAILED(prop_check(&element)))
			return MAPI_E_INVALID_PARAMETER;
	}
	return S_OK;
}

HRESULT
prop_check(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	if (type & MV_FLAG)
		return check_array(value);
	switch (type) {
	case PT_NULL:
	case PT_OBJECT:
		return S_OK;
	case PT_STRING8:
	case PT_UNICODE:
	case PT_CLSID:
		return value->Value.lpszA ? S_OK : MAPI_E_INVALID_PARAMETER;
	case PT_BINARY:
		return value->Value.bin.lpb || !value->Value.bin.cb ? S_OK
								    : MAPI_E_INVALID_PARAMETER;
	default:
		return prop_fixed_size(type) ? S_OK : MAPI_E_INVALID_TYPE;
	}
}

/* Copies what the value's pointer leads to, and points to the copy. */
static HRESULT
copy_pointer(void *root, ULONG type, SPropValue *target)
{
	union _PV *v = &target->Value;

	switch (type) {
	case PT_STRING8:
		v->lpszA = mem_strdup(root, v->lpszA);
		break;
	case PT_UNICODE:
		v->lpszW = mem_wcsdup(root, v->lpszW);
		break;
	case PT_CLSID:
		v->lpguid = mem_memdup(root, v->lpguid, sizeof(GUID));
		break;
	case PT_BINARY:
		v->bin.lpb = mem_memdup(root, v->bin.lpb, v->bin.cb);
		return v->bin.lpb ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	default:
		return S_OK;
	}
	return v->lpszA ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
copy_array(void *root, SPropValue *target)
{
	ULONG type = PROP_TYPE(target->ulPropTag) & ~MV_FLAG;
	size_t size = element_size(type);
	BYTE *elements;
	HRESULT hr;
	ULONG i;

	elements = mem_memdup(root, target->Value.bin.lpb, target->Value.bin.cb * size);
	if (!elements)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	target->Value.bin.lpb = elements;
	if (prop_fixed_size(type))
		return S_OK;
	for (i = 0; i < target->Value.bin.cb; i++) {
		SPropValue element;

		prop_mv_element(target, i, &element);
		hr = copy_pointer(root, type, &element);
		if (FAILED(hr))
			return hr;
		memcpy(elements + i * size, &element.Value, size);
	}
	return S_OK;
}

HRESULT
prop_copy(void *root, const SPropValue *source, SPropValue *target)
{
	HRESULT hr = prop_check(source);

	if (FAILED(hr))
		return hr;
	*target = *source;
	target->dwAlignPad = 0;
	if (PROP_TYPE(source->ulPropTag) & MV_FLAG)
		return copy_array(root, target);
	return copy_pointer(root, PROP_TYPE(source->ulPropTag), target);
}

HRESULT
prop_copy_array(const SPropValue *source, ULONG count, SPropValue **out)
{
	HRESULT hr = S_OK;
	SPropValue *copies;
	ULONG i;

	*out = NULL;
	copies = mem_zalloc(NULL, count * sizeof(*copies));
	if (!copies)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = prop_copy(copies, &source[i], &copies[i]);
	if (FAILED(hr)) {
		mem_free(copies);
		return hr;
	}
	*out = copies;
	return S_OK;
}

HRESULT
prop_set_string8(void *root, SPropValue *target, ULONG tag, const char *text)
{
	memset(target, 0, sizeof(*target));
	target->ulPropTag = CHANGE_PROP_TYPE(tag, PT_STRING8);
	if (!text)
		return MAPI_E_INVALID_PARAMETER;
	target->Value.lpszA = mem_strdup(root, text);
	return target->Value.lpszA ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
prop_set_text(void *root, SPropValue *target, ULONG tag, const char *text)
{
	if (PROP_TYPE(tag) == PT_STRING8)
		return prop_set_string8(root, target, tag, text);
	memset(target, 0, sizeof(*target));
	target->ulPropTag = tag;
	if (PROP_TYPE(tag) != PT_UNICODE)
		return MAPI_E_INVALID_TYPE;
	if (!text)
		return MAPI_E_INVALID_PARAMETER;
	target->Value.lpszW = text_to_utf16(root, text);
	return target->Value.lpszW ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
prop_set_binary(void *root, SPropValue *target, ULONG tag, const void *data, size_t size)
{
	memset(target, 0, sizeof(*target));
	target->ulPropTag = tag;
	if (size > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	target->Value.bin.lpb = mem_memdup(root, data, size);
	if (!target->Value.bin.lpb)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	target->Value.bin.cb = (ULONG)size;
	return S_OK;
}

void
prop_set_long(SPropValue *target, ULONG tag, LONG number)
{
	memset(target, 0, sizeof(*target));
	target->ulPropTag = tag;
	target->Value.l = number;
}

void
prop_set_bool(SPropValue *target, ULONG tag, bool value)
{
	memset(target, 0, sizeof(*target));
	target->ulPropTag = tag;
	target->Value.b = value;
}

void
prop_set_error(SPropValue *target, ULONG tag, SCODE error)
{
	memset(target, 0, sizeof(*target));
	target->ulPropTag = CHANGE_PROP_TYPE(tag, PT_ERROR);
	target->Value.err = error;
}

const SPropValue *
prop_find(const SPropValue *values, ULONG count, ULONG tag)
{
	ULONG i;

	for (i = 0; i < count; i++) {
		if (PROP_ID(values[i].ulPropTag) != PROP_ID(tag))
			continue;
		if (PROP_TYPE(tag) == PT_UNSPECIFIED || values[i].ulPropTag == tag)
			return &values[i];
	}
	return NULL;
}

/* g_strdup() that answers NULL where memory is short, and for NULL. */
static char *
try_strdup(const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *copy = text ? g_try_malloc(size) : NULL;

	if (copy)
		memcpy(copy, text, size);
	return copy;
}

char *
prop_find_text(const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_UNICODE));
	char *text, *copy;

	if (!value) {
		value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_STRING8));
		return value ? try_strdup(value->Value.lpszA) : NULL;
	}
	text = text_to_utf8(NULL, value->Value.lpszW);
	copy = try_strdup(text);
	mem_free(text);
	return copy;
}

HRESULT
prop_read_text(const SPropValue *values, ULONG count, ULONG tag, char **out)
{
	*out = prop_find_text(values, count, tag);
	if (*out || (!prop_find(values, count, PROP_TAG(PT_UNICODE, PROP_ID(tag))) &&
			!prop_find(values, count, PROP_TAG(PT_STRING8, PROP_ID(tag)))))
		return S_OK;
	return MAPI_E_NOT_ENOUGH_MEMORY;
}

LONG
prop_find_long(const SPropValue *values, ULONG count, ULONG tag, LONG fallback)
{
	const SPropValue *value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_LONG));

	return value ? value->Value.l : fallback;
}

bool
prop_find_bool(const SPropValue *values, ULONG count, ULONG tag, bool fallback)
{
	const SPropValue *value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_BOOLEAN));

	return value ? value->Value.b != 0 : fallback;
}
