/* SPDX-License-Identifier: MIT */
/*
 * CopyTo and CopyProps between any two objects that have IMAPIProp, by GetProps and SetProps:
 * what IMAPISupport::DoCopyTo and DoCopyProps do for providers.  Sub-objects (PT_OBJECT) are not
 * copied: they become problems (MAPI_E_INTERFACE_NOT_SUPPORTED) in CopyProps and are left out of
 * CopyTo.
 */
#ifndef EMAPI_MAPI_PROPCOPY_H
#define EMAPI_MAPI_PROPCOPY_H

#include <mapidefs.h>

/* `target` is an interface derived from IMAPIProp.  `flags`: MAPI_MOVE deletes at the source,
 * MAPI_NOREPLACE keeps what the target has.  `problems` may be NULL. */
HRESULT propcopy_to(IMAPIProp *source, const SPropTagArray *exclude, void *target, ULONG flags,
    LPSPropProblemArray *problems);
HRESULT propcopy_props(IMAPIProp *source, const SPropTagArray *include, void *target, ULONG flags,
    LPSPropProblemArray *problems);

#endif
