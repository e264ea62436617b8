/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>

#include "base64.h"

/* RFC 4648 10. */
static void
test_known(void **state)
{
	static const struct {
		const char *plain, *encoded;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg==\r\n" },
		{ "fo", "Zm8=\r\n" },
		{ "foo", "Zm9v\r\n" },
		{ "foob", "Zm9vYg==\r\n" },
		{ "fooba", "Zm9vYmE=\r\n" },
		{ "foobar", "Zm9vYmFy\r\n" },
		{ "\xFB\xFF\xBE", "+/++\r\n" },
	};
	char out[BASE64_SIZE(6)];
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t size =
		    base64_encode((const uint8_t *)cases[i].plain, strlen(cases[i].plain), out);

		assert_int_equal(size, strlen(cases[i].encoded));
		assert_memory_equal(out, cases[i].encoded, size);
	}
}

/* Each length up to a few lines: the lines are of 76, and another decoder finds the bytes again. */
static void
test_lengths(void **state)
{
	uint8_t data[4 * BASE64_LINE + 1];
	char out[BASE64_SIZE(sizeof data) + 1];
	size_t length, i;

	for (i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 167 + 3);
	for (length = 1; length <= sizeof data; length++) {
		size_t size = base64_encode(data, length, out), back;
		g_autofree guchar *decoded = NULL;

		assert_true(size <= BASE64_SIZE(length));
		assert_memory_equal(out + size - 2, "\r\n", 2);
		for (i = 0; i + 2 < size; i++)
			assert_int_equal(out[i] == '\r', i % 78 == 76);
		out[size] = '\0';
		decoded = g_base64_decode(out, &back);
		assert_int_equal(back, length);
		assert_memory_equal(decoded, data, length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_lengths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
