/* SPDX-License-Identifier: MIT */
/*
 * Bytes to and from the server over libcurl's connection.
 *
 * Two rules of curl_easy_send/recv: after CURLE_AGAIN the same pointer and length are sent again;
 * and one reads until CURLE_AGAIN before each poll, as TLS may hold bytes that poll cannot see.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "smtp_private.h"

#define REPLY_SECONDS 300
#define INPUT_MAX (512 * 1024)

unsigned
smtp_reply_seconds(const struct smtp_session *session)
{
	return session->options->reply_timeout ? session->options->reply_timeout : REPLY_SECONDS;
}

static bool
lost(struct smtp_session *session, struct smtp_error *error, const char *how)
{
	session->dead = true;
	smtp_note(session, "* %s", how);
	smtp_error_set(error, SMTP_TEMPORARY, "%s: %s.", smtp_peer(session), how);
	return false;
}

/* Reads what is there without waiting.  False: the connection is at its end. */
static bool
fill(struct smtp_session *session, const char **how)
{
	char buffer[16384];
	CURLcode result;
	size_t size;

	while (session->input->len < INPUT_MAX) {
		size = 0;
		result = curl_easy_recv(session->curl, buffer, sizeof(buffer), &size);
		if (result == CURLE_AGAIN)
			return true;
		if (result != CURLE_OK || size == 0) {
			*how = result == CURLE_OK ? "the server closed the connection"
						  : "the connection was cut while reading";
			return false;
		}
		g_byte_array_append(session->input, (const guint8 *)buffer, (guint)size);
	}
	*how = "the server sends without end";
	return false;
}

/* Waits for `events`; 0 when the time is up. */
static int
wait_for(struct smtp_session *session, short events, gint64 deadline)
{
	struct pollfd fd = { .fd = -1, .events = events };
	curl_socket_t socket = CURL_SOCKET_BAD;
	gint64 left;
	int count;

	curl_easy_getinfo(session->curl, CURLINFO_ACTIVESOCKET, &socket);
	if (socket == CURL_SOCKET_BAD)
		return POLLERR;
	fd.fd = socket;
	do {
		left = (deadline - g_get_monotonic_time()) / 1000;
		count = left > 0 ? poll(&fd, 1, (int)MIN(left, 3600 * 1000)) : 0;
	} while (count < 0 && errno == EINTR);
	return count > 0 ? fd.revents : 0;
}

static gint64
deadline_in(unsigned seconds)
{
	return g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
}

bool
smtp_write(struct smtp_session *session, const void *data, size_t size, struct smtp_error *error)
{
	gint64 deadline = deadline_in(smtp_reply_seconds(session));
	const char *at = data, *how = NULL;
	bool readable = true;
	CURLcode result;
	size_t sent;
	int events;

	while (size > 0) {
		sent = 0;
		result = curl_easy_send(session->curl, at, size, &sent);
		if (result == CURLE_OK) {
			at += sent;
			size -= sent;
			deadline = deadline_in(smtp_reply_seconds(session));
			continue;
		}
		if (result != CURLE_AGAIN)
			return lost(session, error, "the connection was cut while sending");
		if (readable)
			readable = fill(session, &how);
		/* At the end of input keep sending: the server's last words are read already. */
		events = wait_for(session, readable ? POLLIN | POLLOUT : POLLOUT, deadline);
		if (events == 0)
			return lost(session, error, "the server takes no more data: time is up");
		if (!readable && (events & (POLLERR | POLLHUP)))
			return lost(session, error, how);
	}
	session->last_used = g_get_monotonic_time();
	return true;
}

bool
smtp_command(struct smtp_session *session, struct smtp_error *error, const char *format, ...)
{
	va_list arguments;
	char *line, *wire;
	bool ok;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	smtp_note(session, "> %s", line);
	wire = g_strconcat(line, "\r\n", NULL);
	ok = smtp_write(session, wire, strlen(wire), error);
	g_free(wire);
	g_free(line);
	return ok;
}

bool
smtp_read(struct smtp_session *session, unsigned seconds, struct smtp_error *error)
{
	gint64 deadline = deadline_in(seconds);
	const char *how = NULL;
	enum smtp_parse state;
	bool more = true;
	char *late;

	smtp_reply_clear(&session->reply);
	for (;;) {
		state = smtp_reply_take(&session->reply, session->input);
		if (state == SMTP_PARSE_DONE)
			break;
		if (state == SMTP_PARSE_BROKEN)
			return lost(session, error, "what came is no SMTP reply (RFC 5321)");
		if (!more)
			return lost(session, error, how);
		more = fill(session, &how);
		if (session->input->len > 0 &&
		    memchr(session->input->data, '\n', session->input->len))
			continue;
		if (more && wait_for(session, POLLIN, deadline) == 0) {
			late = g_strdup_printf("no answer for %u seconds", seconds);
			lost(session, error, late);
			g_free(late);
			return false;
		}
	}
	smtp_note_reply(session, &session->reply);
	session->last_used = g_get_monotonic_time();
	if (session->reply.code == 421)
		session->dead = true;
	return true;
}

bool
smtp_has_news(struct smtp_session *session)
{
	const char *how;

	return !fill(session, &how) || session->input->len > 0;
}

bool
smtp_last_words(struct smtp_session *session)
{
	const char *how;

	fill(session, &how);
	if (smtp_reply_take(&session->reply, session->input) != SMTP_PARSE_DONE)
		return false;
	smtp_note_reply(session, &session->reply);
	return true;
}
