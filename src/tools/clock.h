/* SPDX-License-Identifier: MIT */
/* A server's clock, as its greeting tells it, and how far it is from ours. */
#ifndef EMAPI_TOOLS_CLOCK_H
#define EMAPI_TOOLS_CLOCK_H

#include <glib.h>
#include <stdbool.h>

/* Clocks that are no farther apart count as one: Kerberos and tokens allow as much. */
#define CLOCK_TOLERANCE (5 * G_TIME_SPAN_MINUTE)

/* The date in a greeting like those of Exchange, Exim and Sendmail, as RFC 5322 3.3 writes it; in
 * microseconds since 1970.  False where there is none. */
bool clock_told(const char *greeting, gint64 *when);

/* "the server's clock is 2 h 5 min ahead of this machine's"; g_free(). */
char *clock_difference(gint64 ahead);

#endif
