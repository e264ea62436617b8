/* SPDX-License-Identifier: MIT */
/* Reading a trace, and `emapi trace show`: its calls with the names of tags, flags and results. */
#include "trace.h"

#include <errno.h>
#include <string.h>
#include "emapi.h"
#include "text.h"

/* --- Reading ------------------------------------------------------------------------------- */

static int
cannot_read(const char *path)
{
	return cli_fail(EX_NOINPUT, "the trace %s cannot be read: %s", path, g_strerror(errno));
}

int
trace_open(struct trace_reader *reader, const char *path)
{
	memset(reader, 0, sizeof *reader);
	reader->path = path;
	reader->file = fopen(path, "re");
	return reader->file ? 0 : cannot_read(path);
}

/* The next line without its end; false at the end of the file.  What is too long is cut. */
static bool
read_line(struct trace_reader *reader)
{
	size_t length;
	int byte;

	if (!fgets(reader->text, sizeof reader->text, reader->file))
		return false;
	length = strlen(reader->text);
	if (length + 1 == sizeof reader->text && reader->text[length - 1] != '\n')
		while ((byte = getc(reader->file)) != EOF && byte != '\n')
			;
	reader->text[strcspn(reader->text, "\r\n")] = '\0';
	reader->at++;
	return true;
}

enum trace_kind_of_line
trace_next(struct trace_reader *reader, struct trace_line *out)
{
	memset(out, 0, sizeof *out);
	do {
		if (!read_line(reader))
			return TRACE_END;
	} while (!*reader->text);
	if (g_str_has_prefix(reader->text, "# "))
		return TRACE_PROGRAM;
	if (trace_line_parse(reader->text, out)) {
		reader->calls++;
		return TRACE_CALL;
	}
	if (!reader->broken++)
		reader->first_broken = reader->at;
	return TRACE_BROKEN;
}

int
trace_finish(struct trace_reader *reader, int code)
{
	bool failed = ferror(reader->file) && cannot_read(reader->path);

	fclose(reader->file);
	if (failed)
		return EX_NOINPUT;
	if (!reader->calls)
		return cli_fail(EX_DATAERR,
		    "%s has no call in it%s; a program that was started with EMAPI_TRACE=FILE "
		    "writes a "
		    "trace once it logs on",
		    reader->path, reader->at ? ": it is no trace" : ": it is empty");
	if (reader->broken)
		cli_note("%s: %u line%s no whole call and passed over, the first is line %u",
		    reader->path, reader->broken, reader->broken == 1 ? " is" : "s are",
		    reader->first_broken);
	return code;
}

/* --- Showing ------------------------------------------------------------------------------- */

/* Times of day are told with the calls; a day once. */
static void
show_day(double time, int *shown)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local((gint64)time);
	g_autofree char *day = when ? g_date_time_format(when, "%Y-%m-%d") : NULL;

	if (!when || g_date_time_get_day_of_year(when) == *shown)
		return;
	*shown = g_date_time_get_day_of_year(when);
	printf("-- %s\n", day);
}

static void
show_program(char *text, int *day)
{
	g_auto(GStrv) words = g_strsplit(text, " ", 4);
	g_autofree char *pid = g_strv_length(words) == 4 ? text_printable(words[2]) : NULL;
	g_autofree char *program = pid ? text_printable(words[3]) : NULL;

	if (!program)
		return;
	if (g_ascii_isdigit(*words[1]))
		show_day(MIN(g_ascii_strtod(words[1], NULL), TRACE_LAST_SECOND), day);
	printf("-- process %s: %s\n", pid, program);
}

static int
show(struct trace_reader *reader)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	enum trace_kind_of_line kind;
	struct trace_line line;
	int day = 0;

	while ((kind = trace_next(reader, &line)) != TRACE_END) {
		g_autofree char *shown = kind == TRACE_CALL ? trace_line_show(&line, seen) : NULL;
		g_autofree char *printable = shown ? text_printable(shown) : NULL;

		if (kind == TRACE_PROGRAM)
			show_program(reader->text, &day);
		else if (printable)
			show_day(line.time, &day);
		if (printable)
			puts(printable);
		trace_line_clear(&line);
	}
	return trace_finish(reader, 0);
}

static int
run_show(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("FILE");
	g_autofree struct trace_reader *reader = g_new(struct trace_reader, 1);
	int code;

	g_option_context_set_summary(context, "Prints the calls of a trace (EMAPI_TRACE=FILE) with "
					      "names of tags, flags and results.");
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc != 2)
		return cli_fail(EX_USAGE, "give the file of a trace (try --help)");
	code = trace_open(reader, argv[1]);
	return code ? code : show(reader);
}

const struct command command_trace_show = {
	.name = "trace show",
	.summary = "print the calls of a trace (EMAPI_TRACE=FILE) with names",
	.run = run_show,
};
