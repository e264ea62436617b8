/* SPDX-License-Identifier: MIT */
/* Page faults that are known beforehand, spared: a page that is touched for the first time costs
 * many times what it costs as one of many that are asked for at once.  For processes that start for
 * one message.  Where the kernel cannot do it (before Linux 5.14), nothing happens. */
#ifndef EMAPI_BASE_HEAP_H
#define EMAPI_BASE_HEAP_H

#include <stddef.h>

/* What this process will take by malloc() in any case.  From then on it has one heap, from which
 * blocks of less than twice `size` come too, and of which less than that is never given back. */
void heap_take(size_t size);

/* A mapping that is about to be written. */
void heap_populate(void *at, size_t size);

#endif
