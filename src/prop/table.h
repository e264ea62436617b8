/* SPDX-License-Identifier: MIT */
/*
 * Tables in memory whose rows never change: an IMAPITable over rows that someone has gathered
 * (stores, recipients, attachments, profiles, status).  table_data.h has those whose rows come and
 * go; table_source.h what a table can do.
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
