/* SPDX-License-Identifier: MIT */
/*
 * Tables in memory: an IMAPITable over rows that someone has gathered (stores, recipients,
 * attachments, profiles, status, hierarchy).  Large tables (folder contents) have cursors of their
 * own in the store.
 *
 * The whole of SetColumns, QueryColumns, GetRowCount, SeekRow, SeekRowApprox, QueryPosition,
 * FindRow, Restrict, bookmarks, SortTable, QuerySortOrder and QueryRows works on the snapshot, from
 * any thread.  Not supported: Advise, categories, MVI_FLAG columns (MAPI_E_NO_SUPPORT).
 *
 * Rows that lack a sort key come first when ascending.  After Restrict and SortTable bookmarks are
 * gone and the position is the beginning.
 */
#ifndef EMAPI_PROP_TABLE_H
#define EMAPI_PROP_TABLE_H

#include <mapidefs.h>

/* The rows of a table to be.  Filled by its maker, then handed to table_create(). */
struct table_rows;

struct table_rows *table_rows_create(void); /* NULL when memory is short */
void table_rows_free(struct table_rows *rows);
/* Adds a deep copy of one row. */
HRESULT table_rows_add(struct table_rows *rows, const SPropValue *values, ULONG count);

/* A table of type TBLTYPE_SNAPSHOT.  Takes over `rows` (also on failure).  `columns` is the
 * default column set (copied; NULL: every property that a row has); text columns of it come as
 * `flags` (MAPI_UNICODE) says. */
HRESULT table_create(
    struct table_rows *rows, const SPropTagArray *columns, ULONG flags, IMAPITable **out);

#endif
