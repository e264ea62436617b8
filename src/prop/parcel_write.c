/* SPDX-License-Identifier: MIT */
/* From a message to a parcel: see parcel.h. */
#include "parcel.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "blob.h"
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "parcel_private.h"
#include "prop.h"
#include "text.h"

#define PIECE (64 * 1024)
#define BUFFER_MAX (256 * 1024)

struct writer {
	int fd;
	guint64 flushed;    /* bytes in the file */
	GByteArray *buffer; /* bytes behind them */
	char *what;         /* what could not be read, for people */
};

/* --- Bytes --------------------------------------------------------------------------------- */

static HRESULT
write_at(int fd, const void *data, size_t size, guint64 at)
{
	const char *from = data;

	while (size > 0) {
		ssize_t done = pwrite(fd, from, size, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return hr_from_errno(errno);
		from += done;
		at += (guint64)done;
		size -= (size_t)done;
	}
	return S_OK;
}

static HRESULT
flush(struct writer *w)
{
	HRESULT hr = write_at(w->fd, w->buffer->data, w->buffer->len, w->flushed);

	w->flushed += w->buffer->len;
	g_byte_array_set_size(w->buffer, 0);
	return hr;
}

static void
put_u32(struct writer *w, guint32 number)
{
	guint32 bytes = GUINT32_TO_LE(number);

	g_byte_array_append(w->buffer, (const guint8 *)&bytes, sizeof(bytes));
}

static void
put_u64(struct writer *w, guint64 number)
{
	guint64 bytes = GUINT64_TO_LE(number);

	g_byte_array_append(w->buffer, (const guint8 *)&bytes, sizeof(bytes));
}

static HRESULT
put_record(struct writer *w, enum parcel_kind kind, const void *data, size_t size)
{
	put_u32(w, kind);
	put_u32(w, 0);
	put_u64(w, size);
	if (size)
		g_byte_array_append(w->buffer, data, (guint)size);
	return w->buffer->len > BUFFER_MAX ? flush(w) : S_OK;
}

static HRESULT
put_blob(struct writer *w, enum parcel_kind kind, const SPropValue *values, ULONG count)
{
	GByteArray *blob = g_byte_array_new();
	HRESULT hr = blob_encode(values, count, blob);

	if (SUCCEEDED(hr))
		hr = put_record(w, kind, blob->data, blob->len);
	g_byte_array_unref(blob);
	return hr;
}

/* --- Long values --------------------------------------------------------------------------- */

static HRESULT
copy_stream(struct writer *w, IStream *stream, guint64 *size)
{
	BYTE *piece = g_malloc(PIECE);
	ULONG got = 0;
	HRESULT hr;

	do {
		hr = stream->lpVtbl->Read(stream, piece, PIECE, &got);
		if (SUCCEEDED(hr) && got)
			g_byte_array_append(w->buffer, piece, got);
		if (SUCCEEDED(hr) && w->buffer->len > BUFFER_MAX)
			hr = flush(w);
		*size += got;
	} while (SUCCEEDED(hr) && got);
	g_free(piece);
	return hr;
}

/* The size is known at the end: then it is written in front. */
static HRESULT
put_stream(struct writer *w, ULONG tag, IStream *stream)
{
	guint64 size = PARCEL_LONG_HEAD, place, bytes;
	HRESULT hr = flush(w);

	place = w->flushed + 8;
	if (SUCCEEDED(hr))
		hr = put_record(w, PARCEL_LONG, NULL, 0);
	put_u32(w, tag);
	if (SUCCEEDED(hr))
		hr = copy_stream(w, stream, &size);
	if (SUCCEEDED(hr))
		hr = flush(w);
	bytes = GUINT64_TO_LE(size);
	if (SUCCEEDED(hr))
		hr = write_at(w->fd, &bytes, sizeof(bytes), place);
	return hr;
}

static HRESULT
put_long(struct writer *w, IMAPIProp *object, ULONG tag)
{
	IStream *stream = NULL;
	HRESULT hr;

	hr = object->lpVtbl->OpenProperty(object, tag, &IID_IStream, 0, 0, (LPUNKNOWN *)&stream);
	if (SUCCEEDED(hr))
		hr = put_stream(w, tag, stream);
	COM_CLEAR(stream);
	return hr;
}

/* --- Properties ---------------------------------------------------------------------------- */

static HRESULT
put_name(struct writer *w, ULONG tag, const MAPINAMEID *name)
{
	bool text = name && name->ulKind == MNID_STRING && name->Kind.lpwstrName;
	size_t length = text ? text_wcslen(name->Kind.lpwstrName) : 0;
	GByteArray *bytes;
	guint32 number[3];
	HRESULT hr;

	if (!name || !name->lpguid || (name->ulKind == MNID_STRING && !text))
		return S_OK;
	bytes = g_byte_array_new();
	number[0] = GUINT32_TO_LE(PROP_ID(tag));
	number[1] = GUINT32_TO_LE(name->ulKind);
	number[2] = GUINT32_TO_LE(text ? 0 : (guint32)name->Kind.lID);
	g_byte_array_append(bytes, (const guint8 *)&number[0], 4);
	g_byte_array_append(bytes, (const guint8 *)name->lpguid, sizeof(GUID));
	g_byte_array_append(bytes, (const guint8 *)&number[1], 8);
	for (size_t i = 0; i < length; i++) {
		guint16 unit = GUINT16_TO_LE((guint16)name->Kind.lpwstrName[i]);

		g_byte_array_append(bytes, (const guint8 *)&unit, sizeof(unit));
	}
	hr = put_record(w, PARCEL_NAME, bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	return hr;
}

/* The names of those tags that are named. */
static HRESULT
put_names(struct writer *w, IMAPIProp *object, const SPropTagArray *tags)
{
	SPropTagArray *named = mem_zalloc(NULL, CbNewSPropTagArray((size_t)tags->cValues + 1));
	MAPINAMEID **names = NULL;
	ULONG count = 0, i;
	HRESULT hr = named ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (i = 0; SUCCEEDED(hr) && i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) >= 0x8000)
			named->aulPropTag[named->cValues++] = tags->aulPropTag[i];
	if (SUCCEEDED(hr) && named->cValues)
		hr = object->lpVtbl->GetNamesFromIDs(object, &named, NULL, 0, &count, &names);
	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = put_name(w, named->aulPropTag[i], names[i]);
	mem_free(names);
	mem_free(named);
	return hr;
}

/* The values that came whole; the others are squeezed out. */
static HRESULT
put_values(struct writer *w, SPropValue *values, ULONG count)
{
	ULONG kept = 0, i;

	for (i = 0; i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) != PT_ERROR)
			values[kept++] = values[i];
	return put_blob(w, PARCEL_PROPS, values, kept);
}

static HRESULT
put_long_values(struct writer *w, IMAPIProp *object, const SPropValue *values, ULONG count,
    const SPropTagArray *tags)
{
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < count && i < tags->cValues; i++)
		if (PROP_TYPE(values[i].ulPropTag) == PT_ERROR &&
		    values[i].Value.err == MAPI_E_NOT_ENOUGH_MEMORY)
			hr = put_long(w, object, tags->aulPropTag[i]);
	return hr;
}

static HRESULT
put_props(struct writer *w, IMAPIProp *object)
{
	SPropTagArray *tags = NULL;
	SPropValue *values = NULL;
	ULONG count = 0, i, kept = 0;
	HRESULT hr = object->lpVtbl->GetPropList(object, MAPI_UNICODE, &tags);

	for (i = 0; SUCCEEDED(hr) && i < tags->cValues; i++)
		if (PROP_TYPE(tags->aulPropTag[i]) != PT_OBJECT)
			tags->aulPropTag[kept++] = tags->aulPropTag[i];
	if (SUCCEEDED(hr) && kept) {
		tags->cValues = kept;
		hr = put_names(w, object, tags);
		if (SUCCEEDED(hr))
			hr = object->lpVtbl->GetProps(object, tags, MAPI_UNICODE, &count, &values);
		if (SUCCEEDED(hr))
			hr = put_long_values(w, object, values, count, tags);
		if (SUCCEEDED(hr))
			hr = put_values(w, values, count);
	}
	mem_free(values);
	mem_free(tags);
	return hr;
}

/* --- Tables -------------------------------------------------------------------------------- */

static void
free_rows(SRowSet *rows)
{
	for (ULONG i = 0; rows && i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

static HRESULT
each_row(struct writer *w, IMAPITable *table, void *context,
    HRESULT (*row)(struct writer *w, void *context, const SRow *row))
{
	SRowSet *rows = NULL;
	bool more = true;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && more) {
		hr = table->lpVtbl->QueryRows(table, 200, 0, &rows);
		more = SUCCEEDED(hr) && rows->cRows > 0;
		for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
			hr = row(w, context, &rows->aRow[i]);
		free_rows(rows);
		rows = NULL;
	}
	return hr;
}

static HRESULT
put_recipient(struct writer *w, void *context, const SRow *row)
{
	SPropValue *values = g_new(SPropValue, row->cValues + 1);
	ULONG kept = 0;
	HRESULT hr;

	for (ULONG i = 0; i < row->cValues; i++)
		if (PROP_TYPE(row->lpProps[i].ulPropTag) != PT_ERROR &&
		    PROP_ID(row->lpProps[i].ulPropTag) < 0x8000)
			values[kept++] = row->lpProps[i];
	hr = put_blob(w, PARCEL_RECIPIENT, values, kept);
	g_free(values);
	return hr;
}

static HRESULT
put_recipients(struct writer *w, IMessage *message)
{
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	HRESULT hr = message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table);

	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr) && columns->cValues)
		hr = table->lpVtbl->SetColumns(table, columns, 0);
	if (SUCCEEDED(hr))
		hr = each_row(w, table, NULL, put_recipient);
	mem_free(columns);
	COM_CLEAR(table);
	return hr;
}

static HRESULT put_message(struct writer *w, IMessage *message);

/* The message that is attached. */
static HRESULT
put_embedded(struct writer *w, IAttach *attach)
{
	IMessage *message = NULL;
	HRESULT hr = attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (LPUNKNOWN *)&message);

	if (SUCCEEDED(hr))
		hr = put_record(w, PARCEL_MESSAGE, NULL, 0);
	if (SUCCEEDED(hr))
		hr = put_message(w, message);
	if (SUCCEEDED(hr))
		hr = put_record(w, PARCEL_CLOSE, NULL, 0);
	COM_CLEAR(message);
	return hr;
}

static HRESULT
put_attachment(struct writer *w, void *context, const SRow *row)
{
	IMessage *message = context;
	ULONG number = (ULONG)prop_find_long(row->lpProps, row->cValues, PR_ATTACH_NUM, 0);
	LONG method = prop_find_long(row->lpProps, row->cValues, PR_ATTACH_METHOD, 0);
	IAttach *attach = NULL;
	HRESULT hr = message->lpVtbl->OpenAttach(message, number, NULL, 0, &attach);

	if (SUCCEEDED(hr))
		hr = put_record(w, PARCEL_ATTACHMENT, NULL, 0);
	if (SUCCEEDED(hr))
		hr = put_props(w, (IMAPIProp *)attach);
	if (SUCCEEDED(hr) && method == ATTACH_EMBEDDED_MSG)
		hr = put_embedded(w, attach);
	else if (SUCCEEDED(hr) && method == ATTACH_OLE)
		hr = MAPI_E_NO_SUPPORT;
	if (SUCCEEDED(hr))
		hr = put_record(w, PARCEL_CLOSE, NULL, 0);
	COM_CLEAR(attach);
	if (FAILED(hr) && !w->what)
		w->what = g_strdup_printf("attachment %u", (unsigned)number);
	return hr;
}

static HRESULT
put_attachments(struct writer *w, IMessage *message)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_ATTACH_NUM, PR_ATTACH_METHOD } };
	IMAPITable *table = NULL;
	HRESULT hr = message->lpVtbl->GetAttachmentTable(message, 0, &table);

	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, (SPropTagArray *)(void *)&columns, 0);
	if (SUCCEEDED(hr))
		hr = each_row(w, table, message, put_attachment);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
put_message(struct writer *w, IMessage *message)
{
	HRESULT hr = put_props(w, (IMAPIProp *)message);

	if (SUCCEEDED(hr))
		hr = put_recipients(w, message);
	if (SUCCEEDED(hr))
		hr = put_attachments(w, message);
	return hr;
}

HRESULT
parcel_write(IMessage *message, int fd, char **why)
{
	struct writer w = { .fd = fd, .buffer = g_byte_array_new() };
	HRESULT hr;

	g_byte_array_append(w.buffer, (const guint8 *)PARCEL_MAGIC, strlen(PARCEL_MAGIC));
	put_u32(&w, PARCEL_VERSION);
	put_u32(&w, 0);
	hr = put_message(&w, message);
	if (SUCCEEDED(hr))
		hr = put_record(&w, PARCEL_END, NULL, 0);
	if (SUCCEEDED(hr))
		hr = flush(&w);
	if (FAILED(hr) && why)
		*why = g_strdup_printf("The message cannot be handed over%s%s: %s",
		    w.what ? ", for its " : "", w.what ? w.what : "", hr_text(hr));
	g_byte_array_unref(w.buffer);
	g_free(w.what);
	return hr;
}
