/* SPDX-License-Identifier: MIT */
/* Tables in memory: see table.h (MAPI reference: IMAPITable). */
#include "table.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include "bag.h"
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "restriction.h"
#include "table_private.h"
#include "unsupported.h"

/* --- Rows ---------------------------------------------------------------------------------- */

struct table_rows *
table_rows_create(void)
{
	return mem_zalloc(NULL, sizeof(struct table_rows));
}

void
table_rows_free(struct table_rows *rows)
{
	ULONG i;

	if (!rows)
		return;
	for (i = 0; i < rows->count; i++)
		mem_free(rows->rows[i].values);
	mem_free(rows->rows);
	mem_free(rows);
}

static HRESULT
make_room(struct table_rows *rows)
{
	ULONG room = rows->room ? rows->room * 2 : 8;
	struct table_row *larger;

	if (rows->count < rows->room)
		return S_OK;
	larger = mem_zalloc(NULL, room * sizeof(*larger));
	if (!larger)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (rows->count > 0)
		memcpy(larger, rows->rows, rows->count * sizeof(*larger));
	mem_free(rows->rows);
	rows->rows = larger;
	rows->room = room;
	return S_OK;
}

HRESULT
table_rows_add(struct table_rows *rows, const SPropValue *values, ULONG count)
{
	HRESULT hr = make_room(rows);
	SPropValue *copy;

	if (FAILED(hr))
		return hr;
	hr = prop_copy_array(values, count, &copy);
	if (FAILED(hr))
		return hr;
	rows->rows[rows->count].values = copy;
	rows->rows[rows->count].count = count;
	rows->count++;
	return S_OK;
}

/* --- Columns ------------------------------------------------------------------------------- */

static ULONG
text_by_flags(ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag) & ~MV_FLAG;

	if (type != PT_STRING8 && type != PT_UNICODE)
		return tag;
	type = flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8;
	return CHANGE_PROP_TYPE(tag, type | (PROP_TYPE(tag) & MV_FLAG));
}

static SPropTagArray *
copy_tags(const SPropTagArray *tags)
{
	return mem_memdup(NULL, tags, CbNewSPropTagArray((size_t)tags->cValues));
}

static void
add_tag(GArray *tags, GHashTable *seen, ULONG tag, ULONG flags)
{
	ULONG textual = text_by_flags(tag, flags);

	if (PROP_TYPE(tag) != PT_ERROR && g_hash_table_add(seen, GUINT_TO_POINTER(PROP_ID(tag))))
		g_array_append_val(tags, textual);
}

/* Every property that a row or the default columns have, each id once. */
static HRESULT
all_columns(const struct table *self, ULONG flags, SPropTagArray **out)
{
	GHashTable *seen = g_hash_table_new(NULL, NULL);
	GArray *tags = g_array_new(FALSE, FALSE, sizeof(ULONG));
	ULONG i, j;

	for (i = 0; self->defaults && i < self->defaults->cValues; i++)
		add_tag(tags, seen, self->defaults->aulPropTag[i], flags);
	for (i = 0; i < self->rows->count; i++)
		for (j = 0; j < self->rows->rows[i].count; j++)
			add_tag(tags, seen, self->rows->rows[i].values[j].ulPropTag, flags);
	*out = mem_zalloc(NULL, CbNewSPropTagArray((size_t)tags->len));
	if (*out) {
		(*out)->cValues = tags->len;
		if (tags->len > 0)
			memcpy((*out)->aulPropTag, tags->data, tags->len * sizeof(ULONG));
	}
	g_array_unref(tags);
	g_hash_table_unref(seen);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
table_SetColumns(IMAPITable *This, LPSPropTagArray columns, ULONG flags)
{
	struct table *self = table_of(This);
	SPropTagArray *copy;
	ULONG i;

	if (!columns || columns->cValues == 0)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	for (i = 0; i < columns->cValues; i++)
		if (PROP_TYPE(columns->aulPropTag[i]) & MV_INSTANCE)
			return MAPI_E_NO_SUPPORT;
	copy = copy_tags(columns);
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	pthread_mutex_lock(&self->lock);
	mem_free(self->columns);
	self->columns = copy;
	pthread_mutex_unlock(&self->lock);
	return S_OK;
}

static HRESULT
table_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *columns)
{
	struct table *self = table_of(This);
	HRESULT hr = S_OK;

	if (!columns)
		return MAPI_E_INVALID_PARAMETER;
	*columns = NULL;
	if (flags & ~TBL_ALL_COLUMNS)
		return MAPI_E_UNKNOWN_FLAGS;
	pthread_mutex_lock(&self->lock);
	if (flags & TBL_ALL_COLUMNS)
		hr = all_columns(self, self->text_flags, columns);
	else
		*columns = copy_tags(self->columns);
	pthread_mutex_unlock(&self->lock);
	if (SUCCEEDED(hr) && !*columns)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return hr;
}

/* --- State --------------------------------------------------------------------------------- */

/* There is never more to say than the result itself. */
static HRESULT
table_GetLastError(IMAPITable *This, HRESULT result, ULONG flags, LPMAPIERROR *error)
{
	if (!error)
		return MAPI_E_INVALID_PARAMETER;
	*error = NULL;
	return S_OK;
}

static HRESULT
table_GetStatus(IMAPITable *This, ULONG *status, ULONG *type)
{
	if (!status || !type)
		return MAPI_E_INVALID_PARAMETER;
	*status = TBLSTAT_COMPLETE;
	*type = TBLTYPE_SNAPSHOT;
	return S_OK;
}

/* Nothing is ever left running, so there is nothing to stop or to wait for. */
static HRESULT
table_Abort(IMAPITable *This)
{
	return S_OK;
}

static HRESULT
table_WaitForCompletion(IMAPITable *This, ULONG flags, ULONG timeout, ULONG *status)
{
	if (status)
		*status = TBLSTAT_COMPLETE;
	return S_OK;
}

/* --- Rows out ------------------------------------------------------------------------------ */

/* The rows [from, from + count) of the view with the current columns. */
static HRESULT
make_row_set(const struct table *self, ULONG from, ULONG count, SRowSet **out)
{
	SRowSet *set = mem_zalloc(NULL, CbNewSRowSet((size_t)count + 1));
	HRESULT hr = S_OK;
	ULONG i;

	if (!set)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count && SUCCEEDED(hr); i++) {
		const struct table_row *row = &self->rows->rows[self->view[from + i]];

		hr = props_select(row->values, row->count, self->columns, self->text_flags,
		    &set->aRow[i].cValues, &set->aRow[i].lpProps);
		set->cRows++;
	}
	if (FAILED(hr)) {
		for (i = 0; i < set->cRows; i++)
			mem_free(set->aRow[i].lpProps);
		mem_free(set);
		return hr;
	}
	*out = set;
	return S_OK;
}

static HRESULT
table_QueryRows(IMAPITable *This, LONG wanted, ULONG flags, LPSRowSet *rows)
{
	struct table *self = table_of(This);
	ULONG from, to;
	HRESULT hr;

	if (!rows)
		return MAPI_E_INVALID_PARAMETER;
	*rows = NULL;
	if (wanted == 0)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~TBL_NOADVANCE)
		return MAPI_E_UNKNOWN_FLAGS;
	pthread_mutex_lock(&self->lock);
	from = to = self->position;
	if (wanted > 0)
		to = from + MIN((ULONG)wanted, self->view_count - from);
	else
		from = to - MIN((ULONG) - (LONGLONG)wanted, to);
	hr = make_row_set(self, from, to - from, rows);
	if (SUCCEEDED(hr) && !(flags & TBL_NOADVANCE))
		self->position = wanted > 0 ? to : from;
	pthread_mutex_unlock(&self->lock);
	return hr;
}

/* --- The object ---------------------------------------------------------------------------- */

static void
table_finalize(void *object)
{
	struct table *self = object;

	table_rows_free(self->rows);
	mem_free(self->view);
	mem_free(self->columns);
	mem_free(self->defaults);
	mem_free(self->restriction);
	mem_free(self->sort);
	if (self->bookmarks)
		g_array_unref(self->bookmarks);
	pthread_mutex_destroy(&self->lock);
}

static const struct com_interface table_interfaces[] = {
	{ &IID_IMAPITable, offsetof(struct table, imapitable) },
	{ NULL, 0 },
};

static const struct com_class table_class = {
	.name = "table",
	.interfaces = table_interfaces,
	.finalize = table_finalize,
};

COM_UNKNOWN(table, struct table, imapitable, IMAPITable)

static const IMAPITableVtbl table_vtbl = {
	.QueryInterface = table_QueryInterface,
	.AddRef = table_AddRef,
	.Release = table_Release,
	.GetLastError = table_GetLastError,
	.Advise = unsupported_IMAPITable_Advise,
	.Unadvise = unsupported_IMAPITable_Unadvise,
	.GetStatus = table_GetStatus,
	.SetColumns = table_SetColumns,
	.QueryColumns = table_QueryColumns,
	.GetRowCount = table_GetRowCount,
	.SeekRow = table_SeekRow,
	.SeekRowApprox = table_SeekRowApprox,
	.QueryPosition = table_QueryPosition,
	.FindRow = table_FindRow,
	.Restrict = table_Restrict,
	.CreateBookmark = table_CreateBookmark,
	.FreeBookmark = table_FreeBookmark,
	.SortTable = table_SortTable,
	.QuerySortOrder = table_QuerySortOrder,
	.QueryRows = table_QueryRows,
	.Abort = table_Abort,
	.ExpandRow = unsupported_IMAPITable_ExpandRow,
	.CollapseRow = unsupported_IMAPITable_CollapseRow,
	.WaitForCompletion = table_WaitForCompletion,
	.GetCollapseState = unsupported_IMAPITable_GetCollapseState,
	.SetCollapseState = unsupported_IMAPITable_SetCollapseState,
};

static HRESULT
set_defaults(struct table *self, const SPropTagArray *columns)
{
	HRESULT hr;
	ULONG i;

	if (columns && columns->cValues > 0) {
		self->defaults = copy_tags(columns);
		if (!self->defaults)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		for (i = 0; i < columns->cValues; i++)
			self->defaults->aulPropTag[i] =
			    text_by_flags(columns->aulPropTag[i], self->text_flags);
	} else {
		hr = all_columns(self, self->text_flags, &self->defaults);
		if (FAILED(hr))
			return hr;
	}
	self->columns = copy_tags(self->defaults);
	return self->columns ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
table_create(struct table_rows *rows, const SPropTagArray *columns, ULONG flags, IMAPITable **out)
{
	struct table *self = com_create(&table_class, sizeof(*self));
	HRESULT hr;

	*out = NULL;
	if (!self) {
		table_rows_free(rows);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	self->imapitable.lpVtbl = &table_vtbl;
	pthread_mutex_init(&self->lock, NULL);
	self->rows = rows;
	self->text_flags = flags & MAPI_UNICODE;
	self->bookmarks = g_array_new(FALSE, TRUE, sizeof(struct table_bookmark));
	hr = set_defaults(self, columns);
	if (SUCCEEDED(hr))
		hr = table_make_view(self, NULL, NULL);
	if (FAILED(hr)) {
		com_release(&self->com);
		return hr;
	}
	*out = &self->imapitable;
	return S_OK;
}
