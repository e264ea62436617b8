/* SPDX-License-Identifier: MIT */
/* mapisend --explain: what happens to the message, printed as it is learnt. */
#ifndef EMAPI_TOOLS_MAPISEND_FOLLOW_H
#define EMAPI_TOOLS_MAPISEND_FOLLOW_H

#include "client.h"
#include "letter.h"
#include "profile.h"

/* What was printed already; all zero at first. */
struct follow {
	bool leased;
	guint attempts;
	enum spool_state state;
};

/* The steps up to the Outbox. */
void follow_stored(const struct profile *profile, const char *because, const BYTE *key);
/* What is new since the last call; `now` is as spooler_watch() gives it. */
void follow_news(struct follow *follow, const BYTE *key, const struct spool_message *now);
/* The whole message with all its tries as JSON into `out`, which is left alone where it is not
 * known. */
void follow_json(const BYTE *key, GString *out);

#endif
