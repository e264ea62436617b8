/* SPDX-License-Identifier: MIT */
/* A parcel's records: see parcel.h. */
#include "parcel.h"

#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include "parcel_private.h"

ULONG
parcel_u32(const BYTE *bytes)
{
	guint32 number;

	memcpy(&number, bytes, sizeof(number));
	return GUINT32_FROM_LE(number);
}

static guint64
read_u64(const BYTE *bytes)
{
	guint64 number;

	memcpy(&number, bytes, sizeof(number));
	return GUINT64_FROM_LE(number);
}

HRESULT
parcel_open(struct parcel_reader *reader, const void *data, size_t size)
{
	memset(reader, 0, sizeof(*reader));
	reader->data = data;
	reader->size = size;
	if (size < PARCEL_HEAD || memcmp(data, PARCEL_MAGIC, strlen(PARCEL_MAGIC)) != 0)
		return MAPI_E_CORRUPT_DATA;
	if (parcel_u32(reader->data + 8) != PARCEL_VERSION)
		return MAPI_E_VERSION;
	reader->at = PARCEL_HEAD;
	return S_OK;
}

/* What is open now; a message at the outermost level. */
static enum parcel_kind
opened(const struct parcel_reader *reader)
{
	return reader->depth ? reader->open[reader->depth - 1] : PARCEL_MESSAGE;
}

static HRESULT
descend(struct parcel_reader *reader, enum parcel_kind kind)
{
	if (reader->depth == PARCEL_DEPTH_MAX)
		return MAPI_E_CORRUPT_DATA;
	reader->open[reader->depth++] = kind;
	return S_OK;
}

/* Whether the record may stand here; opens and closes. */
static HRESULT
place(struct parcel_reader *reader, const struct parcel_record *record)
{
	bool in_message = opened(reader) == PARCEL_MESSAGE, empty = record->size == 0;

	switch (record->kind) {
	case PARCEL_PROPS:
		return S_OK;
	case PARCEL_LONG:
		return record->size >= PARCEL_LONG_HEAD ? S_OK : MAPI_E_CORRUPT_DATA;
	case PARCEL_NAME:
		return record->size >= PARCEL_NAME_HEAD && record->size % sizeof(WCHAR) == 0
			   ? S_OK
			   : MAPI_E_CORRUPT_DATA;
	case PARCEL_RECIPIENT:
		return in_message ? S_OK : MAPI_E_CORRUPT_DATA;
	case PARCEL_ATTACHMENT:
		return in_message && empty ? descend(reader, record->kind) : MAPI_E_CORRUPT_DATA;
	case PARCEL_MESSAGE:
		return !in_message && empty ? descend(reader, record->kind) : MAPI_E_CORRUPT_DATA;
	case PARCEL_CLOSE:
		if (!reader->depth || !empty)
			return MAPI_E_CORRUPT_DATA;
		reader->depth--;
		return S_OK;
	case PARCEL_END:
		return !reader->depth && empty && reader->at == reader->size ? S_FALSE
									     : MAPI_E_CORRUPT_DATA;
	default:
		return MAPI_E_CORRUPT_DATA;
	}
}

HRESULT
parcel_next(struct parcel_reader *reader, struct parcel_record *record)
{
	const BYTE *head = reader->data + reader->at;
	size_t left = reader->size - reader->at;
	guint64 size;

	if (left < PARCEL_RECORD_HEAD)
		return MAPI_E_CORRUPT_DATA;
	size = read_u64(head + 8);
	if (parcel_u32(head + 4) != 0 || size > left - PARCEL_RECORD_HEAD)
		return MAPI_E_CORRUPT_DATA;
	record->kind = (enum parcel_kind)parcel_u32(head);
	record->data = head + PARCEL_RECORD_HEAD;
	record->size = (size_t)size;
	reader->at += PARCEL_RECORD_HEAD + record->size;
	return place(reader, record);
}
