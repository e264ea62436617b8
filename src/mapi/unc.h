/* SPDX-License-Identifier: MIT */
/* Names of files on Windows shares, as the table of mounts has them. */
#ifndef EMAPI_MAPI_UNC_H
#define EMAPI_MAPI_UNC_H

#include <emapi_wintypes.h>

/* As ScUNCFromLocalPath and ScLocalPathFromUNC, with the table of mounts in `mounts` (as
 * /proc/self/mounts); *out is g_free()d by the caller. */
SCODE unc_from_local(const char *mounts, const char *local, char **out);
SCODE unc_to_local(const char *mounts, const char *unc, char **out);

#endif
