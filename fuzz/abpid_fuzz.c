/* SPDX-License-Identifier: MIT */
/* Entry IDs of address books: what is ours comes out as it went in, and nothing else is ours. */
#include <string.h>
#include <mapicode.h>
#include "abp.h"
#include "fuzz.h"
#include "mem.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const MAPIUID book = { "emapi fuzz book" };
	GBytes *bytes = NULL;
	SBinary again;
	ULONG type;
	HRESULT hr = abp_id_parse(&book, data, (ULONG)size, &type, &bytes);

	if (FAILED(hr)) {
		FUZZ_ASSERT(hr == MAPI_E_UNKNOWN_ENTRYID || hr == MAPI_E_INVALID_ENTRYID);
		FUZZ_ASSERT(bytes == NULL);
		return 0;
	}
	FUZZ_ASSERT(!memcmp(data + 4, &book, sizeof book));
	FUZZ_ASSERT(abp_id_create(&book, type, bytes, NULL, &again) == S_OK);
	FUZZ_ASSERT(again.cb == size && !memcmp(again.lpb, data, size));
	mem_free(again.lpb);
	if (bytes)
		g_bytes_unref(bytes);
	return 0;
}
