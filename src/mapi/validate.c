/* SPDX-License-Identifier: MIT */
/*
 * Whether values from a caller can be right (MAPI reference: FBadProp and the like; mapival.h).
 * Pointers are not probed: one is wrong where it is NULL and something should be there.
 */
#include <mapicode.h>
#include <mapival.h>
#include "prop.h"
#include "restriction.h"

#define MOST 0x100000u /* more elements than anything real has */

ULONG
FBadPropTag(ULONG tag)
{
	switch (PROP_TYPE(tag) & ~MV_FLAG) {
	case PT_UNSPECIFIED:
	case PT_NULL:
	case PT_I2:
	case PT_LONG:
	case PT_R4:
	case PT_DOUBLE:
	case PT_CURRENCY:
	case PT_APPTIME:
	case PT_ERROR:
	case PT_BOOLEAN:
	case PT_OBJECT:
	case PT_I8:
	case PT_STRING8:
	case PT_UNICODE:
	case PT_SYSTIME:
	case PT_CLSID:
	case PT_BINARY:
		return FALSE;
	}
	return TRUE;
}

ULONG
FBadProp(LPSPropValue value)
{
	if (!value || FBadPropTag(value->ulPropTag))
		return TRUE;
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_UNSPECIFIED:
	case PT_NULL:
	case PT_ERROR:
	case PT_OBJECT:
	case MV_FLAG | PT_UNSPECIFIED:
	case MV_FLAG | PT_NULL:
	case MV_FLAG | PT_ERROR:
	case MV_FLAG | PT_BOOLEAN:
	case MV_FLAG | PT_OBJECT:
		return FALSE; /* of no type that arrays have, so nothing of it is read */
	}
	return FAILED(prop_check(value));
}

ULONG
FBadRow(LPSRow row)
{
	if (!row || row->cValues > MOST || (row->cValues && !row->lpProps))
		return TRUE;
	for (ULONG i = 0; i < row->cValues; i++)
		if (FBadProp(&row->lpProps[i]))
			return TRUE;
	return FALSE;
}

BOOL
FBadRowSet(LPSRowSet rows)
{
	if (!rows || rows->cRows > MOST)
		return TRUE;
	for (ULONG i = 0; i < rows->cRows; i++)
		if (FBadRow(&rows->aRow[i]))
			return TRUE;
	return FALSE;
}

/* A column cannot be asked for as an error.  NOTES: native does not know MV_INSTANCE here either.
 */
ULONG
FBadColumnSet(LPSPropTagArray columns)
{
	if (!columns || columns->cValues > MOST)
		return TRUE;
	for (ULONG i = 0; i < columns->cValues; i++) {
		ULONG tag = columns->aulPropTag[i];

		if (PROP_TYPE(tag) == PT_ERROR || FBadPropTag(tag))
			return TRUE;
	}
	return FALSE;
}

ULONG
FBadSortOrderSet(LPSSortOrderSet order)
{
	if (!order || order->cSorts > MOST || order->cCategories > order->cSorts ||
	    order->cExpanded > order->cCategories)
		return TRUE;
	for (ULONG i = 0; i < order->cSorts; i++) {
		ULONG tag = order->aSort[i].ulPropTag & ~(ULONG)MV_INSTANCE;

		if (PROP_TYPE(tag) == PT_ERROR || FBadPropTag(tag))
			return TRUE;
	}
	return FALSE;
}

ULONG
FBadRestriction(LPSRestriction restriction)
{
	HRESULT hr;

	if (!restriction)
		return (ULONG)MAPI_E_INVALID_PARAMETER;
	hr = restriction_check(restriction);
	return FAILED(hr) ? (ULONG)hr : FALSE;
}

BOOL
FBadRglpszW(LPWSTR *strings, ULONG count)
{
	if (count && (!strings || count > MOST))
		return TRUE;
	for (ULONG i = 0; i < count; i++)
		if (!strings[i])
			return TRUE;
	return FALSE;
}

static BOOL
is_bad_name(const MAPINAMEID *name)
{
	if (!name || !name->lpguid)
		return TRUE;
	if (name->ulKind == MNID_STRING)
		return !name->Kind.lpwstrName;
	return name->ulKind != MNID_ID;
}

BOOL
FBadRglpNameID(LPMAPINAMEID *names, ULONG count)
{
	if (count && (!names || count > MOST))
		return TRUE;
	for (ULONG i = 0; i < count; i++)
		if (is_bad_name(names[i]))
			return TRUE;
	return FALSE;
}

BOOL
FBadEntryList(LPENTRYLIST list)
{
	if (!list || list->cValues > MOST || (list->cValues && !list->lpbin))
		return TRUE;
	for (ULONG i = 0; i < list->cValues; i++)
		if (list->lpbin[i].cb && !list->lpbin[i].lpb)
			return TRUE;
	return FALSE;
}
