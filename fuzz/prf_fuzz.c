/* SPDX-License-Identifier: MIT */
/* Outlook profile files from anywhere: what is read has a server and texts that are UTF-8. */
#include <glib.h>
#include "fuzz.h"
#include "prf.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct prf *prf = NULL;
	char *why = NULL;
	guint i;

	if (SUCCEEDED(prf_read(data, size, &prf, &why))) {
		FUZZ_ASSERT(prf->server && *prf->server);
		FUZZ_ASSERT(prf->port <= 65535);
		FUZZ_ASSERT(!prf->name || g_utf8_validate(prf->name, -1, NULL));
		for (i = 0; i < prf->notes->len; i++)
			FUZZ_ASSERT(g_utf8_validate(g_ptr_array_index(prf->notes, i), -1, NULL));
	} else {
		FUZZ_ASSERT(why && g_utf8_validate(why, -1, NULL));
	}
	prf_free(prf);
	g_free(why);
	return 0;
}
