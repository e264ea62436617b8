/* SPDX-License-Identifier: MIT */
/* Between the parts of emapi profile setup: asking and finding (setup.c), making (setup_make.c). */
#ifndef EMAPI_TOOLS_SETUP_PRIVATE_H
#define EMAPI_TOOLS_SETUP_PRIVATE_H

#include "setup.h"

struct setup {
	char *address, *name, *from_name, *server, *tls, *user, *autoconfig;
	char *password_command, *password_file, *ca_file, *dns;
	gboolean yes, no_test, keyring;
	bool terminal;
	bool asked;      /* the server is what a person answered */
	unsigned logins; /* so many times a refused one was asked for again */
	struct setup_server found;
	GPtrArray *targets; /* what DNS named; NULL: it was not asked */
	guint taken;        /* so many of them have been tried */
};

/* A line from the terminal; NULL at its end.  g_free(). */
char *setup_ask(const char *prompt);
/* The next server that DNS named becomes the one that is found; false where there is none. */
bool setup_take_target(struct setup *s);
/* "Server    mail.example.test, port 587, TLS: starttls (as --server says)". */
void setup_show_server(
    const char *title, const char *host, unsigned port, const char *tls, const char *source);
/* Makes the profile, keeps its password and tries it; what fails takes it away again.  An exit code
 * after saying what is wrong. */
int setup_make(struct setup *s);

#endif
