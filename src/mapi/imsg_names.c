/* SPDX-License-Identifier: MIT */
/*
 * Named properties of a .msg file ([MS-OXMSG] 2.2.3): a stream of GUIDs, one of text, one with an
 * entry of 8 bytes for each property (number or place of the text; GUID's index and whether it is
 * text; index of the property), and streams by which readers find a property of a name at once.
 */
#include "imsg.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "compound_private.h"
#include "mem.h"
#include "propnames.h"
#include "storage.h"
#include "text.h"

#define GUIDS PROP_TAG(PT_BINARY, 0x0002)
#define ENTRIES PROP_TAG(PT_BINARY, 0x0003)
#define TEXTS PROP_TAG(PT_BINARY, 0x0004)
#define FIRST_BUCKET 0x1000u
#define BUCKETS 0x1Fu
#define ENTRY 8u
#define INDEX_MAPI 1u
#define INDEX_PUBLIC 2u
#define INDEX_FIRST 3u /* of the stream of GUIDs */

struct bytes {
	BYTE *data;
	size_t size;
};

/* --- Reading ------------------------------------------------------------------------------- */

static const GUID *
guid_at(const struct bytes *guids, unsigned index, GUID *room)
{
	size_t at = ((size_t)index - INDEX_FIRST) * sizeof *room;

	if (index == INDEX_MAPI)
		return &PS_MAPI;
	if (index == INDEX_PUBLIC)
		return &PS_PUBLIC_STRINGS;
	if (index < INDEX_FIRST || at + sizeof *room > guids->size)
		return NULL;
	memcpy(room, guids->data + at, sizeof *room);
	return room;
}

/* A text is its size in bytes, and the bytes; *out is a MAPI buffer. */
static HRESULT
text_at(const struct bytes *texts, size_t at, WCHAR **out)
{
	size_t size;

	*out = NULL;
	if (at > texts->size || texts->size - at < 4)
		return S_FALSE;
	size = get32(texts->data + at);
	if (size > texts->size - at - 4)
		return S_FALSE;
	*out = mem_zalloc(NULL, size + sizeof(WCHAR));
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(*out, texts->data + at + 4, size & ~(size_t)1);
	return S_OK;
}

/* An entry that makes no sense names nothing. */
static HRESULT
load_entry(const BYTE *entry, const struct bytes *guids, const struct bytes *texts,
    struct propnames *names)
{
	unsigned kind = get16(entry + 4);
	MAPINAMEID name = { .ulKind = kind & 1 ? MNID_STRING : MNID_ID };
	WCHAR *text = NULL;
	GUID room;
	HRESULT hr = S_OK;

	name.lpguid = (GUID *)(uintptr_t)guid_at(guids, kind >> 1, &room);
	name.Kind.lID = (LONG)get32(entry);
	if (kind & 1) {
		hr = text_at(texts, get32(entry), &text);
		name.Kind.lpwstrName = text;
	}
	if (hr == S_OK && name.lpguid)
		hr = propnames_put(names, get16(entry + 6), &name);
	mem_free(text);
	return hr == MAPI_E_INVALID_PARAMETER ? S_OK : hr;
}

static HRESULT
read_bytes(IStorage *storage, ULONG tag, void *root, struct bytes *bytes)
{
	HRESULT hr =
	    storage_read(storage, substg_of_tag(tag).text, root, &bytes->data, &bytes->size);

	return hr == STG_E_FILENOTFOUND ? S_OK : hr;
}

HRESULT
imsg_load_names(IStorage *storage, struct propnames *names)
{
	struct bytes guids = { NULL, 0 }, texts = { NULL, 0 }, entries = { NULL, 0 };
	void *root = mem_zalloc(NULL, 1);
	IStorage *within = NULL;
	HRESULT hr = root ? storage_open(storage, IMSG_NAMES, &within) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = read_bytes(within, GUIDS, root, &guids);
	if (SUCCEEDED(hr))
		hr = read_bytes(within, TEXTS, root, &texts);
	if (SUCCEEDED(hr))
		hr = read_bytes(within, ENTRIES, root, &entries);
	for (size_t at = 0; SUCCEEDED(hr) && at + ENTRY <= entries.size; at += ENTRY)
		hr = load_entry(entries.data + at, &guids, &texts, names);
	COM_CLEAR(within);
	mem_free(root);
	return hr == STG_E_FILENOTFOUND || SUCCEEDED(hr) ? S_OK : hr;
}

/* --- Writing ------------------------------------------------------------------------------- */

struct writer {
	GByteArray *guids, *texts, *entries;
	GByteArray *buckets[BUCKETS];
};

static unsigned
guid_index(struct writer *writer, const GUID *guid)
{
	guint i;

	if (IsEqualGUID(guid, &PS_MAPI))
		return INDEX_MAPI;
	if (IsEqualGUID(guid, &PS_PUBLIC_STRINGS))
		return INDEX_PUBLIC;
	for (i = 0; i < writer->guids->len / sizeof *guid; i++)
		if (memcmp(writer->guids->data + i * sizeof *guid, guid, sizeof *guid) == 0)
			return INDEX_FIRST + i;
	g_byte_array_append(writer->guids, (const BYTE *)guid, sizeof *guid);
	return INDEX_FIRST + i;
}

/* The CRC that names are found by: that of [MS-OXRTFCP] 2.1.3.2, over the text's bytes. */
static uint32_t
crc_of(const BYTE *bytes, size_t size)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	}
	return crc;
}

static void
add_entry(GByteArray *to, uint32_t number, unsigned kind, unsigned index)
{
	BYTE entry[ENTRY];

	put32(entry, number);
	put16(entry + 4, kind);
	put16(entry + 6, index);
	g_byte_array_append(to, entry, sizeof entry);
}

/* Texts begin at multiples of 4 bytes; nothing stands behind the last. */
static uint32_t
add_text(struct writer *writer, const WCHAR *text, size_t size)
{
	static const BYTE zeros[4] = { 0 };
	uint32_t at;
	BYTE head[4];

	g_byte_array_append(writer->texts, zeros, -writer->texts->len & 3);
	at = writer->texts->len;
	put32(head, (uint32_t)size);
	g_byte_array_append(writer->texts, head, sizeof head);
	g_byte_array_append(writer->texts, (const BYTE *)text, (guint)size);
	return at;
}

static void
add_name(struct writer *writer, ULONG index, const MAPINAMEID *name)
{
	bool is_text = name->ulKind == MNID_STRING;
	unsigned kind = guid_index(writer, name->lpguid) << 1 | is_text;
	uint32_t number = (uint32_t)name->Kind.lID, found = number;

	if (is_text) {
		size_t size = text_wcslen(name->Kind.lpwstrName) * sizeof(WCHAR);

		number = add_text(writer, name->Kind.lpwstrName, size);
		found = crc_of((const BYTE *)name->Kind.lpwstrName, size);
	}
	add_entry(writer->entries, number, kind, index);
	add_entry(writer->buckets[(found ^ kind) % BUCKETS], found, kind, index);
}

static HRESULT
write_all(const struct writer *writer, IStorage *storage)
{
	HRESULT hr = storage_write(
	    storage, substg_of_tag(GUIDS).text, writer->guids->data, writer->guids->len);

	if (SUCCEEDED(hr))
		hr = storage_write(storage, substg_of_tag(ENTRIES).text, writer->entries->data,
		    writer->entries->len);
	if (SUCCEEDED(hr))
		hr = storage_write(
		    storage, substg_of_tag(TEXTS).text, writer->texts->data, writer->texts->len);
	for (unsigned i = 0; SUCCEEDED(hr) && i < BUCKETS; i++)
		if (writer->buckets[i]->len)
			hr = storage_write(storage,
			    substg_of_tag(PROP_TAG(PT_BINARY, FIRST_BUCKET + i)).text,
			    writer->buckets[i]->data, writer->buckets[i]->len);
	return hr;
}

/* Each property keeps its number; one between that has no name gets an entry of no meaning. */
HRESULT
imsg_save_names(IStorage *storage, const struct propnames *names)
{
	struct writer writer = { g_byte_array_new(), g_byte_array_new(), g_byte_array_new(),
		{ NULL } };
	IStorage *within = NULL;
	HRESULT hr;

	for (unsigned i = 0; i < BUCKETS; i++)
		writer.buckets[i] = g_byte_array_new();
	for (ULONG i = 0; i < propnames_count(names); i++) {
		if (propnames_at(names, i))
			add_name(&writer, i, propnames_at(names, i));
		else
			add_entry(writer.entries, 0, INDEX_MAPI << 1, i);
	}
	hr = storage_make(storage, IMSG_NAMES, &within);
	if (SUCCEEDED(hr))
		hr = write_all(&writer, within);
	COM_CLEAR(within);
	for (unsigned i = 0; i < BUCKETS; i++)
		g_byte_array_unref(writer.buckets[i]);
	g_byte_array_unref(writer.guids);
	g_byte_array_unref(writer.texts);
	g_byte_array_unref(writer.entries);
	return hr;
}
