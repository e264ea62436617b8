/* SPDX-License-Identifier: MIT */
/* Property blobs: what decodes encodes to the same bytes, and all of it can be used. */
#include <string.h>
#include "blob.h"
#include "fuzz.h"
#include "mem.h"
#include "prop.h"

static bool
is_text(const void *unused, ULONG tag)
{
	return PROP_TYPE(tag) == PT_STRING8;
}

/* Of broken bytes, too, some can be asked for. */
static void
decode_some(const uint8_t *data, size_t size)
{
	SPropValue *values;
	ULONG i, count;

	if (FAILED(blob_decode_some(data, size, is_text, NULL, &values, &count)))
		return;
	for (i = 0; i < count; i++)
		FUZZ_ASSERT(prop_check(&values[i]) == S_OK);
	mem_free(values);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GByteArray *bytes;
	SPropValue *values;
	ULONG i, count;

	decode_some(data, size);
	if (FAILED(blob_decode(data, size, &values, &count)))
		return 0;
	for (i = 0; i < count; i++) {
		FUZZ_ASSERT(prop_check(&values[i]) == S_OK);
		FUZZ_ASSERT(prop_compare(&values[i], &values[i]) == 0);
		if (i > 0)
			FUZZ_ASSERT((prop_compare(&values[i], &values[i - 1]) < 0) ==
				    (prop_compare(&values[i - 1], &values[i]) > 0));
	}
	bytes = g_byte_array_new();
	FUZZ_ASSERT(blob_encode(values, count, bytes) == S_OK);
	FUZZ_ASSERT(bytes->len == size && memcmp(bytes->data, data, size) == 0);
	g_byte_array_unref(bytes);
	mem_free(values);
	return 0;
}
