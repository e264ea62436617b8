/* SPDX-License-Identifier: MIT */
/* The table object: columns, state, rows out.  See table_source.h (MAPI reference: IMAPITable). */
#include "table_private.h"

#include <string.h>
#include <mapitags.h>
#include "bag.h"
#include "mem.h"
#include "prop.h"

HRESULT
table_enter(struct table *self)
{
	return self->methods->enter(self->source);
}

HRESULT
table_leave(struct table *self, HRESULT hr)
{
	return self->methods->leave(self->source, hr);
}

/* --- Columns ------------------------------------------------------------------------------- */

static bool
is_instance(ULONG tag)
{
	return (PROP_TYPE(tag) & MVI_FLAG) == MVI_FLAG;
}

static ULONG
single_tag(ULONG tag)
{
	return is_instance(tag) ? tag & ~(ULONG)MVI_FLAG : tag;
}

static ULONG
text_by_flags(ULONG tag, ULONG flags)
{
	ULONG type = PROP_TYPE(tag) & ~MV_FLAG;

	if (type != PT_STRING8 && type != PT_UNICODE)
		return tag;
	type = flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8;
	return CHANGE_PROP_TYPE(tag, type | (PROP_TYPE(tag) & MV_FLAG));
}

static SPropTagArray *
copy_tags(const SPropTagArray *tags)
{
	return mem_memdup(NULL, tags, CbNewSPropTagArray((size_t)tags->cValues));
}

static void
add_instance(GArray *instances, ULONG tag)
{
	guint i;

	for (i = 0; i < instances->len; i++)
		if (PROP_ID(g_array_index(instances, ULONG, i)) == PROP_ID(tag))
			return;
	g_array_append_val(instances, tag);
}

HRESULT
table_find_instances(struct table *self)
{
	SPropTagArray *plain = copy_tags(self->columns);
	ULONG i;

	if (!plain)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_array_set_size(self->instances, 0);
	for (i = 0; i < plain->cValues; i++) {
		if (is_instance(plain->aulPropTag[i]))
			add_instance(self->instances, plain->aulPropTag[i]);
		plain->aulPropTag[i] = single_tag(plain->aulPropTag[i]);
	}
	for (i = 0; self->sort && i < self->sort->cSorts; i++)
		if (is_instance(self->sort->aSort[i].ulPropTag))
			add_instance(self->instances, self->sort->aSort[i].ulPropTag);
	mem_free(self->plain);
	self->plain = plain;
	return S_OK;
}

/* Takes over `columns`.  Rows come and go with the columns that make instances. */
static HRESULT
use_columns(struct table *self, SPropTagArray *columns)
{
	GArray *before = g_array_copy(self->instances);
	SPropTagArray *old = self->columns;
	HRESULT hr;

	self->columns = columns;
	hr = table_find_instances(self);
	if (FAILED(hr)) {
		self->columns = old;
		mem_free(columns);
	} else {
		mem_free(old);
		if (before->len != self->instances->len ||
		    (before->len &&
			memcmp(before->data, self->instances->data, before->len * sizeof(ULONG))))
			hr = table_restart(self);
	}
	g_array_unref(before);
	return hr;
}

static HRESULT
table_SetColumns(IMAPITable *This, LPSPropTagArray columns, ULONG flags)
{
	struct table *self = table_of(This);
	SPropTagArray *copy;
	HRESULT hr;

	if (!columns || columns->cValues == 0)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	copy = copy_tags(columns);
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = table_enter(self);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	hr = table_leave(self, use_columns(self, copy));
	table_done(self, flags, TABLE_SETCOL_DONE, hr);
	return hr;
}

static HRESULT
table_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *columns)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!columns)
		return MAPI_E_INVALID_PARAMETER;
	*columns = NULL;
	if (flags & ~TBL_ALL_COLUMNS)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	if (flags & TBL_ALL_COLUMNS)
		hr = self->methods->columns(self->source, self->flags, columns);
	else
		*columns = copy_tags(self->columns);
	if (SUCCEEDED(hr) && !*columns)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	return table_leave(self, hr);
}

/* --- State --------------------------------------------------------------------------------- */

static HRESULT
table_GetLastError(IMAPITable *This, HRESULT result, ULONG flags, LPMAPIERROR *error)
{
	struct table *self = table_of(This);

	if (!error)
		return MAPI_E_INVALID_PARAMETER;
	*error = NULL;
	if (flags & ~MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	/* Without one there is never more to say than the result itself. */
	return self->methods->last_error
		   ? self->methods->last_error(self->source, result, flags, error)
		   : S_OK;
}

static HRESULT
table_GetStatus(IMAPITable *This, ULONG *status, ULONG *type)
{
	if (!status || !type)
		return MAPI_E_INVALID_PARAMETER;
	*status = TBLSTAT_COMPLETE;
	*type = table_of(This)->type;
	return S_OK;
}

/* What is asked for is done when the call returns, or when its rows are read: nothing is ever left
 * running, so there is nothing to stop or to wait for. */
static HRESULT
table_Abort(IMAPITable *This)
{
	return S_OK;
}

static HRESULT
table_WaitForCompletion(IMAPITable *This, ULONG flags, ULONG timeout, ULONG *status)
{
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	if (status)
		*status = TBLSTAT_COMPLETE;
	return S_OK;
}

/* --- Rows out ------------------------------------------------------------------------------ */

/* What is on its way from the source into a row set. */
struct filling {
	struct table *self;
	struct table_row row;
	SRow *out;
	SRowSet *set; /* rows one after the other; NULL: one row */
};

/* Values of a multi-valued column that make rows bear its own tag. */
static void
name_instances(const struct table *self, SRow *row)
{
	ULONG i;

	for (i = 0; i < row->cValues; i++)
		if (is_instance(self->columns->aulPropTag[i]) &&
		    PROP_TYPE(row->lpProps[i].ulPropTag) != PT_ERROR)
			row->lpProps[i].ulPropTag = self->columns->aulPropTag[i];
}

static void
set_long(SPropValue *value, ULONG tag, ULONG number)
{
	value->ulPropTag = tag;
	value->Value.ul = number;
}

#define MADE_MAX 8 /* what the table itself says of a row */

/* A leaf: what it says of itself goes before what the source says. */
static ULONG
made_of_leaf(const struct filling *filling, const struct table_record *record, SPropValue *made,
    BYTE key[16])
{
	struct table *self = filling->self;
	guint instance =
	    self->instances->len
		? g_array_index(self->list->items, struct table_item, filling->row.item).instance
		: 0;
	ULONG count = 0;

	if (self->list && self->list->levels) {
		set_long(&made[count++], PR_ROW_TYPE, TBL_LEAF_ROW);
		set_long(&made[count++], PR_DEPTH, self->list->levels);
	}
	if (instance) {
		memcpy(key, &record->id, sizeof(record->id));
		memcpy(key + sizeof(record->id), &instance, sizeof(instance));
		made[count].ulPropTag = PR_INSTANCE_KEY;
		made[count].Value.bin.cb = sizeof(record->id) + sizeof(instance);
		made[count++].Value.bin.lpb = key;
	}
	return count;
}

static HRESULT
select_leaf(const struct filling *filling, const struct table_record *record, SRow *out)
{
	struct table *self = filling->self;
	SPropValue made[MADE_MAX], *values;
	ULONG count = 0;
	BYTE key[16];
	HRESULT hr;

	if (!self->list || (!self->list->levels && !self->instances->len))
		return props_select(record->values, record->count, self->plain, self->flags,
		    &out->cValues, &out->lpProps);
	memset(made, 0, sizeof(made));
	count = made_of_leaf(filling, record, made, key);
	values = g_new(SPropValue, (gsize)count + self->instances->len + record->count);
	memcpy(values, made, count * sizeof(*made));
	if (self->instances->len) {
		table_instance_values(self, record,
		    g_array_index(self->list->items, struct table_item, filling->row.item).instance,
		    values + count);
		count += self->instances->len;
	}
	if (record->count)
		memcpy(values + count, record->values, record->count * sizeof(*values));
	hr = props_select(
	    values, count + record->count, self->plain, self->flags, &out->cValues, &out->lpProps);
	g_free(values);
	if (SUCCEEDED(hr))
		name_instances(self, out);
	return hr;
}

/* A heading has its own and its parents' category columns, out of the first row below it. */
static ULONG
category_values(struct table *self, const struct table_record *record, guint32 instance,
    ULONG depth, SPropValue *out)
{
	struct table_level levels[TABLE_LEVELS_MAX];
	SPropValue *singles = g_new(SPropValue, self->instances->len + 1);
	ULONG count = 0, found = 0, i, j;

	table_instance_values(self, record, instance, singles);
	table_levels(self->sort, levels, &count);
	for (i = 0; i <= depth && i < count; i++)
		for (j = 0; j < levels[i].columns; j++) {
			ULONG tag = self->sort->aSort[levels[i].first + j].ulPropTag;
			const SPropValue *value =
			    prop_find(singles, is_instance(tag) ? self->instances->len : 0,
				CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));

			if (!value)
				value = prop_find(record->values, record->count,
				    CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));
			if (value)
				out[found++] = *value;
		}
	g_free(singles);
	return found;
}

static HRESULT
select_heading(const struct filling *filling, const struct table_record *record, SRow *out)
{
	struct table *self = filling->self;
	const struct table_group *group =
	    &g_array_index(self->list->groups, struct table_group, filling->row.group);
	const struct table_item *first =
	    &g_array_index(self->list->items, struct table_item, group->first);
	SPropValue *values = g_new0(SPropValue, MADE_MAX + (gsize)self->sort->cSorts);
	BYTE key[TABLE_HEADING_KEY];
	ULONG count = 0;
	HRESULT hr;

	table_heading_key(group->hash, key);
	values[count].ulPropTag = PR_INSTANCE_KEY;
	values[count].Value.bin.cb = sizeof(key);
	values[count++].Value.bin.lpb = key;
	set_long(&values[count++], PR_ROW_TYPE,
	    group->expanded ? TBL_EXPANDED_CATEGORY : TBL_COLLAPSED_CATEGORY);
	set_long(&values[count++], PR_DEPTH, (ULONG)group->depth);
	set_long(&values[count++], PR_CONTENT_COUNT, group->items);
	set_long(&values[count++], PR_CONTENT_UNREAD, group->unread);
	count +=
	    category_values(self, record, first->instance, (ULONG)group->depth, values + count);
	hr = props_select(values, count, self->plain, self->flags, &out->cValues, &out->lpProps);
	g_free(values);
	if (SUCCEEDED(hr))
		name_instances(self, out);
	return hr;
}

static HRESULT
fill_row(void *context, const struct table_record *record)
{
	struct filling *filling = context;
	SRow *out = filling->set ? &filling->set->aRow[filling->set->cRows] : filling->out;
	HRESULT hr = filling->row.group == TABLE_NO_GROUP ? select_leaf(filling, record, out)
							  : select_heading(filling, record, out);

	if (SUCCEEDED(hr) && filling->set)
		filling->set->cRows++;
	return FAILED(hr) ? hr : S_OK;
}

/* A heading reads more than the columns: what it is made of. */
static void
reader_of(const struct table *self, struct table_row row, GArray **needs, struct table_reader *out)
{
	*needs = NULL;
	if (row.group == TABLE_NO_GROUP) {
		out->tags = self->columns->aulPropTag;
		out->count = self->columns->cValues;
		return;
	}
	*needs = table_needs(self, true, NULL);
	out->tags = (const ULONG *)(const void *)(*needs)->data;
	out->count = (*needs)->len;
}

HRESULT
table_read_row(struct table *self, struct table_row row, SRow *out)
{
	struct filling filling = { self, row, out, NULL };
	struct table_reader reader = { .fn = fill_row, .context = &filling };
	guint item = row.group == TABLE_NO_GROUP
			 ? row.item
			 : g_array_index(self->list->groups, struct table_group, row.group).first;
	gint64 id = g_array_index(self->list->items, struct table_item, item).id;
	GArray *needs;
	HRESULT hr;

	reader_of(self, row, &needs, &reader);
	hr = self->methods->fetch(self->source, id, &reader);
	if (needs)
		g_array_unref(needs);
	return hr;
}

void
table_rows_out_free(SRowSet *rows)
{
	ULONG i;

	for (i = 0; rows && i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
}

static HRESULT
read_list(struct table *self, gint64 from, gint64 to, SRowSet *set)
{
	HRESULT hr = S_OK;

	for (; from < to && SUCCEEDED(hr); from++) {
		hr = table_read_row(self, table_row_at(self, from), &set->aRow[set->cRows]);
		set->cRows += hr == S_OK;
	}
	return hr;
}

HRESULT
table_read_rows(struct table *self, gint64 from, LONG count, SRowSet **out)
{
	struct filling filling = { .self = self, .row = { TABLE_NO_GROUP, 0 } };
	struct table_reader reader = { .tags = self->columns->aulPropTag,
		.count = self->columns->cValues,
		.fn = fill_row,
		.context = &filling };
	SRowSet *set = mem_zalloc(NULL, CbNewSRowSet((size_t)count + 1));
	HRESULT hr;

	if (!set)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	filling.set = set;
	if (self->list)
		hr = read_list(self, from, from + count, set);
	else
		hr = count ? self->methods->walk(self->source, from, count, &reader) : S_OK;
	if (FAILED(hr)) {
		table_rows_out_free(set);
		return hr;
	}
	*out = set;
	return S_OK;
}

/* Rows that have gone since the list was made are passed over, as long as there are others. */
static HRESULT
query_rows(struct table *self, LONG wanted, ULONG flags, SRowSet **out)
{
	gint64 total, from = self->position, to;
	HRESULT hr;

	hr = table_want(self, wanted > 0 ? from + wanted : from);
	if (SUCCEEDED(hr))
		hr = self->list ? S_OK : table_count(self, &total);
	if (FAILED(hr))
		return hr;
	if (self->list)
		total = table_rows_shown(self->list);
	from = MIN(from, total);
	to = CLAMP(from + wanted, 0, total);
	do {
		table_rows_out_free(*out);
		*out = NULL;
		hr = wanted > 0 ? table_read_rows(self, from, (LONG)(to - from), out)
				: table_read_rows(self, to, (LONG)(from - to), out);
		if (FAILED(hr) || (*out)->cRows || to == from)
			break;
		from = to;
		to = CLAMP(from + wanted, 0, total);
	} while (self->list);
	if (SUCCEEDED(hr) && !self->list && wanted > 0)
		to = from + (*out)->cRows;
	if (SUCCEEDED(hr) && !(flags & TBL_NOADVANCE))
		self->position = to;
	return hr;
}

static HRESULT
table_QueryRows(IMAPITable *This, LONG wanted, ULONG flags, LPSRowSet *rows)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!rows)
		return MAPI_E_INVALID_PARAMETER;
	*rows = NULL;
	if (wanted == 0)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~TBL_NOADVANCE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, query_rows(self, wanted, flags, rows));
}

/* --- The object ---------------------------------------------------------------------------- */

static void
table_finalize(void *object)
{
	struct table *self = object;

	if (self->sinks)
		table_unadvise_all(self);
	table_list_free(self->list);
	mem_free(self->columns);
	mem_free(self->plain);
	mem_free(self->restriction);
	mem_free(self->sort);
	g_array_unref(self->instances);
	g_array_unref(self->bookmarks);
	self->methods->release(self->source);
}

struct com_object *
table_object(IMAPITable *table)
{
	return &table_of(table)->com;
}

static const struct com_interface table_interfaces[] = {
	{ &IID_IMAPITable, offsetof(struct table, imapitable) },
	{ NULL, 0 },
};

static const struct com_class table_class = {
	.name = "table",
	.interfaces = table_interfaces,
	.finalize = table_finalize,
};

COM_UNKNOWN(table, struct table, imapitable, IMAPITable)

static const IMAPITableVtbl table_vtbl = {
	.QueryInterface = table_QueryInterface,
	.AddRef = table_AddRef,
	.Release = table_Release,
	.GetLastError = table_GetLastError,
	.Advise = table_Advise,
	.Unadvise = table_Unadvise,
	.GetStatus = table_GetStatus,
	.SetColumns = table_SetColumns,
	.QueryColumns = table_QueryColumns,
	.GetRowCount = table_GetRowCount,
	.SeekRow = table_SeekRow,
	.SeekRowApprox = table_SeekRowApprox,
	.QueryPosition = table_QueryPosition,
	.FindRow = table_FindRow,
	.Restrict = table_Restrict,
	.CreateBookmark = table_CreateBookmark,
	.FreeBookmark = table_FreeBookmark,
	.SortTable = table_SortTable,
	.QuerySortOrder = table_QuerySortOrder,
	.QueryRows = table_QueryRows,
	.Abort = table_Abort,
	.ExpandRow = table_ExpandRow,
	.CollapseRow = table_CollapseRow,
	.WaitForCompletion = table_WaitForCompletion,
	.GetCollapseState = table_GetCollapseState,
	.SetCollapseState = table_SetCollapseState,
};

static HRESULT
set_defaults(struct table *self, const SPropTagArray *columns)
{
	ULONG i;

	self->columns = copy_tags(columns);
	if (!self->columns)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < columns->cValues; i++)
		self->columns->aulPropTag[i] = text_by_flags(columns->aulPropTag[i], self->flags);
	return table_find_instances(self);
}

HRESULT
table_open(const struct table_source *methods, void *source, const struct table_making *making,
    IMAPITable **out)
{
	struct table *self = com_create(&table_class, sizeof(*self));
	HRESULT hr;

	*out = NULL;
	if (!self) {
		methods->release(source);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	self->imapitable.lpVtbl = &table_vtbl;
	self->methods = methods;
	self->source = source;
	self->flags = making->flags & MAPI_UNICODE;
	self->key = making->key;
	self->type = making->type;
	self->instances = g_array_new(FALSE, FALSE, sizeof(ULONG));
	self->bookmarks = g_array_new(FALSE, TRUE, sizeof(struct table_bookmark));
	self->sinks = g_array_new(FALSE, TRUE, sizeof(struct table_sink));
	self->most = (ULONG)-1;
	self->stale = true;
	hr = set_defaults(self, making->columns);
	if (FAILED(hr)) {
		com_release(&self->com);
		return hr;
	}
	self->stale = !methods->follow || !methods->follow(source, NULL);
	*out = &self->imapitable;
	return S_OK;
}
