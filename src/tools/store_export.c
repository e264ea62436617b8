/* SPDX-License-Identifier: MIT */
/*
 * emapi store export: a message as JSON, as a .msg file, or as mail; emapi store import: mails as
 * messages.  Mail needs GMime, which `emapi` does not load: that is done by emapi-render, a program
 * with the same arguments that takes this one's place.
 */
#include "emapi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "mailprint.h"
#include "mailstore.h"
#include "msgfile.h"

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
write_msg(const struct mailstore *store, const char *path)
{
	struct mailstore_item item;
	int code = mailstore_find_type(store, path, MAPI_MESSAGE, false, &item);
	HRESULT hr;

	if (code)
		return code;
	hr = msgfile_write((IMessage *)item.prop, stdout);
	if (hr == MAPI_E_DISK_ERROR || fflush(stdout) != 0)
		code = cli_fail(EX_IOERR, "writing to standard output: %s", g_strerror(errno));
	else if (FAILED(hr))
		code = mailstore_fail(path, item.prop, hr);
	mailstore_item_clear(&item);
	return code;
}

static int
run(int argc, char **argv)
{
	g_auto(GStrv) given = g_strdupv(argv);
	struct mailstore_options options = { 0 };
	gboolean eml = FALSE, msg = FALSE;
	const GOptionEntry entries[] = {
		{ "eml", 0, 0, G_OPTION_ARG_NONE, &eml, "as Internet mail (.eml)", NULL },
		{ "msg", 0, 0, G_OPTION_ARG_NONE, &msg, "as Outlook has it (.msg)", NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "MESSAGE", &argc, &argv);

	if (!code && (argc != 2 || eml + msg + options.json != 1))
		code =
		    cli_fail(EX_USAGE, "a message, and one of --eml, --msg and --json, are needed");
	if (!code && eml)
		code = become_renderer(given);
	else if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code)
		code = msg ? write_msg(&store, argv[1]) : write_json(&store, argv[1]);
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
	.summary = "a message as Internet mail, .msg or JSON, on standard output",
	.run = run,
};
const struct command command_store_import = {
	.name = "store import",
	.summary = "mails from files (.eml, mbox, .msg) into a folder",
	.run = run_import,
};
