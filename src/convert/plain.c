/* SPDX-License-Identifier: MIT */
/*
 * Mail that is text and nothing else, which most is, without GMime.  It is what tree.c would make
 * of it, byte for byte (testing/mime-render, fuzz/plain_fuzz.c): the header is one and the same
 * (fields.c), the text too (textpart.h), so what is left are two lines that name it.
 */
#include "render.h"

#include <string.h>
#include <mapicode.h>

#include "header.h"
#include "hr.h"
#include "prop.h"
#include "read.h"
#include "textpart.h"

HRESULT
plain_text(struct render *render, char **text)
{
	g_autofree char *raw = NULL;
	HRESULT hr;

	*text = NULL;
	hr = read_text((IMAPIProp *)render->message, render->props, render->count, PR_BODY_W, &raw);
	if (FAILED(hr))
		return render_fail(render, hr, "the text of the message cannot be read");
	if (raw)
		*text = header_utf8(raw);
	return S_OK;
}

static HRESULT
add_number(void *context, const SPropValue *values, ULONG count)
{
	GArray *numbers = context;
	const SPropValue *number = prop_find(values, count, PR_ATTACH_NUM);
	ULONG value;

	if (!number)
		return MAPI_E_CALL_FAILED;
	value = (ULONG)number->Value.l;
	g_array_append_val(numbers, value);
	return S_OK;
}

HRESULT
attachment_numbers(struct render *render, GArray *numbers)
{
	static const ULONG columns[] = { PR_ATTACH_NUM };
	IMessage *message = render->message;
	IMAPITable *table = NULL;
	HRESULT hr;

	hr = message->lpVtbl->GetAttachmentTable(message, 0, &table);
	if (SUCCEEDED(hr)) {
		hr = read_rows(table, columns, 1, add_number, numbers);
		table->lpVtbl->Release(table);
	}
	return FAILED(hr)
		   ? render_fail(render, hr, "the attachments cannot be listed: %s", hr_text(hr))
		   : S_OK;
}

/* Of whatever type it is: text or bytes. */
static bool
has_html(const struct render *render)
{
	for (ULONG i = 0; i < render->count; i++)
		if (PROP_ID(render->props[i].ulPropTag) == PROP_ID(TAG_HTML_ANY))
			return PROP_TYPE(render->props[i].ulPropTag) != PT_ERROR ||
			       render->props[i].Value.err != MAPI_E_NOT_FOUND;
	return true;
}

/* The one place that decides.  S_FALSE: it is more than a text. */
static HRESULT
find_text(struct render *render, char **text)
{
	g_autoptr(GArray) attachments = g_array_new(FALSE, FALSE, sizeof(ULONG));
	HRESULT hr;

	*text = NULL;
	if (render->report != MIME_NO_REPORT || has_html(render))
		return S_FALSE;
	hr = attachment_numbers(render, attachments);
	if (FAILED(hr) || attachments->len > 0)
		return FAILED(hr) ? hr : S_FALSE;
	hr = plain_text(render, text);
	if (SUCCEEDED(hr) && !*text) {
		if (read_is_present(render->props, render->count, PR_RTF_COMPRESSED))
			return S_FALSE;
		*text = g_strdup("");
	}
	return hr;
}

HRESULT
plain_write(struct render *render, struct spool *spool)
{
	g_autofree char *text = NULL, *lines = NULL;
	struct text_part part;
	HRESULT hr = find_text(render, &text);

	if (hr != S_OK)
		return hr;
	if (!text_part_make(&part, text, strlen(text), "utf-8"))
		return MAPI_E_NOT_ENOUGH_MEMORY;
	lines = g_strdup_printf("Content-Type: text/plain; charset=%s\r\n"
				"Content-Transfer-Encoding: %s\r\n\r\n",
	    part.charset, text_encoding_name(part.encoding));
	hr = spool_write(spool, lines, strlen(lines));
	if (SUCCEEDED(hr))
		hr = spool_write(spool, part.bytes, part.size);
	g_free(part.bytes);
	return hr;
}
