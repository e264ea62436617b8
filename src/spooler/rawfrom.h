/* SPDX-License-Identifier: MIT */
/*
 * The sender's fields of a whole mail (PR_EMAPI_RAW_MESSAGE), in machine mode: From and Resent-From
 * are checked by the rules, Sender and Resent-Sender go where they name another.  A mail whose
 * fields are all allowed stays as it is, byte for byte.
 */
#ifndef EMAPI_SPOOLER_RAWFROM_H
#define EMAPI_SPOOLER_RAWFROM_H

#include <glib.h>
#include "sender.h"

/* The mail is `header` (NULL: nothing), then its own bytes from `kept_from` on. */
struct rawfrom {
	GString *header;
	size_t kept_from;
	char *from; /* the first From address as it now is; NULL: the user's own */
};

/* MAPI_E_NO_ACCESS where the rules refuse, MAPI_E_TOO_BIG for a header of more than 4 MiB; *why
 * then tells, g_free(). */
HRESULT rawfrom_check(const struct sender_rules *rules, const struct sender_user *user,
    const char *mail, size_t size, struct rawfrom *out, char **why);
void rawfrom_clear(struct rawfrom *result);

#endif
