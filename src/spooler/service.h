/* SPDX-License-Identifier: MIT */
/*
 * A service manager's protocols, by hand and without a library: sd_notify(3),
 * sd_watchdog_enabled(3) and sd_listen_fds(3).  Without a manager each call does nothing.
 *
 * service_begin() comes first, once, while the process has one thread: it takes what the manager
 * said out of the environment, so that no child takes it for its own.
 */
#ifndef EMAPI_SPOOLER_SERVICE_H
#define EMAPI_SPOOLER_SERVICE_H

#include <stdbool.h>
#include <glib.h>

void service_begin(void);
/* Whether a manager listens. */
bool service_is_managed(void);
/* Sends "READY=1", "STATUS=text" and the like; several parted by newlines. */
void service_notify(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* How often "WATCHDOG=1" is expected, in microseconds; 0: not at all. */
gint64 service_watchdog(void);
/* The listening SOCK_SEQPACKET Unix socket that was handed down and whose file has this name
 * ("spooler.sock"); *path is where it lies, g_free().  -1 and NULL where there is none.  Each
 * socket is given once. */
int service_socket(const char *name, char **path);

#endif
