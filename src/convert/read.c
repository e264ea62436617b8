/* SPDX-License-Identifier: MIT */
/* See read.h. */
#include "read.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>

#include "mem.h"
#include "prop.h"
#include "text.h"

#define VALUE_MAX (1024u * 1024 * 1024)
#define PIECE (64 * 1024)
#define ROWS 200

static SPropTagArray *
make_tags(const ULONG *tags, ULONG count)
{
	SPropTagArray *array = mem_zalloc(NULL, CbNewSPropTagArray(count));

	if (array) {
		array->cValues = count;
		memcpy(array->aulPropTag, tags, count * sizeof *tags);
	}
	return array;
}

/* Conversion that can fail is done here, once, for whoever asks by prop_find_text() later. */
static HRESULT
texts_to_utf8(void *root, SPropValue *values, ULONG count)
{
	SPropValue text;
	HRESULT hr;
	ULONG i;

	for (i = 0; i < count; i++) {
		if (PROP_TYPE(values[i].ulPropTag) != PT_UNICODE)
			continue;
		hr = prop_convert(root, &values[i], PT_STRING8, &text);
		if (FAILED(hr))
			return hr;
		values[i] = text;
	}
	return S_OK;
}

HRESULT
read_props(IMAPIProp *object, const ULONG *tags, ULONG count, SPropValue **out)
{
	SPropTagArray *array = make_tags(tags, count);
	SPropValue *values = NULL;
	ULONG got = 0;
	HRESULT hr;

	*out = NULL;
	if (!array)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = object->lpVtbl->GetProps(object, array, MAPI_UNICODE, &got, &values);
	mem_free(array);
	if (FAILED(hr))
		return hr;
	/* Another count breaks the contract. */
	hr = got == count ? texts_to_utf8(values, values, count) : MAPI_E_CALL_FAILED;
	if (FAILED(hr)) {
		mem_free(values);
		return hr;
	}
	*out = values;
	return S_OK;
}

HRESULT
read_stream(IStream *stream, GByteArray *out)
{
	HRESULT hr = S_OK;
	ULONG got = 0;
	BYTE *piece = g_try_malloc(PIECE);

	if (!piece)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	do {
		hr = stream->lpVtbl->Read(stream, piece, PIECE, &got);
		if (FAILED(hr))
			break;
		if (out->len + got > VALUE_MAX) {
			hr = MAPI_E_NOT_ENOUGH_MEMORY;
			break;
		}
		g_byte_array_append(out, piece, got);
	} while (got > 0);
	g_free(piece);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
open_and_read(IMAPIProp *object, ULONG tag, GByteArray **out)
{
	GByteArray *bytes = NULL;
	IStream *stream = NULL;
	HRESULT hr;

	hr = object->lpVtbl->OpenProperty(object, tag, &IID_IStream, 0, 0, (LPUNKNOWN *)&stream);
	if (FAILED(hr))
		return hr;
	bytes = g_byte_array_new();
	hr = read_stream(stream, bytes);
	stream->lpVtbl->Release(stream);
	if (FAILED(hr)) {
		g_byte_array_unref(bytes);
		return hr;
	}
	*out = bytes;
	return S_OK;
}

/* Whether GetProps left the value out because of its length. */
static bool
is_too_long(const SPropValue *values, ULONG count, ULONG tag)
{
	ULONG i;

	for (i = 0; i < count; i++)
		if (PROP_ID(values[i].ulPropTag) == PROP_ID(tag) &&
		    PROP_TYPE(values[i].ulPropTag) == PT_ERROR &&
		    values[i].Value.err == MAPI_E_NOT_ENOUGH_MEMORY)
			return true;
	return false;
}

bool
read_is_present(const SPropValue *values, ULONG count, ULONG tag)
{
	return prop_find(values, count, tag) || is_too_long(values, count, tag);
}

HRESULT
read_text(IMAPIProp *object, const SPropValue *values, ULONG count, ULONG tag, char **out)
{
	static const BYTE end[2] = { 0, 0 };
	GByteArray *bytes = NULL;
	char *text;
	HRESULT hr;

	*out = prop_find_text(values, count, tag);
	if (*out || !is_too_long(values, count, tag))
		return S_OK;
	hr = open_and_read(object, CHANGE_PROP_TYPE(tag, PT_UNICODE), &bytes);
	if (FAILED(hr))
		return hr;
	if (bytes->len % 2)
		g_byte_array_set_size(bytes, bytes->len - 1);
	g_byte_array_append(bytes, end, sizeof end);
	text = text_to_utf8(NULL, (const WCHAR *)(const void *)bytes->data);
	g_byte_array_unref(bytes);
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*out = g_strdup(text);
	mem_free(text);
	return S_OK;
}

HRESULT
read_binary(IMAPIProp *object, const SPropValue *values, ULONG count, ULONG tag, GByteArray **out)
{
	const SPropValue *value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_BINARY));

	*out = NULL;
	if (value) {
		*out = g_byte_array_new();
		g_byte_array_append(*out, value->Value.bin.lpb, value->Value.bin.cb);
		return S_OK;
	}
	if (!is_too_long(values, count, tag))
		return S_OK;
	return open_and_read(object, CHANGE_PROP_TYPE(tag, PT_BINARY), out);
}

static void
free_rows(SRowSet *rows)
{
	ULONG i;

	for (i = 0; i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

HRESULT
read_rows(IMAPITable *table, const ULONG *tags, ULONG count,
    HRESULT (*row)(void *context, const SPropValue *values, ULONG count), void *context)
{
	SPropTagArray *columns = make_tags(tags, count);
	HRESULT hr;
	ULONG i, got;

	if (!columns)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = table->lpVtbl->SetColumns(table, columns, 0);
	mem_free(columns);
	if (FAILED(hr))
		return hr;
	do {
		SRowSet *rows = NULL;

		hr = table->lpVtbl->QueryRows(table, ROWS, 0, &rows);
		if (FAILED(hr))
			return hr;
		got = rows->cRows;
		for (i = 0; i < got && SUCCEEDED(hr); i++) {
			SRow *one = &rows->aRow[i];

			hr = texts_to_utf8(one->lpProps, one->lpProps, one->cValues);
			if (SUCCEEDED(hr))
				hr = row(context, one->lpProps, one->cValues);
		}
		free_rows(rows);
	} while (got > 0 && SUCCEEDED(hr));
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
read_row_set(const SRowSet *rows,
    HRESULT (*row)(void *context, const SPropValue *values, ULONG count), void *context)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; i < rows->cRows && SUCCEEDED(hr); i++) {
		const SRow *one = &rows->aRow[i];
		SPropValue *values = mem_zalloc(NULL, (one->cValues + 1) * sizeof(SPropValue));

		if (!values)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		memcpy(values, one->lpProps, one->cValues * sizeof(SPropValue));
		hr = texts_to_utf8(values, values, one->cValues);
		if (SUCCEEDED(hr))
			hr = row(context, values, one->cValues);
		mem_free(values);
	}
	return hr;
}

bool
read_filetime(FILETIME time, gint64 *microseconds)
{
	const gint64 epoch = G_GINT64_CONSTANT(116444736000000000); /* 1601 to 1970 in 100 ns */
	guint64 ticks = (guint64)time.dwHighDateTime << 32 | time.dwLowDateTime;

	if (ticks < (guint64)epoch || ticks > G_GUINT64_CONSTANT(2650467743990000000))
		return false;
	*microseconds = ((gint64)ticks - epoch) / 10;
	return true;
}
