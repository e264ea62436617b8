/* SPDX-License-Identifier: MIT */
/* From a parcel to a message: see parcel.h. */
#include "parcel.h"

#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "blob.h"
#include "com.h"
#include "mem.h"
#include "parcel_private.h"
#include "prop.h"

#define NAME_MAX_UNITS 255
#define RECIPIENTS_AT_ONCE 500

struct builder {
	struct parcel_reader reader;
	const struct parcel_rules *rules;
	GHashTable *ids; /* of named properties: id in the parcel -> id in the store */
};

/* What is open: a message, and its recipients until they are handed over. */
struct target {
	IMessage *message;
	ADRLIST *recipients;
};

static HRESULT build_message(struct builder *b, IMessage *message);

/* --- Named properties ---------------------------------------------------------------------- */

static HRESULT
read_name(const struct parcel_record *record, MAPINAMEID *name, GUID *set, WCHAR *text)
{
	size_t units = (record->size - PARCEL_NAME_HEAD) / sizeof(WCHAR);

	if (units > NAME_MAX_UNITS)
		return MAPI_E_CORRUPT_DATA;
	memcpy(set, record->data + 4, sizeof(*set));
	name->lpguid = set;
	name->ulKind = parcel_u32(record->data + 20);
	if (name->ulKind == MNID_ID) {
		name->Kind.lID = (LONG)parcel_u32(record->data + 24);
		return S_OK;
	}
	for (size_t i = 0; i < units; i++) {
		guint16 unit;

		memcpy(&unit, record->data + PARCEL_NAME_HEAD + i * sizeof(unit), sizeof(unit));
		text[i] = GUINT16_FROM_LE(unit);
	}
	text[units] = 0;
	name->Kind.lpwstrName = text;
	return name->ulKind == MNID_STRING && units ? S_OK : MAPI_E_CORRUPT_DATA;
}

/* What the store calls it; a name that is not taken leaves its property out. */
static HRESULT
take_name(struct builder *b, IMAPIProp *object, const struct parcel_record *record)
{
	const struct parcel_rules *rules = b->rules;
	WCHAR text[NAME_MAX_UNITS + 1] = { 0 };
	MAPINAMEID name = { 0 }, *list = &name;
	SPropTagArray *tags = NULL;
	GUID set;
	HRESULT hr = read_name(record, &name, &set, text);

	if (FAILED(hr))
		return hr;
	if (rules && rules->takes_name &&
	    !rules->takes_name(rules->context, &set, name.ulKind == MNID_STRING ? text : NULL))
		return S_OK;
	hr = object->lpVtbl->GetIDsFromNames(object, 1, &list, MAPI_CREATE, &tags);
	if (SUCCEEDED(hr) && PROP_TYPE(tags->aulPropTag[0]) != PT_ERROR)
		g_hash_table_insert(b->ids, GUINT_TO_POINTER(parcel_u32(record->data) & 0xFFFF),
		    GUINT_TO_POINTER(PROP_ID(tags->aulPropTag[0])));
	mem_free(tags);
	return hr == MAPI_E_NOT_ENOUGH_MEMORY ? hr : S_OK;
}

/* The tag in this store; 0: not to be taken. */
static ULONG
local_tag(const struct builder *b, ULONG tag)
{
	const struct parcel_rules *rules = b->rules;

	if (PROP_ID(tag) >= 0x8000) {
		gpointer id = g_hash_table_lookup(b->ids, GUINT_TO_POINTER(PROP_ID(tag)));

		return id ? PROP_TAG(PROP_TYPE(tag), GPOINTER_TO_UINT(id)) : 0;
	}
	if (b->reader.depth == 0 && rules && rules->takes && !rules->takes(rules->context, tag))
		return 0;
	return tag;
}

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
take_props(struct builder *b, IMAPIProp *object, const struct parcel_record *record)
{
	SPropProblemArray *problems = NULL;
	SPropValue *values = NULL;
	ULONG count = 0, kept = 0, i, tag;
	HRESULT hr = blob_decode(record->data, record->size, &values, &count);

	for (i = 0; SUCCEEDED(hr) && i < count; i++) {
		tag = local_tag(b, values[i].ulPropTag);
		if (!tag)
			continue;
		values[kept] = values[i];
		values[kept++].ulPropTag = tag;
	}
	if (SUCCEEDED(hr) && kept)
		hr = object->lpVtbl->SetProps(object, kept, values, &problems);
	mem_free(problems);
	mem_free(values);
	return hr;
}

static HRESULT
write_all(IStream *stream, const BYTE *data, size_t size)
{
	HRESULT hr = S_OK;
	ULONG done = 0;

	while (SUCCEEDED(hr) && size > 0) {
		hr = stream->lpVtbl->Write(stream, data, (ULONG)MIN(size, 1u << 20), &done);
		if (SUCCEEDED(hr) && !done)
			hr = MAPI_E_DISK_ERROR;
		data += done;
		size -= done;
	}
	return SUCCEEDED(hr) ? stream->lpVtbl->Commit(stream, STGC_DEFAULT) : hr;
}

static HRESULT
take_long(struct builder *b, IMAPIProp *object, const struct parcel_record *record)
{
	ULONG tag = local_tag(b, parcel_u32(record->data)), type = PROP_TYPE(tag);
	IStream *stream = NULL;
	HRESULT hr;

	if (!tag)
		return S_OK;
	if (type != PT_BINARY && type != PT_UNICODE && type != PT_STRING8)
		return MAPI_E_CORRUPT_DATA;
	hr = object->lpVtbl->OpenProperty(
	    object, tag, &IID_IStream, STGM_WRITE, MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&stream);
	if (SUCCEEDED(hr))
		hr = write_all(
		    stream, record->data + PARCEL_LONG_HEAD, record->size - PARCEL_LONG_HEAD);
	COM_CLEAR(stream);
	return hr;
}

/* PROPS, LONG and NAME, which any object has. */
static HRESULT
take_common(struct builder *b, IMAPIProp *object, const struct parcel_record *record)
{
	switch (record->kind) {
	case PARCEL_PROPS:
		return take_props(b, object, record);
	case PARCEL_LONG:
		return take_long(b, object, record);
	case PARCEL_NAME:
		return take_name(b, object, record);
	default:
		return MAPI_E_CORRUPT_DATA;
	}
}

/* --- Recipients ---------------------------------------------------------------------------- */

static void
free_recipients(struct target *target)
{
	ADRLIST *list = target->recipients;

	for (ULONG i = 0; list && i < list->cEntries; i++)
		mem_free(list->aEntries[i].rgPropVals);
	mem_free(list);
	target->recipients = NULL;
}

static HRESULT
flush_recipients(struct target *target)
{
	HRESULT hr = S_OK;

	if (target->recipients && target->recipients->cEntries)
		hr = target->message->lpVtbl->ModifyRecipients(
		    target->message, MODRECIP_ADD, target->recipients);
	free_recipients(target);
	return hr;
}

/* What a row says of another store, or of a verdict, is not for this one. */
static ULONG
squeeze_row(SPropValue *values, ULONG count)
{
	ULONG kept = 0, i;

	for (i = 0; i < count; i++)
		if (values[i].ulPropTag != PR_ROWID && values[i].ulPropTag != PR_RESPONSIBILITY &&
		    PROP_ID(values[i].ulPropTag) < 0x8000)
			values[kept++] = values[i];
	return kept;
}

static HRESULT
take_recipient(struct target *target, const struct parcel_record *record)
{
	ADRENTRY *entry;
	HRESULT hr = S_OK;

	if (!target->recipients) {
		target->recipients = mem_zalloc(NULL, CbNewADRLIST(RECIPIENTS_AT_ONCE));
		if (!target->recipients)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	entry = &target->recipients->aEntries[target->recipients->cEntries];
	hr = blob_decode(record->data, record->size, &entry->rgPropVals, &entry->cValues);
	if (FAILED(hr))
		return hr;
	target->recipients->cEntries++;
	entry->cValues = squeeze_row(entry->rgPropVals, entry->cValues);
	return target->recipients->cEntries == RECIPIENTS_AT_ONCE ? flush_recipients(target) : S_OK;
}

/* --- Attachments --------------------------------------------------------------------------- */

static HRESULT
build_embedded(struct builder *b, IAttach *attach)
{
	IMessage *message = NULL;
	HRESULT hr = attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&message);

	if (SUCCEEDED(hr))
		hr = build_message(b, message);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SaveChanges(message, 0);
	COM_CLEAR(message);
	return hr;
}

static HRESULT
build_attachment(struct builder *b, IMessage *message)
{
	struct parcel_record record;
	IAttach *attach = NULL;
	ULONG number;
	HRESULT hr = message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach);

	while (SUCCEEDED(hr)) {
		hr = parcel_next(&b->reader, &record);
		if (SUCCEEDED(hr) && record.kind == PARCEL_CLOSE)
			break;
		if (SUCCEEDED(hr) && record.kind == PARCEL_MESSAGE)
			hr = build_embedded(b, attach);
		else if (SUCCEEDED(hr))
			hr = take_common(b, (IMAPIProp *)attach, &record);
	}
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SaveChanges(attach, 0);
	COM_CLEAR(attach);
	return hr;
}

/* Until the message is closed, or ends. */
static HRESULT
build_message(struct builder *b, IMessage *message)
{
	struct target target = { .message = message };
	struct parcel_record record;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr)) {
		hr = parcel_next(&b->reader, &record);
		if (hr == S_FALSE || (SUCCEEDED(hr) && record.kind == PARCEL_CLOSE))
			break;
		if (SUCCEEDED(hr) && record.kind == PARCEL_RECIPIENT)
			hr = take_recipient(&target, &record);
		else if (SUCCEEDED(hr) && record.kind == PARCEL_ATTACHMENT)
			hr = build_attachment(b, message);
		else if (SUCCEEDED(hr))
			hr = take_common(b, (IMAPIProp *)message, &record);
	}
	if (SUCCEEDED(hr))
		hr = flush_recipients(&target);
	free_recipients(&target);
	return hr;
}

HRESULT
parcel_read(const void *data, size_t size, IMessage *message, const struct parcel_rules *rules)
{
	struct builder b = { .rules = rules };
	HRESULT hr = parcel_open(&b.reader, data, size);

	if (FAILED(hr))
		return hr;
	b.ids = g_hash_table_new(g_direct_hash, g_direct_equal);
	hr = build_message(&b, message);
	g_hash_table_unref(b.ids);
	return hr;
}
