/* SPDX-License-Identifier: MIT */
/* Small helpers under the names that sources for several Windows systems use. */
#ifndef EMAPI_MAPIWIN_H
#define EMAPI_MAPIWIN_H

#include "mapinls.h"

EMAPI_BEGIN_C

/* What a 32-bit library's name ended in. */
#define szMAPIDLLSuffix				"32"

/* x * y / z, rounded, without overflow between. */
#define MULDIV(x, y, z) \
	((int)(((LONGLONG)(x) * (LONGLONG)(y) + (LONGLONG)(z) / 2) / (LONGLONG)(z)))

/* A program's own variable; each process has one. */
extern LPVOID pinstX;
#define PvGetInstanceGlobals()			pinstX
#define ScSetInstanceGlobals(_pv)		(pinstX = (_pv), 0)
#define PvGetVerifyInstanceGlobals(_pid)	pinstX
#define ScSetVerifyInstanceGlobals(_pv, _pid)	(pinstX = (_pv), 0)
#define PvSlowGetInstanceGlobals(_pid)		pinstX

/* What the host program or a shim of its own must bring. */
#define CloseMutexHandle			CloseHandle
#define GetTempFileName32(_szPath, _szPfx, _n, _lpbuf) \
	GetTempFileName(_szPath, _szPfx, _n, _lpbuf)

/* Bytes of a string with its 0. */
#define CbtszsizeA(_a)			(strlen(_a) + 1)
#define CbtszsizeW(_a)			((emapi_wcslen(_a) + 1) * sizeof(WCHAR))
#ifdef UNICODE
#define Cbtszsize(_a)			CbtszsizeW(_a)
#else
#define Cbtszsize(_a)			CbtszsizeA(_a)
#endif

/* Characters, and bytes, of a variable as hexadecimal text with its 0. */
#define HexCchOf(_s)			(sizeof(_s) * 2 + 1)
#define HexSizeOf(_s)			(HexCchOf(_s) * sizeof(TCHAR))

/* TRUE for NULL, or where no 0 stands in the first cchMax characters. */
EMAPI_EXPORT BOOL IsBadBoundedStringPtr(const void *lpsz, UINT cchMax);

EMAPI_END_C

#endif /* EMAPI_MAPIWIN_H */
