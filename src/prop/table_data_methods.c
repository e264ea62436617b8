/* SPDX-License-Identifier: MIT */
/* ITableData's methods: see table_data.h (MAPI reference: ITableData : IUnknown). */
#include "table_data_private.h"

#include "mem.h"
#include "prop.h"

/* HrModifyRows and HrDeleteRows tell of each row up to so many. */
#define EVENTS_MAX 8

COM_UNKNOWN(data, struct table_data, itabledata, ITableData)

/* --- Telling the views --------------------------------------------------------------------- */

/* With the lock held: what each view has to tell, and a reference on it. */
struct telling {
	GPtrArray *news;   /* struct table_news */
	GPtrArray *tables; /* IMAPITable */
};

static void
collect(struct table_data *data, const struct table_change *changes, guint count,
    struct telling *telling)
{
	guint i;

	telling->news = g_ptr_array_new();
	telling->tables = g_ptr_array_new();
	for (i = 0; i < data->views->len; i++) {
		struct data_view *view = g_ptr_array_index(data->views, i);
		struct table_news *news;

		if (!view->table || !com_try_add_ref(table_object(view->table)))
			continue;
		if (!changes || data->renumbered)
			news = table_reloaded(view->table, changes != NULL);
		else
			news = table_changed(view->table, changes, count, EVENTS_MAX);
		g_ptr_array_add(telling->tables, view->table);
		if (news)
			g_ptr_array_add(telling->news, news);
	}
	data->renumbered = false;
}

/* Without the lock. */
static void
tell(struct telling *telling)
{
	guint i;

	for (i = 0; i < telling->news->len; i++)
		table_tell(g_ptr_array_index(telling->news, i));
	for (i = 0; i < telling->tables->len; i++) {
		IMAPITable *table = g_ptr_array_index(telling->tables, i);

		table->lpVtbl->Release(table);
	}
	g_ptr_array_unref(telling->news);
	g_ptr_array_unref(telling->tables);
}

/* Unlocks. */
static void
tell_and_unlock(struct table_data *data, const GArray *changes)
{
	struct telling telling;

	if (!changes->len) {
		pthread_mutex_unlock(&data->lock);
		return;
	}
	collect(
	    data, (const struct table_change *)(const void *)changes->data, changes->len, &telling);
	pthread_mutex_unlock(&data->lock);
	tell(&telling);
}

static GArray *
changes_new(void)
{
	return g_array_new(FALSE, TRUE, sizeof(struct table_change));
}

static void
add_change(GArray *changes, const struct data_row *row, ULONG event, const SPropValue *key)
{
	struct table_change change = { row->id, event, key };

	g_array_append_val(changes, change);
}

/* --- Views --------------------------------------------------------------------------------- */

static HRESULT
data_HrGetView(ITableData *This, LPSSortOrderSet sort, CALLERRELEASE *release, ULONG_PTR caller,
    LPMAPITABLE *out)
{
	struct table_viewing viewing = { sort, release, caller };

	return out ? table_data_view(This, &viewing, out) : MAPI_E_INVALID_PARAMETER;
}

/* --- Rows in ------------------------------------------------------------------------------- */

static HRESULT
check_row(const struct table_data *data, const SRow *row)
{
	ULONG i;

	if (!row || !row->cValues || !row->lpProps)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < row->cValues; i++)
		if (PROP_TYPE(row->lpProps[i].ulPropTag) != PT_ERROR &&
		    FAILED(prop_check(&row->lpProps[i])))
			return MAPI_E_INVALID_PARAMETER;
	return data_key(data, row->lpProps, row->cValues) ? S_OK : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
modify(struct table_data *data, const SRow *source, GArray *changes)
{
	struct data_row *row = data_find(data, data_key(data, source->lpProps, source->cValues));
	HRESULT hr;

	if (row) {
		hr = data_set(data, row, source->lpProps, source->cValues);
		if (SUCCEEDED(hr))
			add_change(changes, row, TABLE_ROW_MODIFIED, NULL);
		return hr;
	}
	hr = data_insert(data, data->rows->len, source->lpProps, source->cValues, &row);
	if (SUCCEEDED(hr))
		add_change(changes, row, TABLE_ROW_ADDED, NULL);
	return hr;
}

static HRESULT
modify_rows(struct table_data *data, const SRow *rows, ULONG count)
{
	GArray *changes = changes_new();
	HRESULT hr = S_OK;
	ULONG i;

	pthread_mutex_lock(&data->lock);
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = check_row(data, &rows[i]);
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = modify(data, &rows[i], changes);
	tell_and_unlock(data, changes);
	g_array_unref(changes);
	return hr;
}

static HRESULT
data_HrModifyRow(ITableData *This, LPSRow row)
{
	return modify_rows(data_of(This), row, 1);
}

static HRESULT
data_HrModifyRows(ITableData *This, ULONG flags, LPSRowSet rows)
{
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	return rows ? modify_rows(data_of(This), rows->aRow, rows->cRows)
		    : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
data_HrInsertRow(ITableData *This, ULONG at, LPSRow source)
{
	struct table_data *data = data_of(This);
	GArray *changes = changes_new();
	struct data_row *row;
	HRESULT hr;

	pthread_mutex_lock(&data->lock);
	hr = check_row(data, source);
	if (SUCCEEDED(hr) && (at > data->rows->len ||
				 data_find(data, data_key(data, source->lpProps, source->cValues))))
		hr = MAPI_E_INVALID_PARAMETER;
	if (SUCCEEDED(hr))
		hr = data_insert(data, at, source->lpProps, source->cValues, &row);
	if (SUCCEEDED(hr))
		add_change(changes, row, TABLE_ROW_ADDED, NULL);
	tell_and_unlock(data, changes);
	g_array_unref(changes);
	return hr;
}

/* --- Rows away ----------------------------------------------------------------------------- */

/* A row that is taken out lives until the views have told of it. */
static HRESULT
take(struct table_data *data, const SPropValue *key, GArray *changes, GPtrArray *taken)
{
	struct data_row *row = key ? data_find(data, key) : NULL;

	if (!row)
		return MAPI_E_NOT_FOUND;
	data_take(data, row);
	add_change(changes, row, TABLE_ROW_DELETED, data_key(data, row->values, row->count));
	g_ptr_array_add(taken, row);
	return S_OK;
}

static void
free_taken(gpointer row)
{
	data_row_free(row);
}

static HRESULT
data_HrDeleteRow(ITableData *This, LPSPropValue key)
{
	struct table_data *data = data_of(This);
	GPtrArray *taken = g_ptr_array_new_with_free_func(free_taken);
	GArray *changes = changes_new();
	HRESULT hr = MAPI_E_INVALID_PARAMETER;

	pthread_mutex_lock(&data->lock);
	if (key && SUCCEEDED(prop_check(key)))
		hr = take(data, data_key(data, key, 1), changes, taken);
	tell_and_unlock(data, changes);
	g_array_unref(changes);
	g_ptr_array_unref(taken);
	return hr;
}

static ULONG
delete_all(struct table_data *data)
{
	struct telling telling;
	ULONG count;

	pthread_mutex_lock(&data->lock);
	count = data->rows->len;
	g_hash_table_remove_all(data->names);
	g_ptr_array_set_size(data->rows, 0);
	collect(data, NULL, 0, &telling);
	pthread_mutex_unlock(&data->lock);
	tell(&telling);
	return count;
}

static HRESULT
data_HrDeleteRows(ITableData *This, ULONG flags, LPSRowSet rows, ULONG *deleted)
{
	struct table_data *data = data_of(This);
	GPtrArray *taken;
	GArray *changes;
	ULONG i, count;

	if (deleted)
		*deleted = 0;
	if (flags & ~TAD_ALL_ROWS)
		return MAPI_E_UNKNOWN_FLAGS;
	if (!(flags & TAD_ALL_ROWS) && !rows)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & TAD_ALL_ROWS) {
		count = delete_all(data);
	} else {
		taken = g_ptr_array_new_with_free_func(free_taken);
		changes = changes_new();
		pthread_mutex_lock(&data->lock);
		for (i = 0; i < rows->cRows; i++)
			take(data, data_key(data, rows->aRow[i].lpProps, rows->aRow[i].cValues),
			    changes, taken);
		count = taken->len;
		tell_and_unlock(data, changes);
		g_array_unref(changes);
		g_ptr_array_unref(taken);
	}
	if (deleted)
		*deleted = count;
	return S_OK;
}

/* --- Rows out ------------------------------------------------------------------------------ */

/* One MAPI buffer with all that the row holds. */
static HRESULT
row_out(const struct data_row *row, LPSRow *out)
{
	SRow *copy = mem_zalloc(NULL, sizeof(*copy));
	HRESULT hr = copy ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	ULONG i;

	if (copy)
		copy->lpProps = mem_zalloc(copy, (row->count + 1) * sizeof(SPropValue));
	if (copy && !copy->lpProps)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < row->count && SUCCEEDED(hr); i++)
		hr = prop_copy(copy, &row->values[i], &copy->lpProps[i]);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	copy->cValues = row->count;
	*out = copy;
	return S_OK;
}

static HRESULT
data_HrQueryRow(ITableData *This, LPSPropValue key, LPSRow *out, ULONG *number)
{
	struct table_data *data = data_of(This);
	const struct data_row *row;
	HRESULT hr = MAPI_E_INVALID_PARAMETER;

	if (!key || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	pthread_mutex_lock(&data->lock);
	if (SUCCEEDED(prop_check(key)) && data_key(data, key, 1)) {
		row = data_find(data, key);
		hr = row ? row_out(row, out) : MAPI_E_NOT_FOUND;
		if (SUCCEEDED(hr) && number)
			*number = data_place(data, row->id);
	}
	pthread_mutex_unlock(&data->lock);
	return hr;
}

static HRESULT
data_HrEnumRow(ITableData *This, ULONG number, LPSRow *out)
{
	struct table_data *data = data_of(This);
	HRESULT hr = S_OK;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	pthread_mutex_lock(&data->lock);
	if (number < data->rows->len)
		hr = row_out(g_ptr_array_index(data->rows, number), out);
	pthread_mutex_unlock(&data->lock);
	return hr;
}

static bool
has_all(const struct data_row *row, const SPropValue *values, ULONG count)
{
	ULONG i;

	for (i = 0; i < count; i++) {
		const SPropValue *value = prop_find(row->values, row->count, values[i].ulPropTag);

		if (!value || prop_compare(value, &values[i]))
			return false;
	}
	return true;
}

static HRESULT
data_HrNotify(ITableData *This, ULONG flags, ULONG count, LPSPropValue values)
{
	struct table_data *data = data_of(This);
	GArray *changes;
	ULONG i;
	bool found;

	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		if (FAILED(prop_check(&values[i])))
			return MAPI_E_INVALID_PARAMETER;
	changes = changes_new();
	pthread_mutex_lock(&data->lock);
	for (i = 0; i < data->rows->len; i++) {
		const struct data_row *row = g_ptr_array_index(data->rows, i);

		if (has_all(row, values, count))
			add_change(changes, row, TABLE_ROW_MODIFIED, NULL);
	}
	found = changes->len > 0;
	tell_and_unlock(data, changes);
	g_array_unref(changes);
	return found ? S_OK : MAPI_E_NOT_FOUND;
}

const ITableDataVtbl table_data_vtbl = {
	.QueryInterface = data_QueryInterface,
	.AddRef = data_AddRef,
	.Release = data_Release,
	.HrGetView = data_HrGetView,
	.HrModifyRow = data_HrModifyRow,
	.HrDeleteRow = data_HrDeleteRow,
	.HrQueryRow = data_HrQueryRow,
	.HrEnumRow = data_HrEnumRow,
	.HrNotify = data_HrNotify,
	.HrInsertRow = data_HrInsertRow,
	.HrModifyRows = data_HrModifyRows,
	.HrDeleteRows = data_HrDeleteRows,
};
