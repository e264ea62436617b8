/* SPDX-License-Identifier: MIT */
/* emapi store diff: what two messages (or folders) have apart. */
#include "emapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "mailprint.h"
#include "mailstore.h"

/* What is of the object, not of what it says. */
static const char *const own[] = { "PR_ENTRYID", "PR_RECORD_KEY", "PR_PARENT_ENTRYID",
	"PR_CREATION_TIME", "PR_LAST_MODIFICATION_TIME", "PR_SEARCH_KEY", "PR_INSTANCE_KEY",
	"PR_STORE_ENTRYID", "PR_STORE_RECORD_KEY" };

static bool
is_own(const char *line)
{
	size_t length;

	line += strspn(line, " ");
	length = strcspn(line, " ");
	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		if (strlen(own[i]) == length && !strncmp(own[i], line, length))
			return true;
	return false;
}

/* All of it as lines; NULL with the exit code when it cannot be read. */
static char **
lines_of(const struct mailstore *store, const char *path, int *code)
{
	struct mailprint print = { .full = true };
	struct mailstore_item item;
	char *text = NULL;
	size_t size = 0;
	char **lines = NULL;
	HRESULT hr;

	*code = mailstore_find(store, path, false, &item);
	if (*code)
		return NULL;
	print.file = open_memstream(&text, &size);
	hr = !print.file                 ? MAPI_E_NOT_ENOUGH_MEMORY
	     : item.type == MAPI_MESSAGE ? mailprint_message(&print, (IMessage *)item.prop, "")
					 : mailprint_props(&print, item.prop, "");
	if (print.file && fclose(print.file) != 0 && SUCCEEDED(hr))
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	if (FAILED(hr))
		*code = mailstore_fail(path, item.prop, hr);
	else
		lines = g_strsplit(text, "\n", -1);
	free(text);
	mailstore_item_clear(&item);
	return lines;
}

/* The end of a part: the properties, a recipient, an attachment. */
static guint
part_end(char **lines, guint from)
{
	guint at = from;

	if (lines[at])
		at++;
	while (lines[at] && *lines[at] && strncmp(lines[at], "recipient ", 10) &&
	       strncmp(lines[at], "attachment ", 11))
		at++;
	return at;
}

static bool
has_line(char **lines, guint from, guint end, const char *line)
{
	for (guint i = from; i < end; i++)
		if (!strcmp(lines[i], line))
			return true;
	return false;
}

static void
add_missing(GPtrArray *found, const char *mark, char **lines, const guint *range, char **others,
    const guint *other_range)
{
	for (guint i = range[0]; i < range[1]; i++)
		if (*lines[i] && !has_line(others, other_range[0], other_range[1], lines[i]))
			g_ptr_array_add(found, g_strconcat(mark, lines[i], NULL));
}

/* Part by part, in order. */
static GPtrArray *
compare(char **a, char **b, bool all)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	guint range_a[2] = { 0 }, range_b[2] = { 0 };

	while (a[range_a[0]] || b[range_b[0]]) {
		range_a[1] = part_end(a, range_a[0]);
		range_b[1] = part_end(b, range_b[0]);
		add_missing(found, "- ", a, range_a, b, range_b);
		add_missing(found, "+ ", b, range_b, a, range_a);
		range_a[0] = range_a[1] + (a[range_a[1]] && !*a[range_a[1]]);
		range_b[0] = range_b[1] + (b[range_b[1]] && !*b[range_b[1]]);
	}
	for (guint i = found->len; i > 0 && !all; i--)
		if (is_own((char *)found->pdata[i - 1] + 2))
			g_ptr_array_remove_index(found, i - 1);
	return found;
}

static void
print_found(const GPtrArray *found, bool json)
{
	g_autoptr(GString) out = g_string_new("[");

	for (guint i = 0; i < found->len; i++) {
		const char *line = found->pdata[i];

		if (!json) {
			puts(line);
			continue;
		}
		g_string_append(out, i ? ",{" : "{");
		json_member(out, "only", *line == '-' ? "first" : "second");
		json_member(out, "line", line + 2);
		g_string_append_c(out, '}');
	}
	if (json)
		printf("%s]\n", out->str);
}

static int
diff(const struct mailstore *store, char **paths, bool all, bool json)
{
	int code;
	g_auto(GStrv) a = lines_of(store, paths[0], &code);
	g_auto(GStrv) b = code ? NULL : lines_of(store, paths[1], &code);
	GPtrArray *found;

	if (code)
		return code;
	found = compare(a, b, all);
	print_found(found, json);
	code = found->len ? 1 : 0;
	g_ptr_array_unref(found);
	return code;
}

static int
run(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	gboolean all = FALSE;
	const GOptionEntry entries[] = {
		{ "all", 'a', 0, G_OPTION_ARG_NONE, &all,
		    "also what two messages never have alike: entry IDs, keys, times of change",
		    NULL },
		{ NULL },
	};
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "PATH PATH", &argc, &argv);

	if (!code && argc != 3)
		code = cli_fail(EX_USAGE, "two paths are needed");
	if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code)
		code = diff(&store, argv + 1, all, options.json);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_diff = {
	.name = "store diff",
	.summary = "what two messages have apart",
	.run = run,
};
