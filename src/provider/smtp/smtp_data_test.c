/* SPDX-License-Identifier: MIT */
/* The message as it goes over the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "smtp_data.h"

static char *
encode(const char *text, size_t piece, bool dots)
{
	struct smtp_encoder encoder = { .dots = dots };
	GByteArray *out = g_byte_array_new();
	size_t at, size = strlen(text);

	for (at = 0; at < size; at += piece)
		smtp_encode(&encoder, (const guint8 *)text + at, MIN(piece, size - at), out);
	smtp_encode_end(&encoder, out);
	g_byte_array_append(out, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(out, FALSE);
}

static void
test_encode(void **state)
{
	static const struct {
		const char *text, *data, *chunks;
	} cases[] = {
		{ "", ".\r\n", "" },
		{ "a\r\n", "a\r\n.\r\n", "a\r\n" },
		{ "a", "a\r\n.\r\n", "a\r\n" },
		{ ".\r\n", "..\r\n.\r\n", ".\r\n" },
		{ ".", "..\r\n.\r\n", ".\r\n" },
		{ "a\r\n.b\r\n..\r\nc.d\r\n", "a\r\n..b\r\n...\r\nc.d\r\n.\r\n",
		    "a\r\n.b\r\n..\r\nc.d\r\n" },
		{ "a\n.\nb\r.\r\n", "a\r\n..\r\nb\r\n..\r\n.\r\n", "a\r\n.\r\nb\r\n.\r\n" },
		{ "\r\n\r\n", "\r\n\r\n.\r\n", "\r\n\r\n" },
		{ "\n\n", "\r\n\r\n.\r\n", "\r\n\r\n" },
		{ "\r\r\n", "\r\n\r\n.\r\n", "\r\n\r\n" },
		{ "a\r", "a\r\n.\r\n", "a\r\n" },
	};
	size_t i, piece;
	char *data, *chunks;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (piece = 1; piece < 20; piece++) {
			data = encode(cases[i].text, piece, true);
			chunks = encode(cases[i].text, piece, false);
			assert_string_equal(data, cases[i].data);
			assert_string_equal(chunks, cases[i].chunks);
			g_free(data);
			g_free(chunks);
		}
	}
}

/* Lines longer and shorter than usual, in pieces that end anywhere. */
static void
test_lengths(void **state)
{
	size_t length, piece;

	for (length = 990; length < 1010; length++) {
		g_autofree char *line = g_strnfill(length, 'x');
		g_autofree char *text = g_strdup_printf("%s\r\n.%s\r\n\r\nend\r\n", line, line);
		g_autofree char *wanted =
		    g_strdup_printf("%s\r\n..%s\r\n\r\nend\r\n.\r\n", line, line);

		for (piece = length - 3; piece < length + 5; piece++) {
			char *data = encode(text, piece, true);
			char *chunks = encode(text, piece, false);

			assert_string_equal(data, wanted);
			assert_string_equal(chunks, text);
			g_free(data);
			g_free(chunks);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
