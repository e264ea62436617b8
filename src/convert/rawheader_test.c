/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>
#include "rawheader.h"

/* Where the header and the blank line behind it end. */
static const struct {
	const char *mail;
	size_t end, body;
} ends[] = {
	{ "A: b\n\nbody\n", 5, 6 },
	{ "A: b\r\n\r\nbody\r\n", 6, 8 },
	{ "A: b\n folded\nC:\n\nbody", 16, 17 },
	{ "A: b\nno field\n", 5, 5 },
	{ "just text\n", 0, 0 },
	{ "\nbody: not a field\n", 0, 1 },
	{ "A : old\n\n", 8, 9 },
	{ "A: b", 4, 4 },
	{ "A: b\n c", 7, 7 },
	{ "", 0, 0 },
	{ "caf\303\251: x\n", 0, 0 },
	{ " A: b\n\n", 0, 0 },
};

static void
test_where_the_header_ends(void **state)
{
	size_t i, end, body;

	for (i = 0; i < G_N_ELEMENTS(ends); i++) {
		const char *mail = ends[i].mail;

		assert_true(rawheader_end(mail, strlen(mail), true, &end, &body));
		assert_int_equal(end, ends[i].end);
		assert_int_equal(body, ends[i].body);
	}
}

/* However much of it has come, an end that is told is the true one. */
static void
test_more_may_come(void **state)
{
	size_t i, size, end, body;

	for (i = 0; i < G_N_ELEMENTS(ends); i++)
		for (size = 0; size < strlen(ends[i].mail); size++)
			if (rawheader_end(ends[i].mail, size, false, &end, &body)) {
				assert_int_equal(end, ends[i].end);
				assert_int_equal(body, ends[i].body);
			}
}

static void
test_fields(void **state)
{
	const char *mail = "Subject: one\r\n\ttwo\r\nBCC : a@example.test\nX-Empty:\n\n";
	struct rawheader_field field;
	size_t at = 0;
	char *value;

	assert_true(rawheader_next(mail, strlen(mail), &at, &field));
	assert_true(rawheader_is(&field, "subject"));
	value = rawheader_unfold(&field);
	assert_string_equal(value, "one\ttwo");
	g_free(value);
	assert_true(rawheader_next(mail, strlen(mail), &at, &field));
	assert_true(rawheader_is(&field, "Bcc"));
	value = rawheader_unfold(&field);
	assert_string_equal(value, "a@example.test");
	g_free(value);
	assert_true(rawheader_next(mail, strlen(mail), &at, &field));
	assert_true(rawheader_has_prefix(&field, "x-"));
	assert_int_equal(field.value_length, 0);
	assert_false(rawheader_next(mail, strlen(mail), &at, &field));
	assert_string_equal(mail + at, "\n");
}

static void
test_encoded_words(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "plain", "plain" },
		{ "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Gr\303\274\303\237e" },
		{ "=?utf-8?B?R3LDvMOfZQ==?= x", "Gr\303\274\303\237e x" },
		{ "=?iso-8859-1?q?Gr=FC=DFe_an?= =?iso-8859-1?q?_alle?=",
		    "Gr\303\274\303\237e an alle" },
		{ "=?UTF-8?Q?a=C3?= =?UTF-8?Q?=BCb?=", "a\303\274b" },
		{ "=?UTF-8*de?Q?J=C3=B6rg?=", "J\303\266rg" },
		{ "=?nonsense-7?Q?x?=", "=?nonsense-7?Q?x?=" },
		{ "=?UTF-8?X?x?=", "=?UTF-8?X?x?=" },
		{ "=?UTF-8?Q?x", "=?UTF-8?Q?x" },
		{ "=?UTF-8?Q?a=0D=0Ab?=", "a  b" },
		{ "raw \303\274 and \374", "raw \303\274 and \357\277\275" },
		{ "=?", "=?" },
		{ "=?UTF-8?Q?=4?=", "=4" },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *got = rawheader_decode(cases[i].text);

		assert_string_equal(got, cases[i].want);
		g_free(got);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_the_header_ends),
		cmocka_unit_test(test_more_may_come),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_encoded_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
