/* SPDX-License-Identifier: MIT */
/*
 * Entry IDs that are nobody's secret: one-off recipients and wrapped store entry IDs.
 *
 * One-off ([MS-OXCDATA] 2.2.5.1): flags(4)=0, MAPI_ONE_OFF_UID(16), version u16, bits u16
 * (0x8000 = text is UTF-16, 0x0001 = MAPI_ONE_OFF_NO_RICH_INFO), display name, address type and
 * address, each zero-ended.
 * Store ([MS-OXCDATA] 2.2.4.3 shape): flags(4)=0, muidStoreWrap(16), version 0, flag 0, DLL name
 * zero-ended and padded to 4 bytes, then the provider's own store entry ID.
 */
#ifndef EMAPI_PROP_ENTRYID_H
#define EMAPI_PROP_ENTRYID_H

#include <stdbool.h>
#include <mapidefs.h>

/* What a one-off says, as UTF-8 on one MAPI buffer. */
struct oneoff {
	char *name;
	char *address_type;
	char *address;
	bool rich_info;
};

/* `flags`: MAPI_UNICODE makes UTF-16 text inside, MAPI_SEND_NO_RICH_INFO clears rich info. */
HRESULT oneoff_encode(const char *name, const char *address_type, const char *address, ULONG flags,
    ULONG *size, ENTRYID **out);
bool oneoff_is(const void *id, ULONG size);
/* mem_free(*out).  MAPI_E_UNKNOWN_ENTRYID for anything else, MAPI_E_INVALID_ENTRYID when broken. */
HRESULT oneoff_decode(const void *id, ULONG size, struct oneoff **out);

HRESULT storeid_wrap(const char *dll, const void *id, ULONG size, ULONG *out_size, ENTRYID **out);
bool storeid_is_wrapped(const void *id, ULONG size);
/* *inner borrows from `id`; *dll is a g_free()able copy. */
HRESULT storeid_unwrap(
    const void *id, ULONG size, char **dll, const void **inner, ULONG *inner_size);

#endif
