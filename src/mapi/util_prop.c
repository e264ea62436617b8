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

/* --- Sizes --------------------------------------------------------------------------------- */

/* Elements that are not of one size. */
static size_t
nested_sizes(const SPropValue *value)
{
	size_t size = 0;

	for (ULONG i = 0; value->Value.MVl.lpl && i < value->Value.MVl.cValues; i++) {
		SPropValue element;

		prop_mv_element(value, i, &element);
		size += UlPropSize(&element);
	}
	return size;
}

/* Like native's, it reads counts and texts and nothing else: no pointer to bytes or numbers needs
 * to be good.  NOTES: native says 0 of PT_MV_CLSID. */
ULONG
UlPropSize(LPSPropValue value)
{
	ULONG type = value ? PROP_TYPE(value->ulPropTag) : PT_NULL;
	size_t fixed = prop_fixed_size(type & ~(ULONG)MV_FLAG);

	switch (type) {
	case PT_STRING8:
	case PT_UNICODE:
		return value->Value.lpszA ? (ULONG)prop_size(value) : 0;
	case PT_BINARY:
		return value->Value.bin.cb;
	case PT_MV_STRING8:
	case PT_MV_UNICODE:
	case PT_MV_BINARY:
		return (ULONG)nested_sizes(value);
	case MV_FLAG | PT_BOOLEAN: /* no types, though their elements have a size */
	case MV_FLAG | PT_ERROR:
		return 0;
	}
	return (ULONG)(type & MV_FLAG ? value->Value.MVl.cValues * fixed : fixed);
}

/* --- Comparing ----------------------------------------------------------------------------- */

LONG
LPropCompareProp(LPSPropValue a, LPSPropValue b)
{
	return prop_compare(a, b);
}

static bool
is_comparable(const SPropValue *value)
{
	return value && (PROP_TYPE(value->ulPropTag) == PT_ERROR || SUCCEEDED(prop_check(value)));
}

BOOL
FPropCompareProp(LPSPropValue a, ULONG relop, LPSPropValue b)
{
	int order;

	if (!is_comparable(a) || !is_comparable(b) ||
	    PROP_TYPE(a->ulPropTag) != PROP_TYPE(b->ulPropTag))
		return FALSE;
	order = prop_compare(a, b);
	switch (relop) {
	case RELOP_LT:
		return order < 0;
	case RELOP_LE:
		return order <= 0;
	case RELOP_GT:
		return order > 0;
	case RELOP_GE:
		return order >= 0;
	case RELOP_EQ:
		return order == 0;
	case RELOP_NE:
		return order != 0;
	}
	return FALSE;
}

/* PT_STRING8 and PT_BINARY only, as the page says and native does. */
BOOL
FPropContainsProp(LPSPropValue text, LPSPropValue part, ULONG fuzzy)
{
	SRestriction restriction = { .rt = RES_CONTENT };
	ULONG type = text ? PROP_TYPE(text->ulPropTag) : PT_NULL;

	if (!part || (type != PT_STRING8 && type != PT_BINARY) ||
	    PROP_TYPE(part->ulPropTag) != type)
		return FALSE;
	if ((fuzzy & 0xFFFF) > FL_PREFIX)
		fuzzy = FL_FULLSTRING; /* no level there is: the whole, to the letter */
	if (type == PT_BINARY)
		fuzzy &= 0xFFFF;
	restriction.res.resContent.ulFuzzyLevel = fuzzy;
	restriction.res.resContent.ulPropTag = text->ulPropTag;
	restriction.res.resContent.lpProp = part;
	return SUCCEEDED(prop_check(text)) && SUCCEEDED(restriction_check(&restriction)) &&
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
