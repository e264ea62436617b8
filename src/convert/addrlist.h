/* SPDX-License-Identifier: MIT */
/*
 * Address lists as they stand in a mail's header (RFC 5322 3.4), old forms and common faults
 * included: groups, comments, quoted strings, routes, line folds, empty places, names without
 * quotes, semicolons for commas.
 */
#ifndef EMAPI_CONVERT_ADDRLIST_H
#define EMAPI_CONVERT_ADDRLIST_H

#include <stdbool.h>
#include <glib.h>

struct addrlist_mailbox {
	char *name;    /* display name, else the comment; quotes resolved, encoded words as they
			  are, no control characters; NULL where there is none */
	char *address; /* without blanks and comments; "" for <>.  It may lack '@' and domain, and
			  is not checked: address_check() is for that */
	size_t at, length; /* where it stands in the text, from its first to its last character */
};

void addrlist_mailbox_free(struct addrlist_mailbox *mailbox);

/* Appends each mailbox of `text` to `list` (of struct addrlist_mailbox *), those of groups too.
 * False with a sentence in `why` (may be NULL; g_free()) where the text is no address list; what
 * stood before has been appended then. */
bool addrlist_parse(const char *text, GPtrArray *list, char **why);
/* A new array that owns its mailboxes. */
GPtrArray *addrlist_new(void);

#endif
