/* SPDX-License-Identifier: MIT */
/*
 * Entry IDs of the store (design D10): flags(4)=0, store UID(16), version(1)=1, type(1), 0(2),
 * id(8, little endian).  The id is never reused and a message keeps it wherever it is moved.
 */
#ifndef EMAPI_STORE_EID_H
#define EMAPI_STORE_EID_H

#include <glib.h>
#include <mapidefs.h>

#define EID_SIZE 32

/* `type` is MAPI_STORE (id 0), MAPI_FOLDER or MAPI_MESSAGE. */
void eid_make(const MAPIUID *store, ULONG type, gint64 id, BYTE out[EID_SIZE]);
/* MAPI_E_UNKNOWN_ENTRYID when it is another store's, MAPI_E_INVALID_ENTRYID when it is broken. */
HRESULT eid_parse(const MAPIUID *store, ULONG size, const void *data, ULONG *type, gint64 *id);
/* As eid_parse(), for callers that take only one type: MAPI_E_INVALID_ENTRYID for others. */
HRESULT eid_parse_as(const MAPIUID *store, ULONG size, const void *data, ULONG type, gint64 *id);
/* A MAPI buffer with the entry ID. */
HRESULT eid_create(const MAPIUID *store, ULONG type, gint64 id, ULONG *size, ENTRYID **out);

#endif
