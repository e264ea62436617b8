/* SPDX-License-Identifier: MIT */
/* See rawheader.h. */
#include "rawheader.h"

#include <string.h>
#include <glib.h>

/* Where the line at `at` ends, behind its LF; 0 where no LF is there. */
static size_t
line_end(const char *data, size_t size, size_t at)
{
	const char *newline = memchr(data + at, '\n', size - at);

	return newline ? (size_t)(newline + 1 - data) : 0;
}

static bool
is_blank_line(const char *data, size_t at, size_t end)
{
	return data[at] == '\n' || (end - at >= 2 && data[at] == '\r' && data[at + 1] == '\n');
}

/* The length of the field's name where the line begins a field (RFC 5322 2.2; blanks before the
 * colon as in 4.5), else 0. */
static size_t
name_length(const char *line, size_t size)
{
	size_t length = 0, colon;

	while (length < size && line[length] > ' ' && line[length] < 0x7F && line[length] != ':')
		length++;
	for (colon = length; colon < size && (line[colon] == ' ' || line[colon] == '\t'); colon++)
		;
	return colon < size && line[colon] == ':' ? length : 0;
}

bool
rawheader_next(const char *data, size_t size, size_t *at, struct rawheader_field *field)
{
	size_t start = *at, end,
	       length = start < size ? name_length(data + start, size - start) : 0;
	const char *colon;

	if (!length)
		return false;
	colon = memchr(data + start + length, ':', size - start - length);
	end = line_end(data, size, start);
	while (end && end < size && (data[end] == ' ' || data[end] == '\t'))
		end = line_end(data, size, end);
	if (!end)
		end = size;
	field->start = field->name = data + start;
	field->length = end - start;
	field->name_length = length;
	field->value = colon + 1;
	if (end > start && data[end - 1] == '\n')
		end--;
	if (end > start && data[end - 1] == '\r')
		end--;
	field->value_length = data + end > field->value ? (size_t)(data + end - field->value) : 0;
	*at = start + field->length;
	return true;
}

bool
rawheader_end(const char *data, size_t size, bool complete, size_t *end, size_t *body)
{
	struct rawheader_field field;
	size_t at = 0, line;

	while (rawheader_next(data, size, &at, &field))
		;
	*end = *body = at;
	if (at == size)
		return complete;
	line = line_end(data, size, at);
	if (!line) /* may yet become a field */
		return complete;
	if (is_blank_line(data, at, line))
		*body = line;
	return true;
}

bool
rawheader_is(const struct rawheader_field *field, const char *name)
{
	return strlen(name) == field->name_length &&
	       g_ascii_strncasecmp(field->name, name, field->name_length) == 0;
}

bool
rawheader_has_prefix(const struct rawheader_field *field, const char *prefix)
{
	return strlen(prefix) <= field->name_length &&
	       g_ascii_strncasecmp(field->name, prefix, strlen(prefix)) == 0;
}

char *
rawheader_unfold(const struct rawheader_field *field)
{
	GString *out = g_string_sized_new(field->value_length);
	size_t i;

	for (i = 0; i < field->value_length; i++) {
		char c = field->value[i];

		if (c != '\r' && c != '\n')
			g_string_append_c(out, c ? c : ' ');
	}
	g_strstrip(out->str);
	return g_string_free(out, FALSE);
}

/* --- Encoded words -----------------------------------------------------------------------------
 */

/* One =?charset?B|Q?text?= in a text. */
struct word {
	char charset[41];
	char encoding;
	const char *text;
	size_t length, whole;
};

static bool
find_word(const char *at, struct word *word)
{
	size_t name =
	    strspn(at + 2, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			   "-_.:+()");
	const char *p = at + 2 + name;

	if (name == 0 || name >= sizeof word->charset)
		return false;
	memcpy(word->charset, at + 2, name);
	word->charset[name] = '\0';
	if (*p == '*') /* RFC 2231's language */
		p += strcspn(p, "? ");
	if (p[0] != '?' || !p[1] || p[2] != '?')
		return false;
	word->encoding = g_ascii_toupper(p[1]);
	word->text = p + 3;
	word->length = strcspn(word->text, "? \t");
	word->whole = (size_t)(word->text + word->length + 2 - at);
	return (word->encoding == 'B' || word->encoding == 'Q') &&
	       word->text[word->length] == '?' && word->text[word->length + 1] == '=';
}

static void
decode_q(const struct word *word, GString *out)
{
	size_t i;

	for (i = 0; i < word->length; i++) {
		int high = -1, low = -1;

		if (word->text[i] == '=' && i + 2 < word->length + 1) {
			high = g_ascii_xdigit_value(word->text[i + 1]);
			low = g_ascii_xdigit_value(word->text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			g_string_append_c(out, (char)(high << 4 | low));
			i += 2;
		} else {
			g_string_append_c(out, word->text[i] == '_' ? ' ' : word->text[i]);
		}
	}
}

static void
decode_b(const struct word *word, GString *out)
{
	g_autofree char *copy = g_strndup(word->text, word->length);
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode(copy, &size);

	g_string_append_len(out, (const char *)bytes, (gssize)size);
}

/* The bytes of words of one character set side by side: a character may be split between them. */
static void
put_decoded(GString *out, const GString *bytes, const char *charset, const char *raw, size_t length)
{
	g_autofree char *text = NULL;

	if (g_ascii_strcasecmp(charset, "UTF-8") == 0 ||
	    g_ascii_strcasecmp(charset, "US-ASCII") == 0)
		text = g_utf8_make_valid(bytes->str, (gssize)bytes->len);
	else
		text =
		    g_convert(bytes->str, (gssize)bytes->len, "UTF-8", charset, NULL, NULL, NULL);
	if (text)
		g_string_append(out, text);
	else
		g_string_append_len(out, raw, (gssize)length);
}

/* The run of words that starts at `at`; gives back where it ends. */
static const char *
decode_run(GString *out, const char *at, const struct word *first)
{
	GString *bytes = g_string_new(NULL);
	struct word word = *first;
	const char *end = at, *next = at;

	do {
		if (word.encoding == 'Q')
			decode_q(&word, bytes);
		else
			decode_b(&word, bytes);
		end = next + word.whole;
		next = end + strspn(end, " \t");
	} while (strncmp(next, "=?", 2) == 0 && find_word(next, &word) &&
		 g_ascii_strcasecmp(word.charset, first->charset) == 0);
	put_decoded(out, bytes, first->charset, at, (size_t)(end - at));
	g_string_free(bytes, TRUE);
	return end;
}

char *
rawheader_decode(const char *text)
{
	GString *out = g_string_new(NULL);
	const char *p = text;
	struct word word;
	char *valid;

	while (*p) {
		size_t blanks;

		if (strncmp(p, "=?", 2) != 0 || !find_word(p, &word)) {
			g_string_append_c(out, *p++);
			continue;
		}
		p = decode_run(out, p, &word);
		blanks = strspn(p, " \t"); /* between two words they stand for nothing */
		if (strncmp(p + blanks, "=?", 2) == 0 && find_word(p + blanks, &word))
			p += blanks;
	}
	for (p = out->str; p < out->str + out->len; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7F)
			out->str[p - out->str] = ' ';
	valid = g_utf8_make_valid(out->str, (gssize)out->len);
	g_string_free(out, TRUE);
	return valid;
}
