/* SPDX-License-Identifier: MIT */
/* IProviderAdmin: the providers of one message service. */
#ifndef EMAPI_MAPI_PROVADMIN_H
#define EMAPI_MAPI_PROVADMIN_H

#include <mapix.h>
#include "profile.h"

/* MAPI_E_NOT_FOUND where the profile has no such service. */
HRESULT provadmin_create(struct profile *profile, const MAPIUID *service, IProviderAdmin **out);

#endif
