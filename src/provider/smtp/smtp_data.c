/* SPDX-License-Identifier: MIT */
/* The message as it goes over the wire: see smtp_data.h. */
#include "smtp_data.h"

#include <string.h>

#define LINE_USUAL 1000 /* with its end; longer ones go the long way */

static void
append(GByteArray *out, const void *data, size_t size)
{
	g_byte_array_append(out, data, (guint)size);
}

/* How many bytes of whole lines, to begin with, go over the wire as they are. */
static size_t
plain_lines(const struct smtp_encoder *encoder, const guint8 *data, size_t size)
{
	const guint8 *line = data, *end = data + size;

	while (line < end) {
		const guint8 *feed = memchr(line, '\n', MIN((size_t)(end - line), LINE_USUAL));

		if (!feed || feed == line || feed[-1] != '\r' ||
		    memchr(line, '\r', (size_t)(feed - 1 - line)) ||
		    (encoder->dots && *line == '.'))
			break;
		line = feed + 1;
	}
	return (size_t)(line - data);
}

void
smtp_encode(struct smtp_encoder *encoder, const guint8 *data, size_t size, GByteArray *out)
{
	size_t at = 0, end;

	while (at < size) {
		size_t plain = encoder->in_line || encoder->after_cr
				   ? 0
				   : plain_lines(encoder, data + at, size - at);

		if (plain) {
			append(out, data + at, plain);
			at += plain;
			continue;
		}
		if (data[at] == '\n' && encoder->after_cr) {
			encoder->after_cr = false;
			at++;
			continue;
		}
		encoder->after_cr = data[at] == '\r';
		if (data[at] == '\r' || data[at] == '\n') {
			append(out, "\r\n", 2);
			encoder->in_line = false;
			at++;
			continue;
		}
		if (!encoder->in_line && encoder->dots && data[at] == '.')
			append(out, ".", 1);
		for (end = at; end < size && data[end] != '\r' && data[end] != '\n'; end++)
			;
		append(out, data + at, end - at);
		encoder->in_line = true;
		at = end;
	}
}

void
smtp_encode_end(struct smtp_encoder *encoder, GByteArray *out)
{
	if (encoder->in_line)
		append(out, "\r\n", 2);
	if (encoder->dots)
		append(out, ".\r\n", 3);
	encoder->in_line = false;
	encoder->after_cr = false;
}
