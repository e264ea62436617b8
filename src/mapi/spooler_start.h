/* SPDX-License-Identifier: MIT */
/* Starting the spooler from inside any program, without the program's noticing. */
#ifndef EMAPI_MAPI_SPOOLER_START_H
#define EMAPI_MAPI_SPOOLER_START_H

#include <mapidefs.h>

/* Starts emapi-spooler detached from this process, and waits until it listens, ends, or five
 * seconds have passed: S_OK in each of these cases, since another spooler may have won the race.  A
 * failure when the program cannot be run, MAPI_E_CALL_FAILED when it says that it cannot work; *why
 * (may be NULL) then tells why, g_free().  The started one does not end before *ready is closed
 * (for some seconds): close() it once connected; -1 on failure.
 *
 * The host's signal handlers, wait() calls, descriptors and threads are left alone: the child is
 * made without SIGCHLD (clone, exit signal 0), so that waitpid(-1) does not see it. */
HRESULT spooler_start(int *ready, char **why);

/* The same in two steps, with other work in between: *ready of the first, -1 on failure, goes to
 * the second, which closes it where it fails.  The started one looks through `profile`'s queue at
 * once (NULL: none's). */
HRESULT spooler_launch(const MAPIUID *profile, int *ready, char **why);
HRESULT spooler_await(int *ready, char **why);

#endif
