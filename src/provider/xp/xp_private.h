/* SPDX-License-Identifier: MIT */
/* Between provider.c and logon.c. */
#ifndef EMAPI_PROVIDER_XP_PRIVATE_H
#define EMAPI_PROVIDER_XP_PRIVATE_H

#include "xp.h"

/* One logon; `why` (g_free()) is for people.  Holds a reference on `support`. */
HRESULT xp_logon_create(
    const struct xp_transport *transport, IMAPISupport *support, IXPLogon **out, char **why);

#endif
