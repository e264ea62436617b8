/* SPDX-License-Identifier: MIT */
/* RTF from anywhere gives text that is UTF-8; any text goes into RTF and comes out the same. */
#include <glib.h>
#include <string.h>
#include "fuzz.h"
#include "rtf_text.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL, *again = NULL, *rtf = NULL;
	size_t rtf_size;

	if (FAILED(rtf_to_text((const char *)data, size, &text)))
		return 0;
	FUZZ_ASSERT(g_utf8_validate(text, -1, NULL));
	FUZZ_ASSERT(rtf_from_text(text, &rtf, &rtf_size) == S_OK);
	FUZZ_ASSERT(rtf_to_text(rtf, rtf_size, &again) == S_OK);
	FUZZ_ASSERT(g_utf8_validate(again, -1, NULL));
	g_free(again);
	g_free(rtf);
	g_free(text);
	return 0;
}
