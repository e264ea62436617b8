/* SPDX-License-Identifier: MIT */
/*
 * The outgoing queue (MAPI reference: IMsgStore::GetOutgoingQueue, SetLockState, FinishedMsg,
 * AbortSubmit).  A lock is the process that holds it (process.h): that of a dead process is none.
 * Lock held in all functions.
 */
#ifndef EMAPI_STORE_QUEUE_H
#define EMAPI_STORE_QUEUE_H

#include "store.h"

/* A snapshot in order of submission. */
HRESULT queue_table(struct store *store, IMAPITable **out);
/* A part of it, at most `limit` rows behind *place, which becomes the last one's. */
HRESULT queue_table_after(struct store *store, gint64 *place, ULONG limit, IMAPITable **out);
/* MAPI_E_NOT_IN_QUEUE. */
HRESULT queue_set_lock(struct store *store, gint64 message, bool lock);
/* Many at once, as queue_finish_many().  Only locks of this process are taken away so. */
HRESULT queue_lock_many(
    struct store *store, const SBinaryArray *entries, bool lock, HRESULT *results);
/* Sent: out of the queue, flags cleared, into PR_SENTMAIL_ENTRYID's folder or deleted; the message
 * keeps its id.  MAPI_E_NOT_IN_QUEUE. */
HRESULT queue_finish(struct store *store, gint64 message);
/* Many at once, by entry ID, in one transaction; results[] has what became of each.  A failure:
 * none was done. */
HRESULT queue_finish_many(struct store *store, const SBinaryArray *entries, HRESULT *results);
/* Out of the queue, stays where it is.  MAPI_E_NOT_IN_QUEUE, MAPI_E_UNABLE_TO_ABORT while another
 * process sends it. */
HRESULT queue_abort(struct store *store, gint64 message);
/* The same for one that could not be brought to disk, by who submitted it: also where it is locked,
 * since queue_secure() keeps it from being sent. */
HRESULT queue_withdraw(struct store *store, gint64 message);
/* Returns when it is on disk that the message, which this process has locked, is in the queue.
 * MAPI_E_NOT_IN_QUEUE; else why the disk does not take it. */
HRESULT queue_secure(struct store *store, gint64 message);
/* Up to which place of the queue that is so; does not wait. */
HRESULT queue_secure_place(struct store *store, gint64 *place);
/* A row of the queue at `place` (number.h), within the transaction that makes it the message's. */
HRESULT queue_put(struct db *db, gint64 place, gint64 message);
HRESULT queue_count(struct store *store, gint64 *count);
HRESULT queue_count_until(struct store *store, gint64 place, gint64 *count);

#endif
