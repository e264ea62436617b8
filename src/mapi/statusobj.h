/* SPDX-License-Identifier: MIT */
/*
 * IMAPIStatus of the subsystem, the spooler, the address book and each provider: what the rows of
 * the status table open to.  Their entry IDs: flags(4)=0, a UID of ours, the UID of the row
 * (PR_INSTANCE_KEY), which for a provider is its profile section's.
 */
#ifndef EMAPI_MAPI_STATUSOBJ_H
#define EMAPI_MAPI_STATUSOBJ_H

#include <stdbool.h>
#include <mapidefs.h>

struct session;
struct bag;

/* Rows that are no provider's. */
extern const MAPIUID status_subsystem, status_spooler, status_book;

#define STATUSID_SIZE 36
void statusid_write(const MAPIUID *row, BYTE out[STATUSID_SIZE]);
bool statusid_is(const void *id, ULONG size);

/* Opens a row of this session's table.  MAPI_E_NOT_FOUND, MAPI_E_INTERFACE_NOT_SUPPORTED. */
HRESULT statusobj_open(
    struct session *session, const void *id, ULONG size, const IID *iid, IUnknown **out);

/* status.c: the properties of one row, without its number; MAPI_E_NOT_FOUND. */
HRESULT session_status_row(struct session *session, const MAPIUID *row, struct bag *bag);
/* IMAPISupport::ModifyStatusRow: what a provider says of itself goes before what we say. */
HRESULT session_status_modify(struct session *session, const MAPIUID *provider, ULONG count,
    const SPropValue *values, ULONG flags);

#endif
