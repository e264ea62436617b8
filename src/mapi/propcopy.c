/* SPDX-License-Identifier: MIT */
/* CopyTo and CopyProps by GetProps and SetProps (MAPI reference: IMAPIProp::CopyTo). */
#include "propcopy.h"
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include "bag.h"
#include "mem.h"
#include "prop.h"

static bool
has_tag(const SPropTagArray *tags, ULONG tag)
{
	ULONG i;

	for (i = 0; tags && i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag))
			return true;
	return false;
}

/* MAPI_NOREPLACE: what the target has already leaves the array. */
static HRESULT
drop_present(IMAPIProp *target, SPropValue *values, ULONG *count)
{
	SPropTagArray *present = NULL;
	ULONG kept = 0, i;
	HRESULT hr;

	hr = target->lpVtbl->GetPropList(target, MAPI_UNICODE, &present);
	if (FAILED(hr))
		return hr;
	for (i = 0; i < *count; i++)
		if (!has_tag(present, values[i].ulPropTag))
			values[kept++] = values[i];
	*count = kept;
	mem_free(present);
	return S_OK;
}

static HRESULT
delete_moved(IMAPIProp *source, const SPropValue *values, ULONG count)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)count));
	HRESULT hr;
	ULONG i;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count; i++)
		tags->aulPropTag[tags->cValues++] = values[i].ulPropTag;
	hr = source->lpVtbl->DeleteProps(source, tags, NULL);
	mem_free(tags);
	return hr;
}

/* Sets what is left of `values` after errors and objects are taken out. */
static HRESULT
put_values(IMAPIProp *source, IMAPIProp *target, SPropValue *values, ULONG count, ULONG flags,
    LPSPropProblemArray *problems)
{
	ULONG kept = 0, i;
	HRESULT hr = S_OK;

	for (i = 0; i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) != PT_ERROR &&
		    PROP_TYPE(values[i].ulPropTag) != PT_OBJECT)
			values[kept++] = values[i];
	if (flags & MAPI_NOREPLACE)
		hr = drop_present(target, values, &kept);
	if (SUCCEEDED(hr) && kept)
		hr = target->lpVtbl->SetProps(target, kept, values, problems);
	if (SUCCEEDED(hr) && kept && (flags & MAPI_MOVE))
		hr = delete_moved(source, values, kept);
	return hr;
}

static bool
bad_arguments(const void *target, ULONG flags, LPSPropProblemArray *problems)
{
	if (problems)
		*problems = NULL;
	return !target ||
	       (flags & ~(ULONG)(MAPI_MOVE | MAPI_NOREPLACE | MAPI_DIALOG | MAPI_DECLINE_OK));
}

HRESULT
propcopy_to(IMAPIProp *source, const SPropTagArray *exclude, void *target, ULONG flags,
    LPSPropProblemArray *problems)
{
	SPropValue *values = NULL;
	ULONG count = 0, kept = 0, i;
	HRESULT hr;

	if (bad_arguments(target, flags, problems))
		return MAPI_E_INVALID_PARAMETER;
	if (target == source)
		return MAPI_E_NO_ACCESS;
	hr = source->lpVtbl->GetProps(source, NULL, MAPI_UNICODE, &count, &values);
	if (FAILED(hr))
		return hr;
	for (i = 0; i < count; i++)
		if (!has_tag(exclude, values[i].ulPropTag))
			values[kept++] = values[i];
	hr = put_values(source, target, values, kept, flags, problems);
	mem_free(values);
	return hr;
}

/* A problem for each tag that gave no value. */
static HRESULT
add_missing(const SPropValue *values, ULONG count, const SPropTagArray *include,
    LPSPropProblemArray *problems)
{
	SPropProblemArray *found;
	ULONG i;

	found = mem_zalloc(NULL, CbNewSPropProblemArray((size_t)count));
	if (!found)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count; i++) {
		SPropProblem *problem = &found->aProblem[found->cProblem];
		ULONG type = PROP_TYPE(values[i].ulPropTag);

		if (type != PT_ERROR && type != PT_OBJECT)
			continue;
		problem->ulIndex = i;
		problem->ulPropTag = include->aulPropTag[i];
		problem->scode =
		    type == PT_ERROR ? values[i].Value.err : MAPI_E_INTERFACE_NOT_SUPPORTED;
		found->cProblem++;
	}
	if (found->cProblem)
		*problems = found;
	else
		mem_free(found);
	return S_OK;
}

HRESULT
propcopy_props(IMAPIProp *source, const SPropTagArray *include, void *target, ULONG flags,
    LPSPropProblemArray *problems)
{
	SPropProblemArray *missing = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	if (bad_arguments(target, flags, problems) || !include || !include->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = source->lpVtbl->GetProps(
	    source, (SPropTagArray *)include, MAPI_UNICODE, &count, &values);
	if (FAILED(hr))
		return hr;
	hr = add_missing(values, count, include, &missing);
	if (SUCCEEDED(hr))
		hr = put_values(source, target, values, count, flags, problems);
	if (SUCCEEDED(hr) && problems && !*problems) {
		*problems = missing;
		missing = NULL;
	}
	mem_free(missing);
	mem_free(values);
	return hr;
}
