/* SPDX-License-Identifier: MIT */
/* The messages of a folder as rows of a table (src/prop/table_source.h): see contents.h. */
#include "contents.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "folder.h"
#include "made.h"
#include "mem.h"
#include "places.h"
#include "search.h"
#include "table_source.h"
#include "watch.h"
#include "watch_log.h"

/* Sequential reading goes on from the row that was passed last; further jumps are by OFFSET. */
#define NEAR 2000
/* Events at once; more are one TABLE_CHANGED. */
#define EVENTS_MAX 64

struct contents {
	struct contents_scope scope;
	struct contents_keyset keyset; /* the cursor stands behind row `at` - 1 */
	gint64 at;
	/* The same among the rows that a restriction may fit, in order of id. */
	struct contents_keyset like;
	gint64 like_at;
	SSortOrderSet *sort; /* the order that is made for it (made.h); NULL: that of the keyset */
	IMAPITable *table;   /* weak: it owns this */
};

static HRESULT
contents_enter(void *source)
{
	return store_enter(((struct contents *)source)->scope.store);
}

static HRESULT
contents_leave(void *source, HRESULT hr)
{
	return store_leave(((struct contents *)source)->scope.store, hr);
}

static void
contents_release(void *source)
{
	struct contents *contents = source;

	com_release(&contents->scope.store->com);
	mem_free(contents->sort);
	g_free(contents);
}

static HRESULT
contents_last_error(void *source, HRESULT failure, ULONG flags, MAPIERROR **out)
{
	return store_last_error(((struct contents *)source)->scope.store, failure, flags, out);
}

/* --- Rows ---------------------------------------------------------------------------- */

static struct contents_need
need_of(const struct table_reader *reader)
{
	struct contents_need need = {
		.columns = G_MAXUINT32, .computed = true, .blob = true, .all = true
	};

	if (reader->all)
		return need;
	memset(&need, 0, sizeof(need));
	contents_need_tags(&need, reader->tags, reader->count);
	need.judged = reader->judged; /* `tags` have what it looks at */
	return need;
}

static HRESULT
pass_on(void *context, const struct contents_row *row)
{
	const struct table_reader *reader = context;
	struct table_record record = { row->id, row->values, row->count };

	return reader->fn(reader->context, &record);
}

static struct contents_walk
walk_of(const struct table_reader *reader, LONG limit)
{
	return (struct contents_walk){ .limit = limit,
		.need = need_of(reader),
		.like = reader->restriction,
		.fn = pass_on,
		.context = (void *)(size_t)reader };
}

static HRESULT
contents_each(void *source, const struct table_reader *reader)
{
	const struct contents *contents = source;
	struct contents_walk walk = walk_of(reader, -1);
	struct contents_keyset keyset = { .order = ORDER_ID };

	return contents_walk(&contents->scope, &keyset, &walk);
}

static HRESULT
contents_fetch_row(void *source, gint64 id, const struct table_reader *reader)
{
	const struct contents *contents = source;
	struct contents_walk walk = walk_of(reader, 1);
	HRESULT hr = contents_fetch(&contents->scope, id, &walk);

	return hr;
}

static bool
contents_any_part(void *source, gint64 id, ULONG tag, const SRestriction *restriction)
{
	return search_any_part(((struct contents *)source)->scope.store, id, tag, restriction);
}

/* --- In the order of an index -------------------------------------------------------- */

static void
rewind_cursor(struct contents *contents)
{
	memset(&contents->keyset.cursor, 0, sizeof(contents->keyset.cursor));
	contents->at = 0;
}

static bool
contents_follow(void *source, const SSortOrderSet *sort)
{
	struct contents *contents = source;

	contents->at = 0;
	mem_free(contents->sort);
	contents->sort = NULL;
	if (contents_order_of(sort, &contents->scope, &contents->keyset))
		return true;
	if (!made_serves(&contents->scope, sort))
		return false;
	contents->sort = mem_memdup(NULL, sort, CbNewSSortOrderSet((size_t)sort->cSorts));
	return contents->sort != NULL;
}

static HRESULT
contents_total(void *source, gint64 *count)
{
	return contents_count(&((struct contents *)source)->scope, count);
}

struct passing {
	struct contents *contents;
	const struct table_reader *reader; /* NULL: the rows are only passed */
};

static HRESULT
pass_row(void *context, const struct contents_row *row)
{
	const struct passing *passing = context;

	passing->contents->at++;
	return passing->reader ? pass_on((void *)(size_t)passing->reader, row) : S_OK;
}

static HRESULT
walk_on(struct contents *contents, LONG limit, const struct table_reader *reader)
{
	struct passing passing = { contents, reader };
	struct contents_walk walk = { .limit = limit, .fn = pass_row, .context = &passing };

	if (reader)
		walk.need = need_of(reader);
	return contents_walk(&contents->scope, &contents->keyset, &walk);
}

/* The cursor before row `to`. */
static HRESULT
move_to(struct contents *contents, gint64 to)
{
	gint64 total;
	HRESULT hr;

	if (to == contents->at)
		return S_OK;
	if (to > contents->at && to - contents->at <= NEAR)
		return walk_on(contents, (LONG)(to - contents->at), NULL);
	rewind_cursor(contents);
	if (to <= NEAR)
		return to ? walk_on(contents, (LONG)to, NULL) : S_OK;
	if (places_find(&contents->scope, &contents->keyset, to, NEAR, &contents->at))
		return to > contents->at ? walk_on(contents, (LONG)(to - contents->at), NULL)
					 : S_OK;
	hr = contents_total(contents, &total);
	if (SUCCEEDED(hr))
		hr = contents_place(&contents->scope, &contents->keyset, to, total);
	if (FAILED(hr))
		return hr;
	contents->at = to;
	if (hr == S_OK)
		places_note(&contents->scope, &contents->keyset, to);
	return hr;
}

struct reading {
	struct contents *contents;
	const struct contents_walk *walk;
	bool enough;
};

static HRESULT
note_enough(void *context, const struct contents_row *row)
{
	struct reading *reading = context;
	HRESULT hr = reading->walk->fn(reading->walk->context, row);

	reading->enough = hr == S_FALSE;
	return hr;
}

/* A row that has gone meanwhile is left out. */
static HRESULT
read_id(void *context, gint64 id)
{
	struct reading *reading = context;
	struct contents_walk walk = {
		.limit = 1, .need = reading->walk->need, .fn = note_enough, .context = reading
	};
	HRESULT hr = contents_fetch(&reading->contents->scope, id, &walk);

	if (FAILED(hr))
		return hr;
	return reading->enough ? S_FALSE : S_OK;
}

static HRESULT
walk_made(struct contents *contents, gint64 from, LONG limit, const struct table_reader *reader)
{
	struct contents_walk walk = walk_of(reader, limit);
	struct reading reading = { contents, &walk, false };
	struct made_walk made = {
		.from = from, .limit = limit, .fn = read_id, .context = &reading
	};
	HRESULT hr = made_use(&contents->scope, contents->sort, &made.order);

	if (SUCCEEDED(hr))
		hr = contents_total(contents, &made.total);
	return SUCCEEDED(hr) ? made_walk(contents->scope.store, &made) : hr;
}

static HRESULT
pass_like(void *context, const struct contents_row *row)
{
	struct passing *passing = context;

	passing->contents->like_at++;
	return passing->reader ? pass_on((void *)(size_t)passing->reader, row) : S_OK;
}

/* Rows that the reader's restriction cannot fit are left out, here and of what `from` counts. */
static HRESULT
walk_like(struct contents *contents, gint64 from, LONG limit, const struct table_reader *reader)
{
	struct passing passing = { contents, NULL };
	struct contents_walk walk = walk_of(reader, limit);
	HRESULT hr = S_OK;

	walk.fn = pass_like;
	walk.context = &passing;
	if (from != contents->like_at || !from) {
		memset(&contents->like, 0, sizeof(contents->like));
		contents->like_at = 0;
		walk.limit = (LONG)MIN(from, G_MAXINT32);
		hr = from ? contents_walk(&contents->scope, &contents->like, &walk) : S_OK;
	}
	walk.limit = limit;
	passing.reader = reader;
	return SUCCEEDED(hr) ? contents_walk(&contents->scope, &contents->like, &walk) : hr;
}

static HRESULT
contents_walk_rows(void *source, gint64 from, LONG limit, const struct table_reader *reader)
{
	struct contents *contents = source;
	HRESULT hr;

	if (contents->sort)
		return walk_made(contents, from, limit, reader);
	if (reader->restriction && contents->keyset.order == ORDER_ID)
		return walk_like(contents, from, limit, reader);
	hr = move_to(contents, from);

	return SUCCEEDED(hr) ? walk_on(contents, limit, reader) : hr;
}

static HRESULT
contents_locate(void *source, gint64 id, gint64 *position)
{
	const struct contents *contents = source;
	unsigned order;
	HRESULT hr;

	if (!contents->sort)
		return contents_rank(&contents->scope, &contents->keyset, id, position);
	hr = made_use(&contents->scope, contents->sort, &order);
	return SUCCEEDED(hr) ? made_rank(contents->scope.store, order, id, position) : hr;
}

static HRESULT
take_id(void *context, const struct contents_row *row)
{
	*(gint64 *)context = row->id;
	return S_OK;
}

static HRESULT
contents_before(void *source, gint64 id, gint64 *prior)
{
	const struct contents *contents = source;
	struct contents_keyset keyset = contents->keyset;
	struct contents_walk walk = { .limit = 1, .fn = take_id, .context = prior };
	unsigned order;
	HRESULT hr;

	*prior = 0;
	if (contents->sort) {
		hr = made_use(&contents->scope, contents->sort, &order);
		return SUCCEEDED(hr) ? made_before(contents->scope.store, order, id, prior) : hr;
	}
	hr = contents_cursor_at(&contents->scope, &keyset, id);
	if (hr != S_OK)
		return hr;
	keyset.descending = !keyset.descending;
	hr = contents_walk(&contents->scope, &keyset, &walk);
	return FAILED(hr) ? hr : *prior ? S_OK : S_FALSE;
}

/* --- Events -------------------------------------------------------------------------- */

/* What a change of the store means for this table's rows; 0: nothing. */
static ULONG
event_for(const struct contents *contents, const struct change *change)
{
	gint64 folder = contents->scope.folder;

	if (change->type == MAPI_FOLDER || (change->parent != folder && change->old != folder))
		return 0;
	switch (change->event) {
	case fnevObjectCreated:
	case fnevObjectCopied:
		return change->parent == folder ? TABLE_ROW_ADDED : 0;
	case fnevObjectMoved:
		return change->parent == folder ? TABLE_ROW_ADDED : TABLE_ROW_DELETED;
	case fnevObjectDeleted:
		return TABLE_ROW_DELETED;
	case fnevObjectModified:
		return TABLE_ROW_MODIFIED;
	default:
		return 0;
	}
}

static GArray *
events_for(const struct contents *contents, const GArray *changes, SPropValue *keys)
{
	GArray *events = g_array_new(FALSE, TRUE, sizeof(struct table_change));
	guint at;

	for (at = 0; at < changes->len; at++) {
		struct change *change = &g_array_index(changes, struct change, at);
		struct table_change event = { change->id, event_for(contents, change), &keys[at] };

		keys[at].ulPropTag = PR_INSTANCE_KEY;
		keys[at].Value.bin.cb = sizeof(change->id);
		keys[at].Value.bin.lpb = (BYTE *)&change->id;
		if (event.event)
			g_array_append_val(events, event);
	}
	return events;
}

/* On the watcher's thread, which holds a reference on the table. */
static void
contents_changed(void *context, const GArray *changes)
{
	struct contents *contents = context;
	SPropValue *keys = g_new0(SPropValue, changes->len + 1);
	GArray *events = events_for(contents, changes, keys);
	struct table_news *news = NULL;

	if (events->len && SUCCEEDED(contents_enter(contents))) {
		news = table_changed(contents->table,
		    (const struct table_change *)(const void *)events->data, events->len,
		    EVENTS_MAX);
		contents_leave(contents, S_OK);
	}
	table_tell(news);
	g_array_unref(events);
	g_free(keys);
}

static struct watch_scope
watched(struct contents *contents)
{
	return (struct watch_scope){ .type = WATCH_CONTENTS,
		.object = contents->scope.folder,
		.changed = contents_changed,
		.context = contents,
		.holder = table_object(contents->table) };
}

static HRESULT
contents_subscribe(void *source, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct contents *contents = source;
	struct watch_scope scope = watched(contents);

	return watch_advise(contents->scope.store, &scope, fnevTableModified, sink, connection);
}

static HRESULT
contents_unsubscribe(void *source, ULONG_PTR connection)
{
	return watch_unadvise(((struct contents *)source)->scope.store, connection);
}

static void
contents_notify(void *source, ULONG count, NOTIFICATION *notifications)
{
	struct contents *contents = source;
	struct watch_scope scope = watched(contents);

	watch_tell(contents->scope.store, &scope, count, notifications);
}

/* --- The table ----------------------------------------------------------------------- */

#define COLUMNS(suffix)                                                                            \
	PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_SUBJECT##suffix,                            \
	    PR_NORMALIZED_SUBJECT##suffix, PR_DISPLAY_TO##suffix, PR_DISPLAY_CC##suffix,           \
	    PR_SENDER_NAME##suffix, PR_MESSAGE_CLASS##suffix, PR_MESSAGE_FLAGS, PR_MSG_STATUS,     \
	    PR_MESSAGE_SIZE, PR_HASATTACH, PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY,             \
	    PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME, PR_LAST_MODIFICATION_TIME,            \
	    PR_OBJECT_TYPE, PR_PARENT_ENTRYID, PR_STORE_ENTRYID, PR_ACCESS, PR_ACCESS_LEVEL
#define OTHERS(suffix)                                                                             \
	PR_DISPLAY_BCC##suffix, PR_SUBJECT_PREFIX##suffix, PR_CREATION_TIME, PR_SEARCH_KEY,        \
	    PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE, PR_ROW_TYPE, PR_DEPTH, PR_CONTENT_COUNT,    \
	    PR_CONTENT_UNREAD
static const SizedSPropTagArray(24, columns_a) = { 24, { COLUMNS(_A) } };
static const SizedSPropTagArray(24, columns_w) = { 24, { COLUMNS(_W) } };
static const SizedSPropTagArray(34, all_a) = { 34, { COLUMNS(_A), OTHERS(_A) } };
static const SizedSPropTagArray(34, all_w) = { 34, { COLUMNS(_W), OTHERS(_W) } };

/* What stands in columns, or is made of them; any other property of a message may be one too. */
static HRESULT
contents_columns(void *source, ULONG flags, SPropTagArray **out)
{
	*out =
	    mem_memdup(NULL, (flags & MAPI_UNICODE) ? (const void *)&all_w : &all_a, sizeof(all_a));
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static const struct table_source contents_methods = {
	.enter = contents_enter,
	.leave = contents_leave,
	.release = contents_release,
	.each = contents_each,
	.fetch = contents_fetch_row,
	.columns = contents_columns,
	.last_error = contents_last_error,
	.any_part = contents_any_part,
	.subscribe = contents_subscribe,
	.unsubscribe = contents_unsubscribe,
	.notify = contents_notify,
	.follow = contents_follow,
	.count = contents_total,
	.walk = contents_walk_rows,
	.locate = contents_locate,
	.before = contents_before,
};

HRESULT
contents_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out)
{
	struct table_making making = {
		.flags = flags & MAPI_UNICODE, .key = PR_INSTANCE_KEY, .type = TBLTYPE_KEYSET
	};
	struct contents *contents;
	struct contents_scope scope;
	HRESULT hr;

	*out = NULL;
	db_keep_more(store->db);
	hr = contents_scope_init(store, folder, (flags & MAPI_ASSOCIATED) != 0, &scope);
	if (FAILED(hr))
		return hr;
	making.columns = (flags & MAPI_UNICODE) ? (const SPropTagArray *)(const void *)&columns_w
						: (const SPropTagArray *)(const void *)&columns_a;
	contents = g_new0(struct contents, 1);
	contents->scope = scope;
	com_add_ref(&store->com);
	hr = table_open(&contents_methods, contents, &making, out);
	if (SUCCEEDED(hr))
		contents->table = *out;
	return hr;
}
