/* SPDX-License-Identifier: MIT */
/*
 * Contents tables (MAPI reference: IABContainer::GetContentsTable).  The book is asked when rows
 * are, and anew when another name is looked for (PR_ANR in Restrict); between these the table is a
 * table in memory.
 */
#include "abp_private.h"

#include <pthread.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "restriction.h"
#include "table.h"
#include "unsupported.h"

struct contents {
	struct com_object com;
	IMAPITable imapitable;
	struct abp_logon *logon;
	GBytes *list;
	ULONG flags;
	pthread_mutex_t lock; /* over all below */
	IMAPITable *rows;     /* NULL until asked for */
	char *anr;
	SRestriction *rest; /* what is left of the restriction beside the name */
	SPropTagArray *columns;
	SSortOrderSet *sort;
};

#define SELF(This) COM_OBJECT(This, struct contents, imapitable)

static const SizedSPropTagArray(12, default_columns) = { 12,
	{ PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_ENTRYID, PR_OBJECT_TYPE,
	    PR_DISPLAY_TYPE, PR_SEARCH_KEY, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SMTP_ADDRESS_W,
	    PR_SEND_RICH_INFO, PR_TITLE_W } };

static void
finalize(void *object)
{
	struct contents *self = object;

	COM_CLEAR(self->rows);
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

struct gathering {
	struct abp_logon *logon;
	struct table_rows *rows;
};

static HRESULT
gather(void *context, const struct abp_row *row)
{
	struct gathering *g = context;
	HRESULT hr = abp_complete(g->logon, row);

	return SUCCEEDED(hr) ? table_rows_add(g->rows, bag_values(row->bag), bag_count(row->bag))
			     : hr;
}

static HRESULT
ask_book(struct contents *self, IMAPITable **out)
{
	struct abp_logon *logon = self->logon;
	struct abp_query query = { self->anr, self->list, 0 };
	struct gathering g = { logon, table_rows_create() };
	char *why = NULL;
	HRESULT hr = g.rows ? abp_enter(logon) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr)) {
		hr = logon->ops->list(logon->book, &query, gather, &g, &why);
		abp_leave(logon, hr, why);
	}
	if (SUCCEEDED(hr))
		return table_create(g.rows, (const SPropTagArray *)(const void *)&default_columns,
		    self->flags & MAPI_UNICODE, out);
	table_rows_free(g.rows);
	return hr;
}

/* The table in memory as the caller has set it up; the lock is held. */
static HRESULT
load(struct contents *self)
{
	IMAPITable *rows = NULL;
	HRESULT hr;

	if (self->rows)
		return S_OK;
	hr = ask_book(self, &rows);
	if (SUCCEEDED(hr) && self->columns)
		hr = rows->lpVtbl->SetColumns(rows, self->columns, 0);
	if (SUCCEEDED(hr) && self->rest)
		hr = rows->lpVtbl->Restrict(rows, self->rest, 0);
	if (SUCCEEDED(hr) && self->sort)
		hr = rows->lpVtbl->SortTable(rows, self->sort, 0);
	if (FAILED(hr))
		COM_CLEAR(rows);
	self->rows = rows;
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
		forward_hr = forward_to->rows->lpVtbl->method(forward_to->rows, ##__VA_ARGS__);    \
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
	if (g_strcmp0(anr, self->anr))
		COM_CLEAR(self->rows);
	g_free(self->anr);
	self->anr = anr;
	mem_free(self->rest);
	self->rest = rest;
	if (self->rows)
		hr = self->rows->lpVtbl->Restrict(self->rows, rest, flags);
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
	if (self->rows)
		hr = self->rows->lpVtbl->SetColumns(self->rows, columns, flags);
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
		hr = self->rows->lpVtbl->SortTable(self->rows, order, flags);
		if (SUCCEEDED(hr)) {
			mem_free(self->sort);
			self->sort = g_steal_pointer(&copy);
		}
		pthread_mutex_unlock(&self->lock);
	}
	mem_free(copy);
	return hr;
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
	*type = TBLTYPE_SNAPSHOT;
	return S_OK;
}

static HRESULT
contents_QueryColumns(IMAPITable *This, ULONG flags, LPSPropTagArray *out)
{
	FORWARD(This, QueryColumns, flags, out);
}

static HRESULT
contents_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count)
{
	FORWARD(This, GetRowCount, flags, count);
}

static HRESULT
contents_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought)
{
	FORWARD(This, SeekRow, origin, rows, sought);
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
	FORWARD(This, QueryRows, count, flags, rows);
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
	.Advise = unsupported_IMAPITable_Advise,
	.Unadvise = unsupported_IMAPITable_Unadvise,
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
