/* SPDX-License-Identifier: MIT */
/*
 * The receiver of machine mode (design D7): takes what any local user submits, a process apart from
 * the scheduler and from the workers, so that what strangers send is read where neither the queue's
 * state nor a server's password is at hand.  The files:
 *   receiver.c        the socket, who is connected
 *   receiver_house.c  the machine's profiles: session, store, rules
 *   receiver_take.c   one message: checks, sender, commit
 *
 * A message is answered `ok` when it is on disk in the profile's store and its outgoing queue.
 */
#ifndef EMAPI_SPOOLER_RECEIVER_H
#define EMAPI_SPOOLER_RECEIVER_H

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>
#include <mapix.h>
#include "sender.h"

/* The largest message that is taken where the profile names none. */
#define RECEIVER_SIZE_MAX (150u * 1024 * 1024)

/* One of the machine's profiles, open. */
struct house {
	char *name;
	struct profile *profile;
	gint64 changed; /* when its file was, as it was read */
	IMAPISession *session;
	IMsgStore *store;
	IMAPIFolder *outbox;
	struct sender_rules rules;
	size_t size_max;
	bool keep_sent;
	GHashTable *names; /* header fields that users have made, lower case -> uid + 1 */
};

/* house.c.  Opens it, anew when its file was changed since; MAPI_E_LOGON_FAILED for a profile that
 * the machine does not offer.  Borrowed from `houses`.  *why as usual. */
GHashTable *houses_create(void);
HRESULT house_find(GHashTable *houses, const char *name, struct house **out, char **why);
/* Tells the scheduler that there is something to send. */
void house_wake(const struct house *house);

/* One message that was submitted. */
struct submission {
	struct house *house;
	uid_t uid;
	pid_t pid;
	bool again; /* it may be there already */
	const char *data;
	size_t size;
};

/* Checks and commits it.  *key is what the sender may ask for it by. */
HRESULT submission_take(const struct submission *submission, GBytes **key, char **why);

/* The program `emapi-spooler --receive=PID`: `fd` is the listening socket, `parent` the scheduler,
 * with which it ends.  The exit code. */
int receiver_run(int fd, pid_t parent);

#endif
