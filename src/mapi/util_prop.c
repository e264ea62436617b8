/* SPDX-License-Identifier: MIT */
/* Single properties and sets of them (MAPI reference: HrGetOneProp, PropCopyMore, ScCopyProps ...).
 */
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"
#include "text.h"

/* --- One property of an object ------------------------------------------------------------- */

HRESULT
HrGetOneProp(LPMAPIPROP object, ULONG tag, LPSPropValue *out)
{
	SPropTagArray tags = { 1, { tag } };
	SPropValue *value = NULL;
	ULONG count;
	HRESULT hr;

	if (!object || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = object->lpVtbl->GetProps(object, &tags, 0, &count, &value);
	if (FAILED(hr))
		return hr;
	if (PROP_TYPE(value->ulPropTag) == PT_ERROR) {
		hr = value->Value.err;
		mem_free(value);
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	}
	*out = value;
	return S_OK;
}

HRESULT
HrSetOneProp(LPMAPIPROP object, LPSPropValue value)
{
	SPropProblemArray *problems = NULL;
	HRESULT hr;

	if (!object || !value)
		return MAPI_E_INVALID_PARAMETER;
	hr = object->lpVtbl->SetProps(object, 1, value, &problems);
	if (SUCCEEDED(hr) && problems && problems->cProblem)
		hr = problems->aProblem[0].scode;
	mem_free(problems);
	return hr;
}

BOOL
FPropExists(LPMAPIPROP object, ULONG tag)
{
	SPropTagArray *tags = NULL;
	BOOL found = FALSE;
	ULONG i;

	if (!object || FAILED(object->lpVtbl->GetPropList(object, MAPI_UNICODE, &tags)))
		return FALSE;
	for (i = 0; i < tags->cValues && !found; i++)
		found = tags->aulPropTag[i] == tag ||
			((PROP_TYPE(tag) == PT_UNSPECIFIED || PROP_TYPE(tag) == PT_STRING8) &&
			    PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag));
	mem_free(tags);
	return found;
}

LPSPropValue
PpropFindProp(LPSPropValue values, ULONG count, ULONG tag)
{
	return values ? (SPropValue *)(uintptr_t)prop_find(values, count, tag) : NULL;
}

LPSPropValue
LpValFindProp(ULONG tag, ULONG count, LPSPropValue values)
{
	ULONG i;

	for (i = 0; values && i < count; i++)
		if (PROP_ID(values[i].ulPropTag) == PROP_ID(tag))
			return &values[i];
	return NULL;
}

/* --- Copies -------------------------------------------------------------------------------- */

ULONG
UlPropSize(LPSPropValue value)
{
	return value && SUCCEEDED(prop_check(value)) ? (ULONG)prop_size(value) : 0;
}

/* --- Comparing ----------------------------------------------------------------------------- */

LONG
LPropCompareProp(LPSPropValue a, LPSPropValue b)
{
	return prop_compare(a, b);
}

BOOL
FPropCompareProp(LPSPropValue a, ULONG relop, LPSPropValue b)
{
	SRestriction restriction;

	if (!a || !b || PROP_TYPE(a->ulPropTag) != PROP_TYPE(b->ulPropTag))
		return FALSE;
	memset(&restriction, 0, sizeof restriction);
	restriction.rt = RES_PROPERTY;
	restriction.res.resProperty.relop = relop;
	restriction.res.resProperty.ulPropTag = a->ulPropTag;
	restriction.res.resProperty.lpProp = b;
	return SUCCEEDED(restriction_check(&restriction)) && restriction_match(&restriction, a, 1);
}

BOOL
FPropContainsProp(LPSPropValue text, LPSPropValue part, ULONG fuzzy)
{
	SRestriction restriction;

	if (!text || !part || PROP_TYPE(text->ulPropTag) != PROP_TYPE(part->ulPropTag))
		return FALSE;
	memset(&restriction, 0, sizeof restriction);
	restriction.rt = RES_CONTENT;
	restriction.res.resContent.ulFuzzyLevel = fuzzy;
	restriction.res.resContent.ulPropTag = text->ulPropTag;
	restriction.res.resContent.lpProp = part;
	return SUCCEEDED(restriction_check(&restriction)) &&
	       restriction_match(&restriction, text, 1);
}

BOOL
FEqualNames(LPMAPINAMEID a, LPMAPINAMEID b)
{
	if (!a || !b || !a->lpguid || !b->lpguid || a->ulKind != b->ulKind ||
	    memcmp(a->lpguid, b->lpguid, sizeof(GUID)))
		return FALSE;
	if (a->ulKind == MNID_ID)
		return a->Kind.lID == b->Kind.lID;
	return a->Kind.lpwstrName && b->Kind.lpwstrName &&
	       !text_wcscmp(a->Kind.lpwstrName, b->Kind.lpwstrName);
}

/* --- Objects ------------------------------------------------------------------------------- */

ULONG
UlAddRef(LPVOID object)
{
	IUnknown *unknown = object;

	return unknown ? unknown->lpVtbl->AddRef(unknown) : 0;
}

ULONG
UlRelease(LPVOID object)
{
	IUnknown *unknown = object;

	return unknown ? unknown->lpVtbl->Release(unknown) : 0;
}
