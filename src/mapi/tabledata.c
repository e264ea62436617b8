/* SPDX-License-Identifier: MIT */
/* CreateTable (MAPI reference: CreateTable): the rows are src/prop/table_data.h. */
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "table_data.h"

/* Memory is MAPI's own: the allocators that MAPI gives out are the only ones it hands to anybody.
 */
SCODE
CreateTable(LPCIID interface, ALLOCATEBUFFER *allocate, ALLOCATEMORE *allocate_more,
    FREEBUFFER *free_buffer, LPVOID reserved, ULONG type, ULONG key, LPSPropTagArray columns,
    LPTABLEDATA *out)
{
	struct table_data_making making = { .type = type, .key = key, .columns = columns };

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (reserved || type > TBLTYPE_DYNAMIC || !PROP_ID(key) || !columns || !columns->cValues)
		return MAPI_E_INVALID_PARAMETER;
	if (interface && !IsEqualGUID(interface, &IID_IMAPITableData))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	return table_data_create(&making, out);
}
