/* SPDX-License-Identifier: MIT */
/*
 * RTFSync: PR_BODY and PR_RTF_COMPRESSED of a message brought into step.
 *
 * The text that RTF was made from, or that was made of it, is known again by PR_RTF_SYNC_BODY_COUNT
 * (its characters but for white space) and PR_RTF_SYNC_BODY_CRC (of these).  Where both have
 * changed, RTF wins: it says more.
 */
#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "rtf_codec.h"
#include "rtf_stream.h"
#include "rtf_text.h"
#include "text.h"

/* A message's two bodies. */
struct bodies {
	IMessage *message;
	char *text; /* UTF-8; NULL: none */
	char *rtf;
	size_t rtf_size;
};

/* --- Reading ------------------------------------------------------------------------------- */

static HRESULT
read_property(IMessage *message, ULONG tag, GByteArray *all)
{
	IStream *stream = NULL;
	HRESULT hr;

	hr = message->lpVtbl->OpenProperty(
	    message, tag, &IID_IStream, STGM_READ, 0, (IUnknown **)(void *)&stream);
	if (SUCCEEDED(hr))
		hr = rtf_stream_read(stream, all);
	COM_CLEAR(stream);
	return hr;
}

/* Absent is S_OK and NULL. */
static HRESULT
read_text(struct bodies *bodies)
{
	static const WCHAR end[1];
	GByteArray *all = g_byte_array_new();
	char *text = NULL;
	HRESULT hr;

	hr = read_property(bodies->message, PR_BODY_W, all);
	if (SUCCEEDED(hr)) {
		g_byte_array_append(all, (const guint8 *)end, sizeof end);
		text = text_to_utf8(NULL, (const WCHAR *)(void *)all->data);
		bodies->text = g_strdup(text);
		hr = text ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
		mem_free(text);
	}
	g_byte_array_unref(all);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
}

static HRESULT
read_rtf(struct bodies *bodies)
{
	GByteArray *all = g_byte_array_new();
	HRESULT hr;

	hr = read_property(bodies->message, PR_RTF_COMPRESSED, all);
	if (SUCCEEDED(hr))
		hr = rtf_unpack(all->data, all->len, &bodies->rtf, &bodies->rtf_size);
	g_byte_array_unref(all);
	return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
}

/* --- Marks --------------------------------------------------------------------------------- */

static ULONG
add_to_crc(ULONG crc, BYTE byte)
{
	int i;

	crc ^= byte;
	for (i = 0; i < 8; i++)
		crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	return crc;
}

static void
measure(const char *text, LONG *count, LONG *crc)
{
	ULONG sum = 0, characters = 0;

	for (; *text; text++) {
		if (g_ascii_isspace(*text))
			continue;
		characters += ((BYTE)*text & 0xC0) != 0x80;
		sum = add_to_crc(sum, (BYTE)*text);
	}
	*count = (LONG)characters;
	*crc = (LONG)sum;
}

static HRESULT
set_marks(IMessage *message, const char *text)
{
	LONG count, crc;
	SPropValue values[4] = { 0 };
	char tag[20];

	measure(text, &count, &crc);
	g_strlcpy(tag, text, sizeof tag);
	prop_set_long(&values[0], PR_RTF_SYNC_BODY_COUNT, count);
	prop_set_long(&values[1], PR_RTF_SYNC_BODY_CRC, crc);
	prop_set_bool(&values[2], PR_RTF_IN_SYNC, true);
	values[3].ulPropTag = PR_RTF_SYNC_BODY_TAG_A;
	values[3].Value.lpszA = tag;
	return message->lpVtbl->SetProps(message, text_is_ascii(tag) ? 4 : 3, values, NULL);
}

/* Whether the marks say that the RTF was made from, or into, this very text. */
static bool
is_marked(IMessage *message, const char *text)
{
	static SizedSPropTagArray(
	    2, tags) = { 2, { PR_RTF_SYNC_BODY_COUNT, PR_RTF_SYNC_BODY_CRC } };
	SPropValue *values = NULL;
	LONG size, crc;
	ULONG count;
	bool marked;

	measure(text, &size, &crc);
	if (message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values) !=
	    S_OK) {
		mem_free(values);
		return false;
	}
	marked = values[0].Value.l == size && values[1].Value.l == crc;
	mem_free(values);
	return marked;
}

static bool
is_in_sync(IMessage *message)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_RTF_IN_SYNC } };
	SPropValue *values = NULL;
	ULONG count;
	bool in_sync = false;

	if (message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values) == S_OK)
		in_sync = values[0].Value.b;
	mem_free(values);
	return in_sync;
}

/* --- Writing ------------------------------------------------------------------------------- */

static HRESULT
write_property(IMessage *message, ULONG tag, const void *data, size_t size)
{
	IStream *stream = NULL;
	HRESULT hr;

	hr = message->lpVtbl->OpenProperty(message, tag, &IID_IStream, STGM_READWRITE,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&stream);
	if (SUCCEEDED(hr))
		hr = rtf_stream_write(stream, data, size);
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Commit(stream, 0);
	COM_CLEAR(stream);
	return hr;
}

static HRESULT
write_rtf_from(IMessage *message, const char *text)
{
	char *rtf = NULL;
	BYTE *packed = NULL;
	size_t size, packed_size;
	HRESULT hr;

	hr = rtf_from_text(text, &rtf, &size);
	if (SUCCEEDED(hr))
		hr = rtf_pack(rtf, size, false, &packed, &packed_size);
	if (SUCCEEDED(hr))
		hr = write_property(message, PR_RTF_COMPRESSED, packed, packed_size);
	g_free(packed);
	g_free(rtf);
	return hr;
}

static HRESULT
write_text_of(struct bodies *bodies)
{
	char *text = NULL;
	WCHAR *wide = NULL;
	HRESULT hr;

	hr = rtf_to_text(bodies->rtf, bodies->rtf_size, &text);
	if (SUCCEEDED(hr) && !(wide = text_to_utf16(NULL, text)))
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = write_property(
		    bodies->message, PR_BODY_W, wide, text_wcslen(wide) * sizeof *wide);
	if (SUCCEEDED(hr)) {
		g_free(bodies->text);
		bodies->text = g_steal_pointer(&text);
	}
	mem_free(wide);
	g_free(text);
	return hr;
}

static HRESULT
synchronize(struct bodies *bodies, ULONG flags, BOOL *updated)
{
	HRESULT hr = S_OK;

	if (bodies->rtf && (flags & RTF_SYNC_RTF_CHANGED)) {
		hr = write_text_of(bodies);
	} else if (bodies->text && (flags & RTF_SYNC_BODY_CHANGED)) {
		if (bodies->rtf && is_marked(bodies->message, bodies->text)) {
			if (is_in_sync(bodies->message))
				return S_OK;
		} else {
			hr = write_rtf_from(bodies->message, bodies->text);
		}
	} else {
		return S_OK;
	}
	if (SUCCEEDED(hr))
		hr = set_marks(bodies->message, bodies->text);
	*updated = SUCCEEDED(hr);
	return hr;
}

HRESULT
RTFSync(LPMESSAGE message, ULONG flags, BOOL *updated)
{
	struct bodies bodies = { .message = message };
	HRESULT hr;

	if (!message || !updated)
		return MAPI_E_INVALID_PARAMETER;
	*updated = FALSE;
	if (flags & ~(RTF_SYNC_RTF_CHANGED | RTF_SYNC_BODY_CHANGED))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = read_rtf(&bodies);
	if (SUCCEEDED(hr))
		hr = read_text(&bodies);
	if (SUCCEEDED(hr))
		hr = synchronize(&bodies, flags, updated);
	g_free(bodies.text);
	g_free(bodies.rtf);
	return FAILED(hr) ? hr : S_OK;
}
