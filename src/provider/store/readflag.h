/* SPDX-License-Identifier: MIT */
/* Marking messages read (MAPI reference: IMessage::SetReadFlag, IMAPIFolder::SetReadFlags). */
#ifndef EMAPI_STORE_READFLAG_H
#define EMAPI_STORE_READFLAG_H

#include "store.h"

/* PR_MESSAGE_FLAGS after the change.  No read reports are made: receipts stay pending unless they
 * are suppressed or cleared. */
gint64 read_flag_change(gint64 message_flags, ULONG flags);
/* Changes one message's row, in a transaction of its own; *now is its flags after it.
 * MAPI_E_NOT_FOUND. */
HRESULT set_read_flag(struct store *store, gint64 id, ULONG flags, gint64 *now);

#endif
