/* SPDX-License-Identifier: MIT */
/* The message itself, read from its file in pieces: by DATA with doubled dots, or by BDAT. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "smtp_data.h"
#include "smtp_mail.h"

#define PIECE (256 * 1024)

struct reader {
	int fd;
	const char *bytes; /* NULL: it is in the file */
	off_t at;
	guint64 left;
	struct smtp_encoder encoder;
	guint8 buffer[65536];
};

/* Encodes up to about PIECE bytes more into the empty `out`, the end of the message too.  False
 * where the file cannot be read or is shorter than it was said to be. */
static bool
read_piece(struct reader *reader, GByteArray *out)
{
	ssize_t size;

	if (reader->bytes) {
		smtp_encode(&reader->encoder, (const guint8 *)reader->bytes, reader->left, out);
		reader->left = 0;
	}
	while (reader->left > 0 && out->len < PIECE) {
		do {
			size = pread(reader->fd, reader->buffer,
			    MIN(reader->left, sizeof(reader->buffer)), reader->at);
		} while (size < 0 && errno == EINTR);
		if (size <= 0)
			return false;
		smtp_encode(&reader->encoder, reader->buffer, (size_t)size, out);
		reader->at += size;
		reader->left -= (guint64)size;
	}
	if (reader->left == 0)
		smtp_encode_end(&reader->encoder, out);
	return true;
}

/* Half a message must not be taken for a whole one: the connection is cut without an end. */
static enum smtp_body
unreadable(struct smtp_transaction *mail)
{
	int error = errno;

	mail->session->dead = true;
	smtp_error_set(mail->error, SMTP_TEMPORARY,
	    "The message could not be read while it was sent (%s); the server got no end of it.",
	    error ? g_strerror(error) : "it is shorter than it was");
	return SMTP_BODY_LOST;
}

static struct reader *
reader_new(const struct smtp_transaction *mail, bool dots)
{
	struct reader *reader = g_new(struct reader, 1);

	reader->fd = mail->mail->fd;
	reader->bytes = mail->mail->bytes;
	reader->at = 0;
	reader->left = mail->mail->size;
	reader->encoder = (struct smtp_encoder){ .dots = dots };
	return reader;
}

enum smtp_body
smtp_send_data(struct smtp_transaction *mail)
{
	struct reader *reader = reader_new(mail, true);
	GByteArray *piece = g_byte_array_sized_new(PIECE + sizeof(reader->buffer));
	enum smtp_body result = SMTP_BODY_SENT;

	do {
		g_byte_array_set_size(piece, 0);
		errno = 0;
		if (!read_piece(reader, piece))
			result = unreadable(mail);
		else if (!smtp_write(mail->session, piece->data, piece->len, mail->error))
			result = SMTP_BODY_LOST;
	} while (result == SMTP_BODY_SENT && reader->left > 0);
	if (result == SMTP_BODY_SENT)
		smtp_note(mail->session, "> (the message, %" G_GUINT64_FORMAT " bytes, and a dot)",
		    mail->mail->size);
	g_byte_array_unref(piece);
	g_free(reader);
	return result;
}

/* One chunk and, where it is not the last, its answer. */
static enum smtp_body
send_chunk(struct smtp_transaction *mail, const GByteArray *piece, bool last)
{
	struct smtp_session *session = mail->session;

	if (!smtp_command(session, mail->error, "BDAT %u%s", piece->len, last ? " LAST" : "") ||
	    !smtp_write(session, piece->data, piece->len, mail->error))
		return SMTP_BODY_LOST;
	if (last)
		return SMTP_BODY_SENT;
	if (!smtp_read(session, smtp_reply_seconds(session), mail->error))
		return SMTP_BODY_LOST;
	return session->reply.code / 100 == 2 ? SMTP_BODY_SENT : SMTP_BODY_REFUSED;
}

enum smtp_body
smtp_send_chunks(struct smtp_transaction *mail)
{
	struct reader *reader = reader_new(mail, false);
	GByteArray *piece = g_byte_array_sized_new(PIECE + sizeof(reader->buffer));
	enum smtp_body result = SMTP_BODY_SENT;

	do {
		g_byte_array_set_size(piece, 0);
		errno = 0;
		if (!read_piece(reader, piece))
			result = unreadable(mail);
		else
			result = send_chunk(mail, piece, reader->left == 0);
	} while (result == SMTP_BODY_SENT && reader->left > 0);
	g_byte_array_unref(piece);
	g_free(reader);
	return result;
}
