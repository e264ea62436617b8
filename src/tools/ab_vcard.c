/* SPDX-License-Identifier: MIT */
/* emapi ab export and import: entries as vCards 4.0 (RFC 6350); lists are groups. */
#include "ab.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapitags.h>
#include "com.h"
#include "vcard.h"

/* --- Out ----------------------------------------------------------------------------------- */

/* A value of several parts, left out where all are empty. */
static void
append_parts(GString *out, const char *name, const char *const *parts, size_t count)
{
	GString *value = g_string_new(NULL);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (i)
			g_string_append_c(value, ';');
		if (parts[i])
			vcard_escape(value, parts[i]);
		any = any || (parts[i] && *parts[i]);
	}
	if (any)
		vcard_append_raw(out, name, value->str);
	g_string_free(value, TRUE);
}

static void
append_contact(GString *out, IMAPIProp *entry)
{
	g_autofree char *given = ab_text(entry, PR_GIVEN_NAME_W);
	g_autofree char *surname = ab_text(entry, PR_SURNAME_W);
	g_autofree char *company = ab_text(entry, PR_COMPANY_NAME_W);
	g_autofree char *department = ab_text(entry, PR_DEPARTMENT_NAME_W);
	g_autofree char *address = ab_text(entry, PR_SMTP_ADDRESS_W);
	const char *const name[] = { surname, given, "", "", "" };
	const char *const org[] = { company, department };

	append_parts(out, "N", name, G_N_ELEMENTS(name));
	append_parts(out, "ORG", org, department && *department ? 2 : 1);
	if (address)
		vcard_append(out, "EMAIL", address);
	for (const struct ab_word *w = ab_words; w->word; w++) {
		g_autofree char *text = w->vcard ? ab_text(entry, w->tag) : NULL;

		if (text && *text)
			vcard_append(out, w->vcard, text);
	}
}

static int
append_members(GString *out, struct ab *ab, IMAPIProp *list)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(ab_entry_free);
	int code = ab_members(ab, list, members);

	vcard_append(out, "KIND", "group");
	for (guint i = 0; !code && i < members->len; i++) {
		const struct ab_entry *member = g_ptr_array_index(members, i);
		g_autofree char *uri =
		    member->address ? g_strconcat("mailto:", member->address, NULL) : NULL;

		if (uri)
			vcard_append(out, "MEMBER", uri);
		else
			vcard_append(out, "X-EMAPI-MEMBER", member->name ? member->name : "");
	}
	return code;
}

static int
export_entry(GString *out, struct ab *ab, const struct ab_entry *found)
{
	IMAPIProp *entry = NULL;
	int code = ab_open_entry(ab, found, 0, &entry);

	if (code)
		return code;
	g_string_append(out, "BEGIN:VCARD\r\nVERSION:4.0\r\n");
	vcard_append(out, "FN", found->name ? found->name : "");
	if (found->type == MAPI_DISTLIST)
		code = append_members(out, ab, entry);
	else
		append_contact(out, entry);
	g_string_append(out, "END:VCARD\r\n");
	COM_CLEAR(entry);
	return code;
}

static int
run_export(int argc, char **argv)
{
	char *profile = NULL, *book = NULL;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "book", 0, 0, G_OPTION_ARG_STRING, &book, "only this address book", "NAME" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[NAME...]");
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(ab_entry_free);
	g_autoptr(GString) out = g_string_new(NULL);
	struct ab ab;
	int code;

	g_option_context_set_summary(context, "Writes vCards to standard output.");
	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code)
		code = ab_open(&ab, profile);
	if (!code) {
		if (argc < 2)
			code = ab_search(&ab, NULL, book, found);
		for (int i = 1; !code && i < argc; i++)
			code = ab_search(&ab, argv[i], book, found);
		for (guint i = 0; !code && i < found->len; i++)
			code = export_entry(out, &ab, g_ptr_array_index(found, i));
		ab_close(&ab);
	}
	if (!code && fputs(out->str, stdout) < 0)
		code = cli_fail(EX_IOERR, "the vCards cannot be written");
	g_free(profile);
	g_free(book);
	return code;
}

/* --- In ------------------------------------------------------------------------------------ */

static HRESULT
set_if(IMAPIProp *entry, ULONG tag, const char *text)
{
	return text && *text ? ab_set_text(entry, tag, text) : S_OK;
}

static HRESULT
set_parts(IMAPIProp *entry, const GPtrArray *card)
{
	const struct vcard_line *n = vcard_find(card, "N"), *org = vcard_find(card, "ORG");
	g_auto(GStrv) name = n ? vcard_parts(n->value) : NULL;
	g_auto(GStrv) company = org ? vcard_parts(org->value) : NULL;
	guint parts = name ? g_strv_length(name) : 0;
	guint company_parts = company ? g_strv_length(company) : 0;
	HRESULT hr = set_if(entry, PR_SURNAME_W, parts > 0 ? name[0] : NULL);

	if (SUCCEEDED(hr))
		hr = set_if(entry, PR_GIVEN_NAME_W, parts > 1 ? name[1] : NULL);
	if (SUCCEEDED(hr))
		hr = set_if(entry, PR_COMPANY_NAME_W, company_parts > 0 ? company[0] : NULL);
	if (SUCCEEDED(hr))
		hr = set_if(entry, PR_DEPARTMENT_NAME_W, company_parts > 1 ? company[1] : NULL);
	return hr;
}

static HRESULT
set_phone(IMAPIProp *entry, const struct vcard_line *line)
{
	g_autofree char *text = vcard_text(line->value);
	const char *number = g_str_has_prefix(text, "tel:") ? text + 4 : text;

	if (strstr(line->params, "CELL"))
		return set_if(entry, PR_MOBILE_TELEPHONE_NUMBER_W, number);
	if (strstr(line->params, "HOME"))
		return set_if(entry, PR_HOME_TELEPHONE_NUMBER_W, number);
	return set_if(entry, PR_BUSINESS_TELEPHONE_NUMBER_W, number);
}

static HRESULT
set_line(IMAPIProp *entry, const struct vcard_line *line, bool *has_address)
{
	static const struct {
		const char *name;
		ULONG tag;
	} plain[] = {
		{ "FN", PR_DISPLAY_NAME_W },
		{ "NICKNAME", PR_NICKNAME_W },
		{ "TITLE", PR_TITLE_W },
		{ "NOTE", PR_COMMENT_W },
	};
	g_autofree char *text = vcard_text(line->value);

	if (!strcmp(line->name, "TEL"))
		return set_phone(entry, line);
	if (!strcmp(line->name, "EMAIL") && !*has_address) {
		*has_address = *text != '\0';
		return set_if(entry, PR_EMAIL_ADDRESS_W, text);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
		if (!strcmp(line->name, plain[i].name))
			return set_if(entry, plain[i].tag, text);
	return S_OK;
}

/* What a group's lines name. */
static int
add_members(struct ab *ab, IMAPIProp *list, const GPtrArray *card)
{
	int code = 0;

	for (guint i = 0; !code && i < card->len; i++) {
		const struct vcard_line *line = g_ptr_array_index(card, i);
		g_autofree char *text = vcard_text(line->value);
		const char *who = g_str_has_prefix(text, "mailto:") ? text + 7 : text;

		if (!strcmp(line->name, "MEMBER") && who == text)
			cli_note("a member of a group is left out: %s is no mailto:", text);
		else if (!strcmp(line->name, "MEMBER") || !strcmp(line->name, "X-EMAPI-MEMBER"))
			code = ab_add_member(ab, list, who);
	}
	return code;
}

static bool
is_group(const GPtrArray *card)
{
	const struct vcard_line *kind = vcard_find(card, "KIND");

	if (!kind)
		kind = vcard_find(card, "X-ADDRESSBOOKSERVER-KIND");
	return kind && !g_ascii_strcasecmp(kind->value, "group");
}

static int
import_card(struct ab *ab, IABContainer *container, const GPtrArray *card)
{
	bool group = is_group(card), has_address = false;
	IMAPIProp *entry = NULL;
	HRESULT hr;
	int code = 0;

	hr = ab_create(container, group ? PR_DEF_CREATE_DL : PR_DEF_CREATE_MAILUSER,
	    (group ? CREATE_CHECK_DUP_LOOSE : CREATE_CHECK_DUP_STRICT) | CREATE_REPLACE, &entry);
	for (guint i = 0; SUCCEEDED(hr) && i < card->len; i++)
		hr = set_line(entry, g_ptr_array_index(card, i), &has_address);
	if (SUCCEEDED(hr) && !group)
		hr = set_parts(entry, card);
	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READWRITE);
	if (FAILED(hr))
		code = ab_fail(ab, entry ? (void *)entry : (void *)container, hr, "a card");
	else if (group)
		code = add_members(ab, entry, card);
	COM_CLEAR(entry);
	return code;
}

/* Contacts first: a group may name them. */
static int
import_cards(struct ab *ab, GPtrArray *cards, unsigned *done)
{
	IABContainer *container = NULL;
	int code = ab_open_personal(ab, &container);

	for (int groups = 0; groups < 2; groups++)
		for (guint i = 0; !code && i < cards->len; i++) {
			const GPtrArray *card = g_ptr_array_index(cards, i);

			if (is_group(card) != (groups == 1))
				continue;
			code = import_card(ab, container, card);
			*done += !code;
		}
	COM_CLEAR(container);
	return code;
}

static int
read_input(const char *path, char **text, gsize *size)
{
	g_autoptr(GError) error = NULL;
	const char *name = strcmp(path, "-") ? path : "/dev/stdin";

	if (g_file_get_contents(name, text, size, &error))
		return 0;
	return cli_fail(
	    EX_NOINPUT, "%s cannot be read: %s; nothing was imported", path, cli_reason(error));
}

static int
import_file(struct ab *ab, const char *path)
{
	g_autofree char *text = NULL, *why = NULL;
	g_autoptr(GPtrArray) cards = NULL;
	unsigned done = 0;
	gsize size = 0;
	int code = read_input(path, &text, &size);

	if (code)
		return code;
	cards = vcard_parse(text, size, &why);
	if (!cards)
		return cli_fail(EX_DATAERR, "%s: %s; nothing was imported", path, why);
	code = import_cards(ab, cards, &done);
	cli_note("%u of %u cards are in the address book", done, cards->len);
	return code;
}

static int
run_import(int argc, char **argv)
{
	char *profile = NULL;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &profile,
		    "the profile instead of the default one", "PROFILE" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("FILE...");
	struct ab ab;
	int code;

	g_option_context_set_summary(context,
	    "Reads vCards (- is standard input). A card whose name and address are there already "
	    "takes the place of that entry.");
	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "a file of vCards, please (try --help)");
	if (!code)
		code = ab_open(&ab, profile);
	if (!code) {
		for (int i = 1; !code && i < argc; i++)
			code = import_file(&ab, argv[i]);
		ab_close(&ab);
	}
	g_free(profile);
	return code;
}

const struct command command_ab_export = {
	.name = "ab export",
	.summary = "entries as vCards",
	.run = run_export,
};

const struct command command_ab_import = {
	.name = "ab import",
	.summary = "put vCards into the personal address book",
	.run = run_import,
};
