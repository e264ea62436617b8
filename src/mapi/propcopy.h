/* SPDX-License-Identifier: MIT */
/*
 * CopyTo and CopyProps between any two objects that have IMAPIProp: by GetProps and SetProps, and
 * from stream to stream what is too long for that; named properties by their names, as far as both
 * know them.  Objects within (PT_OBJECT) are left to
 * objcopy.h: here they become problems (MAPI_E_INTERFACE_NOT_SUPPORTED) in CopyProps and are left
 * out of CopyTo.
 */
#ifndef EMAPI_MAPI_PROPCOPY_H
#define EMAPI_MAPI_PROPCOPY_H

#include <stdbool.h>
#include <mapidefs.h>

/* `target` is an interface derived from IMAPIProp.  `flags`: MAPI_MOVE deletes at the source,
 * MAPI_NOREPLACE keeps what the target has.  `problems` may be NULL; it gets one for each property
 * that was not copied, with its place in `include` (in CopyTo: among all that the source has). */
HRESULT propcopy_to(IMAPIProp *source, const SPropTagArray *exclude, void *target, ULONG flags,
    LPSPropProblemArray *problems);
HRESULT propcopy_props(IMAPIProp *source, const SPropTagArray *include, void *target, ULONG flags,
    LPSPropProblemArray *problems);

/* Whether `tags` (may be NULL) names a property of this id. */
bool propcopy_has_tag(const SPropTagArray *tags, ULONG tag);
/* One property of any length by IStream. */
HRESULT propcopy_stream(IMAPIProp *source, IMAPIProp *target, ULONG tag);

#endif
