/* SPDX-License-Identifier: MIT */
/*
 * The rows of a contents table, as the book gave them: ITableData, whose views tell their sinks
 * through IMAPISupport.  Under the table's lock; the logon's is taken within.
 */
#ifndef EMAPI_PROVIDER_ABP_CONTENTS_ROWS_H
#define EMAPI_PROVIDER_ABP_CONTENTS_ROWS_H

#include "watch.h"

struct contents_rows;

/* None yet.  `logon` lives longer; `flags`: MAPI_UNICODE. */
HRESULT contents_rows_create(struct abp_logon *logon, ULONG flags, struct contents_rows **out);
void contents_rows_free(struct contents_rows *rows);
/* Asks the book; *count: how many it gave. */
HRESULT contents_rows_fill(
    struct contents_rows *rows, const struct abp_query *query, gint64 *count);
HRESULT contents_rows_view(struct contents_rows *rows, IMAPITable **out);
/* Asks the book again, and exchanges what is another; unless `tell` no sink hears of it. */
HRESULT contents_rows_renew(struct contents_rows *rows, const struct abp_query *query, bool tell);
/* Takes changes of the book in. */
void contents_rows_take(struct contents_rows *rows, const struct abp_query *query,
    const struct abp_change *changes, guint count);

#endif
