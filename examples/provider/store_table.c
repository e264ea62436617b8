/* SPDX-License-Identifier: MIT */
/*
 * A table in memory: rows as they were when it was made, no restriction, no order.  The columns
 * that it begins with are all that any row has.
 */
#include "store.h"

struct table {
	IMAPITable iface;
	struct object object;
	struct props *rows;
	ULONG count;
	ULONG next; /* the current row */
	SPropTagArray *columns;
	ULONG flags; /* MAPI_UNICODE */
};

OBJECT_METHODS(table, IMAPITable)

static bool
has(const SPropTagArray *tags, ULONG tag)
{
	for (ULONG i = 0; i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag))
			return true;
	return false;
}

static HRESULT
all_columns(const struct table *self, SPropTagArray **out)
{
	SPropTagArray *all = NULL, *some;
	ULONG most = 0;
	HRESULT hr;

	for (ULONG i = 0; i < self->count; i++)
		most += self->rows[i].count;
	hr = memory.buffer(CbNewSPropTagArray(most), (LPVOID *)&all);
	if (FAILED(hr))
		return hr;
	all->cValues = 0;
	for (ULONG i = 0; SUCCEEDED(hr) && i < self->count; i++) {
		hr = props_list(&self->rows[i], self->flags, &some);
		for (ULONG j = 0; SUCCEEDED(hr) && j < some->cValues; j++)
			if (!has(all, some->aulPropTag[j]))
				all->aulPropTag[all->cValues++] = some->aulPropTag[j];
		if (SUCCEEDED(hr))
			memory.free(some);
	}
	if (FAILED(hr)) {
		memory.free(all);
		all = NULL;
	}
	*out = all;
	return hr;
}

static HRESULT
copy_tags(const SPropTagArray *from, SPropTagArray **out)
{
	HRESULT hr = memory.buffer(CbSPropTagArray(from), (LPVOID *)out);

	if (SUCCEEDED(hr))
		memcpy(*out, from, CbSPropTagArray(from));
	return hr;
}

static HRESULT
table_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *out)
{
	struct table *self = (struct table *)This;

	*out = NULL;
	return flags & TBL_ALL_COLUMNS ? all_columns(self, out) : copy_tags(self->columns, out);
}

static HRESULT
table_SetColumns(IMAPITable *This, LPSPropTagArray tags, ULONG flags)
{
	struct table *self = (struct table *)This;
	SPropTagArray *copy = NULL;
	HRESULT hr = copy_tags(tags, &copy);

	if (FAILED(hr))
		return hr;
	memory.free(self->columns);
	self->columns = copy;
	return S_OK;
}

static HRESULT
table_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	*count = ((struct table *)This)->count;
	return S_OK;
}

static HRESULT
table_GetStatus(IMAPITable *This, ULONG *status, ULONG *type)
{
	*status = TBLSTAT_COMPLETE;
	*type = TBLTYPE_SNAPSHOT;
	return S_OK;
}

static HRESULT
table_SeekRow(IMAPITable *This, BOOKMARK from, LONG by, LONG *sought)
{
	struct table *self = (struct table *)This;
	LONGLONG start, to;

	if (from != BOOKMARK_BEGINNING && from != BOOKMARK_CURRENT && from != BOOKMARK_END)
		return MAPI_E_INVALID_BOOKMARK;
	start = from == BOOKMARK_BEGINNING ? 0 : from == BOOKMARK_END ? self->count : self->next;
	to = start + by;
	if (to < 0)
		to = 0;
	if (to > self->count)
		to = self->count;
	self->next = (ULONG)to;
	if (sought)
		*sought = (LONG)(to - start);
	return S_OK;
}

/* The rows are few: who wants some of them gets MAPI_E_TOO_COMPLEX and looks through them all. */
static HRESULT
table_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags)
{
	((struct table *)This)->next = 0;
	return restriction ? MAPI_E_TOO_COMPLEX : S_OK;
}

static HRESULT
fill_row(struct table *self, ULONG number, SRow *row)
{
	HRESULT hr = props_get(
	    &self->rows[number], self->columns, self->flags, &row->cValues, &row->lpProps);

	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
table_QueryRows(IMAPITable *This, LONG wanted, ULONG flags, LPSRowSet *out)
{
	struct table *self = (struct table *)This;
	LONG there = (LONG)(self->count - self->next);
	SRowSet *rows = NULL;
	HRESULT hr;

	*out = NULL;
	if (wanted < 0)
		return MAPI_E_NO_SUPPORT; /* backwards */
	if (wanted > there)
		wanted = there;
	hr = memory.buffer(CbNewSRowSet((ULONG)wanted), (LPVOID *)&rows);
	if (FAILED(hr))
		return hr;
	memset(rows, 0, CbNewSRowSet((ULONG)wanted));
	for (LONG i = 0; SUCCEEDED(hr) && i < wanted; i++) {
		hr = fill_row(self, self->next + (ULONG)i, &rows->aRow[i]);
		rows->cRows += SUCCEEDED(hr);
	}
	if (FAILED(hr)) {
		for (ULONG i = 0; i < rows->cRows; i++)
			memory.free(rows->aRow[i].lpProps);
		memory.free(rows);
		return hr;
	}
	if (!(flags & TBL_NOADVANCE))
		self->next += (ULONG)wanted;
	*out = rows;
	return S_OK;
}

static const IMAPITableVtbl table_vtbl = {
	OBJECT_VTBL(table),
	.GetLastError = no_IMAPITable_GetLastError,
	.Advise = no_IMAPITable_Advise,
	.Unadvise = no_IMAPITable_Unadvise,
	.GetStatus = table_GetStatus,
	.SetColumns = table_SetColumns,
	.QueryColumns = table_QueryColumns,
	.GetRowCount = table_GetRowCount,
	.SeekRow = table_SeekRow,
	.SeekRowApprox = no_IMAPITable_SeekRowApprox,
	.QueryPosition = no_IMAPITable_QueryPosition,
	.FindRow = no_IMAPITable_FindRow,
	.Restrict = table_Restrict,
	.CreateBookmark = no_IMAPITable_CreateBookmark,
	.FreeBookmark = no_IMAPITable_FreeBookmark,
	.SortTable = no_IMAPITable_SortTable,
	.QuerySortOrder = no_IMAPITable_QuerySortOrder,
	.QueryRows = table_QueryRows,
	.Abort = no_IMAPITable_Abort,
	.ExpandRow = no_IMAPITable_ExpandRow,
	.CollapseRow = no_IMAPITable_CollapseRow,
	.WaitForCompletion = no_IMAPITable_WaitForCompletion,
	.GetCollapseState = no_IMAPITable_GetCollapseState,
	.SetCollapseState = no_IMAPITable_SetCollapseState,
};

static void
free_all(struct props *rows, ULONG count)
{
	for (ULONG i = 0; i < count; i++)
		props_clear(&rows[i]);
	free(rows);
}

static void
table_destroy(void *object)
{
	struct table *self = object;

	free_all(self->rows, self->count);
	memory.free(self->columns);
	free(self);
}

HRESULT
table_create(struct props *rows, ULONG count, ULONG flags, IMAPITable **out)
{
	static const IID *const answers[] = { &IID_IMAPITable, NULL };
	struct table *self = calloc(1, sizeof(*self));
	HRESULT hr;

	*out = NULL;
	if (!self) {
		free_all(rows, count);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	self->iface.lpVtbl = &table_vtbl;
	object_init(&self->object, answers, table_destroy);
	self->rows = rows;
	self->count = count;
	self->flags = flags & MAPI_UNICODE;
	hr = all_columns(self, &self->columns);
	if (FAILED(hr)) {
		table_destroy(self);
		return hr;
	}
	*out = &self->iface;
	return S_OK;
}
