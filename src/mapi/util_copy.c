/* SPDX-License-Identifier: MIT */
/*
 * Property arrays in one flat block (MAPI reference: ScCountProps, ScCopyProps, ScRelocProps,
 * ScDupPropset, PropCopyMore, GetInstance).  The block begins with the SPropValues; what they point
 * to follows, each part at a multiple of 8.
 */
#include <glib.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "flat.h"
#include "prop.h"
#include "text.h"

/* --- The shape of a value ------------------------------------------------------------------ */

/* Bytes of one value that lies in an array; 0 for types without arrays. */
static size_t
element_size(ULONG type)
{
	switch (type & ~MV_FLAG) {
	case PT_I2:
		return sizeof(short);
	case PT_LONG:
	case PT_R4:
		return 4;
	case PT_DOUBLE:
	case PT_CURRENCY:
	case PT_APPTIME:
	case PT_SYSTIME:
	case PT_I8:
		return 8;
	case PT_CLSID:
		return sizeof(GUID);
	case PT_STRING8:
	case PT_UNICODE:
		return sizeof(void *);
	case PT_BINARY:
		return sizeof(SBinary);
	default:
		return 0;
	}
}

/* Where the value's pointer is, NULL where it has none.  SBinary and all the arrays are alike: a
 * count, then a pointer. */
static void **
pointer_of(const SPropValue *value)
{
	SPropValue *v = (SPropValue *)(uintptr_t)value;
	ULONG type = PROP_TYPE(v->ulPropTag);

	if (type == PT_STRING8 || type == PT_UNICODE || type == PT_CLSID)
		return (void **)&v->Value.lpszA;
	if (type == PT_BINARY || (type & MV_FLAG))
		return (void **)&v->Value.bin.lpb;
	return NULL;
}

/* Bytes that the pointer leads to, without what these point to in turn. */
static size_t
block_size(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	if (type & MV_FLAG)
		return value->Value.MVl.cValues * element_size(type);
	switch (type) {
	case PT_STRING8:
		return strlen(value->Value.lpszA) + 1;
	case PT_UNICODE:
		return (text_wcslen(value->Value.lpszW) + 1) * sizeof(WCHAR);
	case PT_BINARY:
		return value->Value.bin.cb;
	case PT_CLSID:
		return sizeof(GUID);
	default:
		return 0;
	}
}

/* Elements that have pointers themselves, and how many. */
static ULONG
nested_count(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	if (type == PT_MV_STRING8 || type == PT_MV_UNICODE || type == PT_MV_BINARY)
		return value->Value.MVl.cValues;
	return 0;
}

/* The pointer of the i-th element of the array at `array`, and (at the same address) its bytes. */
static void **
nested_pointer(ULONG type, void *array, ULONG i)
{
	if (type == PT_MV_BINARY)
		return (void **)&((SBinary *)array)[i].lpb;
	return &((void **)array)[i];
}

static size_t
nested_size(const SPropValue *value, ULONG i)
{
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_MV_STRING8:
		return strlen(value->Value.MVszA.lppszA[i]) + 1;
	case PT_MV_UNICODE:
		return (text_wcslen(value->Value.MVszW.lppszW[i]) + 1) * sizeof(WCHAR);
	default:
		return value->Value.MVbin.lpbin[i].cb;
	}
}

size_t
flat_value_size(const SPropValue *value)
{
	size_t size = pointer_of(value) ? FLAT_ALIGN(block_size(value)) : 0;
	ULONG i;

	for (i = 0; i < nested_count(value); i++)
		size += FLAT_ALIGN(nested_size(value, i));
	return size;
}

/* --- Copies -------------------------------------------------------------------------------- */

void
flat_value_copy(const SPropValue *from, SPropValue *to, BYTE **at)
{
	void **source = pointer_of(from), **target;
	BYTE *array = *at;
	size_t size;
	ULONG i;

	*to = *from;
	if (!source)
		return;
	size = block_size(from);
	if (size)
		memcpy(array, *source, size);
	*pointer_of(to) = array;
	*at += FLAT_ALIGN(size);
	for (i = 0; i < nested_count(from); i++) {
		target = nested_pointer(PROP_TYPE(from->ulPropTag), array, i);
		size = nested_size(from, i);
		if (size)
			memcpy(*at, *target, size);
		*target = *at;
		*at += FLAT_ALIGN(size);
	}
}

/* What can stand in a flat block: it has an ID, a type with a size, and of an array something. */
static bool
is_countable(const SPropValue *value)
{
	ULONG id = PROP_ID(value->ulPropTag), type = PROP_TYPE(value->ulPropTag);

	if (id == PROP_ID_NULL || id == PROP_ID_INVALID || type == PT_NULL)
		return false;
	if (type & MV_FLAG && !value->Value.MVl.cValues)
		return false;
	return type == PT_ERROR || SUCCEEDED(prop_check(value));
}

SCODE
ScCountProps(int count, LPSPropValue values, ULONG *size)
{
	size_t total = 0;
	int i;

	if (count < 0 || (count && !values))
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count; i++) {
		if (!is_countable(&values[i]))
			return MAPI_E_INVALID_PARAMETER;
		total += sizeof *values + flat_value_size(&values[i]);
	}
	if (total > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	if (size)
		*size = (ULONG)total;
	return S_OK;
}

SCODE
ScCopyProps(int count, LPSPropValue values, LPVOID target, ULONG *size)
{
	SPropValue *to = target;
	BYTE *at;
	SCODE sc;
	int i;

	if (!target)
		return MAPI_E_INVALID_PARAMETER;
	sc = ScCountProps(count, values, size);
	if (FAILED(sc))
		return sc;
	at = (BYTE *)(to + count);
	for (i = 0; i < count; i++)
		flat_value_copy(&values[i], &to[i], &at);
	return S_OK;
}

size_t
flat_value_move(SPropValue *value, ptrdiff_t here, ptrdiff_t there)
{
	ULONG type = PROP_TYPE(value->ulPropTag), i;
	void **pointer = pointer_of(value), **nested;
	BYTE *array;
	size_t size;

	if (!pointer)
		return 0;
	array = (BYTE *)*pointer + here;
	*pointer = array;
	for (i = 0; i < nested_count(value); i++) {
		nested = nested_pointer(type, array, i);
		*nested = (BYTE *)*nested + here;
	}
	size = flat_value_size(value);
	for (i = 0; i < nested_count(value); i++) {
		nested = nested_pointer(type, array, i);
		*nested = (BYTE *)*nested - here + there;
	}
	*pointer = array - here + there;
	return size;
}

/* A block that was written for the address `old_base` is read where it is, whichever of the two
 * that may be; the pointers that it gets are right at `new_base`. */
SCODE
ScRelocProps(int count, LPSPropValue values, LPVOID old_base, LPVOID new_base, ULONG *size)
{
	ptrdiff_t here = (BYTE *)values - (BYTE *)old_base;
	ptrdiff_t there = (BYTE *)new_base - (BYTE *)old_base;
	size_t total = 0;
	int i;

	if (count < 0 || (count && !values))
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		total += sizeof *values + flat_value_move(&values[i], here, there);
	if (size)
		*size = (ULONG)total;
	return S_OK;
}

SCODE
ScDupPropset(int count, LPSPropValue values, LPALLOCATEBUFFER allocate, LPSPropValue *out)
{
	void *block = NULL;
	ULONG size;
	SCODE sc;

	if (!allocate || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	sc = ScCountProps(count, values, &size);
	if (SUCCEEDED(sc))
		sc = allocate(size, &block);
	if (FAILED(sc))
		return sc;
	ScCopyProps(count, values, block, NULL);
	*out = block;
	return S_OK;
}

SCODE
PropCopyMore(LPSPropValue to, LPSPropValue from, ALLOCATEMORE *allocate, LPVOID object)
{
	void *block = NULL;
	size_t size;
	BYTE *at;
	SCODE sc;

	if (!to || !from || !allocate || FAILED(prop_check(from)) ||
	    PROP_TYPE(from->ulPropTag) == PT_OBJECT)
		return MAPI_E_INVALID_PARAMETER;
	size = flat_value_size(from);
	if (size > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	if (pointer_of(from)) {
		sc = allocate((ULONG)(size ? size : 1), object, &block);
		if (FAILED(sc))
			return sc;
	}
	at = block;
	flat_value_copy(from, to, &at);
	return S_OK;
}

/* One value of an array, for tables that show a row for each; it points into the array. */
void
GetInstance(LPSPropValue array, LPSPropValue value, ULONG i)
{
	ULONG type = PROP_TYPE(array->ulPropTag) & ~MVI_FLAG;
	BYTE *element;

	value->ulPropTag = PROP_TAG(type, PROP_ID(array->ulPropTag));
	if (i >= array->Value.MVl.cValues) {
		value->ulPropTag = PROP_TAG(PT_ERROR, PROP_ID(array->ulPropTag));
		value->Value.err = MAPI_E_NOT_FOUND;
		return;
	}
	element = (BYTE *)array->Value.MVl.lpl + i * element_size(type);
	if (type == PT_CLSID)
		value->Value.lpguid = (GUID *)(void *)element;
	else
		memcpy(&value->Value, element, element_size(type));
}
