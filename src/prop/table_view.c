/* SPDX-License-Identifier: MIT */
/* Which rows of a table in memory are seen, in what order, and where one stands: see table.h. */
#include "table_private.h"

#include <stdbool.h>
#include <string.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"

#define FIRST_BOOKMARK 3 /* after the three that MAPI defines */

/* --- The view ------------------------------------------------------------------------------ */

struct sorting {
	const struct table_rows *rows;
	const SSortOrderSet *order;
};

/* A row without the property comes before those that have it. */
static int
compare_column(const struct table_row *a, const struct table_row *b, ULONG tag)
{
	const SPropValue *left, *right;

	tag = CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED);
	left = prop_find(a->values, a->count, tag);
	right = prop_find(b->values, b->count, tag);
	if (!left || !right)
		return (left != NULL) - (right != NULL);
	return prop_compare(left, right);
}

static gint
compare_rows(gconstpointer a, gconstpointer b, gpointer context)
{
	const struct sorting *sorting = context;
	ULONG left = *(const ULONG *)a, right = *(const ULONG *)b;
	ULONG i;

	for (i = 0; i < sorting->order->cSorts; i++) {
		const SSortOrder *sort = &sorting->order->aSort[i];
		int result = compare_column(
		    &sorting->rows->rows[left], &sorting->rows->rows[right], sort->ulPropTag);

		if (result)
			return sort->ulOrder == TABLE_SORT_DESCEND ? -result : result;
	}
	return left < right ? -1 : left > right;
}

HRESULT
table_make_view(struct table *self, SRestriction *restriction, SSortOrderSet *sort)
{
	struct sorting sorting = { self->rows, sort };
	ULONG *view = mem_zalloc(NULL, self->rows->count * sizeof(*view));
	ULONG i, count = 0;

	if (!view)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < self->rows->count; i++) {
		const struct table_row *row = &self->rows->rows[i];

		if (!restriction || restriction_match(restriction, row->values, row->count))
			view[count++] = i;
	}
	if (sort && count > 1)
		g_qsort_with_data(view, (gint)count, sizeof(*view), compare_rows, &sorting);
	mem_free(self->view);
	self->view = view;
	self->view_count = count;
	self->position = 0;
	g_array_set_size(self->bookmarks, 0);
	if (self->restriction != restriction)
		mem_free(self->restriction);
	self->restriction = restriction;
	if (self->sort != sort)
		mem_free(self->sort);
	self->sort = sort;
	return S_OK;
}

HRESULT
table_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags)
{
	struct table *self = table_of(This);
	SRestriction *copy = NULL;
	HRESULT hr = S_OK;

	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	if (restriction)
		hr = restriction_copy(restriction, &copy);
	if (FAILED(hr))
		return hr;
	pthread_mutex_lock(&self->lock);
	hr = table_make_view(self, copy, self->sort);
	pthread_mutex_unlock(&self->lock);
	if (FAILED(hr))
		mem_free(copy);
	return hr;
}

static HRESULT
check_sort(const SSortOrderSet *order)
{
	ULONG i;

	if (order->cCategories > 0)
		return MAPI_E_NO_SUPPORT;
	if (order->cExpanded > 0)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < order->cSorts; i++) {
		if (order->aSort[i].ulOrder > TABLE_SORT_DESCEND)
			return MAPI_E_TOO_COMPLEX;
		if (PROP_TYPE(order->aSort[i].ulPropTag) & MV_INSTANCE)
			return MAPI_E_TOO_COMPLEX;
	}
	return S_OK;
}

HRESULT
table_SortTable(IMAPITable *This, LPSSortOrderSet order, ULONG flags)
{
	struct table *self = table_of(This);
	SSortOrderSet *copy = NULL;
	HRESULT hr;

	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = order ? check_sort(order) : S_OK;
	if (FAILED(hr))
		return hr;
	if (order && order->cSorts > 0) {
		copy = mem_memdup(NULL, order, CbNewSSortOrderSet((size_t)order->cSorts));
		if (!copy)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	pthread_mutex_lock(&self->lock);
	hr = table_make_view(self, self->restriction, copy);
	pthread_mutex_unlock(&self->lock);
	if (FAILED(hr))
		mem_free(copy);
	return hr;
}

HRESULT
table_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *order)
{
	struct table *self = table_of(This);
	ULONG count;

	if (!order)
		return MAPI_E_INVALID_PARAMETER;
	pthread_mutex_lock(&self->lock);
	count = self->sort ? self->sort->cSorts : 0;
	*order = mem_zalloc(NULL, CbNewSSortOrderSet((size_t)count + 1));
	if (*order && count > 0)
		memcpy(*order, self->sort, CbNewSSortOrderSet((size_t)count));
	pthread_mutex_unlock(&self->lock);
	return *order ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* --- Position ------------------------------------------------------------------------------ */

/* Where the bookmark stands.  The caller holds the lock. */
static HRESULT
find_bookmark(const struct table *self, BOOKMARK bookmark, ULONG *row)
{
	const struct table_bookmark *own;

	if (bookmark == BOOKMARK_BEGINNING)
		*row = 0;
	else if (bookmark == BOOKMARK_CURRENT)
		*row = self->position;
	else if (bookmark == BOOKMARK_END)
		*row = self->view_count;
	if (bookmark < FIRST_BOOKMARK)
		return S_OK;
	if (bookmark - FIRST_BOOKMARK >= self->bookmarks->len)
		return MAPI_E_INVALID_BOOKMARK;
	own = &g_array_index(self->bookmarks, struct table_bookmark, bookmark - FIRST_BOOKMARK);
	*row = own->row;
	return own->used ? S_OK : MAPI_E_INVALID_BOOKMARK;
}

HRESULT
table_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	struct table *self = table_of(This);

	if (!count)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~TBL_NOWAIT)
		return MAPI_E_UNKNOWN_FLAGS;
	pthread_mutex_lock(&self->lock);
	*count = self->view_count;
	pthread_mutex_unlock(&self->lock);
	return S_OK;
}

HRESULT
table_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought)
{
	struct table *self = table_of(This);
	LONGLONG target;
	ULONG from;
	HRESULT hr;

	pthread_mutex_lock(&self->lock);
	hr = find_bookmark(self, origin, &from);
	if (SUCCEEDED(hr)) {
		target = CLAMP((LONGLONG)from + rows, 0, (LONGLONG)self->view_count);
		self->position = (ULONG)target;
		if (sought)
			*sought = (LONG)(target - from);
	}
	pthread_mutex_unlock(&self->lock);
	return hr;
}

HRESULT
table_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator)
{
	struct table *self = table_of(This);

	if (denominator == 0)
		return MAPI_E_INVALID_PARAMETER;
	pthread_mutex_lock(&self->lock);
	if (numerator >= denominator)
		self->position = self->view_count;
	else
		self->position = (ULONG)((ULONGLONG)self->view_count * numerator / denominator);
	pthread_mutex_unlock(&self->lock);
	return S_OK;
}

HRESULT
table_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator)
{
	struct table *self = table_of(This);

	if (!row || !numerator || !denominator)
		return MAPI_E_INVALID_PARAMETER;
	pthread_mutex_lock(&self->lock);
	*row = *numerator = self->position;
	*denominator = MAX(self->view_count, 1);
	pthread_mutex_unlock(&self->lock);
	return S_OK;
}

static bool
row_matches(const struct table *self, ULONG place, const SRestriction *restriction)
{
	const struct table_row *row = &self->rows->rows[self->view[place]];

	return restriction_match(restriction, row->values, row->count);
}

/* Forward from the bookmark's own row; backward from the row before it. */
HRESULT
table_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags)
{
	struct table *self = table_of(This);
	ULONG place;
	HRESULT hr;

	if (flags & ~DIR_BACKWARD)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = restriction_check(restriction);
	if (FAILED(hr))
		return hr;
	pthread_mutex_lock(&self->lock);
	hr = find_bookmark(self, origin, &place);
	if (FAILED(hr))
		goto out;
	hr = MAPI_E_NOT_FOUND;
	if (flags & DIR_BACKWARD) {
		while (place > 0 && FAILED(hr))
			if (row_matches(self, --place, restriction))
				hr = S_OK;
	} else {
		while (place < self->view_count && !row_matches(self, place, restriction))
			place++;
		if (place < self->view_count)
			hr = S_OK;
	}
	if (SUCCEEDED(hr))
		self->position = place;
out:
	pthread_mutex_unlock(&self->lock);
	return hr;
}

HRESULT
table_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark)
{
	struct table *self = table_of(This);
	struct table_bookmark own = { .used = TRUE };
	guint i;

	if (!bookmark)
		return MAPI_E_INVALID_PARAMETER;
	pthread_mutex_lock(&self->lock);
	own.row = self->position;
	for (i = 0; i < self->bookmarks->len; i++)
		if (!g_array_index(self->bookmarks, struct table_bookmark, i).used)
			break;
	if (i < self->bookmarks->len)
		g_array_index(self->bookmarks, struct table_bookmark, i) = own;
	else
		g_array_append_val(self->bookmarks, own);
	*bookmark = FIRST_BOOKMARK + i;
	pthread_mutex_unlock(&self->lock);
	return S_OK;
}

HRESULT
table_FreeBookmark(IMAPITable *This, BOOKMARK bookmark)
{
	struct table *self = table_of(This);
	ULONG row;
	HRESULT hr;

	pthread_mutex_lock(&self->lock);
	hr = find_bookmark(self, bookmark, &row);
	if (SUCCEEDED(hr) && bookmark >= FIRST_BOOKMARK)
		g_array_index(self->bookmarks, struct table_bookmark, bookmark - FIRST_BOOKMARK)
		    .used = FALSE;
	pthread_mutex_unlock(&self->lock);
	return hr;
}
