/* SPDX-License-Identifier: MIT */
/*
 * PR_RTF_COMPRESSED: RTF packed by a dictionary of 4,096 bytes ("LZFu") or as it is ("MELA"),
 * behind a header of 16 bytes ([MS-OXRTFCP] 2.1).
 */
#ifndef EMAPI_MAPI_RTF_CODEC_H
#define EMAPI_MAPI_RTF_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <emapi_wintypes.h>

/* *out is g_free()d by the caller.  MAPI_E_CORRUPT_DATA: a header that is none, a checksum that
 * does not match, or less text than the header promises; MAPI_E_NOT_ENOUGH_MEMORY. */
HRESULT rtf_unpack(const void *packed, size_t size, char **out, size_t *out_size);
/* `plain`: as it is, without packing.  MAPI_E_TOO_BIG for what 32 bits cannot count. */
HRESULT rtf_pack(const void *rtf, size_t size, bool plain, BYTE **out, size_t *out_size);

#endif
