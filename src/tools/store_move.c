/* SPDX-License-Identifier: MIT */
/* emapi store cp, mv, rm, mkdir: messages and folders as a whole. */
#include "emapi.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "com.h"
#include "mailstore.h"
#include "mem.h"
#include "text.h"

/* MAPI_W_PARTIAL_COMPLETION is a success, but not what was asked for. */
static int
conclude(const char *what, IMAPIFolder *folder, HRESULT hr)
{
	if (hr == MAPI_E_NO_ACCESS)
		return cli_fail(EX_NOPERM,
		    "%s stays as it is: it is one of the folders that every store has, or this "
		    "user may "
		    "not change it",
		    what);
	if (FAILED(hr))
		return mailstore_fail(what, folder, hr);
	return hr == MAPI_W_PARTIAL_COMPLETION
		   ? cli_fail(
			 EX_SOFTWARE, "%s: done in part only; what is left is where it was", what)
		   : 0;
}

/* --- cp, mv -------------------------------------------------------------------------------- */

struct transfer {
	struct mailstore store;
	IMAPIFolder *target;
	bool move;
};

static HRESULT
transfer_folder(const struct transfer *t, IMAPIFolder *parent, const struct mailstore_item *item)
{
	return parent->lpVtbl->CopyFolder(parent, item->id.cb, (LPENTRYID)item->id.lpb, NULL,
	    t->target, NULL, 0, NULL, t->move ? FOLDER_MOVE : COPY_SUBFOLDERS);
}

static HRESULT
transfer_message(const struct transfer *t, IMAPIFolder *parent, const struct mailstore_item *item)
{
	ENTRYLIST one = { 1, (SBinary *)(uintptr_t)&item->id };

	return parent->lpVtbl->CopyMessages(
	    parent, &one, NULL, t->target, 0, NULL, t->move ? MESSAGE_MOVE : 0);
}

static int
transfer(const struct transfer *t, const char *path)
{
	struct mailstore_item item;
	IMAPIFolder *parent = NULL;
	int code = mailstore_find(&t->store, path, t->move, &item);
	HRESULT hr;

	if (code)
		return code;
	if (item.type == MAPI_STORE)
		code = cli_fail(EX_USAGE, "a store is copied by: emapi store backup FILE");
	if (!code)
		code = mailstore_parent(&t->store, &item, &parent);
	/* A message that is still open cannot be moved everywhere. */
	COM_CLEAR(item.prop);
	if (!code) {
		hr = item.type == MAPI_FOLDER ? transfer_folder(t, parent, &item)
					      : transfer_message(t, parent, &item);
		code = conclude(path, parent, hr);
	}
	COM_CLEAR(parent);
	mailstore_item_clear(&item);
	return code;
}

static int
run_transfer(int argc, char **argv, bool move)
{
	struct mailstore_options options = { 0 };
	struct mailstore_item target = { 0 };
	struct transfer t = { .move = move };
	int done = 0, code = mailstore_parse(&options, NULL, "PATH... FOLDER", &argc, &argv);

	if (!code && argc < 3)
		code = cli_fail(EX_USAGE, "what, and the folder it goes into, are needed");
	if (!code)
		code = mailstore_open(&options, true, &t.store);
	if (!code)
		code = mailstore_find_type(&t.store, argv[argc - 1], MAPI_FOLDER, true, &target);
	t.target = (IMAPIFolder *)target.prop;
	for (; target.prop && !code && done < argc - 2; done += !code)
		code = transfer(&t, argv[done + 1]);
	if (target.prop)
		mailstore_tell(&options, move ? "moved" : "copied", argv + 1, done, argv[argc - 1]);
	mailstore_item_clear(&target);
	mailstore_close(&t.store);
	mailstore_options_clear(&options);
	return code;
}

static int
run_cp(int argc, char **argv)
{
	return run_transfer(argc, argv, false);
}

static int
run_mv(int argc, char **argv)
{
	return run_transfer(argc, argv, true);
}

/* --- rm ------------------------------------------------------------------------------------ */

static int
remove_item(const struct mailstore *store, const char *path, bool recursive)
{
	struct mailstore_item item;
	IMAPIFolder *parent = NULL;
	int code = mailstore_find(store, path, true, &item);
	HRESULT hr;

	if (code)
		return code;
	if (item.type == MAPI_STORE)
		code = cli_fail(EX_USAGE, "a store is not removed this way: emapi profile set");
	if (!code)
		code = mailstore_parent(store, &item, &parent);
	COM_CLEAR(item.prop);
	if (!code && item.type == MAPI_FOLDER) {
		hr = parent->lpVtbl->DeleteFolder(parent, item.id.cb, (LPENTRYID)item.id.lpb, 0,
		    NULL, recursive ? DEL_MESSAGES | DEL_FOLDERS : 0);
		code = hr == MAPI_E_HAS_FOLDERS || hr == MAPI_E_HAS_MESSAGES
			   ? cli_fail(EX_DATAERR,
				 "%s is not empty; --recursive removes what is in it", path)
			   : conclude(path, parent, hr);
	} else if (!code) {
		ENTRYLIST one = { 1, &item.id };

		code = conclude(
		    path, parent, parent->lpVtbl->DeleteMessages(parent, &one, 0, NULL, 0));
	}
	COM_CLEAR(parent);
	mailstore_item_clear(&item);
	return code;
}

static int
run_rm(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	gboolean recursive = FALSE;
	const GOptionEntry entries[] = {
		{ "recursive", 'r', 0, G_OPTION_ARG_NONE, &recursive,
		    "folders with all that is in them", NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int done = 0, code = mailstore_parse(&options, entries, "PATH...", &argc, &argv);

	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "what to remove is needed");
	if (!code)
		code = mailstore_open(&options, true, &store);
	for (; !code && done < argc - 1; done += !code)
		code = remove_item(&store, argv[done + 1], recursive);
	if (store.store)
		mailstore_tell(&options, "removed", argv + 1, done, NULL);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

/* --- mkdir --------------------------------------------------------------------------------- */

static bool
reads_like_message(const char *name)
{
	const char *mark = strrchr(name, '#');

	return mark && mark[1] && !mark[1 + strspn(mark + 1, "0123456789")];
}

static int
make_folder(const struct mailstore *store, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	g_autofree char *above = g_strndup(path, slash ? (size_t)(slash - path) : 0);
	struct mailstore_item item;
	IMAPIFolder *parent, *made = NULL;
	WCHAR *wide;
	HRESULT hr;
	int code;

	if (!*name)
		return cli_fail(EX_USAGE, "\"%s\" names no folder", path);
	if (reads_like_message(name))
		return cli_fail(EX_USAGE,
		    "\"%s\" would read like a message's path, FOLDER#NUMBER; no folder was made, "
		    "choose another name",
		    path);
	code = mailstore_find_type(store, above, MAPI_FOLDER, true, &item);
	if (code)
		return code;
	parent = (IMAPIFolder *)item.prop;
	wide = text_to_utf16(NULL, name);
	hr = wide ? parent->lpVtbl->CreateFolder(
			parent, FOLDER_GENERIC, (LPTSTR)wide, NULL, NULL, MAPI_UNICODE, &made)
		  : MAPI_E_NOT_ENOUGH_MEMORY;
	code = conclude(path, parent, hr);
	mem_free(wide);
	COM_CLEAR(made);
	mailstore_item_clear(&item);
	return code;
}

static int
run_mkdir(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct mailstore store = { 0 };
	int done = 0, code = mailstore_parse(&options, NULL, "FOLDER...", &argc, &argv);

	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "the folder's path is needed");
	if (!code)
		code = mailstore_open(&options, true, &store);
	for (; !code && done < argc - 1; done += !code)
		code = make_folder(&store, argv[done + 1]);
	if (store.store)
		mailstore_tell(&options, "made", argv + 1, done, NULL);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_cp = {
	.name = "store cp",
	.summary = "copy messages and folders into a folder",
	.run = run_cp,
};
const struct command command_store_mv = {
	.name = "store mv",
	.summary = "move messages and folders into a folder",
	.run = run_mv,
};
const struct command command_store_rm = {
	.name = "store rm",
	.summary = "delete messages and folders",
	.run = run_rm,
};
const struct command command_store_mkdir = {
	.name = "store mkdir",
	.summary = "make folders",
	.run = run_mkdir,
};
