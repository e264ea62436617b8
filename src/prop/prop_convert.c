/* SPDX-License-Identifier: MIT */
/* Property values: between the two kinds of text, sizes, and order.  See prop.h. */
#include "prop.h"

#include <string.h>
#include "mem.h"
#include "text.h"

static bool
is_text(ULONG type)
{
	type &= ~MV_FLAG;
	return type == PT_STRING8 || type == PT_UNICODE;
}

/* The other kind of text than `type`. */
static void *
convert_text(void *root, ULONG type, const union _PV *value)
{
	if (type == PT_UNICODE)
		return text_to_utf16(root, value->lpszA);
	return text_to_utf8(root, value->lpszW);
}

static HRESULT
convert_array(void *root, const SPropValue *source, ULONG type, SPropValue *target)
{
	ULONG count = source->Value.MVszA.cValues;
	void **texts = mem_zalloc(root, count * sizeof(*texts));
	SPropValue element;
	ULONG i;

	if (!texts)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count; i++) {
		prop_mv_element(source, i, &element);
		texts[i] = convert_text(root, type & ~MV_FLAG, &element.Value);
		if (!texts[i])
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	target->Value.MVszA.cValues = count;
	target->Value.MVszA.lppszA = (LPSTR *)texts;
	return S_OK;
}

HRESULT
prop_convert(void *root, const SPropValue *source, ULONG type, SPropValue *target)
{
	ULONG from = PROP_TYPE(source->ulPropTag);
	HRESULT hr;

	if (from == type)
		return prop_copy(root, source, target);
	if (!is_text(from) || !is_text(type) || (from & MV_FLAG) != (type & MV_FLAG))
		return MAPI_E_UNEXPECTED_TYPE;
	hr = prop_check(source);
	if (FAILED(hr))
		return hr;
	memset(target, 0, sizeof(*target));
	target->ulPropTag = CHANGE_PROP_TYPE(source->ulPropTag, type);
	if (type & MV_FLAG)
		return convert_array(root, source, type, target);
	target->Value.lpszA = convert_text(root, type, &source->Value);
	return target->Value.lpszA ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

size_t
prop_size(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);
	SPropValue element;
	size_t size = 0;
	ULONG i;

	switch (type) {
	case PT_STRING8:
		return strlen(value->Value.lpszA) + 1;
	case PT_UNICODE:
		return (text_wcslen(value->Value.lpszW) + 1) * sizeof(WCHAR);
	case PT_BINARY:
		return value->Value.bin.cb;
	}
	if (!(type & MV_FLAG))
		return prop_fixed_size(type);
	if (prop_fixed_size(type & ~MV_FLAG))
		return value->Value.bin.cb * prop_fixed_size(type & ~MV_FLAG);
	for (i = 0; i < value->Value.bin.cb; i++) {
		prop_mv_element(value, i, &element);
		size += prop_size(&element);
	}
	return size;
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

static int
order_double(double a, double b)
{
	if (a != a || b != b)
		return (a != a) - (b != b);
	return ORDER(a, b);
}

static int
order_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t size = a_size < b_size ? a_size : b_size;
	int order = size > 0 ? memcmp(a, b, size) : 0;

	return order ? order : ORDER(a_size, b_size);
}

static int
order_text(const SPropValue *a, const SPropValue *b)
{
	struct text_cursor left = { 0 }, right = { 0 };

	if (PROP_TYPE(a->ulPropTag) == PT_STRING8)
		left.utf8 = a->Value.lpszA;
	else
		left.utf16 = a->Value.lpszW;
	if (PROP_TYPE(b->ulPropTag) == PT_STRING8)
		right.utf8 = b->Value.lpszA;
	else
		right.utf16 = b->Value.lpszW;
	return text_compare(left, right, TEXT_IGNORE_CASE);
}

static ULONGLONG
filetime(FILETIME time)
{
	return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static int
order_arrays(const SPropValue *a, const SPropValue *b)
{
	ULONG i;

	for (i = 0; i < a->Value.bin.cb && i < b->Value.bin.cb; i++) {
		SPropValue left, right;
		int order;

		prop_mv_element(a, i, &left);
		prop_mv_element(b, i, &right);
		order = prop_compare(&left, &right);
		if (order)
			return order;
	}
	return ORDER(a->Value.bin.cb, b->Value.bin.cb);
}

/* Both of one type that is no array. */
static int
order_single(const SPropValue *a, const SPropValue *b)
{
	const union _PV *x = &a->Value, *y = &b->Value;

	switch (PROP_TYPE(a->ulPropTag)) {
	case PT_I2:
		return ORDER(x->i, y->i);
	case PT_LONG:
	case PT_ERROR:
		return ORDER(x->l, y->l);
	case PT_BOOLEAN:
		return (x->b != 0) - (y->b != 0);
	case PT_R4:
		return order_double(x->flt, y->flt);
	case PT_DOUBLE:
	case PT_APPTIME:
		return order_double(x->dbl, y->dbl);
	case PT_CURRENCY:
	case PT_I8:
		return ORDER(x->li.QuadPart, y->li.QuadPart);
	case PT_SYSTIME:
		return ORDER(filetime(x->ft), filetime(y->ft));
	case PT_CLSID:
		return memcmp(x->lpguid, y->lpguid, sizeof(GUID));
	case PT_BINARY:
		return order_bytes(x->bin.lpb, x->bin.cb, y->bin.lpb, y->bin.cb);
	default:
		return 0;
	}
}

int
prop_compare(const SPropValue *a, const SPropValue *b)
{
	ULONG left = PROP_TYPE(a->ulPropTag), right = PROP_TYPE(b->ulPropTag);
	bool both_text = is_text(left) && is_text(right) && (left & MV_FLAG) == (right & MV_FLAG);

	if (left != right && !both_text)
		return ORDER(left, right);
	if (left & MV_FLAG)
		return order_arrays(a, b);
	return both_text ? order_text(a, b) : order_single(a, b);
}
