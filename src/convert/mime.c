/* SPDX-License-Identifier: MIT */
/*
 * mime_render(): the header is ours (fields.c); what stands below it is a text (plain.c), or
 * GMime's MIME tree (tree.c).  A message that came as a whole mail goes out as it is (raw.c).
 */
#include "render.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>

#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "read.h"

#define MEMORY_MAX (4 * 1024 * 1024) /* three megabytes of attachments, encoded */
#define MEMORY_MAX_INNER (64 * 1024)

HRESULT
render_fail(struct render *render, HRESULT hr, const char *format, ...)
{
	va_list arguments;

	if (!render->why) {
		va_start(arguments, format);
		render->why = g_strdup_vprintf(format, arguments);
		va_end(arguments);
	}
	return hr;
}

void
render_clear(struct render *render)
{
	mem_free(render->props);
	render->props = NULL;
	g_clear_pointer(&render->why, g_free);
	g_clear_pointer(&render->message_id, g_free);
	address_person_clear(&render->from);
}

static bool
has_ending(const char *class, const char *ending)
{
	size_t length = strlen(class), size = strlen(ending);

	return length > size && g_ascii_strcasecmp(class + length - size, ending) == 0;
}

enum mime_report
mime_report_of(const char *message_class)
{
	if (!message_class || g_ascii_strncasecmp(message_class, "REPORT.", 7) != 0)
		return MIME_NO_REPORT;
	if (has_ending(message_class, ".IPNRN"))
		return MIME_READ;
	return has_ending(message_class, ".IPNNRN") ? MIME_NOT_READ : MIME_NO_REPORT;
}

/* What would arrive as something else than what was meant is refused, not mangled. */
static HRESULT
check_class(struct render *render)
{
	static const struct {
		const char *prefix;
		const char *what;
	} refused[] = {
		{ "IPM.Note.SMIME", "signed or encrypted (S/MIME)" },
		{ "IPM.Schedule.Meeting", "a meeting" },
		{ "IPM.Appointment", "an appointment" },
		{ "IPM.TaskRequest", "a task request" },
		{ "REPORT.", "a report of delivery" },
	};
	g_autofree char *class = prop_find_text(render->props, render->count, PR_MESSAGE_CLASS_W);
	size_t i;

	render->report = mime_report_of(class);
	if (render->report != MIME_NO_REPORT)
		return S_OK;
	for (i = 0; class && i < G_N_ELEMENTS(refused); i++)
		if (g_ascii_strncasecmp(class, refused[i].prefix, strlen(refused[i].prefix)) == 0)
			return render_fail(render, MAPI_E_NO_SUPPORT,
			    "the message is %s (class %s), which emapi cannot turn into mail yet",
			    refused[i].what, class);
	return S_OK;
}

static HRESULT
render_read(struct render *render)
{
	static const ULONG tags[] = { PR_MESSAGE_CLASS_W, PR_SUBJECT_W, PR_SUBJECT_PREFIX_W,
		PR_NORMALIZED_SUBJECT_W, PR_BODY_W, PR_RTF_COMPRESSED, TAG_INTERNET_CPID,
		PR_CLIENT_SUBMIT_TIME, PR_SEARCH_KEY, TAG_MESSAGE_ID_W, TAG_IN_REPLY_TO_W,
		TAG_REFERENCES_W, PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY,
		PR_CONVERSATION_TOPIC_W, PR_CONVERSATION_INDEX, PR_READ_RECEIPT_REQUESTED,
		PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, TAG_REPORT_DISPOSITION_MODE_W,
		PR_REPLY_RECIPIENT_ENTRIES, PR_SENDER_NAME_W, PR_SENDER_ADDRTYPE_W,
		PR_SENDER_EMAIL_ADDRESS_W, PR_SENDER_SMTP_ADDRESS_W, PR_SENDER_ENTRYID,
		PR_SENT_REPRESENTING_NAME_W, PR_SENT_REPRESENTING_ADDRTYPE_W,
		PR_SENT_REPRESENTING_EMAIL_ADDRESS_W, PR_SENT_REPRESENTING_SMTP_ADDRESS_W,
		PR_SENT_REPRESENTING_ENTRYID, TAG_HTML_ANY };
	HRESULT hr;

	render->count = G_N_ELEMENTS(tags);
	hr = read_props((IMAPIProp *)render->message, tags, render->count, &render->props);
	if (FAILED(hr)) {
		render->count = 0;
		return render_fail(render, hr, "the message cannot be read: %s", hr_text(hr));
	}
	return S_OK;
}

/* --- Writing --------------------------------------------------------------------------------- */

static HRESULT
render_from_props(struct render *render, struct spool *spool)
{
	g_autoptr(GString) header = g_string_new(NULL);
	HRESULT hr;

	hr = check_class(render);
	if (SUCCEEDED(hr))
		hr = fields_build(render, header);
	if (SUCCEEDED(hr))
		hr = spool_write(spool, header->str, header->len);
	if (SUCCEEDED(hr))
		hr = render->as_tree ? S_FALSE : plain_write(render, spool);
	return hr == S_FALSE ? tree_write(render, spool) : hr;
}

static HRESULT
render_to_spool(struct render *render, struct spool *spool)
{
	IStream *raw = NULL;
	HRESULT hr;

	hr = render_read(render);
	if (SUCCEEDED(hr))
		hr = raw_open(render, &raw);
	if (FAILED(hr))
		return hr;
	if (raw) {
		hr = raw_write(render, raw, spool);
		raw->lpVtbl->Release(raw);
	} else {
		hr = render_from_props(render, spool);
	}
	if (SUCCEEDED(hr) && spool->last != '\n')
		hr = spool_write(spool, "\r\n", 2);
	return hr;
}

HRESULT
render_to_fd(struct render *render, int *fd, guint64 *size)
{
	struct spool spool;
	HRESULT hr;

	*fd = -1;
	/* Many messages may be attached to one. */
	hr = spool_open(&spool, render->depth == 0 ? MEMORY_MAX : MEMORY_MAX_INNER);
	if (SUCCEEDED(hr))
		hr = render_to_spool(render, &spool);
	if (SUCCEEDED(hr) && render->depth == 0 && render->options->small_as_bytes)
		render->bytes = spool_take(&spool);
	if (SUCCEEDED(hr) && !render->bytes)
		hr = spool_finish(&spool, fd);
	if (spool.error)
		render_fail(render, hr,
		    "the mail cannot be put together: %s (the folder for it is $TMPDIR, else "
		    "/var/tmp); free some room there",
		    g_strerror(spool.error));
	if (size)
		*size = spool.size;
	spool_close(&spool);
	if (FAILED(hr))
		render_fail(render, hr, "the mail cannot be put together: %s", hr_text(hr));
	return hr;
}

static const struct mime_options usual;

HRESULT
mime_render(
    IMessage *message, const struct mime_options *options, struct mime_output *out, char **why)
{
	struct render render = { .message = message, .options = options ? options : &usual };
	HRESULT hr;

	memset(out, 0, sizeof *out);
	if (why)
		*why = NULL;
	hr = render_to_fd(&render, &out->fd, &out->size);
	out->needs_smtputf8 = render.needs_smtputf8;
	out->needs_8bit = render.needs_8bit;
	out->bytes = g_steal_pointer(&render.bytes);
	if (SUCCEEDED(hr))
		out->message_id = g_steal_pointer(&render.message_id);
	else if (why)
		*why = g_steal_pointer(&render.why);
	render_clear(&render);
	return hr;
}

void
mime_output_clear(struct mime_output *output)
{
	if (output->fd >= 0)
		close(output->fd);
	g_free(output->bytes);
	g_free(output->message_id);
	memset(output, 0, sizeof *output);
	output->fd = -1;
}
