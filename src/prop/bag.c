/* SPDX-License-Identifier: MIT */
/* A property set in memory: see bag.h.  Each value that is set has a MAPI buffer of its own for
 * what it points to, so that replacing one frees its data and leaves the others; those that are put
 * in share one. */
#include "bag.h"

#include <glib.h>
#include <string.h>
#include "mem.h"
#include "prop.h"

struct bag {
	SPropValue *values; /* in order of id */
	void **roots;       /* roots[i] holds what values[i] points to */
	ULONG count;
	ULONG room;
	void *shared; /* what values without a root point to; NULL: none was put in */
};

struct bag *
bag_create(void)
{
	return mem_zalloc(NULL, sizeof(struct bag));
}

void
bag_clear(struct bag *bag)
{
	ULONG i;

	for (i = 0; i < bag->count; i++)
		mem_free(bag->roots[i]);
	bag->count = 0;
	mem_free(bag->shared);
	bag->shared = NULL;
}

void
bag_free(struct bag *bag)
{
	if (!bag)
		return;
	bag_clear(bag);
	mem_free(bag->values);
	mem_free(bag->roots);
	mem_free(bag);
}

/* The place of the first value whose id is not below `tag`'s. */
static ULONG
find_place(const struct bag *bag, ULONG tag)
{
	ULONG low = 0, high = bag->count;

	while (low < high) {
		ULONG middle = low + (high - low) / 2;

		if (PROP_ID(bag->values[middle].ulPropTag) < PROP_ID(tag))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_at(const struct bag *bag, ULONG place, ULONG tag)
{
	return place < bag->count && PROP_ID(bag->values[place].ulPropTag) == PROP_ID(tag);
}

/* For so many more. */
static HRESULT
make_room(struct bag *bag, ULONG more)
{
	ULONG room = bag->room ? bag->room * 2 : 16;
	SPropValue *values;
	void **roots;

	if (more <= bag->room - bag->count)
		return S_OK;
	if (more > UINT32_MAX - 1 - bag->count)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	room = MAX(room, bag->count + more);
	values = mem_zalloc(NULL, room * sizeof(*values));
	roots = mem_zalloc(NULL, room * sizeof(*roots));
	if (!values || !roots) {
		mem_free(values);
		mem_free(roots);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (bag->count > 0) {
		memcpy(values, bag->values, bag->count * sizeof(*values));
		memcpy(roots, bag->roots, bag->count * sizeof(*roots));
	}
	mem_free(bag->values);
	mem_free(bag->roots);
	bag->values = values;
	bag->roots = roots;
	bag->room = room;
	return S_OK;
}

/* Puts in a value whose data hang on `root`; takes over `root` on success. */
static HRESULT
insert(struct bag *bag, const SPropValue *value, void *root)
{
	ULONG place = find_place(bag, value->ulPropTag);
	ULONG after = bag->count - place;
	HRESULT hr;

	if (is_at(bag, place, value->ulPropTag)) {
		mem_free(bag->roots[place]);
	} else {
		hr = make_room(bag, 1);
		if (FAILED(hr))
			return hr;
		memmove(bag->values + place + 1, bag->values + place, after * sizeof(*bag->values));
		memmove(bag->roots + place + 1, bag->roots + place, after * sizeof(*bag->roots));
		bag->count++;
	}
	bag->values[place] = *value;
	bag->roots[place] = root;
	return S_OK;
}

static bool
points_elsewhere(const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	return type & MV_FLAG || type == PT_STRING8 || type == PT_UNICODE || type == PT_BINARY ||
	       type == PT_CLSID;
}

HRESULT
bag_set(struct bag *bag, const SPropValue *value)
{
	void *root = NULL;
	SPropValue copy;
	HRESULT hr;

	if (points_elsewhere(value)) {
		root = mem_zalloc(NULL, 0);
		if (!root)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	hr = prop_copy(root, value, &copy);
	if (FAILED(hr))
		goto out;
	hr = insert(bag, &copy, root);
	if (SUCCEEDED(hr))
		root = NULL;
out:
	mem_free(root);
	return hr;
}

void *
bag_shared(struct bag *bag)
{
	if (!bag->shared)
		bag->shared = mem_zalloc(NULL, 0);
	return bag->shared;
}

/* Whether `values` are in order, and none of them is there yet. */
static bool
can_merge(const struct bag *bag, const SPropValue *values, ULONG count)
{
	ULONG i, at = 0;

	for (i = 0; i < count; i++) {
		if (i > 0 && PROP_ID(values[i - 1].ulPropTag) >= PROP_ID(values[i].ulPropTag))
			return false;
		while (at < bag->count &&
		       PROP_ID(bag->values[at].ulPropTag) < PROP_ID(values[i].ulPropTag))
			at++;
		if (is_at(bag, at, values[i].ulPropTag))
			return false;
	}
	return true;
}

/* From the end, so that each value moves once. */
static void
merge(struct bag *bag, const SPropValue *values, ULONG count)
{
	ULONG from = bag->count, to = bag->count + count;

	bag->count = to;
	while (count > 0) {
		const SPropValue *value = &values[count - 1];

		to--;
		if (from > 0 &&
		    PROP_ID(bag->values[from - 1].ulPropTag) > PROP_ID(value->ulPropTag)) {
			from--;
			bag->values[to] = bag->values[from];
			bag->roots[to] = bag->roots[from];
		} else {
			count--;
			bag->values[to] = *value;
			bag->roots[to] = NULL;
		}
	}
}

HRESULT
bag_put(struct bag *bag, const SPropValue *values, ULONG count)
{
	HRESULT hr = S_OK;
	ULONG i;

	if (can_merge(bag, values, count)) {
		hr = make_room(bag, count);
		if (SUCCEEDED(hr))
			merge(bag, values, count);
		return hr;
	}
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = insert(bag, &values[i], NULL);
	return hr;
}

HRESULT
bag_set_array(struct bag *bag, const SPropValue *values, ULONG count)
{
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = bag_set(bag, &values[i]);
	return hr;
}

HRESULT
bag_set_text(struct bag *bag, ULONG tag, const char *utf8)
{
	void *root = mem_zalloc(NULL, 0);
	SPropValue value;
	HRESULT hr;

	if (!root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = prop_set_text(root, &value, tag, utf8);
	if (FAILED(hr))
		goto out;
	hr = insert(bag, &value, root);
	if (SUCCEEDED(hr))
		root = NULL;
out:
	mem_free(root);
	return hr;
}

HRESULT
bag_set_binary(struct bag *bag, ULONG tag, const void *data, size_t size)
{
	SPropValue value = { .ulPropTag = tag };

	if (size > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	value.Value.bin.cb = (ULONG)size;
	value.Value.bin.lpb = (LPBYTE)data;
	return bag_set(bag, &value);
}

HRESULT
bag_set_long(struct bag *bag, ULONG tag, LONG number)
{
	SPropValue value;

	prop_set_long(&value, tag, number);
	return bag_set(bag, &value);
}

HRESULT
bag_set_bool(struct bag *bag, ULONG tag, bool flag)
{
	SPropValue value;

	prop_set_bool(&value, tag, flag);
	return bag_set(bag, &value);
}

bool
bag_remove(struct bag *bag, ULONG tag)
{
	ULONG place = find_place(bag, tag);
	ULONG after = bag->count - place - 1;

	if (!is_at(bag, place, tag))
		return false;
	mem_free(bag->roots[place]);
	memmove(bag->values + place, bag->values + place + 1, after * sizeof(*bag->values));
	memmove(bag->roots + place, bag->roots + place + 1, after * sizeof(*bag->roots));
	bag->count--;
	return true;
}

const SPropValue *
bag_get(const struct bag *bag, ULONG tag)
{
	ULONG place = find_place(bag, tag);

	return is_at(bag, place, tag) ? &bag->values[place] : NULL;
}

char *
bag_get_text(const struct bag *bag, ULONG tag)
{
	const SPropValue *value = bag_get(bag, tag);

	return value ? prop_find_text(value, 1, tag) : NULL;
}

HRESULT
props_copy_text(const SPropValue *values, ULONG count, ULONG tag, char **out)
{
	const SPropValue *value = prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));
	ULONG type = value ? PROP_TYPE(value->ulPropTag) : PT_NULL;

	*out = NULL;
	if (type != PT_STRING8 && type != PT_UNICODE)
		return S_OK;
	*out = prop_find_text(value, 1, tag);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
bag_copy_text(const struct bag *bag, ULONG tag, char **out)
{
	const SPropValue *value = bag_get(bag, tag);

	return props_copy_text(value, value ? 1 : 0, tag, out);
}

LONG
bag_get_long(const struct bag *bag, ULONG tag, LONG fallback)
{
	const SPropValue *value = bag_get(bag, tag);

	return value ? prop_find_long(value, 1, tag, fallback) : fallback;
}

bool
bag_get_bool(const struct bag *bag, ULONG tag, bool fallback)
{
	const SPropValue *value = bag_get(bag, tag);

	return value ? prop_find_bool(value, 1, tag, fallback) : fallback;
}

ULONG
bag_count(const struct bag *bag)
{
	return bag->count;
}

const SPropValue *
bag_values(const struct bag *bag)
{
	return bag->values;
}
