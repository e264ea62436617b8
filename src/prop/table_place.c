/* SPDX-License-Identifier: MIT */
/* Where one stands in a table: position, bookmarks, finding.  See table_private.h. */
#include "table_private.h"

#include <mapitags.h>
#include "mem.h"
#include "restriction.h"

#define FIRST_BOOKMARK 3 /* after the three that MAPI defines */
#define BOOKMARKS_MAX 10000

/* --- Bookmarks ----------------------------------------------------------------------------- */

static bool
is_marked(const struct table *self, struct table_row row, const struct table_bookmark *mark)
{
	const struct table_item *item;

	if (row.group != TABLE_NO_GROUP)
		return mark->heading &&
		       g_array_index(self->list->groups, struct table_group, row.group).hash ==
			   mark->hash;
	item = &g_array_index(self->list->items, struct table_item, row.item);
	return !mark->heading && item->id == mark->id && item->instance == mark->instance;
}

/* Where the marked row is now.  One that has gone leaves its place to the next. */
static HRESULT
place_in_list(const struct table *self, struct table_bookmark *mark)
{
	gint64 count = table_rows_shown(self->list), at = mark->position;

	if (at < count && is_marked(self, table_row_at(self, at), mark))
		return S_OK;
	for (at = 0; at < count; at++)
		if (is_marked(self, table_row_at(self, at), mark)) {
			mark->position = at;
			return S_OK;
		}
	return S_FALSE;
}

static void
mark_row(struct table *self, struct table_bookmark *mark)
{
	struct table_row row;

	mark->end = mark->position >= table_rows_shown(self->list);
	if (mark->end)
		return;
	row = table_row_at(self, mark->position);
	mark->heading = row.group != TABLE_NO_GROUP;
	if (mark->heading) {
		mark->hash = g_array_index(self->list->groups, struct table_group, row.group).hash;
	} else {
		const struct table_item *item =
		    &g_array_index(self->list->items, struct table_item, row.item);

		mark->id = item->id;
		mark->instance = item->instance;
	}
}

struct first {
	gint64 id;
	bool found;
};

static HRESULT
take_first(void *context, const struct table_record *record)
{
	struct first *first = context;

	first->id = record->id;
	first->found = true;
	return S_FALSE;
}

static HRESULT
mark_in_source(struct table *self, struct table_bookmark *mark)
{
	struct first first = { 0, false };
	struct table_reader reader = { .fn = take_first, .context = &first };
	HRESULT hr = self->methods->walk(self->source, mark->position, 1, &reader);

	mark->end = !first.found;
	mark->id = first.id;
	return FAILED(hr) ? hr : S_OK;
}

/* Takes down what stands at the mark's position. */
static HRESULT
mark_here(struct table *self, struct table_bookmark *mark)
{
	HRESULT hr = table_want(self, mark->position + 1);

	if (FAILED(hr))
		return hr;
	if (!self->list)
		return mark_in_source(self, mark);
	mark_row(self, mark);
	return S_OK;
}

/* S_FALSE: not where it was when it was used last. */
static HRESULT
place_of_mark(struct table *self, struct table_bookmark *mark, gint64 *position)
{
	gint64 count = 0;
	HRESULT hr = table_want(self, mark->position + 1);

	if (SUCCEEDED(hr) && mark->end)
		hr = table_count(self, &mark->position);
	else if (SUCCEEDED(hr) && self->list)
		hr = place_in_list(self, mark);
	else if (SUCCEEDED(hr))
		hr = self->methods->locate(self->source, mark->id, &mark->position);
	if (hr == S_FALSE) {
		HRESULT moved = table_count(self, &count);

		mark->position = MIN(mark->position, count);
		if (SUCCEEDED(moved))
			moved = mark_here(self, mark);
		hr = FAILED(moved) ? moved : S_FALSE;
	}
	*position = mark->position;
	return hr;
}

/* MAPI_W_POSITION_CHANGED where the row has gone; MAPI_E_INVALID_BOOKMARK. */
static HRESULT
place_of(struct table *self, BOOKMARK bookmark, gint64 *position)
{
	struct table_bookmark *own;
	HRESULT hr;

	if (bookmark == BOOKMARK_BEGINNING)
		*position = 0;
	else if (bookmark == BOOKMARK_CURRENT)
		*position = self->position;
	else if (bookmark == BOOKMARK_END)
		return table_count(self, position);
	if (bookmark < FIRST_BOOKMARK)
		return S_OK;
	if (bookmark - FIRST_BOOKMARK >= self->bookmarks->len)
		return MAPI_E_INVALID_BOOKMARK;
	own = &g_array_index(self->bookmarks, struct table_bookmark, bookmark - FIRST_BOOKMARK);
	if (!own->used)
		return MAPI_E_INVALID_BOOKMARK;
	hr = place_of_mark(self, own, position);
	if (hr == S_FALSE || (SUCCEEDED(hr) && own->gone)) {
		own->gone = false;
		return MAPI_W_POSITION_CHANGED;
	}
	return hr;
}

HRESULT
table_mark(struct table *self, gint64 position, BOOKMARK *bookmark)
{
	struct table_bookmark mark = { .used = true, .position = position };
	HRESULT hr = mark_here(self, &mark);
	guint i;

	if (FAILED(hr))
		return hr;
	for (i = 0; i < self->bookmarks->len; i++)
		if (!g_array_index(self->bookmarks, struct table_bookmark, i).used)
			break;
	if (i == BOOKMARKS_MAX)
		return MAPI_E_UNABLE_TO_COMPLETE;
	if (i < self->bookmarks->len)
		g_array_index(self->bookmarks, struct table_bookmark, i) = mark;
	else
		g_array_append_val(self->bookmarks, mark);
	*bookmark = FIRST_BOOKMARK + i;
	return S_OK;
}

void
table_forget_bookmarks(struct table *self)
{
	g_array_set_size(self->bookmarks, 0);
}

void
table_rows_came(struct table *self, gint64 at, gint64 count)
{
	guint i;

	if (at < self->position)
		self->position += count;
	for (i = 0; i < self->bookmarks->len; i++) {
		struct table_bookmark *mark =
		    &g_array_index(self->bookmarks, struct table_bookmark, i);

		if (mark->position >= at)
			mark->position += count;
	}
}

/* A mark on a row that goes stands on the next, which is told when it is used. */
void
table_rows_went(struct table *self, gint64 at, gint64 count)
{
	guint i;

	if (at < self->position)
		self->position = MAX(at, self->position - count);
	for (i = 0; i < self->bookmarks->len; i++) {
		struct table_bookmark *mark =
		    &g_array_index(self->bookmarks, struct table_bookmark, i);

		if (mark->position >= at)
			mark->position = MAX(at, mark->position - count);
	}
}

HRESULT
table_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!bookmark)
		return MAPI_E_INVALID_PARAMETER;
	*bookmark = 0;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, table_mark(self, self->position, bookmark));
}

HRESULT
table_FreeBookmark(IMAPITable *This, BOOKMARK bookmark)
{
	struct table *self = table_of(This);
	struct table_bookmark *own;
	HRESULT hr;

	if (bookmark < FIRST_BOOKMARK)
		return S_OK;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	hr = MAPI_E_INVALID_BOOKMARK;
	if (bookmark - FIRST_BOOKMARK < self->bookmarks->len) {
		own = &g_array_index(
		    self->bookmarks, struct table_bookmark, bookmark - FIRST_BOOKMARK);
		hr = own->used ? S_OK : hr;
		own->used = false;
	}
	return table_leave(self, hr);
}

/* --- Position ------------------------------------------------------------------------------ */

HRESULT
table_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	struct table *self = table_of(This);
	gint64 total;
	HRESULT hr;

	if (!count)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	if (flags & ~TBL_NOWAIT)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	hr = table_count(self, &total);
	if (SUCCEEDED(hr))
		*count = (ULONG)MIN(total, (gint64)G_MAXUINT32);
	return table_leave(self, hr);
}

static HRESULT
seek(struct table *self, BOOKMARK origin, LONG rows, LONG *sought)
{
	gint64 from, to, total;
	HRESULT hr = place_of(self, origin, &from), counted;

	if (FAILED(hr))
		return hr;
	to = MAX(from + rows, 0);
	counted = table_want(self, to);
	if (SUCCEEDED(counted) && self->list)
		total = table_rows_shown(self->list);
	else if (SUCCEEDED(counted))
		counted = table_count(self, &total);
	if (FAILED(counted))
		return counted;
	to = MIN(to, total);
	self->position = to;
	if (sought)
		*sought = (LONG)(to - from);
	return hr;
}

HRESULT
table_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought)
{
	struct table *self = table_of(This);
	HRESULT hr = table_enter(self);

	if (FAILED(hr))
		return hr;
	return table_leave(self, seek(self, origin, rows, sought));
}

HRESULT
table_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator)
{
	struct table *self = table_of(This);
	gint64 total;
	HRESULT hr;

	if (denominator == 0)
		return MAPI_E_INVALID_PARAMETER;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	hr = table_count(self, &total);
	if (SUCCEEDED(hr))
		self->position = numerator >= denominator
				     ? total
				     : (gint64)((guint64)total * numerator / denominator);
	return table_leave(self, hr);
}

HRESULT
table_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator)
{
	struct table *self = table_of(This);
	gint64 total;
	HRESULT hr;

	if (!row || !numerator || !denominator)
		return MAPI_E_INVALID_PARAMETER;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	hr = table_count(self, &total);
	if (SUCCEEDED(hr)) {
		*row = *numerator = (ULONG)MIN(self->position, total);
		*denominator = (ULONG)MAX(total, 1);
	}
	return table_leave(self, hr);
}

/* --- Finding ------------------------------------------------------------------------------- */

struct search {
	const struct table *self;
	const SRestriction *restriction;
	gint64 at;
	bool found;
};

static HRESULT
try_record(void *context, const struct table_record *record)
{
	struct search *search = context;

	search->found = table_matches(search->self, search->restriction, record);
	if (search->found)
		return S_FALSE;
	search->at++;
	return S_OK;
}

/* A heading is found by what it shows: its row is read with what the restriction looks at. */
static HRESULT
try_shown_row(struct table *self, struct search *search)
{
	GArray *needs = table_needs(self, false, search->restriction);
	SPropTagArray *columns = self->columns, *plain = self->plain, *wanted;
	SRow out = { 0 };
	HRESULT hr;
	guint i;

	wanted = g_malloc(CbNewSPropTagArray((size_t)needs->len + 1));
	wanted->cValues = needs->len;
	for (i = 0; i < needs->len; i++)
		wanted->aulPropTag[i] = CHANGE_PROP_TYPE(
		    g_array_index(needs, ULONG, i) & ~(ULONG)MVI_FLAG, PT_UNSPECIFIED);
	wanted->cValues = MAX(wanted->cValues, 1);
	if (!needs->len)
		wanted->aulPropTag[0] = PR_NULL;
	self->columns = self->plain = wanted;
	hr = table_read_row(self, table_row_at(self, search->at), &out);
	self->columns = columns;
	self->plain = plain;
	if (hr == S_OK)
		search->found = restriction_match(search->restriction, out.lpProps, out.cValues);
	mem_free(out.lpProps);
	g_free(wanted);
	g_array_unref(needs);
	return hr;
}

static HRESULT
try_list_row(struct table *self, struct search *search, const struct table_reader *reader)
{
	struct table_row row = table_row_at(self, search->at);
	gint64 at = search->at;
	HRESULT hr;

	if (row.group != TABLE_NO_GROUP || self->instances->len)
		return try_shown_row(self, search);
	hr = self->methods->fetch(
	    self->source, g_array_index(self->list->items, struct table_item, row.item).id, reader);
	search->at = at;
	return hr;
}

static HRESULT
find_in_list(
    struct table *self, struct search *search, const struct table_reader *reader, bool backward)
{
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !search->found) {
		if (backward && --search->at < 0)
			return MAPI_E_NOT_FOUND;
		hr = table_want(self, search->at + 1);
		if (SUCCEEDED(hr) && search->at >= table_rows_shown(self->list))
			return MAPI_E_NOT_FOUND;
		if (SUCCEEDED(hr))
			hr = try_list_row(self, search, reader);
		if (SUCCEEDED(hr) && !search->found && !backward)
			search->at++;
	}
	return FAILED(hr) ? hr : S_OK;
}

#define WINDOW 1000

struct last {
	struct search search;
	gint64 found_at;
};

static HRESULT
note_record(void *context, const struct table_record *record)
{
	struct last *last = context;

	if (table_matches(last->search.self, last->search.restriction, record))
		last->found_at = last->search.at;
	last->search.at++;
	return S_OK;
}

/* Backward in the source's order: windows are read forward, the last row that fits counts. */
static HRESULT
find_backward(struct table *self, struct search *search, struct table_reader *reader)
{
	gint64 from, to = search->at;
	HRESULT hr = S_OK;

	reader->fn = note_record;
	for (; to > 0 && SUCCEEDED(hr) && !search->found; to = from) {
		struct last last = { *search, -1 };

		from = MAX(to - WINDOW, 0);
		last.search.at = from;
		reader->context = &last;
		hr = self->methods->walk(self->source, from, (LONG)(to - from), reader);
		search->found = last.found_at >= 0;
		search->at = last.found_at;
	}
	return FAILED(hr) ? hr : S_OK;
}

static HRESULT
find(struct table *self, const SRestriction *restriction, BOOKMARK origin, bool backward)
{
	struct search search = { self, restriction, 0, false };
	struct table_reader reader = {
		.judged = restriction, .fn = try_record, .context = &search
	};
	HRESULT hr = place_of(self, origin, &search.at), done = S_OK;
	GArray *needs;

	if (SUCCEEDED(hr))
		done = table_want(self, 0);
	if (FAILED(hr) || FAILED(done))
		return FAILED(hr) ? hr : done;
	needs = table_needs(self, false, restriction);
	reader.tags = (const ULONG *)(const void *)needs->data;
	reader.count = needs->len;
	if (self->list)
		done = find_in_list(self, &search, &reader, backward);
	else if (backward)
		done = find_backward(self, &search, &reader);
	else
		done = self->methods->walk(self->source, search.at, -1, &reader);
	g_array_unref(needs);
	if (FAILED(done))
		return done;
	if (!search.found)
		return MAPI_E_NOT_FOUND;
	self->position = search.at;
	return hr;
}

HRESULT
table_find(struct table *self, const SRestriction *restriction, gint64 *position)
{
	gint64 before = self->position;
	HRESULT hr = find(self, restriction, BOOKMARK_BEGINNING, false);

	*position = self->position;
	self->position = before;
	return hr;
}

/* Forward from the bookmark's own row; backward from the row before it. */
HRESULT
table_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (flags & ~DIR_BACKWARD)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_check(self, restriction);
	if (SUCCEEDED(hr))
		hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, find(self, restriction, origin, (flags & DIR_BACKWARD) != 0));
}
