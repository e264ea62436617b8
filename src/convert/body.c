/* SPDX-License-Identifier: MIT */
/*
 * The text of a message as MIME parts ([MS-OXCMAIL] 2.1.3.3): PR_BODY as text/plain, PR_HTML (bytes
 * in PR_INTERNET_CPID) or PR_BODY_HTML as text/html, in 7-bit form: as it is where that is legal,
 * else quoted-printable or base64, whichever is shorter.
 */
#include "tree.h"

#include <string.h>
#include <mapicode.h>

#include "charset.h"
#include "header.h"
#include "mem.h"
#include "prop.h"
#include "read.h"

#define LINE_MAX_7BIT 998 /* RFC 5322 2.1.1 */

/* CRLF, LF and CR all end a line; `end` is how it ends afterwards. */
static GByteArray *
normalize(const char *text, size_t size, const char *end)
{
	GByteArray *out = g_byte_array_sized_new((guint)size + 16);
	size_t i, start = 0;

	for (i = 0; i < size; i++) {
		if (text[i] != '\r' && text[i] != '\n')
			continue;
		g_byte_array_append(out, (const guint8 *)text + start, (guint)(i - start));
		g_byte_array_append(out, (const guint8 *)end, (guint)strlen(end));
		if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
			i++;
		start = i + 1;
	}
	g_byte_array_append(out, (const guint8 *)text + start, (guint)(size - start));
	return out;
}

/* What must be known to choose the encoding. */
struct survey {
	size_t high;    /* bytes over 127, NULs and '=' included: three bytes each when quoted */
	bool eight_bit; /* bytes over 127 */
	bool plain;     /* may go as it is */
};

static struct survey
survey_text(const char *text, size_t size)
{
	struct survey survey = { 0, false, true };
	size_t line = 0, i;

	for (i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		line = c == '\n' || c == '\r' ? 0 : line + 1;
		if (c >= 0x80)
			survey.eight_bit = true;
		if (c >= 0x80 || c == 0 || line > LINE_MAX_7BIT)
			survey.plain = false;
		if (c >= 0x7F || c == '=' || (c < 0x20 && c != '\n' && c != '\r' && c != '\t'))
			survey.high++;
	}
	return survey;
}

void
part_fill(GMimePart *part, GMimeStream *stream, GMimeContentEncoding encoding)
{
	GMimeDataWrapper *content;

	content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, encoding);
	g_object_unref(content);
}

static GMimeObject *
text_part(const char *subtype, const char *text, size_t size, const char *charset)
{
	struct survey survey = survey_text(text, size);
	GMimeContentEncoding encoding = GMIME_CONTENT_ENCODING_7BIT;
	GMimePart *part = g_mime_part_new_with_type("text", subtype);
	GMimeStream *stream;
	GByteArray *bytes;

	if (!survey.plain) /* base64 only where it saves something: short text stays readable */
		encoding = size + 2 * survey.high > size / 3 * 4 + 200
			       ? GMIME_CONTENT_ENCODING_BASE64
			       : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
	if (!survey.eight_bit && g_ascii_strncasecmp(charset, "iso-2022", 8) != 0)
		charset = "us-ascii";
	/* GMime ends lines itself, but not inside base64. */
	bytes = normalize(text, size, encoding == GMIME_CONTENT_ENCODING_BASE64 ? "\r\n" : "\n");
	stream = g_mime_stream_mem_new_with_byte_array(bytes);
	part_fill(part, stream, encoding);
	g_object_unref(stream);
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", charset);
	return GMIME_OBJECT(part);
}

GMimeObject *
body_empty(void)
{
	return text_part("plain", "", 0, "us-ascii");
}

static HRESULT
build_plain(struct render *render, struct body *body)
{
	g_autofree char *text = NULL, *clean = NULL;
	HRESULT hr;

	hr =
	    read_text((IMAPIProp *)render->message, render->props, render->count, PR_BODY_W, &text);
	if (FAILED(hr))
		return render_fail(render, hr, "the text of the message cannot be read");
	if (text) {
		clean = header_utf8(text);
		body->plain = text_part("plain", clean, strlen(clean), "utf-8");
	}
	return S_OK;
}

/* PR_HTML as bytes and their charset; bytes that are not what they claim become UTF-8. */
static void
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
	body->html = text_part("html", body->html_text, size, charset);
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
		take_html(page, bytes, body);
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
		body->html = text_part("html", body->html_text, strlen(body->html_text), "utf-8");
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
	return S_OK;
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
