/* SPDX-License-Identifier: MIT */
/* A GMime part that writes its content as base64 itself, in large pieces: GMime's own encoder takes
 * 4 KiB at a time through a chain of filters. */
#ifndef EMAPI_CONVERT_BASE64_PART_H
#define EMAPI_CONVERT_BASE64_PART_H

#include <gmime/gmime.h>

/* A part of this media type with a header for base64.  Holds a reference on `source`, which is read
 * from its start whenever the part is written. */
GMimePart *base64_part_new(const char *type, const char *subtype, GMimeStream *source);

#endif
