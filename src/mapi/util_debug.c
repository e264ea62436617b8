/* SPDX-License-Identifier: MIT */
/*
 * mapidbg.h: names of codes and tags, traces and traps, and memory that catches who reads past it.
 *
 * A block of VMAlloc ends where the next page may not be touched; before it stands its size.
 */
#include <execinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <glib.h>
#include <mapidbg.h>
#include <mapidefs.h>
#include "hr.h"

/* --- Names --------------------------------------------------------------------------------- */

/* The texts are the caller's until the next call on its thread. */
static char *
keep(const char *name)
{
	static _Thread_local char text[96];

	g_strlcpy(text, name, sizeof text);
	return text;
}

char *
SzDecodeScodeFn(SCODE sc)
{
	return keep(hr_name(sc));
}

char *
SzDecodeUlPropTypeFn(ULONG type)
{
	return keep(type_name(type));
}

char *
SzDecodeUlPropTagFn(ULONG tag)
{
	return keep(tag_name(tag));
}

ULONG
UlPropTagFromSzFn(char *name)
{
	ULONG tag;

	return name && tag_from_name(name, &tag) ? tag : 0;
}

SCODE
ScodeFromSzFn(char *name)
{
	HRESULT hr;

	return name && hr_from_name(name, &hr) ? hr : 0;
}

/* --- Traces and traps ---------------------------------------------------------------------- */

int
DebugTraceFn(char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	return 0;
}

int
DebugTrapFn(int fatal, char *file, int line, char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	if (fatal)
		abort();
	return 0;
}

void
DebugTraceProblemsFn(char *text, void *problems)
{
	const SPropProblemArray *array = problems;
	ULONG i;

	fprintf(
	    stderr, "%s: %u problems\n", text ? text : "", array ? (unsigned)array->cProblem : 0);
	for (i = 0; array && i < array->cProblem; i++)
		fprintf(stderr, "  [%u] %s: %s\n", (unsigned)array->aProblem[i].ulIndex,
		    tag_name(array->aProblem[i].ulPropTag), hr_name(array->aProblem[i].scode));
}

/* `list` ends with S_OK; successes are always good. */
SCODE
ScCheckScFn(SCODE sc, SCODE *list, char *method, char *file, int line)
{
	size_t i;

	if (SUCCEEDED(sc) || !list)
		return sc;
	for (i = 0; list[i]; i++)
		if (list[i] == sc)
			return sc;
	fprintf(stderr, "%s:%d: %s answers %s, which is none of its codes\n", file, line, method,
	    hr_name(sc));
	return sc;
}

void
GetCallStack(DWORD_PTR *callers, int skip, int count)
{
	void *stack[64];
	int depth = backtrace(stack, (int)G_N_ELEMENTS(stack)), i;

	for (i = 0; callers && i < count; i++) {
		int at = i + 1 + MAX(skip, 0); /* this function is left out */

		callers[i] = at < depth ? (DWORD_PTR)stack[at] : 0;
	}
}

/* --- Guarded memory ------------------------------------------------------------------------ */

struct guarded {
	size_t mapped; /* bytes from the beginning of the mapping, which is `base` */
	void *base;
	ULONG size, align;
};

/* Where the block's head stands: before the data, on no particular boundary. */
static void
head_of(const void *data, struct guarded *head)
{
	memcpy(head, (const char *)data - sizeof *head, sizeof *head);
}

void *
VMAllocEx(ULONG size, ULONG align)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room, whole;
	struct guarded head;
	char *base, *data;

	if (!align || (align & (align - 1)) || align > page)
		return NULL;
	room = ((size_t)size + align - 1) & ~((size_t)align - 1);
	whole = (sizeof head + align + room + page - 1) / page * page;
	base = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	if (mprotect(base + whole, page, PROT_NONE) < 0) {
		munmap(base, whole + page);
		return NULL;
	}
	data = base + whole - room;
	head = (struct guarded){ whole + page, base, size, align };
	memcpy(data - sizeof head, &head, sizeof head);
	return data;
}

void *
VMAlloc(ULONG size)
{
	return VMAllocEx(size, 1);
}

void
VMFree(void *data)
{
	struct guarded head;

	if (!data)
		return;
	head_of(data, &head);
	munmap(head.base, head.mapped);
}

void
VMFreeEx(void *data, ULONG align)
{
	VMFree(data);
}

ULONG
VMGetSize(void *data)
{
	struct guarded head;

	if (!data)
		return 0;
	head_of(data, &head);
	return head.size;
}

ULONG
VMGetSizeEx(void *data, ULONG align)
{
	return VMGetSize(data);
}

void *
VMReallocEx(void *data, ULONG size, ULONG align)
{
	void *fresh = VMAllocEx(size, align);

	if (fresh && data) {
		memcpy(fresh, data, MIN(size, VMGetSize(data)));
		VMFree(data);
	}
	return fresh;
}

void *
VMRealloc(void *data, ULONG size)
{
	return VMReallocEx(data, size, 1);
}
