/* SPDX-License-Identifier: MIT */
/*
 * Read and non-read reports as message disposition notifications (RFC 8098; [MS-OXCMAIL] 2.1.3.6).
 *
 *   multipart/report; report-type=disposition-notification
 *     what people read, as of any other message
 *     message/disposition-notification
 */
#include "tree.h"

#include <string.h>
#include <mapicode.h>

#include "prop.h"

#define MANUALLY "manual-action/MDN-sent-manually"
#define AUTOMATICALLY "manual-action/MDN-sent-automatically"

/* RFC 6533 3: what is not ASCII, or would end it, by its number, so that any server carries it. */
static void
append_xtext(GString *out, const char *address)
{
	for (; *address; address = g_utf8_next_char(address)) {
		gunichar c = g_utf8_get_char(address);

		if (c > ' ' && c < 0x7F && c != '\\' && c != '+' && c != '=')
			g_string_append_c(out, (char)c);
		else
			g_string_append_printf(out, "\\x{%X}", (unsigned)c);
	}
}

/* Who read it, or did not: whose mail the report is. */
static HRESULT
append_reader(struct render *render, GString *out)
{
	const struct address_person *reader = &render->from;
	g_autofree char *ascii = NULL;

	if (!reader->address || (reader->type && g_ascii_strcasecmp(reader->type, "SMTP") != 0) ||
	    !address_check(reader->address, NULL))
		return render_fail(render, MAPI_E_UNCONFIGURED,
		    "a report of reading must be from an Internet address, and %s is none",
		    reader->address ? reader->address : "its sender");
	ascii = address_to_ascii(reader->address);
	if (ascii && !address_needs_smtputf8(ascii)) {
		g_string_append_printf(out, "Final-Recipient: rfc822; %s\n", ascii);
		return S_OK;
	}
	g_string_append(out, "Final-Recipient: utf-8; ");
	append_xtext(out, reader->address);
	g_string_append_c(out, '\n');
	return S_OK;
}

/* The first of In-Reply-To, where it is a message ID of ASCII. */
static void
append_original(struct render *render, GString *out)
{
	g_autofree char *ids = prop_find_text(render->props, render->count, TAG_IN_REPLY_TO_W);
	const char *start = ids ? strchr(ids, '<') : NULL, *end;

	for (end = start; end && *end > ' ' && *end < 0x7F && *end != '>'; end++)
		;
	if (end && *end == '>' && end - start < 900)
		g_string_append_printf(
		    out, "Original-Message-ID: %.*s\n", (int)(end - start + 1), start);
}

static void
append_disposition(struct render *render, GString *out)
{
	g_autofree char *mode =
	    prop_find_text(render->props, render->count, TAG_REPORT_DISPOSITION_MODE_W);
	bool automatic = mode && g_ascii_strcasecmp(mode, AUTOMATICALLY) == 0;

	g_string_append_printf(out, "Disposition: %s; %s\n", automatic ? AUTOMATICALLY : MANUALLY,
	    render->report == MIME_READ ? "displayed" : "deleted");
}

static GMimeObject *
notification_part(const GString *text)
{
	GMimePart *part = g_mime_part_new_with_type("message", "disposition-notification");
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text->str, text->len);

	part_fill(part, stream, GMIME_CONTENT_ENCODING_7BIT);
	g_object_unref(stream);
	return GMIME_OBJECT(part);
}

HRESULT
report_wrap(struct render *render, GMimeObject **tree)
{
	g_autoptr(GString) text = g_string_new("Reporting-UA: emapi\n");
	GMimeMultipart *report;
	GMimeObject *part;
	HRESULT hr = append_reader(render, text);

	if (FAILED(hr))
		return hr;
	append_original(render, text);
	append_disposition(render, text);
	report = g_mime_multipart_new_with_subtype("report");
	g_mime_object_set_content_type_parameter(
	    GMIME_OBJECT(report), "report-type", "disposition-notification");
	g_mime_multipart_add(report, *tree);
	part = notification_part(text);
	g_mime_multipart_add(report, part);
	g_object_unref(part);
	g_object_unref(*tree);
	*tree = GMIME_OBJECT(report);
	return S_OK;
}
