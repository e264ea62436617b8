/* SPDX-License-Identifier: MIT */
/* Address lists: each mailbox lies where it is said to, and its name is fit for a terminal. */
#include <glib.h>
#include <string.h>

#include "addrlist.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GPtrArray) list = addrlist_new();
	g_autofree char *why = NULL;
	bool good = addrlist_parse(text, list, &why);
	size_t behind = 0;
	const char *p;
	guint i;

	FUZZ_ASSERT(good == !why);
	for (i = 0; i < list->len; i++) {
		const struct addrlist_mailbox *mailbox = list->pdata[i];

		FUZZ_ASSERT(mailbox->at >= behind || mailbox->length == 0);
		FUZZ_ASSERT(mailbox->at + mailbox->length <= strlen(text));
		FUZZ_ASSERT(strlen(mailbox->address) <= mailbox->length);
		behind = mailbox->at + mailbox->length;
		for (p = mailbox->name; p && *p; p++)
			FUZZ_ASSERT((unsigned char)*p >= 0x20 && *p != 0x7F);
	}
	return 0;
}
