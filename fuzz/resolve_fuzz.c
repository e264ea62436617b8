/* SPDX-License-Identifier: MIT */
/* Recipients as people type them: what passes has all its parts, and no line breaks to smuggle. */
#include <glib.h>
#include <string.h>
#include "fuzz.h"
#include "resolve.h"

static bool
has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *typed = g_strndup(size ? (const char *)data : "", size);
	g_autofree char *name = NULL, *address = NULL;
	g_autofree char *full = NULL, *type = NULL, *other = NULL;

	if (resolve_parse(typed, &name, &address))
		FUZZ_ASSERT(
		    *name && strchr(address, '@') && !has_controls(name) && !has_controls(address));
	else
		FUZZ_ASSERT(!name && !address);
	if (!resolve_oneoff(typed, &full, &type, &other)) {
		FUZZ_ASSERT(!full && !type && !other);
		return 0;
	}
	FUZZ_ASSERT(*full && *type && *other && !has_controls(full) && !has_controls(type));
	if (!g_ascii_strcasecmp(type, "SMTP"))
		FUZZ_ASSERT(strchr(other, '@') && !has_controls(other));
	return 0;
}
