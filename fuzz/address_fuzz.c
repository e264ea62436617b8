/* SPDX-License-Identifier: MIT */
/* Addresses: what passes is safe in a command and in a header, and its ASCII form passes too. */
#include <glib.h>
#include <string.h>

#include "address.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *address = g_strndup((const char *)data, size);
	g_autofree char *why = NULL, *ascii = NULL;
	const char *p;

	if (!address_check(address, &why)) {
		FUZZ_ASSERT(why && *why);
		return 0;
	}
	FUZZ_ASSERT(!why && strlen(address) <= 254 && strchr(address, '@'));
	for (p = address; *p; p++)
		FUZZ_ASSERT((unsigned char)*p >= 0x20 && *p != 0x7F);
	if (address[0] != '"')
		FUZZ_ASSERT(!strpbrk(address, "<> ,;()\\\""));
	ascii = address_to_ascii(address);
	if (ascii)
		FUZZ_ASSERT(strchr(ascii, '@') && g_str_is_ascii(strrchr(ascii, '@')));
	return 0;
}
