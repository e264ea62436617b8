/* SPDX-License-Identifier: MIT */
/* mapisend --explain: what happens to the message, printed as it is learnt. */
#ifndef EMAPI_TOOLS_MAPISEND_FOLLOW_H
#define EMAPI_TOOLS_MAPISEND_FOLLOW_H

#include "client.h"
#include "letter.h"
#include "profile.h"

struct follow;

/* Before the message is submitted by this profile.  With `live` the lines of a try are printed as
 * they are said; a thread of its own listens for them. */
struct follow *follow_create(const BYTE *key, const struct profile *profile, bool live);
void follow_free(struct follow *follow);
/* The steps up to the Outbox. */
void follow_stored(struct follow *follow, const struct profile *profile, const char *because);
/* What is new since the last call; `now` is as spooler_watch() gives it. */
void follow_news(struct follow *follow, const struct spool_message *now);
/* The whole message with all its tries as JSON into `out`, which is left alone where it is not
 * known. */
void follow_json(const BYTE *key, GString *out);

#endif
