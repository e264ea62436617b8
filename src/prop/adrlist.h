/* SPDX-License-Identifier: MIT */
/* Lists of recipients: what IAddrBook and address book providers both do to their entries. */
#ifndef EMAPI_PROP_ADRLIST_H
#define EMAPI_PROP_ADRLIST_H

#include <mapidefs.h>

struct bag;

/* PR_SEARCH_KEY of an address, "SMTP:ANN@EXAMPLE.TEST" with its 0, into the bag. */
HRESULT adr_set_search_key(struct bag *bag, const char *address_type, const char *address);

/* Gives an entry `values` (taken over on success) in place of its own. */
void adr_replace(ADRENTRY *entry, SPropValue *values, ULONG count);

/* As PrepareRecips wants it: the properties that `tags` names first and in their order, from the
 * entry itself or else from `known`, then what else the entry has.  PT_ERROR for what nobody knows.
 */
HRESULT adr_prepare(ADRENTRY *entry, const SPropTagArray *tags, const struct bag *known);

/* What a resolved entry becomes: `found` (all of it, or the columns `tags`), and what else the
 * entry had but PR_ENTRYID's kin.  Text of all comes as `flags` (MAPI_UNICODE) says. */
HRESULT adr_resolve(
    ADRENTRY *entry, const SPropTagArray *tags, ULONG flags, const struct bag *found);

#endif
