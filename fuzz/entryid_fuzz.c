/* SPDX-License-Identifier: MIT */
/* Entry IDs: what decodes can be encoded again and then says the same. */
#include <glib.h>
#include <string.h>
#include "entryid.h"
#include "fuzz.h"
#include "mem.h"

static void
try_oneoff(const uint8_t *data, size_t size)
{
	struct oneoff *oneoff, *again;
	ENTRYID *id;
	ULONG id_size;

	if (FAILED(oneoff_decode(data, (ULONG)size, &oneoff)))
		return;
	FUZZ_ASSERT(oneoff_encode(oneoff->name, oneoff->address_type, oneoff->address,
			oneoff->rich_info ? 0 : MAPI_SEND_NO_RICH_INFO, &id_size, &id) == S_OK);
	FUZZ_ASSERT(oneoff_decode(id, id_size, &again) == S_OK);
	FUZZ_ASSERT(strcmp(oneoff->name, again->name) == 0);
	FUZZ_ASSERT(strcmp(oneoff->address_type, again->address_type) == 0);
	FUZZ_ASSERT(strcmp(oneoff->address, again->address) == 0);
	FUZZ_ASSERT(oneoff->rich_info == again->rich_info);
	mem_free(again);
	mem_free(id);
	mem_free(oneoff);
}

static void
try_store(const uint8_t *data, size_t size)
{
	const void *inner, *again;
	ULONG inner_size, again_size, id_size;
	ENTRYID *id;
	char *dll, *same;

	if (FAILED(storeid_unwrap(data, (ULONG)size, &dll, &inner, &inner_size)))
		return;
	FUZZ_ASSERT(storeid_wrap(dll, inner, inner_size, &id_size, &id) == S_OK);
	FUZZ_ASSERT(storeid_unwrap(id, id_size, &same, &again, &again_size) == S_OK);
	FUZZ_ASSERT(strcmp(dll, same) == 0);
	FUZZ_ASSERT(again_size == inner_size && memcmp(again, inner, inner_size) == 0);
	mem_free(id);
	g_free(same);
	g_free(dll);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_oneoff(data, size);
	try_store(data, size);
	return 0;
}
