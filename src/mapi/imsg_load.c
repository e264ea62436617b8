/* SPDX-License-Identifier: MIT */
/*
 * A message out of a storage ([MS-OXMSG] 2.2 to 2.4).  What a property's entry promises and the
 * storage does not have is left out, as other readers do.
 */
#include "imsg.h"

#include <stdlib.h>
#include <string.h>
#include <edkmdb.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapitags.h>
#include "compound_private.h"
#include "mem.h"
#include "prop.h"
#include "storage.h"
#include "text.h"

#define ENTRY 16u
#define HEAD_OUTERMOST 32u
#define HEAD_MESSAGE 24u /* of a message within */
#define HEAD_OTHER 8u    /* of recipients and attachments */

struct loader {
	struct document *document;
	LONG page; /* of 8-bit text */
	unsigned depth;
};

/* One property on its way into a part. */
struct property {
	IStorage *storage;
	const struct loader *loader;
	void *root; /* what values hang on */
	const BYTE *entry;
	ULONG tag;
};

static HRESULT load_message(
    IStorage *storage, struct loader *loader, size_t head, struct part **out);

/* --- Values -------------------------------------------------------------------------------- */

static HRESULT
fixed_value(ULONG type, const BYTE *at, SPropValue *value)
{
	uint32_t half = get32(at);
	uint64_t whole = half | (uint64_t)get32(at + 4) << 32;

	switch (type) {
	case PT_I2:
		value->Value.i = (short)get16(at);
		return S_OK;
	case PT_BOOLEAN:
		value->Value.b = get16(at) != 0;
		return S_OK;
	case PT_LONG:
	case PT_R4:
		memcpy(&value->Value, &half, sizeof half);
		return S_OK;
	case PT_DOUBLE:
	case PT_CURRENCY:
	case PT_APPTIME:
	case PT_I8:
	case PT_SYSTIME:
		memcpy(&value->Value, &whole, 8);
		return S_OK;
	}
	return S_FALSE;
}

static HRESULT
text_value(const struct property *property, ULONG type, const BYTE *bytes, size_t size, WCHAR **out)
{
	if (type == PT_STRING8)
		return imsg_text_decode(
		    property->root, bytes, size, property->loader->page, out, NULL);
	/* Two zeros stand behind what storage_read() gave; an odd byte is no character. */
	*out = (WCHAR *)(void *)(uintptr_t)bytes;
	(*out)[size / sizeof(WCHAR)] = 0;
	return S_OK;
}

static HRESULT
stream_value(const struct property *property, SPropValue *value)
{
	ULONG type = PROP_TYPE(property->tag);
	BYTE *bytes;
	size_t size;
	HRESULT hr = storage_read(
	    property->storage, substg_of_tag(property->tag).text, property->root, &bytes, &size);

	if (FAILED(hr))
		return hr;
	switch (type) {
	case PT_BINARY:
		value->Value.bin.cb = (ULONG)size;
		value->Value.bin.lpb = bytes;
		return S_OK;
	case PT_CLSID:
		value->Value.lpguid = (GUID *)(void *)bytes;
		return size >= sizeof(GUID) ? S_OK : S_FALSE;
	default:
		value->ulPropTag = CHANGE_PROP_TYPE(property->tag, PT_UNICODE);
		return text_value(property, type, bytes, size, &value->Value.lpszW);
	}
}

/* --- Several values ------------------------------------------------------------------------ */

static HRESULT
fixed_values(const struct property *property, SPropValue *value)
{
	ULONG type = PROP_TYPE(property->tag) & ~(ULONG)MV_FLAG;
	size_t size, unit = prop_fixed_size(type);
	BYTE *bytes;
	HRESULT hr;

	if (!unit)
		return S_FALSE;
	hr = storage_read(
	    property->storage, substg_of_tag(property->tag).text, property->root, &bytes, &size);
	if (FAILED(hr))
		return hr;
	value->Value.MVl.cValues = (ULONG)(size / unit);
	value->Value.MVl.lpl = (LONG *)(void *)bytes;
	return value->Value.MVl.cValues ? S_OK : S_FALSE;
}

/* The value of one of several; what has no stream is empty. */
static HRESULT
load_element(const struct property *property, ULONG index, SPropValue *value)
{
	ULONG type = PROP_TYPE(property->tag) & ~(ULONG)MV_FLAG;
	BYTE *bytes;
	size_t size;
	HRESULT hr = storage_read(property->storage, substg_of_value(property->tag, index).text,
	    property->root, &bytes, &size);

	if (hr == STG_E_FILENOTFOUND) {
		bytes = mem_zalloc(property->root, sizeof(WCHAR));
		hr = bytes ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (FAILED(hr))
		return hr;
	if (type != PT_BINARY)
		return text_value(property, type, bytes, size, &value->Value.MVszW.lppszW[index]);
	value->Value.MVbin.lpbin[index].cb = (ULONG)size;
	value->Value.MVbin.lpbin[index].lpb = bytes;
	return S_OK;
}

/* The property's own stream has the lengths. */
static HRESULT
stream_values(const struct property *property, SPropValue *value)
{
	bool binary = PROP_TYPE(property->tag) == PT_MV_BINARY;
	ULONG count;
	BYTE *lengths;
	size_t size;
	HRESULT hr = storage_read(
	    property->storage, substg_of_tag(property->tag).text, property->root, &lengths, &size);

	if (FAILED(hr))
		return hr;
	count = (ULONG)(size / (binary ? 8 : 4));
	if (!count)
		return S_FALSE;
	if (!binary)
		value->ulPropTag = CHANGE_PROP_TYPE(property->tag, PT_MV_UNICODE);
	value->Value.MVbin.cValues = count;
	value->Value.MVbin.lpbin = mem_zalloc(property->root, (size_t)count * sizeof(SBinary));
	if (!value->Value.MVbin.lpbin)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = load_element(property, i, value);
	return hr;
}

/* S_FALSE for what is no value. */
static HRESULT
load_value(const struct property *property, SPropValue *value)
{
	ULONG type = PROP_TYPE(property->tag);

	memset(value, 0, sizeof *value);
	value->ulPropTag = property->tag;
	switch (type) {
	case PT_STRING8:
	case PT_UNICODE:
	case PT_BINARY:
	case PT_CLSID:
		return stream_value(property, value);
	case PT_MV_STRING8:
	case PT_MV_UNICODE:
	case PT_MV_BINARY:
		return stream_values(property, value);
	}
	return type & MV_FLAG ? fixed_values(property, value)
			      : fixed_value(type, property->entry + 8, value);
}

/* --- Properties ---------------------------------------------------------------------------- */

/* Each property once, so that no stream is read again and again. */
static HRESULT
load_property(const struct property *property, struct part *part)
{
	SPropValue value;
	HRESULT hr;

	if (bag_get(part->bag, property->tag))
		return S_OK;
	hr = load_value(property, &value);
	if (hr == STG_E_FILENOTFOUND || hr == S_FALSE)
		return S_OK;
	if (SUCCEEDED(hr))
		hr = bag_put(part->bag, &value, 1);
	if (SUCCEEDED(hr))
		part_set_attributes(part, property->tag, get32(property->entry + 4) & 7);
	return hr;
}

static LONG
long_in(const BYTE *bytes, size_t size, size_t head, ULONG tag)
{
	for (size_t at = head; at + ENTRY <= size; at += ENTRY)
		if (get32(bytes + at) == tag)
			return (LONG)get32(bytes + at + 8);
	return 0;
}

/* Which text the file has is said among the outermost message's properties. */
static void
note_text(struct loader *loader, const BYTE *bytes, size_t size, size_t head)
{
	LONG mask = long_in(bytes, size, head, PR_STORE_SUPPORT_MASK);

	loader->page = imsg_text_page(long_in(bytes, size, head, PR_MESSAGE_CODEPAGE),
	    long_in(bytes, size, head, PR_INTERNET_CPID));
	if (head == HEAD_OUTERMOST && size)
		loader->document->unicode = mask & STORE_UNICODE_OK ? true : false;
}

/* Two rounds: 8-bit text only where there is no Unicode. */
static HRESULT
load_entries(
    struct property *property, const BYTE *bytes, size_t size, size_t head, struct part *part)
{
	HRESULT hr = S_OK;

	for (unsigned narrow = 0; narrow < 2; narrow++)
		for (size_t at = head; SUCCEEDED(hr) && at + ENTRY <= size; at += ENTRY) {
			ULONG tag = get32(bytes + at), type = PROP_TYPE(tag) & ~(ULONG)MV_FLAG;

			if ((type == PT_STRING8) != (narrow == 1))
				continue;
			property->entry = bytes + at;
			property->tag = tag;
			hr = load_property(property, part);
		}
	return hr;
}

static HRESULT
load_properties(IStorage *storage, struct loader *loader, size_t head, struct part *part)
{
	struct property property = { .storage = storage, .loader = loader };
	void *scratch = mem_zalloc(NULL, 1);
	BYTE *bytes;
	size_t size;
	HRESULT hr;

	property.root = bag_shared(part->bag);
	if (!scratch || !property.root)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	else
		hr = storage_read(storage, IMSG_PROPERTIES, scratch, &bytes, &size);
	if (SUCCEEDED(hr)) {
		if (head != HEAD_OTHER)
			note_text(loader, bytes, size, head);
		hr = load_entries(&property, bytes, size, head, part);
	}
	mem_free(scratch);
	return hr == STG_E_FILENOTFOUND ? S_OK : hr;
}

/* --- What belongs to a message ------------------------------------------------------------- */

static HRESULT
load_recipient(IStorage *storage, struct loader *loader, ULONG row, struct part *message)
{
	struct part *part = part_new(false);
	struct recipient *recipient;
	HRESULT hr =
	    part ? load_properties(storage, loader, HEAD_OTHER, part) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = bag_set_long(part->bag, PR_ROWID, (LONG)row);
	if (SUCCEEDED(hr)) {
		recipient = g_new0(struct recipient, 1);
		g_ptr_array_add(message->recipients, recipient);
		recipient->row = row;
		recipient->count = bag_count(part->bag);
		hr = prop_copy_array(bag_values(part->bag), recipient->count, &recipient->props);
		message->next_recipient = MAX(message->next_recipient, row + 1);
	}
	part_unref(part);
	return hr;
}

static HRESULT
load_object(IStorage *storage, struct loader *loader, struct part *attachment)
{
	LONG method = bag_get_long(attachment->bag, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	IStorage *within = NULL;
	HRESULT hr = storage_open(storage, substg_of_tag(PR_ATTACH_DATA_OBJ).text, &within);

	if (hr == STG_E_FILENOTFOUND)
		return S_OK;
	if (SUCCEEDED(hr) && method == ATTACH_EMBEDDED_MSG) {
		loader->depth++;
		hr = load_message(within, loader, HEAD_MESSAGE, &attachment->embedded);
		loader->depth--;
	} else if (SUCCEEDED(hr)) {
		hr = storage_create(&attachment->ole);
		if (SUCCEEDED(hr))
			hr = storage_copy(within, attachment->ole);
	}
	COM_CLEAR(within);
	return hr;
}

static LONG
data_size(const struct part *attachment)
{
	const SPropValue *data = bag_get(attachment->bag, PR_ATTACH_DATA_BIN);

	return data && PROP_TYPE(data->ulPropTag) == PT_BINARY ? (LONG)data->Value.bin.cb : 0;
}

static HRESULT
load_attachment(IStorage *storage, struct loader *loader, ULONG number, struct part *message)
{
	struct part *part = part_new(false);
	HRESULT hr;

	if (!part)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	part->number = number;
	hr = load_properties(storage, loader, HEAD_OTHER, part);
	if (SUCCEEDED(hr))
		hr = bag_set_long(part->bag, PR_ATTACH_NUM, (LONG)number);
	if (SUCCEEDED(hr) && !bag_get(part->bag, PR_ATTACH_SIZE))
		hr = bag_set_long(part->bag, PR_ATTACH_SIZE, data_size(part));
	if (SUCCEEDED(hr))
		hr = load_object(storage, loader, part);
	if (FAILED(hr)) {
		part_unref(part);
		return hr;
	}
	message->next_attachment = MAX(message->next_attachment, number + 1);
	g_ptr_array_add(message->attachments, part);
	return S_OK;
}

/* The number behind a prefix; false for another name. */
static bool
row_of(const WCHAR *name, const WCHAR *prefix, ULONG *row)
{
	size_t length = text_wcslen(prefix);

	*row = 0;
	if (text_wcslen(name) != length + 8 || memcmp(name, prefix, length * sizeof *name) != 0)
		return false;
	for (size_t i = length; i < length + 8; i++) {
		if (name[i] > 'f' || !g_ascii_isxdigit((char)name[i]))
			return false;
		*row = *row << 4 | (ULONG)g_ascii_xdigit_value((char)name[i]);
	}
	return *row < 0x7FFFFFFF;
}

static HRESULT
load_within(IStorage *storage, const STATSTG *element, struct loader *loader, struct part *message)
{
	bool recipient;
	IStorage *within = NULL;
	ULONG row;
	HRESULT hr;

	if (element->type != STGTY_STORAGE)
		return S_OK;
	recipient = row_of(element->pwcsName, IMSG_RECIPIENT, &row);
	if (!recipient && !row_of(element->pwcsName, IMSG_ATTACHMENT, &row))
		return S_OK;
	hr = storage_open(storage, element->pwcsName, &within);
	if (SUCCEEDED(hr))
		hr = recipient ? load_recipient(within, loader, row, message)
			       : load_attachment(within, loader, row, message);
	COM_CLEAR(within);
	return hr;
}

static gint
compare_rows(gconstpointer a, gconstpointer b)
{
	const struct recipient *x = *(struct recipient *const *)a,
			       *y = *(struct recipient *const *)b;

	return x->row < y->row ? -1 : x->row > y->row;
}

static gint
compare_numbers(gconstpointer a, gconstpointer b)
{
	const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static HRESULT
load_all_within(IStorage *storage, struct loader *loader, struct part *message)
{
	IEnumSTATSTG *list = NULL;
	STATSTG element;
	HRESULT hr = storage->lpVtbl->EnumElements(storage, 0, NULL, 0, &list);

	while (SUCCEEDED(hr) && (hr = list->lpVtbl->Next(list, 1, &element, NULL)) == S_OK) {
		hr = load_within(storage, &element, loader, message);
		free(element.pwcsName);
	}
	COM_CLEAR(list);
	g_ptr_array_sort(message->recipients, compare_rows);
	g_ptr_array_sort(message->attachments, compare_numbers);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
load_message(IStorage *storage, struct loader *loader, size_t head, struct part **out)
{
	LONG page = loader->page;
	struct part *part;
	HRESULT hr;

	*out = NULL;
	if (loader->depth > IMSG_DEPTH_MAX)
		return MAPI_E_CORRUPT_DATA;
	part = part_new(true);
	if (!part)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = load_properties(storage, loader, head, part);
	if (SUCCEEDED(hr))
		hr = load_all_within(storage, loader, part);
	loader->page = page;
	if (FAILED(hr)) {
		part_unref(part);
		return hr;
	}
	*out = part;
	return S_OK;
}

HRESULT
imsg_load(IStorage *storage, struct document *document, struct part **out)
{
	struct loader loader = { document, 0, 0 };
	HRESULT hr = imsg_load_names(storage, document->names);

	*out = NULL;
	return SUCCEEDED(hr) ? load_message(storage, &loader, HEAD_OUTERMOST, out) : hr;
}
