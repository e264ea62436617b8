/* SPDX-License-Identifier: MIT */
/*
 * Restrictions as bytes: the criteria of search folders in the store's rows.
 *
 * Layout, little endian: each restriction is rt(u32) and its numbers (u32 each) in the order of its
 * structure; a value, or a comment's values, is size(u32) and a property blob (blob.h); what it
 * holds follows it, for RES_AND and RES_OR behind their count, for RES_COMMENT behind 1 or 0.
 */
#ifndef EMAPI_PROP_RESTRICTION_BLOB_H
#define EMAPI_PROP_RESTRICTION_BLOB_H

#include <glib.h>
#include <mapidefs.h>

/* Appends a restriction that passed restriction_check_subs().  MAPI_E_TOO_COMPLEX for values of
 * types that cannot be kept (PT_NULL, PT_OBJECT). */
HRESULT restriction_encode(const SRestriction *restriction, GByteArray *out);
/* A new MAPI buffer that passes restriction_check_subs(); MAPI_E_CORRUPT_DATA for anything else. */
HRESULT restriction_decode(const void *data, size_t size, SRestriction **out);

#endif
