/* SPDX-License-Identifier: MIT */
/* A mail program's configuration file: what is taken from it is a server's name and port. */
#include <glib.h>

#include "fuzz.h"
#include "setup.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct setup_server found;

	if (setup_autoconfig_parse((const char *)data, size, "ann@example.test", &found)) {
		FUZZ_ASSERT(setup_is_host(found.host));
		FUZZ_ASSERT(found.port >= 1 && found.port <= 65535);
		FUZZ_ASSERT(found.tls);
	} else {
		FUZZ_ASSERT(!found.host && !found.user);
	}
	setup_server_clear(&found);
	return 0;
}
