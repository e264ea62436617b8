/* SPDX-License-Identifier: MIT */
/*
 * IMAPISupport: what MAPI gives each provider at logon.
 *
 * A client's session and the spooler's worker use the same object; where MAPI's documents say
 * that the spooler does something, the worker hangs in a hook.
 */
#ifndef EMAPI_MAPI_SUPPORT_H
#define EMAPI_MAPI_SUPPORT_H

#include <mapispi.h>

struct session;

/* What the spooler does itself.  NULL members: the client's behaviour. */
struct support_hooks {
	/* IMAPISupport::StatusRecips: the list is the provider's; copy what must last. */
	HRESULT (*status_recips)(void *context, IMessage *message, const ADRLIST *recipients);
	/* IMAPISupport::SpoolerNotify. */
	HRESULT (*spooler_notify)(void *context, ULONG flags, void *data);
	/* IMAPISupport::SpoolerYield. */
	HRESULT (*spooler_yield)(void *context, ULONG flags);
	void *context;
};

/* A support object for the provider whose profile section is `provider`.  It keeps the session's
 * memory but does not keep it logged on: after Logoff, and in a child after fork, what needs the
 * session answers MAPI_E_END_OF_SESSION. */
HRESULT support_create(struct session *session, const MAPIUID *provider,
    const struct support_hooks *hooks, IMAPISupport **out);

#endif
