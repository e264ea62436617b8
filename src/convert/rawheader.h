/* SPDX-License-Identifier: MIT */
/*
 * The header of a mail as bytes from someone else: where it ends, its fields one by one.
 *
 * Lines end in LF or CRLF.  What is no field ends the header, as the blank line does: then the
 * mail has a body without a blank line before it, which is how people write `echo text | sendmail`.
 */
#ifndef EMAPI_CONVERT_RAWHEADER_H
#define EMAPI_CONVERT_RAWHEADER_H

#include <stdbool.h>
#include <stddef.h>

/* No header of an honest mail is longer. */
#define RAWHEADER_MAX (4u * 1024 * 1024)

struct rawheader_field {
	const char *start, *name, *value;         /* value: behind the colon, folds and all */
	size_t length, name_length, value_length; /* length: of all of it with its line end */
};

/* The next field at *at, which moves behind it.  False at the header's end; *at stands there. */
bool rawheader_next(const char *data, size_t size, size_t *at, struct rawheader_field *field);

/* Looks for the header's end in what there is so far (`complete`: no more follows).  True once it
 * is known: *end is behind the last field, *body behind the blank line that follows (the same as
 * *end where there is none). */
bool rawheader_end(const char *data, size_t size, bool complete, size_t *end, size_t *body);

bool rawheader_is(const struct rawheader_field *field, const char *name);
bool rawheader_has_prefix(const struct rawheader_field *field, const char *prefix);

/* The value with its folds undone and without blanks around, each NUL a blank.  g_free(). */
char *rawheader_unfold(const struct rawheader_field *field);

/* Text with encoded words (RFC 2047) as UTF-8, and without control characters; what has no known
 * character set stays as it is.  g_free(). */
char *rawheader_decode(const char *text);

#endif
