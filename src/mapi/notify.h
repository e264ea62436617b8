/* SPDX-License-Identifier: MIT */
/*
 * Notifications inside one process: what IMAPISupport::Subscribe, Unsubscribe and Notify do.
 *
 * They come late, by a copy: on a thread of MAPI's own where MAPIInitialize was told
 * MAPI_MULTITHREAD_NOTIFICATIONS (it starts with the first subscription), else when the program
 * calls HrDispatchNotifications.  NOTIFY_SYNC calls the sink at once, on the notifying thread.
 * A child after fork has no subscriptions.
 */
#ifndef EMAPI_MAPI_NOTIFY_H
#define EMAPI_MAPI_NOTIFY_H

#include <mapispi.h>

/* From now on (true): deliver on a thread. */
void notify_use_thread(BOOL use);

HRESULT notify_subscribe(
    const NOTIFKEY *key, ULONG mask, ULONG flags, IMAPIAdviseSink *sink, ULONG_PTR *connection);
/* MAPI_E_NOT_FOUND.  What is on its way is dropped; a call that has begun is not waited for. */
HRESULT notify_unsubscribe(ULONG_PTR connection);
/* *flags gets NOTIFY_CANCELED where a sink that was called at once asked for it. */
HRESULT notify_all(const NOTIFKEY *key, ULONG count, NOTIFICATION *notifications, ULONG *flags);

#endif
