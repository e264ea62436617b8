/* SPDX-License-Identifier: MIT */
/* What follows a submit. */
#ifndef EMAPI_STORE_SUBMIT_H
#define EMAPI_STORE_SUBMIT_H

#include "store.h"

/* Wakes the spooler (IMAPISupport::SpoolerNotify).  Whatever it answers, the message is safe.
 * Called without the store's lock. */
void submit_notify(struct store *store);

#endif
