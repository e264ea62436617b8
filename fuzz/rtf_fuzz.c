/* SPDX-License-Identifier: MIT */
/* Packed RTF: what unpacks can be packed again and then says the same; so can any bytes. */
#include <glib.h>
#include <string.h>
#include "fuzz.h"
#include "rtf_codec.h"

static void
there_and_back(const void *data, size_t size)
{
	BYTE *packed;
	char *text;
	size_t packed_size, text_size;

	FUZZ_ASSERT(rtf_pack(data, size, false, &packed, &packed_size) == S_OK);
	FUZZ_ASSERT(rtf_unpack(packed, packed_size, &text, &text_size) == S_OK);
	FUZZ_ASSERT(text_size == size && (!size || memcmp(text, data, size) == 0));
	g_free(text);
	g_free(packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;
	size_t text_size;

	if (SUCCEEDED(rtf_unpack(data, size, &text, &text_size))) {
		there_and_back(text, text_size);
		g_free(text);
	}
	there_and_back(data, size);
	return 0;
}
