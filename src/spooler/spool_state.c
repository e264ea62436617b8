/* SPDX-License-Identifier: MIT */
#include "spool_state.h"

#include <string.h>

static const char *const names[SPOOL_STATE_COUNT] = {
	[SPOOL_WAITING] = "waiting",
	[SPOOL_LEASED] = "leased",
	[SPOOL_SENT] = "sent",
	[SPOOL_FILED] = "filed",
	[SPOOL_HELD] = "held",
	[SPOOL_FAILED] = "failed",
	[SPOOL_CANCELLED] = "cancelled",
};

const char *
spool_state_name(enum spool_state state)
{
	return (unsigned)state < SPOOL_STATE_COUNT ? names[state] : "unknown";
}

bool
spool_state_parse(const char *name, enum spool_state *out)
{
	for (int i = 0; i < SPOOL_STATE_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum spool_state)i;
			return true;
		}
	}
	return false;
}

bool
spool_state_final(enum spool_state state)
{
	return state == SPOOL_FILED || state == SPOOL_FAILED || state == SPOOL_CANCELLED;
}
