/* SPDX-License-Identifier: MIT */
/* emapi: one command a file, named in the table below. */
#include "emapi.h"

#include <locale.h>
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

static int
usage(FILE *out, int code)
{
	fprintf(out, "usage: emapi COMMAND [OPTION...]\n\n");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(out, "%s  %-18s %s\n", i && begins_group(i) ? "\n" : "", commands[i]->name,
		    commands[i]->summary);
	fprintf(out, "\n`emapi COMMAND --help` tells its options, emapi(1) all of it.\n");
	return code;
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

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	mask_core_files();
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return usage(argc < 2 ? stderr : stdout, argc < 2 ? EX_USAGE : 0);
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		g_autofree char *name = g_strdup_printf("emapi %s", commands[i]->name);
		int words = match(commands[i], argc, argv);

		if (!words)
			continue;
		cli_set_name(name);
		g_set_prgname(name);
		cli_set_summary(commands[i]->summary);
		argv[words] = name;
		return commands[i]->run(argc - words, argv + words);
	}
	fprintf(stderr, "emapi: there is no command \"%s%s%s\"\n", argv[1], argc > 2 ? " " : "",
	    argc > 2 ? argv[2] : "");
	return usage(stderr, EX_USAGE);
}
