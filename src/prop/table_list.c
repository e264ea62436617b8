/* SPDX-License-Identifier: MIT */
/* Lists: which rows a restriction lets through, in what order.  See table_private.h. */
#include "table_private.h"

#include <string.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"
#include "table_key.h"

/* --- Instances of multi-valued columns ----------------------------------------------------- */

static const SPropValue *
value_of(const struct table_record *record, ULONG tag)
{
	return prop_find(record->values, record->count, CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));
}

/* How many rows one column makes. */
static guint
elements_of(const SPropValue *value)
{
	if (!value || !(PROP_TYPE(value->ulPropTag) & MV_FLAG) ||
	    PROP_TYPE(value->ulPropTag) == PT_ERROR)
		return 1;
	return MAX(value->Value.bin.cb, 1);
}

guint
table_instances(const struct table *self, const struct table_record *record)
{
	guint64 count = 1;
	guint i;

	for (i = 0; i < self->instances->len; i++)
		count *= elements_of(value_of(record, g_array_index(self->instances, ULONG, i)));
	return (guint)MIN(count, 65536);
}

void
table_instance_values(
    const struct table *self, const struct table_record *record, guint instance, SPropValue *out)
{
	guint i;

	for (i = 0; i < self->instances->len; i++) {
		ULONG tag = g_array_index(self->instances, ULONG, i);
		const SPropValue *value = value_of(record, tag);
		guint count = elements_of(value);

		if (value && PROP_TYPE(value->ulPropTag) & MV_FLAG && value->Value.bin.cb)
			prop_mv_element(value, instance % count, &out[i]);
		else if (value)
			out[i] = *value;
		else
			prop_set_error(&out[i], tag & ~(ULONG)MVI_FLAG, MAPI_E_NOT_FOUND);
		instance /= count;
	}
}

/* --- Keys ---------------------------------------------------------------------------------- */

static bool
is_aggregate(const SSortOrder *sort)
{
	return (sort->ulOrder & (TABLE_SORT_CATEG_MAX | TABLE_SORT_CATEG_MIN)) != 0;
}

static void
append_columns(const struct table *self, const struct table_record *record,
    const SPropValue *singles, bool aggregates, GByteArray *key)
{
	ULONG i;

	for (i = 0; i < self->sort->cSorts; i++) {
		const SSortOrder *sort = &self->sort->aSort[i];
		const SPropValue *value = NULL;

		if (is_aggregate(sort) != aggregates)
			continue;
		if (PROP_TYPE(sort->ulPropTag) & MV_INSTANCE)
			value = prop_find(singles, self->instances->len,
			    CHANGE_PROP_TYPE(sort->ulPropTag, PT_UNSPECIFIED));
		if (!value)
			value = value_of(record, sort->ulPropTag);
		table_key_append(key, value, (sort->ulOrder & TABLE_SORT_DESCEND) != 0);
	}
}

/* What orders categories stands behind what orders rows. */
void
table_make_key(
    const struct table *self, const struct table_record *record, guint instance, GByteArray *key)
{
	SPropValue *singles = g_new0(SPropValue, self->instances->len + 1);

	g_byte_array_set_size(key, 0);
	table_instance_values(self, record, instance, singles);
	if (self->sort) {
		append_columns(self, record, singles, false, key);
		append_columns(self, record, singles, true, key);
	}
	g_free(singles);
}

GArray *
table_key_columns(const SSortOrderSet *sort)
{
	GArray *columns = g_array_new(FALSE, FALSE, sizeof(ULONG));
	int aggregates;
	ULONG i;

	for (aggregates = 0; aggregates < 2; aggregates++)
		for (i = 0; i < sort->cSorts; i++)
			if (is_aggregate(&sort->aSort[i]) == aggregates)
				g_array_append_val(columns, i);
	return columns;
}

static int
compare_items(const struct table_item *a, const struct table_item *b, const guint8 *keys)
{
	int order = table_key_compare(keys + a->key, a->size, keys + b->key, b->size);

	if (order)
		return order;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->instance > b->instance) - (a->instance < b->instance);
}

static gint
compare_for_sort(gconstpointer a, gconstpointer b, gpointer keys)
{
	return compare_items(a, b, keys);
}

guint
table_list_place(const struct table_list *list, gint64 id, guint instance, const GByteArray *key)
{
	guint low = 0, high = list->items->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct table_item *item =
		    &g_array_index(list->items, struct table_item, middle);
		int order = table_key_compare(
		    list->keys->data + item->key, item->size, key->data, key->len);

		if (!order)
			order = (item->id > id) - (item->id < id);
		if (!order)
			order = (item->instance > instance) - (item->instance < instance);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* --- Matching ------------------------------------------------------------------------------ */

struct part_search {
	const struct table *self;
	gint64 id;
};

static bool
any_part(void *context, ULONG tag, const SRestriction *restriction)
{
	const struct part_search *search = context;

	return search->self->methods->any_part(search->self->source, search->id, tag, restriction);
}

bool
table_matches(
    const struct table *self, const SRestriction *restriction, const struct table_record *record)
{
	struct part_search search = { self, record->id };
	struct restriction_subs parts = { any_part, &search };

	return !restriction || restriction_match_subs(restriction, record->values, record->count,
				   self->methods->any_part ? &parts : NULL);
}

GArray *
table_needs(const struct table *self, bool order, const SRestriction *restriction)
{
	GArray *tags = g_array_new(FALSE, FALSE, sizeof(ULONG));
	const ULONG flags = PR_MESSAGE_FLAGS;
	ULONG i;

	if (restriction)
		restriction_tags(restriction, tags);
	for (i = 0; order && self->sort && i < self->sort->cSorts; i++)
		g_array_append_val(tags, self->sort->aSort[i].ulPropTag);
	if (order && self->sort && self->sort->cCategories)
		g_array_append_val(tags, flags);
	for (i = 0; i < self->instances->len; i++)
		g_array_append_val(tags, g_array_index(self->instances, ULONG, i));
	return tags;
}

/* --- Gathering ----------------------------------------------------------------------------- */

struct gather {
	struct table *self;
	struct table_list *list;
	GByteArray *key;
	gint64 enough; /* items; -1: all */
};

static bool
is_unread(const struct table_record *record)
{
	const SPropValue *flags = prop_find(record->values, record->count, PR_MESSAGE_FLAGS);

	return flags && !(flags->Value.l & MSGFLAG_READ);
}

static HRESULT
add_item(struct gather *gather, const struct table_record *record, guint instance)
{
	struct table_list *list = gather->list;
	struct table_item item = { .id = record->id, .instance = instance };

	if (list->keyed) {
		table_make_key(gather->self, record, instance, gather->key);
		item.key = list->keys->len;
		item.size = (guint16)MIN(gather->key->len, G_MAXUINT16);
		if (item.key > G_MAXUINT32 - item.size)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		g_byte_array_append(list->keys, gather->key->data, item.size);
	}
	item.unread = list->levels && is_unread(record);
	g_array_append_val(list->items, item);
	return S_OK;
}

static HRESULT
gather_record(void *context, const struct table_record *record)
{
	struct gather *gather = context;
	struct table *self = gather->self;
	guint instance, count;
	HRESULT hr = S_OK;

	gather->list->scanned++;
	if (!table_matches(self, self->restriction, record))
		return S_OK;
	count = table_instances(self, record);
	for (instance = 0; instance < count && SUCCEEDED(hr); instance++)
		hr = add_item(gather, record, instance);
	if (SUCCEEDED(hr) && gather->enough >= 0 && gather->list->items->len >= gather->enough)
		return S_FALSE;
	return hr;
}

static struct table_list *
list_new(void)
{
	struct table_list *list = g_new0(struct table_list, 1);

	list->items = g_array_new(FALSE, FALSE, sizeof(struct table_item));
	list->keys = g_byte_array_new();
	return list;
}

void
table_list_free(struct table_list *list)
{
	if (!list)
		return;
	g_array_unref(list->items);
	g_byte_array_unref(list->keys);
	if (list->groups)
		g_array_unref(list->groups);
	if (list->shown)
		g_array_unref(list->shown);
	g_free(list);
}

/* Reads on in the source's order until there are `rows` items. */
static HRESULT
grow(struct table *self, struct table_list *list, gint64 rows)
{
	GArray *needs = table_needs(self, list->keyed, self->restriction);
	struct gather gather = { self, list, g_byte_array_new(), rows };
	struct table_reader reader = { .tags = (const ULONG *)(const void *)needs->data,
		.count = needs->len,
		.restriction = self->restriction,
		.judged = self->restriction,
		.fn = gather_record,
		.context = &gather };
	HRESULT hr;

	if (self->most != (ULONG)-1)
		gather.enough = rows < 0 ? self->most : MIN(rows, (gint64)self->most);
	if (list->complete)
		hr = self->methods->each(self->source, &reader);
	else
		hr = self->methods->walk(self->source, list->scanned, -1, &reader);
	/* Stopped by S_FALSE there may be more. */
	if (hr == S_OK || list->items->len >= self->most)
		list->complete = true;
	g_byte_array_unref(gather.key);
	g_array_unref(needs);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
table_make_list(struct table *self, bool whole, struct table_list **out)
{
	struct table_list *list = list_new();
	struct table_level levels[TABLE_LEVELS_MAX];
	HRESULT hr = S_OK;

	*out = NULL;
	if (self->sort)
		table_levels(self->sort, levels, &list->levels);
	list->complete = whole || list->levels || self->instances->len || !self->methods->follow ||
			 !self->methods->follow(self->source, self->sort);
	list->keyed = list->complete && self->sort;
	if (list->complete)
		hr = grow(self, list, -1);
	if (SUCCEEDED(hr) && list->keyed)
		g_array_sort_with_data(list->items, compare_for_sort, list->keys->data);
	if (SUCCEEDED(hr) && list->levels)
		hr = table_group_list(self, list);
	if (FAILED(hr)) {
		table_list_free(list);
		return hr;
	}
	*out = list;
	return S_OK;
}

/* --- Using --------------------------------------------------------------------------------- */

/* What is told of rows needs all of them. */
static HRESULT
ensure(struct table *self)
{
	HRESULT hr = S_OK;

	if (self->stale)
		hr = table_make_list(self, self->sinks && self->sinks->len, &self->list);
	if (SUCCEEDED(hr))
		self->stale = false;
	return hr;
}

gint64
table_rows_shown(const struct table_list *list)
{
	return list->shown ? list->shown->len : list->items->len;
}

HRESULT
table_want(struct table *self, gint64 rows)
{
	HRESULT hr = ensure(self);

	if (FAILED(hr) || !self->list || self->list->complete)
		return hr;
	if (rows >= 0 && rows <= self->list->items->len)
		return S_OK;
	return grow(self, self->list, rows);
}

HRESULT
table_count(struct table *self, gint64 *count)
{
	HRESULT hr = table_want(self, -1);

	*count = 0;
	if (FAILED(hr))
		return hr;
	if (!self->list)
		return self->methods->count(self->source, count);
	*count = table_rows_shown(self->list);
	return S_OK;
}

struct table_row
table_row_at(const struct table *self, gint64 position)
{
	const struct table_list *list = self->list;

	if (list->shown)
		return g_array_index(list->shown, struct table_row, position);
	return (struct table_row){ TABLE_NO_GROUP, (guint)position };
}

HRESULT
table_restart(struct table *self)
{
	bool plain =
	    !self->restriction && !self->instances->len && !(self->sort && self->sort->cCategories);

	table_list_free(self->list);
	self->list = NULL;
	self->position = 0;
	table_forget_bookmarks(self);
	self->stale =
	    !plain || !self->methods->follow || !self->methods->follow(self->source, self->sort);
	return S_OK;
}
