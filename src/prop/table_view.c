/* SPDX-License-Identifier: MIT */
/* What is shown of a table, and in what order: Restrict and SortTable.  See table_private.h. */
#include "table_private.h"

#include "mem.h"
#include "restriction.h"

HRESULT
table_check(const struct table *self, const SRestriction *restriction)
{
	return self->methods->any_part ? restriction_check_subs(restriction)
				       : restriction_check(restriction);
}

/* Lists are made when their rows are wanted (as TBL_BATCH asks for anyway), so a restricted or
 * sorted table answers its first rows as soon as it has them. */
HRESULT
table_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags)
{
	struct table *self = table_of(This);
	SRestriction *copy = NULL;
	HRESULT hr = S_OK;

	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	if (restriction)
		hr = table_check(self, restriction);
	if (restriction && SUCCEEDED(hr))
		hr = restriction_copy(restriction, &copy);
	if (SUCCEEDED(hr))
		hr = table_enter(self);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	mem_free(self->restriction);
	self->restriction = copy;
	self->most = copy && copy->rt == RES_COUNT ? copy->res.resCount.ulCount : (ULONG)-1;
	hr = table_leave(self, table_restart(self));
	table_done(self, flags, TABLE_RESTRICT_DONE, hr);
	return hr;
}

static HRESULT
copy_order(const SSortOrderSet *order, SSortOrderSet **out)
{
	struct table_level levels[TABLE_LEVELS_MAX];
	ULONG count;
	HRESULT hr;

	*out = NULL;
	if (!order)
		return S_OK;
	hr = table_levels(order, levels, &count);
	if (FAILED(hr) || !order->cSorts)
		return hr;
	*out = mem_memdup(NULL, order, CbNewSSortOrderSet((size_t)order->cSorts));
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

/* Takes over `copy`. */
static HRESULT
use_order(struct table *self, SSortOrderSet *copy)
{
	SSortOrderSet *old = self->sort;
	HRESULT hr;

	self->sort = copy;
	hr = table_find_instances(self);
	if (FAILED(hr)) {
		self->sort = old;
		mem_free(copy);
		return hr;
	}
	mem_free(old);
	return table_restart(self);
}

HRESULT
table_SortTable(IMAPITable *This, LPSSortOrderSet order, ULONG flags)
{
	struct table *self = table_of(This);
	SSortOrderSet *copy;
	HRESULT hr;

	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = copy_order(order, &copy);
	if (SUCCEEDED(hr))
		hr = table_enter(self);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	hr = table_leave(self, use_order(self, copy));
	table_done(self, flags, TABLE_SORT_DONE, hr);
	return hr;
}

HRESULT
table_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *order)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!order)
		return MAPI_E_INVALID_PARAMETER;
	*order = NULL;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	if (self->sort)
		*order =
		    mem_memdup(NULL, self->sort, CbNewSSortOrderSet((size_t)self->sort->cSorts));
	else
		*order = mem_zalloc(NULL, CbNewSSortOrderSet((size_t)1));
	return table_leave(self, *order ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY);
}
