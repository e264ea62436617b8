/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <glib.h>
#include "mask.h"

static char *
masked(const struct mask *mask, const char *text)
{
	char *copy = g_strdup(text);

	mask_apply(mask, &copy);
	return copy;
}

static void
secrets_are_found_in_each_form(void **state)
{
	static const char secret[] = "m4rker pässword\1";
	struct mask *mask = mask_create();

	mask_add(mask, secret);
	for (size_t before = 0; before < 7; before++) {
		g_autofree char *plain =
		    g_strdup_printf("%.*sm4rker pässword\1!", (int)before, "usernam");
		g_autofree char *base64 = g_base64_encode((guchar *)plain, strlen(plain));
		g_autofree char *whole = g_base64_encode((guchar *)plain, strlen(plain) - 1);
		g_autofree char *one = masked(mask, plain), *two = masked(mask, base64),
				*three = masked(mask, whole);
		g_autofree char *expected = g_strdup_printf("%.*s****!", (int)before, "usernam");

		assert_string_equal(one, expected);
		assert_non_null(strstr(two, MASK_SHOWN));
		assert_non_null(strstr(three, MASK_SHOWN));
	}
	mask_free(mask);
}

static void
others_words_are_left_alone(void **state)
{
	struct mask *mask = mask_create();
	g_autofree char *text = g_strdup("250 2.0.0 Ok: queued as 4711");

	mask_add(mask, "ok");
	mask_add(mask, "");
	assert_false(mask_apply(mask, &text));
	assert_false(mask_apply(NULL, &text));
	assert_string_equal(text, "250 2.0.0 Ok: queued as 4711");
	mask_add(mask, "4711");
	assert_true(mask_apply(mask, &text));
	assert_string_equal(text, "250 2.0.0 Ok: queued as ****");
	mask_free(mask);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_found_in_each_form),
		cmocka_unit_test(others_words_are_left_alone),
	};

	return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
