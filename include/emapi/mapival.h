/* SPDX-License-Identifier: MIT */
/*
 * Checks of parameters, for those who implement interfaces. Validate_IFoo_Method(self, ...) at
 * the start of a method returns MAPI_E_INVALID_PARAMETER or MAPI_E_UNKNOWN_FLAGS from it where
 * an argument cannot be right; UlValidate_... is for methods that return ULONG;
 * CheckParameters_... is for arguments that the caller has checked, and does nothing. Memory is
 * not probed: a pointer is wrong where it is NULL.
 */
#ifndef EMAPI_MAPIVAL_H
#define EMAPI_MAPIVAL_H

#include "mapiutil.h"
#include "mapispi.h"

EMAPI_BEGIN_C

#define MAKE_ENUM(Method, Interface)	Interface##_##Method

/* --- Checks of single values: TRUE or not 0 where they cannot be right -------------------- */

/* Strings that are NULL. */
EMAPI_EXPORT BOOL FBadRglpszW(LPWSTR *lppszW, ULONG cStrings);
EMAPI_EXPORT BOOL FBadRowSet(LPSRowSet lpRowSet);
EMAPI_EXPORT BOOL FBadRglpNameID(LPMAPINAMEID *lppNameId, ULONG cNames);
EMAPI_EXPORT BOOL FBadEntryList(LPENTRYLIST lpEntryList);
/* A restriction or one in it: MAPI_E_TOO_COMPLEX, MAPI_E_INVALID_PARAMETER. */
EMAPI_EXPORT ULONG FBadRestriction(LPSRestriction lpres);
/* A type that does not exist. */
EMAPI_EXPORT ULONG FBadPropTag(ULONG ulPropTag);
EMAPI_EXPORT ULONG FBadRow(LPSRow lprow);
EMAPI_EXPORT ULONG FBadProp(LPSPropValue lpprop);
EMAPI_EXPORT ULONG FBadSortOrderSet(LPSSortOrderSet lpsos);
EMAPI_EXPORT ULONG FBadColumnSet(LPSPropTagArray lpptaCols);

#define FBadPropVal(lpPropVal)		FAILED(ScCountProps(1, lpPropVal, NULL))
#define FBadRgPropVal(lpPropVal, cValues) \
	FAILED(ScCountProps((int)(cValues), lpPropVal, NULL))
#define FBadAdrList(lpAdrList)		FBadRowSet((LPSRowSet)(lpAdrList))

/* An object that is not of this implementation: another function stands in its table. */
#define BAD_STANDARD_OBJ(lpObj, prefix, method, lpVtbl) \
	(!(lpObj) || !(lpObj)->lpVtbl || (lpObj)->lpVtbl->method != prefix##method)
#define FBadUnknown(lpObj)		(!(lpObj))
#define FBadQueryInterface(lpObj, riid, ppvObj) \
	(FBadUnknown(lpObj) || !(riid) || !(ppvObj))
#define FBadAddRef(lpObj)		FBadUnknown(lpObj)
#define FBadRelease(lpObj)		FBadUnknown(lpObj)
#define FBadGetLastError(lpObj, hResult, ulFlags, lppMAPIError) \
	(FBadUnknown(lpObj) || !(lppMAPIError))
#define FBadSaveChanges(lpObj, ulFlags)	FBadUnknown(lpObj)
#define FBadGetProps(lpObj, lpPTagA, lpcValues, lppPropArray) \
	(FBadUnknown(lpObj) || !(lpcValues) || !(lppPropArray) || \
	((lpPTagA) && FBadColumnSet(lpPTagA)))
#define FBadGetPropList(lpObj, lppPTagA) \
	(FBadUnknown(lpObj) || !(lppPTagA))
#define FBadOpenProperty(lpObj, ulPropTag, lpiid, ulInterfaceOptions, ulFlags, lppUnk) \
	(FBadUnknown(lpObj) || !(lppUnk) || FBadPropTag(ulPropTag))
#define FBadSetProps(lpObj, cValues, lpPropArray, lppProblems) \
	(FBadUnknown(lpObj) || !(lpPropArray) || FBadRgPropVal(lpPropArray, cValues))
#define FBadDeleteProps(lpObj, lpPTagA, lppProblems) \
	(FBadUnknown(lpObj) || !(lpPTagA) || FBadColumnSet(lpPTagA))
#define FBadCopyTo(lpIPDAT, ciidExclude, rgiidExclude, lpExcludeProps, ulUIParam, lpProgress, \
	lpInterface, lpDestObj, ulFlags, lppProblems) \
	(FBadUnknown(lpIPDAT) || !(lpDestObj) || ((ciidExclude) && !(rgiidExclude)))
#define FBadCopyProps(lpIPDAT, lpPropTagArray, ulUIParam, lpProgress, lpInterface, lpDestObj, \
	ulFlags, lppProblems) \
	(FBadUnknown(lpIPDAT) || !(lpDestObj) || !(lpPropTagArray))
#define FBadGetNamesFromIDs(lpIPDAT, lppPropTags, lpPropSetGuid, ulFlags, lpcPropNames, \
	lpppPropNames) \
	(FBadUnknown(lpIPDAT) || !(lppPropTags) || !(lpcPropNames) || !(lpppPropNames))
#define FBadGetIDsFromNames(lpIPDAT, cPropNames, lppPropNames, ulFlags, lppPropTags) \
	(FBadUnknown(lpIPDAT) || !(lppPropTags) || \
	((cPropNames) && FBadRglpNameID(lppPropNames, cPropNames)))

/* --- Checks of a method's arguments, which lie one after the other, each in 8 bytes or more  */

#include "emapi_valmethods.h"

/*
 * The arguments of a method, the object first: S_OK, or MAPI_E_INVALID_PARAMETER where one that has
 * to be there is NULL or what it points to cannot be right (columns, values, restrictions, orders,
 * entry lists, address lists, names), MAPI_E_TOO_COMPLEX for a restriction that is. Flags are the
 * method's own to look at.
 */
EMAPI_EXPORT HRESULT HrValidateParameters(METHODS eMethod, LPVOID *ppFirstArg);
/*
 * The same from the place of the first argument, which is all that can be looked at: arguments do
 * not lie one behind the other where they come in registers. These look whether the object (in C++,
 * the place of the first argument) is there.
 */
EMAPI_EXPORT HRESULT __ValidateParameters(METHODS eMethod, LPVOID ppThis);
EMAPI_EXPORT HRESULT __CPPValidateParameters(METHODS eMethod, const LPVOID ppFirst);

#define ValidateParameters(eMethod, ppThis) \
	{ \
		HRESULT _hr_ = __ValidateParameters(eMethod, ppThis); \
		if (FAILED(_hr_)) \
			return _hr_; \
	}
#define UlValidateParameters(eMethod, ppThis) \
	{ \
		HRESULT _hr_ = __ValidateParameters(eMethod, ppThis); \
		if (FAILED(_hr_)) \
			return (ULONG)_hr_; \
	}
#define CheckParameters(eMethod, ppThis)

/*
 * Arguments side by side: the units of 8 bytes that one takes, and all of them copied to
 * __rgArgs.
 */
#define ArgShiftN				((ULONG)0x00000003)
#define ArgSize(T)	((sizeof(T) + sizeof(DWORD_PTR) - 1) >> ArgShiftN)
#define MakeArg1(idx, a1)	memcpy(__rgArgs + (idx), &(a1), sizeof(a1))
#define EMAPI_ARGS1(a1)		ArgSize(a1)

#define EMAPI_VALIDATE(m, type) \
	{ \
		HRESULT _hr_ = HrValidateParameters(m, (LPVOID *)__rgArgs); \
		if (FAILED(_hr_)) \
			return (type)_hr_; \
	}

EMAPI_END_C

#endif /* EMAPI_MAPIVAL_H */
