/* SPDX-License-Identifier: MIT */
/* What emapi-sendmail hands over: all words end within the data, and the mail with it. */
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"
#include "handover.h"

static void
look(char **words, uint32_t count, const char *data, size_t size)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		FUZZ_ASSERT(words[i] >= data && words[i] + strlen(words[i]) < data + size);
	FUZZ_ASSERT(!words[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *data = malloc(size + 1);
	struct handover given;
	size_t line = 0;
	bool dots;

	if (!data)
		return 0;
	memcpy(data, bytes, size);
	if (handover_parse(data, size, &given)) {
		look(given.arguments, given.head->arguments, data, size);
		look(given.environment, given.head->environment, data, size);
		FUZZ_ASSERT(given.mail + given.head->mail == data + size);
		handover_takes(given.arguments, &dots);
		handover_ended(given.mail, given.head->mail, &line);
		FUZZ_ASSERT(line <= given.head->mail);
		free(given.arguments);
	}
	free(data);
	return 0;
}
