/* SPDX-License-Identifier: MIT */
/* MAPI buffers: see mem.h.  Blocks hung on a root form a list that begins at the root and is only
 * ever pushed to until the root is freed, so that one atomic exchange is enough. */
#include "mem.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include "text.h"

#define MAGIC_ROOT 0x524D4145u /* "EAMR" */
#define MAGIC_PART 0x504D4145u /* "EAMP" */
#define MAGIC_DEAD 0x444D4145u /* "EAMD" */

/* What lies before each block.  Its size keeps the block aligned for any type. */
struct mem_block {
	alignas(max_align_t) volatile uint32_t magic;
	_Atomic(struct mem_block *) next;
};

static atomic_ulong allocations;
static atomic_ulong live;
static atomic_ulong fail_at; /* the number of the allocation that fails, 0 for none */

static bool
fails_now(void)
{
	unsigned long number = atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed) + 1;

	return number == atomic_load_explicit(&fail_at, memory_order_relaxed);
}

/* The block that `memory` is the inside of, NULL where it cannot be one. */
static struct mem_block *
block_of(void *memory, uint32_t magic)
{
	struct mem_block *block;

	if (!memory || (uintptr_t)memory % alignof(max_align_t) != 0)
		return NULL;
	block = (struct mem_block *)memory - 1;
	return block->magic == magic ? block : NULL;
}

static void *
block_create(struct mem_block *root, size_t size, bool zeroed)
{
	struct mem_block *block;
	size_t total;

	if (size > UINT32_MAX || fails_now())
		return NULL;
	/* Never ending where the memory given out begins: that pointer would be another's. */
	total = sizeof(*block) + (size > 0 ? size : 1);
	block = zeroed ? calloc(1, total) : malloc(total);
	if (!block)
		return NULL;
	atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
	block->magic = root ? MAGIC_PART : MAGIC_ROOT;
	atomic_init(&block->next, NULL);
	if (root) {
		struct mem_block *first = atomic_load(&root->next);

		do
			atomic_store(&block->next, first);
		while (!atomic_compare_exchange_weak(&root->next, &first, block));
	}
	return block + 1;
}

SCODE
mem_allocate(ULONG size, LPVOID *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = block_create(NULL, size, false);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

SCODE
mem_allocate_more(ULONG size, LPVOID root, LPVOID *out)
{
	struct mem_block *block = block_of(root, MAGIC_ROOT);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!block)
		return MAPI_E_INVALID_PARAMETER;
	*out = block_create(block, size, false);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

ULONG
mem_free(LPVOID root)
{
	struct mem_block *block = block_of(root, MAGIC_ROOT);

	if (!root)
		return 0;
	if (!block)
		return (ULONG)MAPI_E_INVALID_PARAMETER;
	while (block) {
		struct mem_block *next = atomic_load(&block->next);

		block->magic = MAGIC_DEAD;
		free(block);
		atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
		block = next;
	}
	return 0;
}

void *
mem_zalloc(void *root, size_t size)
{
	struct mem_block *block = block_of(root, MAGIC_ROOT);

	if (root && !block)
		return NULL;
	return block_create(block, size, true);
}

void *
mem_memdup(void *root, const void *data, size_t size)
{
	void *copy = mem_zalloc(root, size);

	if (copy && size > 0)
		memcpy(copy, data, size);
	return copy;
}

char *
mem_strdup(void *root, const char *text)
{
	return mem_memdup(root, text, strlen(text) + 1);
}

char *
mem_strndup(void *root, const char *text, size_t length)
{
	char *copy = length < SIZE_MAX ? mem_zalloc(root, length + 1) : NULL;

	if (copy && length > 0)
		memcpy(copy, text, length);
	return copy;
}

WCHAR *
mem_wcsdup(void *root, const WCHAR *text)
{
	return mem_memdup(root, text, (text_wcslen(text) + 1) * sizeof(WCHAR));
}

void
mem_fail_after(unsigned long n)
{
	unsigned long done = atomic_load(&allocations);

	atomic_store(&fail_at, n > 0 ? done + n : 0);
}

unsigned long
mem_allocations(void)
{
	return atomic_load(&allocations);
}

unsigned long
mem_live(void)
{
	return atomic_load(&live);
}
