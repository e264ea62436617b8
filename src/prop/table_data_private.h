/* SPDX-License-Identifier: MIT */
/* Rows in memory, shared by table_data.c (rows, views) and table_data_methods.c (ITableData). */
#ifndef EMAPI_PROP_TABLE_DATA_PRIVATE_H
#define EMAPI_PROP_TABLE_DATA_PRIVATE_H

#include <pthread.h>
#include <mapitags.h>
#include "com.h"
#include "table.h"
#include "table_data.h"
#include "table_source.h"

/* `values` is a MAPI buffer; ids ascend with the place in the table. */
struct data_row {
	gint64 id;
	SPropValue *values;
	ULONG count;
};

struct table_data {
	struct com_object com;
	ITableData itabledata;
	pthread_mutex_t lock; /* over all below; also the lock of its views */
	ULONG type, key, flags;
	GPtrArray *rows;   /* struct data_row */
	GHashTable *names; /* the index column, encoded (GBytes): its row */
	GArray *columns;   /* tags (ULONG), each id once */
	GHashTable *ids;   /* of columns */
	guint fixed;       /* how many of the columns new views show; 0: all */
	bool renumbered;   /* rows have new ids: views begin anew */
	GPtrArray *views;  /* struct data_view, weak */
	struct table_post post;
};

struct data_view {
	struct table_data *data;
	IMAPITable *table; /* weak: it owns this */
	struct table_viewing viewing;
};

static inline struct table_data *
data_of(ITableData *itabledata)
{
	return COM_OBJECT(itabledata, struct table_data, itabledata);
}

extern const ITableDataVtbl table_data_vtbl;

/* Lock held in all of these. */
/* The index column among values; NULL where there is none. */
const SPropValue *data_key(const struct table_data *data, const SPropValue *values, ULONG count);
struct data_row *data_find(const struct table_data *data, const SPropValue *key);
guint data_place(const struct table_data *data, gint64 id);
HRESULT data_set(
    struct table_data *data, struct data_row *row, const SPropValue *values, ULONG count);
HRESULT data_insert(struct table_data *data, guint at, const SPropValue *values, ULONG count,
    struct data_row **out);
/* Out of the table, to be freed. */
struct data_row *data_take(struct table_data *data, struct data_row *row);
void data_row_free(struct data_row *row);

#endif
