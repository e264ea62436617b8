/* SPDX-License-Identifier: MIT */
/* `emapi trace show`: the calls of a trace with the names of tags, flags and results. */
#include "trace.h"

#include <stdio.h>
#include "emapi.h"

int
trace_read(const char *path, char ***lines)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		return cli_fail(EX_NOINPUT, "the trace cannot be read: %s", error->message);
	*lines = g_strsplit(text, "\n", -1);
	return 0;
}

static int
run_show(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("FILE");
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	g_auto(GStrv) lines = NULL;
	int code;

	g_option_context_set_summary(context, "Prints the calls of a trace (EMAPI_TRACE=FILE) with "
					      "names of tags, flags and results.");
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc != 2)
		return cli_fail(EX_USAGE, "give the file of a trace");
	code = trace_read(argv[1], &lines);
	for (char **at = lines; !code && *at; at++) {
		g_autofree char *whole = g_strdup(*at), *shown = NULL;
		struct trace_line line;

		if (trace_line_parse(*at, &line))
			puts(shown = trace_line_show(&line, seen));
		else if (*whole)
			printf("(no call) %s\n", whole);
		trace_line_clear(&line);
	}
	return code;
}

const struct command command_trace_show = {
	.name = "trace show",
	.summary = "print the calls of a trace (EMAPI_TRACE=FILE) with names",
	.run = run_show,
};
