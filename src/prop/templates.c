/* SPDX-License-Identifier: MIT */
/* One-off tables: see templates.h. */
#include "templates.h"

#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"

static HRESULT
put_template(struct bag *bag, const struct template *template)
{
	HRESULT hr = bag_set_text(bag, PR_DISPLAY_NAME_W, template->name);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_ADDRTYPE_W, template->address);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, (LONG) template->display_type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DEPTH, 0);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_SELECTABLE, true);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_ENTRYID, template->id.lpb, template->id.cb);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, template->id.lpb, template->id.cb);
	return hr;
}

HRESULT
templates_add(struct table_rows *rows, const struct template *template)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? put_template(bag, template) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

HRESULT
templates_table(struct table_rows *rows, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(
	    7, columns) = { 7, { PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_DISPLAY_TYPE, PR_DEPTH,
				   PR_SELECTABLE, PR_ENTRYID, PR_INSTANCE_KEY } };

	return table_create(
	    rows, (const SPropTagArray *)(const void *)&columns, flags & MAPI_UNICODE, out);
}
