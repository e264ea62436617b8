/* SPDX-License-Identifier: MIT */
/* Restrictions: check, copy, match against a property set. */
#ifndef EMAPI_PROP_RESTRICTION_H
#define EMAPI_PROP_RESTRICTION_H

#include <stdbool.h>
#include <mapidefs.h>

/* S_OK, MAPI_E_TOO_COMPLEX (nested deeper than 256, RES_SUBRESTRICTION where rows have no
 * sub-objects), MAPI_E_INVALID_PARAMETER. */
HRESULT restriction_check(const SRestriction *restriction);
/* Deep copy as one MAPI buffer. */
HRESULT restriction_copy(const SRestriction *source, SRestriction **out);
/* Whether the row fits.  Both must have passed the checks. */
bool restriction_match(const SRestriction *restriction, const SPropValue *row, ULONG count);

#endif
