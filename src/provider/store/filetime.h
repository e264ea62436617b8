/* SPDX-License-Identifier: MIT */
/* Times: the store keeps FILETIMEs as one 64-bit number (tenths of a microsecond since 1601). */
#ifndef EMAPI_STORE_FILETIME_H
#define EMAPI_STORE_FILETIME_H

#include <glib.h>
#include <mapidefs.h>

static inline gint64
filetime_now(void)
{
	return (g_get_real_time() + G_GINT64_CONSTANT(11644473600000000)) * 10;
}

static inline gint64
filetime_number(FILETIME time)
{
	return (gint64)((guint64)time.dwHighDateTime << 32 | time.dwLowDateTime);
}

static inline FILETIME
filetime_struct(gint64 number)
{
	FILETIME time = { (DWORD)number, (DWORD)((guint64)number >> 32) };

	return time;
}

#endif
