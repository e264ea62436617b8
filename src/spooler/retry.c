/* SPDX-License-Identifier: MIT */
#include "retry.h"

#include <stdlib.h>

static gint64
seconds_from_environment(const char *name, gint64 fallback)
{
	const char *text = g_getenv(name);
	char *end = NULL;
	double seconds;

	if (!text || !*text)
		return fallback;
	seconds = g_ascii_strtod(text, &end);
	if (*end || !(seconds >= 0) || seconds > 1e9)
		return fallback;
	return (gint64)(seconds * G_USEC_PER_SEC);
}

struct retry_policy
retry_policy_default(void)
{
	struct retry_policy policy = {
		.first = 60 * (gint64)G_USEC_PER_SEC,
		.lifetime = 5 * 86400 * (gint64)G_USEC_PER_SEC,
		.warn = 4 * 3600 * (gint64)G_USEC_PER_SEC,
	};

	policy.first = seconds_from_environment("EMAPI_RETRY_SECONDS", policy.first);
	policy.lifetime = seconds_from_environment("EMAPI_LIFETIME_SECONDS", policy.lifetime);
	policy.warn = seconds_from_environment("EMAPI_DELAY_SECONDS", policy.warn);
	policy.longest = policy.first * 60;
	return policy;
}

gint64
retry_delay(const struct retry_policy *policy, int tries, int asked)
{
	gint64 delay = policy->first;

	for (int i = 1; i < tries && delay < policy->longest; i++)
		delay *= 2;
	if (asked > 0)
		delay = asked * (gint64)G_USEC_PER_SEC;
	delay = MIN(delay, policy->longest);
	return delay + (gint64)(g_random_double() * 0.25 * (double)delay);
}

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)
/* More than that the pace is never ahead of the clock, or the clock was set back. */
#define AHEAD_MAX (10 * MINUTE)

static int
burst(const struct retry_policy *policy)
{
	return MAX(1, policy->per_minute / 10);
}

/* Between two messages, so that a burst and a minute of these are per_minute together. */
static gint64
interval(const struct retry_policy *policy)
{
	int steady = burst(policy) > 1 ? policy->per_minute - burst(policy) : policy->per_minute;

	return (MINUTE + steady - 1) / steady;
}

gint64
retry_pace_next(const struct retry_policy *policy, gint64 pace, gint64 now)
{
	gint64 early;

	if (policy->per_minute <= 0)
		return now;
	early = MIN(pace, now + AHEAD_MAX) - (burst(policy) - 1) * interval(policy);
	return MAX(early, now);
}

gint64
retry_pace_take(const struct retry_policy *policy, gint64 pace, gint64 now, int cost)
{
	if (policy->per_minute <= 0)
		return 0;
	return MAX(MIN(pace, now + AHEAD_MAX), now) + cost * interval(policy);
}
