/* SPDX-License-Identifier: MIT */
/*
 * Named properties: one mapping for the whole store, ids 0x8000-0xFFFE, never reused.  Names of the
 * set PS_MAPI map to the id itself and back (MAPI reference: IMAPIProp::GetIDsFromNames).
 */
#ifndef EMAPI_STORE_NAMEDPROP_H
#define EMAPI_STORE_NAMEDPROP_H

#include "store.h"

/* Bodies of the two methods, the lock taken inside.  Unknown names without MAPI_CREATE give
 * PT_ERROR with id 0 and MAPI_W_ERRORS_RETURNED; no names at all asks for every one. */
HRESULT names_get_ids(
    struct store *store, ULONG count, MAPINAMEID **names, ULONG flags, SPropTagArray **tags);
HRESULT names_get_names(struct store *store, SPropTagArray **tags, const GUID *set, ULONG flags,
    ULONG *count, MAPINAMEID ***names);

#endif
