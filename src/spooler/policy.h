/* SPDX-License-Identifier: MIT */
/* A profile's retries and limits, as its settings have them. */
#ifndef EMAPI_SPOOLER_POLICY_H
#define EMAPI_SPOOLER_POLICY_H

#include "profile.h"
#include "retry.h"

/* The profile's settings over the defaults. */
struct retry_policy policy_of(const struct retry_policy *defaults, const struct profile *profile);
/* Those of the profile with this UID over the defaults; the defaults where it cannot be
 * read. */
struct retry_policy policy_read(const struct retry_policy *defaults, GBytes *uid);

#endif
