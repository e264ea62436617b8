/* SPDX-License-Identifier: MIT */
/* IMAPIProgress: what a client gave, told how far it is, and one of our own for who gave none. */
#ifndef EMAPI_MAPI_PROGRESS_H
#define EMAPI_MAPI_PROGRESS_H

#include <mapidefs.h>

/* Tells `progress` (may be NULL) that `done` of `total` are done, within the limits it states.
 * MAPI_E_USER_CANCEL where it wants no more. */
HRESULT progress_step(IMAPIProgress *progress, ULONG done, ULONG total);

/* IMAPISupport::DoProgressDialog without a window: it keeps flags and limits and shows nothing. */
HRESULT progress_create(ULONG flags, IMAPIProgress **out);

#endif
