/* SPDX-License-Identifier: MIT */
/*
 * Recipient lists: see recipient.h.
 *
 * A recipient that comes with an address and no PR_ENTRYID is a one-off and gets one; one that
 * comes with a one-off entry ID and no address gets the address out of it.
 */
#include "recipient.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"
#include "entryid.h"
#include "mem.h"
#include "prop.h"
#include "table.h"

static void
recipient_free(gpointer data)
{
	struct recipient *one = data;

	if (one)
		mem_free(one->props);
	g_free(one);
}

GPtrArray *
recipients_new(void)
{
	return g_ptr_array_new_with_free_func(recipient_free);
}

/* --- One recipient, from what a caller gave ------------------------------------------ */

static HRESULT
recipient_set_text_default(struct bag *bag, ULONG tag, const char *text)
{
	return (bag_get(bag, tag) || !text) ? S_OK : bag_set_text(bag, tag, text);
}

static HRESULT
recipient_from_oneoff(struct bag *bag, const SBinary *id)
{
	struct oneoff *oneoff;
	HRESULT hr;

	if (!oneoff_is(id->lpb, id->cb) || bag_get(bag, PR_EMAIL_ADDRESS_A))
		return S_OK;
	hr = oneoff_decode(id->lpb, id->cb, &oneoff);
	if (FAILED(hr))
		return (hr == MAPI_E_NOT_ENOUGH_MEMORY) ? hr : S_OK;
	hr = recipient_set_text_default(bag, PR_EMAIL_ADDRESS_A, oneoff->address);
	if (SUCCEEDED(hr))
		hr = recipient_set_text_default(bag, PR_ADDRTYPE_A, oneoff->address_type);
	if (SUCCEEDED(hr))
		hr = recipient_set_text_default(bag, PR_DISPLAY_NAME_A, oneoff->name);
	mem_free(oneoff);
	return hr;
}

static HRESULT
recipient_search_key(struct bag *bag, const char *type, const char *address)
{
	char *key, *upper;
	HRESULT hr;

	if (bag_get(bag, PR_SEARCH_KEY))
		return S_OK;
	key = g_strdup_printf("%s:%s", type, address);
	upper = g_ascii_strup(key, -1);
	hr = bag_set_binary(bag, PR_SEARCH_KEY, upper, strlen(upper) + 1);
	g_free(upper);
	g_free(key);
	return hr;
}

static HRESULT
recipient_to_oneoff(struct bag *bag, const char *type, const char *address)
{
	char *name = NULL;
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr;

	hr = bag_copy_text(bag, PR_DISPLAY_NAME_A, &name);
	if (SUCCEEDED(hr))
		hr = oneoff_encode(name ? name : address, type, address, MAPI_UNICODE, &size, &id);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_ENTRYID, id, size);
	mem_free(id);
	g_free(name);
	return hr;
}

/* Fills what follows from the address.  One without any stays unresolved: the spooler says so. */
static HRESULT
recipient_resolve(struct bag *bag)
{
	const SPropValue *id = bag_get(bag, PR_ENTRYID);
	char *address = NULL, *type = NULL;
	HRESULT hr = S_OK;

	if (id && PROP_TYPE(id->ulPropTag) == PT_BINARY)
		hr = recipient_from_oneoff(bag, &id->Value.bin);
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_EMAIL_ADDRESS_A, &address);
	if (SUCCEEDED(hr) && address && strchr(address, '@'))
		hr = recipient_set_text_default(bag, PR_ADDRTYPE_A, "SMTP");
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_ADDRTYPE_A, &type);
	if (SUCCEEDED(hr) && address && type) {
		hr = recipient_set_text_default(bag, PR_DISPLAY_NAME_A, address);
		if (SUCCEEDED(hr) && !bag_get(bag, PR_ENTRYID))
			hr = recipient_to_oneoff(bag, type, address);
		if (SUCCEEDED(hr))
			hr = recipient_search_key(bag, type, address);
	}
	g_free(type);
	g_free(address);
	return hr;
}

static HRESULT
recipient_fill(struct bag *bag, ULONG row)
{
	HRESULT hr;

	hr = bag_set_long(bag, PR_ROWID, (LONG)row);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_RECIPIENT_TYPE))
		hr = bag_set_long(bag, PR_RECIPIENT_TYPE, MAPI_TO);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_OBJECT_TYPE))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_MAILUSER);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_DISPLAY_TYPE))
		hr = bag_set_long(bag, PR_DISPLAY_TYPE, DT_MAILUSER);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_RESPONSIBILITY))
		hr = bag_set_bool(bag, PR_RESPONSIBILITY, false);
	return SUCCEEDED(hr) ? recipient_resolve(bag) : hr;
}

static HRESULT
recipient_gather(struct bag *bag, const ADRENTRY *entry)
{
	HRESULT hr = S_OK;
	ULONG at;

	for (at = 0; at < entry->cValues && SUCCEEDED(hr); at++) {
		const SPropValue *value = &entry->rgPropVals[at];

		switch (PROP_TYPE(value->ulPropTag)) {
		case PT_ERROR:
			continue;
		case PT_NULL:
		case PT_OBJECT:
		case PT_UNSPECIFIED:
			return MAPI_E_INVALID_PARAMETER;
		default:
			hr = prop_check(value);
			if (SUCCEEDED(hr))
				hr = bag_set(bag, value);
		}
	}
	return hr;
}

static HRESULT
recipient_make(const ADRENTRY *entry, ULONG row, struct recipient **out)
{
	struct recipient *one;
	struct bag *bag = bag_create();
	HRESULT hr;

	*out = NULL;
	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	one = g_new0(struct recipient, 1);
	one->row = row;
	hr = recipient_gather(bag, entry);
	if (SUCCEEDED(hr))
		hr = recipient_fill(bag, row);
	if (SUCCEEDED(hr))
		hr = prop_copy_array(bag_values(bag), bag_count(bag), &one->props);
	one->count = bag_count(bag);
	bag_free(bag);
	if (FAILED(hr))
		recipient_free(one);
	else
		*out = one;
	return hr;
}

HRESULT
recipients_copy(const GPtrArray *from, GPtrArray **out)
{
	GPtrArray *list = recipients_new();
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; at < from->len && SUCCEEDED(hr); at++) {
		const struct recipient *one = g_ptr_array_index(from, at);
		struct recipient *copy = g_new0(struct recipient, 1);

		copy->row = one->row;
		copy->count = one->count;
		hr = prop_copy_array(one->props, one->count, &copy->props);
		g_ptr_array_add(list, copy);
	}
	if (FAILED(hr)) {
		g_ptr_array_unref(list);
		return hr;
	}
	*out = list;
	return S_OK;
}

/* --- Changes ------------------------------------------------------------------------- */

static struct recipient *
recipient_find(const GPtrArray *list, ULONG row, guint *index)
{
	guint at;

	for (at = 0; at < list->len; at++) {
		struct recipient *one = g_ptr_array_index(list, at);

		if (one->row == row) {
			*index = at;
			return one;
		}
	}
	return NULL;
}

/* The recipient that an entry names by PR_ROWID. */
static HRESULT
entry_find(const GPtrArray *list, const ADRENTRY *entry, guint *index)
{
	const SPropValue *row = prop_find(entry->rgPropVals, entry->cValues, PR_ROWID);

	if (!row)
		return MAPI_E_INVALID_PARAMETER;
	return recipient_find(list, (ULONG)row->Value.l, index) ? S_OK : MAPI_E_NOT_FOUND;
}

/* All new rows are made before the list is touched: the call does all or nothing. */
static HRESULT
prepare(
    const GPtrArray *list, ULONG *next_row, ULONG flags, const ADRLIST *entries, GPtrArray *made)
{
	ULONG at, next = *next_row;
	HRESULT hr = S_OK;

	for (at = 0; at < entries->cEntries && SUCCEEDED(hr); at++) {
		const ADRENTRY *entry = &entries->aEntries[at];
		struct recipient *one = NULL;
		ULONG row = next;
		guint index;

		if (!entry->cValues || !entry->rgPropVals)
			continue; /* a NULL recipient */
		if (flags & (MODRECIP_MODIFY | MODRECIP_REMOVE)) {
			hr = entry_find(list, entry, &index);
			if (FAILED(hr))
				break;
			row = ((struct recipient *)g_ptr_array_index(list, index))->row;
		} else {
			next++;
		}
		hr = recipient_make(entry, row, &one);
		if (SUCCEEDED(hr))
			g_ptr_array_add(made, one);
	}
	if (SUCCEEDED(hr))
		*next_row = next;
	return hr;
}

static void
apply(GPtrArray *list, ULONG flags, GPtrArray *made)
{
	guint at, index;

	if (!flags)
		g_ptr_array_set_size(list, 0);
	for (at = 0; at < made->len; at++) {
		struct recipient *one = g_ptr_array_index(made, at);

		if ((flags & (MODRECIP_MODIFY | MODRECIP_REMOVE)) &&
		    recipient_find(list, one->row, &index)) {
			if (flags & MODRECIP_REMOVE) {
				g_ptr_array_remove_index(list, index);
				continue;
			}
			recipient_free(g_ptr_array_index(list, index));
			g_ptr_array_index(list, index) = one;
		} else if (!(flags & MODRECIP_REMOVE)) {
			g_ptr_array_add(list, one);
		} else {
			continue;
		}
		g_ptr_array_index(made, at) = NULL;
	}
}

HRESULT
recipients_modify(GPtrArray *list, ULONG *next_row, ULONG flags, const ADRLIST *entries)
{
	GPtrArray *made;
	HRESULT hr = S_OK;

	if (flags && flags != MODRECIP_ADD && flags != MODRECIP_MODIFY && flags != MODRECIP_REMOVE)
		return MAPI_E_UNKNOWN_FLAGS;
	if (!entries && flags)
		return MAPI_E_INVALID_PARAMETER;
	made = recipients_new();
	if (entries)
		hr = prepare(list, next_row, flags, entries, made);
	if (SUCCEEDED(hr))
		apply(list, flags, made);
	g_ptr_array_unref(made);
	return hr;
}

/* --- The table ----------------------------------------------------------------------- */

static const ULONG table_columns[] = {
	PR_ROWID,
	PR_RECIPIENT_TYPE,
	PR_DISPLAY_NAME_A,
	PR_ADDRTYPE_A,
	PR_EMAIL_ADDRESS_A,
	PR_ENTRYID,
	PR_SEARCH_KEY,
	PR_RESPONSIBILITY,
	PR_OBJECT_TYPE,
	PR_DISPLAY_TYPE,
};

static void
columns_add(GArray *columns, ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag);
	guint at;

	if (type == PT_STRING8 || type == PT_UNICODE)
		tag = CHANGE_PROP_TYPE(tag, (flags & MAPI_UNICODE) ? PT_UNICODE : PT_STRING8);
	for (at = 0; at < columns->len; at++)
		if (PROP_ID(g_array_index(columns, ULONG, at)) == PROP_ID(tag))
			return;
	g_array_append_val(columns, tag);
}

/* The usual columns, then whatever else the rows have, so that a client that reads all rows and
 * gives them back to ModifyRecipients loses nothing. */
static SPropTagArray *
recipient_columns(const GPtrArray *list, ULONG flags)
{
	GArray *columns = g_array_new(FALSE, FALSE, sizeof(ULONG));
	SPropTagArray *tags;
	ULONG value;
	guint at;

	for (at = 0; at < G_N_ELEMENTS(table_columns); at++)
		columns_add(columns, table_columns[at], flags);
	for (at = 0; at < list->len; at++) {
		const struct recipient *one = g_ptr_array_index(list, at);

		for (value = 0; value < one->count; value++)
			columns_add(columns, one->props[value].ulPropTag, flags);
	}
	tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)columns->len));
	if (tags) {
		tags->cValues = columns->len;
		memcpy(tags->aulPropTag, columns->data, columns->len * sizeof(ULONG));
	}
	g_array_unref(columns);
	return tags;
}

HRESULT
recipients_table(const GPtrArray *list, ULONG flags, IMAPITable **out)
{
	struct table_rows *rows = table_rows_create();
	SPropTagArray *columns = recipient_columns(list, flags);
	HRESULT hr = rows && columns ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint at;

	for (at = 0; at < list->len && SUCCEEDED(hr); at++) {
		const struct recipient *one = g_ptr_array_index(list, at);

		hr = table_rows_add(rows, one->props, one->count);
	}
	if (SUCCEEDED(hr)) {
		hr = table_create(rows, columns, flags, out);
		rows = NULL;
	}
	if (rows)
		table_rows_free(rows);
	mem_free(columns);
	return hr;
}

static HRESULT
summarize_type(const GPtrArray *list, LONG type, struct bag *bag, ULONG tag)
{
	GString *text = g_string_new(NULL);
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; at < list->len && SUCCEEDED(hr); at++) {
		const struct recipient *one = g_ptr_array_index(list, at);
		LONG kind = prop_find_long(one->props, one->count, PR_RECIPIENT_TYPE, MAPI_TO);
		char *name;

		if ((kind & 0xf) != type)
			continue;
		hr = props_copy_text(one->props, one->count, PR_DISPLAY_NAME_A, &name);
		if (SUCCEEDED(hr) && !name)
			hr = props_copy_text(one->props, one->count, PR_EMAIL_ADDRESS_A, &name);
		if (text->len)
			g_string_append(text, "; ");
		g_string_append(text, name ? name : "");
		g_free(name);
	}
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tag, text->str);
	g_string_free(text, TRUE);
	return hr;
}

HRESULT
recipients_summarize(const GPtrArray *list, struct bag *bag)
{
	HRESULT hr = summarize_type(list, MAPI_TO, bag, PR_DISPLAY_TO_A);

	if (SUCCEEDED(hr))
		hr = summarize_type(list, MAPI_CC, bag, PR_DISPLAY_CC_A);
	if (SUCCEEDED(hr))
		hr = summarize_type(list, MAPI_BCC, bag, PR_DISPLAY_BCC_A);
	return hr;
}
