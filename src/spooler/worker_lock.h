/* SPDX-License-Identifier: MIT */
/*
 * The lock of a profile's workers, STATE/worker-UID.lock: each holds it shared, for life.
 *
 * The first worker of a scheduler (--first) takes it alone before it shares it: so it waits for
 * those that are still busy with what a scheduler that died gave them, and no message is ever in
 * two hands.  The scheduler starts no other before that one is through.
 */
#ifndef EMAPI_SPOOLER_WORKER_LOCK_H
#define EMAPI_SPOOLER_WORKER_LOCK_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* *fd stays open for life.  One that holds the lock for longer than an hour hangs and is ended. */
HRESULT worker_lock(const char *state_path, GBytes *profile, bool first, int *fd);
/* At the end of an orderly life; -1: nothing happens. */
void worker_unlock(int fd);

#endif
