/* SPDX-License-Identifier: MIT */
/* From here on DEFINE_GUID defines what it names: in this file, and in MAPI's headers. */
#ifndef INITGUID
#define INITGUID
#endif
#include <mapiguid.h>
