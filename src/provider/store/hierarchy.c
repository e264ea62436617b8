/* SPDX-License-Identifier: MIT */
/*
 * Hierarchy tables: the subfolders of a folder, or with CONVENIENT_DEPTH all that lie below.  The
 * rows are in memory, and follow the store while somebody listens.
 */
#include "folder.h"

#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "table_data.h"
#include "watch.h"

#define COLUMNS(suffix)                                                                            \
	{                                                                                          \
		PR_ENTRYID, PR_DISPLAY_NAME##suffix, PR_COMMENT##suffix, PR_DEPTH,                 \
		    PR_DISPLAY_TYPE, PR_INSTANCE_KEY, PR_OBJECT_TYPE, PR_STATUS, PR_FOLDER_TYPE,   \
		    PR_SUBFOLDERS, PR_CONTENT_COUNT, PR_CONTENT_UNREAD,                            \
		    PR_CONTAINER_CLASS##suffix, PR_PARENT_ENTRYID, PR_RECORD_KEY, PR_ACCESS        \
	}
static const SizedSPropTagArray(16, columns_a) = { 16, COLUMNS(_A) };
static const SizedSPropTagArray(16, columns_w) = { 16, COLUMNS(_W) };

/* How deep a tree is followed: a damaged file may hold a circle. */
#define DEPTH_MAX 200

static HRESULT
children_of(struct store *store, gint64 folder, GArray **out)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	sqlite3_stmt *row;
	HRESULT hr;

	hr = db_query(store->db, &row,
	    "SELECT id FROM folder WHERE parent = ? AND id <> 1 ORDER BY name_key", "i", folder);
	while (SUCCEEDED(hr) && (hr = db_next(store->db, row)) == S_OK) {
		gint64 id = sqlite3_column_int64(row, 0);

		g_array_append_val(ids, id);
	}
	if (FAILED(hr)) {
		g_array_unref(ids);
		return hr;
	}
	*out = ids;
	return S_OK;
}

/* What keeps a table in step with the store; it belongs to the rows. */
struct hierarchy {
	struct store *store;
	gint64 folder;
	bool deep;
	ITableData *data; /* weak: it owns this */
};

/* The rows as they are now, each a bag, in the order in which they are shown. */
static HRESULT
hierarchy_add(struct store *store, gint64 id, LONG depth, GPtrArray *rows)
{
	struct bag *bag = bag_create();
	HRESULT hr;

	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = folder_read(store, id, store->writable, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_DEPTH, depth);
	if (SUCCEEDED(hr))
		g_ptr_array_add(rows, bag);
	else
		bag_free(bag);
	return (hr == MAPI_E_NOT_FOUND) ? S_OK : hr; /* gone meanwhile */
}

static HRESULT
hierarchy_walk(struct store *store, gint64 folder, LONG depth, bool deep, GPtrArray *rows)
{
	GArray *ids;
	HRESULT hr;
	guint at;

	if (depth > DEPTH_MAX)
		return MAPI_E_CORRUPT_STORE;
	hr = children_of(store, folder, &ids);
	if (FAILED(hr))
		return hr;
	for (at = 0; at < ids->len && SUCCEEDED(hr); at++) {
		gint64 id = g_array_index(ids, gint64, at);

		hr = hierarchy_add(store, id, depth, rows);
		if (SUCCEEDED(hr) && deep)
			hr = hierarchy_walk(store, id, depth + 1, true, rows);
	}
	g_array_unref(ids);
	return hr;
}

static void
free_bag(gpointer bag)
{
	bag_free(bag);
}

static HRESULT
hierarchy_read(const struct hierarchy *hierarchy, GPtrArray **out)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(free_bag);
	HRESULT hr = hierarchy_walk(hierarchy->store, hierarchy->folder, 0, hierarchy->deep, rows);

	if (FAILED(hr))
		g_ptr_array_unref(rows);
	else
		*out = rows;
	return hr;
}

/* --- Changes ------------------------------------------------------------------------- */

static SRow
row_of(const struct bag *bag)
{
	return (
	    SRow){ .cValues = bag_count(bag), .lpProps = (SPropValue *)(size_t)bag_values(bag) };
}

static bool
is_same(const SRow *a, const SRow *b)
{
	ULONG at;

	if (a->cValues != b->cValues)
		return false;
	for (at = 0; at < a->cValues; at++)
		if (a->lpProps[at].ulPropTag != b->lpProps[at].ulPropTag ||
		    prop_compare(&a->lpProps[at], &b->lpProps[at]))
			return false;
	return true;
}

/* Rows that are no longer there, or stand elsewhere now, go; the rest keeps its order. */
static void
remove_gone(ITableData *data, const GPtrArray *rows)
{
	ULONG at = 0;
	guint next = 0, look;
	SRow *row = NULL;

	while (SUCCEEDED(data->lpVtbl->HrEnumRow(data, at, &row)) && row) {
		SPropValue *key =
		    (SPropValue *)(size_t)prop_find(row->lpProps, row->cValues, PR_INSTANCE_KEY);

		for (look = next; look < rows->len; look++)
			if (!prop_compare(
				bag_get(g_ptr_array_index(rows, look), PR_INSTANCE_KEY), key))
				break;
		if (look < rows->len) {
			next = look + 1;
			at++;
		} else {
			data->lpVtbl->HrDeleteRow(data, key);
		}
		mem_free(row);
		row = NULL;
	}
}

/* New ones are put where they belong, changed ones replaced. */
static void
put_rows(ITableData *data, const GPtrArray *rows)
{
	guint at;

	for (at = 0; at < rows->len; at++) {
		const struct bag *bag = g_ptr_array_index(rows, at);
		SRow row = row_of(bag), *old = NULL;
		HRESULT hr = data->lpVtbl->HrQueryRow(
		    data, (SPropValue *)(size_t)bag_get(bag, PR_INSTANCE_KEY), &old, NULL);

		if (hr == MAPI_E_NOT_FOUND)
			data->lpVtbl->HrInsertRow(data, at, &row);
		else if (SUCCEEDED(hr) && !is_same(&row, old))
			data->lpVtbl->HrModifyRow(data, &row);
		mem_free(old);
	}
}

/* On the watcher's thread, which holds a reference on the rows. */
static void
hierarchy_changed(void *context, const GArray *changes)
{
	struct hierarchy *hierarchy = context;
	GPtrArray *rows = NULL;

	if (FAILED(store_enter(hierarchy->store)))
		return;
	if (FAILED(store_leave(hierarchy->store, hierarchy_read(hierarchy, &rows))))
		return;
	remove_gone(hierarchy->data, rows);
	put_rows(hierarchy->data, rows);
	g_ptr_array_unref(rows);
}

static struct watch_scope
watched(struct hierarchy *hierarchy)
{
	return (struct watch_scope){ .type = WATCH_HIERARCHY,
		.object = hierarchy->folder,
		.changed = hierarchy_changed,
		.context = hierarchy,
		.holder = table_data_object(hierarchy->data) };
}

static HRESULT
hierarchy_subscribe(void *context, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct hierarchy *hierarchy = context;
	struct watch_scope scope = watched(hierarchy);
	HRESULT hr = store_enter(hierarchy->store);

	if (FAILED(hr))
		return hr;
	hr = watch_advise(hierarchy->store, &scope, fnevTableModified, sink, connection);
	return store_leave(hierarchy->store, hr);
}

static HRESULT
hierarchy_unsubscribe(void *context, ULONG_PTR connection)
{
	struct hierarchy *hierarchy = context;
	HRESULT hr = store_enter(hierarchy->store);

	if (FAILED(hr))
		return hr;
	return store_leave(hierarchy->store, watch_unadvise(hierarchy->store, connection));
}

static void
hierarchy_notify(void *context, ULONG count, NOTIFICATION *notifications)
{
	struct hierarchy *hierarchy = context;
	struct watch_scope scope = watched(hierarchy);

	watch_tell(hierarchy->store, &scope, count, notifications);
}

static void
hierarchy_free(void *context)
{
	struct hierarchy *hierarchy = context;

	com_release(&hierarchy->store->com);
	g_free(hierarchy);
}

/* --- The table ----------------------------------------------------------------------- */

static HRESULT
hierarchy_fill(const struct hierarchy *hierarchy)
{
	GPtrArray *rows = NULL;
	HRESULT hr = store_enter(hierarchy->store);
	guint at;

	if (SUCCEEDED(hr))
		hr = store_leave(hierarchy->store, hierarchy_read(hierarchy, &rows));
	if (FAILED(hr))
		return hr;
	for (at = 0; at < rows->len && SUCCEEDED(hr); at++) {
		const struct bag *bag = g_ptr_array_index(rows, at);

		hr = table_data_add(hierarchy->data, bag_values(bag), bag_count(bag));
	}
	g_ptr_array_unref(rows);
	return hr;
}

HRESULT
hierarchy_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out)
{
	struct hierarchy *hierarchy = g_new0(struct hierarchy, 1);
	struct table_post post = { hierarchy_subscribe, hierarchy_unsubscribe, hierarchy_notify,
		hierarchy_free, hierarchy };
	struct table_data_making making = { .type = TBLTYPE_DYNAMIC,
		.key = PR_INSTANCE_KEY,
		.flags = flags & MAPI_UNICODE,
		.post = &post,
		.fixed = true };
	HRESULT hr;

	*out = NULL;
	making.columns = (flags & MAPI_UNICODE) ? (const SPropTagArray *)(const void *)&columns_w
						: (const SPropTagArray *)(const void *)&columns_a;
	hierarchy->store = store;
	hierarchy->folder = folder;
	hierarchy->deep = (flags & CONVENIENT_DEPTH) != 0;
	com_add_ref(&store->com);
	hr = table_data_create(&making, &hierarchy->data);
	if (FAILED(hr)) {
		hierarchy_free(hierarchy);
		return hr;
	}
	hr = hierarchy_fill(hierarchy);
	if (SUCCEEDED(hr))
		hr = table_data_view(hierarchy->data, NULL, out);
	/* The view keeps the rows, the rows what belongs to them. */
	hierarchy->data->lpVtbl->Release(hierarchy->data);
	return hr;
}
