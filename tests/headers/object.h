/* SPDX-License-Identifier: MIT */
/* An IMessage written in C that remembers which of its methods was called last, and with what. */
#ifndef TESTS_HEADERS_OBJECT_H
#define TESTS_HEADERS_OBJECT_H

#include <mapix.h>

EMAPI_BEGIN_C

struct recorder {
	const void *vtbl;	/* must be first: where this is, is the IMessage */
	const char *method;
	ULONG flags;
	const void *pointer;
	IID iid;
};

/* Not counted: lives as long as the program. Each call gives the same one, forgetful again. */
struct recorder *recorder_reset(void);

/* Calls OnNotify as C does, and returns what it returns. */
ULONG sink_notify(LPMAPIADVISESINK sink, ULONG count, LPNOTIFICATION notifications);

EMAPI_END_C

#endif
