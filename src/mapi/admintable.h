/* SPDX-License-Identifier: MIT */
/* The tables of the profile interfaces: profiles, message services, providers. */
#ifndef EMAPI_MAPI_ADMINTABLE_H
#define EMAPI_MAPI_ADMINTABLE_H

#include <mapix.h>
#include "profile.h"

HRESULT admintable_profiles(ULONG flags, IMAPITable **out);
HRESULT admintable_services(struct profile *profile, ULONG flags, IMAPITable **out);
/* Of one service, or of all where it is NULL. */
HRESULT admintable_providers(
    struct profile *profile, const MAPIUID *service, ULONG flags, IMAPITable **out);

#endif
