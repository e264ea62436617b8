/* SPDX-License-Identifier: MIT */
/*
 * mapisvc.inf: which message services there are and what a new one consists of.  Read anew each
 * time, from $EMAPI_MAPISVC (else the installed file), then /etc/emapi/mapisvc.inf and
 * $XDG_CONFIG_HOME/emapi/mapisvc.inf, later ones over earlier ones.
 */
#ifndef EMAPI_MAPI_MAPISVC_H
#define EMAPI_MAPI_MAPISVC_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* Never NULL; g_key_file_free(). */
GKeyFile *mapisvc_load(void);

bool mapisvc_has_service(GKeyFile *inf, const char *service);
/* The provider groups of a service; g_strfreev(). */
char **mapisvc_providers(GKeyFile *inf, const char *service);
/* The properties that a group of the file states, as a MAPI buffer; *count 0 and NULL for none. */
HRESULT mapisvc_values(GKeyFile *inf, const char *group, SPropValue **values, ULONG *count);
/* The tags a service's Required line names; g_array_unref(). */
GArray *mapisvc_required(GKeyFile *inf, const char *service);

#endif
