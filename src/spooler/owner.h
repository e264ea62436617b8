/* SPDX-License-Identifier: MIT */
/*
 * Whose a message is, in machine mode: the daemon ends its PR_SEARCH_KEY with who submitted it, as
 * the kernel told (SO_PEERCRED).  So it is known wherever the key is (store, spool.db, records),
 * and nobody can ask for another's message: what a user asks for is looked up with his own end.
 *
 * The key is the client's (1 to OWNER_KEY_MAX bytes), then "EMU" 1, then the user id (u32, little
 * endian).  Clients see their own part alone.
 */
#ifndef EMAPI_SPOOLER_OWNER_H
#define EMAPI_SPOOLER_OWNER_H

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>

#define OWNER_KEY_MAX 32
#define OWNER_TAIL 8

/* A new key; NULL where `key` is empty or too long. */
GBytes *owner_key(GBytes *key, uid_t uid);
/* The client's part of an owned key; the key itself where nobody owns it.  A new reference. */
GBytes *owner_strip(GBytes *key);
/* False where nobody owns it. */
bool owner_of(GBytes *key, uid_t *uid);
/* How all keys of this user end. */
GBytes *owner_tail(uid_t uid);

#endif
