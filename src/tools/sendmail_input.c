/* SPDX-License-Identifier: MIT */
/* Standard input, read in pieces: a mail up to its end or to the line ".", or an SMTP dialogue. */
#include "sendmail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (64 * 1024)

void
sendmail_input_init(struct sendmail_input *input, int fd, int log)
{
	memset(input, 0, sizeof *input);
	input->fd = fd;
	input->log = log;
	input->buffer = g_malloc(BUFFER);
}

void
sendmail_input_clear(struct sendmail_input *input)
{
	g_free(input->buffer);
	input->buffer = NULL;
}

void
sendmail_input_mail(struct sendmail_input *input)
{
	input->ended = input->cut = input->in_line = false;
}

/* The log is an aid: a full disk is no reason to lose the mail. */
static void
log_bytes(int log, const char *data, size_t size)
{
	if (log >= 0 && write(log, data, size) < 0)
		return;
}

void
sendmail_input_head(struct sendmail_input *input, const char *head, size_t size, bool all)
{
	input->head = head;
	input->head_size = size;
	input->head_is_all = all;
}

/* As read(2): first what somebody else has read. */
static ssize_t
pull(struct sendmail_input *input, char *out, size_t room)
{
	size_t size = MIN(room, input->head_size);

	if (!size)
		return input->head_is_all ? 0 : read(input->fd, out, room);
	memcpy(out, input->head, size);
	input->head += size;
	input->head_size -= size;
	return (ssize_t)size;
}

/* Reads until `wanted` bytes are there or the input has ended. */
static bool
need(struct sendmail_input *input, size_t wanted)
{
	ssize_t got;

	if (input->at > 0 && input->at + wanted > BUFFER) {
		memmove(input->buffer, input->buffer + input->at, input->size - input->at);
		input->size -= input->at;
		input->at = 0;
	}
	while (input->size - input->at < wanted && !input->eof && !input->error) {
		if (input->at == input->size)
			input->at = input->size = 0;
		got = pull(input, input->buffer + input->size, BUFFER - input->size);
		if (got < 0 && errno != EINTR)
			input->error = errno;
		input->eof = got == 0;
		if (got <= 0)
			continue;
		log_bytes(input->log, input->buffer + input->size, (size_t)got);
		input->size += (size_t)got;
	}
	return !input->error;
}

/* At the start of a line that begins with a dot: is it the end?  No byte is waited for that the
 * answer does not need: someone may be typing. */
static bool
is_last_line(struct sendmail_input *input)
{
	const char *line;
	size_t size, length = 1;

	if (!need(input, 2))
		return false;
	line = input->buffer + input->at;
	size = input->size - input->at;
	if (size > 1 && line[1] == '\r') {
		if (!need(input, 3))
			return false;
		line = input->buffer + input->at;
		size = input->size - input->at;
		length = 2;
	}
	if (length == size ? input->stuffed : line[length] != '\n')
		return false;
	if (input->crlf_only && length == 1)
		return false;
	input->at += MIN(length + 1, size);
	return true;
}

/* To the end of the line, or of what there is. */
static void
take_line(struct sendmail_input *input, GByteArray *out)
{
	const char *start = input->buffer + input->at;
	const char *newline = memchr(start, '\n', input->size - input->at);
	size_t length = newline ? (size_t)(newline + 1 - start) : input->size - input->at;

	g_byte_array_append(out, (const guint8 *)start, (guint)length);
	input->at += length;
	input->in_line =
	    !newline || (input->crlf_only && (out->len < 2 || out->data[out->len - 2] != '\r'));
}

bool
sendmail_input_read(struct sendmail_input *input, GByteArray *out)
{
	guint start = out->len;

	if (input->ended)
		return true;
	if (!need(input, 1))
		return false;
	do {
		if (!input->in_line && input->dots && input->at < input->size &&
		    input->buffer[input->at] == '.') {
			if (is_last_line(input)) {
				input->ended = true;
				return true;
			}
			input->at += input->stuffed;
			input->in_line = true;
			if (input->error)
				return false;
			continue;
		}
		if (input->at < input->size)
			take_line(input, out);
	} while (input->at < input->size && out->len - start < BUFFER);
	if (input->at == input->size && input->eof) {
		input->ended = true;
		input->cut = input->stuffed;
	}
	return true;
}

bool
sendmail_input_line(struct sendmail_input *input, GString *line, bool *crlf)
{
	const char *start, *newline = NULL;
	size_t length;

	g_string_truncate(line, 0);
	*crlf = false;
	while (!newline) {
		if (!need(input, 1) || input->at == input->size)
			return line->len > 0;
		start = input->buffer + input->at;
		newline = memchr(start, '\n', input->size - input->at);
		length = newline ? (size_t)(newline - start) : input->size - input->at;
		if (line->len < BUFFER)
			g_string_append_len(line, start, (gssize)length);
		input->at += length + (newline != NULL);
	}
	if (line->len > 0 && line->str[line->len - 1] == '\r') {
		g_string_truncate(line, line->len - 1);
		*crlf = true;
	}
	return true;
}
