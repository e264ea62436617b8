/* SPDX-License-Identifier: MIT */
/* FinishedMsg for many messages: in one transaction where the store offers that (storequeue.h). */
#ifndef EMAPI_SPOOLER_FILING_H
#define EMAPI_SPOOLER_FILING_H

#include <glib.h>
#include <mapidefs.h>

/* `entries` are GBytes; results[] has what became of each. */
void filing_finish(IMsgStore *store, const GPtrArray *entries, HRESULT *results);

#endif
