/* SPDX-License-Identifier: MIT */
/*
 * Who listens to a table, and what it tells (MAPI reference: IMAPITable::Advise,
 * TABLE_NOTIFICATION).  See table_private.h.
 *
 * A flat list takes each change in; one with categories or instances is made anew and compared with
 * what it was.
 */
#include "table_private.h"

#include <string.h>
#include <mapitags.h>
#include "bag.h"
#include "mem.h"
#include "prop.h"

#define COMPARED_MAX 20000 /* rows; of larger tables it is only said that they changed */

struct table_news {
	struct table *self;
	GArray *events; /* NOTIFICATION; values hang on `root`, rows are MAPI buffers */
	void *root;
	GPtrArray *sinks; /* IMAPIAdviseSink; NULL: the source calls them */
};

/* --- Events -------------------------------------------------------------------------------- */

static struct table_news *
news_new(struct table *self)
{
	struct table_news *news = g_new0(struct table_news, 1);
	guint i;

	news->self = self;
	news->root = mem_zalloc(NULL, 1);
	news->events = g_array_new(FALSE, TRUE, sizeof(NOTIFICATION));
	if (self->methods->notify)
		return news;
	news->sinks = g_ptr_array_new();
	for (i = 0; i < self->sinks->len; i++) {
		IMAPIAdviseSink *sink = g_array_index(self->sinks, struct table_sink, i).sink;

		sink->lpVtbl->AddRef(sink);
		g_ptr_array_add(news->sinks, sink);
	}
	return news;
}

static void
drop_events(struct table_news *news)
{
	guint i;

	for (i = 0; i < news->events->len; i++)
		mem_free(g_array_index(news->events, NOTIFICATION, i).info.tab.row.lpProps);
	g_array_set_size(news->events, 0);
}

static TABLE_NOTIFICATION *
add_event(struct table_news *news, ULONG event)
{
	NOTIFICATION notification = { .ulEventType = fnevTableModified };
	TABLE_NOTIFICATION *table = &notification.info.tab;

	table->ulTableEvent = event;
	table->propIndex.ulPropTag = PR_NULL;
	table->propPrior.ulPropTag = PR_NULL;
	g_array_append_val(news->events, notification);
	return &g_array_index(news->events, NOTIFICATION, news->events->len - 1).info.tab;
}

void
table_tell(struct table_news *news)
{
	guint i;

	if (!news)
		return;
	if (news->events->len && !news->sinks)
		news->self->methods->notify(news->self->source, news->events->len,
		    (NOTIFICATION *)(void *)news->events->data);
	for (i = 0; news->sinks && i < news->sinks->len; i++) {
		IMAPIAdviseSink *sink = g_ptr_array_index(news->sinks, i);

		if (news->events->len)
			sink->lpVtbl->OnNotify(
			    sink, news->events->len, (NOTIFICATION *)(void *)news->events->data);
		sink->lpVtbl->Release(sink);
	}
	drop_events(news);
	if (news->sinks)
		g_ptr_array_unref(news->sinks);
	g_array_unref(news->events);
	mem_free(news->root);
	g_free(news);
}

/* What came of the changes; what went wrong is for the reader to find out by reading. */
static struct table_news *
finish(struct table_news *news, HRESULT hr, guint most)
{
	if (FAILED(hr) || news->events->len > most) {
		drop_events(news);
		add_event(news, TABLE_CHANGED);
	}
	if (FAILED(hr))
		table_restart(news->self);
	if (news->events->len)
		return news;
	table_tell(news);
	return NULL;
}

/* --- What a row is known by ---------------------------------------------------------------- */

struct naming {
	const struct table *self;
	void *root;
	SPropValue *out;
};

static HRESULT
take_key(void *context, const struct table_record *record)
{
	const struct naming *naming = context;
	const SPropValue *key = prop_find(record->values, record->count, PR_INSTANCE_KEY);

	if (!key)
		key = prop_find(record->values, record->count,
		    CHANGE_PROP_TYPE(naming->self->key, PT_UNSPECIFIED));
	return key ? prop_copy(naming->root, key, naming->out) : S_OK;
}

static HRESULT
key_of_id(struct table_news *news, gint64 id, SPropValue *out)
{
	const ULONG tags[] = { PR_INSTANCE_KEY, news->self->key };
	struct naming naming = { news->self, news->root, out };
	struct table_reader reader = {
		.tags = tags, .count = 2, .fn = take_key, .context = &naming
	};

	return news->self->methods->fetch(news->self->source, id, &reader);
}

/* Of a row of a list, heading or leaf. */
static HRESULT
key_of_row(
    struct table_news *news, const struct table_list *list, struct table_row row, SPropValue *out)
{
	const struct table_item *item;
	BYTE key[16];

	if (row.group != TABLE_NO_GROUP) {
		table_heading_key(
		    g_array_index(list->groups, struct table_group, row.group).hash, key);
		return prop_set_binary(news->root, out, PR_INSTANCE_KEY, key, TABLE_HEADING_KEY);
	}
	item = &g_array_index(list->items, struct table_item, row.item);
	if (!item->instance)
		return key_of_id(news, item->id, out);
	memcpy(key, &item->id, sizeof(item->id));
	memcpy(key + sizeof(item->id), &item->instance, sizeof(item->instance));
	return prop_set_binary(
	    news->root, out, PR_INSTANCE_KEY, key, sizeof(item->id) + sizeof(item->instance));
}

/* Who copies events (ScCopyNotifications) would take the tag of an instance for that of an array.
 */
static void
name_singles(SRow *row)
{
	ULONG i;

	for (i = 0; i < row->cValues; i++)
		if (PROP_TYPE(row->lpProps[i].ulPropTag) & MV_INSTANCE)
			row->lpProps[i].ulPropTag &= ~(ULONG)MVI_FLAG;
}

/* A row that is there now, and the one before it. */
static HRESULT
tell_row(struct table_news *news, ULONG event, gint64 position)
{
	struct table *self = news->self;
	TABLE_NOTIFICATION *table = add_event(news, event);
	struct table_row row = table_row_at(self, position);
	HRESULT hr = key_of_row(news, self->list, row, &table->propIndex);

	if (SUCCEEDED(hr) && position > 0)
		hr = key_of_row(
		    news, self->list, table_row_at(self, position - 1), &table->propPrior);
	if (SUCCEEDED(hr))
		hr = table_read_row(self, row, &table->row);
	if (hr == S_OK)
		name_singles(&table->row);
	return hr;
}

static HRESULT
tell_gone(struct table_news *news, const struct table_change *change)
{
	TABLE_NOTIFICATION *table = add_event(news, TABLE_ROW_DELETED);

	if (change->key)
		return prop_copy(news->root, change->key, &table->propIndex);
	return key_of_id(news, change->id, &table->propIndex);
}

/* --- In the source's own order ------------------------------------------------------------- */

struct single {
	struct table *self;
	SRow *out;
};

static HRESULT
select_single(void *context, const struct table_record *record)
{
	const struct single *single = context;

	return props_select(record->values, record->count, single->self->plain, single->self->flags,
	    &single->out->cValues, &single->out->lpProps);
}

static HRESULT
change_in_source(struct table_news *news, const struct table_change *change)
{
	struct table *self = news->self;
	TABLE_NOTIFICATION *table;
	struct single single = { self, NULL };
	struct table_reader reader = { .tags = self->columns->aulPropTag,
		.count = self->columns->cValues,
		.fn = select_single,
		.context = &single };
	gint64 prior;
	HRESULT hr;

	if (change->event == TABLE_ROW_DELETED)
		return tell_gone(news, change);
	table = add_event(news, change->event);
	single.out = &table->row;
	hr = self->methods->fetch(self->source, change->id, &reader);
	if (SUCCEEDED(hr) && hr != S_FALSE)
		hr = key_of_id(news, change->id, &table->propIndex);
	if (hr == S_FALSE) { /* it has gone meanwhile, which comes next */
		g_array_set_size(news->events, news->events->len - 1);
		return S_OK;
	}
	if (SUCCEEDED(hr))
		hr = self->methods->before(self->source, change->id, &prior);
	return hr == S_OK ? key_of_id(news, prior, &table->propPrior) : hr;
}

/* --- In a flat list ------------------------------------------------------------------------ */

struct looking {
	struct table *self;
	GByteArray *key;
	bool matches;
};

static HRESULT
look_at(void *context, const struct table_record *record)
{
	struct looking *looking = context;

	looking->matches = table_matches(looking->self, looking->self->restriction, record);
	if (looking->matches && looking->self->list->keyed)
		table_make_key(looking->self, record, 0, looking->key);
	return S_OK;
}

static gint64
index_of(const struct table_list *list, gint64 id)
{
	const struct table_item *items = (const struct table_item *)(const void *)list->items->data;
	guint i;

	for (i = 0; i < list->items->len; i++)
		if (items[i].id == id)
			return i;
	return -1;
}

static void
insert_item(struct table_list *list, guint at, gint64 id, const GByteArray *key)
{
	struct table_item item = {
		.id = id, .key = list->keys->len, .size = (guint16)MIN(key->len, G_MAXUINT16)
	};

	g_byte_array_append(list->keys, key->data, item.size);
	g_array_insert_val(list->items, at, item);
}

static HRESULT
put_in_list(struct table_news *news, gint64 id, gint64 old, const GByteArray *key)
{
	struct table *self = news->self;
	guint at;

	if (old >= 0)
		g_array_remove_index(self->list->items, (guint)old);
	at = table_list_place(self->list, id, 0, key);
	insert_item(self->list, at, id, key);
	if (old < 0)
		table_rows_came(self, at, 1);
	return tell_row(news, old < 0 ? TABLE_ROW_ADDED : TABLE_ROW_MODIFIED, at);
}

static HRESULT
change_in_list(struct table_news *news, const struct table_change *change)
{
	struct table *self = news->self;
	gint64 old = index_of(self->list, change->id);
	struct looking looking = { self, g_byte_array_new(), false };
	GArray *needs = table_needs(self, true, self->restriction);
	struct table_reader reader = { .tags = (const ULONG *)(const void *)needs->data,
		.count = needs->len,
		.judged = self->restriction,
		.fn = look_at,
		.context = &looking };
	HRESULT hr = S_FALSE;

	if (change->event != TABLE_ROW_DELETED)
		hr = self->methods->fetch(self->source, change->id, &reader);
	if (SUCCEEDED(hr) && looking.matches) {
		hr = put_in_list(news, change->id, old, looking.key);
	} else if (SUCCEEDED(hr) && old >= 0) {
		hr = tell_gone(news, change);
		g_array_remove_index(self->list->items, (guint)old);
		table_rows_went(self, old, 1);
	}
	g_byte_array_unref(looking.key);
	g_array_unref(needs);
	return FAILED(hr) ? hr : S_OK;
}

/* --- Made anew ----------------------------------------------------------------------------- */

static guint64
row_hash(const struct table_list *list, struct table_row row)
{
	const struct table_item *item;

	if (row.group != TABLE_NO_GROUP)
		return g_array_index(list->groups, struct table_group, row.group).hash | 1;
	item = &g_array_index(list->items, struct table_item, row.item);
	return (((guint64)item->id << 20) + item->instance) << 1;
}

static struct table_row
row_of(const struct table_list *list, guint at)
{
	if (list->shown)
		return g_array_index(list->shown, struct table_row, at);
	return (struct table_row){ TABLE_NO_GROUP, at };
}

/* Rows that are shown, by hash: their place + 1. */
static GHashTable *
places_of(const struct table_list *list)
{
	GHashTable *places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	guint i, count = (guint)table_rows_shown(list);

	for (i = 0; i < count; i++) {
		guint64 *hash = g_new(guint64, 1);

		*hash = row_hash(list, row_of(list, i));
		g_hash_table_insert(places, hash, GUINT_TO_POINTER(i + 1));
	}
	return places;
}

static guint
place_of(GHashTable *places, const struct table_list *list, struct table_row row)
{
	guint64 hash = row_hash(list, row);

	return GPOINTER_TO_UINT(g_hash_table_lookup(places, &hash));
}

static void
keep_expanded(const struct table_list *old, struct table_list *list)
{
	guint i, j;

	for (i = 0; list->groups && i < list->groups->len; i++)
		for (j = 0; j < old->groups->len; j++) {
			struct table_group *group =
			    &g_array_index(list->groups, struct table_group, i);
			const struct table_group *before =
			    &g_array_index(old->groups, struct table_group, j);

			if (before->hash == group->hash)
				group->expanded = before->expanded;
		}
	if (list->groups)
		table_show(list);
}

static bool
is_changed(const struct table_list *old, struct table_row before, const struct table_list *list,
    struct table_row row, const GArray *ids)
{
	const struct table_group *was, *is;
	gint64 id;
	guint i;

	if (row.group != TABLE_NO_GROUP) {
		was = &g_array_index(old->groups, struct table_group, before.group);
		is = &g_array_index(list->groups, struct table_group, row.group);
		return was->items != is->items || was->unread != is->unread;
	}
	id = g_array_index(list->items, struct table_item, row.item).id;
	for (i = 0; i < ids->len; i++)
		if (g_array_index(ids, gint64, i) == id)
			return true;
	return false;
}

/* The old list is no longer the table's: rows that have gone are named by what it knows. */
static HRESULT
tell_lost(struct table_news *news, const struct table_list *old, struct table_row row,
    const struct table_change *changes, guint count)
{
	TABLE_NOTIFICATION *table;
	guint i;

	if (row.group == TABLE_NO_GROUP) {
		const struct table_item *item =
		    &g_array_index(old->items, struct table_item, row.item);

		for (i = 0; !item->instance && i < count; i++)
			if (changes[i].id == item->id && changes[i].key)
				return tell_gone(news, &changes[i]);
	}
	table = add_event(news, TABLE_ROW_DELETED);
	return key_of_row(news, old, row, &table->propIndex);
}

static HRESULT
compare_lists(struct table_news *news, const struct table_list *old,
    const struct table_change *changes, guint count)
{
	struct table_list *list = news->self->list;
	GHashTable *was = places_of(old), *is = places_of(list);
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	HRESULT hr = S_OK;
	guint i;

	for (i = 0; i < count; i++)
		g_array_append_val(ids, changes[i].id);
	for (i = 0; i < table_rows_shown(old) && SUCCEEDED(hr); i++)
		if (!place_of(is, old, row_of(old, i)))
			hr = tell_lost(news, old, row_of(old, i), changes, count);
	for (i = 0; i < table_rows_shown(list) && SUCCEEDED(hr); i++) {
		guint before = place_of(was, list, row_of(list, i));

		if (!before)
			hr = tell_row(news, TABLE_ROW_ADDED, i);
		else if (is_changed(old, row_of(old, before - 1), list, row_of(list, i), ids))
			hr = tell_row(news, TABLE_ROW_MODIFIED, i);
	}
	if (news->self->position < table_rows_shown(old)) {
		guint now = place_of(is, old, row_of(old, (guint)news->self->position));

		news->self->position = now ? now - 1 : news->self->position;
	}
	news->self->position = MIN(news->self->position, table_rows_shown(list));
	g_array_unref(ids);
	g_hash_table_unref(was);
	g_hash_table_unref(is);
	return hr;
}

static HRESULT
make_anew(struct table_news *news, const struct table_change *changes, guint count)
{
	struct table *self = news->self;
	struct table_list *old = self->list, *list;
	HRESULT hr = table_make_list(self, true, &list);

	if (FAILED(hr))
		return hr;
	if (old->groups)
		keep_expanded(old, list);
	self->list = list;
	if (table_rows_shown(old) > COMPARED_MAX || table_rows_shown(list) > COMPARED_MAX)
		add_event(news, TABLE_CHANGED);
	else
		hr = compare_lists(news, old, changes, count);
	table_list_free(old);
	return hr;
}

/* A list that is to take changes in has all its rows, and their keys. */
static HRESULT
make_whole(struct table *self)
{
	struct table_list *whole;
	HRESULT hr;

	if (self->list->complete && (self->list->keyed || !self->sort))
		return S_OK;
	hr = table_make_list(self, true, &whole);
	if (FAILED(hr))
		return hr;
	table_list_free(self->list);
	self->list = whole;
	return S_OK;
}

/* A list that is made now has the changes in it already. */
static HRESULT
apply(struct table_news *news, const struct table_change *changes, guint count)
{
	struct table *self = news->self;
	bool flat = self->list && !self->list->levels && !self->instances->len;
	HRESULT hr = S_OK;
	guint i;

	if (self->stale) {
		add_event(news, TABLE_CHANGED);
		return S_OK;
	}
	if (self->list && !flat)
		return make_anew(news, changes, count);
	if (flat && !(self->list->complete && (self->list->keyed || !self->sort))) {
		add_event(news, TABLE_CHANGED);
		return make_whole(self);
	}
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = flat ? change_in_list(news, &changes[i]) : change_in_source(news, &changes[i]);
	return hr;
}

struct table_news *
table_changed(IMAPITable *table, const struct table_change *changes, guint count, guint most)
{
	struct table_news *news = news_new(table_of(table));

	return finish(news, apply(news, changes, count), most);
}

struct table_news *
table_reloaded(IMAPITable *table, bool gentle)
{
	struct table *self = table_of(table);
	struct table_news *news = news_new(self);
	gint64 position = self->position;

	table_restart(self);
	if (gentle)
		self->position = position;
	add_event(news, gentle ? TABLE_CHANGED : TABLE_RELOAD);
	return news;
}

/* --- Sinks --------------------------------------------------------------------------------- */

static HRESULT
subscribe(struct table *self, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct table_sink own = { 0, NULL };
	HRESULT hr = table_want(self, 0);

	if (SUCCEEDED(hr) && self->list)
		hr = make_whole(self);
	if (FAILED(hr))
		return hr;
	if (self->methods->subscribe) {
		hr = self->methods->subscribe(self->source, sink, &own.connection);
	} else {
		own.connection = ++self->last_connection;
		own.sink = sink;
		sink->lpVtbl->AddRef(sink);
	}
	if (FAILED(hr))
		return hr;
	g_array_append_val(self->sinks, own);
	*connection = own.connection;
	return S_OK;
}

HRESULT
table_Advise(IMAPITable *This, ULONG mask, LPMAPIADVISESINK sink, ULONG_PTR *connection)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	/* The rows of a snapshot never change. */
	if (!(mask & fnevTableModified) || self->type == TBLTYPE_SNAPSHOT)
		return MAPI_E_NO_SUPPORT;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, subscribe(self, sink, connection));
}

static HRESULT
unsubscribe(struct table *self, guint at, IMAPIAdviseSink **sink)
{
	struct table_sink own = g_array_index(self->sinks, struct table_sink, at);

	g_array_remove_index(self->sinks, at);
	*sink = own.sink;
	return own.sink ? S_OK : self->methods->unsubscribe(self->source, own.connection);
}

HRESULT
table_Unadvise(IMAPITable *This, ULONG_PTR connection)
{
	struct table *self = table_of(This);
	IMAPIAdviseSink *sink = NULL;
	HRESULT hr = table_enter(self);
	guint at;

	if (FAILED(hr))
		return hr;
	hr = MAPI_E_NOT_FOUND;
	for (at = 0; at < self->sinks->len; at++)
		if (g_array_index(self->sinks, struct table_sink, at).connection == connection) {
			hr = unsubscribe(self, at, &sink);
			break;
		}
	hr = table_leave(self, hr);
	COM_CLEAR(sink);
	return hr;
}

/* A table that goes takes its connections with it. */
void
table_unadvise_all(struct table *self)
{
	IMAPIAdviseSink *sink;

	while (self->sinks->len && SUCCEEDED(table_enter(self))) {
		sink = NULL;
		unsubscribe(self, self->sinks->len - 1, &sink);
		table_leave(self, S_OK);
		COM_CLEAR(sink);
	}
	g_array_unref(self->sinks);
	self->sinks = NULL;
}

void
table_done(struct table *self, ULONG flags, ULONG event, HRESULT hr)
{
	struct table_news *news;
	TABLE_NOTIFICATION *table;

	if (!(flags & TBL_ASYNC) || FAILED(table_enter(self)))
		return;
	news = self->sinks->len ? news_new(self) : NULL;
	table_leave(self, S_OK);
	if (!news)
		return;
	table = add_event(news, FAILED(hr) ? TABLE_ERROR : event);
	table->hResult = hr;
	table_tell(news);
}
