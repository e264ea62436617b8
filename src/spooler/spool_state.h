/* SPDX-License-Identifier: MIT */
/*
 * The states of a message in the spooler (design D4), and of each recipient.
 *
 *   waiting --lease--> leased --all have a verdict--> sent --FinishedMsg--> filed
 *      ^                  | lease dies, retry            (lease dies: only filed, never sent again)
 *      +------------------+
 *   waiting, leased -> held: the profile's fault, or a person's wish; until run or retry
 *   leased -> failed: every recipient refused for good;  any -> cancelled: withdrawn or deleted
 */
#ifndef EMAPI_SPOOLER_STATE_H
#define EMAPI_SPOOLER_STATE_H

#include <stdbool.h>

/* The numbers stand in spool.db: never renumber. */
enum spool_state {
	SPOOL_WAITING = 0,
	SPOOL_LEASED = 1,
	SPOOL_SENT = 2,
	SPOOL_FILED = 3,
	SPOOL_HELD = 4,
	SPOOL_FAILED = 5,
	SPOOL_CANCELLED = 6,
	SPOOL_STATE_COUNT
};

/* "waiting", as in the packets. */
const char *spool_state_name(enum spool_state state);
/* False for a name nobody knows. */
bool spool_state_parse(const char *name, enum spool_state *out);
/* filed, failed, cancelled: nothing more will happen. */
bool spool_state_final(enum spool_state state);

#endif
