/* SPDX-License-Identifier: MIT */
/* Page faults that are known beforehand, spared: a page that is touched for the first time costs
 * many times what it costs as one of many that are asked for at once, and where the kernel gives
 * one large page for them (transparent_hugepage; 2 MiB), that is one fault for all.  For processes
 * that start for one message.  Where the kernel can do neither (before Linux 5.14, `never`),
 * nothing happens. */
#ifndef EMAPI_BASE_HEAP_H
#define EMAPI_BASE_HEAP_H

#include <stddef.h>

/* What this process will take by malloc() in any case; once, and once again for more.  From then on
 * it has one heap, from which blocks of less than twice `size` come too (larger ones where the
 * large page has room), and of which less than that, or than two large pages, is never given back.
 */
void heap_take(size_t size);

/* A mapping that is about to be written. */
void heap_populate(void *at, size_t size);

#endif
