/* SPDX-License-Identifier: MIT */
/* The IMailUser that a one-off entry ID opens to: read-only, made from the ID alone. */
#ifndef EMAPI_MAPI_MAILUSER_H
#define EMAPI_MAPI_MAILUSER_H

#include <glib.h>
#include <mapidefs.h>

struct bag;

/* MAPI_E_UNKNOWN_ENTRYID, MAPI_E_INVALID_ENTRYID, MAPI_E_INTERFACE_NOT_SUPPORTED. */
HRESULT mailuser_open(const void *id, ULONG size, const IID *iid, IUnknown **out);

/* Everything that is known of a one-off, as properties: PR_ENTRYID, PR_DISPLAY_NAME, PR_ADDRTYPE,
 * PR_EMAIL_ADDRESS, PR_SEARCH_KEY, PR_OBJECT_TYPE, PR_DISPLAY_TYPE ... */
HRESULT mailuser_properties(const void *id, ULONG size, struct bag *bag);

#endif
