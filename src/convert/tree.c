/* SPDX-License-Identifier: MIT */
/*
 * A message's bodies and attachments as a tree of GMime's.
 *
 *   multipart/mixed                          where there are attachments
 *     multipart/alternative                  where there is text and HTML
 *       text/plain
 *       multipart/related                    where the HTML shows attachments
 *         text/html, image ...
 *     attachment ...
 *
 * A report of reading has this tree as its first part (report.c).
 */
#include "tree.h"

#include <string.h>
#include <mapicode.h>

#include "stream_adapter.h"

/* Adds a part and drops our reference. */
static void
add_part(GMimeMultipart *parent, GMimeObject *part)
{
	g_mime_multipart_add(parent, part);
	g_object_unref(part);
}

static guint
count_related(const GArray *attachments)
{
	guint i, count = 0;

	for (i = 0; i < attachments->len; i++)
		count += g_array_index(attachments, struct attachment, i).related;
	return count;
}

static void
add_attachments(GMimeMultipart *parent, const GArray *attachments, bool related)
{
	guint i;

	for (i = 0; i < attachments->len; i++) {
		struct attachment *attachment = &g_array_index(attachments, struct attachment, i);

		if (attachment->related == related)
			g_mime_multipart_add(parent, attachment->part);
	}
}

/* The HTML, with what it shows. */
static GMimeObject *
html_tree(struct body *body, const GArray *attachments)
{
	GMimeObject *html = g_steal_pointer(&body->html);
	GMimeMultipart *related;

	if (!count_related(attachments))
		return html;
	related = g_mime_multipart_new_with_subtype("related");
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(related), "type", "text/html");
	add_part(related, html);
	add_attachments(related, attachments, true);
	return GMIME_OBJECT(related);
}

static GMimeObject *
text_tree(struct body *body, const GArray *attachments)
{
	GMimeMultipart *alternative;

	if (!body->html)
		return g_steal_pointer(&body->plain);
	if (!body->plain)
		return html_tree(body, attachments);
	alternative = g_mime_multipart_new_with_subtype("alternative");
	add_part(alternative, g_steal_pointer(&body->plain));
	add_part(alternative, html_tree(body, attachments));
	return GMIME_OBJECT(alternative);
}

static HRESULT
build_tree(struct render *render, GMimeObject **out)
{
	GArray *attachments = NULL;
	GMimeMultipart *mixed;
	struct body body;
	HRESULT hr;

	hr = body_build(render, &body);
	if (SUCCEEDED(hr))
		hr = attachments_build(render, &body, &attachments);
	if (FAILED(hr))
		goto out;
	*out = text_tree(&body, attachments);
	if (attachments->len > count_related(attachments)) {
		mixed = g_mime_multipart_new_with_subtype("mixed");
		add_part(mixed, *out);
		add_attachments(mixed, attachments, false);
		*out = GMIME_OBJECT(mixed);
	}
	if (render->report != MIME_NO_REPORT)
		hr = report_wrap(render, out);
out:
	attachments_free(attachments);
	body_clear(&body);
	return hr;
}

/* --- Writing --------------------------------------------------------------------------------- */

static HRESULT
sink_write(void *context, const char *data, size_t size)
{
	return spool_write(context, data, size);
}

static const struct adapter_ops sink_ops = { .write = sink_write };

void
mime_start(void)
{
	static gsize done;

	if (g_once_init_enter(&done)) {
		g_mime_init();
		g_once_init_leave(&done, 1);
	}
}

static HRESULT
write_tree(struct render *render, GMimeObject *tree, struct spool *spool)
{
	GMimeFormatOptions *options = g_mime_format_options_new();
	GMimeStream *sink = adapter_create(&sink_ops, spool, &render->result);
	ssize_t written;

	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	written = g_mime_object_write_to_stream(tree, options, sink);
	g_object_unref(sink);
	g_mime_format_options_free(options);
	if (FAILED(render->result))
		return render->result;
	return written < 0 ? MAPI_E_CALL_FAILED : S_OK;
}

HRESULT
mime_tree_write(struct render *render, struct spool *spool)
{
	GMimeObject *tree = NULL;
	HRESULT hr;

	mime_start();
	hr = build_tree(render, &tree);
	if (SUCCEEDED(hr))
		hr = write_tree(render, tree, spool);
	if (tree)
		g_object_unref(tree);
	return hr;
}
