/* SPDX-License-Identifier: MIT */
/*
 * PR_EMAPI_CLIENT: what the client did with a message, in few bytes since each message has them,
 * and as lines of the journey (emapispi.h) for who reads it.
 *
 * Numbers are seven bits a byte, the lowest first, the highest bit set where more follow: version,
 * process, user id, flags of MAPILogonEx, flags of OpenMsgStore (shifted left by two; 1: it was
 * called, 2: for the default store), reason; in version 2 also the process that took it from the
 * client and stored it, which is what version 2 is for.  Then texts, each with its end: program
 * and, where the reason's number is 0, the reason.  Then numbers: milliseconds from logon to
 * submission (PR_CLIENT_SUBMIT_TIME), and the calls that made the message, where its store counts
 * them.  What follows is of later versions.
 */
#ifndef EMAPI_PROP_CLIENT_PART_H
#define EMAPI_PROP_CLIENT_PART_H

#include <glib.h>
#include <stdbool.h>
#include <mapidefs.h>

#define CLIENT_TEXT_MAX 300 /* bytes of each text; longer ones are cut */

struct client_part {
	guint32 process, user;
	guint32 taken_by; /* the process that it handed the message to; 0: none */
	gint64 took;      /* from logon to submission, microseconds */
	guint32 logon_flags;
	bool store_opened, store_is_default; /* by OpenMsgStore */
	guint32 store_flags;
	guint32 calls;           /* 0: not known */
	char *program, *because; /* printable; g_free() */
};

void client_part_clear(struct client_part *part);
/* All but what differs from message to message, `took` and `calls`: see client_part_number(). */
GByteArray *client_part_encode(const struct client_part *part);
/* A number as bytes; their count.  What follows those above: milliseconds, then calls. */
#define CLIENT_NUMBER_MAX 10
size_t client_part_number(guint64 number, BYTE out[CLIENT_NUMBER_MAX]);
/* How many bytes all of it has at most. */
#define CLIENT_PART_MAX (2 * CLIENT_TEXT_MAX + 10 * CLIENT_NUMBER_MAX)
/* False where the bytes are no such value.  Texts are made printable: they may be a stranger's. */
bool client_part_decode(const void *data, size_t size, struct client_part *part);
/* As lines "* program: ..." of char *, with the time of the submission (microseconds since 1970);
 * none where it is no such value. */
void client_part_lines(const void *data, size_t size, gint64 submit, GPtrArray *lines);

/*
 * Which calls have made the message.  The store counts them; each count stays at the most that its
 * bits hold.
 */
enum client_call {
	CALL_MODIFY_RECIPIENTS,
	CALL_SET_PROPS,
	CALL_CREATE_ATTACH,
	CALL_SAVE_CHANGES,
	CALL_COUNT,
};
/* How it began: CreateMessage in a folder that has this number in every store (store/folders.h; 0:
 * another), or OpenEntry of one that was there. */
guint32 client_calls_begin(bool created, guint folder);
void client_calls_add(guint32 *calls, enum client_call call);
/* "CreateMessage in the Outbox, SetProps 2, ModifyRecipients".  g_free(). */
char *client_calls_words(guint32 calls);

#endif
