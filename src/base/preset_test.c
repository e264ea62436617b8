/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "preset.h"

static void
services_are_found_by_name(void **state)
{
	const struct preset *preset = preset_find("Exchange-Online");

	assert_non_null(preset);
	assert_int_equal(preset->per_minute, 30);
	assert_int_equal(preset->connections, 3);
	assert_int_equal(preset_find("gmail")->recipients, 100);
	assert_null(preset_find("none"));
	assert_null(preset_find(""));
	assert_null(preset_find(NULL));
	assert_non_null(strstr(preset_names(), "exchange-online, "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(services_are_found_by_name) };

	return cmocka_run_group_tests_name("base/preset", tests, NULL, NULL);
}
