/* SPDX-License-Identifier: MIT */
/* A message into a storage ([MS-OXMSG] 2.2 to 2.4). */
#include "imsg.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "compound_private.h"
#include "mem.h"
#include "prop.h"
#include "propnames.h"
#include "storage.h"
#include "text.h"

#define WITHIN_MESSAGE 1u /* what a PT_OBJECT's entry says of its storage */
#define WITHIN_STORAGE 4u

struct saver {
	IStorage *storage;
	GByteArray *entries;     /* of IMSG_PROPERTIES */
	const struct part *part; /* whose attributes; NULL: of a recipient */
	bool unicode;
};

static HRESULT save_message(
    IStorage *storage, const struct document *document, const struct part *message, bool within);

static void
add_entry(struct saver *saver, ULONG tag, uint32_t low, uint32_t high)
{
	BYTE entry[16];

	put32(entry, tag);
	put32(entry + 4, saver->part ? part_attributes(saver->part, tag) : IMSG_ATTRIBUTES);
	put32(entry + 8, low);
	put32(entry + 12, high);
	g_byte_array_append(saver->entries, entry, sizeof entry);
}

/* --- Values -------------------------------------------------------------------------------- */

static void
save_fixed(struct saver *saver, const SPropValue *value)
{
	uint64_t whole = 0;
	uint16_t small = (uint16_t)value->Value.i;
	uint32_t half;

	switch (prop_fixed_size(PROP_TYPE(value->ulPropTag))) {
	case 2:
		if (PROP_TYPE(value->ulPropTag) == PT_BOOLEAN)
			small = value->Value.b ? 1 : 0;
		whole = small;
		break;
	case 4:
		memcpy(&half, &value->Value, sizeof half);
		whole = half;
		break;
	default:
		memcpy(&whole, &value->Value, sizeof whole);
	}
	add_entry(saver, value->ulPropTag, (uint32_t)whole, (uint32_t)(whole >> 32));
}

/* `more`: what the entry counts beside the stream's bytes, the end of a text. */
static HRESULT
save_stream(struct saver *saver, ULONG tag, const void *bytes, size_t size, unsigned more)
{
	add_entry(saver, tag, (uint32_t)size + more, 0);
	return storage_write(saver->storage, substg_of_tag(tag).text, bytes, size);
}

static HRESULT
save_lengths(struct saver *saver, const SPropValue *value, const size_t *sizes, size_t unit)
{
	ULONG count = value->Value.MVl.cValues;
	BYTE *lengths = mem_zalloc(NULL, count * unit + 1);
	HRESULT hr;

	if (!lengths)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < count; i++)
		put32(lengths + i * unit, (uint32_t)sizes[i]);
	hr = save_stream(saver, value->ulPropTag, lengths, count * unit, 0);
	mem_free(lengths);
	return hr;
}

/* One of several values and its size; texts of several have their end in the file. */
static const void *
element_of(const SPropValue *value, ULONG index, size_t *size)
{
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_MV_BINARY:
		*size = value->Value.MVbin.lpbin[index].cb;
		return value->Value.MVbin.lpbin[index].lpb;
	case PT_MV_STRING8:
		*size = strlen(value->Value.MVszA.lppszA[index]) + 1;
		return value->Value.MVszA.lppszA[index];
	default:
		*size = (text_wcslen(value->Value.MVszW.lppszW[index]) + 1) * sizeof(WCHAR);
		return value->Value.MVszW.lppszW[index];
	}
}

static HRESULT
save_elements(struct saver *saver, const SPropValue *value)
{
	bool binary = PROP_TYPE(value->ulPropTag) == PT_MV_BINARY;
	ULONG count = value->Value.MVl.cValues;
	size_t *sizes = mem_zalloc(NULL, (count + (size_t)1) * sizeof *sizes);
	HRESULT hr = sizes ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++) {
		const void *bytes = element_of(value, i, &sizes[i]);

		hr = storage_write(
		    saver->storage, substg_of_value(value->ulPropTag, i).text, bytes, sizes[i]);
	}
	if (SUCCEEDED(hr))
		hr = save_lengths(saver, value, sizes, binary ? 8 : 4);
	mem_free(sizes);
	return hr;
}

static HRESULT
save_as_it_is(struct saver *saver, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag), tag = value->ulPropTag;

	switch (type) {
	case PT_NULL:
	case PT_OBJECT:
	case PT_ERROR:
	case PT_UNSPECIFIED:
		return S_OK;
	case PT_UNICODE:
		return save_stream(saver, tag, value->Value.lpszW,
		    text_wcslen(value->Value.lpszW) * sizeof(WCHAR), sizeof(WCHAR));
	case PT_STRING8:
		return save_stream(
		    saver, tag, value->Value.lpszA, strlen(value->Value.lpszA), sizeof(char));
	case PT_BINARY:
		return save_stream(saver, tag, value->Value.bin.lpb, value->Value.bin.cb, 0);
	case PT_CLSID:
		return save_stream(saver, tag, value->Value.lpguid, sizeof(GUID), 0);
	case PT_MV_UNICODE:
	case PT_MV_STRING8:
	case PT_MV_BINARY:
		return save_elements(saver, value);
	}
	if (type & MV_FLAG)
		return save_stream(saver, tag, value->Value.MVl.lpl,
		    value->Value.MVl.cValues * prop_fixed_size(type & ~(ULONG)MV_FLAG), 0);
	save_fixed(saver, value);
	return S_OK;
}

/* Text goes into the file as the file has it. */
static HRESULT
save_value(struct saver *saver, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag), base = type & ~(ULONG)MV_FLAG;
	ULONG wanted = saver->unicode ? PT_UNICODE : PT_STRING8;
	SPropValue converted;
	void *root;
	HRESULT hr;

	if ((base != PT_UNICODE && base != PT_STRING8) || base == wanted)
		return save_as_it_is(saver, value);
	root = mem_zalloc(NULL, 1);
	if (!root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = prop_convert(root, value, wanted | (type & MV_FLAG), &converted);
	if (SUCCEEDED(hr))
		hr = save_as_it_is(saver, &converted);
	mem_free(root);
	return hr;
}

/* The bytes before the entries: 8 that say nothing, then counts, and 8 more where outermost. */
static void
add_head(GByteArray *entries, const struct part *message, bool within)
{
	BYTE head[32] = { 0 };

	if (message) {
		put32(head + 8, message->next_recipient);
		put32(head + 12, message->next_attachment);
		put32(head + 16, message->recipients->len);
		put32(head + 20, message->attachments->len);
	}
	g_byte_array_append(entries, head, !message ? 8 : within ? 24 : 32);
}

static HRESULT
save_values(struct saver *saver, const SPropValue *values, ULONG count)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = save_value(saver, &values[i]);
	return hr;
}

static HRESULT
save_entries(const struct saver *saver)
{
	return storage_write(
	    saver->storage, IMSG_PROPERTIES, saver->entries->data, saver->entries->len);
}

/* --- What belongs to a message ------------------------------------------------------------- */

static HRESULT
save_recipient(IStorage *storage, bool unicode, const struct recipient *recipient)
{
	struct saver saver = { NULL, g_byte_array_new(), NULL, unicode };
	HRESULT hr = storage_make(
	    storage, substg_of_row(IMSG_RECIPIENT, recipient->row).text, &saver.storage);

	add_head(saver.entries, NULL, true);
	if (SUCCEEDED(hr))
		hr = save_values(&saver, recipient->props, recipient->count);
	if (SUCCEEDED(hr))
		hr = save_entries(&saver);
	COM_CLEAR(saver.storage);
	g_byte_array_unref(saver.entries);
	return hr;
}

static HRESULT
save_object(struct saver *saver, const struct document *document)
{
	const struct part *part = saver->part;
	IStorage *within = NULL;
	HRESULT hr;

	if (!part->embedded && !part->ole)
		return S_OK;
	hr = storage_make(saver->storage, substg_of_tag(PR_ATTACH_DATA_OBJ).text, &within);
	if (SUCCEEDED(hr))
		hr = part->embedded ? save_message(within, document, part->embedded, true)
				    : storage_copy(part->ole, within);
	if (SUCCEEDED(hr))
		add_entry(saver, PR_ATTACH_DATA_OBJ, 0xFFFFFFFF,
		    part->embedded ? WITHIN_MESSAGE : WITHIN_STORAGE);
	COM_CLEAR(within);
	return hr;
}

static HRESULT
save_attachment(IStorage *storage, const struct document *document, const struct part *part)
{
	struct saver saver = { NULL, g_byte_array_new(), part, document->unicode };
	HRESULT hr = storage_make(
	    storage, substg_of_row(IMSG_ATTACHMENT, part->number).text, &saver.storage);

	add_head(saver.entries, NULL, true);
	if (SUCCEEDED(hr))
		hr = save_values(&saver, bag_values(part->bag), bag_count(part->bag));
	if (SUCCEEDED(hr))
		hr = save_object(&saver, document);
	if (SUCCEEDED(hr))
		hr = save_entries(&saver);
	COM_CLEAR(saver.storage);
	g_byte_array_unref(saver.entries);
	return hr;
}

static HRESULT
save_message(
    IStorage *storage, const struct document *document, const struct part *message, bool within)
{
	struct saver saver = { storage, g_byte_array_new(), message, document->unicode };
	HRESULT hr;

	add_head(saver.entries, message, within);
	hr = save_values(&saver, bag_values(message->bag), bag_count(message->bag));
	if (SUCCEEDED(hr))
		hr = save_entries(&saver);
	for (guint i = 0; SUCCEEDED(hr) && i < message->recipients->len; i++)
		hr = save_recipient(
		    storage, document->unicode, g_ptr_array_index(message->recipients, i));
	for (guint i = 0; SUCCEEDED(hr) && i < message->attachments->len; i++)
		hr = save_attachment(storage, document, g_ptr_array_index(message->attachments, i));
	g_byte_array_unref(saver.entries);
	return hr;
}

/* --- The file ------------------------------------------------------------------------------ */

static bool
is_ours(const WCHAR *name)
{
	static const WCHAR *const kinds[] = { u"__substg1.0_", IMSG_PROPERTIES, IMSG_NAMES,
		IMSG_RECIPIENT, IMSG_ATTACHMENT };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (text_wcslen(name) >= text_wcslen(kinds[i]) &&
		    memcmp(name, kinds[i], text_wcslen(kinds[i]) * sizeof *name) == 0)
			return true;
	return false;
}

/* What was there goes, but for what others keep in the storage. */
static HRESULT
clear(IStorage *storage)
{
	IEnumSTATSTG *list = NULL;
	STATSTG element;
	HRESULT hr = storage->lpVtbl->EnumElements(storage, 0, NULL, 0, &list);

	while (SUCCEEDED(hr) && (hr = list->lpVtbl->Next(list, 1, &element, NULL)) == S_OK) {
		if (is_ours(element.pwcsName))
			hr = storage->lpVtbl->DestroyElement(storage, element.pwcsName);
		free(element.pwcsName);
	}
	COM_CLEAR(list);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
imsg_save(IStorage *storage, struct document *document, const struct part *message)
{
	HRESULT hr = clear(storage);

	if (SUCCEEDED(hr))
		hr = imsg_save_names(storage, document->names);
	return SUCCEEDED(hr) ? save_message(storage, document, message, false) : hr;
}
