/* SPDX-License-Identifier: MIT */
/* What all entries and containers say of themselves. */
#include "abp_private.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "adrlist.h"
#include "mem.h"
#include "table.h"

/* A list without an address of its own is one that the sender's side takes apart. */
#define PRIVATE_LIST "MAPIPDL"

static HRESULT
set_id(struct bag *bag, ULONG tag, const SBinary *id)
{
	return bag_set_binary(bag, tag, id->lpb, id->cb);
}

static HRESULT
set_ids(struct abp_logon *logon, const struct abp_row *row)
{
	static const ULONG tags[] = { PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY };
	SBinary id;
	HRESULT hr = abp_id_create(&logon->uid, row->type, row->bytes, NULL, &id);

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(tags); i++)
		hr = set_id(row->bag, tags[i], &id);
	mem_free(id.lpb);
	return hr;
}

static HRESULT
set_default(struct bag *bag, ULONG tag, const char *text)
{
	return bag_get(bag, tag) ? S_OK : bag_set_text(bag, tag, text);
}

static HRESULT
set_address(struct bag *bag)
{
	g_autofree char *address = NULL, *type = NULL;
	HRESULT hr = bag_copy_text(bag, PR_EMAIL_ADDRESS_W, &address);

	if (!address || !*address)
		return hr;
	hr = set_default(bag, PR_ADDRTYPE_W, "SMTP");
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_ADDRTYPE_W, &type);
	if (SUCCEEDED(hr) && type && !g_ascii_strcasecmp(type, "SMTP"))
		hr = bag_set_text(bag, PR_SMTP_ADDRESS_W, address);
	if (SUCCEEDED(hr) && type)
		hr = adr_set_search_key(bag, type, address);
	return hr;
}

/* A list's search key is its entry ID where it has no address. */
static HRESULT
set_list(struct bag *bag)
{
	const SPropValue *id = bag_get(bag, PR_ENTRYID);
	g_autofree char *name = NULL;
	HRESULT hr;

	if (bag_get(bag, PR_EMAIL_ADDRESS_W))
		return S_OK;
	hr = bag_copy_text(bag, PR_DISPLAY_NAME_W, &name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_ADDRTYPE_W, PRIVATE_LIST);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_EMAIL_ADDRESS_W, name ? name : "");
	if (SUCCEEDED(hr) && id)
		hr = set_id(bag, PR_SEARCH_KEY, &id->Value.bin);
	return hr;
}

HRESULT
abp_complete(struct abp_logon *logon, const struct abp_row *row)
{
	struct bag *bag = row->bag;
	bool list = row->type == MAPI_DISTLIST;
	ULONG display = !list ? DT_MAILUSER : logon->ops->write ? DT_PRIVATE_DISTLIST : DT_DISTLIST;
	HRESULT hr = S_OK;

	if (!row->bytes) /* another's, who has said all of it */
		return bag_get(bag, PR_INSTANCE_KEY) || !bag_get(bag, PR_ENTRYID)
			   ? S_OK
			   : set_id(bag, PR_INSTANCE_KEY, &bag_get(bag, PR_ENTRYID)->Value.bin);
	hr = set_ids(logon, row);
	if (SUCCEEDED(hr))
		hr = set_address(bag);
	if (SUCCEEDED(hr) && list)
		hr = set_list(bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, (LONG)row->type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, (LONG)display);
	return hr;
}

/* --- Containers ---------------------------------------------------------------------------- */

static HRESULT
set_template(struct abp_logon *logon, struct bag *bag, ULONG tag, ULONG type)
{
	SBinary id;
	HRESULT hr = abp_id_create(&logon->uid, type, NULL, NULL, &id);

	if (SUCCEEDED(hr))
		hr = set_id(bag, tag, &id);
	mem_free(id.lpb);
	return hr;
}

static HRESULT
describe_book(struct abp_logon *logon, struct bag *bag)
{
	bool writable = logon->ops->write != NULL;
	ULONG flags = AB_RECIPIENTS | (writable ? AB_MODIFIABLE : AB_UNMODIFIABLE) |
		      logon->ops->container_flags;
	ULONG access =
	    MAPI_ACCESS_READ | (writable ? MAPI_ACCESS_CREATE_CONTENTS | MAPI_ACCESS_MODIFY : 0);
	HRESULT hr = bag_set_long(bag, PR_CONTAINER_FLAGS, (LONG)flags);

	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, (LONG)logon->ops->display_type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS, (LONG)access);
	if (SUCCEEDED(hr) && writable)
		hr = set_template(logon, bag, PR_DEF_CREATE_MAILUSER, MAPI_MAILUSER);
	if (SUCCEEDED(hr) && writable)
		hr = set_template(logon, bag, PR_DEF_CREATE_DL, MAPI_DISTLIST);
	return hr;
}

static HRESULT
describe_root(struct bag *bag)
{
	HRESULT hr =
	    bag_set_long(bag, PR_CONTAINER_FLAGS, (LONG)(AB_SUBCONTAINERS | AB_UNMODIFIABLE));

	return SUCCEEDED(hr) ? bag_set_long(bag, PR_DISPLAY_TYPE, (LONG)DT_NOT_SPECIFIC) : hr;
}

HRESULT
abp_describe_container(struct abp_logon *logon, enum abp_kind kind, struct bag *bag)
{
	struct abp_row row = { kind == ABP_BOOK ? MAPI_ABCONT : 0, NULL, bag };
	HRESULT hr = set_ids(logon, &row);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, logon->name);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_ABCONT);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_AB_PROVIDER_ID, &logon->uid, sizeof logon->uid);
	if (SUCCEEDED(hr))
		hr = kind == ABP_BOOK ? describe_book(logon, bag) : describe_root(bag);
	return hr;
}

HRESULT
abp_hierarchy(struct abp_logon *logon, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows = table_rows_create();
	struct bag *bag = bag_create();
	HRESULT hr = rows && bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = abp_describe_container(logon, ABP_BOOK, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DEPTH, 0);
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	if (SUCCEEDED(hr))
		return table_create(rows, NULL, flags & MAPI_UNICODE, out);
	table_rows_free(rows);
	return hr;
}

/* --- Exact names --------------------------------------------------------------------------- */

bool
abp_is_exactly(const struct bag *bag, const char *typed)
{
	static const ULONG tags[] = { PR_DISPLAY_NAME_W, PR_NICKNAME_W, PR_ACCOUNT_W,
		PR_SMTP_ADDRESS_W, PR_EMAIL_ADDRESS_W };
	g_autofree char *wanted = g_utf8_casefold(typed, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
		g_autofree char *text = bag_get_text(bag, tags[i]);
		g_autofree char *folded = text ? g_utf8_casefold(text, -1) : NULL;

		if (folded && !strcmp(folded, wanted))
			return true;
	}
	return false;
}
