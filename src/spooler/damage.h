/* SPDX-License-Identifier: MIT */
/* A spool.db that is damaged: kept beside its successor for who wants to know why. */
#ifndef EMAPI_SPOOLER_DAMAGE_H
#define EMAPI_SPOOLER_DAMAGE_H

#include <glib.h>
#include <mapidefs.h>

/* Renames the file and its log, which nobody has open, to PATH.damaged-DATE (UTC); *aside is that
 * name (g_free).  An error leaves the file where it was. */
HRESULT damage_set_aside(const char *path, gint64 now, char **aside);
/* The newest file that was put aside; g_free(), NULL: none. */
char *damage_newest(const char *path);

#endif
