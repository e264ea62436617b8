/* SPDX-License-Identifier: MIT */
/* PR_CONVERSATION_INDEX ([MS-OXOMSG] 2.2.1.3; MAPI reference: ScCreateConversationIndex). */
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "mem.h"
#include "profile_admin.h"

#define HEADER 22 /* 6 bytes of time (the first is 1 until the year 4084), 16 of GUID */
#define CHILD 5

static ULONGLONG
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return ((ULONGLONG)time.tv_sec + 11644473600ull) * 10000000ull +
	       (ULONGLONG)time.tv_nsec / 100;
}

static HRESULT
put_header(BYTE *index)
{
	ULONGLONG time = now();
	MAPIUID uid;
	HRESULT hr = uid_new(&uid);
	int i;

	for (i = 0; i < 6; i++)
		index[i] = (BYTE)(time >> (56 - 8 * i));
	index[0] = 1;
	memcpy(index + 6, &uid, sizeof uid);
	return hr;
}

/* How much later the child is: 31 bits of the difference, from bit 18 or, beyond 1.7 years, 23. */
static void
put_child(const BYTE *header, BYTE *child)
{
	ULONGLONG start = 0, difference, time = now();
	ULONG delta, i;
	BYTE random = 0;

	for (i = 0; i < 6; i++)
		start = start << 8 | header[i];
	start <<= 16;
	difference = time > start ? time - start : 0;
	if (difference >> 49)
		delta = 0x80000000u | ((ULONG)(difference >> 23) & 0x7FFFFFFFu);
	else
		delta = (ULONG)(difference >> 18) & 0x7FFFFFFFu;
	for (i = 0; i < 4; i++)
		child[i] = (BYTE)(delta >> (24 - 8 * i));
	if (getrandom(&random, 1, 0) != 1)
		random = (BYTE)time;
	child[4] = (BYTE)(random & 0xF0);
}

SCODE
ScCreateConversationIndex(ULONG parent_size, LPBYTE parent, ULONG *size, LPBYTE *out)
{
	/* A parent that is no index begins a new conversation. */
	bool child = parent && parent_size >= HEADER && (parent_size - HEADER) % CHILD == 0;
	size_t total = child ? (size_t)parent_size + CHILD : HEADER;
	HRESULT hr = S_OK;
	BYTE *index;

	if (!size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*size = 0;
	*out = NULL;
	index = mem_zalloc(NULL, total);
	if (!index)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (child) {
		memcpy(index, parent, parent_size);
		put_child(parent, index + parent_size);
	} else {
		hr = put_header(index);
	}
	if (FAILED(hr)) {
		mem_free(index);
		return hr;
	}
	*size = (ULONG)total;
	*out = index;
	return S_OK;
}
