/* SPDX-License-Identifier: MIT */
/*
 * Read and non-read reports (MAPI reference: IMessage::SetReadFlag, IMAPISupport::ReadReceipt,
 * Providing Read and Nonread Reports).
 *
 * A message that comes in and asks for a report has MSGFLAG_RN_PENDING and MSGFLAG_NRN_PENDING from
 * its first save on (summary.c); the flags go with the change that a report is due for, so each is
 * made once.  What is due is collected within that change's transaction and sent after it.
 */
#ifndef EMAPI_STORE_RECEIPTS_H
#define EMAPI_STORE_RECEIPTS_H

#include "store.h"

struct receipts {
	GArray *read;       /* gint64: messages that were read */
	GPtrArray *reports; /* IMessage: reports of messages that go unread, ready to be sent */
};
void receipts_init(struct receipts *receipts);
void receipts_clear(struct receipts *receipts);

/* Lock held in these.  The message was read and its sender wants to know. */
void receipts_read(struct receipts *receipts, gint64 message);
/* The messages that the query names are about to be deleted unread, and their senders want to
 * know.  A report that cannot be made is logged; only a want of memory is a failure. */
HRESULT receipts_unread(
    struct store *store, struct receipts *receipts, const char *sql, gint64 argument);
/* What PR_MESSAGE_FLAGS has in such a message, and the condition for SQL. */
#define UNREAD_DUE "flags & 513 = 512"

/* After the transaction, without the lock: sends what is due where `hr` is a success.  A report
 * that cannot be sent is logged, and that of a read message is pending again.  Hands `hr` through
 * and clears. */
HRESULT receipts_send(struct store *store, struct receipts *receipts, HRESULT hr);

#endif
