/* SPDX-License-Identifier: MIT */
/* Headers of mails from elsewhere: fields cover the header without gaps, an end told early is the
 * true one, and decoded text is UTF-8 without control characters. */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "rawheader.h"

static void
check_field(const struct rawheader_field *field, const char *end)
{
	g_autofree char *value = rawheader_unfold(field);
	g_autofree char *text = rawheader_decode(value);
	const char *p;

	FUZZ_ASSERT(field->name_length > 0 && field->length > field->name_length);
	FUZZ_ASSERT(field->start + field->length <= end);
	FUZZ_ASSERT(field->value + field->value_length <= field->start + field->length);
	FUZZ_ASSERT(!strpbrk(value, "\r\n"));
	FUZZ_ASSERT(g_utf8_validate(text, -1, NULL));
	for (p = text; *p; p++)
		FUZZ_ASSERT((unsigned char)*p >= 0x20 && *p != 0x7F);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *mail = (const char *)data;
	struct rawheader_field field;
	size_t at = 0, end, body, early, early_body;

	FUZZ_ASSERT(rawheader_end(mail, size, true, &end, &body));
	FUZZ_ASSERT(end <= body && body <= size);
	while (rawheader_next(mail, size, &at, &field))
		check_field(&field, mail + end);
	FUZZ_ASSERT(at == end);
	if (rawheader_end(mail, size / 2, false, &early, &early_body))
		FUZZ_ASSERT(early == end && early_body == body);
	return 0;
}
