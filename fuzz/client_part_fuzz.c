/* SPDX-License-Identifier: MIT */
/* What a client says of itself: what decodes is text that can be shown, and encodes to the same. */
#include <glib.h>
#include <string.h>
#include "client_part.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client_part part, again;
	BYTE number[CLIENT_NUMBER_MAX];
	GByteArray *bytes;

	if (!client_part_decode(data, size, &part))
		return 0;
	FUZZ_ASSERT(g_utf8_validate(part.program, -1, NULL));
	FUZZ_ASSERT(!strpbrk(part.program, "\r\n\t"));
	bytes = client_part_encode(&part);
	FUZZ_ASSERT(bytes->len + 2 * CLIENT_NUMBER_MAX <= CLIENT_PART_MAX);
	g_byte_array_append(
	    bytes, number, (guint)client_part_number((guint64)part.took / 1000, number));
	g_byte_array_append(bytes, number, (guint)client_part_number(part.calls, number));
	FUZZ_ASSERT(client_part_decode(bytes->data, bytes->len, &again));
	FUZZ_ASSERT(again.process == part.process && again.user == part.user);
	FUZZ_ASSERT(again.took == part.took && again.logon_flags == part.logon_flags);
	FUZZ_ASSERT(again.store_flags == part.store_flags && again.calls == part.calls);
	FUZZ_ASSERT(strncmp(again.program, part.program, strlen(again.program)) == 0);
	client_part_clear(&again);
	client_part_clear(&part);
	g_byte_array_unref(bytes);
	return 0;
}
