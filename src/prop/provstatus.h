/* SPDX-License-Identifier: MIT */
/*
 * The status object of a provider's logon (MAPI reference: Status Object Implementation,
 * IMSLogon::OpenStatusEntry, IABLogon::OpenStatusEntry, IXPLogon::OpenStatusEntry): what it is and
 * how the last ValidateState went.  Nobody writes to it, and it has no dialogue and no password to
 * change.
 */
#ifndef EMAPI_PROP_PROVSTATUS_H
#define EMAPI_PROP_PROVSTATUS_H

#include <glib.h>
#include <mapispi.h>

/* How the last ValidateState went. */
struct provstatus_finding {
	HRESULT hr;
	LONG code;          /* PR_STATUS_CODE */
	char *text;         /* PR_STATUS_STRING, sentences; NULL: nothing is to be said */
	GPtrArray *journey; /* PR_EMAPI_JOURNEY, of char *; NULL: there is none */
};

void provstatus_finding_clear(struct provstatus_finding *finding);

struct provstatus_source {
	LONG type;             /* PR_RESOURCE_TYPE */
	const char *name;      /* PR_DISPLAY_NAME, PR_PROVIDER_DISPLAY; copied */
	const char *module;    /* PR_PROVIDER_DLL_NAME; static; NULL: it has none */
	const char *component; /* for errors; static */
	IMAPISupport *support; /* copies its properties; held */
	IUnknown *logon;       /* held */
	/* Whether the logon can be worked with; `why` (g_free()) gets a sentence where not, and may
	 * get one where it can. */
	HRESULT (*validate)(IUnknown *logon, char **why);
	/* In the place of `validate`, for an IXPLogon, which has ValidateState and FlushQueues of
	 * its own and knows itself what it found last; provstatus_finding_clear(). */
	void (*find)(IXPLogon *logon, struct provstatus_finding *out);
};

/* OpenStatusEntry.  `iid` NULL: IMAPIStatus.  MAPI_E_INTERFACE_NOT_SUPPORTED, MAPI_E_UNKNOWN_FLAGS.
 */
HRESULT provstatus_open(
    const struct provstatus_source *source, const IID *iid, ULONG flags, ULONG *type, void **out);

#endif
