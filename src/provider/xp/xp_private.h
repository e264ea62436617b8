/* SPDX-License-Identifier: MIT */
/* Between provider.c, logon.c and ahead.c. */
#ifndef EMAPI_PROVIDER_XP_PRIVATE_H
#define EMAPI_PROVIDER_XP_PRIVATE_H

#include "com.h"
#include "xp.h"
#include "xpahead.h"

/* What the last ValidateState of a logon found. */
struct xp_finding {
	HRESULT hr;
	char *text;
	GPtrArray *journey; /* of char *; NULL: nobody has asked yet */
};

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
	struct xp_finding finding;
	struct xp_job ready, pending; /* ahead.c */
};

/* ahead.c */
extern const struct xp_ahead_vtbl xp_ahead_vtbl;
void xp_job_clear(struct logon *logon, struct xp_job *job);

void xp_finding_clear(struct xp_finding *finding);
/* Tells what became of them, by what submit() or its like returned. */
HRESULT xp_logon_report(
    struct logon *logon, IMessage *message, struct xp_recipients *recipients, HRESULT hr);
/* Its copy, under the logon's lock; xp_finding_clear(). */
void xp_logon_finding(IXPLogon *logon, struct xp_finding *out);

/* The status object of a logon, which it holds a reference on. */
HRESULT xp_status_create(IXPLogon *logon, const char *name, IMAPIStatus **out);

/* One logon; `why` (g_free()) is for people.  Holds a reference on `support`. */
HRESULT xp_logon_create(
    const struct xp_transport *transport, IMAPISupport *support, IXPLogon **out, char **why);

#endif
