/* SPDX-License-Identifier: MIT */
/*
 * Categories (MAPI reference: Sorting and Categorization, SSortOrderSet): headings over the items
 * of a list.  See table_private.h.
 *
 * cCategories counts columns; one with TABLE_SORT_COMBINE joins the category before it, one with
 * TABLE_SORT_CATEG_MAX or _MIN is no category but orders those of the level before it by the
 * largest or smallest value in each, in that level's direction or its own TABLE_SORT_DESCEND.
 */
#include "table_private.h"

#include <string.h>
#include <mapitags.h>
#include "mem.h"
#include "table_key.h"

#define AGGREGATE (TABLE_SORT_CATEG_MAX | TABLE_SORT_CATEG_MIN)
#define KNOWN_ORDER (TABLE_SORT_DESCEND | TABLE_SORT_COMBINE | AGGREGATE)

static bool
is_odd(const SSortOrderSet *sort, ULONG at, ULONG categories)
{
	ULONG order = sort->aSort[at].ulOrder;

	if (order & ~KNOWN_ORDER || (order & AGGREGATE) == AGGREGATE)
		return true;
	if (order & (AGGREGATE | TABLE_SORT_COMBINE))
		return at == 0 || !sort->cCategories || categories > sort->cCategories;
	return false;
}

HRESULT
table_levels(const SSortOrderSet *sort, struct table_level *levels, ULONG *count)
{
	ULONG i, columns = 0;

	*count = 0;
	if (sort->cCategories > sort->cSorts || sort->cExpanded > sort->cCategories)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < sort->cSorts; i++) {
		ULONG order = sort->aSort[i].ulOrder;

		if (is_odd(sort, i, columns))
			return MAPI_E_TOO_COMPLEX;
		if (order & AGGREGATE) {
			levels[*count - 1].aggregate = (LONG)i;
		} else if (columns < sort->cCategories && order & TABLE_SORT_COMBINE) {
			levels[*count - 1].columns++;
			columns++;
		} else if (columns < sort->cCategories) {
			if (*count == TABLE_LEVELS_MAX)
				return MAPI_E_TOO_COMPLEX;
			levels[*count] = (struct table_level){ i, 1, -1 };
			++*count;
			columns++;
		}
	}
	return S_OK;
}

/* --- Making -------------------------------------------------------------------------------- */

struct grouping {
	struct table *self;
	struct table_list *list;
	struct table_level levels[TABLE_LEVELS_MAX];
	ULONG count;
	GArray *columns; /* of a key: table_key_columns() */
};

/* A category while it is put together. */
struct branch {
	guint first, items, unread;
	guint64 hash;
	GByteArray *aggregate; /* the largest or smallest key; NULL: as they come */
	GPtrArray *below;      /* struct branch; NULL on the lowest level */
};

static void
branch_free(gpointer data)
{
	struct branch *branch = data;

	if (branch->aggregate)
		g_byte_array_unref(branch->aggregate);
	if (branch->below)
		g_ptr_array_unref(branch->below);
	g_free(branch);
}

static guint64
hash_of(ULONG depth, const guint8 *data, guint size)
{
	guint64 hash = G_GUINT64_CONSTANT(14695981039346656037) + depth;
	guint i;

	for (i = 0; i < size; i++)
		hash = (hash ^ data[i]) * G_GUINT64_CONSTANT(1099511628211);
	return hash;
}

/* Where the first `columns` columns' part of an item's key ends. */
static guint
prefix_size(const struct grouping *grouping, const struct table_item *item, ULONG columns)
{
	const SSortOrder *sorts = grouping->self->sort->aSort;
	guint at = 0;
	ULONG i;

	for (i = 0; i < columns && at < item->size; i++) {
		const SSortOrder *sort = &sorts[g_array_index(grouping->columns, ULONG, i)];

		at += table_key_part(grouping->list->keys->data + item->key + at, item->size - at,
		    (sort->ulOrder & TABLE_SORT_DESCEND) != 0);
	}
	return at;
}

/* Where a column of the order stands in keys. */
static ULONG
key_column(const struct grouping *grouping, ULONG column)
{
	ULONG i = 0;

	while (g_array_index(grouping->columns, ULONG, i) != column)
		i++;
	return i;
}

/* Takes an item's value of the aggregate column into account. */
static void
aggregate(const struct grouping *grouping, const struct table_level *level,
    const struct table_item *item, struct branch *branch)
{
	const SSortOrder *order = &grouping->self->sort->aSort[level->aggregate];
	bool most = (order->ulOrder & TABLE_SORT_CATEG_MAX) != 0;
	ULONG column = key_column(grouping, (ULONG)level->aggregate);
	guint from = prefix_size(grouping, item, column);
	guint size = prefix_size(grouping, item, column + 1) - from;
	const guint8 *key = grouping->list->keys->data + item->key + from;
	int than = 0;

	/* Keys of a descending column are inverted: the largest value is the smallest key. */
	if (order->ulOrder & TABLE_SORT_DESCEND)
		most = !most;
	if (branch->aggregate)
		than =
		    table_key_compare(key, size, branch->aggregate->data, branch->aggregate->len);
	else
		branch->aggregate = g_byte_array_new();
	if (branch->aggregate->len && (most ? than <= 0 : than >= 0))
		return;
	g_byte_array_set_size(branch->aggregate, 0);
	g_byte_array_append(branch->aggregate, key, size);
}

/* The branch of an item on one level: the last one, or a new one behind it. */
static struct branch *
branch_for(struct grouping *grouping, GPtrArray *branches, ULONG depth, guint at)
{
	const struct table_level *level = &grouping->levels[depth];
	const struct table_item *item =
	    &g_array_index(grouping->list->items, struct table_item, at);
	struct branch *last = branches->len ? g_ptr_array_index(branches, branches->len - 1) : NULL;
	ULONG column = key_column(grouping, level->first + level->columns - 1);
	guint size = prefix_size(grouping, item, column + 1);
	guint64 hash = hash_of(depth, grouping->list->keys->data + item->key, size);

	if (!last || last->hash != hash) {
		last = g_new0(struct branch, 1);
		last->first = at;
		last->hash = hash;
		if (depth + 1 < grouping->count)
			last->below = g_ptr_array_new_with_free_func(branch_free);
		g_ptr_array_add(branches, last);
	}
	last->items++;
	last->unread += item->unread;
	if (level->aggregate >= 0)
		aggregate(grouping, level, item, last);
	return last;
}

static gint
compare_branches(gconstpointer a, gconstpointer b, gpointer turned)
{
	const struct branch *left = *(struct branch *const *)a, *right = *(struct branch *const *)b;
	int order = table_key_compare(left->aggregate->data, left->aggregate->len,
	    right->aggregate->data, right->aggregate->len);

	if (!order)
		return (left->first > right->first) - (left->first < right->first);
	return turned ? -order : order;
}

/* By their aggregates, equal ones as they were. */
static void
order_branches(const struct grouping *grouping, GPtrArray *branches, ULONG depth)
{
	const struct table_level *level = &grouping->levels[depth];
	const SSortOrder *sorts = grouping->self->sort->aSort;
	guint i;

	if (level->aggregate >= 0) {
		bool inverted = sorts[level->aggregate].ulOrder & TABLE_SORT_DESCEND;
		bool down = inverted || sorts[level->first].ulOrder & TABLE_SORT_DESCEND;

		g_ptr_array_sort_with_data(
		    branches, compare_branches, down != inverted ? branches : NULL);
	}
	for (i = 0; i < branches->len; i++) {
		struct branch *branch = g_ptr_array_index(branches, i);

		if (branch->below)
			order_branches(grouping, branch->below, depth + 1);
	}
}

/* Lays the branches out as groups, their items in the new order. */
static void
lay_out(
    struct grouping *grouping, const GPtrArray *branches, ULONG depth, gint32 parent, GArray *items)
{
	struct table_list *list = grouping->list;
	guint i;

	for (i = 0; i < branches->len; i++) {
		const struct branch *branch = g_ptr_array_index(branches, i);
		struct table_group group = { .depth = (gint32)depth,
			.parent = parent,
			.first = items->len,
			.items = branch->items,
			.unread = branch->unread,
			.expanded = depth < grouping->self->sort->cExpanded,
			.hash = branch->hash };

		g_array_append_val(list->groups, group);
		if (branch->below)
			lay_out(grouping, branch->below, depth + 1, (gint32)list->groups->len - 1,
			    items);
		else
			g_array_append_vals(items,
			    &g_array_index(list->items, struct table_item, branch->first),
			    branch->items);
	}
}

HRESULT
table_group_list(struct table *self, struct table_list *list)
{
	struct grouping grouping = {
		.self = self, .list = list, .columns = table_key_columns(self->sort)
	};
	GPtrArray *top = g_ptr_array_new_with_free_func(branch_free);
	GArray *items =
	    g_array_sized_new(FALSE, FALSE, sizeof(struct table_item), list->items->len);
	HRESULT hr = table_levels(self->sort, grouping.levels, &grouping.count);
	guint at;
	ULONG depth;

	for (at = 0; at < list->items->len; at++) {
		GPtrArray *branches = top;

		for (depth = 0; depth < grouping.count; depth++)
			branches = branch_for(&grouping, branches, depth, at)->below;
	}
	list->groups = g_array_new(FALSE, FALSE, sizeof(struct table_group));
	order_branches(&grouping, top, 0);
	lay_out(&grouping, top, 0, TABLE_NO_GROUP, items);
	g_array_unref(list->items);
	list->items = items;
	g_ptr_array_unref(top);
	g_array_unref(grouping.columns);
	table_show(list);
	return hr;
}

/* What is shown: headings whose parents are all expanded, items below expanded headings. */
void
table_show(struct table_list *list)
{
	gint32 at, count = (gint32)list->groups->len, hidden = -1; /* depth that hides */

	if (list->shown)
		g_array_unref(list->shown);
	list->shown = g_array_new(FALSE, FALSE, sizeof(struct table_row));
	for (at = 0; at < count; at++) {
		const struct table_group *group =
		    &g_array_index(list->groups, struct table_group, at);
		struct table_row row = { at, 0 };
		guint item;

		if (hidden >= 0 && group->depth > hidden)
			continue;
		hidden = group->expanded ? -1 : group->depth;
		g_array_append_val(list->shown, row);
		if (hidden >= 0 || (ULONG)group->depth + 1 < list->levels)
			continue;
		for (item = group->first; item < group->first + group->items; item++) {
			struct table_row leaf = { TABLE_NO_GROUP, item };

			g_array_append_val(list->shown, leaf);
		}
	}
}

/* --- Headings ------------------------------------------------------------------------------ */

void
table_heading_key(guint64 hash, BYTE key[TABLE_HEADING_KEY])
{
	memcpy(key, "HEAD", 4);
	memcpy(key + 4, &hash, sizeof(hash));
}

gint32
table_find_heading(const struct table_list *list, ULONG size, const BYTE *key)
{
	BYTE own[TABLE_HEADING_KEY];
	guint i;

	for (i = 0; list->groups && i < list->groups->len; i++) {
		table_heading_key(g_array_index(list->groups, struct table_group, i).hash, own);
		if (size == sizeof(own) && !memcmp(key, own, size))
			return (gint32)i;
	}
	return TABLE_NO_GROUP;
}

gint64
table_heading_position(const struct table_list *list, gint32 group)
{
	guint i;

	for (i = 0; i < list->shown->len; i++)
		if (g_array_index(list->shown, struct table_row, i).group == group)
			return i;
	return -1;
}

/* The group of an instance key, with the list made; MAPI_E_NOT_FOUND where it is not shown. */
static HRESULT
heading_of(struct table *self, ULONG size, const BYTE *key, gint32 *group, gint64 *position)
{
	HRESULT hr = table_want(self, -1);

	if (FAILED(hr))
		return hr;
	if (!self->list || !self->list->levels)
		return MAPI_E_NOT_FOUND;
	*group = table_find_heading(self->list, size, key);
	*position = *group == TABLE_NO_GROUP ? -1 : table_heading_position(self->list, *group);
	return *position < 0 ? MAPI_E_NOT_FOUND : S_OK;
}

static HRESULT
expand(struct table *self, const SBinary *key, ULONG rows, LPSRowSet *out, ULONG *more)
{
	struct table_group *group;
	gint64 before, at, added;
	gint32 number;
	HRESULT hr = heading_of(self, key->cb, key->lpb, &number, &at);

	if (FAILED(hr))
		return hr;
	group = &g_array_index(self->list->groups, struct table_group, number);
	before = table_rows_shown(self->list);
	group->expanded = true;
	table_show(self->list);
	added = table_rows_shown(self->list) - before;
	if (more)
		*more = (ULONG)added;
	self->position = at + 1 + MIN((gint64)rows, added);
	if (!out)
		return S_OK;
	return table_read_rows(self, at + 1, (LONG)MIN((gint64)rows, added), out);
}

HRESULT
table_ExpandRow(
    IMAPITable *This, ULONG size, LPBYTE key, ULONG rows, ULONG flags, LPSRowSet *out, ULONG *more)
{
	struct table *self = table_of(This);
	SBinary binary = { size, key };
	HRESULT hr;

	if (out)
		*out = NULL;
	if (more)
		*more = 0;
	if (!size || !key || (rows && !out))
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, expand(self, &binary, rows, out, more));
}

/* Bookmarks on rows that go stand on the next that is shown, and say so when they are used. */
static HRESULT
collapse(struct table *self, const SBinary *key, ULONG *rows)
{
	struct table_group *group;
	gint64 before, gone, at;
	gint32 number;
	HRESULT hr = heading_of(self, key->cb, key->lpb, &number, &at);

	if (FAILED(hr))
		return hr;
	group = &g_array_index(self->list->groups, struct table_group, number);
	before = table_rows_shown(self->list);
	group->expanded = false;
	table_show(self->list);
	gone = before - table_rows_shown(self->list);
	if (rows)
		*rows = (ULONG)gone;
	table_rows_went(self, at + 1, gone);
	return S_OK;
}

HRESULT
table_CollapseRow(IMAPITable *This, ULONG size, LPBYTE key, ULONG flags, ULONG *rows)
{
	struct table *self = table_of(This);
	SBinary binary = { size, key };
	HRESULT hr;

	if (rows)
		*rows = 0;
	if (!size || !key)
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, collapse(self, &binary, rows));
}
