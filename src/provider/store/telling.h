/* SPDX-License-Identifier: MIT */
/* Telling a caller's IMAPIProgress how far a call is (MAPI reference: How to Display a Progress
 * Indicator). */
#ifndef EMAPI_STORE_TELLING_H
#define EMAPI_STORE_TELLING_H

#include <mapidefs.h>

/* `done` of `total`, within the limits that the object states; the counts only at the top level
 * (MAPI_TOP_LEVEL).  NULL is told nothing.  MAPI_E_USER_CANCEL where it wants no more; other
 * failures of it are nobody's.  No transaction is open. */
HRESULT tell_progress(IMAPIProgress *progress, ULONG done, ULONG total);

#endif
