/* SPDX-License-Identifier: MIT */
/*
 * A message that came in as a whole mail (PR_EMAPI_RAW_MESSAGE, see emapispi.h) goes out as it is:
 * signatures, patches and 8-bit text must arrive byte for byte.  What is done to it:
 *
 *   - Bcc, Resent-Bcc and Return-Path are left out;
 *   - Date, From and Message-ID are added where they are missing (their Resent- kin where it is a
 *     mail that someone sends on, RFC 5322 3.6.6), and the blank line behind the header;
 *   - lines end in CRLF; a CR alone, which some servers take for a line's end and so for a way to
 *     smuggle in mails, becomes a blank, as in Postfix since 3.9.
 *
 * It is read piece by piece; only the header is held.  Lines keep their length.
 */
#include "render.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <emapispi.h>

#include "hr.h"
#include "rawheader.h"

#define PIECE (64 * 1024)

struct raw {
	struct render *render;
	IStream *stream;
	struct spool *spool;
	GByteArray *head; /* the header, and what came with it of the body */
	bool complete;    /* the stream's end has been reached */
	bool after_cr;
	unsigned char bits; /* all bytes or'ed */
};

HRESULT
raw_open(struct render *render, IStream **stream)
{
	IMessage *message = render->message;
	HRESULT hr;

	*stream = NULL;
	hr = message->lpVtbl->OpenProperty(
	    message, PR_EMAPI_RAW_MESSAGE, &IID_IStream, 0, 0, (LPUNKNOWN *)stream);
	/* Only what surely means that there is none: else half a message would be sent. */
	if (hr == MAPI_E_NOT_FOUND || hr == MAPI_E_NO_SUPPORT ||
	    hr == MAPI_E_INTERFACE_NOT_SUPPORTED || hr == MAPI_E_INVALID_TYPE ||
	    hr == MAPI_E_UNEXPECTED_TYPE)
		return S_OK;
	return FAILED(hr) ? render_fail(render, hr, "the mail cannot be read: %s", hr_text(hr))
			  : S_OK;
}

static HRESULT
read_piece(struct raw *raw, void *buffer, ULONG *got)
{
	HRESULT hr = raw->stream->lpVtbl->Read(raw->stream, buffer, PIECE, got);

	if (FAILED(hr))
		return render_fail(raw->render, hr, "the mail cannot be read: %s", hr_text(hr));
	raw->complete = *got == 0;
	return S_OK;
}

static HRESULT
read_header(struct raw *raw, char *buffer, size_t *end, size_t *body)
{
	ULONG got;
	HRESULT hr;

	do {
		hr = read_piece(raw, buffer, &got);
		if (FAILED(hr))
			return hr;
		if (raw->head->len + got > RAWHEADER_MAX + PIECE)
			return render_fail(raw->render, MAPI_E_TOO_BIG,
			    "the mail's header is longer than %u bytes", RAWHEADER_MAX);
		g_byte_array_append(raw->head, (const guint8 *)buffer, got);
	} while (!rawheader_end(
	    (const char *)raw->head->data, raw->head->len, raw->complete, end, body));
	return S_OK;
}

/* --- Writing --------------------------------------------------------------------------------- */

static HRESULT
end_line(struct raw *raw)
{
	raw->after_cr = false;
	return spool_write(raw->spool, "\r\n", 2);
}

/* With the line ends of mail. */
static HRESULT
put(struct raw *raw, const char *data, size_t size)
{
	const char *end = data + size, *p;
	HRESULT hr = S_OK;

	while (data < end && SUCCEEDED(hr)) {
		if (*data == '\n') {
			hr = end_line(raw);
			data++;
			continue;
		}
		if (raw->after_cr)
			hr = spool_write(raw->spool, " ", 1);
		raw->after_cr = *data == '\r';
		data += raw->after_cr;
		for (p = data; p < end && *p != '\n' && *p != '\r'; p++)
			raw->bits |= (unsigned char)*p;
		if (SUCCEEDED(hr) && p > data && raw->after_cr) {
			raw->after_cr = false;
			hr = spool_write(raw->spool, " ", 1);
		}
		if (SUCCEEDED(hr) && p > data)
			hr = spool_write(raw->spool, data, (size_t)(p - data));
		data = p;
	}
	return hr;
}

static unsigned
note_field(const struct rawheader_field *field)
{
	static const struct {
		const char *name;
		unsigned bit;
	} fields[] = {
		{ "Date", FIELD_DATE },
		{ "From", FIELD_FROM },
		{ "Message-ID", FIELD_MESSAGE_ID },
		{ "Resent-Date", FIELD_DATE << FIELD_RESENT_SHIFT },
		{ "Resent-From", FIELD_FROM << FIELD_RESENT_SHIFT },
		{ "Resent-Message-ID", FIELD_MESSAGE_ID << FIELD_RESENT_SHIFT },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(fields); i++)
		if (rawheader_is(field, fields[i].name))
			return fields[i].bit;
	return rawheader_has_prefix(field, "Resent-") ? FIELD_RESENT : 0;
}

/* What the header lacks, in front of it: Resent- fields belong there. */
static HRESULT
put_missing(struct raw *raw, size_t end)
{
	g_autoptr(GString) lines = g_string_new(NULL);
	struct rawheader_field field;
	unsigned has = 0;
	size_t at = 0;
	HRESULT hr;

	while (rawheader_next((const char *)raw->head->data, end, &at, &field))
		has |= note_field(&field);
	hr = fields_missing(raw->render, has, lines);
	if (FAILED(hr))
		return hr;
	return put(raw, lines->str, lines->len);
}

static HRESULT
put_fields(struct raw *raw, size_t end)
{
	static const char *const dropped[] = { "Bcc", "Resent-Bcc", "Return-Path" };
	struct rawheader_field field;
	HRESULT hr = S_OK;
	size_t at = 0, i;

	while (SUCCEEDED(hr) && rawheader_next((const char *)raw->head->data, end, &at, &field)) {
		for (i = 0; i < G_N_ELEMENTS(dropped); i++)
			if (rawheader_is(&field, dropped[i]))
				break;
		if (i == G_N_ELEMENTS(dropped))
			hr = put(raw, field.start, field.length);
	}
	if (SUCCEEDED(hr) && raw->spool->last != '\n')
		hr = end_line(raw);
	return hr;
}

static HRESULT
put_body(struct raw *raw, char *buffer, size_t start)
{
	HRESULT hr = put(raw, (const char *)raw->head->data + start, raw->head->len - start);
	ULONG got;

	while (SUCCEEDED(hr) && !raw->complete) {
		hr = read_piece(raw, buffer, &got);
		if (SUCCEEDED(hr))
			hr = put(raw, buffer, got);
	}
	if (SUCCEEDED(hr) && raw->after_cr)
		hr = end_line(raw);
	return hr;
}

HRESULT
raw_write(struct render *render, IStream *stream, struct spool *spool)
{
	struct raw raw = { .render = render, .stream = stream, .spool = spool };
	g_autofree char *buffer = g_try_malloc(PIECE);
	size_t end = 0, body = 0;
	HRESULT hr;

	if (!buffer)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	raw.head = g_byte_array_new();
	hr = read_header(&raw, buffer, &end, &body);
	if (SUCCEEDED(hr))
		hr = put_missing(&raw, end);
	if (SUCCEEDED(hr))
		hr = put_fields(&raw, end);
	if (SUCCEEDED(hr))
		hr = end_line(&raw);
	if (SUCCEEDED(hr))
		hr = put_body(&raw, buffer, body);
	render->needs_8bit = render->needs_8bit || raw.bits >= 0x80;
	g_byte_array_unref(raw.head);
	return hr;
}
