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

void
contents_need_restriction(struct contents_need *need, const SRestriction *restriction)
{
	const SRestriction *parts = NULL;
	ULONG at, count = 0;

	if (!restriction)
		return;
	switch (restriction->rt) {
	case RES_AND:
		parts = restriction->res.resAnd.lpRes;
		count = restriction->res.resAnd.cRes;
		break;
	case RES_OR:
		parts = restriction->res.resOr.lpRes;
		count = restriction->res.resOr.cRes;
		break;
	case RES_NOT:
		parts = restriction->res.resNot.lpRes;
		count = 1;
		break;
	case RES_CONTENT:
		contents_need_tag(need, restriction->res.resContent.ulPropTag);
		break;
	case RES_PROPERTY:
		contents_need_tag(need, restriction->res.resProperty.ulPropTag);
		break;
	case RES_BITMASK:
		contents_need_tag(need, restriction->res.resBitMask.ulPropTag);
		break;
	case RES_EXIST:
		contents_need_tag(need, restriction->res.resExist.ulPropTag);
		break;
	case RES_SUBRESTRICTION: /* of other rows */
		break;
	default: /* the rare ones may name anything */
		*need = (struct contents_need){ G_MAXUINT32, true, true };
	}
	for (at = 0; at < count; at++)
		contents_need_restriction(need, &parts[at]);
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
	struct contents_walk walk = { .limit = -1, .fn = gather_row, .context = &gather };
	struct contents_keyset keyset;
	HRESULT hr;
	guint at;

	/* What an index can order is not sorted again. */
	if (!contents_order_of(sort, scope, &keyset)) {
		gather.sort = sort;
		for (at = 0; at < sort->cSorts; at++)
			contents_need_tag(&walk.need, sort->aSort[at].ulPropTag);
		memset(&keyset, 0, sizeof(keyset));
	}
	contents_need_restriction(&walk.need, restriction);
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
