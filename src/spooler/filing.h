/* SPDX-License-Identifier: MIT */
/* FinishedMsg and locks for many messages, and reading them: in one transaction where the store
 * offers that (storequeue.h). */
#ifndef EMAPI_SPOOLER_FILING_H
#define EMAPI_SPOOLER_FILING_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* `entries` are GBytes; results[] has what became of each. */
void filing_finish(IMsgStore *store, const GPtrArray *entries, HRESULT *results);
/* Locks them; false where the store does not do that for many at once, or could not. */
bool filing_lock(IMsgStore *store, const GPtrArray *entries, HRESULT *results);
/* One that this process has locked, and nobody else since; false likewise. */
bool filing_unlock(IMsgStore *store, GBytes *entry);
/* Before it is sent: returns when it is on disk that the message is in the store's queue.  Of a
 * store that does not tell, S_OK: it wakes the spooler when that is so. */
HRESULT filing_secure(IMsgStore *store, GBytes *entry);
/* What a store answers about a message that is no longer in its queue. */
bool filing_is_gone(HRESULT hr);
/* Around reading a message or many: see store_queue's HoldView. */
void filing_view(IMsgStore *store, bool hold);

#endif
