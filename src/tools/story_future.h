/* SPDX-License-Identifier: MIT */
/* The story of a mail that is not sent yet: which profile, sender and transport it would have, and
 * whether its way is open, asked just now. */
#ifndef EMAPI_TOOLS_STORY_FUTURE_H
#define EMAPI_TOOLS_STORY_FUTURE_H

#include <mapix.h>
#include "letter.h"
#include "story.h"

/* Tells profile (`because`: why this one) and sender. */
void story_future_begin(struct story *story, IMAPISession *session, const char *because);
/* Tells of each recipient of the letter who gets the mail: its names are resolved. */
void story_future_recipients(struct story *story, const struct letter *letter);
/* Asks the transport that a mail of `size` bytes (0: not known) would go by, and answers the
 * questions.  What it said; MAPI_E_TOO_BIG for a mail over the server's limit. */
HRESULT story_future_way(struct story *story, IMAPISession *session, guint64 size);

#endif
