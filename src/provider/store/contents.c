/* SPDX-License-Identifier: MIT */
/* IMAPITable over the messages of a folder: see contents.h. */
#include "contents.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "contents_list.h"
#include "folder.h"
#include "mem.h"
#include "restriction.h"
#include "unsupported.h"
#include "watch.h"

struct contents {
	struct com_object com;
	IMAPITable itable;
	struct contents_scope scope;
	ULONG flags;
	SPropTagArray *columns;
	SRestriction *restriction;
	SSortOrderSet *sort;
	struct contents_keyset keyset;
	GArray *list; /* NULL: the keyset serves */
	gint64 position;
	GArray *bookmarks;   /* gint64 positions, -1: free */
	GArray *connections; /* ULONG_PTR, of Advise */
};

/* Bookmarks of our own begin behind the three that MAPI names. */
#define BOOKMARK_FIRST 16

static struct contents *
contents_from(IMAPITable *iface)
{
	return COM_OBJECT(iface, struct contents, itable);
}

static HRESULT
contents_enter(struct contents *contents)
{
	return store_enter(contents->scope.store);
}

static HRESULT
contents_leave(struct contents *contents, HRESULT hr)
{
	return store_leave(contents->scope.store, hr);
}

static HRESULT
contents_total(struct contents *contents, gint64 *total)
{
	if (contents->list) {
		*total = contents->list->len;
		return S_OK;
	}
	return contents_count(&contents->scope, total);
}

/* From here on the table is a list of ids; the position stays. */
static HRESULT
contents_want_list(struct contents *contents)
{
	if (contents->list)
		return S_OK;
	return contents_list(
	    &contents->scope, contents->restriction, contents->sort, &contents->list);
}

static void
contents_rewind(struct contents *contents)
{
	contents->position = 0;
	memset(&contents->keyset.cursor, 0, sizeof(contents->keyset.cursor));
}

/* After a change of restriction or order. */
static HRESULT
contents_restart(struct contents *contents)
{
	bool indexed = contents_order_of(contents->sort, &contents->scope, &contents->keyset);
	guint at;

	if (contents->list)
		g_array_unref(contents->list);
	contents->list = NULL;
	for (at = 0; at < contents->bookmarks->len; at++)
		g_array_index(contents->bookmarks, gint64, at) = -1;
	contents_rewind(contents);
	return (contents->restriction || !indexed) ? contents_want_list(contents) : S_OK;
}

COM_UNKNOWN(contents, struct contents, itable, IMAPITable)

static HRESULT
contents_GetLastError(IMAPITable *This, HRESULT failure, ULONG flags, LPMAPIERROR *error)
{
	return store_last_error(contents_from(This)->scope.store, failure, flags, error);
}

static HRESULT
contents_GetStatus(IMAPITable *This, ULONG *status, ULONG *type)
{
	if (!status || !type)
		return MAPI_E_INVALID_PARAMETER;
	*status = TBLSTAT_COMPLETE;
	*type = TBLTYPE_KEYSET;
	return S_OK;
}

static HRESULT
contents_SetColumns(IMAPITable *This, LPSPropTagArray tags, ULONG flags)
{
	struct contents *contents = contents_from(This);
	SPropTagArray *columns;
	HRESULT hr;

	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	columns = mem_memdup(NULL, tags, CbSPropTagArray(tags));
	if (columns) {
		mem_free(contents->columns);
		contents->columns = columns;
	}
	return contents_leave(contents, columns ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY);
}

static HRESULT
contents_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *tags)
{
	struct contents *contents = contents_from(This);
	HRESULT hr;

	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	*tags = NULL;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	*tags = mem_memdup(NULL, contents->columns, CbSPropTagArray(contents->columns));
	return contents_leave(contents, *tags ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY);
}

static HRESULT
contents_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	struct contents *contents = contents_from(This);
	gint64 total = 0;
	HRESULT hr;

	if (!count)
		return MAPI_E_INVALID_PARAMETER;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = contents_total(contents, &total);
	*count = (ULONG)total;
	return contents_leave(contents, hr);
}

/* --- Moving -------------------------------------------------------------------------- */

static HRESULT
skip_row(void *context, const struct contents_row *row)
{
	++*(gint64 *)context;
	return S_OK;
}

static HRESULT
contents_skip(struct contents *contents, LONG rows, gint64 *moved)
{
	struct contents_walk walk = { .limit = rows, .fn = skip_row, .context = moved };

	return contents_walk(&contents->scope, &contents->keyset, &walk);
}

static HRESULT
bookmark_position(struct contents *contents, BOOKMARK bookmark, gint64 *position)
{
	ULONG_PTR index = bookmark - BOOKMARK_FIRST;

	if (bookmark == BOOKMARK_BEGINNING) {
		*position = 0;
		return S_OK;
	}
	if (bookmark == BOOKMARK_CURRENT) {
		*position = contents->position;
		return S_OK;
	}
	if (bookmark == BOOKMARK_END)
		return contents_total(contents, position);
	if (bookmark < BOOKMARK_FIRST || index >= contents->bookmarks->len ||
	    g_array_index(contents->bookmarks, gint64, index) < 0)
		return MAPI_E_INVALID_BOOKMARK;
	*position = g_array_index(contents->bookmarks, gint64, index);
	return S_OK;
}

/* Only going forward from the beginning or from here keeps the keyset. */
static HRESULT
contents_seek(struct contents *contents, BOOKMARK origin, LONG rows, LONG *sought)
{
	gint64 from, to, total, moved = 0;
	HRESULT hr;

	if (!contents->list && rows >= 0 &&
	    (origin == BOOKMARK_BEGINNING || origin == BOOKMARK_CURRENT)) {
		if (origin == BOOKMARK_BEGINNING)
			contents_rewind(contents);
		hr = rows ? contents_skip(contents, rows, &moved) : S_OK;
		contents->position += moved;
		*sought = (LONG)moved;
		return hr;
	}
	hr = contents_want_list(contents);
	if (SUCCEEDED(hr))
		hr = contents_total(contents, &total);
	if (SUCCEEDED(hr))
		hr = bookmark_position(contents, origin, &from);
	if (FAILED(hr))
		return hr;
	to = CLAMP(from + rows, 0, total);
	contents->position = to;
	*sought = (LONG)(to - from);
	return S_OK;
}

static HRESULT
contents_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought)
{
	struct contents *contents = contents_from(This);
	LONG moved = 0;
	HRESULT hr = contents_enter(contents);

	if (FAILED(hr))
		return hr;
	hr = contents_seek(contents, origin, rows, &moved);
	if (sought)
		*sought = moved;
	return contents_leave(contents, hr);
}

static HRESULT
contents_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator)
{
	struct contents *contents = contents_from(This);
	gint64 total;
	LONG moved;
	HRESULT hr;

	if (!denominator)
		return MAPI_E_INVALID_PARAMETER;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = contents_total(contents, &total);
	if (SUCCEEDED(hr))
		hr = contents_seek(contents, BOOKMARK_BEGINNING,
		    (LONG)(total * MIN(numerator, denominator) / denominator), &moved);
	return contents_leave(contents, hr);
}

static HRESULT
contents_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator)
{
	struct contents *contents = contents_from(This);
	gint64 total;
	HRESULT hr;

	if (!row || !numerator || !denominator)
		return MAPI_E_INVALID_PARAMETER;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = contents_total(contents, &total);
	if (SUCCEEDED(hr)) {
		*row = *numerator = (ULONG)MIN(contents->position, total);
		*denominator = (ULONG)MAX(total, 1);
	}
	return contents_leave(contents, hr);
}

/* --- Rows ---------------------------------------------------------------------------- */

struct query {
	struct contents *contents;
	SRowSet *rows;
	ULONG room;
};

static HRESULT
query_row(void *context, const struct contents_row *row)
{
	struct query *query = context;
	SRow *out = &query->rows->aRow[query->rows->cRows];
	HRESULT hr;

	hr = props_select(row->values, row->count, query->contents->columns, query->contents->flags,
	    &out->cValues, &out->lpProps);
	if (SUCCEEDED(hr))
		query->rows->cRows++;
	return FAILED(hr) ? hr : S_OK;
}

/* Rows that have gone since the list was made are passed over. */
static HRESULT
query_list(struct query *query, const struct contents_walk *walk)
{
	struct contents *contents = query->contents;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && query->rows->cRows < query->room &&
	       contents->position < contents->list->len)
		hr = contents_fetch(&contents->scope,
		    g_array_index(contents->list, gint64, contents->position++), walk);
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
query_run(struct query *query)
{
	struct contents *contents = query->contents;
	struct contents_walk walk = {
		.limit = (LONG)query->room, .fn = query_row, .context = query
	};
	const SPropTagArray *columns = contents->columns;
	ULONG at;
	HRESULT hr;

	for (at = 0; at < columns->cValues; at++)
		contents_need_tag(&walk.need, columns->aulPropTag[at]);
	if (contents->list)
		return query_list(query, &walk);
	hr = contents_walk(&contents->scope, &contents->keyset, &walk);
	contents->position += query->rows->cRows;
	return hr;
}

static void
rows_free(SRowSet *rows)
{
	ULONG at;

	for (at = 0; rows && at < rows->cRows; at++)
		mem_free(rows->aRow[at].lpProps);
	mem_free(rows);
}

/* Where the cursor stood, to be put back for TBL_NOADVANCE and after failures. */
struct place {
	gint64 position;
	struct contents_cursor cursor;
};

static HRESULT
contents_query(struct contents *contents, LONG count, ULONG flags, SRowSet **out)
{
	struct place place = { contents->position, contents->keyset.cursor };
	struct query query = { contents, NULL, 0 };
	gint64 total = 0;
	LONG moved = 0;
	HRESULT hr;

	hr = contents_total(contents, &total);
	if (SUCCEEDED(hr) && count < 0) {
		hr = contents_seek(contents, BOOKMARK_CURRENT, count, &moved);
		count = -moved;
		if (!(flags & TBL_NOADVANCE)) /* the cursor stays before the rows it gives */
			place.position = contents->position;
		flags |= TBL_NOADVANCE;
	}
	/* Rows may come while we read: room for what was asked, as far as that is sane. */
	query.room = (ULONG)MIN((gint64)count, MAX(total - place.position, 0) + 64);
	if (SUCCEEDED(hr))
		query.rows = mem_zalloc(NULL, CbNewSRowSet((size_t)query.room + 1));
	if (SUCCEEDED(hr) && !query.rows)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr) && query.room)
		hr = query_run(&query);
	if (FAILED(hr) || (flags & TBL_NOADVANCE)) {
		contents->position = place.position;
		contents->keyset.cursor = place.cursor;
	}
	if (FAILED(hr))
		rows_free(query.rows);
	else
		*out = query.rows;
	return hr;
}

static HRESULT
contents_QueryRows(IMAPITable *This, LONG count, ULONG flags, LPSRowSet *rows)
{
	struct contents *contents = contents_from(This);
	HRESULT hr;

	if (!rows || !count || count == G_MININT32)
		return MAPI_E_INVALID_PARAMETER;
	*rows = NULL;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	return contents_leave(contents, contents_query(contents, count, flags, rows));
}

/* --- Finding, restricting, sorting --------------------------------------------------- */

struct find {
	const SRestriction *restriction;
	bool found;
};

static HRESULT
find_row(void *context, const struct contents_row *row)
{
	struct find *find = context;

	find->found = restriction_match(find->restriction, row->values, row->count);
	return S_OK;
}

static HRESULT
contents_find(
    struct contents *contents, const SRestriction *restriction, BOOKMARK origin, bool backward)
{
	struct find find = { restriction, false };
	struct contents_walk walk = { .limit = 1, .fn = find_row, .context = &find };
	gint64 from, at, step = backward ? -1 : 1;
	HRESULT hr;

	contents_need_restriction(&walk.need, restriction);
	hr = contents_want_list(contents);
	if (SUCCEEDED(hr))
		hr = bookmark_position(contents, origin, &from);
	if (FAILED(hr))
		return hr;
	for (at = backward ? from - 1 : from; at >= 0 && at < contents->list->len; at += step) {
		hr = contents_fetch(
		    &contents->scope, g_array_index(contents->list, gint64, at), &walk);
		if (FAILED(hr))
			return hr;
		if (find.found) {
			contents->position = at;
			return S_OK;
		}
	}
	return MAPI_E_NOT_FOUND;
}

static HRESULT
contents_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags)
{
	struct contents *contents = contents_from(This);
	HRESULT hr;

	if (!restriction)
		return MAPI_E_INVALID_PARAMETER;
	hr = restriction_check(restriction);
	if (SUCCEEDED(hr))
		hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	return contents_leave(
	    contents, contents_find(contents, restriction, origin, (flags & DIR_BACKWARD) != 0));
}

static HRESULT
contents_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags)
{
	struct contents *contents = contents_from(This);
	SRestriction *copy = NULL;
	HRESULT hr = S_OK;

	if (restriction) {
		hr = restriction_check(restriction);
		if (SUCCEEDED(hr))
			hr = restriction_copy(restriction, &copy);
	}
	if (SUCCEEDED(hr))
		hr = contents_enter(contents);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	mem_free(contents->restriction);
	contents->restriction = copy;
	return contents_leave(contents, contents_restart(contents));
}

static HRESULT
contents_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark)
{
	struct contents *contents = contents_from(This);
	HRESULT hr;

	if (!bookmark)
		return MAPI_E_INVALID_PARAMETER;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = contents_want_list(contents);
	if (SUCCEEDED(hr)) {
		*bookmark = BOOKMARK_FIRST + contents->bookmarks->len;
		g_array_append_val(contents->bookmarks, contents->position);
	}
	return contents_leave(contents, hr);
}

static HRESULT
contents_FreeBookmark(IMAPITable *This, BOOKMARK bookmark)
{
	struct contents *contents = contents_from(This);
	gint64 position;
	HRESULT hr;

	if (bookmark < BOOKMARK_FIRST)
		return S_OK; /* the three of MAPI are no one's */
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = bookmark_position(contents, bookmark, &position);
	if (SUCCEEDED(hr))
		g_array_index(contents->bookmarks, gint64, bookmark - BOOKMARK_FIRST) = -1;
	return contents_leave(contents, hr);
}

static HRESULT
contents_SortTable(IMAPITable *This, LPSSortOrderSet sort, ULONG flags)
{
	struct contents *contents = contents_from(This);
	SSortOrderSet *copy = NULL;
	HRESULT hr;

	if (sort && sort->cCategories)
		return MAPI_E_NO_SUPPORT;
	if (sort) {
		copy = mem_memdup(NULL, sort, CbSSortOrderSet(sort));
		if (!copy)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	hr = contents_enter(contents);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	mem_free(contents->sort);
	contents->sort = copy;
	return contents_leave(contents, contents_restart(contents));
}

static HRESULT
contents_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *out)
{
	struct contents *contents = contents_from(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	*out = contents->sort ? mem_memdup(NULL, contents->sort, CbSSortOrderSet(contents->sort))
			      : mem_zalloc(NULL, CbNewSSortOrderSet(0));
	return contents_leave(contents, *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY);
}

static HRESULT
contents_Abort(IMAPITable *This)
{
	return S_OK; /* nothing ever runs on */
}

static HRESULT
contents_WaitForCompletion(IMAPITable *This, ULONG flags, ULONG timeout, ULONG *status)
{
	if (status)
		*status = TBLSTAT_COMPLETE;
	return S_OK;
}

static HRESULT
contents_Advise(IMAPITable *This, ULONG mask, LPMAPIADVISESINK sink, ULONG_PTR *connection)
{
	struct contents *contents = contents_from(This);
	struct watch_scope scope = { WATCH_CONTENTS, contents->scope.folder };
	HRESULT hr;

	if (!sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	if (!(mask & fnevTableModified))
		return MAPI_E_NO_SUPPORT;
	hr = contents_enter(contents);
	if (FAILED(hr))
		return hr;
	hr = watch_advise(contents->scope.store, &scope, fnevTableModified, sink, connection);
	if (SUCCEEDED(hr))
		g_array_append_val(contents->connections, *connection);
	return contents_leave(contents, hr);
}

static HRESULT
contents_Unadvise(IMAPITable *This, ULONG_PTR connection)
{
	struct contents *contents = contents_from(This);
	HRESULT hr = contents_enter(contents);
	guint at;

	if (FAILED(hr))
		return hr;
	hr = MAPI_E_NOT_FOUND;
	for (at = 0; at < contents->connections->len; at++) {
		if (g_array_index(contents->connections, ULONG_PTR, at) != connection)
			continue;
		g_array_remove_index(contents->connections, at);
		hr = watch_unadvise(contents->scope.store, connection);
		break;
	}
	return contents_leave(contents, hr);
}

/* A table that goes takes its connections with it. */
static void
contents_unadvise_all(struct contents *contents)
{
	guint at;

	if (contents->connections->len && SUCCEEDED(contents_enter(contents))) {
		for (at = 0; at < contents->connections->len; at++)
			watch_unadvise(contents->scope.store,
			    g_array_index(contents->connections, ULONG_PTR, at));
		contents_leave(contents, S_OK);
	}
	g_array_unref(contents->connections);
}

static const IMAPITableVtbl contents_vtbl = {
	.QueryInterface = contents_QueryInterface,
	.AddRef = contents_AddRef,
	.Release = contents_Release,
	.GetLastError = contents_GetLastError,
	.Advise = contents_Advise,
	.Unadvise = contents_Unadvise,
	.GetStatus = contents_GetStatus,
	.SetColumns = contents_SetColumns,
	.QueryColumns = contents_QueryColumns,
	.GetRowCount = contents_GetRowCount,
	.SeekRow = contents_SeekRow,
	.SeekRowApprox = contents_SeekRowApprox,
	.QueryPosition = contents_QueryPosition,
	.FindRow = contents_FindRow,
	.Restrict = contents_Restrict,
	.CreateBookmark = contents_CreateBookmark,
	.FreeBookmark = contents_FreeBookmark,
	.SortTable = contents_SortTable,
	.QuerySortOrder = contents_QuerySortOrder,
	.QueryRows = contents_QueryRows,
	.Abort = contents_Abort,
	.ExpandRow = unsupported_IMAPITable_ExpandRow,
	.CollapseRow = unsupported_IMAPITable_CollapseRow,
	.WaitForCompletion = contents_WaitForCompletion,
	.GetCollapseState = unsupported_IMAPITable_GetCollapseState,
	.SetCollapseState = unsupported_IMAPITable_SetCollapseState,
};

static void
contents_finalize(void *self)
{
	struct contents *contents = self;

	mem_free(contents->columns);
	mem_free(contents->restriction);
	mem_free(contents->sort);
	if (contents->list)
		g_array_unref(contents->list);
	g_array_unref(contents->bookmarks);
	contents_unadvise_all(contents);
	com_release(&contents->scope.store->com);
}

static const struct com_interface contents_interfaces[] = {
	{ &IID_IMAPITable, offsetof(struct contents, itable) },
	{ NULL, 0 },
};

static const struct com_class contents_class = { "contents table", contents_interfaces,
	contents_finalize };

#define COLUMNS(suffix)                                                                            \
	{                                                                                          \
		PR_ENTRYID, PR_INSTANCE_KEY, PR_RECORD_KEY, PR_SUBJECT##suffix,                    \
		    PR_NORMALIZED_SUBJECT##suffix, PR_DISPLAY_TO##suffix, PR_DISPLAY_CC##suffix,   \
		    PR_SENDER_NAME##suffix, PR_MESSAGE_CLASS##suffix, PR_MESSAGE_FLAGS,            \
		    PR_MSG_STATUS, PR_MESSAGE_SIZE, PR_HASATTACH, PR_IMPORTANCE, PR_PRIORITY,      \
		    PR_SENSITIVITY, PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME,               \
		    PR_LAST_MODIFICATION_TIME, PR_OBJECT_TYPE, PR_PARENT_ENTRYID,                  \
		    PR_STORE_ENTRYID, PR_ACCESS, PR_ACCESS_LEVEL                                   \
	}
static const SizedSPropTagArray(24, columns_a) = { 24, COLUMNS(_A) };
static const SizedSPropTagArray(24, columns_w) = { 24, COLUMNS(_W) };

HRESULT
contents_table(struct store *store, gint64 folder, ULONG flags, IMAPITable **out)
{
	const SPropTagArray *columns = (flags & MAPI_UNICODE)
					   ? (const SPropTagArray *)(const void *)&columns_w
					   : (const SPropTagArray *)(const void *)&columns_a;
	struct contents_scope scope;
	struct contents *contents;
	HRESULT hr;

	*out = NULL;
	hr = contents_scope_init(store, folder, (flags & MAPI_ASSOCIATED) != 0, &scope);
	if (FAILED(hr))
		return hr;
	contents = com_create(&contents_class, sizeof(*contents));
	if (!contents)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	contents->itable.lpVtbl = &contents_vtbl;
	contents->scope = scope;
	contents->flags = flags & MAPI_UNICODE;
	contents->bookmarks = g_array_new(FALSE, FALSE, sizeof(gint64));
	contents->connections = g_array_new(FALSE, FALSE, sizeof(ULONG_PTR));
	com_add_ref(&store->com);
	contents->columns = mem_memdup(NULL, columns, CbSPropTagArray(columns));
	if (!contents->columns) {
		com_release(&contents->com);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	*out = &contents->itable;
	return S_OK;
}
