/* SPDX-License-Identifier: MIT */
#include "mailprint.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "cli.h"
#include "com.h"
#include "hr.h"
#include "mailstore.h"
#include "mem.h"
#include "prop.h"
#include "propwords.h"
#include "text.h"

#define PIECE_SIZE 65536
#define DEPTH_MAX 20

/* --- Long values --------------------------------------------------------------------------- */

static HRESULT
open_stream(IMAPIProp *object, ULONG tag, IStream **out, guint64 *size)
{
	STATSTG about = { 0 };
	HRESULT hr =
	    object->lpVtbl->OpenProperty(object, tag, &IID_IStream, STGM_READ, 0, (LPUNKNOWN *)out);

	if (FAILED(hr))
		return hr;
	hr = (*out)->lpVtbl->Stat(*out, &about, STATFLAG_NONAME);
	*size = about.cbSize.QuadPart;
	if (FAILED(hr))
		COM_CLEAR(*out);
	return hr;
}

static HRESULT
read_whole(IStream *stream, BYTE *to, guint64 size)
{
	while (size) {
		ULONG got = 0;
		HRESULT hr = stream->lpVtbl->Read(stream, to, (ULONG)MIN(size, PIECE_SIZE), &got);

		if (FAILED(hr))
			return hr;
		if (!got)
			return MAPI_E_CORRUPT_DATA;
		to += got;
		size -= got;
	}
	return S_OK;
}

HRESULT
mailprint_read_long(void *root, IMAPIProp *object, ULONG tag, SPropValue *out)
{
	IStream *stream = NULL;
	guint64 size = 0;
	BYTE *data = NULL;
	HRESULT hr = open_stream(object, tag, &stream, &size);

	if (FAILED(hr))
		return hr;
	/* Two more: the end of text. */
	data = size < G_MAXUINT32 - 2 ? mem_zalloc(root, size + 2) : NULL;
	hr = data ? read_whole(stream, data, size) : MAPI_E_NOT_ENOUGH_MEMORY;
	stream->lpVtbl->Release(stream);
	out->ulPropTag = tag;
	if (PROP_TYPE(tag) == PT_BINARY) {
		out->Value.bin.cb = (ULONG)size;
		out->Value.bin.lpb = data;
	} else {
		out->Value.lpszA = (char *)data;
	}
	return hr;
}

/* Bytes of any number as hexadecimal, in pieces. */
static HRESULT
write_hex(FILE *file, IStream *stream)
{
	g_autofree BYTE *piece = g_malloc(PIECE_SIZE);
	ULONG got = 1;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && got) {
		g_autofree char *hex = NULL;

		hr = stream->lpVtbl->Read(stream, piece, PIECE_SIZE, &got);
		if (FAILED(hr))
			break;
		hex = text_hex(piece, got);
		fputs(hex, file);
	}
	return hr;
}

static bool
is_long(const SPropValue *value, ULONG tag)
{
	return PROP_TYPE(value->ulPropTag) == PT_ERROR &&
	       value->Value.err == MAPI_E_NOT_ENOUGH_MEMORY &&
	       (PROP_TYPE(tag) == PT_BINARY || PROP_TYPE(tag) == PT_UNICODE ||
		   PROP_TYPE(tag) == PT_STRING8);
}

/* --- One property -------------------------------------------------------------------------- */

static HRESULT
print_long_json(const struct mailprint *print, IMAPIProp *object, ULONG tag)
{
	g_autoptr(GString) out = g_string_new("{");
	g_autofree char *name = prop_words_name(object, tag);
	IStream *stream = NULL;
	guint64 size = 0;
	HRESULT hr = open_stream(object, tag, &stream, &size);

	if (FAILED(hr))
		return hr;
	json_member(out, "name", name);
	g_string_append_printf(out, ",\"tag\":\"0x%08X\"", (unsigned)tag);
	json_member(out, "type", type_name(PROP_TYPE(tag)));
	json_member_int(out, "size", (gint64)size);
	fputs(out->str, print->file);
	if (print->full) {
		fputs(",\"value\":\"", print->file);
		hr = write_hex(print->file, stream);
		fputs("\"", print->file);
	}
	fputs("}", print->file);
	stream->lpVtbl->Release(stream);
	return hr;
}

static HRESULT
print_long_words(const struct mailprint *print, IMAPIProp *object, ULONG tag, const char *indent)
{
	g_autofree char *name = prop_words_name(object, tag);
	IStream *stream = NULL;
	guint64 size = 0;
	HRESULT hr = open_stream(object, tag, &stream, &size);

	if (FAILED(hr))
		return hr;
	stream->lpVtbl->Release(stream);
	fprintf(print->file,
	    "%s%-36s (%" G_GUINT64_FORMAT " bytes; `emapi store get` reads them)\n", indent, name,
	    size);
	return S_OK;
}

static HRESULT
print_value(
    const struct mailprint *print, IMAPIProp *object, const SPropValue *value, const char *indent)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *name = NULL, *words = NULL;

	if (print->json) {
		prop_words_json(object, value, out);
	} else {
		name = prop_words_name(object, value->ulPropTag);
		words = prop_words_value(value, print->full);
		g_string_printf(out, "%s%-36s %s\n", indent, name, words);
	}
	fputs(out->str, print->file);
	return S_OK;
}

static HRESULT
print_one(const struct mailprint *print, IMAPIProp *object, const SPropValue *value, ULONG tag,
    const char *indent)
{
	void *root;
	SPropValue whole;
	HRESULT hr;

	if (!is_long(value, tag))
		return print_value(print, object, value, indent);
	if (!print->full && !print->json)
		return print_long_words(print, object, tag, indent);
	if (print->json && (PROP_TYPE(tag) == PT_BINARY || !print->full))
		return print_long_json(print, object, tag);
	root = mem_zalloc(NULL, 1);
	hr = root ? mailprint_read_long(root, object, tag, &whole) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = print_value(print, object, &whole, indent);
	mem_free(root);
	return hr;
}

/* --- Objects ------------------------------------------------------------------------------- */

HRESULT
mailprint_props(const struct mailprint *print, IMAPIProp *object, const char *indent)
{
	SPropTagArray *tags = NULL;
	SPropValue *values = NULL;
	ULONG count = 0, shown = 0;
	HRESULT hr = object->lpVtbl->GetPropList(object, MAPI_UNICODE, &tags);

	if (SUCCEEDED(hr) && tags->cValues)
		hr = object->lpVtbl->GetProps(object, tags, MAPI_UNICODE, &count, &values);
	if (print->json)
		fputs("\"properties\":[", print->file);
	for (ULONG i = 0; i < count && SUCCEEDED(hr); i++) {
		/* An object to be opened, or gone meanwhile. */
		if (PROP_TYPE(values[i].ulPropTag) == PT_ERROR &&
		    !is_long(&values[i], tags->aulPropTag[i]))
			continue;
		if (print->json && shown++)
			fputs(",", print->file);
		hr = print_one(print, object, &values[i], tags->aulPropTag[i], indent);
	}
	if (print->json)
		fputs("]", print->file);
	mem_free(tags);
	mem_free(values);
	return hr;
}

struct rows {
	const struct mailprint *print;
	IMessage *message;
	const char *indent;
	ULONG count;
};

static HRESULT
print_recipient(const SRow *row, void *context)
{
	struct rows *rows = context;
	ULONG shown = 0;

	if (rows->print->json)
		fputs(rows->count ? ",[" : "[", rows->print->file);
	else
		fprintf(rows->print->file, "%srecipient %u\n", rows->indent, rows->count);
	rows->count++;
	for (ULONG i = 0; i < row->cValues; i++) {
		g_autofree char *deeper = g_strconcat(rows->indent, "  ", NULL);

		if (PROP_TYPE(row->lpProps[i].ulPropTag) == PT_ERROR)
			continue;
		if (rows->print->json && shown++)
			fputs(",", rows->print->file);
		print_value(rows->print, (IMAPIProp *)rows->message, &row->lpProps[i], deeper);
	}
	if (rows->print->json)
		fputs("]", rows->print->file);
	return S_OK;
}

static HRESULT
print_recipients(struct rows *rows)
{
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	HRESULT hr = rows->message->lpVtbl->GetRecipientTable(rows->message, MAPI_UNICODE, &table);

	if (FAILED(hr))
		return hr;
	hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (FAILED(hr)) {
		table->lpVtbl->Release(table);
		return hr;
	}
	hr = mailstore_rows(table, columns, print_recipient, rows);
	mem_free(columns);
	return hr;
}

/* The message in an attachment of ATTACH_EMBEDDED_MSG. */
static HRESULT
print_embedded(const struct rows *rows, IAttach *attach)
{
	g_autofree char *deeper = g_strconcat(rows->indent, "  ", NULL);
	struct mailprint print = *rows->print;
	IMessage *inner = NULL;
	HRESULT hr;

	if (print.depth++ >= DEPTH_MAX)
		return MAPI_E_TOO_COMPLEX;
	hr = attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (LPUNKNOWN *)&inner);
	if (FAILED(hr))
		return hr;
	if (print.json)
		fputs(",\"message\":", print.file);
	hr = mailprint_message(&print, inner, deeper);
	inner->lpVtbl->Release(inner);
	return hr;
}

static HRESULT
print_attachment(const SRow *row, void *context)
{
	struct rows *rows = context;
	g_autofree char *deeper = g_strconcat(rows->indent, "  ", NULL);
	ULONG number = (ULONG)prop_find_long(row->lpProps, row->cValues, PR_ATTACH_NUM, 0);
	LONG method = prop_find_long(row->lpProps, row->cValues, PR_ATTACH_METHOD, 0);
	IAttach *attach = NULL;
	HRESULT hr = rows->message->lpVtbl->OpenAttach(rows->message, number, NULL, 0, &attach);

	if (FAILED(hr))
		return hr;
	if (rows->print->json)
		fputs(rows->count ? ",{" : "{", rows->print->file);
	else
		fprintf(rows->print->file, "%sattachment %u\n", rows->indent, number);
	rows->count++;
	hr = mailprint_props(rows->print, (IMAPIProp *)attach, deeper);
	if (SUCCEEDED(hr) && method == ATTACH_EMBEDDED_MSG)
		hr = print_embedded(rows, attach);
	if (rows->print->json)
		fputs("}", rows->print->file);
	attach->lpVtbl->Release(attach);
	return hr;
}

static HRESULT
print_attachments(struct rows *rows)
{
	static const SizedSPropTagArray(2, columns) = { 2, { PR_ATTACH_NUM, PR_ATTACH_METHOD } };
	IMAPITable *table = NULL;
	HRESULT hr = rows->message->lpVtbl->GetAttachmentTable(rows->message, 0, &table);

	rows->count = 0;
	return FAILED(hr)
		   ? hr
		   : mailstore_rows(table, (const SPropTagArray *)&columns, print_attachment, rows);
}

HRESULT
mailprint_message(const struct mailprint *print, IMessage *message, const char *indent)
{
	struct rows rows = { print, message, indent, 0 };
	HRESULT hr;

	if (print->json)
		fputs("{", print->file);
	hr = mailprint_props(print, (IMAPIProp *)message, indent);
	if (print->json)
		fputs(",\"recipients\":[", print->file);
	if (SUCCEEDED(hr))
		hr = print_recipients(&rows);
	if (print->json)
		fputs("],\"attachments\":[", print->file);
	if (SUCCEEDED(hr))
		hr = print_attachments(&rows);
	if (print->json)
		fputs("]}", print->file);
	return hr;
}
