/* SPDX-License-Identifier: MIT */
/*
 * MAPI buffers: see mem.h.  Blocks hung on a root form a list that begins at the root and is only
 * ever pushed to until the root is freed, so that one atomic exchange is enough.
 *
 * Small blocks share slabs, which hang on the root in the same way; each has a head of its own all
 * the same.  Not where a checker is to see each block: under a sanitizer, and with EMAPI_MEM=plain.
 */
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
#define MAGIC_SLAB 0x534D4145u /* "EAMS" */
#define MAGIC_DEAD 0x444D4145u /* "EAMD" */

#define SLAB_FIRST 240 /* each further one is twice as large, until */
#define SLAB_LAST 4080
#define SMALL_MAX 512 /* what goes into a slab at most */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHECKED 1
#endif
#endif

/* What lies before each block.  Its size keeps the block aligned for any type. */
struct mem_block {
	alignas(max_align_t) volatile uint32_t magic;
	_Atomic(struct mem_block *) next;
};

/* `size` bytes follow, the first `used` of them are given out; who asked for more than there was
 * left it above `size`. */
struct slab {
	struct mem_block block;
	size_t size;
	atomic_size_t used;
	alignas(max_align_t) atomic_ulong parts;
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

static void
push(struct mem_block *root, struct mem_block *block)
{
	struct mem_block *first = atomic_load(&root->next);

	do
		atomic_store_explicit(&block->next, first, memory_order_relaxed);
	while (!atomic_compare_exchange_weak(&root->next, &first, block));
}

/* --- Slabs --------------------------------------------------------------------------------- */

static bool
is_pooled(size_t size)
{
#ifdef CHECKED
	return false;
#else
	static atomic_int pooled; /* 0: not known yet */
	int now = atomic_load_explicit(&pooled, memory_order_relaxed);

	if (!now) {
		const char *wish = getenv("EMAPI_MEM");

		now = wish && !strcmp(wish, "plain") ? -1 : 1;
		atomic_store_explicit(&pooled, now, memory_order_relaxed);
	}
	return now > 0 && size <= SMALL_MAX;
#endif
}

static struct slab *
slab_create(struct mem_block *root, size_t size)
{
	struct slab *slab = malloc(sizeof(*slab) + size);

	if (!slab)
		return NULL;
	slab->block.magic = MAGIC_SLAB;
	slab->size = size;
	atomic_init(&slab->used, 0);
	atomic_init(&slab->parts, 0);
	push(root, &slab->block);
	return slab;
}

/* Room in the slab, its head included; NULL where there is not so much. */
static struct mem_block *
slab_take(struct slab *slab, size_t size)
{
	size_t at = atomic_fetch_add_explicit(&slab->used, size, memory_order_relaxed);

	if (at > slab->size || size > slab->size - at)
		return NULL;
	atomic_fetch_add_explicit(&slab->parts, 1, memory_order_relaxed);
	return (struct mem_block *)(void *)((char *)(slab + 1) + at);
}

/* The newest slab of a root, where at most one larger block was hung on it since. */
static struct slab *
slab_find(struct mem_block *root)
{
	struct mem_block *block = atomic_load(&root->next);

	if (block && block->magic != MAGIC_SLAB)
		block = atomic_load_explicit(&block->next, memory_order_relaxed);
	return block && block->magic == MAGIC_SLAB ? (struct slab *)(void *)block : NULL;
}

static struct mem_block *
slab_part(struct mem_block *root, size_t size)
{
	size_t whole = sizeof(struct mem_block) + size + alignof(max_align_t) - 1;
	struct slab *slab = slab_find(root);
	struct mem_block *block;
	size_t next;

	whole -= whole % alignof(max_align_t);
	block = slab ? slab_take(slab, whole) : NULL;
	if (block)
		return block;
	next = slab ? slab->size * 2 + sizeof(*slab) : SLAB_FIRST;
	next = next < SLAB_LAST ? next : SLAB_LAST;
	slab = slab_create(root, next > whole ? next : whole);
	return slab ? slab_take(slab, whole) : NULL;
}

static void *
part_create(struct mem_block *root, size_t size, bool zeroed)
{
	struct mem_block *block = slab_part(root, size);

	if (!block)
		return NULL;
	atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
	block->magic = MAGIC_PART;
	atomic_init(&block->next, NULL);
	return zeroed ? memset(block + 1, 0, size) : block + 1;
}

/* --- Blocks -------------------------------------------------------------------------------- */

static void *
block_create(struct mem_block *root, size_t size, bool zeroed)
{
	struct mem_block *block;
	size_t total;

	if (size > UINT32_MAX || fails_now())
		return NULL;
	if (root && is_pooled(size))
		return part_create(root, size, zeroed);
	/* Never ending where the memory given out begins: that pointer would be another's. */
	total = sizeof(*block) + (size > 0 ? size : 1);
	block = zeroed ? calloc(1, total) : malloc(total);
	if (!block)
		return NULL;
	atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
	block->magic = root ? MAGIC_PART : MAGIC_ROOT;
	atomic_init(&block->next, NULL);
	if (root)
		push(root, block);
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
		struct mem_block *next = atomic_load_explicit(&block->next, memory_order_relaxed);
		unsigned long count = 1;

		if (block->magic == MAGIC_SLAB)
			count = atomic_load(&((struct slab *)(void *)block)->parts);
		block->magic = MAGIC_DEAD;
		free(block);
		atomic_fetch_sub_explicit(&live, count, memory_order_relaxed);
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
