/* SPDX-License-Identifier: MIT */
/*
 * The spooler's lock (design D7): STATE/spooler.lock, flock'd for life, holding "pid TAB socket
 * path".  It lies beside spool.db, so that programs without XDG_RUNTIME_DIR find the same spooler.
 */
#ifndef EMAPI_SPOOLER_LOCK_H
#define EMAPI_SPOOLER_LOCK_H

#include <mapidefs.h>

/* Takes the lock, or finds that another spooler serves: MAPI_E_BUSY.  While the holder does not
 * answer on its socket (it begins or ends) this waits up to five seconds for one or the other, so
 * that a wake-up never falls between two spoolers.  *fd stays open for life. */
HRESULT lock_take(const char *lock_path, int *fd);
/* Writes who we are; only when the socket listens. */
HRESULT lock_write(int fd, const char *socket_path);
/* Gives it up: empties the file, then drops the lock. */
void lock_drop(int fd);

#endif
