/* SPDX-License-Identifier: MIT */
/* emapi-render: what `emapi store export --eml` and `emapi store import` become (store_export.c);
 * it loads GMime. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "dryrun.h"
#include "hr.h"
#include "mailimport.h"
#include "mailstore.h"
#include "mask.h"
#include "mime.h"
#include "prop.h"

static int
copy_out(int fd)
{
	char piece[65536];
	ssize_t size;

	while ((size = read(fd, piece, sizeof(piece))) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 || fwrite(piece, 1, (size_t)size, stdout) != (size_t)size)
			return cli_fail(EX_IOERR, "copying the mail: %s", g_strerror(errno));
	}
	return fflush(stdout) == 0
		   ? 0
		   : cli_fail(EX_IOERR, "writing to standard output: %s", g_strerror(errno));
}

static int
render(const struct mailstore *store, const char *path)
{
	struct mime_output output = { .fd = -1 };
	/* A draft that has no sender yet is from nobody; addresses may need SMTPUTF8: it is a file.
	 */
	struct mime_options options = { .from_address = "nobody@invalid", .utf8_headers = true };
	g_autofree char *why = NULL;
	struct mailstore_item item;
	int code = mailstore_find_type(store, path, MAPI_MESSAGE, false, &item);
	HRESULT hr;

	if (code)
		return code;
	hr = mime_render((IMessage *)item.prop, &options, &output, &why);
	code = FAILED(hr) ? cli_fail(cli_exit_code(hr), "%s: %s (%s)", path,
				why ? why : hr_text(hr), hr_name(hr))
			  : copy_out(output.fd);
	mime_output_clear(&output);
	mailstore_item_clear(&item);
	return code;
}

static int
run_export(int argc, char **argv)
{
	struct mailstore_options options = { .no_json = TRUE };
	gboolean eml = FALSE;
	const GOptionEntry entries[] = {
		{ "eml", 0, 0, G_OPTION_ARG_NONE, &eml, "as Internet mail", NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "MESSAGE", &argc, &argv);
	if (!code && argc != 2)
		code = cli_fail(EX_USAGE, "emapi store export --eml MESSAGE is how this is called");
	if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code)
		code = render(&store, argv[1]);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

/* What this is called as says what it is for. */
int
main(int argc, char **argv)
{
	bool import = argc && g_str_has_suffix(argv[0], " import");

	cli_set_locale();
	mask_core_files();
	if (argc && strcmp(argv[0], "mapisend") == 0) {
		cli_set_name("mapisend");
		return dryrun_run(argc, argv);
	}
	cli_set_name(import ? "emapi store import" : "emapi store export");
	return import ? mailimport_run(argc, argv) : run_export(argc, argv);
}
