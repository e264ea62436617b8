/* SPDX-License-Identifier: MIT */
/* Whether a message is known by its key: asked in this order one of the two has it, since it leaves
 * the queue only when the scheduler knows it. */
#ifndef EMAPI_SPOOLER_KNOWN_H
#define EMAPI_SPOOLER_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <mapidefs.h>

/* Whether it stands in the store's outgoing queue.  A failure: that cannot be read. */
HRESULT known_to_queue(IMsgStore *store, const void *key, size_t size, bool *known);
/* Whether the scheduler at the other end of `fd` has heard of it, also when it is long sent.  A
 * failure: it did not say. */
HRESULT known_to_scheduler(int fd, const void *key, size_t size, bool *known);

#endif
