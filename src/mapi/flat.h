/* SPDX-License-Identifier: MIT */
/*
 * Values in one flat block: what util_copy.c does for property arrays, for others that have
 * SPropValues inside (notifications).  Each part lies at a multiple of 8.
 */
#ifndef EMAPI_MAPI_FLAT_H
#define EMAPI_MAPI_FLAT_H

#include <stddef.h>
#include <mapidefs.h>

#define FLAT_ALIGN(size) (((size) + 7) & ~(size_t)7)

/* Bytes that the value's parts need; the value must have passed prop_check(). */
size_t flat_value_size(const SPropValue *value);
/* Copies a value whose parts go to *at, which moves on. */
void flat_value_copy(const SPropValue *from, SPropValue *to, BYTE **at);
/* Turns pointers that are read at p + here into p + there.  Returns flat_value_size(). */
size_t flat_value_move(SPropValue *value, ptrdiff_t here, ptrdiff_t there);

#endif
