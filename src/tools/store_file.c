/* SPDX-License-Identifier: MIT */
/* emapi store check, backup: the store's file, by IEmapiStoreFile (emapistore.h). */
#include "emapi.h"

#include <stdio.h>
#include <mapicode.h>
#include <emapistore.h>
#include "com.h"
#include "mailstore.h"
#include "mem.h"

static int
open_file(const struct mailstore_options *options, struct mailstore *store, IEmapiStoreFile **out)
{
	int code = mailstore_open(options, false, store);
	HRESULT hr;

	*out = NULL;
	if (code)
		return code;
	hr =
	    store->store->lpVtbl->QueryInterface(store->store, &IID_IEmapiStoreFile, (LPVOID *)out);
	return FAILED(hr) ? cli_fail(EX_UNAVAILABLE,
				"the store is of another provider, which has no check or backup")
			  : 0;
}

/* --- check --------------------------------------------------------------------------------- */

static void
print_json(char **problems, ULONG count)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_append_printf(out, "{\"whole\":%s,\"problems\":[", count ? "false" : "true");
	for (ULONG i = 0; i < count; i++) {
		g_string_append(out, i ? "," : "");
		json_string(out, problems[i]);
	}
	g_string_append(out, "]}");
	puts(out->str);
}

static int
check(const struct mailstore *store, IEmapiStoreFile *file, bool json)
{
	ULONG count = 0;
	LPSTR *problems = NULL;
	HRESULT hr = file->lpVtbl->Check(file, 0, &count, &problems);

	if (FAILED(hr))
		return mailstore_fail("checking the store", store->store, hr);
	if (json)
		print_json(problems, count);
	for (ULONG i = 0; i < count && !json; i++)
		puts(problems[i]);
	if (!count && !json)
		puts("The store is whole.");
	mem_free(problems);
	return count ? cli_fail(
			   EX_DATAERR, "the store has problems; a backup may have what is damaged")
		     : 0;
}

static int
run_check(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct mailstore store = { 0 };
	IEmapiStoreFile *file = NULL;
	int code = mailstore_parse(&options, NULL, NULL, &argc, &argv);

	if (!code && argc > 1)
		code = cli_fail(EX_USAGE, "the store is named by --profile and --store");
	if (!code)
		code = open_file(&options, &store, &file);
	if (!code)
		code = check(&store, file, options.json);
	COM_CLEAR(file);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

/* --- backup -------------------------------------------------------------------------------- */

static int
backup(const struct mailstore *store, IEmapiStoreFile *file, const char *path, bool json)
{
	HRESULT hr = file->lpVtbl->Backup(file, 0, path);
	g_autoptr(GString) out = g_string_new("{");

	if (hr == MAPI_E_COLLISION)
		return cli_fail(
		    EX_CANTCREAT, "%s (or its .part) is there already; nothing was written", path);
	if (hr == MAPI_E_NOT_FOUND)
		return cli_fail(EX_CANTCREAT, "there is no folder for %s", path);
	if (FAILED(hr))
		return mailstore_fail(path, store->store, hr);
	json_member(out, "backup", path);
	if (json)
		printf("%s}\n", out->str);
	else
		printf("The store is copied to %s.\n", path);
	return 0;
}

static int
run_backup(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct mailstore store = { 0 };
	IEmapiStoreFile *file = NULL;
	int code = mailstore_parse(&options, NULL, "FILE", &argc, &argv);

	if (!code && argc != 2)
		code = cli_fail(EX_USAGE, "the file to copy the store to is needed");
	if (!code)
		code = open_file(&options, &store, &file);
	if (!code)
		code = backup(&store, file, argv[1], options.json);
	COM_CLEAR(file);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_check = {
	.name = "store check",
	.summary = "whether the store's file is whole",
	.run = run_check,
};
const struct command command_store_backup = {
	.name = "store backup",
	.summary = "copy the store to a file, while it is used",
	.run = run_backup,
};
