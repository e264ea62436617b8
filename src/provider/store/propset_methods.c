/* SPDX-License-Identifier: MIT */
/* IMAPIProp's bodies on a property set: see propset.h. */
#include "propset.h"

#include <string.h>
#include <mapicode.h>
#include "blob.h"
#include "mem.h"
#include "prop.h"

/* GetProps hands out whole values up to here; larger ones are for streams (pywin32.md trap 15). */
#define WHOLE_VALUE_MAX (64 * 1024 * 1024)
/* Characters or bytes in a table. */
#define CUT 255

static HRESULT
long_decode(const struct long_value *from, BYTE *data, void *root, SPropValue *out)
{
	SPropValue *values;
	ULONG count;
	HRESULT hr;

	out->ulPropTag = from->tag;
	switch (PROP_TYPE(from->tag)) {
	case PT_BINARY:
		out->Value.bin.cb = (ULONG)from->size;
		out->Value.bin.lpb = data;
		return S_OK;
	case PT_STRING8:
		out->Value.lpszA = (char *)data;
		return S_OK;
	case PT_UNICODE:
		out->Value.lpszW = (WCHAR *)(void *)data;
		return S_OK;
	default:
		hr = blob_decode(data, from->size, &values, &count);
		if (SUCCEEDED(hr) && count != 1)
			hr = MAPI_E_CORRUPT_STORE;
		if (SUCCEEDED(hr))
			hr = prop_copy(root, values, out);
		mem_free(values);
		return hr;
	}
}

HRESULT
long_value_read(struct store *store, const struct long_value *from, void *root, SPropValue *out)
{
	BYTE *data;
	HRESULT hr;

	if (from->size > WHOLE_VALUE_MAX) {
		prop_set_error(out, from->tag, MAPI_E_NOT_ENOUGH_MEMORY);
		return S_OK;
	}
	hr = lob_load(store->db, from->id, from->size, root, &data);
	return FAILED(hr) ? hr : long_decode(from, data, root, out);
}

/* Bytes of the first CUT characters of UTF-8; what is none counts by the byte. */
static size_t
cut_utf8(const BYTE *text, size_t size)
{
	size_t at = 0;
	unsigned characters;

	for (characters = 0; characters < CUT && at < size; characters++)
		for (at++; at < size && (text[at] & 0xC0) == 0x80;)
			at++;
	return at;
}

HRESULT
long_value_cut(struct store *store, const struct long_value *from, void *root, SPropValue *out)
{
	struct long_value part = *from;
	ULONG type = PROP_TYPE(from->tag);
	WCHAR *units;
	BYTE *data;
	HRESULT hr;

	if (type != PT_STRING8 && type != PT_UNICODE && type != PT_BINARY)
		return long_value_read(store, from, root, out);
	part.size = MIN(part.size, type == PT_STRING8  ? 4 * CUT
				   : type == PT_BINARY ? CUT
						       : 2 * CUT);
	hr = lob_load(store->db, part.id, part.size, root, &data);
	if (FAILED(hr))
		return hr;
	if (type == PT_STRING8)
		data[cut_utf8(data, part.size)] = 0;
	units = (WCHAR *)(void *)data;
	if (type == PT_UNICODE && part.size == 2 * CUT && (units[CUT - 1] & 0xFC00) == 0xD800)
		units[CUT - 1] = 0; /* no half of a character */
	return long_decode(&part, data, root, out);
}

static bool
tags_ask_for(const SPropTagArray *tags, ULONG tag)
{
	ULONG at;

	for (at = 0; tags && at < tags->cValues; at++)
		if (PROP_ID(tags->aulPropTag[at]) == PROP_ID(tag))
			return true;
	return false;
}

/* The bag's values and the long ones that are asked for; on asking for all, a long one is
 * PT_ERROR.  The array is a MAPI buffer; what it points to belongs to it or to the bag. */
static HRESULT
propset_gather(struct store *store, struct propset *set, const SPropTagArray *tags,
    SPropValue **out, ULONG *count)
{
	ULONG in_bag = bag_count(set->bag);
	SPropValue *values;
	HRESULT hr = S_OK;
	guint at;

	values = mem_zalloc(NULL, ((size_t)in_bag + set->longs->len + 1) * sizeof(*values));
	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (in_bag)
		memcpy(values, bag_values(set->bag), in_bag * sizeof(*values));
	*count = in_bag;
	for (at = 0; at < set->longs->len && SUCCEEDED(hr); at++) {
		const struct long_value *from = &g_array_index(set->longs, struct long_value, at);

		if (!tags)
			prop_set_error(&values[(*count)++], from->tag, MAPI_E_NOT_ENOUGH_MEMORY);
		else if (tags_ask_for(tags, from->tag))
			hr = long_value_read(store, from, values, &values[(*count)++]);
	}
	if (FAILED(hr)) {
		mem_free(values);
		return hr;
	}
	*out = values;
	return S_OK;
}

/* A value that is there but too large says so. */
static void
mark_too_large(const struct propset *set, SPropValue *values, ULONG count)
{
	ULONG at;

	for (at = 0; at < count; at++)
		if (PROP_TYPE(values[at].ulPropTag) == PT_ERROR &&
		    values[at].Value.err == MAPI_E_NOT_FOUND &&
		    propset_find_long(set, values[at].ulPropTag))
			values[at].Value.err = MAPI_E_NOT_ENOUGH_MEMORY;
}

static ULONG
tag_for_flags(ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag) & ~(ULONG)MV_FLAG, mv = PROP_TYPE(tag) & MV_FLAG;

	if (type == PT_STRING8 || type == PT_UNICODE)
		return CHANGE_PROP_TYPE(
		    tag, mv | ((flags & MAPI_UNICODE) ? PT_UNICODE : PT_STRING8));
	return tag;
}

HRESULT
propset_get_prop_list(struct propset *set, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *some, *all;
	HRESULT hr;
	guint at;

	hr = bag_get_prop_list(set->bag, flags, &some);
	if (FAILED(hr) || !set->longs->len) {
		*out = FAILED(hr) ? NULL : some;
		return hr;
	}
	all = mem_zalloc(NULL, CbNewSPropTagArray((size_t)some->cValues + set->longs->len));
	if (all) {
		memcpy(all, some, CbSPropTagArray(some));
		for (at = 0; at < set->longs->len; at++)
			all->aulPropTag[all->cValues++] = tag_for_flags(
			    g_array_index(set->longs, struct long_value, at).tag, flags);
	}
	mem_free(some);
	*out = all;
	return all ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
propset_get_props(struct store *store, struct propset *set, const SPropTagArray *tags, ULONG flags,
    ULONG *count, SPropValue **out)
{
	SPropTagArray *all = NULL;
	SPropValue *values;
	ULONG gathered;
	HRESULT hr;

	if (!set->longs->len)
		return bag_get_props(set->bag, tags, flags, count, out);
	hr = propset_gather(store, set, tags, &values, &gathered);
	if (FAILED(hr))
		return hr;
	if (!tags)
		hr = propset_get_prop_list(set, flags, &all);
	if (SUCCEEDED(hr))
		hr = props_select(values, gathered, tags ? tags : all, flags, count, out);
	mem_free(all);
	mem_free(values);
	if (SUCCEEDED(hr))
		mark_too_large(set, *out, *count);
	return hr;
}

HRESULT
propset_set_props(struct store *store, struct propset *set, ULONG count, const SPropValue *values,
    const ULONG *readonly, SPropProblemArray **problems)
{
	HRESULT hr;
	ULONG at;

	hr = bag_set_props(set->bag, count, values, readonly, problems);
	if (FAILED(hr))
		return hr;
	for (at = 0; at < count; at++)
		if (bag_get(set->bag, values[at].ulPropTag))
			propset_drop_long(store, set, values[at].ulPropTag);
	set->dirty = true;
	return hr;
}

HRESULT
propset_delete_props(struct store *store, struct propset *set, const SPropTagArray *tags,
    const ULONG *readonly, SPropProblemArray **problems)
{
	HRESULT hr = S_OK;
	ULONG at;

	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	for (at = 0; at < tags->cValues && SUCCEEDED(hr); at++) {
		ULONG tag = tags->aulPropTag[at];

		if (!propset_find_long(set, tag) || tag_listed(readonly, tag))
			continue;
		/* Stands in for the long value, so that the bag finds something to delete. */
		hr = bag_set_bool(set->bag, CHANGE_PROP_TYPE(tag, PT_BOOLEAN), true);
		if (SUCCEEDED(hr))
			propset_drop_long(store, set, tag);
	}
	if (SUCCEEDED(hr))
		hr = bag_delete_props(set->bag, tags, readonly, problems);
	set->dirty = true;
	return hr;
}
