/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include "heap.h"
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "profile.h"
#include "spooler_link.h"
#include "text.h"

/* A session, a store that is open and a message. */
#define MEMORY (480 * 1024)

static const char *cli_name = "emapi";
static bool mute;
static const char *summary; /* NULL: none */

static const char *safe_text = "";
static GArray *options; /* of GOptionEntry; NULL: none yet */

void
cli_set_locale(void)
{
	/* Each category is a file to read: the others are not used.  Nor LC_MESSAGES: emapi speaks
	 * English, and what the system and GLib say stands in its sentences. */
	setlocale(LC_CTYPE, "");
	if (!strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968"))
		setlocale(LC_CTYPE, "C.UTF-8");
}

bool
cli_is_ascii(char *const *argv)
{
	for (; *argv; argv++)
		for (const char *p = *argv; *p; p++)
			if ((unsigned char)*p >= 0x80)
				return false;
	return true;
}

void
cli_set_safe(const char *safe)
{
	safe_text = safe;
}

void
cli_take_memory(void)
{
	heap_take(MEMORY);
}

void
cli_set_name(const char *name)
{
	cli_name = name;
}

void
cli_set_mute(void)
{
	mute = true;
}

void
cli_set_summary(const char *text)
{
	summary = text;
}

static void
print_line(const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);

	if (mute)
		log_debug("%s: %s", cli_name, text);
	else
		fprintf(stderr, "%s: %s\n", cli_name, text);
}

int
cli_fail(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
	return code;
}

void
cli_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
}

int
cli_exit_code(HRESULT hr)
{
	static const struct {
		HRESULT hr;
		int code;
	} codes[] = {
		{ MAPI_E_LOGON_FAILED, EX_CONFIG },
		{ MAPI_E_UNCONFIGURED, EX_CONFIG },
		{ MAPI_E_CORRUPT_DATA, EX_CONFIG },
		{ MAPI_E_CORRUPT_STORE, EX_CONFIG },
		{ MAPI_E_VERSION, EX_CONFIG },         /* of the store's file or a provider */
		{ MAPI_E_COLLISION, EX_CONFIG },       /* the same store twice */
		{ MAPI_E_FAILONEPROVIDER, EX_CONFIG }, /* a provider that does not load */
		{ MAPI_E_NOT_FOUND, EX_CONFIG },       /* no such profile or store */
		{ MAPI_E_NO_ACCESS, EX_NOPERM },
		{ STG_E_READFAULT, EX_NOINPUT },
		{ MAPI_E_NOT_ENOUGH_DISK, EX_TEMPFAIL },
		{ MAPI_E_DISK_ERROR, EX_TEMPFAIL },
		{ MAPI_E_NOT_ENOUGH_MEMORY, EX_TEMPFAIL },
		{ MAPI_E_NOT_ENOUGH_RESOURCES, EX_TEMPFAIL },
		{ MAPI_E_NETWORK_ERROR, EX_TEMPFAIL },
		{ MAPI_E_TIMEOUT, EX_TEMPFAIL },
		{ MAPI_E_BUSY, EX_TEMPFAIL },
		{ MAPI_E_NO_RECIPIENTS, EX_USAGE },
		{ MAPI_E_INVALID_PARAMETER, EX_DATAERR },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		if (codes[i].hr == hr)
			return codes[i].code;
	return EX_SOFTWARE;
}

int
cli_create_code(HRESULT hr)
{
	return hr == MAPI_E_NO_ACCESS ? EX_CANTCREAT : cli_exit_code(hr);
}

int
cli_fail_spooler(HRESULT hr)
{
	g_autofree char *why = spooler_why();

	g_autofree char *log = paths_state("spooler.log");
	g_autofree char *words = cli_without_dot(why ? why : hr_text(hr));

	return cli_fail(EX_UNAVAILABLE,
	    "the spooler does not answer: %s; the mail is safe in the stores; the spooler's log is "
	    "%s",
	    words, log);
}

char *
cli_without_dot(const char *text)
{
	char *copy = g_strdup(text ? text : "");

	g_strchomp(copy);
	if (g_str_has_suffix(copy, "."))
		copy[strlen(copy) - 1] = '\0';
	return copy;
}

int
cli_load_profile(const char *name, const char *safe, struct profile **out)
{
	g_autofree char *reason = NULL, *why = NULL;
	g_autofree char *default_name = name ? NULL : profile_default_why(&reason);
	g_autofree char *words = NULL;
	HRESULT hr;

	*out = NULL;
	if (!name && !default_name && reason)
		return cli_fail(EX_CONFIG, "%s%s", reason, safe);
	if (!name && !default_name)
		return cli_fail(EX_CONFIG,
		    "there is no profile to send with; make one: emapi profile setup, or emapi "
		    "profile create NAME --default "
		    "--from 'You <you@example.com>' --smtp HOST:PORT%s",
		    safe);
	hr = profile_load(name ? name : default_name, out, &why);
	words = cli_without_dot(why);
	if (FAILED(hr) && !name)
		return cli_fail(EX_CONFIG,
		    "%s. It is the default profile by emapi.conf; emapi profile default NAME "
		    "chooses "
		    "another%s",
		    words, safe);
	return FAILED(hr) ? cli_fail(EX_CONFIG, "%s%s", words, safe) : 0;
}

int
cli_split_server(const char *option, const char *text, char **host, unsigned *port)
{
	const char *colon = strrchr(text, ':');
	char *end;

	*port = 0;
	if (colon && (strchr(text, ':') == colon || (colon > text && colon[-1] == ']'))) {
		unsigned long number = strtoul(colon + 1, &end, 10);

		if (!colon[1] || *end || number == 0 || number > 65535)
			return cli_fail(EX_USAGE,
			    "%s %s: \"%s\" is no port number; write HOST:PORT, e.g. "
			    "mail.example.com:587",
			    option, text, colon + 1);
		*port = number;
		*host = g_strndup(text, colon - text);
	} else {
		*host = g_strdup(text);
	}
	if (**host == '[' && (*host)[strlen(*host) - 1] == ']') {
		(*host)[strlen(*host) - 1] = '\0';
		memmove(*host, *host + 1, strlen(*host));
	}
	if (!**host)
		return cli_fail(EX_USAGE, "%s %s: the host is missing", option, text);
	for (const char *at = *host; *at; at++)
		if ((guchar)*at <= ' ' || strchr("/@,;\"'<>", *at))
			return cli_fail(EX_USAGE,
			    "%s %s: \"%s\" is no host name; write HOST:PORT, e.g. "
			    "mail.example.com:587",
			    option, text, *host);
	return 0;
}

char *
cli_helper(const char *name)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
	char *beside = g_build_filename(folder, name, NULL);

	if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
		return beside;
	g_free(beside);
	return g_build_filename(EMAPI_LIBEXEC_DIR, name, NULL);
}

int
cli_flush(void)
{
	int before = ferror(stdout) ? EIO : 0;

	return fflush(stdout) ? errno : before;
}

/* Which argument is no text. */
static int
fail_charset(char **arguments)
{
	for (char **at = arguments; *at; at++) {
		g_autofree char *text = g_locale_to_utf8(*at, -1, NULL, NULL, NULL);
		g_autofree char *shown = text_printable(*at);

		if (!text)
			return cli_fail(EX_USAGE, "\"%s\" is no text in the character set %s%s",
			    shown, nl_langinfo(CODESET), safe_text);
	}
	return cli_fail(EX_USAGE, "an argument is no text in the character set %s%s",
	    nl_langinfo(CODESET), safe_text);
}

void
cli_add_options(GOptionContext *context, const GOptionEntry *entries)
{
	g_option_context_add_main_entries(context, entries, NULL);
	if (!options)
		options = g_array_new(FALSE, FALSE, sizeof(GOptionEntry));
	for (; entries->long_name; entries++)
		g_array_append_vals(options, entries, 1);
}

/* The option that an argument begins with, "-x" or "--long[=…]"; NULL: none that is known. */
static const GOptionEntry *
find_option(const char *argument)
{
	bool is_long = g_str_has_prefix(argument, "--");
	size_t size = strcspn(argument, "=");

	for (guint i = 0; options && i < options->len; i++) {
		const GOptionEntry *option = &g_array_index(options, GOptionEntry, i);

		if (is_long ? strlen(option->long_name) == size - 2 &&
				  strncmp(option->long_name, argument + 2, size - 2) == 0
			    : *argument == '-' && option->short_name &&
				  argument[strlen(argument) - 1] == option->short_name)
			return option;
	}
	return NULL;
}

static bool
takes_value(const GOptionEntry *option)
{
	return option->arg != G_OPTION_ARG_NONE &&
	       !(option->arg == G_OPTION_ARG_CALLBACK && option->flags & G_OPTION_FLAG_NO_ARG);
}

/* GOption does not mind "--option=x" where the option takes no value. */
static int
check_values(char **arguments)
{
	for (char **at = arguments + 1; at[-1] && *at && strcmp(*at, "--") != 0; at++) {
		const GOptionEntry *option = find_option(*at);
		bool here = option && g_str_has_prefix(*at, "--") && strchr(*at, '=');

		if (here && !takes_value(option))
			return cli_fail(EX_USAGE, "--%s takes no value: \"%s\" (try --help)%s",
			    option->long_name, *at, safe_text);
		if (option && !here && takes_value(option) && at[1])
			at++; /* the value, whatever it looks like */
	}
	return 0;
}

int
cli_parse(GOptionContext *context, int *argc, char ***argv)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) given = g_strdupv(*argv);

	if (summary && !g_option_context_get_summary(context)) {
		g_autofree char *sentence = g_strconcat(summary, ".", NULL);

		sentence[0] = g_ascii_toupper(sentence[0]);
		g_option_context_set_summary(context, sentence);
	}
	if (g_option_context_parse(context, argc, argv, &error))
		return check_values(given);
	if (error->domain == G_CONVERT_ERROR)
		return fail_charset(given);
	return cli_fail(EX_USAGE, "%s (try --help)%s", error->message, safe_text);
}

void
json_string(GString *out, const char *text)
{
	g_autofree char *valid = NULL;

	if (!text) {
		g_string_append(out, "null");
		return;
	}
	valid = g_utf8_make_valid(text, -1);
	g_string_append_c(out, '"');
	for (const char *p = valid; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_printf(out, "\\%c", *p);
		else if (*p == '\n')
			g_string_append(out, "\\n");
		else if ((unsigned char)*p < 0x20 || *p == 0x7f)
			g_string_append_printf(out, "\\u%04x", (unsigned char)*p);
		else
			g_string_append_c(out, *p);
	}
	g_string_append_c(out, '"');
}

static void
json_name(GString *out, const char *name)
{
	char last = out->len ? out->str[out->len - 1] : '{';

	if (last != '{' && last != '[')
		g_string_append_c(out, ',');
	json_string(out, name);
	g_string_append_c(out, ':');
}

void
json_member(GString *out, const char *name, const char *text)
{
	json_name(out, name);
	json_string(out, text);
}

void
json_member_int(GString *out, const char *name, gint64 number)
{
	json_name(out, name);
	g_string_append_printf(out, "%" G_GINT64_FORMAT, number);
}
