/* SPDX-License-Identifier: MIT */
/*
 * The inside of a table in memory, shared by table.c (rows, columns, the object) and table_view.c
 * (position, bookmarks, restriction, order).
 */
#ifndef EMAPI_PROP_TABLE_PRIVATE_H
#define EMAPI_PROP_TABLE_PRIVATE_H

#include <glib.h>
#include <pthread.h>
#include <mapidefs.h>
#include "com.h"
#include "table.h"

/* `values` is a MAPI buffer. */
struct table_row {
	SPropValue *values;
	ULONG count;
};

struct table_rows {
	struct table_row *rows;
	ULONG count;
	ULONG room;
};

struct table_bookmark {
	ULONG row; /* in the view */
	gboolean used;
};

struct table {
	struct com_object com;
	IMAPITable imapitable;
	pthread_mutex_t lock; /* over all below; rows, defaults and text_flags never change */
	struct table_rows *rows;
	SPropTagArray *defaults;
	ULONG text_flags;
	SPropTagArray *columns;
	ULONG *view; /* indices of the rows that the restriction lets through, sorted */
	ULONG view_count;
	ULONG position;            /* 0 .. view_count */
	SRestriction *restriction; /* NULL: all rows */
	SSortOrderSet *sort;       /* NULL: the order they were added in */
	GArray *bookmarks;         /* struct table_bookmark; the first is BOOKMARK number 3 */
};

static inline struct table *
table_of(IMAPITable *imapitable)
{
	return COM_OBJECT(imapitable, struct table, imapitable);
}

/* Makes the view anew, at its beginning and without bookmarks.  On success takes over both
 * arguments (NULL for none); on failure the table is as it was. */
HRESULT table_make_view(struct table *self, SRestriction *restriction, SSortOrderSet *sort);

HRESULT table_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count);
HRESULT table_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought);
HRESULT table_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator);
HRESULT table_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator);
HRESULT table_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags);
HRESULT table_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags);
HRESULT table_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark);
HRESULT table_FreeBookmark(IMAPITable *This, BOOKMARK bookmark);
HRESULT table_SortTable(IMAPITable *This, LPSSortOrderSet order, ULONG flags);
HRESULT table_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *order);

#endif
