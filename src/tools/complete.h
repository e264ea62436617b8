/* SPDX-License-Identifier: MIT */
/* What a program's --help says of its options and arguments, for the shells' completions. */
#ifndef EMAPI_TOOLS_COMPLETE_H
#define EMAPI_TOOLS_COMPLETE_H

#include <glib.h>

struct complete_option {
	char **names;   /* "-a", "--attach" */
	char *argument; /* "FILE"; NULL: it takes none */
	char *text;
};

struct complete_help {
	GPtrArray *options; /* of struct complete_option * */
	char **arguments;   /* "PATH...", "FOLDER" */
};

/* Reads help as GOption prints it. */
void complete_read(struct complete_help *help, const char *text);
void complete_clear(struct complete_help *help);
/* The option of that name, NULL where there is none. */
const struct complete_option *complete_find(const struct complete_help *help, const char *name);
/* What stands at that place among the arguments; one with dots comes again. */
const char *complete_argument(const struct complete_help *help, guint index);

#endif
