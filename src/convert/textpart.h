/* SPDX-License-Identifier: MIT */
/*
 * A text as it stands in a mail: in 7-bit lines that end in CRLF.  As it is where that is legal,
 * else quoted-printable or base64, whichever is shorter (RFC 2045 6.7, 6.8).  CRLF, LF and CR all
 * end a line of the text.
 */
#ifndef EMAPI_CONVERT_TEXTPART_H
#define EMAPI_CONVERT_TEXTPART_H

#include <stdbool.h>
#include <stddef.h>

enum text_encoding {
	TEXT_7BIT,
	TEXT_QUOTED,
	TEXT_BASE64,
};

struct text_part {
	const char *charset; /* what it is to be called: us-ascii where it is that, else as given */
	enum text_encoding encoding;
	char *bytes; /* g_free() */
	size_t size;
};

/* False when memory is short; then there is nothing to free. */
bool text_part_make(struct text_part *part, const char *text, size_t size, const char *charset);

/* As the field Content-Transfer-Encoding has it. */
const char *text_encoding_name(enum text_encoding encoding);

#endif
