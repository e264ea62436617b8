/* SPDX-License-Identifier: MIT */
/* See textpart.h.  Room is made for the longest that the text can become, then it is walked once.
 */
#include "textpart.h"

#include <string.h>
#include <glib.h>

#include "base64.h"

#define LINE_MAX_7BIT 998 /* RFC 5322 2.1.1 */
#define QUOTED_LINE 75    /* 76 with the '=' that says that it goes on */

/* What must be known to choose the encoding, and how long it can become. */
struct survey {
	size_t high;    /* bytes over 127, NULs and '=' included: three bytes each when quoted */
	size_t ends;    /* CRs and LFs */
	bool eight_bit; /* bytes over 127 */
	bool plain;     /* may go as it is */
};

/* What most bytes are not, so that they need one look. */
enum kind {
	USUAL,
	LINE_END,
	UNUSUAL, /* stands for itself where the text is plain */
	UNSAFE,  /* makes the text one that is not */
};

static enum kind
kind_of(unsigned char c)
{
	if (c >= ' ' && c < 0x7F && c != '=')
		return USUAL;
	if (c == '\n' || c == '\r')
		return LINE_END;
	if (c == '\t')
		return USUAL;
	return c >= 0x80 || c == 0 ? UNSAFE : UNUSUAL;
}

static struct survey
survey_text(const char *text, size_t size)
{
	struct survey survey = { .plain = true };
	size_t start = 0, i;

	for (i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		enum kind kind = kind_of(c);

		if (kind == USUAL)
			continue;
		if (kind == LINE_END) {
			survey.plain = survey.plain && i - start <= LINE_MAX_7BIT;
			survey.ends++;
			start = i + 1;
			continue;
		}
		survey.high++;
		survey.eight_bit = survey.eight_bit || c >= 0x80;
		survey.plain = survey.plain && kind != UNSAFE;
	}
	survey.plain = survey.plain && size - start <= LINE_MAX_7BIT;
	return survey;
}

/* Whether a line ends at *at, which then moves behind that end. */
static bool
skip_end(const char *text, size_t size, size_t *at)
{
	char c = text[*at];

	if (c != '\r' && c != '\n')
		return false;
	(*at)++;
	if (c == '\r' && *at < size && text[*at] == '\n')
		(*at)++;
	return true;
}

static char *
put_end(char *out)
{
	*out++ = '\r';
	*out++ = '\n';
	return out;
}

/* Where the first `c` stands at or behind `from`; `size` where there is none. */
static size_t
find(const char *text, size_t size, size_t from, char c)
{
	const char *found = from < size ? memchr(text + from, c, size - from) : NULL;

	return found ? (size_t)(found - text) : size;
}

/* With CRLF at each line's end; `out` has room for size + ends. */
static size_t
normalize(const char *text, size_t size, char *out)
{
	size_t lf = find(text, size, 0, '\n'), cr = find(text, size, 0, '\r'), i = 0;
	char *start = out;

	while (i < size) {
		size_t end = MIN(lf, cr);

		memcpy(out, text + i, end - i);
		out += end - i;
		i = end;
		if (i < size && skip_end(text, size, &i))
			out = put_end(out);
		if (lf < i)
			lf = find(text, size, i, '\n');
		if (cr < i)
			cr = find(text, size, i, '\r');
	}
	return (size_t)(out - start);
}

/* --- Quoted-printable ------------------------------------------------------------------------ */

/* Where the encoded text stands, and how far its line has come. */
struct quoted {
	char *out;
	size_t column;
};

/* A character, or its three, in this line or the next. */
static void
put_quoted(struct quoted *quoted, unsigned char c, bool itself)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t width = itself ? 1 : 3;

	if (quoted->column + width > QUOTED_LINE) {
		*quoted->out++ = '=';
		quoted->out = put_end(quoted->out);
		quoted->column = 0;
	}
	quoted->column += width;
	if (itself) {
		*quoted->out++ = (char)c;
		return;
	}
	*quoted->out++ = '=';
	*quoted->out++ = digits[c >> 4];
	*quoted->out++ = digits[c & 15];
}

/* Blanks stand for themselves, but not at a line's end: servers drop them there.  Where the text
 * ends with one, its last line goes on, so that the line end behind it is none of the text. */
static size_t
quote(const char *text, size_t size, char *out)
{
	struct quoted quoted = { out, 0 };
	size_t i = 0;

	while (i < size) {
		unsigned char c = (unsigned char)text[i];

		if (skip_end(text, size, &i)) {
			quoted.out = put_end(quoted.out);
			quoted.column = 0;
			continue;
		}
		i++;
		if (c != ' ' && c != '\t') {
			put_quoted(&quoted, c, c > ' ' && c < 0x7F && c != '=');
			continue;
		}
		put_quoted(&quoted, c, i < size && text[i] != '\r' && text[i] != '\n');
		if (i == size) {
			*quoted.out++ = '=';
			quoted.out = put_end(quoted.out);
		}
	}
	return (size_t)(quoted.out - out);
}

/* --- All ------------------------------------------------------------------------------------- */

static bool
fill_base64(struct text_part *part, const char *text, size_t size, size_t ends)
{
	g_autofree char *lines = g_try_malloc(size + ends);

	part->bytes = g_try_malloc(BASE64_SIZE(size + ends));
	if (!lines || !part->bytes) {
		g_clear_pointer(&part->bytes, g_free);
		return false;
	}
	size = normalize(text, size, lines);
	part->size = base64_encode((const uint8_t *)lines, size, part->bytes);
	return true;
}

static bool
fill(struct text_part *part, const char *text, size_t size, const struct survey *survey)
{
	/* A blank at a line's end is three bytes more, with the '=' behind the last one. */
	size_t quoted = size + 2 * survey->high + 3 * survey->ends + 6;

	if (part->encoding == TEXT_BASE64)
		return fill_base64(part, text, size, survey->ends);
	if (part->encoding == TEXT_QUOTED) /* three bytes for each 73 or more: see put_quoted() */
		part->bytes = g_try_malloc(quoted + quoted / 73 * 3 + 3);
	else
		part->bytes = g_try_malloc(size + survey->ends + 1);
	if (!part->bytes)
		return false;
	part->size = (part->encoding == TEXT_QUOTED ? quote : normalize)(text, size, part->bytes);
	return true;
}

bool
text_part_make(struct text_part *part, const char *text, size_t size, const char *charset)
{
	struct survey survey = survey_text(text, size);

	part->charset = charset;
	part->encoding = TEXT_7BIT;
	if (!survey.plain) /* base64 only where it saves something: short text stays readable */
		part->encoding =
		    size + 2 * survey.high > size / 3 * 4 + 200 ? TEXT_BASE64 : TEXT_QUOTED;
	if (!survey.eight_bit && g_ascii_strncasecmp(charset, "iso-2022", 8) != 0)
		part->charset = "us-ascii";
	return fill(part, text, size, &survey);
}

const char *
text_encoding_name(enum text_encoding encoding)
{
	static const char *const names[] = { "7bit", "quoted-printable", "base64" };

	return names[encoding];
}
