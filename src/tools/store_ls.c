/* SPDX-License-Identifier: MIT */
/* emapi store ls, tree: folders and messages. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "mailstore.h"
#include "prop.h"
#include "propwords.h"
#include "text.h"

/* A name that a path takes: "/" and "\" escaped.  g_free(). */
static char *
path_name(const char *name)
{
	GString *out = g_string_new(NULL);

	for (; *name; name++) {
		if (*name == '/' || *name == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, *name);
	}
	return g_string_free(out, FALSE);
}

/* --- Folders ------------------------------------------------------------------------------- */

struct folders {
	const struct mailstore *store;
	const char *path; /* that they lie in, with "/" at its end, or "" */
	bool json, deep;
	guint count;
	int depth;
};

static HRESULT list_folders(struct folders *folders, IMAPIFolder *folder);

static HRESULT
descend(const struct folders *above, const SBinary *id, const char *path)
{
	g_autofree char *inner = g_strconcat(path, "/", NULL);
	struct folders folders = *above;
	IMAPIFolder *folder = NULL;
	ULONG type;
	HRESULT hr;

	folders.path = inner;
	folders.count = 0;
	folders.depth++;
	hr = above->store->store->lpVtbl->OpenEntry(
	    above->store->store, id->cb, (LPENTRYID)id->lpb, NULL, 0, &type, (LPUNKNOWN *)&folder);
	if (SUCCEEDED(hr))
		hr = list_folders(&folders, folder);
	COM_CLEAR(folder);
	return hr;
}

static void
folder_json(const struct folders *folders, const SRow *row, const char *path)
{
	g_autoptr(GString) out = g_string_new("{");
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *hex = text_hex(id->Value.bin.lpb, id->Value.bin.cb);

	json_member(out, "name", name);
	json_member(out, "path", path);
	json_member(out, "entryid", hex);
	json_member_int(
	    out, "messages", prop_find_long(row->lpProps, row->cValues, PR_CONTENT_COUNT, 0));
	json_member_int(
	    out, "unread", prop_find_long(row->lpProps, row->cValues, PR_CONTENT_UNREAD, 0));
	fputs(out->str, stdout);
}

static void
folder_words(const struct folders *folders, const SRow *row)
{
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	g_autofree char *shown = text_printable(name ? name : "");
	g_autofree char *label =
	    g_strdup_printf("%*s%s/", folders->deep ? folders->depth * 2 : 0, "", shown);
	LONG count = prop_find_long(row->lpProps, row->cValues, PR_CONTENT_COUNT, 0);

	printf("%-40s %6d %-9s %d unread\n", label, count, count == 1 ? "message," : "messages,",
	    prop_find_long(row->lpProps, row->cValues, PR_CONTENT_UNREAD, 0));
}

static HRESULT
print_folder(const SRow *row, void *context)
{
	struct folders *folders = context;
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	g_autofree char *escaped = path_name(name ? name : "");
	g_autofree char *path = g_strconcat(folders->path, escaped, NULL);
	HRESULT hr = S_OK;

	if (!id)
		return S_OK;
	if (folders->json) {
		fputs(folders->count++ ? "," : "", stdout);
		folder_json(folders, row, path);
	} else {
		folder_words(folders, row);
	}
	if (folders->deep) {
		fputs(folders->json ? ",\"folders\":[" : "", stdout);
		hr = descend(folders, &id->Value.bin, path);
		fputs(folders->json ? "]" : "", stdout);
	}
	fputs(folders->json ? "}" : "", stdout);
	return hr;
}

static HRESULT
list_folders(struct folders *folders, IMAPIFolder *folder)
{
	static const SizedSPropTagArray(4, columns) = { 4,
		{ PR_ENTRYID, PR_DISPLAY_NAME_W, PR_CONTENT_COUNT, PR_CONTENT_UNREAD } };
	IMAPITable *table = NULL;
	HRESULT hr = folder->lpVtbl->GetHierarchyTable(folder, 0, &table);

	return FAILED(hr)
		   ? hr
		   : mailstore_rows(table, (const SPropTagArray *)&columns, print_folder, folders);
}

/* --- Messages ------------------------------------------------------------------------------ */

struct messages {
	bool json;
	int limit; /* 0: none */
	int count;
};

static const SizedSPropTagArray(8, message_columns) = { 8,
	{ PR_ENTRYID, PR_SUBJECT_W, PR_SENDER_NAME_W, PR_MESSAGE_DELIVERY_TIME,
	    PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_FLAGS, PR_MESSAGE_SIZE, PR_MESSAGE_CLASS_W } };

static char *
message_time(const SRow *row)
{
	const SPropValue *time = prop_find(row->lpProps, row->cValues, PR_MESSAGE_DELIVERY_TIME);

	if (!time)
		time = prop_find(row->lpProps, row->cValues, PR_CLIENT_SUBMIT_TIME);
	return time ? prop_words_time(&time->Value.ft) : NULL;
}

static void
message_json(const SRow *row, const char *id, const SBinary *entry)
{
	g_autoptr(GString) out = g_string_new("{");
	g_autofree char *hex = text_hex(entry->lpb, entry->cb);
	g_autofree char *subject = prop_find_text(row->lpProps, row->cValues, PR_SUBJECT_W);
	g_autofree char *sender = prop_find_text(row->lpProps, row->cValues, PR_SENDER_NAME_W);
	g_autofree char *class = prop_find_text(row->lpProps, row->cValues, PR_MESSAGE_CLASS_W);
	g_autofree char *time = message_time(row);

	json_member(out, "id", id);
	json_member(out, "entryid", hex);
	json_member(out, "subject", subject);
	json_member(out, "sender", sender);
	json_member(out, "time", time);
	json_member(out, "class", class);
	json_member_int(
	    out, "flags", prop_find_long(row->lpProps, row->cValues, PR_MESSAGE_FLAGS, 0));
	json_member_int(
	    out, "size", prop_find_long(row->lpProps, row->cValues, PR_MESSAGE_SIZE, 0));
	fputs(out->str, stdout);
	fputs("}", stdout);
}

static void
message_words(const SRow *row, const char *id)
{
	g_autofree char *subject = prop_find_text(row->lpProps, row->cValues, PR_SUBJECT_W);
	g_autofree char *sender = prop_find_text(row->lpProps, row->cValues, PR_SENDER_NAME_W);
	g_autofree char *shown = text_printable(subject ? subject : "");
	g_autofree char *from = text_printable(sender ? sender : "");
	g_autofree char *time = message_time(row);
	LONG flags = prop_find_long(row->lpProps, row->cValues, PR_MESSAGE_FLAGS, 0);

	printf("#%-6s %-20.19s %c%c %9d  %-20s %s\n", id, time ? time : "",
	    flags & MSGFLAG_READ ? ' ' : 'N', flags & MSGFLAG_HASATTACH ? 'A' : ' ',
	    prop_find_long(row->lpProps, row->cValues, PR_MESSAGE_SIZE, 0), from, shown);
}

static HRESULT
print_message(const SRow *row, void *context)
{
	struct messages *messages = context;
	const SPropValue *entry = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *id = entry ? mailstore_id(&entry->Value.bin) : NULL;

	if (!entry)
		return S_OK;
	if (messages->limit && messages->count >= messages->limit)
		return MAPI_E_CANCEL;
	if (messages->json) {
		fputs(messages->count ? ",\n" : "", stdout);
		message_json(row, id, &entry->Value.bin);
	} else {
		message_words(row, id);
	}
	messages->count++;
	return S_OK;
}

static HRESULT
list_messages(struct messages *messages, IMAPIFolder *folder, ULONG flags)
{
	IMAPITable *table = NULL;
	HRESULT hr = folder->lpVtbl->GetContentsTable(folder, flags, &table);

	if (SUCCEEDED(hr))
		hr = mailstore_rows(
		    table, (const SPropTagArray *)&message_columns, print_message, messages);
	return hr == MAPI_E_CANCEL ? S_OK : hr;
}

/* --- Commands ------------------------------------------------------------------------------ */

struct listing {
	struct mailstore_options options;
	gboolean associated;
	int limit;
	bool tree;
	bool json;
};

/* "Inbox" -> "Inbox/", as what lies in it begins. */
static char *
inner_path(const char *path)
{
	size_t length = strlen(path);

	while (length && path[length - 1] == '/')
		length--;
	if (!length)
		return g_strdup(g_str_has_prefix(path, "//") ? "//" : "");
	return g_strdup_printf("%.*s/", (int)length, path);
}

static HRESULT
list(const struct listing *l, const struct mailstore *store, const char *path, IMAPIFolder *folder)
{
	g_autofree char *inner = inner_path(path);
	struct folders folders = { store, inner, l->json, l->tree, 0, 0 };
	struct messages messages = { l->json, l->limit, 0 };
	HRESULT hr;

	fputs(l->json ? "{\"folders\":[" : "", stdout);
	hr = list_folders(&folders, folder);
	fputs(l->json ? "]" : "", stdout);
	if (SUCCEEDED(hr) && !l->tree) {
		fputs(l->json ? ",\"messages\":[" : "", stdout);
		hr = list_messages(&messages, folder, l->associated ? MAPI_ASSOCIATED : 0);
		fputs(l->json ? "]" : "", stdout);
	}
	fputs(l->json ? "}\n" : "", stdout);
	return hr;
}

static int
list_path(struct listing *l, const char *path)
{
	struct mailstore_item item = { 0 };
	struct mailstore store;
	int code = mailstore_open(&l->options, false, &store);

	l->json = l->options.json;
	if (!code)
		code = mailstore_find_type(&store, path, MAPI_FOLDER, false, &item);
	if (!code) {
		HRESULT hr = list(l, &store, path, (IMAPIFolder *)item.prop);

		code = FAILED(hr) ? mailstore_fail("listing", item.prop, hr) : 0;
	}
	mailstore_item_clear(&item);
	mailstore_close(&store);
	return code;
}

static int
run_ls(int argc, char **argv)
{
	struct listing l = { 0 };
	const GOptionEntry entries[] = {
		{ "limit", 'n', 0, G_OPTION_ARG_INT, &l.limit, "at most so many messages",
		    "COUNT" },
		{ "associated", 0, 0, G_OPTION_ARG_NONE, &l.associated,
		    "the hidden messages (forms, views) instead", NULL },
		{ NULL },
	};
	int code = mailstore_parse(&l.options, entries, "[FOLDER]", &argc, &argv);

	if (!code && l.limit < 0)
		code = cli_fail(EX_USAGE, "--limit: it is a number of messages; 0: all");
	if (!code)
		code = argc > 2 ? cli_fail(EX_USAGE, "one folder at a time")
				: list_path(&l, argc > 1 ? argv[1] : "");
	mailstore_options_clear(&l.options);
	return code;
}

static int
run_tree(int argc, char **argv)
{
	struct listing l = { .tree = true };
	int code = mailstore_parse(&l.options, NULL, "[FOLDER]", &argc, &argv);

	if (!code)
		code = argc > 2 ? cli_fail(EX_USAGE, "one folder at a time")
				: list_path(&l, argc > 1 ? argv[1] : "");
	mailstore_options_clear(&l.options);
	return code;
}

const struct command command_store_ls = {
	.name = "store ls",
	.summary = "the folders and messages of a folder",
	.run = run_ls,
};
const struct command command_store_tree = {
	.name = "store tree",
	.summary = "all folders below a folder",
	.run = run_tree,
};
