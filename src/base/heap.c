/* SPDX-License-Identifier: MIT */
/* See heap.h. */
#include "heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void
heap_populate(void *at, size_t size)
{
#ifdef MADV_POPULATE_WRITE
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)at + page - 1) & ~(page - 1);
	uintptr_t to = (uintptr_t)at + size;

	if (from < to)
		madvise((void *)from, to - from, MADV_POPULATE_WRITE);
#endif
}

void
heap_take(size_t size)
{
	void *block;

	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, (int)(2 * size));
	mallopt(M_TRIM_THRESHOLD, (int)(2 * size));
	block = malloc(size);
	if (block)
		heap_populate(block, size);
	free(block);
}
