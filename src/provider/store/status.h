/* SPDX-License-Identifier: MIT */
/* The store's status object. */
#ifndef EMAPI_STORE_STATUS_H
#define EMAPI_STORE_STATUS_H

#include "store.h"

/* IMSLogon::OpenStatusEntry; ValidateState looks whether the file is there and can be read. */
HRESULT store_open_status(
    struct store *store, const IID *iid, ULONG flags, ULONG *type, void **out);

#endif
