/* SPDX-License-Identifier: MIT */
/*
 * What emapi's own message store offers the spooler beyond IMsgStore, by QueryInterface: the same
 * work for many messages at once.  A store that has it not is asked message by message.
 */
#ifndef EMAPI_PROP_STOREQUEUE_H
#define EMAPI_PROP_STOREQUEUE_H

#include <mapidefs.h>

static const IID iid_store_queue = { 0x2d3c6f0e, 0x8a41, 0x4d57,
	{ 0x9b, 0x1e, 0x64, 0x0c, 0xe7, 0x35, 0xa2, 0x18 } };

struct store_queue {
	const struct store_queue_vtbl *lpVtbl;
};

struct store_queue_vtbl {
	HRESULT (*QueryInterface)(struct store_queue *This, const IID *iid, LPVOID *out);
	ULONG (*AddRef)(struct store_queue *This);
	ULONG (*Release)(struct store_queue *This);
	/* IMsgStore::FinishedMsg for each of the entry IDs, in one transaction; results[] has what
	 * became of each.  On a failure nothing was done. */
	HRESULT(*FinishMessages)
	(struct store_queue *This, const SBinaryArray *entries, HRESULT *results);
	/* IMsgStore::SetLockState for each of the entry IDs, likewise; but only locks of this
	 * process are taken away. */
	HRESULT(*LockMessages)
	(struct store_queue *This, const SBinaryArray *entries, BOOL lock, HRESULT *results);
	/* A part of the outgoing queue, as GetOutgoingQueue has it: at most `limit` rows that came
	 * after *place, which becomes that of the last one; 0 is the beginning. *place stays as it
	 * is where there are none. */
	HRESULT(*ReadQueue)
	(struct store_queue *This, ULONGLONG *place, ULONG limit, LPMAPITABLE *table);
	/* How many messages are in it up to that place. */
	HRESULT (*CountQueue)(struct store_queue *This, ULONGLONG place, ULONGLONG *count);
	/* Whether the message of this entry ID is in it. */
	HRESULT (*IsQueued)(struct store_queue *This, const SBinary *entry, BOOL *queued);
	/* Before the end of this message's data goes to a server: returns when it is on disk that
	 * the message, which this process has locked, is in the queue; its sender may still be
	 * waiting for that.  MAPI_E_NOT_IN_QUEUE where he has met a failure, and has taken it back
	 * (and may have submitted it again, which is another message); else why the disk does not
	 * take it. */
	HRESULT (*Secure)(struct store_queue *This, const SBinary *entry);
	/* Up to which place of the queue that is so; does not wait. */
	HRESULT (*SecurePlace)(struct store_queue *This, ULONGLONG *place);
	/* From here on what is read of the store is of one moment, which costs less than asking for
	 * each piece anew; until it is let go, or this process writes. To be short. */
	HRESULT (*HoldView)(struct store_queue *This, BOOL hold);
};

/*
 * IMAPISupport::SpoolerNotify by a store with this interface, in place of NOTIFY_READYTOSEND: the
 * spooler gets ready to send while the disk takes what was submitted.
 *   SOON   the message is in the queue, where others see it, and not yet on disk.  Neither waits
 *          nor connects nor starts a spooler.  S_OK: that was all; S_FALSE: SAFE is to follow; a
 *          failure: it could not be said, NOTIFY_READYTOSEND is to follow.
 *   SAFE   it is on disk.
 */
#define NOTIFY_QUEUE_SOON ((ULONG)0x00020000)
#define NOTIFY_QUEUE_SAFE ((ULONG)0x00040000)

#endif
