/* SPDX-License-Identifier: MIT */
/*
 * Messages between emapi's processes: a SOCK_SEQPACKET Unix socket, each packet one GVariant of
 * type "(sa{sv})": a verb and named values.  What arrives is checked for normal form, so a bad
 * peer can send nonsense but nothing that harms.  A packet is at most IPC_PACKET_MAX bytes.
 */
#ifndef EMAPI_BASE_IPC_H
#define EMAPI_BASE_IPC_H

#include <stdbool.h>
#include <glib.h>
#include <emapi_wintypes.h>

#define IPC_PACKET_MAX (128 * 1024)

/* One message that arrived.  Free with ipc_message_free(). */
struct ipc_message {
	char *verb;
	GVariant *values; /* a{sv} */
};

/* Sends `verb` with `values` (a floating a{sv} builder result, consumed, or NULL).  Blocks until
 * sent.  MAPI_E_NETWORK_ERROR when the peer is gone, MAPI_E_TOO_BIG over the limit. */
HRESULT ipc_send(int fd, const char *verb, GVariant *values);

/* The same with descriptor `attached` (-1: none), of which the peer gets one of its own. */
HRESULT ipc_send_fd(int fd, const char *verb, GVariant *values, int attached);

/* The same in two steps, for what is said again and again: what it is made of, and sending it. */
GBytes *ipc_packet(const char *verb, GVariant *values);
HRESULT ipc_send_packet(int fd, GBytes *packet);

/* A string for `values`; what is no UTF-8 in it is replaced, as GVariant's strings must be UTF-8.
 * NULL counts as "".  Floating. */
GVariant *ipc_text(const char *text);

/* Reads one message, waiting up to timeout_ms (-1 for ever).  MAPI_E_TIMEOUT, or
 * MAPI_E_END_OF_SESSION when the peer closed, or MAPI_E_CALL_FAILED for what is no message. */
HRESULT ipc_receive(int fd, int timeout_ms, struct ipc_message **out);
/* Takes the packet that has come where that is an `ok` without values; false: it was left. */
bool ipc_take_ok(int fd);
/* The same as ipc_receive(); *attached is the descriptor that came with it, close-on-exec, to be
 * closed; -1: none.
 */
HRESULT ipc_receive_fd(int fd, int timeout_ms, struct ipc_message **out, int *attached);
void ipc_message_free(struct ipc_message *message);

/* Values by name, ipc_int() of any integer type or boolean; the default where absent or of another
 * type.  Borrowed from the message. */
const char *ipc_string(const struct ipc_message *message, const char *name, const char *fallback);
gint64 ipc_int(const struct ipc_message *message, const char *name, gint64 fallback);
const void *ipc_bytes(const struct ipc_message *message, const char *name, size_t *size);
/* A new reference (g_variant_unref), NULL where absent or not of `type`. */
GVariant *ipc_value(const struct ipc_message *message, const char *name, const char *type);

/* A connected / listening socket at `path`, close-on-exec.  Paths too long for sun_path are
 * reached through /proc/self/fd.  -1 with errno.  ipc_listen() replaces a socket that is there: the
 * caller holds the lock that makes it the only listener; the socket has mode 600. */
int ipc_connect(const char *path);
int ipc_listen(const char *path);

#endif
