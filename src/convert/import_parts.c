/* SPDX-License-Identifier: MIT */
/*
 * A mail's parts as bodies and attachments ([MS-OXCMAIL] 2.2.3.3, 2.2.3.4).
 *
 * The first text that is no attachment is the message's text; where it stands in an alternative,
 * one text and one HTML of that are.  Everything else is attached, also text that comes later: it
 * would be shown in the place of the first one otherwise.
 */
#include "import_private.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>

#include "charset.h"
#include "header.h"
#include "hr.h"
#include "tree.h"
#include "stream_adapter.h"

#define BODY_MAX (16 * 1024 * 1024) /* longer text is attached */
#define NESTING_MAX 50              /* multiparts in multiparts; deeper ones are attached whole */

#define PAGE_UTF8 65001
#define PAGE_ASCII 20127
#define PAGE_1252 1252

struct parts {
	struct import *import;
	unsigned nesting;
	unsigned alternatives; /* how many of the parts we are in are multipart/alternative */
	bool related;          /* what follows belongs to the HTML */
	bool has_plain, has_html;
	bool closed; /* no more bodies */
};

static HRESULT take(struct parts *parts, GMimeObject *object);

/* --- Bodies --------------------------------------------------------------------------------- */

static HRESULT
memory_write(void *context, const char *data, size_t size)
{
	GByteArray *bytes = context;

	if (bytes->len + size > 2 * BODY_MAX)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_byte_array_append(bytes, (const guint8 *)data, (guint)size);
	return S_OK;
}

static HRESULT
write_content(GMimePart *part, const struct adapter_ops *ops, void *context)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	HRESULT result = S_OK;
	GMimeStream *sink;
	ssize_t written = 0;

	if (!content)
		return S_OK;
	sink = adapter_create(ops, context, &result);
	written = g_mime_data_wrapper_write_to_stream(content, sink);
	g_object_unref(sink);
	return FAILED(result) ? result : written < 0 ? MAPI_E_DISK_ERROR : S_OK;
}

/* An mbox has ">From " where the mail had "From " at the beginning of a line, and one ">" more
 * where it had some. */
static void
unquote_from(char *text)
{
	char *to = text, *from = text;

	while (*from) {
		char *mark = from + strspn(from, ">");
		char *end = strchr(from, '\n');
		size_t length = end ? (size_t)(end + 1 - from) : strlen(from);

		if (mark > from && !strncmp(mark, "From ", 5)) {
			from++;
			length--;
		}
		memmove(to, from, length);
		to += length;
		from += length;
	}
	*to = '\0';
}

static const char *
charset_of(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));

	return g_mime_content_type_get_parameter(type, "charset");
}

static HRESULT
set_plain(struct parts *parts, GMimePart *part, const GByteArray *bytes)
{
	g_autofree char *text = charset_to_utf8(bytes->data, bytes->len, charset_of(part));
	g_autofree char *lines = NULL;

	if (text && parts->import->mbox &&
	    g_mime_part_get_content_encoding(part) != GMIME_CONTENT_ENCODING_BASE64)
		unquote_from(text);
	lines = text ? charset_crlf(text) : NULL;
	return lines ? bag_set_text(parts->import->bag, PR_BODY_W, lines)
		     : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* The character set that the HTML itself tells near its beginning.  g_free(). */
static char *
html_charset(const GByteArray *bytes)
{
	g_autofree char *head = NULL, *lower = NULL;
	const char *mark;

	if (!bytes->len)
		return NULL;
	head = g_strndup((const char *)bytes->data, MIN(bytes->len, 1024));
	lower = g_ascii_strdown(head, -1);
	mark = strstr(lower, "charset=");
	if (!mark)
		return NULL;
	mark += strlen("charset=");
	mark += strspn(mark, "\"' ");
	return g_strndup(mark, strcspn(mark, "\"' />;\r\n\t"));
}

/* Bytes of a code page stay as they are; of any other character set they become UTF-8. */
static HRESULT
set_html(struct parts *parts, GMimePart *part, const GByteArray *bytes)
{
	g_autofree char *told = charset_of(part) ? g_strdup(charset_of(part)) : html_charset(bytes);
	const char *data = bytes->len ? (const char *)bytes->data : "";
	LONG page = told ? charset_page(told) : 0;
	struct bag *bag = parts->import->bag;
	g_autofree char *text = NULL;
	HRESULT hr;

	if (!page || page == PAGE_UTF8 || page == PAGE_ASCII) {
		if (g_utf8_validate_len(data, bytes->len, NULL)) {
			page = PAGE_UTF8;
		} else if (!told || page == PAGE_ASCII) {
			page = PAGE_1252;
		} else {
			page = PAGE_UTF8;
			text = charset_to_utf8(data, bytes->len, told);
			if (!text)
				return MAPI_E_NOT_ENOUGH_MEMORY;
		}
	}
	hr = bag_set_binary(bag, TAG_HTML, text ? text : data, text ? strlen(text) : bytes->len);
	return FAILED(hr) ? hr : bag_set_long(bag, TAG_INTERNET_CPID, page);
}

static HRESULT
take_body(struct parts *parts, GMimePart *part, bool html)
{
	static const struct adapter_ops ops = { .write = memory_write };
	GByteArray *bytes = g_byte_array_new();
	HRESULT hr = write_content(part, &ops, bytes);

	if (SUCCEEDED(hr))
		hr = html ? set_html(parts, part, bytes) : set_plain(parts, part, bytes);
	g_byte_array_unref(bytes);
	*(html ? &parts->has_html : &parts->has_plain) = true;
	parts->closed = !parts->alternatives;
	return hr;
}

/* How much there is of it, encoded. */
static gint64
content_length(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;

	return stream ? g_mime_stream_length(stream) : 0;
}

/* What has a type that cannot be read is text (RFC 2045 5.2), but GMime makes it bytes. */
static bool
has_broken_type(GMimePart *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	const char *told = g_mime_object_get_header(GMIME_OBJECT(part), "Content-Type");
	g_autofree char *lower = told ? g_ascii_strdown(told, -1) : NULL;

	return lower && g_mime_content_type_is_type(type, "application", "octet-stream") &&
	       !strstr(lower, "octet-stream");
}

/* Whether it is one of the message's texts; *html which. */
static bool
is_body(const struct parts *parts, GMimePart *part, bool *html)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	const char *disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
	bool plain = g_mime_content_type_is_type(type, "text", "plain") || has_broken_type(part);

	*html = g_mime_content_type_is_type(type, "text", "html");
	if (parts->closed || !(plain || *html) || (*html ? parts->has_html : parts->has_plain))
		return false;
	if (disposition && !g_ascii_strcasecmp(disposition, "attachment"))
		return false;
	if (parts->nesting && g_mime_part_get_filename(part))
		return false;
	return content_length(part) <= BODY_MAX;
}

/* --- Attachments ---------------------------------------------------------------------------- */

static HRESULT
attach_write(void *context, const char *data, size_t size)
{
	IStream *stream = context;
	HRESULT hr = S_OK;
	ULONG written;

	for (; size && SUCCEEDED(hr); data += written, size -= written) {
		written = 0;
		hr = stream->lpVtbl->Write(stream, data, (ULONG)size, &written);
		if (SUCCEEDED(hr) && !written)
			hr = MAPI_E_DISK_ERROR;
	}
	return hr;
}

static const struct adapter_ops attach_ops = { .write = attach_write };

/* Text that may be in any character set. */
static HRESULT
set_text(struct bag *bag, ULONG tag, const char *raw)
{
	g_autofree char *text = raw ? charset_to_utf8(raw, strlen(raw), NULL) : NULL;
	g_autofree char *clean = text ? header_clean(text) : NULL;

	if (raw && !text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return clean && *clean ? bag_set_text(bag, tag, clean) : S_OK;
}

static HRESULT
describe_name(struct bag *bag, const char *name)
{
	const char *dot = name ? strrchr(name, '.') : NULL;
	HRESULT hr = set_text(bag, PR_ATTACH_LONG_FILENAME_W, name);

	if (SUCCEEDED(hr))
		hr = set_text(bag, PR_DISPLAY_NAME_W, name);
	return SUCCEEDED(hr) && dot ? set_text(bag, PR_ATTACH_EXTENSION_W, dot) : hr;
}

static HRESULT
describe(const struct parts *parts, GMimePart *part, struct bag *bag)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(part));
	g_autofree char *mime = g_mime_content_type_get_mime_type(type);
	const struct {
		ULONG tag;
		const char *text;
	} texts[] = {
		{ PR_ATTACH_MIME_TAG_W, mime },
		{ TAG_ATTACH_CONTENT_ID_W, g_mime_part_get_content_id(part) },
		{ TAG_ATTACH_CONTENT_LOCATION_W, g_mime_part_get_content_location(part) },
		{ TAG_TEXT_ATTACHMENT_CHARSET_W,
		    g_mime_content_type_is_type(type, "text", "*") ? charset_of(part) : NULL },
	};
	HRESULT hr = describe_name(bag, g_mime_part_get_filename(part));

	for (size_t i = 0; i < G_N_ELEMENTS(texts) && SUCCEEDED(hr); i++)
		hr = set_text(bag, texts[i].tag, texts[i].text);
	if (SUCCEEDED(hr) && parts->related)
		hr = bag_set_long(bag, TAG_ATTACH_FLAGS, ATTACH_FLAG_MHTML_REF);
	return hr;
}

/* A new attachment of this kind, with what is in the bag. */
static HRESULT
create(struct parts *parts, LONG method, struct bag *bag, IAttach **out)
{
	IMessage *message = parts->import->message;
	ULONG number;
	HRESULT hr = bag_set_long(bag, PR_ATTACH_METHOD, method);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RENDERING_POSITION, -1);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->CreateAttach(message, NULL, 0, &number, out);
	return SUCCEEDED(hr) ? import_apply(bag, (IMAPIProp *)*out) : hr;
}

static HRESULT
open_data(IAttach *attach, IStream **out)
{
	return attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream, STGM_WRITE,
	    MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)out);
}

/* Ends an attachment that `hr` says was written, and its data. */
static HRESULT
finish(struct parts *parts, IAttach *attach, IStream *data, HRESULT hr)
{
	if (SUCCEEDED(hr) && data)
		hr = data->lpVtbl->Commit(data, STGC_DEFAULT);
	if (data)
		data->lpVtbl->Release(data);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SaveChanges(attach, 0);
	if (attach)
		attach->lpVtbl->Release(attach);
	return FAILED(hr) ? import_fail(parts->import, hr, "an attachment cannot be stored: %s",
				hr_text(hr))
			  : hr;
}

static HRESULT
take_attachment(struct parts *parts, GMimePart *part)
{
	struct bag *bag = bag_create();
	IAttach *attach = NULL;
	IStream *data = NULL;
	HRESULT hr = bag ? describe(parts, part, bag) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = create(parts, ATTACH_BY_VALUE, bag, &attach);
	if (SUCCEEDED(hr))
		hr = open_data(attach, &data);
	if (SUCCEEDED(hr))
		hr = write_content(part, &attach_ops, data);
	bag_free(bag);
	return finish(parts, attach, data, hr);
}

/* What is too deep to be taken apart is attached as it came. */
static HRESULT
take_whole(struct parts *parts, GMimeObject *object)
{
	struct bag *bag = bag_create();
	IAttach *attach = NULL;
	IStream *data = NULL;
	HRESULT result = S_OK;
	HRESULT hr = bag ? describe_name(bag, "part.eml") : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = create(parts, ATTACH_BY_VALUE, bag, &attach);
	if (SUCCEEDED(hr))
		hr = open_data(attach, &data);
	if (SUCCEEDED(hr)) {
		GMimeStream *sink = adapter_create(&attach_ops, data, &result);

		g_mime_object_write_to_stream(object, NULL, sink);
		g_object_unref(sink);
		hr = result;
	}
	bag_free(bag);
	return finish(parts, attach, data, hr);
}

/* --- Messages in messages ------------------------------------------------------------------- */

static HRESULT
fill_inner(struct parts *parts, GMimeMessage *mail, IAttach *attach)
{
	struct import inner = { .depth = parts->import->depth + 1, .mbox = parts->import->mbox };
	HRESULT hr = attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&inner.message);

	if (FAILED(hr))
		return hr;
	hr = import_message(&inner, mail);
	if (SUCCEEDED(hr))
		hr = inner.message->lpVtbl->SaveChanges(inner.message, 0);
	inner.message->lpVtbl->Release(inner.message);
	if (FAILED(hr) && inner.why)
		import_fail(parts->import, hr, "an attached message: %s", inner.why);
	g_free(inner.why);
	return hr;
}

static HRESULT
take_message(struct parts *parts, GMimeMessagePart *part)
{
	GMimeMessage *mail = g_mime_message_part_get_message(part);
	struct bag *bag = NULL;
	IAttach *attach = NULL;
	HRESULT hr;

	if (!mail || parts->import->depth >= IMPORT_DEPTH_MAX)
		return take_whole(parts, GMIME_OBJECT(part));
	bag = bag_create();
	hr = bag ? set_text(bag, PR_DISPLAY_NAME_W, g_mime_message_get_subject(mail))
		 : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = create(parts, ATTACH_EMBEDDED_MSG, bag, &attach);
	if (SUCCEEDED(hr))
		hr = fill_inner(parts, mail, attach);
	bag_free(bag);
	return finish(parts, attach, NULL, hr);
}

/* --- Multiparts ----------------------------------------------------------------------------- */

/* The part that a multipart/related is about (RFC 2387 3.2): by its start, else the first. */
static int
root_of(GMimeMultipart *related)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(related));
	const char *start = g_mime_content_type_get_parameter(type, "start");
	int count = g_mime_multipart_get_count(related);

	for (int i = 0; start && i < count; i++) {
		const char *id =
		    g_mime_object_get_content_id(g_mime_multipart_get_part(related, i));

		if (id && strstr(start, id))
			return i;
	}
	return 0;
}

static HRESULT
take_related(struct parts *parts, GMimeMultipart *related)
{
	int count = g_mime_multipart_get_count(related), root = root_of(related);
	bool outer = parts->related;
	HRESULT hr = take(parts, g_mime_multipart_get_part(related, root));

	parts->related = true;
	for (int i = 0; i < count && SUCCEEDED(hr); i++)
		if (i != root)
			hr = take(parts, g_mime_multipart_get_part(related, i));
	parts->related = outer;
	return hr;
}

static HRESULT
take_each(struct parts *parts, GMimeMultipart *multipart)
{
	int count = g_mime_multipart_get_count(multipart);
	HRESULT hr = S_OK;

	for (int i = 0; i < count && SUCCEEDED(hr); i++)
		hr = take(parts, g_mime_multipart_get_part(multipart, i));
	return hr;
}

/* One without parts (no boundary, cut off) has what it holds as the words before the first. */
static HRESULT
take_empty(struct parts *parts, GMimeMultipart *multipart)
{
	const char *words = g_mime_multipart_get_prologue(multipart);
	g_autofree char *text = NULL, *lines = NULL;

	if (!words || !*words || parts->closed || parts->has_plain)
		return S_OK;
	text = charset_to_utf8(words, strlen(words), NULL);
	lines = text ? charset_crlf(text) : NULL;
	parts->has_plain = parts->closed = true;
	return lines ? bag_set_text(parts->import->bag, PR_BODY_W, lines)
		     : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
take_multipart(struct parts *parts, GMimeMultipart *multipart)
{
	GMimeContentType *type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
	bool alternative = g_mime_content_type_is_type(type, "multipart", "alternative");
	HRESULT hr;

	if (!g_mime_multipart_get_count(multipart))
		return take_empty(parts, multipart);
	if (parts->nesting >= NESTING_MAX)
		return take_whole(parts, GMIME_OBJECT(multipart));
	parts->nesting++;
	parts->alternatives += alternative;
	hr = g_mime_content_type_is_type(type, "multipart", "related")
		 ? take_related(parts, multipart)
		 : take_each(parts, multipart);
	parts->alternatives -= alternative;
	parts->nesting--;
	if (!parts->alternatives && (parts->has_plain || parts->has_html))
		parts->closed = true;
	return hr;
}

static HRESULT
take(struct parts *parts, GMimeObject *object)
{
	bool html;

	if (GMIME_IS_MULTIPART(object))
		return take_multipart(parts, GMIME_MULTIPART(object));
	if (GMIME_IS_MESSAGE_PART(object))
		return take_message(parts, GMIME_MESSAGE_PART(object));
	if (!GMIME_IS_PART(object))
		return take_whole(parts, object);
	if (is_body(parts, GMIME_PART(object), &html))
		return take_body(parts, GMIME_PART(object), html);
	return take_attachment(parts, GMIME_PART(object));
}

HRESULT
import_parts(struct import *import, GMimeMessage *mail)
{
	struct parts parts = { .import = import };
	GMimeObject *body = g_mime_message_get_mime_part(mail);
	HRESULT hr = body ? take(&parts, body) : S_OK;

	return FAILED(hr) ? import_fail(import, hr, "its text or attachments cannot be stored: %s",
				hr_text(hr))
			  : S_OK;
}
