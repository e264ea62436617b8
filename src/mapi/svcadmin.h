/* SPDX-License-Identifier: MIT */
/* IMsgServiceAdmin and IMsgServiceAdmin2 over a profile. */
#ifndef EMAPI_MAPI_SVCADMIN_H
#define EMAPI_MAPI_SVCADMIN_H

#include <mapix.h>
#include "profile.h"

HRESULT svcadmin_create(struct profile *profile, IMsgServiceAdmin **out);

#endif
