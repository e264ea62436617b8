/* SPDX-License-Identifier: MIT */
/*
 * Contents tables (MAPI reference: IABContainer::GetContentsTable).  The book is asked when rows
 * are, and anew when another name is looked for (PR_ANR in Restrict); between these the table is a
 * table in memory (contents_rows.c).  One that somebody listens to takes each change of the book
 * in.  Who reads a whole book from its beginning gets the first rows before the others are read.
 */
#include "contents_rows.h"

#include <pthread.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"

struct contents {
	struct com_object com;
	IMAPITable imapitable;
	struct abp_logon *logon;
	GBytes *list;
	ULONG flags;
	pthread_mutex_t lock;       /* over all below; the logon's may be taken within */
	struct contents_rows *rows; /* NULL until asked for */
	IMAPITable *view;           /* of them */
	gint64 first;               /* they are only so many of the book's first; 0: they are all */
	bool listening;             /* changes of the book come in */
	char *anr;
	SRestriction *rest; /* what is left of the restriction beside the name */
	SPropTagArray *columns;
	SSortOrderSet *sort;
};

#define SELF(This) COM_OBJECT(This, struct contents, imapitable)

static void
finalize(void *object)
{
	struct contents *self = object;

	if (self->listening)
		abp_watch_remove(self->logon, &self->com);
	COM_CLEAR(self->view);
	contents_rows_free(self->rows);
	mem_free(self->rest);
	mem_free(self->columns);
	mem_free(self->sort);
	g_free(self->anr);
	g_clear_pointer(&self->list, g_bytes_unref);
	pthread_mutex_destroy(&self->lock);
	com_release(&self->logon->com);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPITable, offsetof(struct contents, imapitable) },
	{ NULL, 0 },
};

static const struct com_class contents_class = { "address book table", interfaces, finalize };

COM_UNKNOWN(contents, struct contents, imapitable, IMAPITable)

/* --- Rows ---------------------------------------------------------------------------------- */

/* Rows that are read at once where a book is read from its beginning: some milliseconds. */
#define FIRST_ROWS 200

static struct abp_query
query_of(const struct contents *self)
{
	return (struct abp_query){ self->anr, self->list, 0 };
}

static void
drop_rows(struct contents *self)
{
	COM_CLEAR(self->view);
	g_clear_pointer(&self->rows, contents_rows_free);
	self->first = 0;
}

/* The table in memory as the caller has set it up, of the first `limit` rows (0: all). */
static HRESULT
read_rows(struct contents *self, guint limit)
{
	struct abp_query query = query_of(self);
	IMAPITable *view = NULL;
	gint64 count = 0;
	HRESULT hr;

	query.limit = limit;
	hr = contents_rows_create(self->logon, self->flags, &self->rows);
	if (SUCCEEDED(hr))
		hr = contents_rows_fill(self->rows, &query, &count);
	if (SUCCEEDED(hr))
		hr = contents_rows_view(self->rows, &view);
	self->view = view;
	self->first = limit && (self->anr || count >= limit) ? count : 0;
	if (SUCCEEDED(hr) && self->columns)
		hr = view->lpVtbl->SetColumns(view, self->columns, 0);
	if (SUCCEEDED(hr) && self->rest)
		hr = view->lpVtbl->Restrict(view, self->rest, 0);
	if (SUCCEEDED(hr) && self->sort)
		hr = view->lpVtbl->SortTable(view, self->sort, 0);
	if (FAILED(hr))
		drop_rows(self);
	return hr;
}

/* All rows; who has read some of the first stands where he stood.  The lock is held. */
static HRESULT
load(struct contents *self)
{
	ULONG at = 0, numerator, denominator;
	HRESULT hr = S_OK;

	if (self->rows && !self->first)
		return S_OK;
	if (self->rows)
		hr = self->view->lpVtbl->QueryPosition(self->view, &at, &numerator, &denominator);
	if (FAILED(hr))
		return hr;
	drop_rows(self);
	hr = read_rows(self, 0);
	if (SUCCEEDED(hr) && at)
		hr = self->view->lpVtbl->SeekRow(self->view, BOOKMARK_BEGINNING, (LONG)at, NULL);
	return hr;
}

/* The whole book, or who is called so, in its own order; nobody listens. */
static bool
has_pages(const struct contents *self)
{
	return self->logon->ops->count && !self->list && !self->rest && !self->sort &&
	       !self->listening;
}

/* Of a name the book may give fewer than it was asked for and yet have more. */
static HRESULT
read_first(struct contents *self)
{
	HRESULT hr = read_rows(self, FIRST_ROWS);

	if (SUCCEEDED(hr) && self->anr && !self->first) {
		drop_rows(self);
		hr = read_rows(self, 0);
	}
	return hr;
}

/* As many rows as it takes to read on by `count`; the lock is held. */
static HRESULT
load_for(struct contents *self, LONG count)
{
	ULONG at = 0, numerator, denominator;
	HRESULT hr;

	if (!self->rows && has_pages(self) && count <= FIRST_ROWS)
		return read_first(self);
	if (!self->first)
		return load(self);
	hr = self->view->lpVtbl->QueryPosition(self->view, &at, &numerator, &denominator);
	if (SUCCEEDED(hr) && (gint64)at + count > self->first)
		hr = load(self);
	return hr;
}

/* S_OK with the lock and rows; unlock() in any case where it was one. */
static HRESULT
enter(struct contents *self)
{
	HRESULT hr;

	pthread_mutex_lock(&self->lock);
	hr = load(self);
	if (FAILED(hr))
		pthread_mutex_unlock(&self->lock);
	return hr;
}

/* Calls a method of the table in memory. */
#define FORWARD(This, method, ...)                                                                 \
	do {                                                                                       \
		struct contents *forward_to = SELF(This);                                          \
		HRESULT forward_hr = enter(forward_to);                                            \
		if (FAILED(forward_hr))                                                            \
			return forward_hr;                                                         \
		forward_hr = forward_to->view->lpVtbl->method(forward_to->view, ##__VA_ARGS__);    \
		pthread_mutex_unlock(&forward_to->lock);                                           \
		return forward_hr;                                                                 \
	} while (0)

/* --- Restrictions -------------------------------------------------------------------------- */

/* The name that a node looks for; NULL where it is about something else.  g_free(). */
static char *
name_of(const SRestriction *node)
{
	const SPropValue *value = NULL;
	ULONG tag = 0;

	if (node->rt == RES_PROPERTY && node->res.resProperty.relop == RELOP_EQ) {
		tag = node->res.resProperty.ulPropTag;
		value = node->res.resProperty.lpProp;
	} else if (node->rt == RES_CONTENT) {
		tag = node->res.resContent.ulPropTag;
		value = node->res.resContent.lpProp;
	}
	return value && PROP_ID(tag) == PROP_ID(PR_ANR) ? prop_find_text(value, 1, PR_ANR_W) : NULL;
}

static bool
has_name(const SRestriction *node)
{
	g_autofree char *name = name_of(node);
	bool found = name != NULL;

	if (node->rt == RES_NOT)
		return has_name(node->res.resNot.lpRes);
	if (node->rt != RES_AND && node->rt != RES_OR)
		return found;
	for (ULONG i = 0; i < node->res.resAnd.cRes && !found; i++)
		found = has_name(&node->res.resAnd.lpRes[i]);
	return found;
}

/* All of an AND but the one at `skip`. */
static HRESULT
copy_rest(const SRestriction *all, ULONG skip, SRestriction **out)
{
	SRestriction rest = { .rt = RES_AND };
	ULONG count = all->res.resAnd.cRes;
	HRESULT hr = S_OK;

	if (count < 2)
		return S_OK;
	rest.res.resAnd.lpRes = g_new0(SRestriction, count);
	for (ULONG i = 0; i < count; i++)
		if (i != skip)
			rest.res.resAnd.lpRes[rest.res.resAnd.cRes++] = all->res.resAnd.lpRes[i];
	for (ULONG i = 0; SUCCEEDED(hr) && i < rest.res.resAnd.cRes; i++)
		if (has_name(&rest.res.resAnd.lpRes[i]))
			hr = MAPI_E_TOO_COMPLEX;
	if (SUCCEEDED(hr))
		hr = restriction_copy(&rest, out);
	g_free(rest.res.resAnd.lpRes);
	return hr;
}

/* Parts the name from the rest.  MAPI_E_TOO_COMPLEX where it stands under OR or NOT. */
static HRESULT
split(const SRestriction *all, char **anr, SRestriction **rest)
{
	*anr = NULL;
	*rest = NULL;
	if (!all)
		return S_OK;
	*anr = name_of(all);
	if (*anr)
		return S_OK;
	for (ULONG i = 0; all->rt == RES_AND && i < all->res.resAnd.cRes; i++) {
		*anr = name_of(&all->res.resAnd.lpRes[i]);
		if (*anr)
			return copy_rest(all, i, rest);
	}
	return has_name(all) ? MAPI_E_TOO_COMPLEX : restriction_copy(all, rest);
}

/* Another name: rows that nobody listens to are dropped, others exchanged, of which the caller
 * knows without an event.  `anr` is taken over. */
static HRESULT
look_for(struct contents *self, char *anr)
{
	bool same = !g_strcmp0(anr, self->anr);
	struct abp_query query;

	g_free(self->anr);
	self->anr = anr;
	if (same || !self->rows)
		return S_OK;
	if (!self->listening) {
		drop_rows(self);
		return S_OK;
	}
	query = query_of(self);
	return contents_rows_renew(self->rows, &query, false);
}

static HRESULT
contents_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags)
{
	struct contents *self = SELF(This);
	SRestriction *rest = NULL;
	char *anr = NULL;
	HRESULT hr = restriction ? restriction_check(restriction) : S_OK;

	if (flags & ~(ULONG)(TBL_ASYNC | TBL_BATCH))
		return MAPI_E_UNKNOWN_FLAGS;
	if (SUCCEEDED(hr))
		hr = split(restriction, &anr, &rest);
	if (FAILED(hr)) {
		g_free(anr);
		return hr;
	}
	pthread_mutex_lock(&self->lock);
	if (self->first)
		drop_rows(self);
	hr = look_for(self, anr);
	mem_free(self->rest);
	self->rest = rest;
	if (SUCCEEDED(hr) && self->view)
		hr = self->view->lpVtbl->Restrict(self->view, rest, flags);
	pthread_mutex_unlock(&self->lock);
	return hr;
}

/* --- What is kept for the next rows -------------------------------------------------------- */

static HRESULT
contents_SetColumns(IMAPITable *This, LPSPropTagArray columns, ULONG flags)
{
	struct contents *self = SELF(This);
	SPropTagArray *copy;
	HRESULT hr = S_OK;

	if (!columns || !columns->cValues)
		return MAPI_E_INVALID_PARAMETER;
	copy = mem_memdup(NULL, columns, CbNewSPropTagArray((size_t)columns->cValues));
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	pthread_mutex_lock(&self->lock);
	if (self->view)
		hr = self->view->lpVtbl->SetColumns(self->view, columns, flags);
	if (SUCCEEDED(hr)) {
		mem_free(self->columns);
		self->columns = g_steal_pointer(&copy);
	}
	pthread_mutex_unlock(&self->lock);
	mem_free(copy);
	return hr;
}

static HRESULT
contents_SortTable(IMAPITable *This, LPSSortOrderSet order, ULONG flags)
{
	struct contents *self = SELF(This);
	SSortOrderSet *copy;
	HRESULT hr;

	if (!order)
		return MAPI_E_INVALID_PARAMETER;
	copy = mem_memdup(NULL, order, CbSSortOrderSet(order));
	hr = copy ? enter(self) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr)) {
		hr = self->view->lpVtbl->SortTable(self->view, order, flags);
		if (SUCCEEDED(hr)) {
			mem_free(self->sort);
			self->sort = g_steal_pointer(&copy);
		}
		pthread_mutex_unlock(&self->lock);
	}
	mem_free(copy);
	return hr;
}

/* --- Changes ------------------------------------------------------------------------------- */

/* On any thread, while the watch holds the table. */
static void
take_changes(struct com_object *object, const struct abp_change *changes, guint count)
{
	struct contents *self = (struct contents *)object;
	struct abp_query query;

	pthread_mutex_lock(&self->lock);
	query = query_of(self);
	if (self->rows)
		contents_rows_take(self->rows, &query, changes, count);
	pthread_mutex_unlock(&self->lock);
}

/* From here on nothing is missed: what came before is looked for once more. */
static HRESULT
listen(struct contents *self)
{
	struct abp_listener listener = { &self->com, take_changes };
	struct abp_query query = query_of(self);
	char *why = NULL;
	HRESULT hr = abp_enter(self->logon);

	if (FAILED(hr))
		return hr;
	hr = abp_leave(self->logon, abp_watch_start(self->logon, &why), why);
	if (FAILED(hr))
		return hr;
	self->listening = true;
	abp_watch_add(self->logon, &listener);
	return self->rows ? contents_rows_renew(self->rows, &query, true) : S_OK;
}

static HRESULT
contents_Advise(IMAPITable *This, ULONG mask, LPMAPIADVISESINK sink, ULONG_PTR *connection)
{
	struct contents *self = SELF(This);
	HRESULT hr = S_OK;

	if (!sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	if (!(mask & fnevTableModified))
		return MAPI_E_NO_SUPPORT;
	pthread_mutex_lock(&self->lock);
	if (self->first)
		hr = load(self);
	if (SUCCEEDED(hr) && !self->listening)
		hr = listen(self);
	if (SUCCEEDED(hr))
		hr = load(self);
	if (SUCCEEDED(hr))
		hr = self->view->lpVtbl->Advise(self->view, mask, sink, connection);
	pthread_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
contents_Unadvise(IMAPITable *This, ULONG_PTR connection)
{
	FORWARD(This, Unadvise, connection);
}

/* --- The rest is the table in memory's ----------------------------------------------------- */

static HRESULT
contents_GetLastError(IMAPITable *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return abp_last_error(SELF(This)->logon, hr, flags, out);
}

static HRESULT
contents_GetStatus(IMAPITable *This, ULONG *status, ULONG *type)
{
	if (!status || !type)
		return MAPI_E_INVALID_PARAMETER;
	*status = TBLSTAT_COMPLETE;
	*type = SELF(This)->logon->ops->watch ? TBLTYPE_DYNAMIC : TBLTYPE_SNAPSHOT;
	return S_OK;
}

static HRESULT
contents_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *out)
{
	FORWARD(This, QueryColumns, flags, out);
}

/* Of a whole book, which then need not be read. */
static HRESULT
count_book(struct abp_logon *logon, ULONG *count)
{
	gint64 number = 0;
	char *why = NULL;
	HRESULT hr = abp_enter(logon);

	if (FAILED(hr))
		return hr;
	hr = abp_leave(logon, logon->ops->count(logon->book, &number, &why), why);
	*count = (ULONG)MIN(number, (gint64)G_MAXUINT32);
	return hr;
}

static HRESULT
contents_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	struct contents *self = SELF(This);
	HRESULT hr = S_FALSE;

	if (!count || flags & ~(ULONG)TBL_NOWAIT)
		FORWARD(This, GetRowCount, flags, count);
	pthread_mutex_lock(&self->lock);
	if ((!self->rows || self->first) && has_pages(self) && !self->anr)
		hr = count_book(self->logon, count);
	pthread_mutex_unlock(&self->lock);
	if (hr != S_FALSE)
		return hr;
	FORWARD(This, GetRowCount, flags, count);
}

static HRESULT
contents_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought)
{
	struct contents *self = SELF(This);
	HRESULT hr;

	if (origin != BOOKMARK_BEGINNING || rows)
		FORWARD(This, SeekRow, origin, rows, sought);
	pthread_mutex_lock(&self->lock);
	hr = load_for(self, 0);
	if (SUCCEEDED(hr))
		hr = self->view->lpVtbl->SeekRow(self->view, origin, rows, sought);
	pthread_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
contents_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator)
{
	FORWARD(This, SeekRowApprox, numerator, denominator);
}

static HRESULT
contents_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator)
{
	FORWARD(This, QueryPosition, row, numerator, denominator);
}

/* A name is looked for in the rows there are: what it means is in the rows of a table that asks
 * for it. */
static HRESULT
contents_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags)
{
	if (restriction && SUCCEEDED(restriction_check(restriction)) && has_name(restriction))
		return MAPI_E_TOO_COMPLEX;
	FORWARD(This, FindRow, restriction, origin, flags);
}

static HRESULT
contents_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark)
{
	FORWARD(This, CreateBookmark, bookmark);
}

static HRESULT
contents_FreeBookmark(IMAPITable *This, BOOKMARK bookmark)
{
	FORWARD(This, FreeBookmark, bookmark);
}

static HRESULT
contents_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *order)
{
	FORWARD(This, QuerySortOrder, order);
}

static HRESULT
contents_QueryRows(IMAPITable *This, LONG count, ULONG flags, LPSRowSet *rows)
{
	struct contents *self = SELF(This);
	HRESULT hr;

	pthread_mutex_lock(&self->lock);
	hr = load_for(self, count);
	if (SUCCEEDED(hr))
		hr = self->view->lpVtbl->QueryRows(self->view, count, flags, rows);
	pthread_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
contents_ExpandRow(IMAPITable *This, ULONG size, LPBYTE key, ULONG count, ULONG flags,
    LPSRowSet *rows, ULONG *more)
{
	FORWARD(This, ExpandRow, size, key, count, flags, rows, more);
}

static HRESULT
contents_CollapseRow(IMAPITable *This, ULONG size, LPBYTE key, ULONG flags, ULONG *count)
{
	FORWARD(This, CollapseRow, size, key, flags, count);
}

static HRESULT
contents_GetCollapseState(
    IMAPITable *This, ULONG flags, ULONG key_size, LPBYTE key, ULONG *size, LPBYTE *state)
{
	FORWARD(This, GetCollapseState, flags, key_size, key, size, state);
}

static HRESULT
contents_SetCollapseState(
    IMAPITable *This, ULONG flags, ULONG size, LPBYTE state, BOOKMARK *bookmark)
{
	FORWARD(This, SetCollapseState, flags, size, state, bookmark);
}

static HRESULT
contents_Abort(IMAPITable *This)
{
	return S_OK;
}

static HRESULT
contents_WaitForCompletion(IMAPITable *This, ULONG flags, ULONG timeout, ULONG *status)
{
	if (status)
		*status = TBLSTAT_COMPLETE;
	return S_OK;
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
	.ExpandRow = contents_ExpandRow,
	.CollapseRow = contents_CollapseRow,
	.WaitForCompletion = contents_WaitForCompletion,
	.GetCollapseState = contents_GetCollapseState,
	.SetCollapseState = contents_SetCollapseState,
};

HRESULT
abp_contents(struct abp_logon *logon, GBytes *list, ULONG flags, IMAPITable **out)
{
	struct contents *self = com_create(&contents_class, sizeof *self);

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->imapitable.lpVtbl = &contents_vtbl;
	self->logon = logon;
	com_add_ref(&logon->com);
	self->list = list ? g_bytes_ref(list) : NULL;
	self->flags = flags;
	pthread_mutex_init(&self->lock, NULL);
	*out = &self->imapitable;
	return S_OK;
}
