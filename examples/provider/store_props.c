/* SPDX-License-Identifier: MIT */
/* Lists of properties: see store.h. */
#include "store.h"

/* --- Values -------------------------------------------------------------------------------- */

static size_t
wide_size(const WCHAR *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return (length + 1) * sizeof(WCHAR);
}

/* The bytes outside of the structure, which has a pointer to them; 0 where there are none. */
static size_t
outside(const SPropValue *value, const void **bytes)
{
	*bytes = NULL;
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_STRING8:
		*bytes = value->Value.lpszA;
		return strlen(value->Value.lpszA) + 1;
	case PT_UNICODE:
		*bytes = value->Value.lpszW;
		return wide_size(value->Value.lpszW);
	case PT_BINARY:
		*bytes = value->Value.bin.lpb;
		return value->Value.bin.cb;
	case PT_CLSID:
		*bytes = value->Value.lpguid;
		return sizeof(GUID);
	default:
		return 0;
	}
}

static bool
is_outside(ULONG tag)
{
	ULONG type = PROP_TYPE(tag);

	return type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY || type == PT_CLSID;
}

static bool
is_kept(ULONG tag)
{
	switch (PROP_TYPE(tag)) {
	case PT_I2:
	case PT_LONG:
	case PT_BOOLEAN:
	case PT_I8:
	case PT_SYSTIME:
	case PT_DOUBLE:
	case PT_STRING8:
	case PT_UNICODE:
	case PT_BINARY:
	case PT_CLSID:
		return true;
	default:
		return false;
	}
}

static void
point_at(SPropValue *value, void *bytes)
{
	if (PROP_TYPE(value->ulPropTag) == PT_BINARY)
		value->Value.bin.lpb = bytes;
	else if (is_outside(value->ulPropTag))
		value->Value.lpszA = bytes; /* all pointers lie in the same place */
}

static void
free_value(SPropValue *value)
{
	const void *bytes;

	outside(value, &bytes);
	free((void *)(uintptr_t)bytes);
}

static HRESULT
copy_value(const SPropValue *from, SPropValue *to)
{
	const void *bytes;
	size_t size = outside(from, &bytes);
	void *copy = NULL;

	if (size) {
		copy = malloc(size);
		if (!copy)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		memcpy(copy, bytes, size);
	}
	*to = *from;
	point_at(to, copy);
	return S_OK;
}

/* --- Text: UTF-8 and UTF-16 ---------------------------------------------------------------- */

/* One character and the bytes it takes; a byte that is no UTF-8 is taken for Latin-1. */
static size_t
get_utf8(const unsigned char *text, ULONG *character)
{
	size_t more = *text >= 0xF0 ? 3 : *text >= 0xE0 ? 2 : *text >= 0xC2 ? 1 : 0;
	ULONG value = more ? *text & (0x3Fu >> more) : *text;

	for (size_t i = 1; i <= more; i++) {
		if ((text[i] & 0xC0) != 0x80) {
			*character = *text;
			return 1;
		}
		value = value << 6 | (text[i] & 0x3F);
	}
	*character = value > 0x10FFFF ? 0xFFFD : value;
	return more + 1;
}

/* `to` has room for as many units as `text` has bytes. */
static void
widen(const char *text, WCHAR *to)
{
	const unsigned char *p = (const unsigned char *)text;
	ULONG c;

	while (*p) {
		p += get_utf8(p, &c);
		if (c >= 0x10000) {
			*to++ = (WCHAR)(0xD7C0 + (c >> 10));
			c = 0xDC00 + (c & 0x3FF);
		}
		*to++ = (WCHAR)c;
	}
	*to = 0;
}

/* `to` has room for three bytes a unit. */
static void
narrow(const WCHAR *text, char *to)
{
	while (*text) {
		ULONG c = *text++;

		if (c >= 0xD800 && c < 0xDC00 && *text >= 0xDC00 && *text < 0xE000)
			c = 0x10000 + ((c - 0xD800) << 10) + (*text++ - 0xDC00u);
		if (c < 0x80) {
			*to++ = (char)c;
			continue;
		}
		if (c < 0x800) {
			*to++ = (char)(0xC0 | c >> 6);
		} else {
			if (c < 0x10000) {
				*to++ = (char)(0xE0 | c >> 12);
			} else {
				*to++ = (char)(0xF0 | c >> 18);
				*to++ = (char)(0x80 | (c >> 12 & 0x3F));
			}
			*to++ = (char)(0x80 | (c >> 6 & 0x3F));
		}
		*to++ = (char)(0x80 | (c & 0x3F));
	}
	*to = '\0';
}

static bool
is_text(ULONG tag)
{
	return PROP_TYPE(tag) == PT_STRING8 || PROP_TYPE(tag) == PT_UNICODE;
}

/* Into memory that hangs on `root`, as the type that is asked for. */
static HRESULT
give_value(const SPropValue *from, ULONG type, void *root, SPropValue *to)
{
	const void *bytes;
	size_t size = outside(from, &bytes);
	bool other = is_text(from->ulPropTag) && type != PROP_TYPE(from->ulPropTag);
	void *copy = NULL;
	HRESULT hr = S_OK;

	*to = *from;
	if (size)
		hr = memory.more((ULONG)(other ? size * 3 : size), root, &copy);
	if (FAILED(hr))
		return hr;
	if (other) {
		to->ulPropTag = PROP_TAG(type, PROP_ID(from->ulPropTag));
		if (type == PT_UNICODE)
			widen(bytes, copy);
		else
			narrow(bytes, copy);
	} else if (size) {
		memcpy(copy, bytes, size);
	}
	point_at(to, copy);
	return S_OK;
}

/* --- The list ------------------------------------------------------------------------------ */

void
props_clear(struct props *props)
{
	for (ULONG i = 0; i < props->count; i++)
		free_value(&props->values[i]);
	free(props->values);
	props->values = NULL;
	props->count = 0;
}

static SPropValue *
find_id(const struct props *props, ULONG tag)
{
	for (ULONG i = 0; i < props->count; i++)
		if (PROP_ID(props->values[i].ulPropTag) == PROP_ID(tag))
			return &props->values[i];
	return NULL;
}

const SPropValue *
props_find(const struct props *props, ULONG tag)
{
	const SPropValue *value = find_id(props, tag);

	return value && value->ulPropTag == tag ? value : NULL;
}

HRESULT
props_set(struct props *props, const SPropValue *value)
{
	SPropValue copy, *place;
	HRESULT hr;

	if (PROP_TYPE(value->ulPropTag) == PT_ERROR)
		return S_OK;
	if (!is_kept(value->ulPropTag))
		return MAPI_E_NO_SUPPORT;
	if (is_outside(value->ulPropTag) && PROP_TYPE(value->ulPropTag) != PT_BINARY &&
	    !value->Value.lpszA)
		return MAPI_E_INVALID_PARAMETER;
	hr = copy_value(value, &copy);
	if (FAILED(hr))
		return hr;
	place = find_id(props, value->ulPropTag);
	if (place) {
		free_value(place);
	} else {
		place = realloc(props->values, (props->count + 1) * sizeof(*place));
		if (!place) {
			free_value(&copy);
			return MAPI_E_NOT_ENOUGH_MEMORY;
		}
		props->values = place;
		place += props->count++;
	}
	*place = copy;
	return S_OK;
}

HRESULT
props_set_long(struct props *props, ULONG tag, LONG number)
{
	SPropValue value = { .ulPropTag = tag, .Value.l = number };

	return props_set(props, &value);
}

HRESULT
props_set_binary(struct props *props, ULONG tag, const void *data, ULONG size)
{
	SPropValue value = { .ulPropTag = tag, .Value.bin = { size, (BYTE *)(uintptr_t)data } };

	return props_set(props, &value);
}

void
props_remove(struct props *props, ULONG tag)
{
	SPropValue *value = find_id(props, tag);

	if (!value)
		return;
	free_value(value);
	*value = props->values[--props->count];
}

static HRESULT
get_one(const struct props *props, ULONG tag, ULONG flags, void *root, SPropValue *out)
{
	const SPropValue *value = find_id(props, tag);
	ULONG type = PROP_TYPE(tag);

	if (type == PT_UNSPECIFIED && value)
		type = !is_text(value->ulPropTag) ? PROP_TYPE(value->ulPropTag)
		       : flags & MAPI_UNICODE     ? PT_UNICODE
						  : PT_STRING8;
	if (value &&
	    (type == PROP_TYPE(value->ulPropTag) || (is_text(type) && is_text(value->ulPropTag))))
		return give_value(value, type, root, out);
	memset(out, 0, sizeof(*out));
	out->ulPropTag = PROP_TAG(PT_ERROR, PROP_ID(tag));
	out->Value.err = MAPI_E_NOT_FOUND;
	return MAPI_W_ERRORS_RETURNED;
}

HRESULT
props_get(const struct props *props, const SPropTagArray *tags, ULONG flags, ULONG *count,
    SPropValue **out)
{
	ULONG wanted = tags ? tags->cValues : props->count;
	SPropValue *values = NULL;
	HRESULT hr, worst = S_OK;

	*count = 0;
	*out = NULL;
	hr = memory.buffer((wanted + 1) * (ULONG)sizeof(*values), (LPVOID *)&values);
	for (ULONG i = 0; SUCCEEDED(hr) && i < wanted; i++) {
		ULONG tag = tags ? tags->aulPropTag[i]
				 : PROP_TAG(PT_UNSPECIFIED, PROP_ID(props->values[i].ulPropTag));

		hr = get_one(props, tag, flags, values, &values[i]);
		if (hr == MAPI_W_ERRORS_RETURNED)
			worst = hr;
	}
	if (FAILED(hr)) {
		memory.free(values);
		return hr;
	}
	*count = wanted;
	*out = values;
	return worst;
}

HRESULT
props_list(const struct props *props, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *tags = NULL;
	HRESULT hr = memory.buffer(CbNewSPropTagArray(props->count), (LPVOID *)&tags);

	*out = NULL;
	if (FAILED(hr))
		return hr;
	tags->cValues = props->count;
	for (ULONG i = 0; i < props->count; i++) {
		ULONG tag = props->values[i].ulPropTag;

		if (is_text(tag))
			tag =
			    PROP_TAG(flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8, PROP_ID(tag));
		tags->aulPropTag[i] = tag;
	}
	*out = tags;
	return S_OK;
}

/* --- In a file: count, then of each value the structure's tag and eight bytes, or its bytes -- */

#define VALUE_MAX (64u * 1024 * 1024)
#define COUNT_MAX 100000u

HRESULT
props_write(const struct props *props, FILE *file)
{
	fwrite(&props->count, sizeof(props->count), 1, file);
	for (ULONG i = 0; i < props->count; i++) {
		const SPropValue *value = &props->values[i];
		const void *bytes;
		ULONG size = (ULONG)outside(value, &bytes);

		if (!is_outside(value->ulPropTag)) {
			bytes = &value->Value;
			size = sizeof(LONGLONG);
		}
		fwrite(&value->ulPropTag, sizeof(value->ulPropTag), 1, file);
		fwrite(&size, sizeof(size), 1, file);
		fwrite(bytes, size, 1, file);
	}
	return ferror(file) ? MAPI_E_DISK_ERROR : S_OK;
}

/* Checks what was read: nobody may be led outside of it. */
static HRESULT
make_value(ULONG tag, BYTE *bytes, ULONG size, SPropValue *value)
{
	memset(value, 0, sizeof(*value));
	value->ulPropTag = tag;
	switch (PROP_TYPE(tag)) {
	case PT_STRING8:
		if (!size || bytes[size - 1])
			return MAPI_E_CORRUPT_STORE;
		break;
	case PT_UNICODE:
		if (size < 2 || size % 2 || bytes[size - 1] || bytes[size - 2])
			return MAPI_E_CORRUPT_STORE;
		break;
	case PT_BINARY:
		value->Value.bin.cb = size;
		break;
	case PT_CLSID:
		if (size != sizeof(GUID))
			return MAPI_E_CORRUPT_STORE;
		break;
	default:
		if (!is_kept(tag) || size != sizeof(LONGLONG))
			return MAPI_E_CORRUPT_STORE;
		memcpy(&value->Value, bytes, size);
	}
	point_at(value, bytes);
	return S_OK;
}

static HRESULT
read_value(struct props *props, FILE *file)
{
	BYTE *bytes = NULL;
	ULONG head[2];
	SPropValue value;
	HRESULT hr = MAPI_E_CORRUPT_STORE;

	if (fread(head, sizeof(head), 1, file) != 1 || head[1] > VALUE_MAX)
		return MAPI_E_CORRUPT_STORE;
	bytes = malloc(head[1] + 1);
	if (!bytes)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (fread(bytes, 1, head[1], file) == head[1])
		hr = make_value(head[0], bytes, head[1], &value);
	if (SUCCEEDED(hr))
		hr = props_set(props, &value);
	free(bytes);
	return hr;
}

HRESULT
props_read(struct props *props, FILE *file)
{
	ULONG count;
	HRESULT hr = S_OK;

	if (fread(&count, sizeof(count), 1, file) != 1 || count > COUNT_MAX)
		return MAPI_E_CORRUPT_STORE;
	while (SUCCEEDED(hr) && count--)
		hr = read_value(props, file);
	return hr;
}
