/* SPDX-License-Identifier: MIT */
/* A letter as the command line gives it, and its way into the Outbox by the MAPI API. */
#ifndef EMAPI_TOOLS_LETTER_H
#define EMAPI_TOOLS_LETTER_H

#include <glib.h>
#include <stdbool.h>
#include <mapix.h>

#define LETTER_KEY_SIZE 16

struct letter {
	GPtrArray *recipients[3]; /* struct mailbox *, by MAPI_TO - 1, MAPI_CC - 1, MAPI_BCC - 1 */
	char *subject;
	char *body;
	char *html;
	GPtrArray *attachments; /* struct letter_file * */
};

/* An attachment, opened before anything is stored. */
struct letter_file {
	char *path;
	char *name;
	int fd;
	gint64 size; /* of a regular file when it was opened, else 0 */
};

struct letter *letter_create(void);
void letter_free(struct letter *letter);

/* Opens `path` to be attached under its base name.  False with errno. */
bool letter_attach(struct letter *letter, const char *path);

/* A new PR_SEARCH_KEY, by which the spooler can be asked for the message. */
HRESULT letter_key(BYTE key[LETTER_KEY_SIZE]);
/* Creates the message in the default store's Outbox and submits it: after S_OK it is on disk and
 * in the outgoing queue.  On failure nothing is stored and `why` (g_free()) says which step failed
 * and why. */
HRESULT letter_submit(const struct letter *letter, IMAPISession *session,
    const BYTE key[LETTER_KEY_SIZE], char **why);

/* The same message, whole but neither saved nor submitted: it is gone once it is released. */
HRESULT letter_draft(
    const struct letter *letter, IMAPISession *session, IMessage **out, char **why);

#endif
