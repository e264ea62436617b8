/* SPDX-License-Identifier: MIT */
/* emapi: one command a file, named in the table below. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include "mask.h"

static const struct command *const commands[] = {
	&command_profile_setup,
	&command_profile_create,
	&command_profile_import,
	&command_profile_list,
	&command_profile_show,
	&command_profile_set,
	&command_profile_default,
	&command_profile_delete,
	&command_explain,
	&command_test,
	&command_doctor,
	&command_trace_show,
	&command_trace_replay,
	&command_queue_list,
	&command_queue_show,
	&command_queue_run,
	&command_queue_retry,
	&command_queue_hold,
	&command_queue_release,
	&command_queue_cancel,
	&command_ab_list,
	&command_ab_search,
	&command_ab_show,
	&command_ab_resolve,
	&command_ab_add,
	&command_ab_set,
	&command_ab_rm,
	&command_ab_export,
	&command_ab_import,
	&command_ab_connect,
	&command_store_ls,
	&command_store_tree,
	&command_store_show,
	&command_store_get,
	&command_store_set,
	&command_store_mkdir,
	&command_store_cp,
	&command_store_mv,
	&command_store_rm,
	&command_store_export,
	&command_store_import,
	&command_store_diff,
	&command_store_watch,
	&command_store_check,
	&command_store_backup,
	&command_complete,
};

const struct command *const *
emapi_commands(size_t *count)
{
	*count = G_N_ELEMENTS(commands);
	return commands;
}

/* Whether it has another first word than the one before, and either of them has two. */
static bool
begins_group(size_t i)
{
	const char *before = commands[i - 1]->name, *name = commands[i]->name;
	size_t length = strcspn(name, " ");

	return (strchr(before, ' ') || strchr(name, ' ')) &&
	       (strcspn(before, " ") != length || strncmp(before, name, length) != 0);
}

/* Whether the command's first word of two is this one. */
static bool
is_of_group(size_t i, const char *group)
{
	size_t length = strlen(group);

	return !strncmp(commands[i]->name, group, length) && commands[i]->name[length] == ' ';
}

/* The commands, or those of one group. */
static int
usage(FILE *out, const char *group, int code)
{
	fprintf(out, "usage: emapi %s [OPTION...]\n\n", group ? group : "COMMAND");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!group)
			fprintf(out, "%s  %-18s %s\n", i && begins_group(i) ? "\n" : "",
			    commands[i]->name, commands[i]->summary);
		else if (is_of_group(i, group))
			fprintf(out, "  %-18s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n`emapi COMMAND --help` tells its options, emapi(1) all of it.\n");
	return code;
}

static bool
is_help(const char *word)
{
	return word && (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help"));
}

/* What is no command: the others of its group, where the first word is one. */
static int
no_command(int argc, char **argv)
{
	const char *group = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(commands) && !group; i++)
		if (is_of_group(i, argv[1]))
			group = argv[1];
	if (group && is_help(argv[2]))
		return usage(stdout, group, 0);
	if (group && argc == 2)
		return usage(stderr, group, EX_USAGE);
	fprintf(stderr, "emapi: there is no command \"%s%s%s\"%s\n", argv[1], group ? " " : "",
	    group ? argv[2] : "", group ? "" : " (emapi --help lists them)");
	return group ? usage(stderr, group, EX_USAGE) : EX_USAGE;
}

/* How many arguments the command's words take, 0 where they do not fit. */
static int
match(const struct command *command, int argc, char **argv)
{
	g_auto(GStrv) words = g_strsplit(command->name, " ", -1);
	int count = g_strv_length(words);

	if (argc - 1 < count)
		return 0;
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], argv[i + 1]))
			return 0;
	return count;
}

/* What was printed counts only where it arrives: `emapi ab export >FILE` on a full disk. */
static int
finish(int code)
{
	int error = cli_flush();

	return error && !code
		   ? cli_fail(EX_IOERR, "writing to standard output: %s", g_strerror(error))
		   : code;
}

int
main(int argc, char **argv)
{
	cli_set_locale();
	mask_core_files();
	if (argc < 2)
		return usage(stderr, NULL, EX_USAGE);
	if (is_help(argv[1]))
		return finish(usage(stdout, NULL, 0));
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_autofree char *name = g_strdup_printf("emapi %s", commands[i]->name);
		int words = match(commands[i], argc, argv);

		if (!words)
			continue;
		cli_set_name(name);
		g_set_prgname(name);
		cli_set_summary(commands[i]->summary);
		argv[words] = name;
		return finish(commands[i]->run(argc - words, argv + words));
	}
	return no_command(argc, argv);
}
