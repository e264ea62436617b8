/* SPDX-License-Identifier: MIT */
/*
 * Values within a rule's actions ([MS-OXORULE] 2.2.5, [MS-OXCDATA] 2.11 with counts of 4 bytes, as
 * extended rules have them), little endian: text as UTF-16 with its end, bytes behind their count.
 */
#ifndef EMAPI_MAPI_ACTIONS_H
#define EMAPI_MAPI_ACTIONS_H

#include <glib.h>
#include <mapidefs.h>

#define ACTIONS_MAX 4096u /* of one rule */

/* Bytes that are read from the front. */
struct cursor {
	const BYTE *at;
	size_t left;
};

/* MAPI_E_CORRUPT_DATA where there is less. */
HRESULT cursor_take(struct cursor *cursor, size_t size, const BYTE **out);
HRESULT cursor_u32(struct cursor *cursor, ULONG *out);

void actions_put_u32(GByteArray *out, ULONG number);
/* Tag and value; MAPI_E_INVALID_TYPE for what rules cannot have (PT_OBJECT, PT_NULL). */
HRESULT actions_put_value(GByteArray *out, const SPropValue *value);
/* The value on the MAPI buffer `root`. */
HRESULT actions_get_value(struct cursor *cursor, void *root, SPropValue *value);

#endif
