/* SPDX-License-Identifier: MIT */
/*
 * A worker without MAPI, for tests of the scheduler: its "store" is the folder outbox/ in the state
 * folder, a file a message, and what it "sends" is a line in the file `delivered`.
 *
 * What happens to a message is its name up to the first '.':
 *   ok          accepted
 *   temp        refused for now, until the file temp-over exists
 *   perm        refused for good
 *   hold        the profile's fault, until the file mended exists
 *   die-before  the worker is killed before it sends, once
 *   die-after   the worker is killed after the verdict was taken, before the message is filed, once
 *   slow        takes a second to be accepted
 *   page        the scheduler is asked whether it knows it, as of a long queue; accepted
 *   other       in another store; accepted
 *
 * While the file locked-out exists a worker cannot log on.  It makes the file locked-out-met, and
 * says so once there is the file locked-out-go.  While the file late exists a worker does not say
 * that it is ready.  Each scan is a line in the file `scans`.  It tells all that there is; while
 * the file places exists only what is newer than the scheduler has, and not how many there are.
 */
#ifndef EMAPI_SPOOLER_FAKE_WORKER_H
#define EMAPI_SPOOLER_FAKE_WORKER_H

#include <stdbool.h>

int fake_worker(const char *profile_hex, const char *state_path, bool first);

#endif
