/* SPDX-License-Identifier: MIT */
/*
 * emapi complete PROGRAM WORD...: what may stand in the place of the last word, a line each, the
 * word and what it means with a tab between; the shells' completions ask it
 * (packaging/completions). A line ":files" or ":folders" stands for what the shell itself knows.
 *
 * Options and arguments are read from what the program's --help prints, so that there is one
 * source: capital letters name a kind (PROFILE, ID, FILE), small ones are the words to choose from
 * ("none|starttls|implicit").
 */
#include "complete.h"

#include <stdio.h>
#include <string.h>
#include "client.h"
#include "emapi.h"
#include "paths.h"
#include "profile.h"
#include "queue.h"
#include "spooler_link.h"
#include "text.h"

#define NEWEST 20 /* messages that are offered where all can be meant */

/* --- What --help says ---------------------------------------------------------------------- */

static void
option_free(void *data)
{
	struct complete_option *option = data;

	g_strfreev(option->names);
	g_free(option->argument);
	g_free(option->text);
	g_free(option);
}

/* "-a, --attach=FILE" or "-C PROFILE": the names, and the last one's argument. */
static void
read_names(struct complete_option *option, const char *left)
{
	g_auto(GStrv) parts = g_strsplit(left, ", ", -1);

	for (char **part = parts; *part; part++) {
		char *end = *part + strcspn(*part, "= ");

		if (*end) {
			g_free(option->argument);
			option->argument = g_strdup(end + 1);
			*end = '\0';
		}
	}
	option->names = g_steal_pointer(&parts);
}

static void
read_option(struct complete_help *help, const char *line)
{
	const char *gap = strstr(line, "  ");
	g_autofree char *left = gap ? g_strndup(line, (gsize)(gap - line)) : g_strdup(line);
	struct complete_option *option = g_new0(struct complete_option, 1);

	read_names(option, left);
	option->text = g_strstrip(g_strdup(gap ? gap : ""));
	g_ptr_array_add(help->options, option);
}

/* "  emapi queue show [OPTION…] [ID|last]": what stands behind the options. */
static void
read_usage(struct complete_help *help, const char *line)
{
	const char *options = strchr(line, ']');
	const char *behind = options ? options + 1 : "";

	if (!help->arguments)
		help->arguments = g_strsplit(behind + strspn(behind, " "), " ", -1);
}

void
complete_read(struct complete_help *help, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	help->options = g_ptr_array_new_with_free_func(option_free);
	help->arguments = NULL;
	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, "  -"))
			read_option(help, *line + 2);
		else if (g_str_has_prefix(*line, "  ") && (*line)[2] > ' ')
			read_usage(help, *line + 2);
	if (!help->arguments)
		help->arguments = g_new0(char *, 1);
}

void
complete_clear(struct complete_help *help)
{
	g_ptr_array_unref(help->options);
	g_strfreev(help->arguments);
}

const struct complete_option *
complete_find(const struct complete_help *help, const char *name)
{
	for (guint i = 0; i < help->options->len; i++) {
		const struct complete_option *option = help->options->pdata[i];

		if (g_strv_contains((const char *const *)option->names, name))
			return option;
	}
	return NULL;
}

const char *
complete_argument(const struct complete_help *help, guint index)
{
	char **argument = help->arguments;

	while (index-- && *argument && !strstr(*argument, "..."))
		argument++;
	return *argument;
}

/* --- Offers -------------------------------------------------------------------------------- */

struct place {
	const char *lead; /* before the word that is made: "--profile=" */
	const char *word; /* what there is of it */
	bool all;         /* of messages: also those that are gone */
	guint offered;
	GQueue messages; /* lines */
};

static void
offer(struct place *place, const char *word, const char *text)
{
	g_autofree char *shown = text_printable(text);

	if (!g_str_has_prefix(word, place->word) || strpbrk(word, "\n\t"))
		return;
	printf("%s%s\t%s\n", place->lead, word, shown);
	place->offered++;
}

static void
offer_profiles(struct place *place)
{
	g_auto(GStrv) names = profile_list();

	for (char **name = names; name && *name; name++)
		offer(place, *name, "profile");
}

static bool
keep_message(const struct spool_message *message, void *context)
{
	struct place *place = context;
	g_autofree char *id = queue_id(message, false);

	g_queue_push_tail(&place->messages,
	    g_strdup_printf("%s\t%s: %s", id, spool_state_name(message->state), message->subject));
	if (place->all && g_queue_get_length(&place->messages) > NEWEST)
		g_free(g_queue_pop_head(&place->messages));
	return true;
}

static void
offer_messages(struct place *place)
{
	char *line;

	if (!spooler_has_state())
		return;
	spooler_list(place->all, 0, keep_message, place);
	while ((line = g_queue_pop_head(&place->messages))) {
		char *tab = strchr(line, '\t');

		*tab = '\0';
		offer(place, line, tab + 1);
		g_free(line);
	}
}

/* One kind, or one of the words to choose from. */
static void
offer_kind(struct place *place, const char *kind, bool of_option)
{
	if (g_ascii_islower(*kind))
		offer(place, kind, "");
	else if (!strcmp(kind, "PROFILE"))
		offer_profiles(place);
	else if (!strcmp(kind, "ID"))
		offer_messages(place);
	else if (g_str_has_prefix(kind, "FILE"))
		puts(":files");
	else if (of_option && !strcmp(kind, "FOLDER"))
		puts(":folders");
}

static void
offer_kinds(struct place *place, const char *argument, bool of_option)
{
	g_auto(GStrv) kinds = g_strsplit_set(argument, "|[].", -1);

	for (char **kind = kinds; *kind; kind++)
		offer_kind(place, *kind, of_option);
}

/* The long name where there is one. */
static void
offer_options(struct place *place, const struct complete_help *help)
{
	for (guint i = 0; i < help->options->len; i++) {
		const struct complete_option *option = help->options->pdata[i];
		guint count = g_strv_length(option->names);

		if (count)
			offer(place, option->names[count - 1], option->text);
	}
}

/* --- Where we are -------------------------------------------------------------------------- */

/* How many of the words before the last are arguments, neither options nor values of such. */
static guint
count_arguments(const struct complete_help *help, char **words, guint count)
{
	guint arguments = 0;

	for (guint i = 0; i < count; i++) {
		const struct complete_option *option =
		    *words[i] == '-' ? complete_find(help, words[i]) : NULL;

		if (option && option->argument)
			i++;
		else if (*words[i] != '-')
			arguments++;
	}
	return arguments;
}

static void
complete_word(struct place *place, const struct complete_help *help, char **words, guint count)
{
	const struct complete_option *before = count ? complete_find(help, words[count - 1]) : NULL;
	const char *equals = *place->word == '-' ? strchr(place->word, '=') : NULL;
	const char *argument;

	if (before && before->argument) {
		offer_kinds(place, before->argument, true);
	} else if (equals) {
		g_autofree char *name = g_strndup(place->word, (gsize)(equals - place->word));
		g_autofree char *lead = g_strconcat(name, "=", NULL);
		const struct complete_option *option = complete_find(help, name);

		place->lead = lead;
		place->word = equals + 1;
		if (option && option->argument)
			offer_kinds(place, option->argument, true);
		place->lead = "";
	} else if (*place->word == '-') {
		offer_options(place, help);
	} else {
		argument = complete_argument(help, count_arguments(help, words, count));
		if (argument)
			offer_kinds(place, argument, false);
	}
}

/* The program's --help; NULL where it cannot be run. */
static char *
ask_help(const char *program, char **words, guint count)
{
	g_autoptr(GPtrArray) command = g_ptr_array_new();
	g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C.UTF-8", TRUE);
	char *text = NULL;

	g_ptr_array_add(command, (char *)program);
	for (guint i = 0; i < count; i++)
		g_ptr_array_add(command, words[i]);
	g_ptr_array_add(command, (char *)"--help");
	g_ptr_array_add(command, NULL);
	g_spawn_sync(NULL, (char **)command->pdata, environment,
	    G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &text, NULL, NULL, NULL);
	return text;
}

static void
complete_options(const char *program, char **words, guint command, struct place *place)
{
	g_autofree char *text = ask_help(program, words, command);
	guint count = g_strv_length(words) - 1;
	struct complete_help help;

	if (!text)
		return;
	complete_read(&help, text);
	complete_word(place, &help, words + command, count - command);
	complete_clear(&help);
}

/* --- emapi's own commands ------------------------------------------------------------------ */

/* How many words the command has that they begin with, 0: none yet. */
static guint
command_words(char **words, guint count)
{
	size_t known;
	const struct command *const *commands = emapi_commands(&known);

	for (size_t i = 0; i < known; i++) {
		g_auto(GStrv) name = g_strsplit(commands[i]->name, " ", -1);
		guint length = g_strv_length(name), same = 0;

		while (same < length && same < count && !strcmp(name[same], words[same]))
			same++;
		if (same == length)
			return length;
	}
	return 0;
}

/* "create, import, list": what may stand behind a first word. */
static char *
list_words(const char *first)
{
	GString *list = g_string_new(NULL);
	size_t known;
	const struct command *const *commands = emapi_commands(&known);

	for (size_t i = 0; i < known; i++) {
		const char *blank = strchr(commands[i]->name, ' ');

		if (blank && g_str_has_prefix(commands[i]->name, first) &&
		    commands[i]->name + strlen(first) == blank)
			g_string_append_printf(list, "%s%s", list->len ? ", " : "", blank + 1);
	}
	return g_string_free(list, FALSE);
}

/* The commands' first words, once each, or the second ones of that first. */
static void
offer_commands(struct place *place, const char *first)
{
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t known;
	const struct command *const *commands = emapi_commands(&known);

	for (size_t i = 0; i < known; i++) {
		g_auto(GStrv) name = g_strsplit(commands[i]->name, " ", -1);
		const char *word = first ? name[1] : name[0];
		g_autofree char *list = list_words(name[0]);

		if ((first && strcmp(first, name[0])) || !word)
			continue;
		if (g_hash_table_add(told, g_strdup(word)))
			offer(place, word, first || !name[1] ? commands[i]->summary : list);
	}
	if (!first)
		offer(place, "--help", "the commands there are");
}

/* The spooler need not be where commands are looked for. */
static const char *
find_program(const char *name, char **spooler)
{
	if (strcmp(name, "emapi-spooler"))
		return name;
	return *spooler = paths_spooler();
}

static int
run(int argc, char **argv)
{
	static const char *const others[] = { "mapisend", "emapi-sendmail", "emapi-spooler", NULL };
	struct place place = { .lead = "", .word = argc > 2 ? argv[argc - 1] : "" };
	g_autofree char *name = g_path_get_basename(argc > 1 ? argv[1] : "");
	g_autofree char *spooler = NULL;
	guint words = argc > 2 ? (guint)argc - 3 : 0, command;

	if (argc < 3 || !strcmp(argv[1], "--help")) {
		printf("Usage:\n  emapi complete PROGRAM [WORD...]\n\nWhat a shell offers for the "
		       "last word; made for its completions.\n");
		return argc == 2 && !strcmp(argv[1], "--help") ? 0 : EX_USAGE;
	}
	g_queue_init(&place.messages);
	if (g_strv_contains(others, name))
		complete_options(find_program(argv[1], &spooler), argv + 2, 0, &place);
	if (strcmp(name, "emapi"))
		return 0;
	command = command_words(argv + 2, words);
	place.all = !strcmp(argv[2], "explain") || (words > 1 && !strcmp(argv[3], "show"));
	if (command)
		complete_options("/proc/self/exe", argv + 2, command, &place);
	else if (words < 2)
		offer_commands(&place, words ? argv[2] : NULL);
	return 0;
}

const struct command command_complete = {
	.name = "complete",
	.summary = "what a shell offers for the last word (for its completions)",
	.run = run,
};
