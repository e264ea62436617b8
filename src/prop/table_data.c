/* SPDX-License-Identifier: MIT */
/* Rows in memory: see table_data.h.  ITableData's methods are table_data_methods.c. */
#include "table_data_private.h"

#include <string.h>
#include "blob.h"
#include "mem.h"
#include "prop.h"

/* Room between the ids of neighbours, for rows that are put between them. */
#define GAP (G_GINT64_CONSTANT(1) << 32)

/* --- Rows ---------------------------------------------------------------------------------- */

static void
row_free(gpointer row)
{
	mem_free(((struct data_row *)row)->values);
	g_free(row);
}

static GBytes *
name_of(const SPropValue *key)
{
	GByteArray *bytes = g_byte_array_new();
	SPropValue plain = *key;

	if (FAILED(blob_encode(&plain, 1, bytes)))
		g_byte_array_set_size(bytes, 0);
	return g_byte_array_free_to_bytes(bytes);
}

const SPropValue *
data_key(const struct table_data *data, const SPropValue *values, ULONG count)
{
	return data->key == PR_NULL ? NULL : prop_find(values, count, data->key);
}

struct data_row *
data_find(const struct table_data *data, const SPropValue *key)
{
	GBytes *name = name_of(key);
	struct data_row *row = g_hash_table_lookup(data->names, name);

	g_bytes_unref(name);
	return row;
}

guint
data_place(const struct table_data *data, gint64 id)
{
	guint low = 0, high = data->rows->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (((struct data_row *)g_ptr_array_index(data->rows, middle))->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
note_columns(struct table_data *data, const SPropValue *values, ULONG count)
{
	ULONG i;

	for (i = 0; i < count; i++) {
		ULONG tag = values[i].ulPropTag;

		if (PROP_TYPE(tag) != PT_ERROR &&
		    g_hash_table_add(data->ids, GUINT_TO_POINTER(PROP_ID(tag))))
			g_array_append_val(data->columns, tag);
	}
}

HRESULT
data_set(struct table_data *data, struct data_row *row, const SPropValue *values, ULONG count)
{
	SPropValue *copy;
	HRESULT hr = prop_copy_array(values, count, &copy);

	if (FAILED(hr))
		return hr;
	mem_free(row->values);
	row->values = copy;
	row->count = count;
	note_columns(data, values, count);
	return S_OK;
}

static gint64
id_at(const struct table_data *data, guint at)
{
	return ((struct data_row *)g_ptr_array_index(data->rows, at))->id;
}

/* An id for a row at a place, which may take giving all rows new ones. */
static gint64
id_between(struct table_data *data, guint at)
{
	gint64 before = at ? id_at(data, at - 1) : 0, after;
	guint i;

	if (at == data->rows->len)
		return at ? before + GAP : 0;
	after = id_at(data, at);
	if (!at)
		return after - GAP;
	if (after - before > 1)
		return before + (after - before) / 2;
	for (i = 0; i < data->rows->len; i++)
		((struct data_row *)g_ptr_array_index(data->rows, i))->id = (gint64)i * GAP;
	data->renumbered = true;
	return id_between(data, at);
}

HRESULT
data_insert(
    struct table_data *data, guint at, const SPropValue *values, ULONG count, struct data_row **out)
{
	const SPropValue *key = data_key(data, values, count);
	struct data_row *row = g_new0(struct data_row, 1);
	HRESULT hr = data_set(data, row, values, count);

	if (FAILED(hr)) {
		g_free(row);
		return hr;
	}
	row->id = id_between(data, at);
	g_ptr_array_insert(data->rows, (gint)at, row);
	if (key)
		g_hash_table_insert(data->names, name_of(key), row);
	if (out)
		*out = row;
	return S_OK;
}

struct data_row *
data_take(struct table_data *data, struct data_row *row)
{
	const SPropValue *key = data_key(data, row->values, row->count);
	GBytes *name = key ? name_of(key) : NULL;

	if (name) {
		g_hash_table_remove(data->names, name);
		g_bytes_unref(name);
	}
	return g_ptr_array_steal_index(data->rows, data_place(data, row->id));
}

void
data_row_free(struct data_row *row)
{
	if (row)
		row_free(row);
}

/* --- The source of a view ------------------------------------------------------------------ */

static HRESULT
view_enter(void *source)
{
	pthread_mutex_lock(&((struct data_view *)source)->data->lock);
	return S_OK;
}

static HRESULT
view_leave(void *source, HRESULT hr)
{
	pthread_mutex_unlock(&((struct data_view *)source)->data->lock);
	return hr;
}

static void
view_release(void *source)
{
	struct data_view *view = source;
	struct table_data *data = view->data;

	pthread_mutex_lock(&data->lock);
	g_ptr_array_remove(data->views, view);
	pthread_mutex_unlock(&data->lock);
	if (view->viewing.release && view->table)
		view->viewing.release(view->viewing.caller, &data->itabledata, view->table);
	g_free(view);
	com_release(&data->com);
}

static HRESULT
hand_over(const struct data_row *row, const struct table_reader *reader)
{
	struct table_record record = { row->id, row->values, row->count };

	return reader->fn(reader->context, &record);
}

static HRESULT
view_each(void *source, const struct table_reader *reader)
{
	const struct table_data *data = ((struct data_view *)source)->data;
	HRESULT hr = S_OK;
	guint i;

	for (i = 0; i < data->rows->len && hr == S_OK; i++)
		hr = hand_over(g_ptr_array_index(data->rows, i), reader);
	return hr;
}

static HRESULT
view_fetch(void *source, gint64 id, const struct table_reader *reader)
{
	const struct table_data *data = ((struct data_view *)source)->data;
	guint at = data_place(data, id);
	HRESULT hr;

	if (at == data->rows->len || id_at(data, at) != id)
		return S_FALSE;
	hr = hand_over(g_ptr_array_index(data->rows, at), reader);
	return FAILED(hr) ? hr : S_OK;
}

static ULONG
text_by_flags(ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag) & ~MV_FLAG;

	if (type != PT_STRING8 && type != PT_UNICODE)
		return tag;
	type = flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8;
	return CHANGE_PROP_TYPE(tag, type | (PROP_TYPE(tag) & MV_FLAG));
}

/* Columns of rows that have gone stay (MAPI reference: ITableData::HrDeleteRow). */
static HRESULT
data_columns(const struct table_data *data, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)data->columns->len + 1));
	guint i;

	*out = tags;
	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	tags->cValues = data->columns->len;
	for (i = 0; i < data->columns->len; i++)
		tags->aulPropTag[i] = text_by_flags(g_array_index(data->columns, ULONG, i), flags);
	return S_OK;
}

static HRESULT
view_columns(void *source, ULONG flags, SPropTagArray **out)
{
	return data_columns(((struct data_view *)source)->data, flags, out);
}

static HRESULT
view_subscribe(void *source, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	const struct table_post *post = &((struct data_view *)source)->data->post;

	return post->subscribe(post->context, sink, connection);
}

static HRESULT
view_unsubscribe(void *source, ULONG_PTR connection)
{
	const struct table_post *post = &((struct data_view *)source)->data->post;

	return post->unsubscribe(post->context, connection);
}

static void
view_notify(void *source, ULONG count, NOTIFICATION *notifications)
{
	const struct table_post *post = &((struct data_view *)source)->data->post;

	post->notify(post->context, count, notifications);
}

#define VIEW_METHODS                                                                               \
	.enter = view_enter, .leave = view_leave, .release = view_release, .each = view_each,      \
	.fetch = view_fetch, .columns = view_columns

static const struct table_source view_methods = { VIEW_METHODS };
static const struct table_source posted_view_methods = { VIEW_METHODS, .subscribe = view_subscribe,
	.unsubscribe = view_unsubscribe, .notify = view_notify };

/* The columns of a new view: those it was made with, and what rows have brought since. */
static HRESULT
open_view(struct table_data *data, struct data_view *view, IMAPITable **out)
{
	struct table_making making = { .flags = data->flags, .key = data->key, .type = data->type };
	SPropTagArray *columns;
	HRESULT hr;

	pthread_mutex_lock(&data->lock);
	hr = data_columns(data, data->flags, &columns);
	if (SUCCEEDED(hr) && !columns->cValues) { /* a table has at least one */
		columns->cValues = 1;
		columns->aulPropTag[0] = data->key;
	}
	g_ptr_array_add(data->views, view);
	pthread_mutex_unlock(&data->lock);
	if (FAILED(hr)) {
		view_release(view);
		return hr;
	}
	if (data->fixed)
		columns->cValues = data->fixed;
	making.columns = columns;
	/* A table that cannot be made has released its source, the view. */
	hr = table_open(
	    data->post.notify ? &posted_view_methods : &view_methods, view, &making, out);
	mem_free(columns);
	if (SUCCEEDED(hr)) {
		pthread_mutex_lock(&data->lock);
		view->table = *out;
		pthread_mutex_unlock(&data->lock);
	}
	return hr;
}

HRESULT
table_data_view(ITableData *This, const struct table_viewing *viewing, IMAPITable **out)
{
	struct table_data *data = data_of(This);
	struct data_view *view = g_new0(struct data_view, 1);
	IMAPITable *table = NULL;
	HRESULT hr;

	*out = NULL;
	view->data = data;
	com_add_ref(&data->com);
	hr = open_view(data, view, &table);
	if (FAILED(hr))
		return hr;
	if (viewing && viewing->sort)
		hr = table->lpVtbl->SortTable(table, (SSortOrderSet *)(size_t)viewing->sort, 0);
	if (FAILED(hr)) {
		COM_CLEAR(table);
		return hr;
	}
	if (viewing)
		view->viewing = *viewing;
	*out = table;
	return S_OK;
}

struct com_object *
table_data_object(ITableData *This)
{
	return &data_of(This)->com;
}

HRESULT
table_data_add(ITableData *This, const SPropValue *values, ULONG count)
{
	struct table_data *data = data_of(This);
	HRESULT hr;

	pthread_mutex_lock(&data->lock);
	hr = data_insert(data, data->rows->len, values, count, NULL);
	pthread_mutex_unlock(&data->lock);
	return hr;
}

/* --- The object ---------------------------------------------------------------------------- */

static void
data_finalize(void *object)
{
	struct table_data *data = object;

	g_ptr_array_unref(data->rows);
	g_ptr_array_unref(data->views);
	g_array_unref(data->columns);
	g_hash_table_unref(data->ids);
	g_hash_table_unref(data->names);
	pthread_mutex_destroy(&data->lock);
	if (data->post.free)
		data->post.free(data->post.context);
}

static const struct com_interface data_interfaces[] = {
	{ &IID_IMAPITableData, offsetof(struct table_data, itabledata) },
	{ NULL, 0 },
};

static const struct com_class data_class = { "ITableData", data_interfaces, data_finalize };

static void
set_columns(struct table_data *data, const struct table_data_making *making)
{
	ULONG i;

	for (i = 0; making->columns && i < making->columns->cValues; i++) {
		ULONG tag = making->columns->aulPropTag[i];

		if (tag == PR_NULL || g_hash_table_add(data->ids, GUINT_TO_POINTER(PROP_ID(tag))))
			g_array_append_val(data->columns, tag);
	}
}

HRESULT
table_data_create(const struct table_data_making *making, ITableData **out)
{
	struct table_data *data = com_create(&data_class, sizeof(*data));

	*out = NULL;
	if (!data)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	data->itabledata.lpVtbl = &table_data_vtbl;
	pthread_mutex_init(&data->lock, NULL);
	data->type = making->type;
	data->key = making->key;
	data->flags = making->flags & MAPI_UNICODE;
	data->rows = g_ptr_array_new_with_free_func(row_free);
	data->views = g_ptr_array_new();
	data->columns = g_array_new(FALSE, FALSE, sizeof(ULONG));
	data->ids = g_hash_table_new(NULL, NULL);
	data->names =
	    g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	if (making->post)
		data->post = *making->post;
	set_columns(data, making);
	data->fixed = making->fixed ? data->columns->len : 0;
	*out = &data->itabledata;
	return S_OK;
}

/* --- Tables whose rows never change -------------------------------------------------------- */

struct table_rows {
	ITableData *data;
};

struct table_rows *
table_rows_create(void)
{
	struct table_data_making making = { .type = TBLTYPE_SNAPSHOT, .key = PR_NULL };
	struct table_rows *rows = mem_zalloc(NULL, sizeof(*rows));

	if (rows && FAILED(table_data_create(&making, &rows->data))) {
		mem_free(rows);
		rows = NULL;
	}
	return rows;
}

void
table_rows_free(struct table_rows *rows)
{
	if (!rows)
		return;
	COM_CLEAR(rows->data);
	mem_free(rows);
}

HRESULT
table_rows_add(struct table_rows *rows, const SPropValue *values, ULONG count)
{
	return table_data_add(rows->data, values, count);
}

/* The columns that it is given come first, and are all that a view shows. */
static void
put_columns_first(struct table_data *data, const SPropTagArray *columns)
{
	struct table_data_making making = { .columns = columns };
	GArray *found = data->columns;
	guint i;

	data->columns = g_array_new(FALSE, FALSE, sizeof(ULONG));
	g_hash_table_remove_all(data->ids);
	set_columns(data, &making);
	data->fixed = data->columns->len;
	for (i = 0; i < found->len; i++) {
		ULONG tag = g_array_index(found, ULONG, i);

		if (g_hash_table_add(data->ids, GUINT_TO_POINTER(PROP_ID(tag))))
			g_array_append_val(data->columns, tag);
	}
	g_array_unref(found);
}

HRESULT
table_create(struct table_rows *rows, const SPropTagArray *columns, ULONG flags, IMAPITable **out)
{
	struct table_data *data = data_of(rows->data);
	HRESULT hr;

	data->flags = flags & MAPI_UNICODE;
	if (columns && columns->cValues)
		put_columns_first(data, columns);
	hr = table_data_view(rows->data, NULL, out);
	table_rows_free(rows);
	return hr;
}
