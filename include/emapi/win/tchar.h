/* SPDX-License-Identifier: MIT */
/* Literals that follow UNICODE. */
#ifndef EMAPI_WIN_TCHAR_H
#define EMAPI_WIN_TCHAR_H

#include <emapi_wintypes.h>

#define _T(text)	MAPI_T(text)
#define _TEXT(text)	MAPI_T(text)

#endif /* EMAPI_WIN_TCHAR_H */
