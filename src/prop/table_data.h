/* SPDX-License-Identifier: MIT */
/*
 * Rows in memory, and tables over them that follow each change: ITableData (MAPI reference:
 * CreateTable, ITableData).  From any thread.
 */
#ifndef EMAPI_PROP_TABLE_DATA_H
#define EMAPI_PROP_TABLE_DATA_H

#include <stdbool.h>
#include <mapiutil.h>
#include "com.h"

/* How tables over the rows reach their sinks where these are not called at once: as in struct
 * table_source.  `free` ends it with the data. */
struct table_post {
	HRESULT (*subscribe)(void *context, IMAPIAdviseSink *sink, ULONG_PTR *connection);
	HRESULT (*unsubscribe)(void *context, ULONG_PTR connection);
	void (*notify)(void *context, ULONG count, NOTIFICATION *notifications);
	void (*free)(void *context);
	void *context;
};

struct table_data_making {
	ULONG type;                    /* TBLTYPE_* of its views */
	ULONG key;                     /* the index column; PR_NULL: rows are only ever added */
	const SPropTagArray *columns;  /* of its views; NULL: what the rows have */
	ULONG flags;                   /* MAPI_UNICODE: text of the columns */
	bool fixed;                    /* views show these columns alone, whatever rows have */
	const struct table_post *post; /* copied; NULL: sinks are called at once */
};
HRESULT table_data_create(const struct table_data_making *making, ITableData **out);

/* The object, for com_try_add_ref() from a weak pointer. */
struct com_object *table_data_object(ITableData *data);

/* As HrGetView.  `caller` is handed to `release` when the view is released for the last time. */
struct table_viewing {
	const SSortOrderSet *sort;
	CALLERRELEASE *release;
	ULONG_PTR caller;
};
HRESULT table_data_view(ITableData *data, const struct table_viewing *viewing, IMAPITable **out);
/* Adds a row without looking whether it is there. */
HRESULT table_data_add(ITableData *data, const SPropValue *values, ULONG count);

#endif
