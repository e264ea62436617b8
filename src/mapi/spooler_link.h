/* SPDX-License-Identifier: MIT */
/*
 * The way from a client to the spooler (design D7): find its socket through the lock file, start
 * one where none runs, wake it, and watch what becomes of a message.
 */
#ifndef EMAPI_MAPI_SPOOLER_LINK_H
#define EMAPI_MAPI_SPOOLER_LINK_H

#include <stdbool.h>
#include <mapidefs.h>
#include "ipc.h"

/* A socket to the user's spooler; starts one when `start` and none runs.  -1 in *fd on failure:
 * MAPI_E_NETWORK_ERROR when none runs, or the reason why none could be started.  Close it. */
HRESULT spooler_connect(bool start, int *fd);

/* A socket on which the machine's daemon (design D7) tells this user of the messages that he has
 * submitted to it; -1 where none serves. */
int spooler_connect_machine(void);
/* Whether the user has a spooler of his own, running or not. */
bool spooler_has_state(void);

/* From now on this process starts no spooler and asks only one that runs already: what listens in
 * the place of one (a service manager, the machine's daemon) is not woken, as it would send. */
void spooler_stay_quiet(void);

/* Why spooler_connect() last failed in this process, in words; NULL when it did not.  g_free(). */
char *spooler_why(void);

/* For a program that is about to submit one message: connects to the spooler, or starts it to get
 * ready while the program logs on and writes the message; not for the first message of all.  It
 * ends by itself where nothing comes, and does not hold the profile for what keeps its worker from
 * logging on. */
void spooler_prepare(const MAPIUID *profile);

/* Wake-ups of this process tell from now on that it is emapi-sendmail: a spooler then has a process
 * ready for what the next one has to store. */
void spooler_want_taker(void);

/* Tells the spooler that the profile's outgoing queue has something.  Starts one if need be.
 * The message is safe whatever this answers: the next wake-up or start finds it.  Waits for the
 * spooler's answer at the first call alone; S_OK of a later one says that the word is on its way.
 */
HRESULT spooler_wake(const MAPIUID *profile, const char *profile_name);

/* The same in two steps, around a wait for the disk.  Soon: only where there is a connection that
 * nobody else is just using, and without waiting; S_OK: that was all, S_FALSE: the spooler's answer
 * is still wanted, by the other call.  A failure says that nobody was woken. */
HRESULT spooler_wake_soon(const MAPIUID *profile, const char *profile_name);
HRESULT spooler_wake_heard(const MAPIUID *profile, const char *profile_name);

/* Before the process may end: reads the answers to wake-ups that were not waited for, a second at
 * most, and wakes once more where the spooler ended before it gave them. */
void spooler_settle(void);

/* The connection of the wake-ups that were all answered, for something else: the caller closes it.
 * -1: there is none. */
int spooler_take_connection(void);

#endif
