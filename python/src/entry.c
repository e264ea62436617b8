/* SPDX-License-Identifier: MIT */
#include "entry.h"
#include "iid.h"

PyObject *
open_entry(PyObject *self, PyObject *args, open_call *call)
{
	struct iid_argument iid = { .state = state_of(self) };
	struct open_request request;
	IUnknown *object = NULL;
	ULONG type = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:OpenEntry", arg_bytes_or_none, &request.entry,
		iid_argument, &iid, arg_ulong, &request.flags))
		return NULL;
	request.iid = iid_or_null(&iid);
	Py_BEGIN_ALLOW_THREADS
		hr = call(wrapped(self), &request, &type, &object);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return wrap_object_type(state_of(self), type, object);
}

PyObject *
compare_entries(PyObject *self, PyObject *args, compare_call *call)
{
	struct compare_request request = { .flags = 0 };
	ULONG result = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&|O&:CompareEntryIDs", arg_bytes_or_none, &request.one,
		arg_bytes_or_none, &request.other, arg_ulong, &request.flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = call(wrapped(self), &request, &result);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(result);
}

static PyObject *
advise_request(PyObject *self, struct advise_request *request, PyObject *sink, advise_call *call)
{
	ULONG_PTR connection = 0;
	HRESULT hr;

	if (!interface_from_python(
		state_of(self), sink, &IID_IMAPIAdviseSink, false, (void **)&request->sink))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = call(wrapped(self), request, &connection);
	Py_END_ALLOW_THREADS
	release_object(request->sink);
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLongLong(connection);
}

PyObject *
advise(PyObject *self, PyObject *args, advise_call *call)
{
	struct advise_request request;
	PyObject *sink;

	if (!PyArg_ParseTuple(args, "O&O&O:Advise", arg_bytes_or_none, &request.entry, arg_ulong,
		&request.mask, &sink))
		return NULL;
	return advise_request(self, &request, sink, call);
}

PyObject *
advise_table(PyObject *self, PyObject *args, advise_call *call)
{
	struct advise_request request = { .entry = { 0, NULL } };
	PyObject *sink;

	if (!PyArg_ParseTuple(args, "O&O:Advise", arg_ulong, &request.mask, &sink))
		return NULL;
	return advise_request(self, &request, sink, call);
}

PyObject *
unadvise(PyObject *self, PyObject *args, unadvise_call *call)
{
	ULONG_PTR connection;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:Unadvise", arg_uiparam, &connection))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = call(wrapped(self), connection);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

PyObject *
get_table(PyObject *self, PyObject *args, table_call *call)
{
	IMAPITable *table = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = call(wrapped(self), flags, &table);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_TABLE, table);
}
