/* SPDX-License-Identifier: MIT */
/*
 * Who looks on at his message in machine mode.  The worker is the daemon's and must not connect to
 * what a user puts somewhere: the scheduler listens (live.h) in the user's stead, at the key that
 * ends with who he is (owner.h), and passes each line on by the connection that it was asked by.
 */
#ifndef EMAPI_SPOOLER_ONLOOKER_H
#define EMAPI_SPOOLER_ONLOOKER_H

#include <glib.h>

struct onlooker;

/* Lines go to `fd`, bare, a packet each; who does not read misses some.  NULL: it cannot listen.
 * onlooker_free() before the descriptor is closed. */
struct onlooker *onlooker_create(GBytes *key, int fd);
void onlooker_free(struct onlooker *onlooker);

#endif
