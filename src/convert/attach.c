/* SPDX-License-Identifier: MIT */
/*
 * Attachments as MIME parts ([MS-OXCMAIL] 2.1.3.4).  Each is opened twice: now for what it is, and
 * when the mail is written for its data, which is then read and encoded piece by piece.
 */
#include "tree.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>

#include "base64_part.h"
#include "header.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "read.h"
#include "stream_adapter.h"

#define NAME_MAX_BYTES 255

/* What an attachment says of itself. */
struct plan {
	ULONG number;
	LONG method;
	char *name;       /* cleaned, no folders in it; NULL where it has none */
	char *type;       /* never NULL */
	char *content_id; /* without angle brackets; NULL where it has none */
	char *location;   /* a URI; NULL where it has none */
	char *charset;    /* of text; NULL where it tells none */
	bool marked;      /* as part of the body, by flag or by being hidden */
};

/* Data on its way into the mail: the context of a source. */
struct data {
	struct render *render; /* the attachment's message; outlives the writing */
	ULONG number;
	char *label; /* for people */
	IAttach *attach;
	IStream *stream;
};

/* --- Data ------------------------------------------------------------------------------------ */

static void
data_close(void *context)
{
	struct data *data = context;

	if (data->stream)
		data->stream->lpVtbl->Release(data->stream);
	if (data->attach)
		data->attach->lpVtbl->Release(data->attach);
	data->stream = NULL;
	data->attach = NULL;
}

static void
data_free(void *context)
{
	struct data *data = context;

	g_free(data->label);
	g_free(data);
}

static HRESULT
data_open(void *context)
{
	struct data *data = context;
	IMessage *message = data->render->message;
	HRESULT hr;

	hr = message->lpVtbl->OpenAttach(message, data->number, NULL, 0, &data->attach);
	if (SUCCEEDED(hr))
		hr = data->attach->lpVtbl->OpenProperty(data->attach, PR_ATTACH_DATA_BIN,
		    &IID_IStream, 0, 0, (LPUNKNOWN *)&data->stream);
	if (hr == MAPI_E_NOT_FOUND && data->attach)
		return S_OK; /* never given any data: an empty file */
	if (FAILED(hr)) {
		data_close(data);
		return render_fail(
		    data->render, hr, "%s cannot be read: %s", data->label, hr_text(hr));
	}
	return S_OK;
}

static HRESULT
data_read(void *context, char *buffer, size_t size, size_t *got)
{
	struct data *data = context;
	ULONG read = 0;
	HRESULT hr;

	*got = 0;
	if (!data->stream)
		return S_OK;
	hr = data->stream->lpVtbl->Read(data->stream, buffer, (ULONG)size, &read);
	if (FAILED(hr))
		return render_fail(
		    data->render, hr, "%s cannot be read: %s", data->label, hr_text(hr));
	*got = read;
	return S_OK;
}

static const struct adapter_ops data_ops = {
	.open = data_open,
	.read = data_read,
	.close = data_close,
	.free = data_free,
};

static struct data *
data_create(struct render *render, const struct plan *plan)
{
	struct data *data = g_new0(struct data, 1);

	data->render = render;
	data->number = plan->number;
	data->label = plan->name ? g_strdup_printf("the attachment \"%s\"", plan->name)
				 : g_strdup_printf("attachment %u", (unsigned)plan->number);
	return data;
}

/* --- What it is ------------------------------------------------------------------------------ */

/* The last part of a path, short enough for any file system. */
static char *
clean_name(const char *name)
{
	g_autofree char *clean = header_clean(name);
	const char *base = clean + strlen(clean);
	char *out;

	while (base > clean && base[-1] != '/' && base[-1] != '\\')
		base--;
	if (!*base)
		return NULL;
	if (strlen(base) <= NAME_MAX_BYTES)
		return g_strdup(base);
	out = g_strndup(base, NAME_MAX_BYTES);
	out[g_utf8_find_prev_char(out, out + NAME_MAX_BYTES) - out] = '\0';
	return out;
}

/* A token of RFC 2045 5.1. */
static bool
is_token(const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] >= 0x7F || strchr("()<>@,;:\\\"/[]?=", text[i]))
			return false;
	return length > 0 && length <= 127;
}

/* Types that promise a structure base64 would hide ([MS-OXCMAIL] 2.1.3.4.2) are not kept. */
static char *
clean_type(const char *type, const char *name)
{
	g_autofree char *plain = g_strdup(type ? type : "");
	const char *slash;

	plain[strcspn(plain, "; \t")] = '\0';
	slash = strchr(plain, '/');
	if (!slash || !is_token(plain, (size_t)(slash - plain)) ||
	    !is_token(slash + 1, strlen(slash + 1)))
		return g_strdup(type_of_name(name));
	if (g_ascii_strncasecmp(plain, "multipart/", 10) == 0 ||
	    g_ascii_strncasecmp(plain, "message/", 8) == 0 ||
	    g_ascii_strcasecmp(plain, "application/applefile") == 0)
		return g_strdup("application/octet-stream");
	return g_ascii_strdown(plain, -1);
}

static char *
clean_uri(const char *id)
{
	GString *out = g_string_new(NULL);
	const char *p;

	for (p = id ? id : ""; *p; p++)
		if (*p > ' ' && *p < 0x7F && *p != '<' && *p != '>')
			g_string_append_c(out, *p);
	if (out->len == 0 || out->len > 500) {
		g_string_free(out, TRUE);
		return NULL;
	}
	return g_string_free(out, FALSE);
}

static char *
clean_charset(const char *charset, const char *type)
{
	return charset && g_str_has_prefix(type, "text/") && is_token(charset, strlen(charset))
		   ? g_strdup(charset)
		   : NULL;
}

static char *
first_text(const SPropValue *values, ULONG count, const ULONG *tags)
{
	char *text = NULL;

	for (; *tags && !text; tags++) {
		text = prop_find_text(values, count, *tags);
		if (text && !*text)
			g_clear_pointer(&text, g_free);
	}
	return text;
}

static void
plan_clear(struct plan *plan)
{
	g_free(plan->name);
	g_free(plan->type);
	g_free(plan->content_id);
	g_free(plan->location);
	g_free(plan->charset);
}

static void
plan_fill(struct plan *plan, const SPropValue *values, ULONG count)
{
	static const ULONG names[] = { PR_ATTACH_LONG_FILENAME_W, PR_ATTACH_FILENAME_W,
		PR_DISPLAY_NAME_W, 0 };
	g_autofree char *name = first_text(values, count, names);
	g_autofree char *type = prop_find_text(values, count, PR_ATTACH_MIME_TAG_W);
	g_autofree char *id = prop_find_text(values, count, TAG_ATTACH_CONTENT_ID_W);
	g_autofree char *location = prop_find_text(values, count, TAG_ATTACH_CONTENT_LOCATION_W);
	g_autofree char *charset = prop_find_text(values, count, TAG_TEXT_ATTACHMENT_CHARSET_W);

	plan->method = prop_find_long(values, count, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	plan->name = name ? clean_name(name) : NULL;
	plan->type = clean_type(type, plan->name);
	plan->content_id = clean_uri(id);
	plan->location = clean_uri(location);
	plan->charset = clean_charset(charset, plan->type);
	plan->marked =
	    (prop_find_long(values, count, TAG_ATTACH_FLAGS, 0) & ATTACH_FLAG_MHTML_REF) ||
	    prop_find_bool(values, count, TAG_ATTACHMENT_HIDDEN, false);
}

static HRESULT
plan_read(struct render *render, ULONG number, IAttach **attach, struct plan *plan)
{
	static const ULONG tags[] = { PR_ATTACH_METHOD, PR_ATTACH_LONG_FILENAME_W,
		PR_ATTACH_FILENAME_W, PR_DISPLAY_NAME_W, PR_ATTACH_MIME_TAG_W,
		TAG_ATTACH_CONTENT_ID_W, TAG_ATTACH_CONTENT_LOCATION_W, TAG_ATTACH_FLAGS,
		TAG_ATTACHMENT_HIDDEN, TAG_TEXT_ATTACHMENT_CHARSET_W };
	IMessage *message = render->message;
	SPropValue *values = NULL;
	HRESULT hr;

	memset(plan, 0, sizeof *plan);
	plan->number = number;
	hr = message->lpVtbl->OpenAttach(message, number, NULL, 0, attach);
	if (SUCCEEDED(hr))
		hr = read_props((IMAPIProp *)*attach, tags, G_N_ELEMENTS(tags), &values);
	if (FAILED(hr))
		return render_fail(render, hr, "attachment %u cannot be opened: %s",
		    (unsigned)number, hr_text(hr));
	plan_fill(plan, values, G_N_ELEMENTS(tags));
	mem_free(values);
	return S_OK;
}

/* --- As a part ------------------------------------------------------------------------------- */

static bool
mentions(const char *html, const char *content_id)
{
	g_autofree char *plain = g_strconcat("cid:", content_id, NULL);
	g_autofree char *escaped = g_uri_escape_string(content_id, "!$&'()*+,;=:/@", TRUE);
	g_autofree char *as_uri = g_strconcat("cid:", escaped, NULL);
	g_autofree char *strict = g_uri_escape_string(content_id, NULL, TRUE);
	g_autofree char *as_strict = g_strconcat("cid:", strict, NULL);

	return strstr(html, plain) || strstr(html, as_uri) || strstr(html, as_strict);
}

/* The name in the way of RFC 2231, and once more in that of RFC 2047 for those who read only it. */
static void
set_name(GMimeObject *part, const char *name)
{
	GMimeParamList *list;
	GMimeParam *param;

	g_mime_object_set_disposition(part, GMIME_DISPOSITION_ATTACHMENT);
	if (!name)
		return;
	g_mime_object_set_content_disposition_parameter(part, "filename", name);
	g_mime_object_set_content_type_parameter(part, "name", name);
	list =
	    g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(part));
	param = g_mime_param_list_get_parameter(list, "filename");
	g_mime_param_set_charset(param, "utf-8");
	g_mime_param_set_encoding_method(param, GMIME_PARAM_ENCODING_METHOD_RFC2231);
	list = g_mime_content_type_get_parameters(g_mime_object_get_content_type(part));
	param = g_mime_param_list_get_parameter(list, "name");
	g_mime_param_set_charset(param, "utf-8");
	g_mime_param_set_encoding_method(param, GMIME_PARAM_ENCODING_METHOD_RFC2047);
}

static GMimeObject *
value_part(struct render *render, const struct plan *plan, bool related)
{
	const char *slash = strchr(plan->type, '/');
	g_autofree char *type = g_strndup(plan->type, (gsize)(slash - plan->type));
	GMimeStream *stream;
	GMimePart *part;

	stream = adapter_create(&data_ops, data_create(render, plan), &render->result);
	part = base64_part_new(type, slash + 1, stream);
	g_object_unref(stream);
	set_name(GMIME_OBJECT(part), plan->name);
	if (plan->charset)
		g_mime_object_set_content_type_parameter(
		    GMIME_OBJECT(part), "charset", plan->charset);
	if (related)
		g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_INLINE);
	if (plan->content_id)
		g_mime_object_set_content_id(GMIME_OBJECT(part), plan->content_id);
	if (plan->location)
		g_mime_object_set_header(
		    GMIME_OBJECT(part), "Content-Location", plan->location, "utf-8");
	return GMIME_OBJECT(part);
}

/* --- Messages inside messages ---------------------------------------------------------------- */

/* Renders one into a memory or disk spool, and lets the outer mail read that. */
static HRESULT
render_inner(struct render *outer, IMessage *message, int *fd, bool *eightbit)
{
	struct mime_options none = { .utf8_headers = false };
	struct render inner = { .message = message, .options = &none, .depth = outer->depth + 1 };
	HRESULT hr;

	hr = render_to_fd(&inner, fd, NULL);
	*eightbit = inner.needs_8bit;
	outer->needs_8bit = outer->needs_8bit || inner.needs_8bit;
	if (FAILED(hr))
		render_fail(
		    outer, hr, "the attached message: %s", inner.why ? inner.why : hr_text(hr));
	render_clear(&inner);
	return hr;
}

static HRESULT
embedded_part(struct render *render, IAttach *attach, const struct plan *plan, GMimeObject **out)
{
	IMessage *message = NULL;
	GMimeStream *stream;
	GMimePart *part;
	bool eightbit = false;
	int fd = -1;
	HRESULT hr;

	if (render->depth >= RENDER_DEPTH_MAX)
		return render_fail(render, MAPI_E_TOO_COMPLEX,
		    "messages are attached to messages more than %d deep", RENDER_DEPTH_MAX);
	hr = attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (LPUNKNOWN *)&message);
	if (FAILED(hr))
		return render_fail(render, hr, "the attached message %u cannot be opened: %s",
		    (unsigned)plan->number, hr_text(hr));
	hr = render_inner(render, message, &fd, &eightbit);
	message->lpVtbl->Release(message);
	if (FAILED(hr))
		return hr;
	part = g_mime_part_new_with_type("message", "rfc822");
	stream = g_mime_stream_fs_new(fd);
	/* No other encoding is allowed for a message (RFC 2046 5.2.1). */
	part_fill(
	    part, stream, eightbit ? GMIME_CONTENT_ENCODING_8BIT : GMIME_CONTENT_ENCODING_7BIT);
	g_object_unref(stream);
	*out = GMIME_OBJECT(part);
	return S_OK;
}

/* --- All of them ----------------------------------------------------------------------------- */

/* [MS-OXCMAIL] 2.1.3.4.1: the HTML shows it by one of its names, or it says itself that it is shown
 * and has one. */
static bool
is_related(const struct body *body, const struct plan *plan)
{
	if (!body->html_text || (!plan->content_id && !plan->location))
		return false;
	return plan->marked || (plan->content_id && mentions(body->html_text, plan->content_id)) ||
	       (plan->location && strstr(body->html_text, plan->location));
}

static HRESULT
build_one(struct render *render, const struct body *body, ULONG number, struct attachment *out)
{
	IAttach *attach = NULL;
	struct plan plan;
	HRESULT hr;

	hr = plan_read(render, number, &attach, &plan);
	if (FAILED(hr))
		goto out;
	switch (plan.method) {
	case NO_ATTACHMENT:
	case ATTACH_BY_VALUE:
		out->related = is_related(body, &plan);
		out->part = value_part(render, &plan, out->related);
		break;
	case ATTACH_EMBEDDED_MSG:
		hr = embedded_part(render, attach, &plan, &out->part);
		break;
	default:
		hr = render_fail(render, MAPI_E_NO_SUPPORT,
		    "%s%s%s is %s, which emapi cannot turn into mail yet",
		    plan.name ? "the attachment \"" : "an attachment", plan.name ? plan.name : "",
		    plan.name ? "\"" : "",
		    plan.method == ATTACH_OLE ? "an OLE object"
					      : "attached by reference, not by value");
	}
	plan_clear(&plan);
out:
	if (attach)
		attach->lpVtbl->Release(attach);
	return hr;
}

HRESULT
attachments_build(struct render *render, const struct body *body, GArray **out)
{
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(ULONG));
	GArray *list = g_array_new(FALSE, TRUE, sizeof(struct attachment));
	HRESULT hr;
	guint i;

	*out = NULL;
	hr = attachment_numbers(render, numbers);
	for (i = 0; i < numbers->len && SUCCEEDED(hr); i++) {
		struct attachment attachment = { NULL, false };

		hr = build_one(render, body, g_array_index(numbers, ULONG, i), &attachment);
		if (attachment.part)
			g_array_append_val(list, attachment);
	}
	g_array_free(numbers, TRUE);
	if (FAILED(hr)) {
		attachments_free(list);
		return hr;
	}
	*out = list;
	return S_OK;
}

void
attachments_free(GArray *attachments)
{
	guint i;

	if (!attachments)
		return;
	for (i = 0; i < attachments->len; i++)
		g_object_unref(g_array_index(attachments, struct attachment, i).part);
	g_array_free(attachments, TRUE);
}
