/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for the few things that MAPI programs take from Windows' own header. Nobody gets it
 * unasked: add -I${includedir}/emapi/win.
 */
#ifndef EMAPI_WIN_WINDOWS_H
#define EMAPI_WIN_WINDOWS_H

#include <emapi_wintypes.h>

#ifndef VOID
#define VOID			void
#endif
#ifndef CONST
#define CONST			const
#endif
#ifndef NEAR
#define NEAR
#endif
#ifndef PASCAL
#define PASCAL
#endif
#ifndef APIENTRY
#define APIENTRY		WINAPI
#endif
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif

#ifndef TEXT
#define TEXT(text)		MAPI_T(text)
#endif
#ifndef MAX_PATH
#define MAX_PATH		260
#endif
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(name)	((void)(name))
#endif

#define ZeroMemory(to, length)		memset((to), 0, (length))
#define FillMemory(to, length, byte)	memset((to), (byte), (length))
#define CopyMemory(to, from, length)	memcpy((to), (from), (length))
#define MoveMemory(to, from, length)	memmove((to), (from), (length))

#define LOWORD(number)		((WORD)((DWORD_PTR)(number) & 0xFFFF))
#define HIWORD(number)		((WORD)(((DWORD_PTR)(number) >> 16) & 0xFFFF))
#define MAKELONG(low, high)	((LONG)((WORD)(low) | ((DWORD)(WORD)(high) << 16)))

#endif /* EMAPI_WIN_WINDOWS_H */
