/* SPDX-License-Identifier: MIT */
/* PyIMAPITable.  A row is a tuple of (tag, value), one for each column in their order. */
#include "entry.h"
#include "sets.h"
#include "types.h"
#include "value.h"

static HRESULT
call_advise(void *object, const struct advise_request *request, ULONG_PTR *connection)
{
	IMAPITable *table = object;

	return table->lpVtbl->Advise(table, request->mask, request->sink, connection);
}

static PyObject *
table_Advise(PyObject *self, PyObject *args)
{
	return advise_table(self, args, call_advise);
}

static HRESULT
call_unadvise(void *object, ULONG_PTR connection)
{
	IMAPITable *table = object;

	return table->lpVtbl->Unadvise(table, connection);
}

static PyObject *
table_Unadvise(PyObject *self, PyObject *args)
{
	return unadvise(self, args, call_unadvise);
}

/* GetStatus() -> [status, type] */
static PyObject *
table_GetStatus(PyObject *self, PyObject *unused)
{
	IMAPITable *table = wrapped(self);
	ULONG status = 0, type = 0;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->GetStatus(table, &status, &type);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return Py_BuildValue("[kk]", (unsigned long)status, (unsigned long)type);
}

/* SetColumns(tags, flags) */
static PyObject *
table_SetColumns(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SPropTagArray *tags;
	PyObject *given;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&:SetColumns", &given, arg_ulong, &flags) ||
	    !tags_from_python(given, &tags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->SetColumns(table, tags, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(tags);
	return none_or_raise_from(self, hr);
}

/* QueryColumns(flags) -> tags */
static PyObject *
table_QueryColumns(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SPropTagArray *tags = NULL;
	PyObject *result;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:QueryColumns", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->QueryColumns(table, flags, &tags);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = tags_to_python(tags);
	MAPIFreeBuffer(tags);
	return result;
}

static PyObject *
table_GetRowCount(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	ULONG flags, count = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:GetRowCount", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->GetRowCount(table, flags, &count);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(count);
}

/* SeekRow(bookmark, rows) -> rows moved */
static PyObject *
table_SeekRow(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	LONG rows, moved = 0;
	ULONG_PTR bookmark;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:SeekRow", arg_uiparam, &bookmark, arg_ulong, &rows))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->SeekRow(table, bookmark, rows, &moved);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromLong(moved);
}

static PyObject *
table_SeekRowApprox(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	ULONG numerator, denominator;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "O&O&:SeekRowApprox", arg_ulong, &numerator, arg_ulong, &denominator))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->SeekRowApprox(table, numerator, denominator);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* QueryPosition() -> [row, numerator, denominator] */
static PyObject *
table_QueryPosition(PyObject *self, PyObject *unused)
{
	IMAPITable *table = wrapped(self);
	ULONG row = 0, numerator = 0, denominator = 0;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->QueryPosition(table, &row, &numerator, &denominator);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return Py_BuildValue(
	    "[kkk]", (unsigned long)row, (unsigned long)numerator, (unsigned long)denominator);
}

/* FindRow(restriction, bookmark, flags); no such row is a com_error MAPI_E_NOT_FOUND */
static PyObject *
table_FindRow(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SRestriction *restriction;
	ULONG_PTR bookmark;
	PyObject *given;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "OO&O&:FindRow", &given, arg_uiparam, &bookmark, arg_ulong, &flags) ||
	    !restriction_from_python(state_of(self), given, &restriction))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->FindRow(table, restriction, bookmark, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(restriction);
	return none_or_raise_from(self, hr);
}

/* Restrict(restriction|None, flags) */
static PyObject *
table_Restrict(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SRestriction *restriction;
	PyObject *given;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&:Restrict", &given, arg_ulong, &flags) ||
	    !restriction_from_python(state_of(self), given, &restriction))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->Restrict(table, restriction, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(restriction);
	return none_or_raise_from(self, hr);
}

/* SortTable(sortOrderSet|None, flags) */
static PyObject *
table_SortTable(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SSortOrderSet *sort;
	PyObject *given;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&:SortTable", &given, arg_ulong, &flags) ||
	    !sort_from_python(given, &sort))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->SortTable(table, sort, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(sort);
	return none_or_raise_from(self, hr);
}

static PyObject *
table_CreateBookmark(PyObject *self, PyObject *unused)
{
	IMAPITable *table = wrapped(self);
	BOOKMARK bookmark = 0;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->CreateBookmark(table, &bookmark);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLongLong(bookmark);
}

static PyObject *
table_FreeBookmark(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	ULONG_PTR bookmark;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:FreeBookmark", arg_uiparam, &bookmark))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->FreeBookmark(table, bookmark);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* QueryRows(count, flags) -> rows, () at the end */
static PyObject *
table_QueryRows(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	SRowSet *rows = NULL;
	PyObject *result;
	ULONG flags;
	LONG count;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:QueryRows", arg_ulong, &count, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->QueryRows(table, count, flags, &rows);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = rows_to_python(state_of(self), rows);
	FreeProws(rows);
	return result;
}

static PyObject *
table_Abort(PyObject *self, PyObject *unused)
{
	IMAPITable *table = wrapped(self);
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->Abort(table);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* QuerySortOrder() -> (((tag, order), ...), categories, expanded) */
static PyObject *
table_QuerySortOrder(PyObject *self, PyObject *unused)
{
	IMAPITable *table = wrapped(self);
	SSortOrderSet *sort = NULL;
	PyObject *result;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->QuerySortOrder(table, &sort);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = sort_to_python(sort);
	MAPIFreeBuffer(sort);
	return result;
}

/* ExpandRow(instanceKey, count, flags=0) -> (rows, how many more there are) */
static PyObject *
table_ExpandRow(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	struct bytes_argument key;
	SRowSet *rows = NULL;
	ULONG count, flags = 0, more = 0;
	PyObject *result;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "O&O&|O&:ExpandRow", arg_bytes, &key, arg_ulong, &count, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr =
		    table->lpVtbl->ExpandRow(table, key.size, key.data, count, flags, &rows, &more);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = Py_BuildValue("(Nk)", rows_to_python(state_of(self), rows), (unsigned long)more);
	FreeProws(rows);
	return result;
}

/* CollapseRow(instanceKey, flags=0) -> how many rows went */
static PyObject *
table_CollapseRow(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	struct bytes_argument key;
	ULONG flags = 0, gone = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&|O&:CollapseRow", arg_bytes, &key, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->CollapseRow(table, key.size, key.data, flags, &gone);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(gone);
}

/* WaitForCompletion(flags, milliseconds) -> status */
static PyObject *
table_WaitForCompletion(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	ULONG flags, limit, status = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:WaitForCompletion", arg_ulong, &flags, arg_ulong, &limit))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->WaitForCompletion(table, flags, limit, &status);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(status);
}

/* GetCollapseState(instanceKey, flags=0) -> bytes */
static PyObject *
table_GetCollapseState(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	struct bytes_argument key;
	ULONG flags = 0, size = 0;
	BYTE *state = NULL;
	PyObject *result;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "O&|O&:GetCollapseState", arg_bytes_or_none, &key, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->GetCollapseState(
		    table, flags, key.size, key.data, &size, &state);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = bytes_to_python(state, size);
	MAPIFreeBuffer(state);
	return result;
}

/* SetCollapseState(state, flags=0) -> bookmark of the row that GetCollapseState was given */
static PyObject *
table_SetCollapseState(PyObject *self, PyObject *args)
{
	IMAPITable *table = wrapped(self);
	struct bytes_argument state;
	BOOKMARK bookmark = 0;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&|O&:SetCollapseState", arg_bytes, &state, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = table->lpVtbl->SetCollapseState(
		    table, flags, state.size, state.data, &bookmark);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLongLong(bookmark);
}

static PyMethodDef table_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("Advise", table_Advise, METH_VARARGS, ", eventMask, adviseSink",
	    "Calls the sink when the table changes (fnevTableModified); a number for Unadvise."),
	METHOD("Unadvise", table_Unadvise, METH_VARARGS, ", connection", "Ends an Advise."),
	METHOD("GetStatus", table_GetStatus, METH_NOARGS, "", "[status, type]."),
	METHOD("SetColumns", table_SetColumns, METH_VARARGS, ", propTags, flags",
	    "The tags that rows have, in this order."),
	METHOD("QueryColumns", table_QueryColumns, METH_VARARGS, ", flags",
	    "A tuple of the columns' tags; with TBL_ALL_COLUMNS of all there could be."),
	METHOD(
	    "GetRowCount", table_GetRowCount, METH_VARARGS, ", flags", "How many rows there are."),
	METHOD("SeekRow", table_SeekRow, METH_VARARGS, ", bookmark, rowCount",
	    "Goes so many rows on from a bookmark (BOOKMARK_BEGINNING, _CURRENT, _END); how many "
	    "it went."),
	METHOD("SeekRowApprox", table_SeekRowApprox, METH_VARARGS, ", numerator, denominator",
	    "Goes to a fraction of the way."),
	METHOD("QueryPosition", table_QueryPosition, METH_NOARGS, "",
	    "[row, numerator, denominator]."),
	METHOD("FindRow", table_FindRow, METH_VARARGS, ", restriction, bookmarkOrigin, flags",
	    "Goes to the first row that matches, with DIR_BACKWARD backwards; com_error "
	    "MAPI_E_NOT_FOUND where none does."),
	METHOD("Restrict", table_Restrict, METH_VARARGS, ", restriction, flags",
	    "Shows only rows that match; None: all."),
	METHOD("CreateBookmark", table_CreateBookmark, METH_NOARGS, "", "A bookmark at this row."),
	METHOD("FreeBookmark", table_FreeBookmark, METH_VARARGS, ", bookmark", "Ends a bookmark."),
	METHOD("SortTable", table_SortTable, METH_VARARGS, ", sortOrderSet, flags",
	    "Orders the rows: (((tag, TABLE_SORT_ASCEND), ...), categories=0, expanded=0)."),
	METHOD("QueryRows", table_QueryRows, METH_VARARGS, ", rowCount, flags",
	    "The next rows, each a tuple of (tag, value) for each column; () at the end. A "
	    "negative count reads backwards."),
	METHOD("Abort", table_Abort, METH_NOARGS, "",
	    "Ends what the table is doing in the background."),
	METHOD("QuerySortOrder", table_QuerySortOrder, METH_NOARGS, "",
	    "(((tag, order), ...), categories, expanded)."),
	METHOD("ExpandRow", table_ExpandRow, METH_VARARGS, ", instanceKey, rowCount, flags=0",
	    "(rows, how many more there are) of a category that was collapsed."),
	METHOD("CollapseRow", table_CollapseRow, METH_VARARGS, ", instanceKey, flags=0",
	    "Collapses a category; how many rows went."),
	METHOD("WaitForCompletion", table_WaitForCompletion, METH_VARARGS, ", flags, timeout",
	    "Waits for so many milliseconds at most until the table has done; its status."),
	METHOD("GetCollapseState", table_GetCollapseState, METH_VARARGS, ", instanceKey, flags=0",
	    "Which categories are expanded, as bytes for SetCollapseState."),
	METHOD("SetCollapseState", table_SetCollapseState, METH_VARARGS, ", state, flags=0",
	    "Expands and collapses as it was; a bookmark of the row."),
	{ NULL },
};

WRAPPER_SPEC(table, "PyIMAPITable", table_methods, "Rows and columns of what an object holds.");

const struct wrapper_class table_class = { &IID_IMAPITable, WRAP_UNKNOWN, &table_spec };
