/* SPDX-License-Identifier: MIT */
/* CopyTo and CopyProps: see copy.h. */
#include "copy.h"

#include <mapicode.h>
#include <mapiguid.h>

#define FLAGS (MAPI_MOVE | MAPI_NOREPLACE | MAPI_DECLINE_OK | MAPI_DIALOG)

/* Whether what the source is above a mere set of properties is left out. */
static bool
kind_is_excluded(const struct copy_request *request)
{
	bool folder = IsEqualIID(request->kind, &IID_IMAPIFolder);
	ULONG at;

	for (at = 0; at < request->excluded_count; at++)
		if (IsEqualIID(&request->excluded[at], &IID_IMAPIProp) ||
		    IsEqualIID(&request->excluded[at], &IID_IUnknown) ||
		    (folder && IsEqualIID(&request->excluded[at], &IID_IMAPIContainer)))
			return true;
	return false;
}

static HRESULT
target_check(const struct copy_request *request)
{
	IUnknown *target = request->target, *as = NULL;
	HRESULT hr = target->lpVtbl->QueryInterface(target, request->iid, (void **)&as);

	if (FAILED(hr))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	as->lpVtbl->Release(as);
	return S_OK;
}

/* What holds others: MAPI moves properties alone. */
static bool
holds_others(const struct copy_request *request)
{
	return IsEqualIID(request->kind, &IID_IMessage) ||
	       IsEqualIID(request->kind, &IID_IMAPIFolder);
}

static HRESULT
copy_check(const struct copy_request *request)
{
	const SPropTagArray *tags = request->include ? request->include : request->exclude;

	if (request->problems)
		*request->problems = NULL;
	if (!request->target || !request->iid || (tags && !tags->cValues) ||
	    (request->excluded_count && !request->excluded))
		return MAPI_E_INVALID_PARAMETER;
	if (request->flags & ~(ULONG)FLAGS)
		return MAPI_E_UNKNOWN_FLAGS;
	if (request->target == request->source)
		return MAPI_E_NO_ACCESS;
	if (kind_is_excluded(request))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	if (request->flags & MAPI_DECLINE_OK)
		return MAPI_E_DECLINE_COPY;
	return target_check(request);
}

HRESULT
copy_unchecked(const struct copy_request *request)
{
	IMAPIProgress *progress = (request->flags & MAPI_DIALOG) ? request->progress : NULL;
	IMAPISupport *support = request->store->support;
	IID *kind = (IID *)(size_t)request->kind, *iid = (IID *)(size_t)request->iid;

	if (request->include)
		return support->lpVtbl->DoCopyProps(support, kind, request->source,
		    (SPropTagArray *)(size_t)request->include, request->window, progress, iid,
		    request->target, request->flags, request->problems);
	return support->lpVtbl->DoCopyTo(support, kind, request->source, request->excluded_count,
	    (IID *)(size_t)request->excluded, (SPropTagArray *)(size_t)request->exclude,
	    request->window, progress, iid, request->target, request->flags, request->problems);
}

HRESULT
copy_object(const struct copy_request *request)
{
	HRESULT hr = store_is_mine(request->store) ? copy_check(request) : MAPI_E_END_OF_SESSION;

	if (FAILED(hr))
		return hr;
	if ((request->flags & MAPI_MOVE) && holds_others(request))
		return copy_move(request);
	return copy_unchecked(request);
}
