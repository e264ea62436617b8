/* SPDX-License-Identifier: MIT */
/* The settings of an SMTP profile section (emapispi.h) as the engine takes them. */
#ifndef EMAPI_SMTP_SETTINGS_H
#define EMAPI_SMTP_SETTINGS_H

#include "smtp_engine.h"
#include "xp.h"

struct smtp_settings {
	GPtrArray *texts; /* what the options point to */
	struct smtp_options options;
};

/* MAPI_E_UNCONFIGURED for what is missing or no such setting, with *why (g_free) for people.  The
 * password is read from the section each time the engine asks: `logon` must outlive the options.
 * To be cleared also after a failure. */
HRESULT smtp_settings_read(struct smtp_settings *settings, struct xp_logon *logon, char **why);
void smtp_settings_clear(struct smtp_settings *settings);

#endif
