/* SPDX-License-Identifier: MIT */
/* What happens to messages, for the log; in the journal with fields to select by. */
#ifndef EMAPI_SPOOLER_EVENT_H
#define EMAPI_SPOOLER_EVENT_H

#include "spooldb.h"

/* A step of a message's life.  Fields: EMAPI_STATE (the word for it: filed, retry, failed, held,
 * cancelled), EMAPI_PROFILE, EMAPI_KEY (PR_SEARCH_KEY, hex), EMAPI_TRIES, EMAPI_NEXT_TRY.  No
 * subject, no text of the mail. */
void event_message(struct spooldb *db, gint64 id, const char *state, const char *text);
/* A try, once it is recorded, and in the journal alone: EMAPI_STATE=tried and the record's facts
 * (emapi-spooler(8) has the list). */
void event_try(struct spooldb *db, const struct report *report);

#endif
