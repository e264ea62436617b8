/* SPDX-License-Identifier: MIT */
/* Templates: what IABContainer::CreateEntry makes new entries from (MAPI reference: Implementing a
 * Container One-Off Table). */
#include "abp_private.h"

#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"
#include "templates.h"

static const struct {
	ULONG type;
	const char *name, *address;
	ULONG display_type;
} kinds[] = {
	{ MAPI_MAILUSER, "Contact", "SMTP", DT_MAILUSER },
	{ MAPI_DISTLIST, "Distribution list", "", DT_PRIVATE_DISTLIST },
};

HRESULT
abp_templates(struct abp_logon *logon, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows;
	HRESULT hr = S_OK;

	*out = NULL;
	if (!logon->ops->write)
		return MAPI_E_NO_SUPPORT;
	rows = table_rows_create();
	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(kinds); i++) {
		struct template row = { kinds[i].name, kinds[i].address, kinds[i].display_type,
			{ 0, NULL } };

		hr = abp_id_create(&logon->uid, kinds[i].type, NULL, NULL, &row.id);
		if (SUCCEEDED(hr))
			hr = templates_add(rows, &row);
		mem_free(row.id.lpb);
	}
	if (SUCCEEDED(hr))
		return templates_table(rows, flags, out);
	table_rows_free(rows);
	return hr;
}

HRESULT
abp_describe_template(struct abp_logon *logon, ULONG type, struct bag *bag)
{
	size_t at = type == MAPI_DISTLIST ? 1 : 0;
	SBinary id;
	HRESULT hr = abp_id_create(&logon->uid, type, NULL, NULL, &id);

	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_ENTRYID, id.lpb, id.cb);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, kinds[at].name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_ADDRTYPE_W, kinds[at].address);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, (LONG)type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, (LONG)kinds[at].display_type);
	mem_free(id.lpb);
	return hr;
}
