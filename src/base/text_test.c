/* SPDX-License-Identifier: MIT */
/* Text: conversions lose nothing that the other form can hold, comparisons as people expect. */
#include "testing.h"

#include <glib.h>
#include <string.h>
#include "text.h"

static void
assert_converts(const char *utf8, const WCHAR *utf16)
{
	WCHAR *wide = text_to_utf16(NULL, utf8);
	char *narrow = text_to_utf8(NULL, utf16);

	assert_int_equal(text_wcscmp(wide, utf16), 0);
	assert_string_equal(narrow, utf8);
	mem_free(wide);
	mem_free(narrow);
}

static void
both_forms_say_the_same(void **state)
{
	assert_converts("", u"");
	assert_converts("Hello", u"Hello");
	assert_converts("Grüße \u20AC", u"Grüße \u20AC");
	assert_converts("\U0001F600 \U0010FFFF", u"\U0001F600 \U0010FFFF");
	assert_converts("\uFFFF\uFFFD", u"\uFFFF\uFFFD");
}

/* Every pair of units that can stand side by side comes back as it was. */
static void
utf16_survives_utf8(void **state)
{
	static const WCHAR units[] = { 'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xD800, 0xDBFF,
		0xDC00, 0xDFFF, 0xE000, 0xFFFF };
	size_t i, j;

	for (i = 0; i < G_N_ELEMENTS(units); i++)
		for (j = 0; j < G_N_ELEMENTS(units); j++) {
			WCHAR text[] = { units[i], units[j], 'z', 0 };
			char *narrow = text_to_utf8(NULL, text);
			WCHAR *back = text_to_utf16(NULL, narrow);

			assert_int_equal(text_wcscmp(back, text), 0);
			mem_free(narrow);
			mem_free(back);
		}
}

static void
broken_utf8_is_replaced(void **state)
{
	static const struct {
		const char *text;
		const WCHAR *wide;
	} cases[] = {
		{ "a\x80z", u"a\uFFFDz" },
		{ "\xFF\xFEz", u"\uFFFD\uFFFDz" },
		{ "\xC0\xAFz", u"\uFFFD\uFFFDz" }, /* "/" too long */
		{ "\xE0\x80\xAFz", u"\uFFFD\uFFFD\uFFFDz" },
		{ "\xF4\x90\x80\x80z", u"\uFFFD\uFFFD\uFFFD\uFFFDz" }, /* above U+10FFFF */
		{ "\xE2\x82z", u"\uFFFDz" },                           /* cut short */
		{ "\xF0\x9F\x98", u"\uFFFD" },
		{ "\xC3", u"\uFFFD" },
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		WCHAR *wide = text_to_utf16(NULL, cases[i].text);

		assert_int_equal(text_wcscmp(wide, cases[i].wide), 0);
		assert_false(text_is_utf8(cases[i].text));
		mem_free(wide);
	}
	assert_true(text_is_utf8("Grüße"));
	assert_false(text_is_ascii("Grüße"));
	assert_true(text_is_ascii("Gruesse"));
}

static void
arguments_follow_the_flag(void **state)
{
	char *out;

	assert_int_equal(text_from_arg(NULL, (LPCTSTR) "ä", 0, &out), S_OK);
	assert_string_equal(out, "ä");
	mem_free(out);
	assert_int_equal(text_from_arg(NULL, (LPCTSTR)u"ä", MAPI_UNICODE, &out), S_OK);
	assert_string_equal(out, "ä");
	mem_free(out);
	assert_int_equal(text_from_arg(NULL, NULL, MAPI_UNICODE, &out), S_OK);
	assert_null(out);
}

static struct text_cursor
narrow(const char *text)
{
	return (struct text_cursor){ .utf8 = text };
}

static void
comparison_ignores_what_it_is_told(void **state)
{
	struct text_cursor wide = { .utf16 = u"ÄPFEL" };

	assert_int_equal(text_compare(narrow("äpfel"), wide, TEXT_IGNORE_CASE), 0);
	assert_int_not_equal(text_compare(narrow("äpfel"), wide, 0), 0);
	assert_int_equal(
	    text_compare(narrow("apfel"), wide, TEXT_IGNORE_CASE | TEXT_IGNORE_NONSPACE), 0);
	assert_int_equal(
	    text_compare(narrow("A\u0308pfel"), narrow("Apfel"), TEXT_IGNORE_NONSPACE), 0);
	assert_true(text_compare(narrow("a"), narrow("B"), TEXT_IGNORE_CASE) < 0);
	assert_true(text_compare(narrow("a"), narrow("ab"), 0) < 0);
	assert_true(text_compare(narrow("b"), narrow("ab"), 0) > 0);
	assert_int_equal(text_compare(narrow("ПРИВЕТ"), narrow("привет"), TEXT_IGNORE_CASE), 0);
	assert_int_equal(text_compare(narrow("\xFF"), narrow("\xFE"), 0), 0);
}

static void
parts_are_found(void **state)
{
	assert_true(text_has_prefix(narrow("Re: Hello"), narrow("re:"), TEXT_IGNORE_CASE));
	assert_false(text_has_prefix(narrow("Re: Hello"), narrow("re:"), 0));
	assert_true(text_contains(narrow("Re: Hello"), narrow("HELL"), TEXT_IGNORE_CASE));
	assert_true(text_contains(narrow("Re: Hello"), narrow("lo"), TEXT_IGNORE_CASE));
	assert_true(text_contains(narrow("[a@b]"), narrow("A@B"), TEXT_IGNORE_CASE));
	assert_true(text_contains(narrow("hehello"), narrow("hell"), 0));
	assert_true(text_contains(narrow("x"), narrow(""), TEXT_IGNORE_CASE));
	assert_true(text_contains(narrow("\u0130zmir"), narrow("izm"), TEXT_IGNORE_CASE));
	assert_false(text_contains(narrow("[a@b]"), narrow("{A`B}"), TEXT_IGNORE_CASE));
	assert_false(text_contains(narrow("Re: Hello"), narrow("HELL"), 0));
	assert_false(text_contains(narrow("hell"), narrow("hello"), TEXT_IGNORE_CASE));
	assert_true(text_contains(narrow("aaab"), narrow("aab"), 0));
	assert_false(text_contains(narrow("short"), narrow("shorter"), 0));
	assert_true(text_contains(narrow(""), narrow(""), 0));
	assert_false(text_contains(narrow(""), narrow("a"), 0));
}

static void
people_see_no_control_characters(void **state)
{
	char *text = text_printable("ok\r\n\x1B[31m\xFF\xC2\x85\xED\xA0\x80ä");

	assert_string_equal(text, "ok\\x0D\\x0A\\x1B[31m\uFFFD\\x85\uFFFDä");
	g_free(text);
}

static void
hex_is_read_exactly(void **state)
{
	unsigned char bytes[3] = { 0x00, 0xAB, 0xFF }, back[3];
	char *text = text_hex(bytes, sizeof(bytes));

	assert_string_equal(text, "00ABFF");
	assert_true(text_unhex("00abFF", back, sizeof(back)));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_false(text_unhex("00abF", back, sizeof(back)));
	assert_false(text_unhex("00abFF0", back, sizeof(back)));
	assert_false(text_unhex("00abFg", back, sizeof(back)));
	assert_false(text_unhex("", back, sizeof(back)));
	g_free(text);
}

static void
times_are_utc(void **state)
{
	char *text = text_iso_time(1764363025123456);

	assert_string_equal(text, "2025-11-28T20:50:25.123Z");
	g_free(text);
	text = text_iso_time(0);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	g_free(text);
}

static void
a_server_is_here_or_elsewhere(void **state)
{
	static const char *const here[] = { "localhost [127.0.0.1]:25", "127.0.0.2:25", "::1:25",
		"mail [::1]:587" };
	static const char *const elsewhere[] = { "mail [192.0.2.1]:25",
		"127.example [192.0.2.1]:25", "localhost", "mail [::12]:587", "" };

	for (size_t i = 0; i < G_N_ELEMENTS(here); i++)
		assert_true(text_is_loopback(here[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(elsewhere); i++)
		assert_false(text_is_loopback(elsewhere[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_say_the_same),
		cmocka_unit_test(utf16_survives_utf8),
		cmocka_unit_test(broken_utf8_is_replaced),
		cmocka_unit_test(arguments_follow_the_flag),
		cmocka_unit_test(comparison_ignores_what_it_is_told),
		cmocka_unit_test(parts_are_found),
		cmocka_unit_test(people_see_no_control_characters),
		cmocka_unit_test(hex_is_read_exactly),
		cmocka_unit_test(times_are_utc),
		cmocka_unit_test(a_server_is_here_or_elsewhere),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
