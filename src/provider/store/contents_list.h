/* SPDX-License-Identifier: MIT */
/* The list form of a contents table: ids in order, after a restriction and any sort order. */
#ifndef EMAPI_STORE_CONTENTS_LIST_H
#define EMAPI_STORE_CONTENTS_LIST_H

#include "contents.h"

/* A GArray of gint64. `restriction` and `sort` may be NULL. */
HRESULT contents_list(const struct contents_scope *scope, const SRestriction *restriction,
    const SSortOrderSet *sort, GArray **out);
/* Whether matching it takes properties that are in no column. */
bool contents_restriction_needs_blob(const SRestriction *restriction);

#endif
