/* SPDX-License-Identifier: MIT */
/* emapi store get: one property, as JSON, for people, or its bare bytes. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include "com.h"
#include "hr.h"
#include "mailprint.h"
#include "mailstore.h"
#include "mem.h"
#include "prop.h"
#include "propwords.h"
#include "text.h"

struct getting {
	struct mailstore_options options;
	gboolean raw;
	int attachment; /* -1: the object itself */
	void *root;
};

/* The value with what is behind it on g->root. */
static HRESULT
fetch(struct getting *g, IMAPIProp *object, ULONG tag, SPropValue *out)
{
	SPropTagArray tags = { 1, { tag } };
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = object->lpVtbl->GetProps(object, &tags, MAPI_UNICODE, &count, &values);

	if (SUCCEEDED(hr) && PROP_TYPE(values[0].ulPropTag) == PT_ERROR) {
		hr = values[0].Value.err;
		if (hr == MAPI_E_NOT_ENOUGH_MEMORY)
			hr = mailprint_read_long(g->root, object, tag, out);
	} else if (SUCCEEDED(hr)) {
		hr = prop_copy(g->root, &values[0], out);
	}
	mem_free(values);
	return hr;
}

static void
print_raw(const SPropValue *value)
{
	g_autofree char *words = NULL;
	char *text = NULL;

	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_BINARY:
		fwrite(value->Value.bin.lpb, 1, value->Value.bin.cb, stdout);
		return;
	case PT_STRING8:
		fputs(value->Value.lpszA, stdout);
		return;
	case PT_UNICODE:
		text = text_to_utf8(NULL, value->Value.lpszW);
		fputs(text ? text : "", stdout);
		mem_free(text);
		return;
	default:
		words = prop_words_value(value, true);
		fputs(words, stdout);
	}
}

static void
print_value(const struct getting *g, IMAPIProp *object, const SPropValue *value)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *words = NULL;

	if (g->raw) {
		print_raw(value);
	} else if (g->options.json) {
		prop_words_json(object, value, out);
		puts(out->str);
	} else {
		words = prop_words_value(value, true);
		puts(words);
	}
}

static int
get(struct getting *g, IMAPIProp *object, const char *name)
{
	g_autofree char *why = NULL, *step = NULL;
	ULONG tag = prop_words_tag(object, name, false, &why);
	SPropValue value = { 0 };
	HRESULT hr;

	if (!tag)
		return cli_fail(EX_USAGE, "%s", why);
	hr = fetch(g, object, tag, &value);
	if (hr == MAPI_E_NOT_FOUND)
		return cli_fail(EX_NOINPUT, "it has no %s", name);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s: %s (%s)", name, hr_text(hr), hr_name(hr));
	print_value(g, object, &value);
	return fflush(stdout) == 0 ? 0 : cli_fail(EX_IOERR, "writing to standard output failed");
}

static int
get_of_attachment(struct getting *g, IMAPIProp *object, const char *name)
{
	IMessage *message = (IMessage *)object;
	IAttach *attach = NULL;
	HRESULT hr = message->lpVtbl->OpenAttach(message, (ULONG)g->attachment, NULL, 0, &attach);
	int code;

	if (hr == MAPI_E_NOT_FOUND)
		return cli_fail(EX_NOINPUT, "the message has no attachment %d", g->attachment);
	if (FAILED(hr))
		return mailstore_fail("opening the attachment", object, hr);
	code = get(g, (IMAPIProp *)attach, name);
	COM_CLEAR(attach);
	return code;
}

static int
get_from(struct getting *g, const char *path, const char *name)
{
	struct mailstore_item item = { 0 };
	struct mailstore store;
	int code = mailstore_open(&g->options, false, &store);

	if (!code)
		code = g->attachment >= 0
			   ? mailstore_find_type(&store, path, MAPI_MESSAGE, false, &item)
			   : mailstore_find(&store, path, false, &item);
	if (!code)
		code = g->attachment >= 0 ? get_of_attachment(g, item.prop, name)
					  : get(g, item.prop, name);
	mailstore_item_clear(&item);
	mailstore_close(&store);
	return code;
}

static int
run(int argc, char **argv)
{
	struct getting g = { .attachment = -1, .root = mem_zalloc(NULL, 1) };
	const GOptionEntry entries[] = {
		{ "raw", 0, 0, G_OPTION_ARG_NONE, &g.raw, "its bytes as they are; text as UTF-8",
		    NULL },
		{ "attachment", 'a', 0, G_OPTION_ARG_INT, &g.attachment,
		    "of this attachment of the message", "NUMBER" },
		{ NULL },
	};
	int code = mailstore_parse(&g.options, entries, "PATH PROPERTY", &argc, &argv);

	if (!code)
		code = argc != 3 ? cli_fail(EX_USAGE, "a path and a property are needed")
				 : get_from(&g, argv[1], argv[2]);
	mem_free(g.root);
	mailstore_options_clear(&g.options);
	return code;
}

const struct command command_store_get = {
	.name = "store get",
	.summary = "one property of the store, a folder, a message or an attachment",
	.run = run,
};
