/* SPDX-License-Identifier: MIT */
/* What mapisend is told, and the letter that it makes of it. */
#ifndef EMAPI_TOOLS_MAPISEND_OPTIONS_H
#define EMAPI_TOOLS_MAPISEND_OPTIONS_H

#include <mapix.h>
#include "letter.h"
#include "profile.h"

struct mapisend_options {
	char **to, **cc, **bcc;
	char **attach;
	char *subject;
	char *body;
	char *body_file;
	char *html;
	char *profile;
	int wait;
	gboolean require_accepted;
	gboolean explain;
	gboolean dry_run;
	gboolean json;
};

/* 0, or an exit code after a message, like the others here. */
int mapisend_parse(int *argc, char ***argv, struct mapisend_options *o);
void mapisend_options_clear(struct mapisend_options *o);

/* Reads the recipients (also `more`, the arguments without an option), texts and attachments. */
int mapisend_fill(struct letter *letter, const struct mapisend_options *o, char **more);
/* Looks names up in the address book. */
int mapisend_resolve(const struct letter *letter, struct profile *profile, IMAPISession *session);

#endif
