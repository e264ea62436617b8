/* SPDX-License-Identifier: MIT */
/* The properties of the store object itself.  Lock held. */
#ifndef EMAPI_STORE_STORE_PROPS_H
#define EMAPI_STORE_STORE_PROPS_H

#include "store.h"

/* Everything, stored and computed, into an empty bag. */
HRESULT store_read(struct store *store, struct bag *bag);
/* SetProps and DeleteProps (one of `values` and `tags` is NULL). */
HRESULT store_write(struct store *store, ULONG count, const SPropValue *values,
    const SPropTagArray *tags, SPropProblemArray **problems);

#endif
