/* SPDX-License-Identifier: MIT */
/* Mails from elsewhere: any bytes that are a mail, or an mbox of them, become messages that can be
 * written as mails again. */
#include <sys/mman.h>
#include <unistd.h>
#include <glib.h>
#include <mapicode.h>

#include "fuzz.h"
#include "import.h"
#include "message_double.h"
#include "mime.h"

static void
write_again(IMessage *message)
{
	struct mime_options options = { .from_address = "nobody@invalid", .utf8_headers = true };
	struct mime_output mail;
	HRESULT hr = mime_render(message, &options, &mail, NULL);

	FUZZ_ASSERT(SUCCEEDED(hr));
	mime_output_clear(&mail);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("mail", MFD_CLOEXEC);
	struct import_reader *reader;

	FUZZ_ASSERT(fd >= 0 && write(fd, data, size) == (ssize_t)size && !lseek(fd, 0, SEEK_SET));
	reader = import_open(fd);
	while (import_next(reader)) {
		struct message_double *message = double_create();
		g_autofree char *why = NULL;
		HRESULT hr = import_fill(reader, double_message(message), &why);

		FUZZ_ASSERT(hr == S_OK || (hr == MAPI_E_INVALID_OBJECT && why));
		if (SUCCEEDED(hr))
			write_again(double_message(message));
		double_free(message);
	}
	import_close(reader);
	return 0;
}
