/* SPDX-License-Identifier: MIT */
/* Lists of recipients: see adrlist.h. */
#include "adrlist.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"
#include "mem.h"
#include "prop.h"

HRESULT
adr_set_search_key(struct bag *bag, const char *address_type, const char *address)
{
	g_autofree char *plain = g_strdup_printf("%s:%s", address_type, address);
	g_autofree char *upper = g_ascii_strup(plain, -1);

	return bag_set_binary(bag, PR_SEARCH_KEY, upper, strlen(upper) + 1);
}

void
adr_replace(ADRENTRY *entry, SPropValue *values, ULONG count)
{
	mem_free(entry->rgPropVals);
	entry->rgPropVals = values;
	entry->cValues = count;
}

static bool
is_asked(const SPropTagArray *tags, ULONG tag)
{
	ULONG i;

	for (i = 0; i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag))
			return true;
	return false;
}

/* A bag of what is known, under what the entry says itself. */
static HRESULT
merge(const ADRENTRY *entry, const struct bag *known, struct bag **out)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && known)
		hr = bag_set_array(bag, bag_values(known), bag_count(known));
	for (ULONG i = 0; SUCCEEDED(hr) && i < entry->cValues; i++)
		if (PROP_TYPE(entry->rgPropVals[i].ulPropTag) != PT_ERROR)
			hr = bag_set(bag, &entry->rgPropVals[i]);
	if (FAILED(hr)) {
		bag_free(bag);
		bag = NULL;
	}
	*out = bag;
	return hr;
}

HRESULT
adr_prepare(ADRENTRY *entry, const SPropTagArray *tags, const struct bag *known)
{
	SPropValue *values = NULL, *asked = NULL;
	struct bag *bag = NULL;
	ULONG count = 0, i;
	HRESULT hr = merge(entry, known, &bag);

	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, tags, 0, &count, &asked);
	if (FAILED(hr))
		goto out;
	values = mem_zalloc(NULL, ((size_t)count + entry->cValues) * sizeof *values);
	hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = prop_copy(values, &asked[i], &values[i]);
	for (i = 0; SUCCEEDED(hr) && i < entry->cValues; i++)
		if (!is_asked(tags, entry->rgPropVals[i].ulPropTag))
			hr = prop_copy(values, &entry->rgPropVals[i], &values[count++]);
	if (SUCCEEDED(hr))
		adr_replace(entry, g_steal_pointer(&values), count);
out:
	mem_free(values);
	mem_free(asked);
	bag_free(bag);
	return FAILED(hr) ? hr : S_OK;
}

/* Only the columns, less those that are not there. */
static HRESULT
pick(const struct bag *found, const SPropTagArray *tags, struct bag *out)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < tags->cValues; i++) {
		const SPropValue *value = bag_get(found, tags->aulPropTag[i]);

		if (value)
			hr = bag_set(out, value);
	}
	return hr;
}

HRESULT
adr_resolve(ADRENTRY *entry, const SPropTagArray *tags, ULONG flags, const struct bag *found)
{
	/* The object's, not the recipient's. */
	static const ULONG gone[] = { PR_ACCESS, PR_ACCESS_LEVEL, PR_INSTANCE_KEY };
	struct bag *bag = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = merge(entry, NULL, &bag);

	if (SUCCEEDED(hr))
		hr = tags ? pick(found, tags, bag)
			  : bag_set_array(bag, bag_values(found), bag_count(found));
	for (size_t i = 0; SUCCEEDED(hr) && !tags && i < G_N_ELEMENTS(gone); i++)
		bag_remove(bag, gone[i]);
	if (SUCCEEDED(hr))
		hr = bag_get_props(bag, NULL, flags & MAPI_UNICODE, &count, &values);
	bag_free(bag);
	if (FAILED(hr))
		return hr;
	adr_replace(entry, values, count);
	return S_OK;
}
