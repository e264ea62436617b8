/* SPDX-License-Identifier: MIT */
/* A library that is not there, and one that has not what is asked for, say so each time. */
#include "testing.h"

#include "beside.h"

static void
missing_each_time(void **state)
{
	static struct beside missing = { .file = "libemapi-no-such.so" };

	for (int i = 0; i < 2; i++) {
		g_autofree char *why = NULL;

		assert_null(beside_symbol(&missing, "symbol", &why));
		assert_non_null(strstr(why, "libemapi-no-such.so does not load: "));
	}
}

static void
another_version(void **state)
{
	static struct beside elsewhere = { .file = "libemapi-core.so" };
	g_autofree char *why = NULL;

	assert_non_null(beside_symbol(&elsewhere, "beside_symbol", &why));
	assert_null(why);
	assert_null(beside_symbol(&elsewhere, "no_such_symbol", &why));
	assert_non_null(strstr(why, "is of another emapi"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_each_time),
		cmocka_unit_test(another_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
