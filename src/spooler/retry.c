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
	};

	policy.first = seconds_from_environment("EMAPI_RETRY_SECONDS", policy.first);
	policy.lifetime = seconds_from_environment("EMAPI_LIFETIME_SECONDS", policy.lifetime);
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
