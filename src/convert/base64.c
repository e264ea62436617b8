/* SPDX-License-Identifier: MIT */
/* See base64.h.  Three bytes at a time, by a table of the two characters for each twelve bits. */
#include "base64.h"

#include <string.h>
#include <glib.h>

static char pairs[4096][2];

static void
make_pairs(void)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static gsize done;
	unsigned i;

	if (!g_once_init_enter(&done))
		return;
	for (i = 0; i < G_N_ELEMENTS(pairs); i++) {
		pairs[i][0] = digits[i >> 6];
		pairs[i][1] = digits[i & 63];
	}
	g_once_init_leave(&done, 1);
}

static char *
encode_three(const uint8_t *data, char *out)
{
	unsigned bits = (unsigned)data[0] << 16 | (unsigned)data[1] << 8 | data[2];

	memcpy(out, pairs[bits >> 12], 2);
	memcpy(out + 2, pairs[bits & 4095], 2);
	return out + 4;
}

/* At most a line. */
static char *
encode_line(const uint8_t *data, size_t size, char *out)
{
	uint8_t last[3] = { 0, 0, 0 };
	size_t at;

	for (at = 0; at + 3 <= size; at += 3)
		out = encode_three(data + at, out);
	if (at < size) {
		memcpy(last, data + at, size - at);
		out = encode_three(last, out);
		memset(out - (3 - (size - at)), '=', 3 - (size - at));
	}
	memcpy(out, "\r\n", 2);
	return out + 2;
}

size_t
base64_encode(const uint8_t *data, size_t size, char *out)
{
	char *end = out;

	make_pairs();
	for (; size >= BASE64_LINE; data += BASE64_LINE, size -= BASE64_LINE)
		end = encode_line(data, BASE64_LINE, end);
	if (size > 0)
		end = encode_line(data, size, end);
	return (size_t)(end - out);
}
