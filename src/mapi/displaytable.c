/* SPDX-License-Identifier: MIT */
/* BuildDisplayTable (MAPI reference: BuildDisplayTable): the rows are src/prop/display.h. */
#include <mapicode.h>
#include <mapiutil.h>
#include "com.h"
#include "display.h"

/* Memory is MAPI's own, as CreateTable's.  There are no dialogue resources: `instance` and the
 * names of resources say nothing, and labels are those that the control structures bring. */
HRESULT
BuildDisplayTable(LPALLOCATEBUFFER allocate, LPALLOCATEMORE allocate_more, LPFREEBUFFER free_buffer,
    LPMALLOC allocator, HINSTANCE instance, UINT count, LPDTPAGE pages, ULONG flags,
    LPMAPITABLE *table, LPTABLEDATA *data)
{
	ITableData *rows = NULL;
	HRESULT hr;

	if (!table || (count && !pages))
		return MAPI_E_INVALID_PARAMETER;
	*table = NULL;
	if (data)
		*data = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = display_rows(pages, count, flags, &rows);
	if (SUCCEEDED(hr))
		hr = rows->lpVtbl->HrGetView(rows, NULL, NULL, 0, table);
	if (SUCCEEDED(hr) && data)
		*data = rows;
	else
		COM_CLEAR(rows);
	return hr;
}
