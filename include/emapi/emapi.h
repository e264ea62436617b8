/* SPDX-License-Identifier: MIT */
/* What emapi adds for clients to what Microsoft documents; a program can do without. */
#ifndef EMAPI_EMAPI_H
#define EMAPI_EMAPI_H

#include "mapix.h"

EMAPI_BEGIN_C

/*
 * Why this thread's last MAPILogonEx failed, as a sentence for people, in UTF-8: which profile is missing
 * or broken, where, and what to do. NULL where it did not fail. Good until the thread's next MAPILogonEx.
 * (After a logon, IMAPISession::GetLastError tells.)
 */
EMAPI_EXPORT const char *emapi_logon_reason(void);

EMAPI_END_C

#endif /* EMAPI_EMAPI_H */
