/* SPDX-License-Identifier: MIT */
/* A stand-in for COM's header: the interfaces that MAPI uses. See windows.h beside it. */
#ifndef EMAPI_WIN_OBJBASE_H
#define EMAPI_WIN_OBJBASE_H

#include "windows.h"

#ifndef DECLARE_INTERFACE
#define DECLARE_INTERFACE(iface)		DECLARE_MAPI_INTERFACE(iface)
#define DECLARE_INTERFACE_(iface, baseiface)	DECLARE_MAPI_INTERFACE_(iface, baseiface)
#endif

#endif /* EMAPI_WIN_OBJBASE_H */
