/* SPDX-License-Identifier: MIT */
/*
 * The connection itself: a socket of our own, or libcurl's.
 *
 * Where neither TLS nor a proxy is asked for and the server is this machine or an address, as with
 * a relay beside us, there is nothing that libcurl would do for us: see smtp_curl.h.  Names that a
 * name server knows stay with libcurl, which keeps to the time for that too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "smtp_private.h"

static bool
is_set(const char *text)
{
	return text && *text;
}

bool
smtp_wire_plain(const struct smtp_options *options)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (options->tls != SMTP_TLS_NONE || is_set(options->proxy) ||
	    is_set(options->fingerprint) || !options->server)
		return false;
	return strcmp(options->server, "localhost") == 0 ||
	       inet_pton(AF_INET, options->server, address) == 1 ||
	       inet_pton(AF_INET6, options->server, address) == 1;
}

bool
smtp_wire_open(const struct smtp_session *session)
{
	return session->curl || session->plain >= 0;
}

void
smtp_wire_close(struct smtp_session *session)
{
	if (session->curl)
		smtp_curl()->cleanup(session->curl);
	session->curl = NULL;
	if (session->plain >= 0)
		close(session->plain);
	session->plain = -1;
}

int
smtp_wire_socket(const struct smtp_session *session)
{
	curl_socket_t socket = CURL_SOCKET_BAD;

	if (session->plain >= 0)
		return session->plain;
	smtp_curl()->getinfo(session->curl, CURLINFO_ACTIVESOCKET, &socket);
	return socket == CURL_SOCKET_BAD ? -1 : (int)socket;
}

static enum smtp_wire
from_system(ssize_t count, size_t *done)
{
	*done = count > 0 ? (size_t)count : 0;
	if (count >= 0)
		return SMTP_WIRE_OK;
	return errno == EAGAIN || errno == EINTR ? SMTP_WIRE_AGAIN : SMTP_WIRE_FAILED;
}

static enum smtp_wire
from_curl(CURLcode result)
{
	if (result == CURLE_AGAIN)
		return SMTP_WIRE_AGAIN;
	return result == CURLE_OK ? SMTP_WIRE_OK : SMTP_WIRE_FAILED;
}

enum smtp_wire
smtp_wire_send(struct smtp_session *session, const void *data, size_t size, size_t *sent)
{
	*sent = 0;
	if (session->plain >= 0)
		return from_system(send(session->plain, data, size, MSG_NOSIGNAL), sent);
	return from_curl(smtp_curl()->send(session->curl, data, size, sent));
}

enum smtp_wire
smtp_wire_receive(struct smtp_session *session, void *data, size_t size, size_t *got)
{
	*got = 0;
	if (session->plain >= 0)
		return from_system(recv(session->plain, data, size, 0), got);
	return from_curl(smtp_curl()->recv(session->curl, data, size, got));
}

/* --- Connecting ------------------------------------------------------------------------------ */

/* 0, or why the socket is not connected. */
static int
await_connection(int fd, gint64 deadline)
{
	struct pollfd waiting = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int count, error = 0;

	do {
		gint64 left = (deadline - g_get_monotonic_time()) / 1000;

		count = left > 0 ? poll(&waiting, 1, (int)left) : 0;
	} while (count < 0 && errno == EINTR);
	if (count == 0)
		return ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

static int
connect_to(int fd, const struct addrinfo *address, gint64 deadline)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
		return 0;
	return errno == EINPROGRESS ? await_connection(fd, deadline) : errno;
}

/* One address; leaves why not in session->os_error. */
static bool
try_address(struct smtp_session *session, const struct addrinfo *address, gint64 deadline)
{
	bool six = address->ai_family == AF_INET6;
	int fd;

	if (getnameinfo(address->ai_addr, address->ai_addrlen, session->address,
		sizeof session->address, NULL, 0, NI_NUMERICHOST) != 0)
		session->address[0] = '\0';
	session->step = "connect";
	smtp_fact(session, "trying", "%s%s%s:%u", six ? "[" : "", session->address, six ? "]" : "",
	    smtp_port(session->options));
	fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	session->os_error = fd < 0 ? errno : connect_to(fd, address, deadline);
	if (session->os_error == 0)
		session->plain = fd;
	else if (fd >= 0)
		close(fd);
	return session->os_error == 0;
}

CURLcode
smtp_wire_connect(struct smtp_session *session, unsigned seconds)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	gint64 deadline = session->started + (gint64)seconds * G_USEC_PER_SEC;
	struct addrinfo *found = NULL, *at;
	char port[16];

	g_snprintf(port, sizeof port, "%u", smtp_port(session->options));
	if (getaddrinfo(session->options->server, port, &hints, &found) != 0)
		return CURLE_COULDNT_RESOLVE_HOST;
	for (at = found; at && session->plain < 0; at = at->ai_next)
		if (try_address(session, at, deadline))
			break;
	freeaddrinfo(found);
	if (session->plain < 0)
		return session->os_error == ETIMEDOUT ? CURLE_OPERATION_TIMEDOUT
						      : CURLE_COULDNT_CONNECT;
	session->connected = g_get_monotonic_time();
	session->step = "greeting";
	return CURLE_OK;
}
