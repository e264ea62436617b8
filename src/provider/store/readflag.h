/* SPDX-License-Identifier: MIT */
/* Marking messages read (MAPI reference: IMessage::SetReadFlag, IMAPIFolder::SetReadFlags). */
#ifndef EMAPI_STORE_READFLAG_H
#define EMAPI_STORE_READFLAG_H

#include "receipts.h"

/* What SetReadFlag may be called with. */
#define READ_FLAGS                                                                                 \
	(SUPPRESS_RECEIPT | CLEAR_READ_FLAG | MAPI_DEFERRED_ERRORS | GENERATE_RECEIPT_ONLY |       \
	    CLEAR_RN_PENDING | CLEAR_NRN_PENDING)
/* MAPI_E_INVALID_PARAMETER for flags that exclude each other. */
HRESULT read_flags_check(ULONG flags);

/* PR_MESSAGE_FLAGS after the change, and whether a read report is due for it. */
gint64 read_flag_change(gint64 message_flags, ULONG flags, bool *report);
/* Changes one message's row, in a transaction of its own; *now is its flags after it.
 * MAPI_E_NOT_FOUND, MAPI_E_SUBMITTED. */
HRESULT set_read_flag(
    struct store *store, gint64 id, ULONG flags, struct receipts *receipts, gint64 *now);

#endif
