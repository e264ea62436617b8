/* SPDX-License-Identifier: MIT */
/* emapi store show: all properties of the store, a folder or a message. */
#include "emapi.h"

#include <mapicode.h>
#include "mailprint.h"
#include "mailstore.h"

static int
show(const struct mailstore *store, const char *path, const struct mailprint *print)
{
	struct mailstore_item item;
	int code = mailstore_find(store, path, false, &item);
	HRESULT hr;

	if (code)
		return code;
	if (item.type == MAPI_MESSAGE) {
		hr = mailprint_message(print, (IMessage *)item.prop, "");
	} else {
		fputs(print->json ? "{" : "", print->file);
		hr = mailprint_props(print, item.prop, "");
		fputs(print->json ? "}" : "", print->file);
	}
	fputs(print->json ? "\n" : "", print->file);
	code = FAILED(hr) ? mailstore_fail(path, item.prop, hr) : 0;
	mailstore_item_clear(&item);
	return code;
}

static int
run(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	gboolean full = FALSE;
	const GOptionEntry entries[] = {
		{ "full", 'f', 0, G_OPTION_ARG_NONE, &full, "values whole, however long", NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "[PATH]", &argc, &argv);

	if (!code && argc > 2)
		code = cli_fail(EX_USAGE, "one path at a time");
	if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code) {
		struct mailprint print = { stdout, options.json, full, 0 };

		code = show(&store, argc > 1 ? argv[1] : ".", &print);
	}
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_show = {
	.name = "store show",
	.summary = "all properties of the store, a folder or a message",
	.run = run,
};
