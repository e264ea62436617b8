/* SPDX-License-Identifier: MIT */
/*
 * The Windows types that MAPI's interfaces are made of, in the sizes they have on 64-bit
 * Windows: LONG, ULONG, DWORD, BOOL, HRESULT and SCODE are 32 bits wide, WCHAR is 16 (UTF-16),
 * ULONG_PTR is as wide as a pointer. COM's IUnknown, IMalloc and streams come along. All headers
 * include this.
 */
#ifndef EMAPI_WINTYPES_H
#define EMAPI_WINTYPES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>

#ifdef __cplusplus
#define EMAPI_BEGIN_C	extern "C" {
#define EMAPI_END_C	}
#define EXTERN_C	extern "C"
#else
#define EMAPI_BEGIN_C
#define EMAPI_END_C
#define EXTERN_C	extern
#endif

/* What libemapi exports, and the entry points that a provider exports. */
#define EMAPI_EXPORT	__attribute__((visibility("default")))

/* Calling conventions and pointer sizes of Windows: nothing here, for sources that name them. */
#ifndef FAR
#define FAR
#endif
#ifndef WINAPI
#define WINAPI
#endif
#ifndef CALLBACK
#define CALLBACK
#endif
#define STDMETHODCALLTYPE
#define STDMETHODVCALLTYPE
#define STDAPICALLTYPE
#define STDAPIVCALLTYPE
#define STDAPI			EXTERN_C EMAPI_EXPORT HRESULT STDAPICALLTYPE
#define STDAPI_(type)		EXTERN_C EMAPI_EXPORT type STDAPICALLTYPE
#define STDMETHODIMP		HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type)	type STDMETHODCALLTYPE

/* --- Numbers ------------------------------------------------------------------------------ */

typedef uint8_t BYTE;
typedef unsigned char UCHAR;
typedef char CHAR;
typedef int16_t SHORT;
typedef uint16_t USHORT;
typedef uint16_t WORD;
typedef int INT;
typedef unsigned int UINT;
typedef int32_t LONG;
typedef uint32_t ULONG;
typedef uint32_t DWORD;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG;
typedef unsigned long long DWORDLONG;
typedef intptr_t INT_PTR;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR;
typedef uintptr_t UINT_PTR;
typedef uintptr_t DWORD_PTR;
typedef size_t SIZE_T;
typedef int32_t BOOL;
typedef unsigned char BOOLEAN;
typedef int32_t HRESULT;
typedef int32_t SCODE;
typedef DWORD LCID;

typedef BYTE *LPBYTE;
typedef WORD *LPWORD;
typedef DWORD *LPDWORD;
typedef LONG *LPLONG;
typedef ULONG *LPULONG;
typedef BOOL *LPBOOL;
typedef void *LPVOID;
typedef void *PVOID;
typedef const void *LPCVOID;

#ifndef TRUE
#define TRUE	1
#endif
#ifndef FALSE
#define FALSE	0
#endif

/* --- Text --------------------------------------------------------------------------------- */

typedef char16_t WCHAR;
typedef WCHAR OLECHAR;
typedef char *LPSTR;
typedef const char *LPCSTR;
typedef WCHAR *LPWSTR;
typedef const WCHAR *LPCWSTR;
typedef OLECHAR *LPOLESTR;
typedef const OLECHAR *LPCOLESTR;

/* TCHAR follows UNICODE at compile time; MAPI_UNICODE says at each call which one is meant. */
#ifdef UNICODE
typedef WCHAR TCHAR;
#else
typedef char TCHAR;
#endif
typedef TCHAR *LPTSTR;
typedef const TCHAR *LPCTSTR;

/* A literal of WCHAR, and one of TCHAR. L"..." is 32 bits wide on Linux and does not fit. */
#define MAPI_L(text)	u##text
#ifdef UNICODE
#define MAPI_T(text)	u##text
#else
#define MAPI_T(text)	text
#endif

/* --- Structures --------------------------------------------------------------------------- */

/* Tenths of a microsecond since 1601-01-01 00:00 UTC. */
typedef struct _FILETIME {
	DWORD dwLowDateTime;
	DWORD dwHighDateTime;
} FILETIME, *LPFILETIME;

typedef union _LARGE_INTEGER {
	__extension__ struct {
		DWORD LowPart;
		LONG HighPart;
	};
	struct {
		DWORD LowPart;
		LONG HighPart;
	} u;
	LONGLONG QuadPart;
} LARGE_INTEGER;

typedef union _ULARGE_INTEGER {
	__extension__ struct {
		DWORD LowPart;
		DWORD HighPart;
	};
	struct {
		DWORD LowPart;
		DWORD HighPart;
	} u;
	ULONGLONG QuadPart;
} ULARGE_INTEGER;

/* An amount of money: a whole number of ten-thousandths. */
typedef union tagCY {
	__extension__ struct {
		ULONG Lo;
		LONG Hi;
	};
	LONGLONG int64;
} CY;

typedef struct _GUID {
	ULONG Data1;
	USHORT Data2;
	USHORT Data3;
	BYTE Data4[8];
} GUID, *LPGUID;

typedef GUID IID;
typedef GUID CLSID;
typedef GUID FMTID;
typedef GUID *LPIID;
typedef GUID *LPCLSID;
typedef const GUID *LPCGUID;
typedef const IID *LPCIID;

#ifdef __cplusplus
typedef const GUID &REFGUID;
typedef const IID &REFIID;
typedef const CLSID &REFCLSID;
#else
typedef const GUID *REFGUID;
typedef const IID *REFIID;
typedef const CLSID *REFCLSID;
#endif

#ifdef __cplusplus
inline bool
IsEqualGUID(REFGUID one, REFGUID other)
{
	return memcmp(&one, &other, sizeof(GUID)) == 0;
}

inline bool
operator==(REFGUID one, REFGUID other)
{
	return IsEqualGUID(one, other);
}

inline bool
operator!=(REFGUID one, REFGUID other)
{
	return !IsEqualGUID(one, other);
}
#else
#define IsEqualGUID(one, other)	(!memcmp((one), (other), sizeof(GUID)))
#endif
#define IsEqualIID(one, other)		IsEqualGUID(one, other)
#define IsEqualCLSID(one, other)	IsEqualGUID(one, other)

/* One identifier: exported by a library, or held by the file that is compiled with INITGUID. */
#define EMAPI_GUID_DECLARATION(name)	EXTERN_C EMAPI_EXPORT const GUID name
#define EMAPI_GUID_DEFINITION(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
	EMAPI_GUID_DECLARATION(name) __attribute__((weak)); \
	const GUID name = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

/* Handles mean nothing to emapi: pass NULL. Windows travel as ULONG_PTR ulUIParam: pass 0. */
typedef void *HANDLE;
typedef struct HINSTANCE__ *HINSTANCE;
typedef HINSTANCE HMODULE;
typedef struct HWND__ *HWND;
typedef struct HICON__ *HICON;
typedef HANDLE HGLOBAL;
typedef UINT_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;
typedef INT_PTR (CALLBACK *DLGPROC)(HWND, UINT, WPARAM, LPARAM);
typedef INT_PTR (WINAPI *FARPROC)(void);

typedef struct tagRECT {
	LONG left;
	LONG top;
	LONG right;
	LONG bottom;
} RECT, *LPRECT;
typedef const RECT *LPCRECT;

/* --- Results ------------------------------------------------------------------------------ */

#define SEVERITY_SUCCESS	0
#define SEVERITY_ERROR		1

#define FACILITY_NULL		0
#define FACILITY_RPC		1
#define FACILITY_DISPATCH	2
#define FACILITY_STORAGE	3
#define FACILITY_ITF		4
#define FACILITY_WIN32		7

/*
 * Success is any value that is not negative: MAPI_W_* are successes that have something to say.
 */
#define SUCCEEDED(hr)		((HRESULT)(hr) >= 0)
#define FAILED(hr)		((HRESULT)(hr) < 0)
#define IS_ERROR(hr)		FAILED(hr)
#define HRESULT_CODE(hr)	((hr) & 0xFFFF)
#define SCODE_CODE(sc)		((sc) & 0xFFFF)
#define HRESULT_FACILITY(hr)	(((hr) >> 16) & 0x1FFF)
#define SCODE_FACILITY(sc)	(((sc) >> 16) & 0x1FFF)
#define HRESULT_SEVERITY(hr)	(((hr) >> 31) & 1)
#define SCODE_SEVERITY(sc)	(((sc) >> 31) & 1)
#define MAKE_HRESULT(sev, fac, code) \
	((HRESULT)(((ULONG)(sev) << 31) | ((ULONG)(fac) << 16) | (ULONG)(code)))
#define MAKE_SCODE(sev, fac, code) \
	((SCODE)(((ULONG)(sev) << 31) | ((ULONG)(fac) << 16) | (ULONG)(code)))
#define GetScode(hr)		((SCODE)(hr))
#define ResultFromScode(sc)	((HRESULT)(sc))
#define NOERROR			0

#include "emapi_hresult.h"

/* --- How an interface is declared --------------------------------------------------------- */

/*
 * An interface is a list of methods, each MAPIMETHOD(name)(THIS_ arguments) IPURE, in the order
 * of its slots. In C it becomes a struct of function pointers, and an object is called through
 * object->lpVtbl->Method(object, ...); in C++ it becomes an abstract struct, called by
 * object->Method(...). Both have the same layout (no virtual destructor: Release ends an
 * object).
 *
 *	#undef INTERFACE
 *	#define INTERFACE IThing
 *	DECLARE_MAPI_INTERFACE_(IThing, IUnknown)
 *	{
 *		BEGIN_INTERFACE
 *		MAPI_IUNKNOWN_METHODS(PURE)
 *		MAPIMETHOD(Work)(THIS_ ULONG ulFlags) PURE;
 *	};
 */
#define BEGIN_INTERFACE
#define DECLARE_MAPI_INTERFACE_PTR(iface, piface) \
	struct iface; \
	typedef struct iface iface; \
	typedef struct iface *piface
#ifdef __cplusplus
#define PURE						= 0
#define THIS
#define THIS_
#define STDMETHOD(method)				virtual HRESULT STDMETHODCALLTYPE method
#define STDMETHOD_(type, method)			virtual type STDMETHODCALLTYPE method
#define DECLARE_MAPI_INTERFACE(iface)			struct iface
#define DECLARE_MAPI_INTERFACE_(iface, baseiface)	struct iface : public baseiface
#define EMAPI_INTERFACE(iface)				struct iface
#define EMAPI_INTERFACE_(iface, baseiface)		struct iface : public baseiface
#else
#define PURE
#define THIS						INTERFACE *This
#define THIS_						INTERFACE *This,
#define STDMETHOD(method)				HRESULT (STDMETHODCALLTYPE *method)
#define STDMETHOD_(type, method)			type (STDMETHODCALLTYPE *method)
/* The headers' own form, which leaves the typedef to DECLARE_MAPI_INTERFACE_PTR. */
#define EMAPI_INTERFACE(iface) \
	typedef struct iface##Vtbl iface##Vtbl; \
	struct iface { \
		const struct iface##Vtbl *lpVtbl; \
	}; \
	struct iface##Vtbl
#define EMAPI_INTERFACE_(iface, baseiface)		EMAPI_INTERFACE(iface)
#define DECLARE_MAPI_INTERFACE(iface) \
	typedef struct iface iface; \
	EMAPI_INTERFACE(iface)
#define DECLARE_MAPI_INTERFACE_(iface, baseiface)	DECLARE_MAPI_INTERFACE(iface)
#endif
#define MAPIMETHOD(method)		STDMETHOD(method)
#define MAPIMETHOD_(type, method)	STDMETHOD_(type, method)
#define STDMAPIINITCALLTYPE
#define STDINITMETHODIMP		HRESULT STDMAPIINITCALLTYPE
#define STDINITMETHODIMP_(type)		type STDMAPIINITCALLTYPE
#define STDMAPIINIT_(type)		type STDMAPIINITCALLTYPE

#include "emapi_com.h"
#include "emapi_text.h"

#endif /* EMAPI_WINTYPES_H */
