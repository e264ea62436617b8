/* SPDX-License-Identifier: MIT */
/*
 * Read and non-read reports ([MS-OXOMSG] 2.2.2; MAPI reference: IMAPISupport::ReadReceipt):
 * messages of class REPORT.….IPNRN and REPORT.….IPNNRN, to whoever asked for them.
 */
#ifndef EMAPI_MAPI_READRECEIPT_H
#define EMAPI_MAPI_READRECEIPT_H

#include <stdbool.h>
#include <mapidefs.h>

struct session;

/* Fills the empty message `report`, which the caller then submits: it is deleted after it was sent,
 * and asks for no report itself.  It goes to PR_READ_RECEIPT_*, else PR_REPORT_*, else to the
 * sender of `message`; MAPI_E_NO_RECIPIENTS where that states none. */
HRESULT readreceipt_fill(struct session *session, IMessage *message, bool read, IMessage *report);

#endif
