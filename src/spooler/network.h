/* SPDX-License-Identifier: MIT */
/*
 * Tells when the machine has got an address or a route (rtnetlink(7)): what waits because nobody
 * could be reached is worth another try then.
 */
#ifndef EMAPI_SPOOLER_NETWORK_H
#define EMAPI_SPOOLER_NETWORK_H

struct network;

/* Calls `changed` from the main loop, a moment after the last change of several.  NULL where the
 * kernel cannot be asked: then tries come at their time. */
struct network *network_watch(void (*changed)(void *context), void *context);
void network_free(struct network *network);

#endif
