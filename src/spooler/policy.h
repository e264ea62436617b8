/* SPDX-License-Identifier: MIT */
/* A profile's retries and limits, as its settings have them. */
#ifndef EMAPI_SPOOLER_POLICY_H
#define EMAPI_SPOOLER_POLICY_H

#include "retry.h"

/* The settings of the profile with this UID over the defaults; the defaults where it cannot be
 * read. */
struct retry_policy policy_read(const struct retry_policy *defaults, GBytes *uid);

#endif
