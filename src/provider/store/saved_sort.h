/* SPDX-License-Identifier: MIT */
/* The order that a folder's contents tables begin with (MAPI reference:
 * IMAPIFolder::SaveContentsSort). */
#ifndef EMAPI_STORE_SAVED_SORT_H
#define EMAPI_STORE_SAVED_SORT_H

#include "folder.h"

/* `deep` (RECURSIVE_SORT): of all folders below it too.  An order of no columns is none.
 * MAPI_E_TOO_COMPLEX: more columns than anybody sorts by. */
HRESULT saved_sort_set(struct folder *folder, const SSortOrderSet *sort, bool deep);
/* Sorts a new table of the folder's messages. */
HRESULT saved_sort_apply(struct folder *folder, IMAPITable *table);

#endif
