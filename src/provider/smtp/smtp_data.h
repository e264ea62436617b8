/* SPDX-License-Identifier: MIT */
/*
 * The message as it goes over the wire (RFC 5321 4.5.2): every line ends in CRLF, with dots doubled
 * at the start of a line for DATA.  A bare CR or LF becomes CRLF: servers disagree on what
 * they mean, and that disagreement has been used to smuggle mail.
 */
#ifndef EMAPI_SMTP_DATA_H
#define EMAPI_SMTP_DATA_H

#include <glib.h>
#include <stdbool.h>

/* Zeroed, but for `dots`: at the start of a message. */
struct smtp_encoder {
	bool dots;     /* double them: DATA, not BDAT */
	bool in_line;  /* something stands on the current line */
	bool after_cr; /* a CR was read whose line end is written already */
};

/* Appends `data` to `out` as it goes over the wire. */
void smtp_encode(struct smtp_encoder *encoder, const guint8 *data, size_t size, GByteArray *out);
/* Ends the last line where the message did not, and for DATA adds the final dot. */
void smtp_encode_end(struct smtp_encoder *encoder, GByteArray *out);

#endif
