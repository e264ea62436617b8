/* SPDX-License-Identifier: MIT */
/*
 * Addresses as people type them: "Ann <ann@example.test>, bob@example.test" (RFC 5322 mailbox-list,
 * without groups and comments).
 */
#ifndef EMAPI_TOOLS_MAILBOX_H
#define EMAPI_TOOLS_MAILBOX_H

#include <glib.h>
#include <stdbool.h>

struct mailbox {
	char *name;    /* NULL when there is none */
	char *address; /* NULL: the name is one of the address book */
	struct _SPropValue
	    *values; /* what the address book says of it, as a MAPI buffer; or NULL */
	guint count;
};

void mailbox_free(struct mailbox *mailbox);

/* Appends each mailbox of `text` to `list` (of struct mailbox *).  False with a sentence in `why`
 * (g_free()) that names the piece that is no address. */
bool mailbox_parse_list(const char *text, GPtrArray *list, char **why);
/* The same, but a piece without "@" and "<" is a name to be looked for. */
bool mailbox_parse_names(const char *text, GPtrArray *list, char **why);

#endif
