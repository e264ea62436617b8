/* SPDX-License-Identifier: MIT */
/*
 * The connections of a process that takes messages: one thread, one packet after the other.  One
 * who sends nonsense, keeps a connection without a word or opens too many is cut off.
 */
#ifndef EMAPI_SPOOLER_PEERS_H
#define EMAPI_SPOOLER_PEERS_H

#include <sys/types.h>
#include "ipc.h"

/* One who is connected, as the kernel says; a child of his may be who speaks. */
struct peer_id {
	uid_t uid;
	pid_t pid;
};

/* How a packet is served: `attached` is the descriptor that came with it (-1: none; the caller
 * closes it).  The answer goes to `fd` by peers_answer().  A failure cuts the connection. */
typedef HRESULT (*peers_serve)(void *context, const struct peer_id *peer, int fd,
    const struct ipc_message *packet, int attached);

/* Serves who connects to the listening socket `fd`, at most `of_one` connections of a user, until
 * SIGTERM, SIGHUP or the end of the process `parent`; what is being served is served to its end. */
void peers_run(int fd, pid_t parent, unsigned of_one, peers_serve serve, void *context);

/* `values` as ipc_send(). */
HRESULT peers_answer(int fd, const char *verb, GVariant *values);
HRESULT peers_answer_error(int fd, HRESULT hr, const char *text);

#endif
