/* SPDX-License-Identifier: MIT */
/*
 * emapi store export: a message as JSON, or as mail; emapi store import: mails as messages.  Mail
 * needs GMime, which `emapi` does not load: that is done by emapi-render, a program with the same
 * arguments that takes this one's place.
 */
#include "emapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "mailprint.h"
#include "mailstore.h"

static int
become_renderer(char **argv)
{
	g_autofree char *program = cli_helper("emapi-render");

	execv(program, argv);
	return cli_fail(EX_UNAVAILABLE, "%s: %s", program, g_strerror(errno));
}

static int
write_json(const struct mailstore *store, const char *path)
{
	struct mailprint print = { stdout, true, true, 0 };
	struct mailstore_item item;
	int code = mailstore_find_type(store, path, MAPI_MESSAGE, false, &item);
	HRESULT hr;

	if (code)
		return code;
	hr = mailprint_message(&print, (IMessage *)item.prop, "");
	puts("");
	if (FAILED(hr))
		code = mailstore_fail(path, item.prop, hr);
	else if (fflush(stdout) != 0)
		code = cli_fail(EX_IOERR, "writing to standard output: %s", g_strerror(errno));
	mailstore_item_clear(&item);
	return code;
}

static int
run(int argc, char **argv)
{
	g_auto(GStrv) given = g_strdupv(argv);
	struct mailstore_options options = { 0 };
	gboolean eml = FALSE;
	const GOptionEntry entries[] = {
		{ "eml", 0, 0, G_OPTION_ARG_NONE, &eml, "as Internet mail (.eml)", NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "MESSAGE", &argc, &argv);

	if (!code && (argc != 2 || !eml == !options.json))
		code = cli_fail(EX_USAGE, "a message, and either --eml or --json, are needed");
	if (!code && eml)
		code = become_renderer(given);
	else if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code)
		code = write_json(&store, argv[1]);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

static int
run_import(int argc, char **argv)
{
	return become_renderer(argv);
}

const struct command command_store_export = {
	.name = "store export",
	.summary = "a message as Internet mail or JSON, on standard output",
	.run = run,
};
const struct command command_store_import = {
	.name = "store import",
	.summary = "mails from files (.eml, mbox) into a folder",
	.run = run_import,
};
