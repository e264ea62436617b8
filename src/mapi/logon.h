/* SPDX-License-Identifier: MIT */
/* Why the last MAPILogonEx of this thread failed, for programs that link the static library. */
#ifndef EMAPI_MAPI_LOGON_H
#define EMAPI_MAPI_LOGON_H

/* A sentence for people; NULL after a success.  Good until the thread's next logon. */
const char *logon_reason(void);

#endif
