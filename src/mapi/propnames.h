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

/* For who keeps them in a file: the number of properties there may be, the name of the one with the
 * number 0x8000 + `index` (borrowed; NULL where there is none), and a copy of a name put there. */
ULONG propnames_count(const struct propnames *names);
const MAPINAMEID *propnames_at(const struct propnames *names, ULONG index);
HRESULT propnames_put(struct propnames *names, ULONG index, const MAPINAMEID *name);

#endif
