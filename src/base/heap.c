/* SPDX-License-Identifier: MIT */
/* See heap.h. */
#include "heap.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE ((size_t)2 << 20) /* a large page of most processors */
#define WORTH (LARGE / 8)       /* one costs what so much of small ones does, or less */
#define HEADER 64               /* a block's, and more */

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

static void
one_heap(size_t mapped_from, size_t kept)
{
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, (int)mapped_from);
	mallopt(M_TRIM_THRESHOLD, (int)kept);
}

static void
take_small(size_t size)
{
	void *block;

	one_heap(2 * size, 2 * size);
	block = malloc(size);
	if (block)
		heap_populate(block, size);
	free(block);
}

/* The heap is one piece, and what follows its last block is where the next ones come from: that is
 * moved to where a large page can be.  False where malloc() is another's. */
static bool
take_large(size_t size)
{
	static void *below; /* the last block: it ends where the large page begins */
	uintptr_t at;

	one_heap(3 * LARGE, 2 * size);
	below = malloc(2 * LARGE);
	if (!below || (uintptr_t)below + 2 * LARGE > (uintptr_t)sbrk(0)) {
		free(below);
		below = NULL;
		return false;
	}
	at = ((uintptr_t)below + HEADER + LARGE - 1) & ~(LARGE - 1);
	below = realloc(below, at + LARGE - (uintptr_t)below);
	madvise((void *)at, LARGE, MADV_HUGEPAGE);
	heap_populate((void *)at, size);
	one_heap(2 * size, 2 * LARGE);
	below = realloc(below, at - HEADER - (uintptr_t)below);
	return true;
}

void
heap_take(size_t size)
{
	if (size < WORTH || size > LARGE || !take_large(size))
		take_small(size);
}
