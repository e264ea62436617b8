/* SPDX-License-Identifier: MIT */
/*
 * Streams of RTF text over streams of PR_RTF_COMPRESSED (MAPI reference: WrapCompressedRTFStream,
 * WrapCompressedRTFStreamEx).  All of it is held in memory.
 */
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "rtf_codec.h"
#include "rtf_stream.h"
#include "stream.h"

#define STEP 65536

HRESULT
rtf_stream_read(IStream *stream, GByteArray *all)
{
	ULONG got = 0;
	HRESULT hr;

	do {
		guint before = all->len;

		if (before > G_MAXINT32)
			return MAPI_E_TOO_BIG;
		g_byte_array_set_size(all, before + STEP);
		hr = stream->lpVtbl->Read(stream, all->data + before, STEP, &got);
		if (FAILED(hr))
			got = 0;
		g_byte_array_set_size(all, before + MIN(got, STEP));
	} while (SUCCEEDED(hr) && got > 0);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
rtf_stream_write(IStream *stream, const void *data, size_t size)
{
	const ULARGE_INTEGER length = { .QuadPart = size };
	const LARGE_INTEGER zero = { .QuadPart = 0 };
	ULONG done = 0;
	HRESULT hr;

	hr = stream->lpVtbl->SetSize(stream, length);
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Seek(stream, zero, STREAM_SEEK_SET, NULL);
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Write(stream, data, (ULONG)size, &done);
	if (SUCCEEDED(hr) && done != size)
		hr = MAPI_E_DISK_ERROR;
	return FAILED(hr) ? hr : S_OK;
}

/* --- Writing ------------------------------------------------------------------------------- */

struct writer {
	IStream *packed;
	bool plain;
};

static HRESULT
write_packed(void *context, const void *data, size_t size)
{
	struct writer *writer = context;
	BYTE *packed;
	size_t packed_size;
	HRESULT hr;

	hr = rtf_pack(data, size, writer->plain, &packed, &packed_size);
	if (FAILED(hr))
		return hr;
	hr = rtf_stream_write(writer->packed, packed, packed_size);
	g_free(packed);
	return hr;
}

static void
free_writer(void *context)
{
	struct writer *writer = context;

	writer->packed->lpVtbl->Release(writer->packed);
	g_free(writer);
}

static HRESULT
open_writer(IStream *packed, ULONG flags, IStream **out)
{
	struct writer *writer = g_new0(struct writer, 1);
	struct stream_owner owner = { write_packed, free_writer, writer };
	HRESULT hr;

	packed->lpVtbl->AddRef(packed);
	writer->packed = packed;
	writer->plain = (flags & STORE_UNCOMPRESSED_RTF) != 0;
	hr = stream_create(NULL, 0, &owner, out);
	if (FAILED(hr))
		free_writer(writer);
	return hr;
}

/* --- Reading ------------------------------------------------------------------------------- */

static HRESULT
read_unpacked(IStream *stream, char **text, size_t *size)
{
	GByteArray *packed = g_byte_array_new();
	HRESULT hr;

	hr = rtf_stream_read(stream, packed);
	if (SUCCEEDED(hr))
		hr = rtf_unpack(packed->data, packed->len, text, size);
	g_byte_array_unref(packed);
	return hr;
}

HRESULT
WrapCompressedRTFStream(LPSTREAM packed, ULONG flags, LPSTREAM *out)
{
	char *text = NULL;
	size_t size;
	HRESULT hr;

	if (!packed || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(MAPI_MODIFY | STORE_UNCOMPRESSED_RTF))
		return MAPI_E_UNKNOWN_FLAGS;
	if (flags & MAPI_MODIFY)
		return open_writer(packed, flags, out);
	hr = read_unpacked(packed, &text, &size);
	if (SUCCEEDED(hr))
		hr = stream_create(text, size, NULL, out);
	g_free(text);
	return hr;
}

/* --- With the kind of body ----------------------------------------------------------------- */

/* The word stands among the first ten of the text ([MS-OXRTFEX] 2.1.3.1). */
static bool
has_early_word(const char *text, size_t size, const char *word)
{
	size_t length = strlen(word), i;
	int words = 0;

	for (i = 0; i + length < size && words < 10; i++) {
		if (text[i] != '\\')
			continue;
		words++;
		if (memcmp(text + i, word, length) == 0 && !g_ascii_isalpha(text[i + length]))
			return true;
	}
	return false;
}

static ULONG
native_kind(const char *text, size_t size)
{
	if (has_early_word(text, size, "\\fromtext"))
		return MAPI_NATIVE_BODY_TYPE_PLAINTEXT;
	if (has_early_word(text, size, "\\fromhtml1"))
		return MAPI_NATIVE_BODY_TYPE_HTML;
	return MAPI_NATIVE_BODY_TYPE_RTF;
}

/* RTF made from text or HTML is not turned back: MAPI_E_NO_SUPPORT where that is asked for. */
static HRESULT
open_native(IStream *packed, ULONG flags, IStream **out, ULONG *kind)
{
	char *text = NULL;
	size_t size;
	HRESULT hr;

	hr = read_unpacked(packed, &text, &size);
	if (FAILED(hr))
		return hr;
	*kind = native_kind(text, size);
	if (flags & MAPI_NATIVE_BODY && *kind != MAPI_NATIVE_BODY_TYPE_RTF)
		hr = MAPI_E_NO_SUPPORT;
	else
		hr = stream_create(text, size, NULL, out);
	g_free(text);
	return hr;
}

HRESULT
WrapCompressedRTFStreamEx(
    LPSTREAM packed, const RTF_WCSINFO *info, LPSTREAM *out, RTF_WCSRETINFO *found)
{
	ULONG kind = 0;
	HRESULT hr;

	if (!packed || !info || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (info->size < sizeof *info || (found && found->size < sizeof *found))
		return MAPI_E_INVALID_PARAMETER;
	if (info->ulFlags & ~(MAPI_MODIFY | STORE_UNCOMPRESSED_RTF | MAPI_NATIVE_BODY))
		return MAPI_E_UNKNOWN_FLAGS;
	if ((info->ulFlags & MAPI_MODIFY) && (info->ulFlags & MAPI_NATIVE_BODY))
		return MAPI_E_INVALID_PARAMETER;
	if (info->ulFlags & MAPI_MODIFY)
		hr = open_writer(packed, info->ulFlags, out);
	else
		hr = open_native(packed, info->ulFlags, out, &kind);
	if (found)
		found->ulStreamFlags = kind;
	return hr;
}
