/* SPDX-License-Identifier: MIT */
/* emapi ab list, search, resolve: who is in the address book, and whom a name means. */
#include "ab.h"

#include <stdio.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "names.h"
#include "prop.h"

struct options {
	char *profile;
	char *book;
	gboolean json;
};

static int
parse(int *argc, char ***argv, const char *usage, struct options *o)
{
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o->profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "book", 0, 0, G_OPTION_ARG_STRING, &o->book, "only this address book", "NAME" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(usage);

	cli_add_options(context, entries);
	return cli_parse(context, argc, argv);
}

static void
print_all(const GPtrArray *found, bool json)
{
	g_autoptr(GString) out = g_string_new(json ? "[" : NULL);

	for (guint i = 0; i < found->len; i++)
		ab_print(out, g_ptr_array_index(found, i), json);
	if (json)
		g_string_append(out, "]\n");
	fputs(out->str, stdout);
}

static int
list(const struct options *o, const char *text)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(ab_entry_free);
	struct ab ab;
	int code = ab_open(&ab, o->profile);

	if (code)
		return code;
	code = ab_search(&ab, text, o->book, found);
	if (!code)
		print_all(found, o->json);
	if (!code && !found->len && text)
		code = cli_fail(EX_NOUSER,
		    "\"%s\" is not in the address book (emapi ab list shows who is)", text);
	else if (!code && !found->len && !o->json)
		cli_note("the address book is empty; put somebody in: emapi ab add 'Ann "
			 "<ann@example.test>'");
	ab_close(&ab);
	return code;
}

static int
run_list(int argc, char **argv)
{
	struct options o = { 0 };
	int code = parse(&argc, &argv, "", &o);

	if (!code && argc > 1)
		code = cli_fail(EX_USAGE, "no names here: emapi ab search NAME");
	if (!code)
		code = list(&o, NULL);
	g_free(o.profile);
	g_free(o.book);
	return code;
}

static int
run_search(int argc, char **argv)
{
	struct options o = { 0 };
	int code = parse(&argc, &argv, "NAME", &o);
	g_autofree char *text = NULL;

	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "a name or the beginning of one, please (try --help)");
	if (!code) {
		text = g_strjoinv(" ", argv + 1);
		code = list(&o, text);
	}
	g_free(o.profile);
	g_free(o.book);
	return code;
}

/* --- Resolving ----------------------------------------------------------------------------- */

static void
print_resolved(const char *typed, const ADRENTRY *row, bool json)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct ab_entry entry = { 0 };

	entry.name = prop_find_text(row->rgPropVals, row->cValues, PR_DISPLAY_NAME_W);
	entry.address = prop_find_text(row->rgPropVals, row->cValues, PR_SMTP_ADDRESS_W);
	entry.type =
	    (ULONG)prop_find_long(row->rgPropVals, row->cValues, PR_OBJECT_TYPE, MAPI_MAILUSER);
	ab_print(out, &entry, json);
	if (json)
		g_string_append_c(out, '\n');
	fputs(out->str, stdout);
	g_free(entry.name);
	g_free(entry.address);
}

static int
resolve(struct ab *ab, const char *name, bool json)
{
	ADRLIST *list = names_list(name);
	struct ab_entry *entry = NULL;
	int code = 0;
	HRESULT hr = list ? ab->book->lpVtbl->ResolveName(ab->book, 0, MAPI_UNICODE, NULL, list)
			  : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		print_resolved(name, &list->aEntries[0], json);
	else if (hr == MAPI_E_AMBIGUOUS_RECIP)
		code = ab_find_one(ab, name, &entry); /* lists them */
	else
		code = ab_fail(ab, NULL, hr, name);
	if (hr == MAPI_E_AMBIGUOUS_RECIP && !code)
		code = ab_fail(ab, NULL, hr, name);
	ab_entry_free(entry);
	FreePadrlist(list);
	return code;
}

static int
run_resolve(int argc, char **argv)
{
	struct options o = { 0 };
	struct ab ab;
	int code = parse(&argc, &argv, "NAME...", &o), worst = 0;

	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "names, please (try --help)");
	if (!code)
		code = ab_open(&ab, o.profile);
	for (int i = 1; !code && i < argc; i++) {
		int one = resolve(&ab, argv[i], o.json);

		worst = one ? one : worst;
	}
	if (!code)
		ab_close(&ab);
	g_free(o.profile);
	g_free(o.book);
	return code ? code : worst;
}

const struct command command_ab_list = {
	.name = "ab list",
	.summary = "who is in the address books; * marks lists",
	.run = run_list,
};

const struct command command_ab_search = {
	.name = "ab search",
	.summary = "who a name or the beginning of one may be",
	.run = run_search,
};

const struct command command_ab_resolve = {
	.name = "ab resolve",
	.summary = "whom mail to these names would go to",
	.run = run_resolve,
};
