/* SPDX-License-Identifier: MIT */
/*
 * Property sets as bytes: see blob.h for the frame.  Values, little endian:
 *
 *   numbers, times, GUIDs   their 2, 4, 8 or 16 bytes
 *   PT_STRING8, PT_BINARY   the bytes, without a closing 0
 *   PT_UNICODE              the 16-bit units, without a closing 0
 *   PT_MV_*                 count(u32), then each element: of a fixed size as above, else size(u32)
 *                           and the bytes
 */
#include "blob.h"

#include <string.h>
#include "mem.h"
#include "prop.h"
#include "text.h"

#define VERSION 1
#define HEADER_SIZE 8
#define ENTRY_SIZE 8
/* GByteArray doubles its room in 32 bits. */
#define SIZE_LIMIT 0x7FFFFFFFu

/* --- Writing ------------------------------------------------------------------------------- */

static void
put_u32(GByteArray *out, ULONG number)
{
	guint32 little = GUINT32_TO_LE(number);

	g_byte_array_append(out, (const guint8 *)&little, sizeof(little));
}

/* `size` bytes that are made of numbers of `unit` bytes each. */
static void
put_units(GByteArray *out, const void *data, size_t size, size_t unit)
{
	guint start = out->len;

	if (size > 0)
		g_byte_array_append(out, data, (guint)size);
	if (G_BYTE_ORDER == G_BIG_ENDIAN)
		for (size_t at = start; unit > 1 && at < out->len; at += unit)
			for (size_t i = 0; i < unit / 2; i++) {
				guint8 swap = out->data[at + i];

				out->data[at + i] = out->data[at + unit - 1 - i];
				out->data[at + unit - 1 - i] = swap;
			}
}

static void
put_guid(GByteArray *out, const GUID *guid)
{
	put_units(out, &guid->Data1, 4, 4);
	put_units(out, &guid->Data2, 2, 2);
	put_units(out, &guid->Data3, 2, 2);
	put_units(out, guid->Data4, 8, 1);
}

/* Bytes that the value takes in the blob. */
static size_t
encoded_size(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);
	size_t size = prop_size(value);

	switch (type) {
	case PT_STRING8:
		return size - 1;
	case PT_UNICODE:
		return size - sizeof(WCHAR);
	}
	if (!(type & MV_FLAG))
		return size;
	size += 4;
	if (!prop_fixed_size(type & ~MV_FLAG))
		size += (size_t)value->Value.bin.cb * 4;
	if (type == PT_MV_STRING8)
		size -= value->Value.bin.cb;
	if (type == PT_MV_UNICODE)
		size -= value->Value.bin.cb * sizeof(WCHAR);
	return size;
}

static void
put_single(GByteArray *out, const SPropValue *value)
{
	size_t size = encoded_size(value);

	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_STRING8:
		put_units(out, value->Value.lpszA, size, 1);
		break;
	case PT_UNICODE:
		put_units(out, value->Value.lpszW, size, sizeof(WCHAR));
		break;
	case PT_BINARY:
		put_units(out, value->Value.bin.lpb, size, 1);
		break;
	case PT_CLSID:
		put_guid(out, value->Value.lpguid);
		break;
	case PT_SYSTIME:
		put_u32(out, value->Value.ft.dwLowDateTime);
		put_u32(out, value->Value.ft.dwHighDateTime);
		break;
	default:
		put_units(out, &value->Value, size, size);
	}
}

static void
put_value(GByteArray *out, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);
	ULONG i;

	if (!(type & MV_FLAG)) {
		put_single(out, value);
		return;
	}
	put_u32(out, value->Value.bin.cb);
	for (i = 0; i < value->Value.bin.cb; i++) {
		SPropValue element;

		prop_mv_element(value, i, &element);
		if (!prop_fixed_size(type & ~MV_FLAG))
			put_u32(out, (ULONG)encoded_size(&element));
		put_single(out, &element);
	}
}

static bool
is_stored(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	return type != PT_NULL && type != PT_OBJECT;
}

HRESULT
blob_encode(const SPropValue *values, ULONG count, GByteArray *out)
{
	size_t total = (size_t)out->len + HEADER_SIZE;
	static const guint8 magic[] = { 'E', 'P', VERSION, 0 };
	ULONG i, stored = 0;

	for (i = 0; i < count; i++) {
		HRESULT hr = prop_check(&values[i]);

		if (FAILED(hr))
			return hr;
		if (!is_stored(&values[i]))
			continue;
		total += ENTRY_SIZE + encoded_size(&values[i]);
		if (total > SIZE_LIMIT)
			return MAPI_E_TOO_BIG;
		stored++;
	}
	g_byte_array_append(out, magic, sizeof(magic));
	put_u32(out, stored);
	for (i = 0; i < count; i++) {
		if (!is_stored(&values[i]))
			continue;
		put_u32(out, values[i].ulPropTag);
		put_u32(out, (ULONG)encoded_size(&values[i]));
		put_value(out, &values[i]);
	}
	return S_OK;
}

/* --- Reading ------------------------------------------------------------------------------- */

/* What is left to read. */
struct reader {
	const guint8 *at;
	size_t left;
};

/* The next `size` bytes, NULL where there are fewer. */
static const guint8 *
take(struct reader *reader, size_t size)
{
	const guint8 *at = reader->at;

	if (size > reader->left)
		return NULL;
	reader->at += size;
	reader->left -= size;
	return at;
}

static bool
take_u32(struct reader *reader, ULONG *number)
{
	const guint8 *at = take(reader, 4);

	if (!at)
		return false;
	*number = (ULONG)at[0] | (ULONG)at[1] << 8 | (ULONG)at[2] << 16 | (ULONG)at[3] << 24;
	return true;
}

static guint64
read_number(const guint8 *at, size_t size)
{
	guint64 number = 0;

	while (size-- > 0)
		number = number << 8 | at[size];
	return number;
}

static void
read_guid(const guint8 *at, GUID *guid)
{
	guid->Data1 = (ULONG)read_number(at, 4);
	guid->Data2 = (USHORT)read_number(at + 4, 2);
	guid->Data3 = (USHORT)read_number(at + 6, 2);
	memcpy(guid->Data4, at + 8, sizeof(guid->Data4));
}

/* A number, time or the like of its exact size, to where it lies in a value or in an array. */
static void
read_fixed(ULONG type, const guint8 *at, void *target)
{
	size_t size = prop_fixed_size(type);
	guint64 number = size <= 8 ? read_number(at, size) : 0;
	guint16 small = (guint16)number;
	guint32 middle = (guint32)number;
	FILETIME time = { (DWORD)number, (DWORD)(number >> 32) };

	if (type == PT_CLSID)
		read_guid(at, target);
	else if (type == PT_SYSTIME)
		memcpy(target, &time, size);
	else
		memcpy(target,
		    size == 2   ? (void *)&small
		    : size == 4 ? (void *)&middle
				: (void *)&number,
		    size);
}

static HRESULT
read_unicode(void *root, const guint8 *at, size_t size, union _PV *value)
{
	size_t i, units = size / sizeof(WCHAR);
	WCHAR *text;

	if (size % sizeof(WCHAR) != 0)
		return MAPI_E_CORRUPT_DATA;
	text = mem_zalloc(root, size + sizeof(WCHAR));
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	value->lpszW = text;
	for (i = 0; i < units; i++) {
		text[i] = (WCHAR)read_number(at + 2 * i, 2);
		if (!text[i])
			return MAPI_E_CORRUPT_DATA;
	}
	return S_OK;
}

/* A text or a run of bytes. */
static HRESULT
read_variable(void *root, ULONG type, const guint8 *at, size_t size, union _PV *value)
{
	switch (type) {
	case PT_STRING8:
		if (size > 0 && memchr(at, 0, size))
			return MAPI_E_CORRUPT_DATA;
		value->lpszA = mem_strndup(root, (const char *)at, size);
		return value->lpszA ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	case PT_UNICODE:
		return read_unicode(root, at, size, value);
	case PT_BINARY:
		value->bin.lpb = mem_memdup(root, at, size);
		value->bin.cb = (ULONG)size;
		return value->bin.lpb ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	default:
		return MAPI_E_CORRUPT_DATA;
	}
}

static HRESULT
read_single(void *root, ULONG type, struct reader *reader, union _PV *value)
{
	size_t size = reader->left;
	const guint8 *at = take(reader, size);

	if (!prop_fixed_size(type))
		return read_variable(root, type, at, size, value);
	if (size != prop_fixed_size(type))
		return MAPI_E_CORRUPT_DATA;
	if (type == PT_CLSID) {
		value->lpguid = mem_zalloc(root, sizeof(GUID));
		if (!value->lpguid)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	read_fixed(type, at, type == PT_CLSID ? (void *)value->lpguid : (void *)value);
	return S_OK;
}

static HRESULT
read_fixed_array(void *root, ULONG type, struct reader *reader, union _PV *value)
{
	size_t size = prop_fixed_size(type);
	const guint8 *at = reader->at;
	BYTE *elements;
	ULONG i;

	if (reader->left != (size_t)value->bin.cb * size)
		return MAPI_E_CORRUPT_DATA;
	elements = mem_zalloc(root, reader->left);
	if (!elements)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < value->bin.cb; i++)
		read_fixed(type, at + i * size, elements + i * size);
	value->bin.lpb = elements;
	return S_OK;
}

static bool
has_arrays(ULONG type)
{
	if (type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY)
		return true;
	return prop_fixed_size(type) && type != PT_BOOLEAN && type != PT_ERROR;
}

static HRESULT
read_array(void *root, ULONG type, struct reader *reader, union _PV *value)
{
	size_t step = type == PT_BINARY ? sizeof(SBinary) : sizeof(void *);
	BYTE *elements;
	ULONG i;

	if (!take_u32(reader, &value->bin.cb) || !has_arrays(type))
		return MAPI_E_CORRUPT_DATA;
	if (prop_fixed_size(type))
		return read_fixed_array(root, type, reader, value);
	if (value->bin.cb > reader->left / 4)
		return MAPI_E_CORRUPT_DATA;
	elements = mem_zalloc(root, value->bin.cb * step);
	if (!elements)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < value->bin.cb; i++) {
		union _PV element;
		const guint8 *at = NULL;
		HRESULT hr;
		ULONG size;

		memset(&element, 0, sizeof(element));
		if (take_u32(reader, &size))
			at = take(reader, size);
		hr = at ? read_variable(root, type, at, size, &element) : MAPI_E_CORRUPT_DATA;
		if (FAILED(hr))
			return hr;
		memcpy(elements + i * step, &element, step);
	}
	value->bin.lpb = elements;
	return reader->left == 0 ? S_OK : MAPI_E_CORRUPT_DATA;
}

static HRESULT
read_property(void *root, struct reader *reader, SPropValue *value)
{
	struct reader data;
	ULONG size, type;

	if (!take_u32(reader, &value->ulPropTag) || !take_u32(reader, &size))
		return MAPI_E_CORRUPT_DATA;
	data.at = take(reader, size);
	data.left = size;
	if (!data.at)
		return MAPI_E_CORRUPT_DATA;
	type = PROP_TYPE(value->ulPropTag);
	if (type & MV_FLAG)
		return read_array(root, type & ~MV_FLAG, &data, &value->Value);
	return read_single(root, type, &data, &value->Value);
}

static HRESULT
read_header(struct reader *reader, ULONG *count)
{
	const guint8 *at = take(reader, 4);

	if (!at || at[0] != 'E' || at[1] != 'P')
		return MAPI_E_CORRUPT_DATA;
	if (at[2] > VERSION)
		return MAPI_E_VERSION;
	if (at[2] != VERSION || at[3] != 0 || !take_u32(reader, count))
		return MAPI_E_CORRUPT_DATA;
	return *count <= reader->left / ENTRY_SIZE ? S_OK : MAPI_E_CORRUPT_DATA;
}

/* On `root`; NULL: the values themselves become the root. */
static HRESULT
decode(void *root, const void *data, size_t size, SPropValue **out, ULONG *count)
{
	struct reader reader = { data, size };
	SPropValue *values = NULL;
	ULONG i, found;
	HRESULT hr;

	*out = NULL;
	*count = 0;
	hr = read_header(&reader, &found);
	if (FAILED(hr))
		return hr;
	if (found == 0)
		return reader.left == 0 ? S_OK : MAPI_E_CORRUPT_DATA;
	values = mem_zalloc(root, found * sizeof(*values));
	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < found && SUCCEEDED(hr); i++)
		hr = read_property(root ? root : values, &reader, &values[i]);
	if (SUCCEEDED(hr) && reader.left > 0)
		hr = MAPI_E_CORRUPT_DATA;
	if (FAILED(hr)) {
		if (!root)
			mem_free(values);
		return hr;
	}
	*out = values;
	*count = found;
	return S_OK;
}

HRESULT
blob_decode(const void *data, size_t size, SPropValue **out, ULONG *count)
{
	return decode(NULL, data, size, out, count);
}

struct choice {
	bool (*wanted)(const void *context, ULONG tag);
	const void *context;
};

/* The next property where it is wanted, hung on *values, which begins with the first one. */
static HRESULT
choose(struct reader *reader, ULONG left, const struct choice *choice, SPropValue **values,
    ULONG *count)
{
	struct reader property = *reader;
	ULONG tag, size;

	if (!take_u32(reader, &tag) || !take_u32(reader, &size) || !take(reader, size))
		return MAPI_E_CORRUPT_DATA;
	if (!choice->wanted(choice->context, tag))
		return S_OK;
	if (!*values)
		*values = mem_zalloc(NULL, left * sizeof(**values));
	if (!*values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return read_property(*values, &property, &(*values)[(*count)++]);
}

HRESULT
blob_decode_some(const void *data, size_t size, bool (*wanted)(const void *context, ULONG tag),
    const void *context, SPropValue **out, ULONG *count)
{
	struct choice choice = { wanted, context };
	struct reader reader = { data, size };
	ULONG left;
	HRESULT hr;

	*out = NULL;
	*count = 0;
	hr = read_header(&reader, &left);
	for (; SUCCEEDED(hr) && left; left--)
		hr = choose(&reader, left, &choice, out, count);
	if (SUCCEEDED(hr) && reader.left > 0)
		hr = MAPI_E_CORRUPT_DATA;
	if (FAILED(hr)) {
		mem_free(*out);
		*out = NULL;
		*count = 0;
	}
	return hr;
}

HRESULT
blob_decode_onto(void *root, const void *data, size_t size, SPropValue **out, ULONG *count)
{
	return decode(root, data, size, out, count);
}
