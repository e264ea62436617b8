/* SPDX-License-Identifier: MIT */
/*
 * Machine mode (design D7): one daemon, with a user of its own, sends the mail of all users.
 *
 *   submit.sock   anybody: takes messages; served by receiver processes (receiver.h)
 *   queue.sock    anybody: his own messages in the queue; served by the scheduler (clients.c)
 *   profiles/     what the machine offers, as profiles that anybody can log on to (profile.h)
 *
 * all in paths_machine(), and the daemon's own in paths_state(): spool.db, the stores.
 */
#ifndef EMAPI_SPOOLER_MACHINE_H
#define EMAPI_SPOOLER_MACHINE_H

#include "scheduler_private.h"

/* Sets the variables that make a process the daemon, its workers included: EMAPI_MACHINE, and the
 * XDG folders where they are not set: below STATE_DIRECTORY, else /var/lib/emapi. */
void machine_environment(void);

HRESULT machine_start(struct scheduler *s);
/* After a change of the profiles. */
void machine_reload(struct scheduler *s);
/* Takes no more; what was answered is in the stores. */
void machine_quiet(struct scheduler *s);
void machine_stop(struct scheduler *s);

/* machine_profiles.c: writes the files that users see, removes those of profiles that are no
 * longer offered.  The offered ones' UIDs (of GBytes), g_ptr_array_unref(). */
GPtrArray *machine_offer_profiles(void);

#endif
