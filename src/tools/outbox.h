/* SPDX-License-Identifier: MIT */
/* The Outbox of a session's default store, for tools that put a message into it. */
#ifndef EMAPI_TOOLS_OUTBOX_H
#define EMAPI_TOOLS_OUTBOX_H

#include <mapix.h>

struct outbox {
	IMsgStore *store;
	IMAPIFolder *folder;
};

/* On failure nothing is open and `why` (g_free()) says what failed and why. */
HRESULT outbox_open(IMAPISession *session, struct outbox *out, char **why);
/* Safe on what was never opened. */
void outbox_close(struct outbox *outbox);

/* Says in *why, unless something stands there, what failed: `step` is what was being done (NULL
 * where the words say it themselves), the words those of the object's GetLastError. */
void outbox_explain(char **why, const char *step, IMAPIProp *object, HRESULT hr);

/* A message that could not be submitted stays in the folder as a draft, where it was saved for
 * that: deletes it.  A disk that takes nothing any more may leave it there. */
void outbox_discard(IMAPIFolder *folder, IMessage *message);

#endif
