/* SPDX-License-Identifier: MIT */
/* IMAPIProgress (MAPI reference: IMAPIProgress : IUnknown, IMAPISupport::DoProgressDialog). */
#include "progress.h"
#include <stdbool.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "com.h"

#define RANGE 1000 /* what MAPI's own object begins with: 1 to 1000 */

HRESULT
progress_step(IMAPIProgress *progress, ULONG done, ULONG total)
{
	ULONG low = 0, high = RANGE;
	ULONGLONG way;
	HRESULT hr;

	if (!progress || !total)
		return S_OK;
	if (FAILED(progress->lpVtbl->GetMin(progress, &low)) ||
	    FAILED(progress->lpVtbl->GetMax(progress, &high)) || high < low) {
		low = 0;
		high = RANGE;
	}
	way = (ULONGLONG)(high - low) * done / total;
	hr = progress->lpVtbl->Progress(progress, low + (ULONG)way, done, total);
	return hr == MAPI_E_USER_CANCEL ? hr : S_OK;
}

/* --- Our own ------------------------------------------------------------------------------- */

struct progress {
	struct com_object com;
	IMAPIProgress iprogress;
	atomic_uint flags, low, high;
};

#define SELF(This) COM_OBJECT(This, struct progress, iprogress)

static const struct com_interface interfaces[] = {
	{ &IID_IMAPIProgress, offsetof(struct progress, iprogress) },
	{ NULL, 0 },
};

static const struct com_class progress_class = { "IMAPIProgress", interfaces, NULL };

COM_UNKNOWN(progress, struct progress, iprogress, IMAPIProgress)

static HRESULT
progress_Progress(IMAPIProgress *This, ULONG value, ULONG count, ULONG total)
{
	return S_OK;
}

static HRESULT
progress_GetFlags(IMAPIProgress *This, ULONG *flags)
{
	if (!flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = atomic_load(&SELF(This)->flags);
	return S_OK;
}

static HRESULT
progress_GetMax(IMAPIProgress *This, ULONG *high)
{
	if (!high)
		return MAPI_E_INVALID_PARAMETER;
	*high = atomic_load(&SELF(This)->high);
	return S_OK;
}

static HRESULT
progress_GetMin(IMAPIProgress *This, ULONG *low)
{
	if (!low)
		return MAPI_E_INVALID_PARAMETER;
	*low = atomic_load(&SELF(This)->low);
	return S_OK;
}

static HRESULT
progress_SetLimits(IMAPIProgress *This, LPULONG low, LPULONG high, LPULONG flags)
{
	struct progress *self = SELF(This);

	if (flags && (*flags & ~(ULONG)MAPI_TOP_LEVEL))
		return MAPI_E_INVALID_PARAMETER;
	if (low)
		atomic_store(&self->low, *low);
	if (high)
		atomic_store(&self->high, *high);
	if (flags)
		atomic_store(&self->flags, *flags);
	return S_OK;
}

static const IMAPIProgressVtbl progress_vtbl = {
	.QueryInterface = progress_QueryInterface,
	.AddRef = progress_AddRef,
	.Release = progress_Release,
	.Progress = progress_Progress,
	.GetFlags = progress_GetFlags,
	.GetMax = progress_GetMax,
	.GetMin = progress_GetMin,
	.SetLimits = progress_SetLimits,
};

HRESULT
progress_create(ULONG flags, IMAPIProgress **out)
{
	struct progress *self = com_create(&progress_class, sizeof *self);

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iprogress.lpVtbl = &progress_vtbl;
	atomic_init(&self->flags, flags & MAPI_TOP_LEVEL);
	atomic_init(&self->low, 1);
	atomic_init(&self->high, RANGE);
	*out = &self->iprogress;
	return S_OK;
}
