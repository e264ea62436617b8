/* SPDX-License-Identifier: MIT */
/* Asks a profile's transports whether mail could go out now, without sending any, and its address
 * books whether they can be used. */
#ifndef EMAPI_TOOLS_TRIAL_H
#define EMAPI_TOOLS_TRIAL_H

#include <glib.h>
#include <stdbool.h>
#include <mapix.h>

/* What came of one transport. */
struct trial {
	/* Set before, or NULL: hears each line of the dialogue as it is said. */
	void (*said)(const char *line);
	char *name;
	bool carries_smtp; /* IXPLogon::AddressTypes; also of one that cannot be asked */
	gint64 when;       /* microseconds since 1970 */
	HRESULT hr;
	char *why;      /* of a failure, for people */
	char **journey; /* NULL-ended, never NULL */
};

/* Logs on to the transport in this section of the session's profile and asks it
 * (IXPLogon::ValidateState, and its status object for the words). */
void trial_run(IMAPISession *session, const MAPIUID *provider, struct trial *out);
void trial_clear(struct trial *trial);

/* Asks the address book in this section of the session's profile (IABLogon::OpenStatusEntry,
 * IMAPIStatus::ValidateState).  *words (g_free()): what it says of itself, NULL where nothing; of a
 * failure never NULL. */
HRESULT trial_book(IMAPISession *session, const MAPIUID *provider, char **words);

#endif
