/* SPDX-License-Identifier: MIT */
/* Rules' actions: what can be read can be written, and is then read to the same bytes. */
#include <string.h>
#include <edkmdb.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ACTIONS *actions = NULL, *again = NULL;
	BYTE *bytes = NULL, *more = NULL;
	ULONG count, more_count;

	if (FAILED(HrDeserializeActions(NULL, (BYTE *)(uintptr_t)data, (ULONG)size, &actions)))
		return 0;
	FUZZ_ASSERT(HrSerializeActions(NULL, actions, &bytes, &count) == S_OK);
	FUZZ_ASSERT(HrDeserializeActions(NULL, bytes, count, &again) == S_OK);
	FUZZ_ASSERT(HrSerializeActions(NULL, again, &more, &more_count) == S_OK);
	FUZZ_ASSERT(count == more_count && memcmp(bytes, more, count) == 0);
	MAPIFreeBuffer(actions);
	MAPIFreeBuffer(again);
	MAPIFreeBuffer(bytes);
	MAPIFreeBuffer(more);
	return 0;
}
