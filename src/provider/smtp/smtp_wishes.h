/* SPDX-License-Identifier: MIT */
/* What the sender of a message wants to hear of its delivery (RFC 3461). */
#ifndef EMAPI_SMTP_WISHES_H
#define EMAPI_SMTP_WISHES_H

#include <stdbool.h>
#include <mapidefs.h>

/* Ready for the wire; NULL where nothing is wished. */
struct smtp_wishes {
	char *notify;    /* NOTIFY= */
	const char *ret; /* RET= */
	char *envid;     /* ENVID= */
};

/* Whether a report of delivery is wanted. */
bool smtp_wish_success(const struct smtp_wishes *wishes);
/* PR_EMAPI_DSN_* where they are set, else PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED.  What cannot be
 * read or is malformed is no wish. */
void smtp_wishes_read(struct smtp_wishes *wishes, IMessage *message);
void smtp_wishes_clear(struct smtp_wishes *wishes);

#endif
