/* SPDX-License-Identifier: MIT */
/* Restricted and sorted lists of a folder's messages: see contents_list.h. */
#include "contents_list.h"

#include <string.h>
#include <mapicode.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"

/* One row that fits, with the values it sorts by. */
struct sort_row {
	gint64 id;
	SPropValue *keys; /* a MAPI buffer, PT_ERROR where absent; NULL: by id alone */
};

struct gather {
	const SRestriction *restriction;
	const SSortOrderSet *sort;
	GArray *rows; /* struct sort_row */
};

static bool
restrictions_need_blob(const SRestriction *list, ULONG count)
{
	ULONG at;

	for (at = 0; at < count; at++)
		if (contents_restriction_needs_blob(&list[at]))
			return true;
	return false;
}

bool
contents_restriction_needs_blob(const SRestriction *restriction)
{
	if (!restriction)
		return false;
	switch (restriction->rt) {
	case RES_AND:
		return restrictions_need_blob(
		    restriction->res.resAnd.lpRes, restriction->res.resAnd.cRes);
	case RES_OR:
		return restrictions_need_blob(
		    restriction->res.resOr.lpRes, restriction->res.resOr.cRes);
	case RES_NOT:
		return contents_restriction_needs_blob(restriction->res.resNot.lpRes);
	case RES_CONTENT:
		return contents_needs_blob(restriction->res.resContent.ulPropTag);
	case RES_PROPERTY:
		return contents_needs_blob(restriction->res.resProperty.ulPropTag);
	case RES_BITMASK:
		return contents_needs_blob(restriction->res.resBitMask.ulPropTag);
	case RES_EXIST:
		return contents_needs_blob(restriction->res.resExist.ulPropTag);
	default:
		return true;
	}
}

static bool
sort_needs_blob(const SSortOrderSet *sort)
{
	ULONG at;

	for (at = 0; sort && at < sort->cSorts; at++)
		if (contents_needs_blob(sort->aSort[at].ulPropTag))
			return true;
	return false;
}

static const SPropValue *
value_by_id(const struct contents_row *row, ULONG tag)
{
	ULONG at;

	for (at = 0; at < row->count; at++)
		if (PROP_ID(row->values[at].ulPropTag) == PROP_ID(tag))
			return &row->values[at];
	return NULL;
}

static HRESULT
gather_keys(const struct gather *gather, const struct contents_row *row, struct sort_row *out)
{
	const SSortOrderSet *sort = gather->sort;
	HRESULT hr = S_OK;
	ULONG at;

	if (!sort || !sort->cSorts)
		return S_OK;
	out->keys = mem_zalloc(NULL, sort->cSorts * sizeof(SPropValue));
	if (!out->keys)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < sort->cSorts && SUCCEEDED(hr); at++) {
		const SPropValue *value = value_by_id(row, sort->aSort[at].ulPropTag);

		prop_set_error(&out->keys[at], sort->aSort[at].ulPropTag, MAPI_E_NOT_FOUND);
		if (value)
			hr = prop_copy(out->keys, value, &out->keys[at]);
	}
	return hr;
}

static HRESULT
gather_row(void *context, const struct contents_row *row)
{
	struct gather *gather = context;
	struct sort_row out = { .id = row->id };
	HRESULT hr;

	if (gather->restriction && !restriction_match(gather->restriction, row->values, row->count))
		return S_OK;
	hr = gather_keys(gather, row, &out);
	g_array_append_val(gather->rows, out);
	return hr;
}

/* Rows without the property come first in an ascending order. */
static int
compare_keys(const SPropValue *a, const SPropValue *b)
{
	bool no_a = PROP_TYPE(a->ulPropTag) == PT_ERROR, no_b = PROP_TYPE(b->ulPropTag) == PT_ERROR;

	if (no_a || no_b)
		return (int)no_b - (int)no_a;
	return prop_compare(a, b);
}

static gint
compare_rows(gconstpointer left, gconstpointer right, gpointer context)
{
	const struct sort_row *a = left, *b = right;
	const SSortOrderSet *sort = context;
	ULONG at;

	for (at = 0; sort && a->keys && b->keys && at < sort->cSorts; at++) {
		int order = compare_keys(&a->keys[at], &b->keys[at]);

		if (order)
			return (sort->aSort[at].ulOrder & TABLE_SORT_DESCEND) ? -order : order;
	}
	return (a->id > b->id) - (a->id < b->id);
}

HRESULT
contents_list(const struct contents_scope *scope, const SRestriction *restriction,
    const SSortOrderSet *sort, GArray **out)
{
	struct gather gather = { restriction, NULL,
		g_array_new(FALSE, FALSE, sizeof(struct sort_row)) };
	struct contents_walk walk = { -1, contents_restriction_needs_blob(restriction), gather_row,
		&gather };
	struct contents_keyset keyset;
	HRESULT hr;
	guint at;

	/* What an index can order is not sorted again. */
	if (!contents_order_of(sort, scope->folder, &keyset)) {
		gather.sort = sort;
		walk.blob = walk.blob || sort_needs_blob(sort);
		memset(&keyset, 0, sizeof(keyset));
	}
	hr = contents_walk(scope, &keyset, &walk);
	if (SUCCEEDED(hr)) {
		if (gather.sort)
			g_array_sort_with_data(gather.rows, compare_rows, (void *)(size_t)sort);
		*out = g_array_sized_new(FALSE, FALSE, sizeof(gint64), gather.rows->len);
	}
	for (at = 0; at < gather.rows->len; at++) {
		struct sort_row *row = &g_array_index(gather.rows, struct sort_row, at);

		if (SUCCEEDED(hr))
			g_array_append_val(*out, row->id);
		mem_free(row->keys);
	}
	g_array_unref(gather.rows);
	return hr;
}
