/* SPDX-License-Identifier: MIT */
/*
 * When a recipient that was refused for now is tried again, when we give up, and how much a server
 * gets at a time.
 *
 * One minute after the first try, doubling to an hour, each delay up to a quarter longer by chance
 * so that a queue does not come back as one wave.  After five days the refusal is final (RFC 5321
 * 4.5.4.1 asks for at least four).  EMAPI_RETRY_SECONDS (first delay; the longest is 60 times it),
 * EMAPI_LIFETIME_SECONDS and EMAPI_DELAY_SECONDS change the defaults, a profile's settings go
 * before both (policy.h).
 */
#ifndef EMAPI_SPOOLER_RETRY_H
#define EMAPI_SPOOLER_RETRY_H

#include <glib.h>

struct retry_policy {
	gint64 first; /* all in microseconds */
	gint64 longest;
	gint64 lifetime;
	gint64 warn;     /* the sender is told that mail still waits after so long; 0: never */
	int per_minute;  /* messages; 0: no limit */
	int connections; /* 0: two, the second only beside a slow message */
	int recipients;  /* of one transaction; 0: no limit */
};

/* The built-in policy, changed by the environment. */
struct retry_policy retry_policy_default(void);

/* The wait after try number `tries` (1 = the first).  `asked` is what a transport asks for in
 * seconds (0: nothing); it counts up to the longest. */
gint64 retry_delay(const struct retry_policy *policy, int tries, int asked);

/*
 * The pace of a profile with a limit: never more than per_minute in any minute.  A tenth of it may
 * go at once, the rest is spread.  `pace` is the one number that is remembered between messages (0
 * at first), in microseconds since 1970.
 */
/* When a message may go: now or later. */
gint64 retry_pace_next(const struct retry_policy *policy, gint64 pace, gint64 now);
/* The pace after a message that counts as `cost` of them. */
gint64 retry_pace_take(const struct retry_policy *policy, gint64 pace, gint64 now, int cost);

#endif
