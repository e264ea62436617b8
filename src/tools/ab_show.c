/* SPDX-License-Identifier: MIT */
/* emapi ab show: all that is known of one entry, and the members of a list. */
#include "ab.h"

#include <stdio.h>
#include "com.h"
#include "text.h"

static void
show_words(GString *out, IMAPIProp *entry, bool json)
{
	for (const struct ab_word *w = ab_words; w->word; w++) {
		g_autofree char *text = ab_text(entry, w->tag);
		g_autofree char *shown = text ? text_printable(text) : NULL;

		if (!text || !*text)
			continue;
		if (json)
			json_member(out, w->word, text);
		else
			g_string_append_printf(out, "%-12s %s\n", w->word, shown);
	}
}

static int
show_members(GString *out, struct ab *ab, IMAPIProp *entry, bool json)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(ab_entry_free);
	g_autoptr(GString) list = g_string_new(json ? "[" : NULL);
	int code = ab_members(ab, entry, members);

	for (guint i = 0; !code && i < members->len; i++)
		ab_print(list, g_ptr_array_index(members, i), json);
	if (json)
		g_string_append_printf(out, ",\"members\":%s]", list->str);
	else
		g_string_append_printf(
		    out, "%u member%s\n%s", members->len, members->len == 1 ? "" : "s", list->str);
	return code;
}

static int
show(struct ab *ab, const char *text, bool json)
{
	g_autoptr(GString) out = g_string_new(json ? "{" : NULL);
	struct ab_entry *found = NULL;
	IMAPIProp *entry = NULL;
	int code = ab_find_one(ab, text, &found);

	if (!code)
		code = ab_open_entry(ab, found, 0, &entry);
	if (!code) {
		show_words(out, entry, json);
		if (found->type == MAPI_DISTLIST)
			code = show_members(out, ab, entry, json);
	}
	if (json)
		g_string_append(out, "}\n");
	if (!code)
		fputs(out->str, stdout);
	COM_CLEAR(entry);
	ab_entry_free(found);
	return code;
}

static int
run(int argc, char **argv)
{
	char *profile = NULL;
	gboolean json = FALSE;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("NAME");
	g_autofree char *text = NULL;
	struct ab ab;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && argc < 2)
		code = cli_fail(EX_USAGE, "a name or an address, please (try --help)");
	if (!code)
		code = ab_open(&ab, profile);
	if (!code) {
		text = g_strjoinv(" ", argv + 1);
		code = show(&ab, text, json);
		ab_close(&ab);
	}
	g_free(profile);
	return code;
}

const struct command command_ab_show = {
	.name = "ab show",
	.summary = "all that is known of one entry",
	.run = run,
};
