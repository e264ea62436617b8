/* SPDX-License-Identifier: MIT */
/*
 * What the command-line tools share: messages to people, exit codes (sysexits), JSON text.
 */
#ifndef EMAPI_TOOLS_CLI_H
#define EMAPI_TOOLS_CLI_H

#include <stdbool.h>
#include <glib.h>
#include <sysexits.h>
#include <mapidefs.h>

/* Before all else: the locale, of which only letters are used.  Where none is set, as in a job of
 * cron, text is UTF-8 as everywhere here. */
void cli_set_locale(void);
/* No argument has a letter for which the locale would have to be known. */
bool cli_is_ascii(char *const *argv);

/* The name that messages begin with ("mapisend", "emapi profile"). */
void cli_set_name(const char *name);
/* From now on these messages go to the log alone: who reads them is not there. */
void cli_set_mute(void);
/* What --help says of it where the command's options say nothing themselves; borrowed. */
void cli_set_summary(const char *summary);

/* For a program that submits one message and ends: what malloc() will need is taken from the system
 * at once, where each page would be asked for by a fault of its own. */
void cli_take_memory(void);

/* What is added where the command line is not understood: "; nothing was stored or sent". */
void cli_set_safe(const char *safe);

/* Prints "NAME: text" to standard error.  The text says what happened, whether the mail is safe
 * and what to do.  Returns `code`, so that a caller can write `return cli_fail(EX_..., ...)`. */
int cli_fail(int code, const char *format, ...) G_GNUC_PRINTF(2, 3);
void cli_note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The same for a spooler that cannot be reached, with EX_UNAVAILABLE: hr is what it was asked by.
 */
int cli_fail_spooler(HRESULT hr);

/* The sysexits code for a result: EX_CONFIG for a profile that is missing or broken, EX_NOPERM,
 * EX_CANTCREAT, EX_TEMPFAIL for what may work later, EX_SOFTWARE for the rest. */
int cli_exit_code(HRESULT hr);

/* The same where something new was to be made: EX_CANTCREAT where that is not allowed. */
int cli_create_code(HRESULT hr);

/* A reason as a part of our sentence: a copy without its full stop; "" for NULL.  g_free(). */
char *cli_without_dot(const char *text);

/* Loads the profile of that name, NULL: the default one.  Where there is none, or it is broken,
 * says so, adding `safe` ("; nothing was stored or sent"), and returns EX_CONFIG; else 0. */
struct profile;
int cli_load_profile(const char *name, const char *safe, struct profile **out);

/* Splits HOST:PORT, *port is 0 without one; [::1]:25 has its brackets taken off.  0, or fails with
 * EX_USAGE, naming the option.  g_free(*host) either way. */
int cli_split_server(const char *option, const char *text, char **host, unsigned *port);

/* A program of ours that people do not start: beside this one, as in a build folder, or where it is
 * installed.  g_free(). */
char *cli_helper(const char *name);

/* Before the end: writes out what was printed.  0, or the reason why that cannot be. */
int cli_flush(void);

/* The options of a command, in one or more lists. */
void cli_add_options(GOptionContext *context, const GOptionEntry *entries);

/* Parses options by GOption.  On --help prints and exits 0; on a wrong option fails with EX_USAGE.
 * 0 when the command goes on. */
int cli_parse(GOptionContext *context, int *argc, char ***argv);

/* Appends `text` as a JSON string, or null. */
void json_string(GString *out, const char *text);
/* Appends `"name":"text"` after a comma where needed. */
void json_member(GString *out, const char *name, const char *text);
void json_member_int(GString *out, const char *name, gint64 number);

/* Why a file could not be read or written, without GLib's sentence about it; borrowed. */
static inline const char *
cli_reason(const GError *error)
{
	const char *colon = g_strrstr(error->message, ": ");

	return colon ? colon + 2 : error->message;
}

/* One command of `emapi`: its words, one line of help, and what it does. */
struct command {
	const char *name; /* "profile create" */
	const char *summary;
	int (*run)(int argc, char **argv);
};

#endif
