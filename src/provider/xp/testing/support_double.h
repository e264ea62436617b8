/* SPDX-License-Identifier: MIT */
/* The support object that a transport needs, for tests: profile sections in memory, and a record of
 * what StatusRecips was told. */
#ifndef EMAPI_XP_SUPPORT_DOUBLE_H
#define EMAPI_XP_SUPPORT_DOUBLE_H

#include <mapispi.h>

#include "bag.h"

struct support_double;

struct support_double *support_double_create(void);
IMAPISupport *support_double_interface(struct support_double *support); /* borrowed */
struct bag *support_double_section(struct support_double *support);     /* the provider's own */
struct bag *support_double_identity(struct support_double *support);    /* muidProfileInstance */

/* Calls of StatusRecips so far, and the last row told of a recipient (by PR_ROWID); NULL if none.
 */
unsigned support_double_reports(const struct support_double *support);
const struct bag *support_double_told(const struct support_double *support, LONG row);
/* StatusRecips answers this from now on. */
void support_double_fail(struct support_double *support, HRESULT hr);

/* References left on the interface besides the maker's: what a transport did not release. */
ULONG support_double_free(struct support_double *support);

#endif
