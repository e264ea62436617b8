/* SPDX-License-Identifier: MIT */
/* Receive folders: where incoming messages of a class go (MAPI reference:
 * IMsgStore::GetReceiveFolder). Class names are ASCII and compare without regard to case.  Lock
 * held. */
#ifndef EMAPI_STORE_RECEIVE_H
#define EMAPI_STORE_RECEIVE_H

#include "store.h"

/* The folder of the class or of the nearest base class; *explicit_class (may be NULL) is a MAPI
 * buffer with the class that names it, "" for the default. */
HRESULT receive_get(
    struct store *store, LPCTSTR class, ULONG flags, gint64 *folder, LPTSTR *explicit_class);
/* folder 0 takes the class's own setting away. */
HRESULT receive_set(struct store *store, LPCTSTR class, ULONG flags, gint64 folder);
HRESULT receive_table(struct store *store, ULONG flags, IMAPITable **out);

#endif
