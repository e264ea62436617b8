/* SPDX-License-Identifier: MIT */
/* The IMalloc that MAPI hands to providers and MAPIGetDefaultMalloc gives out. */
#ifndef EMAPI_MAPI_IMALLOC_H
#define EMAPI_MAPI_IMALLOC_H

#include <emapi_wintypes.h>

/* One object for the process; references are not counted. */
IMalloc *malloc_object(void);

#endif
