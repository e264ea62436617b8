/* SPDX-License-Identifier: MIT */
/*
 * The session behind IMAPISession, and what only the spooler's worker asks of it.
 *
 * A session remembers its process: after fork the child gets MAPI_E_END_OF_SESSION (D12).
 */
#ifndef EMAPI_MAPI_SESSION_H
#define EMAPI_MAPI_SESSION_H

#include <sys/types.h>
#include <mapix.h>
#include <mapispi.h>
#include "profile.h"
#include "support.h"

/* Logs on to a loaded profile.  `why` as in profile_load(). */
HRESULT session_create(struct profile *profile, ULONG flags, IMAPISession **out, char **why);
/* The same for a tool that shows what a program does: recorded as the MAPILogonEx that it stands
 * for (EMAPI_TRACE). */
HRESULT session_log_on(struct profile *profile, ULONG flags, IMAPISession **out, char **why);
/* The object behind the interface; borrowed. */
struct session *session_from(IMAPISession *iface);
/* Why it is this profile: "the program named it" where nobody says otherwise.  Static text. */
void session_set_chosen(IMAPISession *iface, const char *why);
/* What this session submits has its journey already: it is another program's. */
void session_set_no_journey(IMAPISession *iface);
/* What this session submits from now on is another process's, which handed it to this one: its pid,
 * of the same user, and its program's name.  The journey says so, and counts from now. */
void session_set_client(IMAPISession *iface, pid_t pid, const char *program);
struct profile *session_profile(struct session *session);

/* The worker: opens one of the profile's stores as the spooler does (IMSProvider::SpoolerLogon),
 * and its transports (XPProviderInit, TransportLogon). */
HRESULT session_open_spooler_store(struct session *session, const MAPIUID *provider,
    const struct support_hooks *hooks, IMsgStore **out);
HRESULT session_open_transport(struct session *session, const MAPIUID *provider,
    const struct support_hooks *hooks, IXPLogon **out);

#endif
