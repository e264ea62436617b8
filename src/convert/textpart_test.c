/* SPDX-License-Identifier: MIT */
/* Texts in 7-bit form: as GMime's encoders have them, and back by its decoders. */
#include "testing.h"

#include <gmime/gmime.h>
#include <string.h>

#include "textpart.h"

#define TIMES 20000
#define PIECES 200 /* in a text of a test */

static char *
with_ends(const char *text, size_t size, const char *end, size_t *length)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < size; i++) {
		if (text[i] != '\r' && text[i] != '\n') {
			g_string_append_c(out, text[i]);
			continue;
		}
		i += text[i] == '\r' && i + 1 < size && text[i + 1] == '\n';
		g_string_append(out, end);
	}
	*length = out->len;
	return g_string_free(out, FALSE);
}

static char *
run_coder(GMimeEncoding *coder, const char *bytes, size_t size, size_t *length)
{
	char *out = g_malloc(g_mime_encoding_outlen(coder, size) + 1);

	*length = g_mime_encoding_flush(coder, bytes, size, out);
	out[*length] = '\0';
	return out;
}

static GMimeContentEncoding
gmimes(enum text_encoding encoding)
{
	return encoding == TEXT_BASE64 ? GMIME_CONTENT_ENCODING_BASE64
				       : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

/* A blank that ends a line after column 73 has GMime write a line that is too long, or one that has
 * just room where ours goes on. */
static bool
is_crowded(const char *gmime)
{
	g_auto(GStrv) lines = g_strsplit(gmime, "\n", -1);

	for (char **line = lines; *line; line++)
		if (strlen(*line) > 76 ||
		    (strlen(*line) == 76 && !g_str_has_suffix(*line, "=") &&
			(g_str_has_suffix(*line, "=20") || g_str_has_suffix(*line, "=09"))))
			return true;
	return false;
}

static void
check_same(const struct text_part *part, const char *text, size_t size)
{
	const char *end = part->encoding == TEXT_BASE64 ? "\r\n" : "\n";
	g_autofree char *lines = NULL, *encoded = NULL, *mail = NULL;
	GMimeEncoding coder;
	size_t length;

	lines = with_ends(text, size, end, &length);
	g_mime_encoding_init_encode(&coder, gmimes(part->encoding));
	encoded = run_coder(&coder, lines, length, &length);
	if (part->encoding == TEXT_QUOTED && is_crowded(encoded))
		return;
	mail = with_ends(encoded, length, "\r\n", &length);
	assert_int_equal(part->size, length);
	assert_memory_equal(part->bytes, mail, length);
}

static void
check_back(const struct text_part *part, const char *text, size_t size)
{
	g_autofree char *decoded = NULL, *lines = NULL;
	GMimeEncoding coder;
	size_t length, expected;

	lines = with_ends(text, size, "\r\n", &expected);
	g_mime_encoding_init_decode(&coder, gmimes(part->encoding));
	decoded = run_coder(&coder, part->bytes, part->size, &length);
	assert_int_equal(length, expected);
	assert_memory_equal(decoded, lines, length);
}

static void
check_lines(const struct text_part *part)
{
	size_t limit = part->encoding == TEXT_7BIT ? 998 : 76, line = 0;

	for (size_t i = 0; i < part->size; i++) {
		unsigned char c = (unsigned char)part->bytes[i];

		assert_true(c != 0 && c < 0x80);
		if (c == '\r') {
			assert_true(i + 1 < part->size && part->bytes[i + 1] == '\n');
			assert_true(line <= limit);
			line = 0;
			i++;
		} else {
			assert_true(c != '\n');
			line++;
		}
	}
	assert_true(line <= limit);
}

static struct text_part
check(const char *text, size_t size)
{
	struct text_part part;

	assert_true(text_part_make(&part, text, size, "utf-8"));
	check_lines(&part);
	if (part.encoding != TEXT_7BIT) {
		check_same(&part, text, size);
		check_back(&part, text, size);
	}
	return part;
}

static void
expect(const char *text, enum text_encoding encoding, const char *charset, const char *bytes)
{
	struct text_part part = check(text, strlen(text));

	assert_int_equal(part.encoding, encoding);
	assert_string_equal(part.charset, charset);
	if (bytes) {
		assert_int_equal(part.size, strlen(bytes));
		assert_memory_equal(part.bytes, bytes, part.size);
	}
	g_free(part.bytes);
}

static void
each_kind(void **state)
{
	g_autofree char *longest = g_strnfill(998, 'x'), *longer = g_strnfill(999, 'x');
	GString *cyrillic = g_string_new(NULL);

	expect("", TEXT_7BIT, "us-ascii", "");
	expect("a\nb\r\nc\rd\r\r\n", TEXT_7BIT, "us-ascii", "a\r\nb\r\nc\r\nd\r\n\r\n");
	expect(".\n..\nFrom x \n", TEXT_7BIT, "us-ascii", ".\r\n..\r\nFrom x \r\n");
	expect(longest, TEXT_7BIT, "us-ascii", longest);
	expect(longer, TEXT_QUOTED, "us-ascii", NULL);
	expect("gr\xC3\xBC\xC3\x9F=\t\n \n\n", TEXT_QUOTED, "utf-8",
	    "gr=C3=BC=C3=9F=3D=09\r\n=20\r\n\r\n");
	expect("\xC3\xA9 ", TEXT_QUOTED, "utf-8", "=C3=A9=20=\r\n");
	for (int i = 0; i < 500; i++)
		g_string_append(cyrillic, i % 40 ? "\xD0\xB6" : "\n");
	expect(cyrillic->str, TEXT_BASE64, "utf-8", NULL);
	g_string_free(cyrillic, TRUE);
}

/* Where lines end and go on depends on each column before. */
static void
many_texts(void **state)
{
	static const char *const pieces[] = { "a", "b", "=", " ", "\t", "\n", "\r", "\r\n", ".",
		"\xC3\xBC", "\xE6\x97\xA5", "\xF0\x9F\x9A\x80", "\x01", "\x7F", "x x", "-----" };
	GRand *random = g_rand_new_with_seed(1);

	for (int i = 0; i < TIMES; i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		int kinds = g_rand_int_range(random, 1, G_N_ELEMENTS(pieces) + 1);
		int length = g_rand_int_range(random, 0, PIECES);
		struct text_part part;

		while (length-- > 0) {
			/* Letters most of the time, so that lines become long. */
			int kind = g_rand_boolean(random) ? 0 : g_rand_int_range(random, 0, kinds);

			g_string_append(text, pieces[kind]);
		}
		if (i % 7 == 0)
			g_string_append_len(text, "\0z", 2);
		part = check(text->str, text->len);
		g_free(part.bytes);
	}
	g_rand_free(random);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind),
		cmocka_unit_test(many_texts),
	};

	g_mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
