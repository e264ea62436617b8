/* SPDX-License-Identifier: MIT */
/*
 * Character sets and WCHAR strings under the names Windows has for them. The ANSI code page is
 * UTF-8 here (65001). emapi_text.h has safer ones.
 */
#ifndef EMAPI_MAPINLS_H
#define EMAPI_MAPINLS_H

#include "emapi_wintypes.h"

EMAPI_BEGIN_C

#ifndef OLESTR
#define OLESTR(str)			MAPI_L(str)
#endif

/* MNLS_CompareString's dwCmpFlags. */
#define NORM_IGNORECASE				0x0001
#define NORM_IGNORENONSPACE			0x0002
#define NORM_IGNORESYMBOLS			0x0004
#define NORM_IGNOREKANATYPE			0x10000
#define NORM_IGNOREWIDTH			0x20000
/* Code pages. */
#define CP_ACP					0
#define CP_OEMCP				1

/* The user's language, 0x0409 for en_US. */
EMAPI_EXPORT LCID MNLS_GetUserDefaultLCID(void);
/* 65001. */
EMAPI_EXPORT UINT MNLS_GetACP(void);
/* 1, 2, 3: below, equal, above; 0: an error. A count of -1: up to the 0. */
EMAPI_EXPORT int MNLS_CompareStringA(LCID Locale, DWORD dwCmpFlags, LPCSTR lpString1, int cchCount1,
	LPCSTR lpString2, int cchCount2);
EMAPI_EXPORT int MNLS_CompareStringW(LCID Locale, DWORD dwCmpFlags, LPCWSTR lpString1,
	int cchCount1, LPCWSTR lpString2, int cchCount2);
/* The number of units written or, with cchWideChar 0, needed; 0: an error. */
EMAPI_EXPORT int MNLS_MultiByteToWideChar(UINT uCodePage, DWORD dwFlags, LPCSTR lpMultiByteStr,
	int cchMultiByte, LPWSTR lpWideCharStr, int cchWideChar);
EMAPI_EXPORT int MNLS_WideCharToMultiByte(UINT uCodePage, DWORD dwFlags, LPCWSTR lpWideCharStr,
	int cchWideChar, LPSTR lpMultiByteStr, int cchMultiByte, LPCSTR lpDefaultChar,
	BOOL *lpfUsedDefaultChar);
/* WCHARs before the 0; NULL counts as empty. */
EMAPI_EXPORT int MNLS_lstrlenW(LPCWSTR lpString);
EMAPI_EXPORT int MNLS_lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
/* Copies with the 0; the caller has seen to the room. */
EMAPI_EXPORT LPWSTR MNLS_lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
/* TRUE for NULL; memory is not probed. */
EMAPI_EXPORT BOOL MNLS_IsBadStringPtrW(LPCWSTR lpsz, UINT ucchMax);

#define lstrlenW			MNLS_lstrlenW
#define lstrcmpW			MNLS_lstrcmpW
#define lstrcpyW			MNLS_lstrcpyW
#define CompareStringW			MNLS_CompareStringW
#define IsBadStringPtrW			MNLS_IsBadStringPtrW

EMAPI_END_C

#endif /* EMAPI_MAPINLS_H */
