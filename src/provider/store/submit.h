/* SPDX-License-Identifier: MIT */
/* What follows a submit. */
#ifndef EMAPI_STORE_SUBMIT_H
#define EMAPI_STORE_SUBMIT_H

#include "store.h"

/* Wakes the spooler (IMAPISupport::SpoolerNotify).  Whatever it answers, the message is safe.
 * Called without the store's lock. */
void submit_notify(struct store *store);
/* Before the message is on disk: NOTIFY_QUEUE_SOON (storequeue.h).  Lock held; does not wait. */
HRESULT submit_notify_soon(struct store *store);
/* When it is; `soon` is what that answered.  As submit_notify(). */
void submit_notify_safe(struct store *store, HRESULT soon);

#endif
