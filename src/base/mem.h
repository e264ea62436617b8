/* SPDX-License-Identifier: MIT */
/*
 * MAPI buffers: a root block with further blocks hung on it, freed in one call.
 *
 * These are the bodies of MAPIAllocateBuffer, MAPIAllocateMore and MAPIFreeBuffer and what
 * providers get as their allocators.  Every block carries a magic word that is always checked;
 * sizes cannot overflow; hanging a block on a root is safe from several threads.
 * (MAPI reference: MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer.)
 */
#ifndef EMAPI_BASE_MEM_H
#define EMAPI_BASE_MEM_H

#include <stddef.h>
#include <emapi_wintypes.h>

/* S_OK, MAPI_E_INVALID_PARAMETER or MAPI_E_NOT_ENOUGH_MEMORY; *out is NULL on failure.
 * The memory is aligned for any type and not zeroed. */
SCODE mem_allocate(ULONG size, LPVOID *out);
SCODE mem_allocate_more(ULONG size, LPVOID root, LPVOID *out);
/* 0, also for NULL; MAPI_E_INVALID_PARAMETER for what is no root block. */
ULONG mem_free(LPVOID root);

/* The same for our own code: zeroed memory on `root` (or a new root when `root` is NULL),
 * or NULL when memory is short or size exceeds 32 bits. */
void *mem_zalloc(void *root, size_t size);
void *mem_memdup(void *root, const void *data, size_t size);
char *mem_strdup(void *root, const char *text);
char *mem_strndup(void *root, const char *text, size_t length);
WCHAR *mem_wcsdup(void *root, const WCHAR *text);

/* Tests: the n-th allocation from now on fails (0 = none does). */
void mem_fail_after(unsigned long n);
unsigned long mem_allocations(void);
/* Tests: how many blocks there are now. */
unsigned long mem_live(void);

#endif
