/* SPDX-License-Identifier: MIT */
/* Named properties in memory: see propnames.h. */
#include "propnames.h"

#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "mem.h"

#define FIRST 0x8000u
#define LAST 0xFFFEu
#define UNKNOWN PROP_TAG(PT_ERROR, 0)

struct propnames {
	GPtrArray
	    *list; /* MAPINAMEID, each a MAPI buffer; its place + FIRST is the property's ID */
};

static void
free_name(void *name)
{
	mem_free(name);
}

struct propnames *
propnames_create(void)
{
	struct propnames *names = g_new0(struct propnames, 1);

	names->list = g_ptr_array_new_with_free_func(free_name);
	return names;
}

void
propnames_free(struct propnames *names)
{
	if (!names)
		return;
	g_ptr_array_unref(names->list);
	g_free(names);
}

static bool
is_name(const MAPINAMEID *name)
{
	if (!name || !name->lpguid)
		return false;
	return name->ulKind == MNID_ID ||
	       (name->ulKind == MNID_STRING && name->Kind.lpwstrName && *name->Kind.lpwstrName);
}

static HRESULT
copy_name(void *root, const MAPINAMEID *name, MAPINAMEID **out)
{
	MAPINAMEID *copy = mem_memdup(root, name, sizeof *name);
	void *on = root ? root : copy;

	*out = copy;
	if (copy)
		copy->lpguid = mem_memdup(on, name->lpguid, sizeof *name->lpguid);
	if (copy && name->ulKind == MNID_STRING)
		copy->Kind.lpwstrName = mem_wcsdup(on, name->Kind.lpwstrName);
	if (copy && copy->lpguid && (name->ulKind == MNID_ID || copy->Kind.lpwstrName))
		return S_OK;
	if (!root)
		mem_free(copy);
	*out = NULL;
	return MAPI_E_NOT_ENOUGH_MEMORY;
}

static bool
is_same(MAPINAMEID *there, const MAPINAMEID *name)
{
	return there && FEqualNames(there, (MAPINAMEID *)(uintptr_t)name);
}

/* --- Names to numbers ---------------------------------------------------------------------- */

static HRESULT
tag_of(struct propnames *names, const MAPINAMEID *name, bool create, ULONG *tag)
{
	MAPINAMEID *copy;
	HRESULT hr;

	*tag = UNKNOWN;
	if (!is_name(name))
		return MAPI_E_INVALID_PARAMETER;
	if (IsEqualGUID(name->lpguid, &PS_MAPI)) {
		if (name->ulKind == MNID_ID && name->Kind.lID > 0 && name->Kind.lID < (LONG)FIRST)
			*tag = PROP_TAG(PT_UNSPECIFIED, (ULONG)name->Kind.lID);
		return S_OK;
	}
	for (guint i = 0; i < names->list->len; i++)
		if (is_same(g_ptr_array_index(names->list, i), name))
			*tag = PROP_TAG(PT_UNSPECIFIED, FIRST + i);
	if (*tag != UNKNOWN || !create)
		return S_OK;
	if (names->list->len > LAST - FIRST)
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	hr = copy_name(NULL, name, &copy);
	if (FAILED(hr))
		return hr;
	*tag = PROP_TAG(PT_UNSPECIFIED, FIRST + names->list->len);
	g_ptr_array_add(names->list, copy);
	return S_OK;
}

static HRESULT
all_tags(const struct propnames *names, const GUID *set, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)names->list->len + 1));

	*out = tags;
	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (guint i = 0; i < names->list->len; i++) {
		const MAPINAMEID *name = g_ptr_array_index(names->list, i);

		if (!name || (set && !IsEqualGUID(set, name->lpguid)) ||
		    flags & (name->ulKind == MNID_STRING ? MAPI_NO_STRINGS : MAPI_NO_IDS))
			continue;
		tags->aulPropTag[tags->cValues++] = PROP_TAG(PT_UNSPECIFIED, FIRST + i);
	}
	return S_OK;
}

HRESULT
propnames_get_ids(
    struct propnames *names, ULONG count, MAPINAMEID **wanted, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *tags;
	bool unknown = false;
	HRESULT hr = S_OK;

	if (!out || (count && !wanted) || (!count && flags & MAPI_CREATE))
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_CREATE)
		return MAPI_E_UNKNOWN_FLAGS;
	if (!count)
		return all_tags(names, NULL, 0, out);
	tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)count));
	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	tags->cValues = count;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++) {
		hr = tag_of(names, wanted[i], flags & MAPI_CREATE, &tags->aulPropTag[i]);
		unknown = unknown || tags->aulPropTag[i] == UNKNOWN;
	}
	if (FAILED(hr)) {
		mem_free(tags);
		return hr;
	}
	*out = tags;
	return unknown ? MAPI_W_ERRORS_RETURNED : S_OK;
}

/* --- Files --------------------------------------------------------------------------------- */

ULONG
propnames_count(const struct propnames *names)
{
	return names->list->len;
}

const MAPINAMEID *
propnames_at(const struct propnames *names, ULONG index)
{
	return index < names->list->len ? g_ptr_array_index(names->list, index) : NULL;
}

HRESULT
propnames_put(struct propnames *names, ULONG index, const MAPINAMEID *name)
{
	MAPINAMEID *copy;
	HRESULT hr;

	if (!is_name(name) || index > LAST - FIRST)
		return MAPI_E_INVALID_PARAMETER;
	hr = copy_name(NULL, name, &copy);
	if (FAILED(hr))
		return hr;
	if (index >= names->list->len)
		g_ptr_array_set_size(names->list, (gint)index + 1);
	mem_free(g_ptr_array_index(names->list, index));
	g_ptr_array_index(names->list, index) = copy;
	return S_OK;
}

/* --- Numbers to names ---------------------------------------------------------------------- */

/* *out stays NULL for a number without a name. */
static HRESULT
name_of(const struct propnames *names, void *root, ULONG id, MAPINAMEID **out)
{
	static const GUID *const mapi = &PS_MAPI;
	MAPINAMEID number = { (GUID *)(uintptr_t)mapi, MNID_ID, { (LONG)id } };

	*out = NULL;
	if (id < FIRST)
		return copy_name(root, &number, out);
	if (!propnames_at(names, id - FIRST))
		return S_OK;
	return copy_name(root, g_ptr_array_index(names->list, id - FIRST), out);
}

static HRESULT
list_names(const struct propnames *names, const SPropTagArray *tags, MAPINAMEID ***out)
{
	MAPINAMEID **list = mem_zalloc(NULL, (size_t)tags->cValues * sizeof *list + 1);
	bool missing = false;
	HRESULT hr = list ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (ULONG i = 0; SUCCEEDED(hr) && i < tags->cValues; i++) {
		hr = name_of(names, list, PROP_ID(tags->aulPropTag[i]), &list[i]);
		missing = missing || !list[i];
	}
	if (FAILED(hr)) {
		mem_free(list);
		return hr;
	}
	*out = list;
	return missing ? MAPI_W_ERRORS_RETURNED : S_OK;
}

HRESULT
propnames_get_names(struct propnames *names, SPropTagArray **tags, const GUID *set, ULONG flags,
    ULONG *count, MAPINAMEID ***out)
{
	SPropTagArray *all = NULL;
	HRESULT hr = S_OK;

	if (!tags || !count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	if (!*tags)
		hr = all_tags(names, set, flags, &all);
	else if (!(*tags)->cValues)
		hr = MAPI_E_INVALID_PARAMETER;
	if (SUCCEEDED(hr))
		hr = list_names(names, all ? all : *tags, out);
	if (FAILED(hr)) {
		mem_free(all);
		return hr;
	}
	*tags = all ? all : *tags;
	*count = (*tags)->cValues;
	return hr;
}
