/* SPDX-License-Identifier: MIT */
/*
 * When a recipient that was refused for now is tried again, and when we give up.
 *
 * One minute after the first try, doubling to an hour, each delay up to a quarter longer by chance
 * so that a queue does not come back as one wave.  After five days the refusal is final (RFC 5321
 * 4.5.4.1 asks for at least four).  EMAPI_RETRY_SECONDS (first delay; the longest is 60 times it)
 * and EMAPI_LIFETIME_SECONDS change that.
 */
#ifndef EMAPI_SPOOLER_RETRY_H
#define EMAPI_SPOOLER_RETRY_H

#include <glib.h>

struct retry_policy {
	gint64 first; /* all in microseconds */
	gint64 longest;
	gint64 lifetime;
};

/* The built-in policy, changed by the environment. */
struct retry_policy retry_policy_default(void);

/* The wait after try number `tries` (1 = the first).  `asked` is what a transport asks for in
 * seconds (0: nothing); it counts up to the longest. */
gint64 retry_delay(const struct retry_policy *policy, int tries, int asked);

#endif
