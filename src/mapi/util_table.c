/* SPDX-License-Identifier: MIT */
/* Rows and tables (MAPI reference: HrQueryAllRows, HrAddColumnsEx, FreeProws, FreePadrlist). */
#include <stdbool.h>
#include <string.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "mem.h"

#define BATCH 256 /* rows asked for at a time */

void
FreeProws(LPSRowSet rows)
{
	ULONG i;

	for (i = 0; rows && i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

void
FreePadrlist(LPADRLIST list)
{
	ULONG i;

	for (i = 0; list && i < list->cEntries; i++)
		mem_free(list->aEntries[i].rgPropVals);
	mem_free(list);
}

/* Moves the rows of `more` to the end of *all. */
static HRESULT
append_rows(SRowSet **all, SRowSet *more)
{
	size_t have = *all ? (*all)->cRows : 0;
	SRowSet *joined = mem_zalloc(NULL, CbNewSRowSet(have + more->cRows));

	if (!joined)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (*all)
		memcpy(joined->aRow, (*all)->aRow, have * sizeof(SRow));
	memcpy(joined->aRow + have, more->aRow, more->cRows * sizeof(SRow));
	joined->cRows = (ULONG)(have + more->cRows);
	mem_free(*all);
	mem_free(more);
	*all = joined;
	return S_OK;
}

static HRESULT
read_all(IMAPITable *table, LONG limit, SRowSet **all)
{
	SRowSet *more = NULL;
	HRESULT hr;

	for (;;) {
		hr = table->lpVtbl->QueryRows(table, BATCH, 0, &more);
		if (FAILED(hr))
			return hr;
		if (*all && !more->cRows)
			break;
		if (limit > 0 && (*all ? (*all)->cRows : 0) + more->cRows > (ULONG)limit) {
			FreeProws(more);
			return MAPI_E_TABLE_TOO_BIG;
		}
		hr = append_rows(all, more);
		if (FAILED(hr)) {
			FreeProws(more);
			return hr;
		}
		if (!(*all)->cRows)
			return S_OK;
	}
	FreeProws(more);
	return S_OK;
}

HRESULT
HrQueryAllRows(LPMAPITABLE table, LPSPropTagArray columns, LPSRestriction restriction,
    LPSSortOrderSet order, LONG limit, LPSRowSet *out)
{
	SRowSet *all = NULL;
	HRESULT hr = S_OK;

	if (!table || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (columns)
		hr = table->lpVtbl->SetColumns(table, columns, TBL_BATCH);
	if (SUCCEEDED(hr) && restriction)
		hr = table->lpVtbl->Restrict(table, restriction, TBL_BATCH);
	if (SUCCEEDED(hr) && order)
		hr = table->lpVtbl->SortTable(table, order, TBL_BATCH);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SeekRow(table, BOOKMARK_BEGINNING, 0, NULL);
	if (SUCCEEDED(hr))
		hr = read_all(table, limit, &all);
	if (FAILED(hr))
		FreeProws(all);
	else
		*out = all;
	return hr;
}

/* --- Columns ------------------------------------------------------------------------------- */

static bool
has_column(const SPropTagArray *columns, ULONG tag)
{
	ULONG i;

	for (i = 0; i < columns->cValues; i++)
		if (columns->aulPropTag[i] == tag)
			return true;
	return false;
}

/* The new columns first, in their order, then those that the table shows now. */
static HRESULT
join_columns(const SPropTagArray *first, const SPropTagArray *rest, SPropTagArray **out)
{
	SPropTagArray *all;
	ULONG i;

	all = mem_zalloc(NULL, CbNewSPropTagArray((size_t)first->cValues + rest->cValues));
	if (!all)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < first->cValues; i++)
		all->aulPropTag[all->cValues++] = first->aulPropTag[i];
	for (i = 0; i < rest->cValues; i++)
		if (!has_column(first, rest->aulPropTag[i]))
			all->aulPropTag[all->cValues++] = rest->aulPropTag[i];
	*out = all;
	return S_OK;
}

HRESULT
HrAddColumnsEx(LPMAPITABLE table, LPSPropTagArray columns, LPALLOCATEBUFFER allocate,
    LPFREEBUFFER release, void (*filter)(LPSPropTagArray))
{
	SPropTagArray *present = NULL, *all = NULL;
	HRESULT hr;

	if (!table || !columns)
		return MAPI_E_INVALID_PARAMETER;
	hr = table->lpVtbl->QueryColumns(table, 0, &present);
	if (FAILED(hr))
		return hr;
	if (filter)
		filter(present);
	hr = join_columns(columns, present, &all);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, all, 0);
	mem_free(all);
	mem_free(present);
	return hr;
}

HRESULT
HrAddColumns(
    LPMAPITABLE table, LPSPropTagArray columns, LPALLOCATEBUFFER allocate, LPFREEBUFFER release)
{
	return HrAddColumnsEx(table, columns, allocate, release, NULL);
}
