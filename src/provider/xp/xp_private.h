/* SPDX-License-Identifier: MIT */
/* Between provider.c and logon.c. */
#ifndef EMAPI_PROVIDER_XP_PRIVATE_H
#define EMAPI_PROVIDER_XP_PRIVATE_H

#include "xp.h"

/* What the last ValidateState of a logon found. */
struct xp_finding {
	HRESULT hr;
	char *text;
	GPtrArray *journey; /* of char *; NULL: nobody has asked yet */
};

void xp_finding_clear(struct xp_finding *finding);
/* Its copy, under the logon's lock; xp_finding_clear(). */
void xp_logon_finding(IXPLogon *logon, struct xp_finding *out);

/* The status object of a logon, which it holds a reference on. */
HRESULT xp_status_create(IXPLogon *logon, const char *name, IMAPIStatus **out);

/* One logon; `why` (g_free()) is for people.  Holds a reference on `support`. */
HRESULT xp_logon_create(
    const struct xp_transport *transport, IMAPISupport *support, IXPLogon **out, char **why);

#endif
