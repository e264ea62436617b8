/* SPDX-License-Identifier: MIT */
/*
 * PyIMAPIAdviseSink, and the sinks made from Python: HrAllocAdviseSink's calls callback(tuple,
 * context), WrapObject's calls object.OnNotify(list).
 */
#include "gateway.h"
#include "notify.h"
#include "types.h"

static PyObject *
notifications(struct emapi_state *state, ULONG count, const NOTIFICATION *all)
{
	PyObject *list = PyList_New(count), *item;

	for (ULONG i = 0; list && i < count; i++) {
		item = notification_to_python(state, &all[i]);
		if (!item)
			Py_CLEAR(list);
		else
			PyList_SET_ITEM(list, i, item);
	}
	return list;
}

static PyObject *
call_python(struct gateway *gateway, PyObject *list)
{
	PyObject *tuple, *result;

	if (!gateway->context)
		return PyObject_CallMethod(gateway->server, "OnNotify", "O", list);
	tuple = PyList_AsTuple(list);
	if (!tuple)
		return NULL;
	result = PyObject_CallFunctionObjArgs(gateway->server, tuple, gateway->context, NULL);
	Py_DECREF(tuple);
	return result;
}

static ULONG
sink_OnNotify(IMAPIAdviseSink *self, ULONG count, NOTIFICATION *all)
{
	struct gateway *gateway = (struct gateway *)self;
	PyObject *list, *result = NULL;
	PyGILState_STATE gil;

	if (!gateway_enter(&gil))
		return 0;
	list = notifications(gateway->state, count, all);
	if (list)
		result = call_python(gateway, list);
	if (!result)
		PyErr_WriteUnraisable(gateway->server);
	Py_XDECREF(list);
	Py_XDECREF(result);
	PyGILState_Release(gil);
	return 0;
}

static HRESULT
sink_QueryInterface(IMAPIAdviseSink *self, const IID *iid, void **out)
{
	return gateway_QueryInterface(self, iid, out);
}

static ULONG
sink_AddRef(IMAPIAdviseSink *self)
{
	return gateway_AddRef(self);
}

static ULONG
sink_Release(IMAPIAdviseSink *self)
{
	return gateway_Release(self);
}

const struct IMAPIAdviseSinkVtbl sink_vtable = {
	.QueryInterface = sink_QueryInterface,
	.AddRef = sink_AddRef,
	.Release = sink_Release,
	.OnNotify = sink_OnNotify,
};

static PyMethodDef no_methods[] = {
	{ NULL },
};

WRAPPER_SPEC(sink, "PyIMAPIAdviseSink", no_methods, "What is told of events.");

const struct wrapper_class advise_sink_class = { &IID_IMAPIAdviseSink, WRAP_UNKNOWN, &sink_spec };
