/* SPDX-License-Identifier: MIT */
/* Between provider.c, logon.c and ahead.c. */
#ifndef EMAPI_PROVIDER_XP_PRIVATE_H
#define EMAPI_PROVIDER_XP_PRIVATE_H

#include "com.h"
#include "provstatus.h"
#include "xp.h"
#include "xpahead.h"

/* A message of those that are sent one after the other. */
struct xp_job {
	IMessage *message; /* NULL: there is none */
	struct xp_recipients *recipients;
	void *made; /* by the transport's prepare() */
};

struct logon {
	struct com_object com;
	IXPLogon ixplogon;
	struct xp_ahead iahead;
	GMutex lock; /* one call at a time reaches the transport */
	struct xp_logon xp;
	bool on; /* between logon and TransportLogoff */
	ULONG_PTR last_ref;
	struct provstatus_finding finding; /* by the last ValidateState */
	struct xp_job ready, pending;      /* ahead.c */
};

/* ahead.c */
extern const struct xp_ahead_vtbl xp_ahead_vtbl;
void xp_job_clear(struct logon *logon, struct xp_job *job);

/* Tells what became of them, by what submit() or its like returned. */
HRESULT xp_logon_report(
    struct logon *logon, IMessage *message, struct xp_recipients *recipients, HRESULT hr);
/* One logon; `why` (g_free()) is for people.  Holds a reference on `support`. */
HRESULT xp_logon_create(
    const struct xp_transport *transport, IMAPISupport *support, IXPLogon **out, char **why);

#endif
