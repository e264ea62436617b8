/* SPDX-License-Identifier: MIT */
/* Restrictions: check, copy, match against a property set. */
#ifndef EMAPI_PROP_RESTRICTION_H
#define EMAPI_PROP_RESTRICTION_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* S_OK, MAPI_E_TOO_COMPLEX (nested deeper than 256, RES_SUBRESTRICTION where rows have no
 * sub-objects), MAPI_E_INVALID_PARAMETER. */
HRESULT restriction_check(const SRestriction *restriction);
/* The same where rows have sub-objects: RES_SUBRESTRICTION on PR_MESSAGE_RECIPIENTS and
 * PR_MESSAGE_ATTACHMENTS is allowed, not within another one. */
HRESULT restriction_check_subs(const SRestriction *restriction);
/* Deep copy as one MAPI buffer, of what restriction_check_subs() allows. */
HRESULT restriction_copy(const SRestriction *source, SRestriction **out);
/* Whether the row fits.  Both must have passed the checks. */
bool restriction_match(const SRestriction *restriction, const SPropValue *row, ULONG count);
/* Whether any row of the sub-object (PR_MESSAGE_RECIPIENTS, PR_MESSAGE_ATTACHMENTS) fits. */
struct restriction_subs {
	bool (*any)(void *context, ULONG object, const SRestriction *restriction);
	void *context;
};
bool restriction_match_subs(const SRestriction *restriction, const SPropValue *row, ULONG count,
    const struct restriction_subs *subs);

/* Appends the tags (ULONG) that matching looks at; of sub-objects none. */
void restriction_tags(const SRestriction *restriction, GArray *tags);
/* Whether matching looks at the property; `value`: at its value, and not only whether it is there.
 */
bool restriction_looks_at(const SRestriction *restriction, ULONG tag, bool value);
/* RES_COUNT fits like what it holds: how many rows it lets through is the table's to count.  Where
 * an instance of a multi-valued column is named (MVI_PROP), any of its values may fit. */

#endif
