/* SPDX-License-Identifier: MIT */
/* The public helpers for 16-bit text (emapi_text.h). */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>
#include <emapi_text.h>
#include "mem.h"
#include "text.h"

#define REPLACEMENT 0xFFFD

size_t
emapi_wcslen(const WCHAR *text)
{
	return text ? text_wcslen(text) : 0;
}

int
emapi_wcscmp(const WCHAR *one, const WCHAR *other)
{
	return text_wcscmp(one, other);
}

static WCHAR
fold(WCHAR unit)
{
	return unit >= 'A' && unit <= 'Z' ? (WCHAR)(unit + 32) : unit;
}

int
emapi_wcsicmp(const WCHAR *one, const WCHAR *other)
{
	for (; *one && fold(*one) == fold(*other); one++)
		other++;
	return (int)fold(*one) - (int)fold(*other);
}

size_t
emapi_wcscpy(WCHAR *to, size_t room, const WCHAR *from)
{
	size_t length = emapi_wcslen(from), i;

	for (i = 0; room && i < room - 1 && i < length; i++)
		to[i] = from[i];
	if (room)
		to[i] = 0;
	return length;
}

/* --- UTF-16 to UTF-8 ----------------------------------------------------------------------- */

/* The next character, U+FFFD for half a pair. */
static unsigned
next_wide(const WCHAR **text)
{
	unsigned unit = *(*text)++;

	if (unit >= 0xD800 && unit < 0xDC00 && **text >= 0xDC00 && **text < 0xE000)
		return 0x10000 + ((unit - 0xD800) << 10) + (*(*text)++ - 0xDC00u);
	return unit >= 0xD800 && unit < 0xE000 ? REPLACEMENT : unit;
}

static size_t
put_utf8(char out[4], unsigned c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

size_t
emapi_utf8_from_wcs(char *to, size_t room, const WCHAR *from)
{
	size_t length = 0, used = 0, size, i;
	char bytes[4];

	while (from && *from) {
		size = put_utf8(bytes, next_wide(&from));
		/* `used` stays behind once a character has not fitted. */
		if (used == length && used + size < room)
			for (i = 0; i < size; i++)
				to[used++] = bytes[i];
		length += size;
	}
	if (room)
		to[used] = '\0';
	return length;
}

/* --- UTF-8 to UTF-16 ----------------------------------------------------------------------- */

/* How many bytes follow the first, and its own bits; -1 where it begins nothing. */
static int
lead(unsigned char byte, unsigned *bits)
{
	if (byte < 0x80)
		return *bits = byte, 0;
	if (byte >= 0xC2 && byte < 0xE0)
		return *bits = byte & 0x1F, 1;
	if (byte >= 0xE0 && byte < 0xF0)
		return *bits = byte & 0x0F, 2;
	if (byte >= 0xF0 && byte < 0xF5)
		return *bits = byte & 0x07, 3;
	return -1;
}

static unsigned
next_utf8(const char **text)
{
	static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*text;
	unsigned c = REPLACEMENT;
	int more = lead(*p, &c), i;

	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			break;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	if (more < 0 || i <= more || c < least[more] || c > 0x10FFFF ||
	    (c >= 0xD800 && c < 0xE000)) {
		(*text)++;
		return REPLACEMENT;
	}
	*text += more + 1;
	return c;
}

size_t
emapi_wcs_from_utf8(WCHAR *to, size_t room, const char *from)
{
	size_t length = 0, used = 0, size;

	while (from && *from) {
		unsigned c = next_utf8(&from);

		size = c >= 0x10000 ? 2 : 1;
		if (used == length && used + size < room) {
			if (size == 2) {
				to[used++] = (WCHAR)(0xD800 + ((c - 0x10000) >> 10));
				to[used++] = (WCHAR)(0xDC00 + ((c - 0x10000) & 0x3FF));
			} else {
				to[used++] = (WCHAR)c;
			}
		}
		length += size;
	}
	if (room)
		to[used] = 0;
	return length;
}

int
emapi_wcswrite(int fd, const WCHAR *text)
{
	size_t size = emapi_utf8_from_wcs(NULL, 0, text), done = 0;
	char *bytes = mem_zalloc(NULL, size + 1);
	ssize_t written = 0;

	if (!bytes) {
		errno = ENOMEM;
		return -1;
	}
	emapi_utf8_from_wcs(bytes, size + 1, text);
	while (done < size) {
		written = write(fd, bytes + done, size - done);
		if (written < 0 && errno != EINTR)
			break;
		done += written > 0 ? (size_t)written : 0;
	}
	mem_free(bytes);
	return written < 0 ? -1 : 0;
}
