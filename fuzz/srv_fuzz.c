/* SPDX-License-Identifier: MIT */
/* A DNS answer with SRV records: what is taken from it are names and ports of servers, in order. */
#include <glib.h>

#include "fuzz.h"
#include "setup.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GPtrArray) targets = setup_srv_parse(data, size);
	unsigned last = 0;

	for (guint i = 0; i < targets->len; i++) {
		const struct setup_target *target = targets->pdata[i];

		FUZZ_ASSERT(setup_is_host(target->host));
		FUZZ_ASSERT(target->port >= 1 && target->port <= 65535);
		FUZZ_ASSERT(target->priority >= last);
		last = target->priority;
	}
	return 0;
}
