/* SPDX-License-Identifier: MIT */
/*
 * The spooler's lock (design D7): STATE/spooler.lock, flock'd for life, holding "pid TAB socket
 * path".  It lies beside spool.db, so that programs without XDG_RUNTIME_DIR find the same spooler.
 */
#ifndef EMAPI_SPOOLER_LOCK_H
#define EMAPI_SPOOLER_LOCK_H

#include <glib.h>
#include <mapidefs.h>

/* Takes the lock, or finds that another spooler serves: MAPI_E_BUSY.  While the holder does not
 * answer on its socket (it begins or ends) this waits up to five seconds for one or the other, so
 * that a wake-up never falls between two spoolers.  *fd stays open for life. */
HRESULT lock_take(const char *lock_path, int *fd);
/* The same for one that a service manager has started: asks the holder to end (SIGTERM) and waits
 * so long, in microseconds. */
HRESULT lock_take_over(const char *lock_path, gint64 wait, int *fd);
/* Writes who we are; only when the socket listens. */
HRESULT lock_write(int fd, const char *socket_path);
/* Gives it up: empties the file, then drops the lock. */
void lock_drop(int fd);
/* The same, but the file goes on telling the socket: a service manager listens there and starts
 * the next spooler. */
void lock_leave(int fd, const char *socket_path);

#endif
