/* SPDX-License-Identifier: MIT */
/* IProfSect over one section of a profile. */
#ifndef EMAPI_MAPI_PROFSECT_H
#define EMAPI_MAPI_PROFSECT_H

#include <mapix.h>
#include "profile.h"

/* Opens a section.  With MAPI_MODIFY a section that is not there comes into being with the first
 * property set; without, MAPI_E_NOT_FOUND.  `iid` may be NULL; MAPI_E_INTERFACE_NOT_SUPPORTED.
 * Properties set are in the file at once, for the whole of MAPI: sections know no transaction. */
HRESULT profsect_open(
    struct profile *profile, const MAPIUID *section, const IID *iid, ULONG flags, IProfSect **out);

#endif
