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

/* Never more than the limit in any minute, and nearly as many as it allows. */
static void
pace_keeps_a_limit_a_minute(void **state)
{
	static const int limits[] = { 1, 2, 9, 10, 30, 100, 1000 };

	for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
		struct retry_policy policy = { .per_minute = limits[i] };
		gint64 start = 20000 * 24 * 60 * MINUTE, now = start, pace = 0;
		gint64 *times = g_new0(gint64, (gsize)limits[i] * 6);
		int sent = 0;

		while (now < start + 5 * MINUTE) {
			now = retry_pace_next(&policy, pace, now);
			pace = retry_pace_take(&policy, pace, now, 1);
			if (sent >= limits[i])
				assert_true(now - times[sent - limits[i]] >= MINUTE);
			times[sent++] = now;
		}
		assert_true(sent >= limits[i] * 5 * 8 / 10);
		g_free(times);
	}
}

static void
pace_survives_the_clock(void **state)
{
	struct retry_policy policy = { .per_minute = 30 }, none = { 0 };
	gint64 now = 20000 * 24 * 60 * MINUTE;
	gint64 pace = retry_pace_take(&policy, 0, now, 1);

	/* Set back by a day: nobody waits a day. */
	now -= 24 * 60 * MINUTE;
	assert_true(retry_pace_next(&policy, pace, now) <= now + 10 * MINUTE);
	assert_int_equal(retry_pace_next(&none, pace, now), now);
	/* One that is many transactions counts as many. */
	pace = retry_pace_take(&policy, 0, now, 30);
	assert_true(retry_pace_next(&policy, pace, now) > now + MINUTE / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_double_to_an_hour),
		cmocka_unit_test(environment_changes_the_policy),
		cmocka_unit_test(pace_keeps_a_limit_a_minute),
		cmocka_unit_test(pace_survives_the_clock),
	};

	return cmocka_run_group_tests_name("spooler/retry", tests, NULL, NULL);
}
