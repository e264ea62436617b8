/* SPDX-License-Identifier: MIT */
/*
 * Assertions and traces. Compiled with DEBUG they call libemapi, which writes to standard error
 * (and a fatal trap aborts); without it they do nothing, but for the Side ones, which evaluate
 * their condition.
 */
#ifndef EMAPI_MAPIDBG_H
#define EMAPI_MAPIDBG_H

#include "emapi_wintypes.h"

EMAPI_BEGIN_C

/* --- Functions ---------------------------------------------------------------------------- */


/* Both take a format and arguments as printf does; 0. */
EMAPI_EXPORT int DebugTrapFn(int fFatal, char *pszFile, int iLine, char *pszFormat, ...);
EMAPI_EXPORT int DebugTraceFn(char *pszFormat, ...);
/* Writes an SPropProblemArray. */
EMAPI_EXPORT void DebugTraceProblemsFn(char *sz, void *rgprob);
/* A name, or the number as text, until the next call. */
EMAPI_EXPORT char *SzDecodeScodeFn(SCODE sc);
EMAPI_EXPORT char *SzDecodeUlPropTypeFn(ULONG ulPropType);
EMAPI_EXPORT char *SzDecodeUlPropTagFn(ULONG ulPropTag);
/* The tag of a name; 0 where there is none. */
EMAPI_EXPORT ULONG UlPropTagFromSzFn(char *psz);
EMAPI_EXPORT SCODE ScodeFromSzFn(char *psz);
/*
 * An IMalloc that watches over another, which it holds; NULL where memory is short. What writes past
 * the end of a block or before it, frees what is no block, or (told by Shutdown, and by CheckMem with
 * fReportOrphans) is never freed is written to standard error, with pszSubsys and the allocation's
 * number. fCheckOften looks at all blocks with each call. Shutdown takes the place of the last
 * Release. LeakHook's function, void (void), is called when blocks are told that were not freed;
 * NoLeakDetect leaves a block out of that. SetFailureAt makes the n-th allocation from now fail; 0:
 * none.
 */
EMAPI_EXPORT void *DBGMEM_EncapsulateFn(void *pmalloc, char *pszSubsys, int fCheckOften);
EMAPI_EXPORT void DBGMEM_ShutdownFn(void *pmalloc);
EMAPI_EXPORT void DBGMEM_CheckMemFn(void *pmalloc, int fReportOrphans);
EMAPI_EXPORT void DBGMEM_LeakHook(FARPROC pfn);
EMAPI_EXPORT void GetCallStack(DWORD_PTR *rgdwCaller, int cSkip, int cFind);
EMAPI_EXPORT void DBGMEM_NoLeakDetectFn(void *pmalloc, void *pv);
EMAPI_EXPORT void DBGMEM_SetFailureAtFn(void *pmalloc, ULONG ulFailureAt);
/* Complains about a result that is not in the list. */
EMAPI_EXPORT SCODE ScCheckScFn(SCODE sc, SCODE *lpscode, char *szMethod, char *szFile, int iLine);
/* Memory that ends at the end of a page, so that reading past it fails. */
EMAPI_EXPORT void *VMAlloc(ULONG cb);
EMAPI_EXPORT void *VMAllocEx(ULONG cb, ULONG ulAlign);
EMAPI_EXPORT void *VMRealloc(void *pv, ULONG cb);
EMAPI_EXPORT void *VMReallocEx(void *pv, ULONG cb, ULONG ulAlign);
EMAPI_EXPORT ULONG VMGetSize(void *pv);
EMAPI_EXPORT ULONG VMGetSizeEx(void *pv, ULONG ulAlign);
EMAPI_EXPORT void VMFree(void *pv);
EMAPI_EXPORT void VMFreeEx(void *pv, ULONG ulAlign);

#ifdef DEBUG
#define IFDBG(x)			x
#define IFNDBG(x)
#define IFTRAP(x)			x
#define IFTRACE(x)			x
#define DebugTrace			DebugTraceFn
#else
#define IFDBG(x)
#define IFNDBG(x)			x
#define IFTRAP(x)			0
#define IFTRACE(x)			0
#define DebugTrace			1 ? 0 : DebugTraceFn
#endif

#define dimensionof(a)			(sizeof(a) / sizeof(*(a)))
#define Unreferenced(a)			((void)(a))

/* --- Traps: Trap always, Assert unless t; NF ones are not fatal --------------------------- */

#define EMAPI_TRAP(fatal, ...) \
	DebugTrapFn(fatal, (char *)__FILE__, __LINE__, (char *)__VA_ARGS__)
#define EMAPI_FAILURE(t)		"Assertion Failure: " #t
#define Trap()				IFTRAP(EMAPI_TRAP(1, "Trap"))
#define Assert(t)			IFTRAP(((t) ? 0 : EMAPI_TRAP(1, EMAPI_FAILURE(t))))
#define SideAssert(t)			((t) ? 0 : IFTRAP(EMAPI_TRAP(1, EMAPI_FAILURE(t))))
#define NFAssert(t)			IFTRAP(((t) ? 0 : EMAPI_TRAP(0, EMAPI_FAILURE(t))))
#define NFSideAssert(t)			((t) ? 0 : IFTRAP(EMAPI_TRAP(0, EMAPI_FAILURE(t))))
#define TrapSz(psz) \
	IFTRAP(EMAPI_TRAP(1, psz))
#define TrapSz1(psz, a1) \
	IFTRAP(EMAPI_TRAP(1, psz, a1))
#define TrapSz2(psz, a1, a2) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2))
#define TrapSz3(psz, a1, a2, a3) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3))
#define TrapSz4(psz, a1, a2, a3, a4) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4))
#define TrapSz5(psz, a1, a2, a3, a4, a5) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5))
#define TrapSz6(psz, a1, a2, a3, a4, a5, a6) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6))
#define TrapSz7(psz, a1, a2, a3, a4, a5, a6, a7) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7))
#define TrapSz8(psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8))
#define TrapSz9(psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9))
#define AssertSz(t, psz) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz)))
#define AssertSz1(t, psz, a1) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1)))
#define AssertSz2(t, psz, a1, a2) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2)))
#define AssertSz3(t, psz, a1, a2, a3) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3)))
#define AssertSz4(t, psz, a1, a2, a3, a4) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4)))
#define AssertSz5(t, psz, a1, a2, a3, a4, a5) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5)))
#define AssertSz6(t, psz, a1, a2, a3, a4, a5, a6) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6)))
#define AssertSz7(t, psz, a1, a2, a3, a4, a5, a6, a7) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7)))
#define AssertSz8(t, psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8)))
#define AssertSz9(t, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9)))
#define SideAssertSz(t, psz) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz)))
#define SideAssertSz1(t, psz, a1) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1)))
#define SideAssertSz2(t, psz, a1, a2) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2)))
#define SideAssertSz3(t, psz, a1, a2, a3) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3)))
#define SideAssertSz4(t, psz, a1, a2, a3, a4) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4)))
#define SideAssertSz5(t, psz, a1, a2, a3, a4, a5) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5)))
#define SideAssertSz6(t, psz, a1, a2, a3, a4, a5, a6) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6)))
#define SideAssertSz7(t, psz, a1, a2, a3, a4, a5, a6, a7) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7)))
#define SideAssertSz8(t, psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8)))
#define SideAssertSz9(t, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(1, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9)))
#define NFAssertSz(t, psz) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz)))
#define NFAssertSz1(t, psz, a1) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1)))
#define NFAssertSz2(t, psz, a1, a2) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2)))
#define NFAssertSz3(t, psz, a1, a2, a3) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3)))
#define NFAssertSz4(t, psz, a1, a2, a3, a4) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4)))
#define NFAssertSz5(t, psz, a1, a2, a3, a4, a5) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5)))
#define NFAssertSz6(t, psz, a1, a2, a3, a4, a5, a6) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6)))
#define NFAssertSz7(t, psz, a1, a2, a3, a4, a5, a6, a7) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7)))
#define NFAssertSz8(t, psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7, a8)))
#define NFAssertSz9(t, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	IFTRAP(((t) ? 0 : EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9)))
#define NFSideAssertSz(t, psz) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz)))
#define NFSideAssertSz1(t, psz, a1) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1)))
#define NFSideAssertSz2(t, psz, a1, a2) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2)))
#define NFSideAssertSz3(t, psz, a1, a2, a3) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3)))
#define NFSideAssertSz4(t, psz, a1, a2, a3, a4) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4)))
#define NFSideAssertSz5(t, psz, a1, a2, a3, a4, a5) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5)))
#define NFSideAssertSz6(t, psz, a1, a2, a3, a4, a5, a6) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6)))
#define NFSideAssertSz7(t, psz, a1, a2, a3, a4, a5, a6, a7) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7)))
#define NFSideAssertSz8(t, psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7, a8)))
#define NFSideAssertSz9(t, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	((t) ? 0 : IFTRAP(EMAPI_TRAP(0, psz, a1, a2, a3, a4, a5, a6, a7, a8, a9)))

/* --- Traces ------------------------------------------------------------------------------- */

#define EMAPI_TRACE(...)		IFTRACE(DebugTraceFn((char *)__VA_ARGS__))
#define TraceSz(psz) \
	EMAPI_TRACE(psz)
#define TraceSz1(psz, a1) \
	EMAPI_TRACE(psz, a1)
#define TraceSz2(psz, a1, a2) \
	EMAPI_TRACE(psz, a1, a2)
#define TraceSz3(psz, a1, a2, a3) \
	EMAPI_TRACE(psz, a1, a2, a3)
#define TraceSz4(psz, a1, a2, a3, a4) \
	EMAPI_TRACE(psz, a1, a2, a3, a4)
#define TraceSz5(psz, a1, a2, a3, a4, a5) \
	EMAPI_TRACE(psz, a1, a2, a3, a4, a5)
#define TraceSz6(psz, a1, a2, a3, a4, a5, a6) \
	EMAPI_TRACE(psz, a1, a2, a3, a4, a5, a6)
#define TraceSz7(psz, a1, a2, a3, a4, a5, a6, a7) \
	EMAPI_TRACE(psz, a1, a2, a3, a4, a5, a6, a7)
#define TraceSz8(psz, a1, a2, a3, a4, a5, a6, a7, a8) \
	EMAPI_TRACE(psz, a1, a2, a3, a4, a5, a6, a7, a8)
#define TraceSz9(psz, a1, a2, a3, a4, a5, a6, a7, a8, a9) \
	EMAPI_TRACE(psz, a1, a2, a3, a4, a5, a6, a7, a8, a9)
#define DebugTraceSc(f, sc) \
	IFTRACE(((sc) ? DebugTraceFn((char *)#f " returns 0x%08X %s\n", (unsigned)(sc), \
	SzDecodeScode(sc)) : 0))
#define DebugTraceResult(f, hr)		DebugTraceSc(f, GetScode(hr))
#define DebugTraceArg(f, s)		EMAPI_TRACE(#f ": bad parameter: " s "\n")
#define DebugTraceLine()		EMAPI_TRACE("File %s, Line %i\n", __FILE__, __LINE__)
#define DebugTraceProblems(sz, rgprob)	IFTRACE((DebugTraceProblemsFn(sz, rgprob), 0))

/* --- Names of codes and tags, memory that is watched, results that are expected ----------- */

#ifdef DEBUG
#define SzDecodeScode(_sc)		SzDecodeScodeFn(_sc)
#define SzDecodeUlPropType(_ulPropType)	SzDecodeUlPropTypeFn(_ulPropType)
#define SzDecodeUlPropTag(_ulPropTag)	SzDecodeUlPropTagFn(_ulPropTag)
#define UlPropTagFromSz(_sz)		UlPropTagFromSzFn(_sz)
#define ScodeFromSz(_sz)		ScodeFromSzFn(_sz)
#define DBGMEM_Encapsulate(pmalloc, pszSubsys, fCheckOften) \
	DBGMEM_EncapsulateFn(pmalloc, pszSubsys, fCheckOften)
#define DBGMEM_Shutdown(pmalloc)	DBGMEM_ShutdownFn(pmalloc)
#define DBGMEM_CheckMem(pm, f)		DBGMEM_CheckMemFn(pm, f)
#define DBGMEM_NoLeakDetect(pm, pv)	DBGMEM_NoLeakDetectFn(pm, pv)
#define DBGMEM_SetFailureAt(pm, ul)	DBGMEM_SetFailureAtFn(pm, ul)
#define ScCheckSc(sc, fn) \
	ScCheckScFn(sc, fn##_Scodes, (char *)#fn, (char *)__FILE__, __LINE__)
#else
#define SzDecodeScode(_sc)		("")
#define SzDecodeUlPropType(_ulPropType)	("")
#define SzDecodeUlPropTag(_ulPropTag)	("")
#define UlPropTagFromSz(_sz)		(0)
#define ScodeFromSz(_sz)		(0)
#define DBGMEM_Encapsulate(pmalloc, pszSubsys, fCheckOften)	(pmalloc)
#ifdef __cplusplus
#define DBGMEM_Shutdown(pmalloc)	((pmalloc)->Release())
#else
#define DBGMEM_Shutdown(pmalloc)	((pmalloc)->lpVtbl->Release(pmalloc))
#endif
#define DBGMEM_CheckMem(pm, f)
#define DBGMEM_NoLeakDetect(pm, pv)
#define DBGMEM_SetFailureAt(pm, ul)
#define ScCheckSc(sc, fn)		(sc)
#endif
#define HrCheckSc(sc, fn)		ResultFromScode(ScCheckSc(sc, fn))
#define HrCheckHr(hr, fn)		HrCheckSc(GetScode(hr), fn)

EMAPI_END_C

#endif /* EMAPI_MAPIDBG_H */
