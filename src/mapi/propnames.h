/* SPDX-License-Identifier: MIT */
/* Named properties of an object in memory: each object has numbers of its own (MAPI reference:
 * IMAPIProp::GetIDsFromNames, GetNamesFromIDs).  Not locked. */
#ifndef EMAPI_MAPI_PROPNAMES_H
#define EMAPI_MAPI_PROPNAMES_H

#include <mapidefs.h>

struct propnames;

struct propnames *propnames_create(void);
void propnames_free(struct propnames *names);
/* The bodies of the methods; results are MAPI buffers. */
HRESULT propnames_get_ids(
    struct propnames *names, ULONG count, MAPINAMEID **wanted, ULONG flags, SPropTagArray **tags);
HRESULT propnames_get_names(struct propnames *names, SPropTagArray **tags, const GUID *set,
    ULONG flags, ULONG *count, MAPINAMEID ***out);

#endif
