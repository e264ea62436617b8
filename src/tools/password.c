/* SPDX-License-Identifier: MIT */
#include "password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <mapitags.h>
#include <emapispi.h>
#include "cli.h"
#include "hr.h"
#include "paths.h"
#include "secret.h"
#include "unfinished.h"

#define PASSWORD_MAX 1024

bool
password_section(const struct profile *profile, MAPIUID *section)
{
	g_autoptr(GArray) transports = profile_providers(profile, MAPI_TRANSPORT_PROVIDER);

	if (!transports || !transports->len)
		return false;
	*section = g_array_index(transports, MAPIUID, 0);
	return true;
}

HRESULT
password_use_keyring(struct profile *profile)
{
	SPropValue yes = { .ulPropTag = PR_EMAPI_PASSWORD_KEYRING, .Value.b = TRUE };
	MAPIUID section;

	if (!password_section(profile, &section))
		return MAPI_E_NOT_FOUND;
	return profile_section_write(profile, &section, 1, &yes, NULL);
}

/* The program is there, and so is a session's bus, where libsecret looks for it. */
bool
password_has_keyring(void)
{
	g_autofree char *program = paths_keyring();
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");
	g_autofree char *bus = g_build_filename(runtime ? runtime : "/nonexistent", "bus", NULL);

	return access(program, X_OK) == 0 &&
	       (g_getenv("DBUS_SESSION_BUS_ADDRESS") || g_file_test(bus, G_FILE_TEST_EXISTS));
}

static bool
read_line(FILE *in, char *line)
{
	bool got = fgets(line, PASSWORD_MAX, in) != NULL;

	if (got)
		line[strcspn(line, "\r\n")] = '\0';
	return got && *line;
}

/* From the terminal with echo off, else the first line of standard input. */
static bool
ask(const char *prompt, char *line)
{
	struct termios before, silent;
	bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	bool got;

	if (terminal) {
		unfinished_terminal(&before);
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
		fputs(prompt, stderr); /* who answers at once is not flushed away */
	}
	got = read_line(stdin, line);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		unfinished_terminal_end();
		fputc('\n', stderr);
	}
	return got;
}

int
password_ask_and_store(struct profile *profile)
{
	char line[PASSWORD_MAX];
	SPropValue value = { .ulPropTag = PR_EMAPI_PASSWORD };
	g_autofree char *why = NULL;
	MAPIUID section;
	HRESULT hr;

	if (!password_section(profile, &section))
		return cli_fail(
		    EX_CONFIG, "profile \"%s\" has no server to log in to", profile_name(profile));
	if (!ask("Password: ", line))
		return cli_fail(EX_NOINPUT, "no password was given; say it on the terminal or as a "
					    "line of standard input");
	value.Value.lpszA = line;
	hr = secret_write(profile, &section, &value, &why);
	explicit_bzero(line, sizeof(line));
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "the password could not be stored: %s",
		    why ? why : hr_text(hr));
	return 0;
}
