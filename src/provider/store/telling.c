/* SPDX-License-Identifier: MIT */
/* Progress: see telling.h. */
#include "telling.h"

#include <mapicode.h>

#define RANGE 1000

HRESULT
tell_progress(IMAPIProgress *progress, ULONG done, ULONG total)
{
	ULONG low = 0, high = RANGE, flags = 0, value;
	HRESULT hr;

	if (!progress || !total)
		return S_OK;
	if (FAILED(progress->lpVtbl->GetFlags(progress, &flags)))
		flags = 0;
	if (FAILED(progress->lpVtbl->GetMin(progress, &low)) ||
	    FAILED(progress->lpVtbl->GetMax(progress, &high)) || high < low) {
		low = 0;
		high = RANGE;
	}
	value = low + (ULONG)((ULONGLONG)(high - low) * done / total);
	if (flags & MAPI_TOP_LEVEL)
		hr = progress->lpVtbl->Progress(progress, value, done, total);
	else
		hr = progress->lpVtbl->Progress(progress, value, 0, 0);
	return (hr == MAPI_E_USER_CANCEL) ? hr : S_OK;
}
