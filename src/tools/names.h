/* SPDX-License-Identifier: MIT */
/* Recipients that are named as the address book has them. */
#ifndef EMAPI_TOOLS_NAMES_H
#define EMAPI_TOOLS_NAMES_H

#include <glib.h>
#include <mapix.h>
#include "profile.h"

/* Gives the mailboxes without an address what IAddrBook::ResolveName says of their names.  0; or
 * EX_NOUSER and EX_DATAERR after a message that says whom nobody is, or lists who it may be, and
 * that nothing was stored. */
int names_resolve(struct profile *profile, IMAPISession *session, GPtrArray *mailboxes);

/* A list of one entry that has but a name; FreePadrlist(). */
ADRLIST *names_list(const char *name);

#endif
