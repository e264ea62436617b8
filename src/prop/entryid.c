/* SPDX-License-Identifier: MIT */
/* One-off and wrapped store entry IDs: see entryid.h. */
#include "entryid.h"

#include <glib.h>
#include <string.h>
#include "mem.h"
#include "text.h"

#define UID_AT 4 /* after the flags */
#define AFTER_UID 20
#define ONEOFF_BITS_AT 22
#define ONEOFF_TEXT_AT 24
#define STORE_DLL_AT 22

static const BYTE oneoff_uid[16] = MAPI_ONE_OFF_UID;
/* muidStoreWrap ([MS-OXCDATA] 2.2.4.3). */
static const BYTE store_wrap_uid[16] = { 0x38, 0xA1, 0xBB, 0x10, 0x05, 0xE5, 0x10, 0x1A, 0xA1, 0xBB,
	0x08, 0x00, 0x2B, 0x2A, 0x56, 0xC2 };

static bool
has_uid(const void *id, ULONG size, const BYTE *uid)
{
	return id && size >= AFTER_UID && memcmp((const BYTE *)id + UID_AT, uid, 16) == 0;
}

/* --- One-offs ------------------------------------------------------------------------------ */

/* One text with its closing 0, in the form that `flags` says. */
static HRESULT
append_text(GByteArray *bytes, const char *text, ULONG flags)
{
	guint at = bytes->len, count = 0;
	WCHAR *wide;

	if (!(flags & MAPI_UNICODE)) {
		g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text) + 1);
		return S_OK;
	}
	wide = text_to_utf16(NULL, text);
	if (!wide)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	while (wide[count++])
		;
	g_byte_array_set_size(bytes, at + 2 * count);
	for (guint i = 0; i < count; i++) {
		bytes->data[at + 2 * i] = (guint8)wide[i];
		bytes->data[at + 2 * i + 1] = (guint8)(wide[i] >> 8);
	}
	mem_free(wide);
	return S_OK;
}

/* Hands the bytes over as a MAPI buffer. */
static HRESULT
give(const GByteArray *bytes, ULONG *size, ENTRYID **out)
{
	*out = mem_memdup(NULL, bytes->data, bytes->len);
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*size = bytes->len;
	return S_OK;
}

HRESULT
oneoff_encode(const char *name, const char *address_type, const char *address, ULONG flags,
    ULONG *size, ENTRYID **out)
{
	const char *texts[] = { name ? name : "", address_type, address };
	guint bits = (flags & MAPI_UNICODE ? MAPI_ONE_OFF_UNICODE : 0) |
		     (flags & MAPI_SEND_NO_RICH_INFO ? MAPI_ONE_OFF_NO_RICH_INFO : 0);
	guint8 head[ONEOFF_TEXT_AT] = { 0 };
	GByteArray *bytes;
	HRESULT hr = S_OK;
	size_t i;

	*out = NULL;
	*size = 0;
	if (!address_type || !address)
		return MAPI_E_INVALID_PARAMETER;
	if (strlen(texts[0]) + strlen(address_type) + strlen(address) > G_MAXINT32 / 4)
		return MAPI_E_TOO_BIG;
	memcpy(head + UID_AT, oneoff_uid, sizeof(oneoff_uid));
	head[ONEOFF_BITS_AT] = (guint8)bits;
	head[ONEOFF_BITS_AT + 1] = (guint8)(bits >> 8);
	bytes = g_byte_array_new();
	g_byte_array_append(bytes, head, sizeof(head));
	for (i = 0; i < G_N_ELEMENTS(texts) && SUCCEEDED(hr); i++)
		hr = append_text(bytes, texts[i], flags);
	if (SUCCEEDED(hr))
		hr = give(bytes, size, out);
	g_byte_array_unref(bytes);
	return hr;
}

bool
oneoff_is(const void *id, ULONG size)
{
	return has_uid(id, size, oneoff_uid);
}

/* Reads one closed text of 8-bit characters and moves past it. */
static HRESULT
read_narrow(void *root, const BYTE **at, const BYTE *end, char **out)
{
	const BYTE *close = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;

	if (!close)
		return MAPI_E_INVALID_ENTRYID;
	*out = mem_memdup(root, *at, (size_t)(close - *at) + 1);
	*at = close + 1;
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* The same of 16-bit characters, which may lie at odd addresses. */
static HRESULT
read_wide(void *root, const BYTE **at, const BYTE *end, char **out)
{
	const BYTE *close = *at;
	WCHAR *wide;
	size_t i, units;

	while (end - close >= 2 && (close[0] || close[1]))
		close += 2;
	if (end - close < 2)
		return MAPI_E_INVALID_ENTRYID;
	units = (size_t)(close - *at) / 2;
	wide = mem_zalloc(NULL, (units + 1) * sizeof(WCHAR));
	if (!wide)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < units; i++)
		wide[i] = (WCHAR)((*at)[2 * i] | (*at)[2 * i + 1] << 8);
	*out = text_to_utf8(root, wide);
	mem_free(wide);
	*at = close + 2;
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
oneoff_decode(const void *id, ULONG size, struct oneoff **out)
{
	const BYTE *bytes = id, *at, *end;
	HRESULT (*read)(void *, const BYTE **, const BYTE *, char **) = read_narrow;
	struct oneoff *oneoff;
	HRESULT hr;

	*out = NULL;
	if (!oneoff_is(id, size))
		return MAPI_E_UNKNOWN_ENTRYID;
	if (size < ONEOFF_TEXT_AT)
		return MAPI_E_INVALID_ENTRYID;
	at = bytes + ONEOFF_TEXT_AT;
	end = bytes + size;
	if (bytes[ONEOFF_BITS_AT + 1] & (MAPI_ONE_OFF_UNICODE >> 8))
		read = read_wide;
	oneoff = mem_zalloc(NULL, sizeof(*oneoff));
	if (!oneoff)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	oneoff->rich_info = !(bytes[ONEOFF_BITS_AT] & MAPI_ONE_OFF_NO_RICH_INFO);
	hr = read(oneoff, &at, end, &oneoff->name);
	if (SUCCEEDED(hr))
		hr = read(oneoff, &at, end, &oneoff->address_type);
	if (SUCCEEDED(hr))
		hr = read(oneoff, &at, end, &oneoff->address);
	if (FAILED(hr)) {
		mem_free(oneoff);
		return hr;
	}
	*out = oneoff;
	return S_OK;
}

/* --- Wrapped store entry IDs --------------------------------------------------------------- */

/* Where the provider's own entry ID begins: behind the name, at a multiple of 4. */
static size_t
inner_at(size_t dll_length)
{
	return (STORE_DLL_AT + dll_length + 1 + 3) & ~(size_t)3;
}

HRESULT
storeid_wrap(const char *dll, const void *id, ULONG size, ULONG *out_size, ENTRYID **out)
{
	size_t at = dll ? inner_at(strlen(dll)) : 0;
	BYTE *bytes;

	*out = NULL;
	*out_size = 0;
	if (!dll || !id || size == 0)
		return MAPI_E_INVALID_PARAMETER;
	if (at + size > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	bytes = mem_zalloc(NULL, at + size);
	if (!bytes)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(bytes + UID_AT, store_wrap_uid, sizeof(store_wrap_uid));
	memcpy(bytes + STORE_DLL_AT, dll, strlen(dll));
	memcpy(bytes + at, id, size);
	*out = (ENTRYID *)bytes;
	*out_size = (ULONG)(at + size);
	return S_OK;
}

bool
storeid_is_wrapped(const void *id, ULONG size)
{
	return has_uid(id, size, store_wrap_uid);
}

HRESULT
storeid_unwrap(const void *id, ULONG size, char **dll, const void **inner, ULONG *inner_size)
{
	const BYTE *bytes = id;
	const BYTE *close = NULL;
	size_t at;

	*dll = NULL;
	*inner = NULL;
	*inner_size = 0;
	if (!storeid_is_wrapped(id, size))
		return MAPI_E_UNKNOWN_ENTRYID;
	if (size > STORE_DLL_AT)
		close = memchr(bytes + STORE_DLL_AT, 0, size - STORE_DLL_AT);
	if (!close || bytes[AFTER_UID] != 0)
		return MAPI_E_INVALID_ENTRYID;
	at = inner_at((size_t)(close - bytes) - STORE_DLL_AT);
	if (at >= size)
		return MAPI_E_INVALID_ENTRYID;
	*dll = g_try_malloc((size_t)(close - bytes) - STORE_DLL_AT + 1);
	if (!*dll)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(*dll, bytes + STORE_DLL_AT, (size_t)(close - bytes) - STORE_DLL_AT + 1);
	*inner = bytes + at;
	*inner_size = (ULONG)(size - at);
	return S_OK;
}
