/* SPDX-License-Identifier: MIT */
/* The client's part of a message's journey (design D9), kept with the message. */
#ifndef EMAPI_MAPI_CLIENT_JOURNEY_H
#define EMAPI_MAPI_CLIENT_JOURNEY_H

#include <mapidefs.h>
#include "session.h"

struct client_lines;

/* Puts PR_EMAPI_CLIENT on a message that is being submitted: which program, as whom, with which
 * profile and why that one, when it logged on and when it submitted.  Not saved by this: the
 * store's own commit takes it along.  EMAPI_JOURNEY=off in the environment: nothing. */
HRESULT client_journey_put(struct session *session, IMessage *message);
/* What a session keeps for it between messages; NULL is none. */
void client_journey_free(struct client_lines *lines);

#endif
