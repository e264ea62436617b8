/* SPDX-License-Identifier: MIT */
/* What each fuzz target x_fuzz.c defines, for libFuzzer and for replay.c. */
#ifndef EMAPI_FUZZ_H
#define EMAPI_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Like assert(), but never compiled out. */
#define FUZZ_ASSERT(condition)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

#endif
