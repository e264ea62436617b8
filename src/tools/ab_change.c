/* SPDX-License-Identifier: MIT */
/* emapi ab add, set and rm: contacts and lists of the personal address book. */
#include "ab.h"

#include <string.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mailbox.h"

struct options {
	char *profile;
	char *list;     /* the name of a list to be made */
	char **members; /* to be added */
	char **leaving; /* to be removed */
};

static void
options_clear(struct options *o)
{
	g_free(o->profile);
	g_free(o->list);
	g_strfreev(o->members);
	g_strfreev(o->leaving);
}

/* --- Members ------------------------------------------------------------------------------- */

static int
remove_member(struct ab *ab, IMAPIProp *entry, const char *who)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(ab_entry_free);
	IDistList *list = NULL;
	HRESULT hr = MAPI_E_NOT_FOUND;
	int code = ab_members(ab, entry, members);

	if (code)
		return code;
	if (FAILED(entry->lpVtbl->QueryInterface(entry, &IID_IDistList, (void **)&list)))
		return cli_fail(EX_DATAERR, "only a list has members");
	for (guint i = 0; i < members->len; i++) {
		struct ab_entry *member = g_ptr_array_index(members, i);
		gsize size;
		SBinary id = { 0, (BYTE *)(uintptr_t)g_bytes_get_data(member->id, &size) };
		ENTRYLIST entries = { 1, &id };

		id.cb = (ULONG)size;
		if (g_ascii_strcasecmp(who, member->name ? member->name : "") &&
		    g_ascii_strcasecmp(who, member->address ? member->address : ""))
			continue;
		hr = list->lpVtbl->DeleteEntries(list, &entries, 0);
	}
	COM_CLEAR(list);
	if (hr == MAPI_E_NOT_FOUND)
		return cli_fail(EX_NOUSER, "\"%s\" is no member of the list", who);
	return FAILED(hr) ? ab_fail(ab, entry, hr, who) : 0;
}

static int
change_members(struct ab *ab, IMAPIProp *list, const struct options *o)
{
	int code = 0;

	for (char **who = o->members; !code && who && *who; who++)
		code = ab_add_member(ab, list, *who);
	for (char **who = o->leaving; !code && who && *who; who++)
		code = remove_member(ab, list, *who);
	return code;
}

/* --- Adding -------------------------------------------------------------------------------- */

static int
fill_contact(struct ab *ab, IMAPIProp *entry, const char *who)
{
	g_autoptr(GPtrArray) boxes = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	g_autofree char *why = NULL;
	const struct mailbox *box;
	HRESULT hr;

	if (!mailbox_parse_list(who, boxes, &why))
		return cli_fail(EX_DATAERR, "%s; nothing was added", why);
	if (boxes->len != 1)
		return cli_fail(EX_USAGE, "one address at a time, please");
	box = g_ptr_array_index(boxes, 0);
	hr = ab_set_text(entry, PR_DISPLAY_NAME_W, box->name ? box->name : box->address);
	if (SUCCEEDED(hr))
		hr = ab_set_text(entry, PR_EMAIL_ADDRESS_W, box->address);
	return FAILED(hr) ? ab_fail(ab, entry, hr, who) : 0;
}

static int
add(struct ab *ab, const struct options *o, char **words)
{
	IABContainer *container = NULL;
	IMAPIProp *entry = NULL;
	int code = ab_open_personal(ab, &container);
	HRESULT hr;

	if (code)
		return code;
	hr = ab_create(container, o->list ? PR_DEF_CREATE_DL : PR_DEF_CREATE_MAILUSER,
	    o->list ? CREATE_CHECK_DUP_LOOSE : CREATE_CHECK_DUP_STRICT, &entry);
	if (SUCCEEDED(hr) && o->list)
		hr = ab_set_text(entry, PR_DISPLAY_NAME_W, o->list);
	if (FAILED(hr))
		code = ab_fail(ab, container, hr, "nothing was added");
	else if (!o->list)
		code = fill_contact(ab, entry, *words++);
	for (; !code && *words; words++)
		code = ab_set_word(ab, entry, *words);
	if (!code) {
		hr = entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READWRITE);
		if (hr == MAPI_E_COLLISION)
			code = ab_fail(ab, entry, hr, "nothing was added") ? EX_DATAERR : 0;
		else if (FAILED(hr))
			code = ab_fail(ab, entry, hr, "nothing was added");
	}
	if (!code && o->list) {
		code = change_members(ab, entry, o);
		if (code)
			cli_note("the list \"%s\" is there; add the others by: emapi ab set '%s' "
				 "--member WHO",
			    o->list, o->list);
	}
	COM_CLEAR(entry);
	COM_CLEAR(container);
	return code;
}

static int
run_add(int argc, char **argv)
{
	struct options o = { 0 };
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o.profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "list", 0, 0, G_OPTION_ARG_STRING, &o.list,
		    "make it a distribution list of this name", "NAME" },
		{ "member", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.members,
		    "who is in the list: an address, or a name of the address book", "WHO" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context =
	    g_option_context_new("['NAME <ADDRESS>'] [WORD=VALUE...]");
	struct ab ab;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && !o.list && argc < 2)
		code = cli_fail(EX_USAGE, "whom? e.g. emapi ab add 'Ann <ann@example.test>'");
	if (!code)
		code = ab_open(&ab, o.profile);
	if (!code) {
		code = add(&ab, &o, argv + 1);
		ab_close(&ab);
	}
	options_clear(&o);
	return code;
}

/* --- Changing ------------------------------------------------------------------------------ */

static int
set(struct ab *ab, const char *name, char **words, const struct options *o)
{
	struct ab_entry *found = NULL;
	IMAPIProp *entry = NULL;
	int code = ab_find_one(ab, name, &found);
	HRESULT hr;

	if (!code)
		code = ab_open_entry(ab, found, MAPI_MODIFY, &entry);
	for (; !code && *words; words++)
		code = ab_set_word(ab, entry, *words);
	if (!code) {
		hr = entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READWRITE);
		code = FAILED(hr) ? ab_fail(ab, entry, hr, name) : 0;
	}
	if (!code)
		code = change_members(ab, entry, o);
	COM_CLEAR(entry);
	ab_entry_free(found);
	return code;
}

static int
run_set(int argc, char **argv)
{
	struct options o = { 0 };
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o.profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "member", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.members,
		    "put somebody into the list", "WHO" },
		{ "leave", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.leaving,
		    "take somebody out of the list", "WHO" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("NAME [WORD=VALUE...]");
	struct ab ab;
	int code;

	g_option_context_set_summary(
	    context, "Changes an entry, or who is in a list. WORD= without a value removes it.");
	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && (argc < 2 || (argc < 3 && !o.members && !o.leaving)))
		code = cli_fail(EX_USAGE, "an entry and what to change, please (try --help)");
	if (!code)
		code = ab_open(&ab, o.profile);
	if (!code) {
		code = set(&ab, argv[1], argv + 2, &o);
		ab_close(&ab);
	}
	options_clear(&o);
	return code;
}

/* --- Removing ------------------------------------------------------------------------------ */

static int
remove_entry(struct ab *ab, const char *name)
{
	IABContainer *container = NULL;
	struct ab_entry *found = NULL;
	SBinary id = { 0, NULL };
	ENTRYLIST entries = { 1, &id };
	gsize size = 0;
	HRESULT hr;
	int code = ab_find_one(ab, name, &found);

	if (!code)
		code = ab_open_personal(ab, &container);
	if (!code) {
		id.lpb = (BYTE *)(uintptr_t)g_bytes_get_data(found->id, &size);
		id.cb = (ULONG)size;
		hr = container->lpVtbl->DeleteEntries(container, &entries, 0);
		if (hr == MAPI_E_UNKNOWN_ENTRYID)
			code = cli_fail(EX_NOPERM,
			    "\"%s\" is in \"%s\", which is not yours to "
			    "change",
			    name, found->book);
		else if (FAILED(hr))
			code = ab_fail(ab, container, hr, name);
	}
	COM_CLEAR(container);
	ab_entry_free(found);
	return code;
}

static int
run_rm(int argc, char **argv)
{
	char *profile = NULL;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &profile,
		    "the profile instead of the default one", "PROFILE" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("NAME...");
	struct ab ab;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "whom? (try --help)");
	if (!code)
		code = ab_open(&ab, profile);
	if (!code) {
		for (int i = 1; !code && i < argc; i++)
			code = remove_entry(&ab, argv[i]);
		ab_close(&ab);
	}
	g_free(profile);
	return code;
}

const struct command command_ab_add = {
	.name = "ab add",
	.summary = "put a contact or a list into the personal address book",
	.run = run_add,
};

const struct command command_ab_set = {
	.name = "ab set",
	.summary = "change an entry, or who is in a list",
	.run = run_set,
};

const struct command command_ab_rm = {
	.name = "ab rm",
	.summary = "take entries out of the personal address book",
	.run = run_rm,
};
