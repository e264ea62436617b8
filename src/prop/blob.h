/* SPDX-License-Identifier: MIT */
/*
 * Property sets as bytes, for the store's rows, for records and for wires between our processes.
 *
 * Layout, little endian: 'E' 'P' version(1) 0, count(u32), then per property tag(u32), size(u32)
 * and `size` bytes of value.  Decoding trusts nothing: every count and size is checked against
 * what is there.  Unknown later versions are MAPI_E_VERSION, broken bytes MAPI_E_CORRUPT_DATA.
 */
#ifndef EMAPI_PROP_BLOB_H
#define EMAPI_PROP_BLOB_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* Appends the encoded set to `out`.  PT_OBJECT and PT_NULL values are left out. */
HRESULT blob_encode(const SPropValue *values, ULONG count, GByteArray *out);
/* A new MAPI buffer with the array; *count 0 and *out NULL for an empty set. */
HRESULT blob_decode(const void *data, size_t size, SPropValue **out, ULONG *count);
/* Of those only what `wanted` says of its tag: what is not wanted costs nothing but being passed.
 */
HRESULT blob_decode_some(const void *data, size_t size,
    bool (*wanted)(const void *context, ULONG tag), const void *context, SPropValue **out,
    ULONG *count);
/* As blob_decode(), hung on a MAPI buffer that is there. */
HRESULT blob_decode_onto(void *root, const void *data, size_t size, SPropValue **out, ULONG *count);

#endif
