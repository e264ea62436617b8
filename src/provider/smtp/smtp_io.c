/* SPDX-License-Identifier: MIT */
/*
 * Bytes to and from the server (smtp_wire.c).
 *
 * Two rules of curl_easy_send/recv: after CURLE_AGAIN the same pointer and length are sent again;
 * and one reads until CURLE_AGAIN before each poll, as TLS may hold bytes that poll cannot see.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "smtp_private.h"

#define REPLY_SECONDS 300
#define INPUT_MAX (512 * 1024)
/* What is longer is sent by itself. */
#define OUTPUT_JOINED (64 * 1024)

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

enum received { RECEIVED_DATA, RECEIVED_NOTHING, RECEIVED_END };

/* Reads once, without waiting. */
static enum received
receive(struct smtp_session *session, const char **how)
{
	char buffer[16384];
	size_t size = 0;
	enum smtp_wire result;

	if (session->input->len >= INPUT_MAX) {
		*how = "the server sends without end";
		return RECEIVED_END;
	}
	result = smtp_wire_receive(session, buffer, sizeof(buffer), &size);
	if (result == SMTP_WIRE_AGAIN)
		return RECEIVED_NOTHING;
	if (result != SMTP_WIRE_OK || size == 0) {
		*how = result == SMTP_WIRE_OK ? "the server closed the connection"
					      : "the connection was cut while reading";
		return RECEIVED_END;
	}
	g_byte_array_append(session->input, (const guint8 *)buffer, (guint)size);
	return RECEIVED_DATA;
}

/* Reads what is there without waiting.  False: the connection is at its end. */
static bool
fill(struct smtp_session *session, const char **how)
{
	enum received received;

	do {
		received = receive(session, how);
	} while (received == RECEIVED_DATA);
	return received == RECEIVED_NOTHING;
}

/* What has come is acknowledged at once: a server may keep its next reply back until then (Nagle),
 * and the kernel would wait 40 ms for something of ours to send along. */
static void
acknowledge(int fd)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
}

/* Waits for `events`; 0 when the time is up, and not a part of a millisecond before. */
static int
wait_for(struct smtp_session *session, short events, gint64 deadline)
{
	struct pollfd fd = { .fd = smtp_wire_socket(session), .events = events };
	gint64 left;
	int count;

	if (fd.fd < 0)
		return POLLERR;
	acknowledge(fd.fd);
	do {
		left = (deadline - g_get_monotonic_time() + 999) / 1000;
		count = left > 0 ? poll(&fd, 1, (int)MIN(left, 3600 * 1000)) : 0;
	} while (count < 0 && errno == EINTR);
	return count > 0 ? fd.revents : 0;
}

static gint64
deadline_in(unsigned seconds)
{
	return g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;
}

static bool
write_all(struct smtp_session *session, const void *data, size_t size, struct smtp_error *error)
{
	gint64 deadline = deadline_in(smtp_reply_seconds(session));
	const char *at = data, *how = NULL;
	bool readable = true;
	enum smtp_wire result;
	size_t sent;
	int events;

	while (size > 0) {
		result = smtp_wire_send(session, at, size, &sent);
		if (result == SMTP_WIRE_OK) {
			at += sent;
			size -= sent;
			deadline = deadline_in(smtp_reply_seconds(session));
			continue;
		}
		if (result != SMTP_WIRE_AGAIN)
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
smtp_flush(struct smtp_session *session, struct smtp_error *error)
{
	bool ok;

	if (session->output->len == 0)
		return true;
	ok = write_all(session, session->output->data, session->output->len, error);
	g_byte_array_set_size(session->output, 0);
	return ok;
}

bool
smtp_write(struct smtp_session *session, const void *data, size_t size, struct smtp_error *error)
{
	if (session->output->len > 0 && size <= OUTPUT_JOINED) {
		g_byte_array_append(session->output, data, (guint)size);
		return smtp_flush(session, error);
	}
	return smtp_flush(session, error) && write_all(session, data, size, error);
}

bool
smtp_command(struct smtp_session *session, struct smtp_error *error, const char *format, ...)
{
	va_list arguments;
	char *line;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	smtp_note_command(session, line);
	g_byte_array_append(session->output, (const guint8 *)line, (guint)strlen(line));
	g_byte_array_append(session->output, (const guint8 *)"\r\n", 2);
	g_free(line);
	return session->output->len < OUTPUT_JOINED || smtp_flush(session, error);
}

bool
smtp_read(struct smtp_session *session, unsigned seconds, struct smtp_error *error)
{
	gint64 deadline = deadline_in(seconds);
	const char *how = NULL;
	enum smtp_parse state;
	/* TLS may hold bytes that poll cannot see. */
	enum received received =
	    session->encrypted || session->options->proxy ? RECEIVED_DATA : RECEIVED_NOTHING;
	char *late;

	smtp_reply_clear(&session->reply);
	if (!smtp_flush(session, error))
		return false;
	for (;;) {
		state = smtp_reply_take(&session->reply, session->input);
		if (state == SMTP_PARSE_DONE)
			break;
		session->reply_broken = state == SMTP_PARSE_BROKEN;
		if (state == SMTP_PARSE_BROKEN)
			return lost(session, error, "what came is no SMTP reply (RFC 5321)");
		if (received == RECEIVED_END)
			return lost(session, error, how);
		if (received == RECEIVED_NOTHING && wait_for(session, POLLIN, deadline) == 0) {
			late = g_strdup_printf("no answer for %u seconds", seconds);
			lost(session, error, late);
			g_free(late);
			return false;
		}
		received = receive(session, &how);
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
