/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "retry.h"

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)

/* A person who watches the queue sees tries after about 1, 2, 4 ... minutes, then hourly. */
static void
delays_double_to_an_hour(void **state)
{
	static const struct {
		int tries, asked;
		gint64 minutes;
	} cases[] = {
		{ 0, 0, 1 },
		{ 1, 0, 1 },
		{ 2, 0, 2 },
		{ 3, 0, 4 },
		{ 6, 0, 32 },
		{ 7, 0, 60 },
		{ 8, 0, 60 },
		{ 1000, 0, 60 },
		{ 2147483647, 0, 60 },
		{ 1, 300, 5 },
		{ 1, 86400, 60 },
		{ 3, -5, 4 },
	};
	struct retry_policy policy = retry_policy_default();

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		gint64 delay = retry_delay(&policy, cases[i].tries, cases[i].asked);

		assert_true(delay >= cases[i].minutes * MINUTE);
		assert_true(delay <= cases[i].minutes * MINUTE * 5 / 4);
	}
	assert_int_equal(policy.lifetime, 5 * 24 * 60 * MINUTE);
}

static void
environment_changes_the_policy(void **state)
{
	struct retry_policy policy;

	g_setenv("EMAPI_RETRY_SECONDS", "0.5", TRUE);
	g_setenv("EMAPI_LIFETIME_SECONDS", "nonsense", TRUE);
	policy = retry_policy_default();
	assert_int_equal(policy.first, G_USEC_PER_SEC / 2);
	assert_int_equal(policy.lifetime, 5 * 24 * 60 * MINUTE);
	g_unsetenv("EMAPI_RETRY_SECONDS");
	g_unsetenv("EMAPI_LIFETIME_SECONDS");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_double_to_an_hour),
		cmocka_unit_test(environment_changes_the_policy),
	};

	return cmocka_run_group_tests_name("spooler/retry", tests, NULL, NULL);
}
