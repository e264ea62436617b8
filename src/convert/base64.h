/* SPDX-License-Identifier: MIT */
/* Base64 in lines of 76 characters, each ended by CRLF (RFC 2045 6.8). */
#ifndef EMAPI_CONVERT_BASE64_H
#define EMAPI_CONVERT_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define BASE64_LINE 57 /* bytes in a line */
/* Room for `size` bytes encoded. */
#define BASE64_SIZE(size) (((size) + BASE64_LINE - 1) / BASE64_LINE * 78)

/* Encodes all of `data` and gives the number of characters written to `out`, which has room for
 * BASE64_SIZE(size).  Pieces can be encoded one by one where all but the last are whole lines: a
 * multiple of BASE64_LINE. */
size_t base64_encode(const uint8_t *data, size_t size, char *out);

#endif
