/* SPDX-License-Identifier: MIT */
/* The list form of a contents table: ids in order, after a restriction and any sort order. */
#ifndef EMAPI_STORE_CONTENTS_LIST_H
#define EMAPI_STORE_CONTENTS_LIST_H

#include "contents.h"

/* A GArray of gint64. `restriction` and `sort` may be NULL. */
HRESULT contents_list(const struct contents_scope *scope, const SRestriction *restriction,
    const SSortOrderSet *sort, GArray **out);
/* Adds what it takes to match. */
void contents_need_restriction(struct contents_need *need, const SRestriction *restriction);

#endif
