/* SPDX-License-Identifier: MIT */
/*
 * The text of a message as MIME parts ([MS-OXCMAIL] 2.1.3.3): PR_BODY as text/plain, PR_HTML (bytes
 * in PR_INTERNET_CPID) or PR_BODY_HTML as text/html, encoded by textpart.h.
 */
#include "tree.h"

#include <string.h>
#include <mapicode.h>

#include "charset.h"
#include "header.h"
#include "mem.h"
#include "prop.h"
#include "read.h"
#include "textpart.h"

/* `encoding` is what the content is to have in the mail, `has` what it has already. */
static void
fill(GMimePart *part, GMimeStream *stream, GMimeContentEncoding has, GMimeContentEncoding encoding)
{
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, has);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(content);
}

void
part_fill(GMimePart *part, GMimeStream *stream, GMimeContentEncoding encoding)
{
	fill(part, stream, GMIME_CONTENT_ENCODING_DEFAULT, encoding);
}

static HRESULT
text_object(
    GMimeObject **out, const char *subtype, const char *text, size_t size, const char *charset)
{
	static const GMimeContentEncoding encodings[] = { GMIME_CONTENT_ENCODING_7BIT,
		GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, GMIME_CONTENT_ENCODING_BASE64 };
	struct text_part made;
	GMimeStream *stream;
	GMimePart *part;

	if (!text_part_make(&made, text, size, charset))
		return MAPI_E_NOT_ENOUGH_MEMORY;
	part = g_mime_part_new_with_type("text", subtype);
	stream = g_mime_stream_mem_new_with_byte_array(
	    g_byte_array_new_take((guint8 *)made.bytes, made.size));
	fill(part, stream, encodings[made.encoding], encodings[made.encoding]);
	g_object_unref(stream);
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", made.charset);
	*out = GMIME_OBJECT(part);
	return S_OK;
}

static HRESULT
build_plain(struct render *render, struct body *body)
{
	g_autofree char *text = NULL;
	HRESULT hr = plain_text(render, &text);

	if (SUCCEEDED(hr) && text)
		hr = text_object(&body->plain, "plain", text, strlen(text), "utf-8");
	return hr;
}

/* PR_HTML as bytes and their charset; bytes that are not what they claim become UTF-8. */
static HRESULT
take_html(LONG page, const GByteArray *bytes, struct body *body)
{
	const char *charset = charset_of_page(page);
	const char *data = (const char *)bytes->data;
	gsize size = bytes->len;

	if (page == 1200 || page == 1201) {
		body->html_text = g_convert_with_fallback(data, (gssize)size, "UTF-8",
		    page == 1200 ? "UTF-16LE" : "UTF-16BE", "?", NULL, &size, NULL);
		charset = "utf-8";
	}
	if (!body->html_text) {
		body->html_text = g_malloc(size + 1);
		memcpy(body->html_text, data ? data : "", size);
		body->html_text[size] = '\0';
		if (!charset)
			charset = g_utf8_validate(data ? data : "", (gssize)size, NULL)
				      ? "utf-8"
				      : "windows-1252";
	}
	if (strcmp(charset, "us-ascii") == 0)
		charset = "utf-8";
	if (strcmp(charset, "utf-8") == 0 &&
	    !g_utf8_validate(body->html_text, (gssize)size, NULL)) {
		char *valid = header_utf8(body->html_text);

		g_free(body->html_text);
		body->html_text = valid;
		size = strlen(valid);
	}
	return text_object(&body->html, "html", body->html_text, size, charset);
}

/* One tag, asked for apart: PR_HTML and PR_BODY_HTML are one id under two types. */
static HRESULT
read_one(struct render *render, ULONG tag, SPropValue **value)
{
	HRESULT hr = read_props((IMAPIProp *)render->message, &tag, 1, value);

	return FAILED(hr) ? render_fail(render, hr, "the HTML of the message cannot be read") : hr;
}

static HRESULT
build_html(struct render *render, struct body *body)
{
	LONG page = prop_find_long(render->props, render->count, TAG_INTERNET_CPID, 0);
	IMAPIProp *object = (IMAPIProp *)render->message;
	GByteArray *bytes = NULL;
	SPropValue *value = NULL;
	HRESULT hr;

	hr = read_one(render, TAG_HTML, &value);
	if (SUCCEEDED(hr))
		hr = read_binary(object, value, 1, TAG_HTML, &bytes);
	if (SUCCEEDED(hr) && bytes) {
		hr = take_html(page, bytes, body);
		g_byte_array_unref(bytes);
	}
	mem_free(value);
	return FAILED(hr) ? render_fail(render, hr, "the HTML of the message cannot be read") : hr;
}

static HRESULT
build_html_text(struct render *render, struct body *body)
{
	IMAPIProp *object = (IMAPIProp *)render->message;
	g_autofree char *text = NULL;
	SPropValue *value = NULL;
	HRESULT hr;

	hr = read_one(render, TAG_BODY_HTML_W, &value);
	if (SUCCEEDED(hr))
		hr = read_text(object, value, 1, TAG_BODY_HTML_W, &text);
	if (SUCCEEDED(hr) && text) {
		body->html_text = header_utf8(text);
		hr = text_object(
		    &body->html, "html", body->html_text, strlen(body->html_text), "utf-8");
	}
	mem_free(value);
	return FAILED(hr) ? render_fail(render, hr, "the HTML of the message cannot be read") : hr;
}

HRESULT
body_build(struct render *render, struct body *body)
{
	HRESULT hr;

	memset(body, 0, sizeof *body);
	hr = build_plain(render, body);
	if (SUCCEEDED(hr))
		hr = build_html(render, body);
	if (SUCCEEDED(hr) && !body->html)
		hr = build_html_text(render, body);
	if (FAILED(hr))
		return hr;
	if (!body->plain && !body->html &&
	    read_is_present(render->props, render->count, PR_RTF_COMPRESSED))
		return render_fail(render, MAPI_E_NO_SUPPORT,
		    "the message has its text in RTF alone, which emapi cannot turn into mail yet; "
		    "set PR_BODY or PR_HTML too");
	/* A mail has a body, be it empty. */
	return body->plain || body->html ? S_OK
					 : text_object(&body->plain, "plain", "", 0, "us-ascii");
}

void
body_clear(struct body *body)
{
	if (body->plain)
		g_object_unref(body->plain);
	if (body->html)
		g_object_unref(body->html);
	g_free(body->html_text);
	memset(body, 0, sizeof *body);
}
