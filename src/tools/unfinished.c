/* SPDX-License-Identifier: MIT */
#include "unfinished.h"

#include <signal.h>
#include <stdbool.h>
#include <unistd.h>
#include "password.h"
#include "paths.h"
#include "text.h"

/* What the handler undoes; NULL, false: nothing. */
static char *volatile files[2];
static struct termios terminal;
static volatile sig_atomic_t silent;

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction before[G_N_ELEMENTS(signals)];
static unsigned users;

static void
undo(int number)
{
	static const char words[] = "\nthe profile was not made\n";

	if (silent)
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal);
	if (files[0] && write(STDERR_FILENO, words, sizeof words - 1) < 0)
		silent = 0; /* nobody reads it */
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		if (files[i])
			unlink(files[i]);
	signal(number, SIG_DFL);
	raise(number);
}

/* What the program was told to ignore it ignores on. */
static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = undo };

	if (users++)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		if (!sigaction(signals[i], NULL, &before[i]) && before[i].sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

static void
leave_signals(void)
{
	if (--users)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &before[i], NULL);
}

void
unfinished_begin(const struct profile *profile)
{
	g_autofree char *name = NULL, *hex = NULL;
	MAPIUID section;

	files[0] = g_strdup(profile_path(profile));
	if (password_section(profile, &section)) {
		hex = text_hex(&section, sizeof section);
		name = g_build_filename("secrets", hex, NULL);
		files[1] = paths_config(name);
	}
	catch_signals();
}

void
unfinished_end(void)
{
	leave_signals();
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_free(files[i]);
		files[i] = NULL;
	}
}

void
unfinished_terminal(const struct termios *settings)
{
	terminal = *settings;
	silent = 1;
	catch_signals();
}

void
unfinished_terminal_end(void)
{
	silent = 0;
	leave_signals();
}
