/* SPDX-License-Identifier: MIT */
/* See heap.h. */
#include "heap.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

/* --- Programs and libraries ----------------------------------------------------------------- */

#ifdef MADV_POPULATE_READ
/* Of the others little is used. */
static bool
is_much_used(const char *name)
{
	static const char *const names[] = { "/libemapi-", "/libsqlite3.", "/libglib-2.",
		"/libc." };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strstr(name, names[i]))
			return true;
	return !*name; /* the program */
}

/* Where variables begin: before them stands what the linker has made read-only again. */
static uintptr_t
variables(const struct dl_phdr_info *object, uintptr_t from)
{
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];

		if (part->p_type == PT_GNU_RELRO)
			from = object->dlpi_addr + part->p_vaddr + part->p_memsz;
	}
	return from;
}

static int
populate_object(struct dl_phdr_info *object, size_t size, void *context)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < object->dlpi_phnum && is_much_used(object->dlpi_name); i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t from = object->dlpi_addr + part->p_vaddr, to = from + part->p_memsz;
		bool writable = part->p_flags & PF_W;

		if (part->p_type != PT_LOAD)
			continue;
		if (writable)
			from = variables(object, from);
		from &= ~(page - 1);
		if (from < to)
			madvise((void *)from, to - from,
			    writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
	}
	return 0;
}
#endif

void
heap_objects(void)
{
#ifdef MADV_POPULATE_READ
	dl_iterate_phdr(populate_object, NULL);
#endif
}

/* --- Memory ---------------------------------------------------------------------------------- */

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
