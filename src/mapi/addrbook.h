/* SPDX-License-Identifier: MIT */
/* IAddrBook: one-offs, and all address book providers of a session as one. */
#ifndef EMAPI_MAPI_ADDRBOOK_H
#define EMAPI_MAPI_ADDRBOOK_H

#include <mapix.h>

struct session;

/* MAPI_E_INTERFACE_NOT_SUPPORTED for an `iid` other than IAddrBook's and its bases'. */
HRESULT addrbook_create(struct session *session, const IID *iid, IAddrBook **out);

/* IAddrBook::CreateOneOff and IMAPISupport::CreateOneOff. */
HRESULT addrbook_create_oneoff(
    LPTSTR name, LPTSTR address_type, LPTSTR address, ULONG flags, ULONG *size, LPENTRYID *out);

#endif
