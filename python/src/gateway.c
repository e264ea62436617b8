/* SPDX-License-Identifier: MIT */
#include "gateway.h"
#include "iid.h"
#include "types.h"

struct gateway *
gateway_create(struct emapi_state *state, const IID *iid, const void *vtable, PyObject *server,
    PyObject *context)
{
	struct gateway *gateway = PyMem_RawMalloc(sizeof(*gateway));

	if (!gateway) {
		PyErr_NoMemory();
		return NULL;
	}
	gateway->vtable = vtable;
	gateway->iid = iid;
	gateway->state = state;
	gateway->module_type = Py_NewRef((PyObject *)state->types[WRAP_UNKNOWN]);
	gateway->server = Py_NewRef(server);
	gateway->context = Py_XNewRef(context);
	gateway->references = 1;
	state->gateways++;
	return gateway;
}

HRESULT
gateway_QueryInterface(void *self, const IID *iid, void **out)
{
	struct gateway *gateway = self;

	*out = NULL;
	if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, gateway->iid) &&
	    !(IsEqualGUID(iid, &IID_ISequentialStream) && IsEqualGUID(gateway->iid, &IID_IStream)))
		return E_NOINTERFACE;
	gateway_AddRef(self);
	*out = self;
	return S_OK;
}

ULONG
gateway_AddRef(void *self)
{
	return (ULONG)__atomic_add_fetch(
	    &((struct gateway *)self)->references, 1, __ATOMIC_RELAXED);
}

ULONG
gateway_Release(void *self)
{
	struct gateway *gateway = self;
	int left = __atomic_sub_fetch(&gateway->references, 1, __ATOMIC_ACQ_REL);
	PyGILState_STATE gil;

	if (left)
		return (ULONG)left;
	if (gateway_enter(&gil)) {
		gateway->state->gateways--;
		Py_DECREF(gateway->server);
		Py_XDECREF(gateway->context);
		Py_DECREF(gateway->module_type);
		PyGILState_Release(gil);
	}
	PyMem_RawFree(gateway);
	return 0;
}

bool
gateway_enter(PyGILState_STATE *gil)
{
	if (!Py_IsInitialized())
		return false;
	*gil = PyGILState_Ensure();
	return true;
}

/* The exception that is set, with its traceback, which is cleared. */
static PyObject *
take_exception(void)
{
#if PY_VERSION_HEX >= 0x030C0000
	return PyErr_GetRaisedException();
#else
	PyObject *type, *error, *trace;

	PyErr_Fetch(&type, &error, &trace);
	PyErr_NormalizeException(&type, &error, &trace);
	if (trace)
		PyException_SetTraceback(error, trace);
	Py_XDECREF(type);
	Py_XDECREF(trace);
	return error;
#endif
}

HRESULT
gateway_result(struct gateway *gateway)
{
	PyObject *error, *code;
	HRESULT hr = E_FAIL;

	if (!PyErr_Occurred())
		return S_OK;
	error = take_exception();
	code = PyObject_GetAttrString(error, "hresult");
	if (code && PyLong_Check(code))
		hr = (HRESULT)PyLong_AsLong(code);
	if (!code || PyErr_Occurred()) {
		PyErr_Clear();
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
		PyErr_WriteUnraisable(gateway->server);
	}
	Py_XDECREF(code);
	Py_DECREF(error);
	return FAILED(hr) ? hr : E_FAIL;
}

/* WrapObject(object, iid): an object's methods as an interface. */
static PyObject *
wrap_object(PyObject *module, PyObject *args)
{
	struct emapi_state *state = PyModule_GetState(module);
	struct iid_argument iid = { .state = state };
	struct gateway *gateway;
	PyObject *server;

	if (!PyArg_ParseTuple(args, "O|O&:WrapObject", &server, iid_argument, &iid))
		return NULL;
	if (!iid.given || IsEqualGUID(&iid.guid, &IID_IStream))
		gateway = gateway_create(state, &IID_IStream, &gateway_stream_vtable, server, NULL);
	else if (IsEqualGUID(&iid.guid, &IID_IMAPIAdviseSink))
		gateway = gateway_create(state, &IID_IMAPIAdviseSink, &sink_vtable, server, NULL);
	else
		return raise_hr(state, E_NOINTERFACE);
	return gateway ? wrap_iid(state, gateway->iid, gateway) : NULL;
}

/* UnwrapObject(wrapper): the Python object behind a gateway. */
static PyObject *
unwrap_object(PyObject *module, PyObject *object)
{
	struct emapi_state *state = PyModule_GetState(module);
	struct gateway *gateway;

	if (!PyObject_TypeCheck(object, state->types[WRAP_UNKNOWN]))
		return PyErr_Format(PyExc_TypeError, "not an interface");
	gateway = wrapped(object);
	if (gateway->vtable != &sink_vtable && gateway->vtable != &gateway_stream_vtable)
		return PyErr_Format(PyExc_ValueError, "not the gateway of a Python object");
	return Py_NewRef(gateway->server);
}

PyMethodDef gateway_functions[] = {
	FUNCTION("WrapObject", wrap_object, METH_VARARGS, ", object, iid=None",
	    "A Python object as an interface: IStream by its Read, Write, Seek ..., "
	    "IMAPIAdviseSink by its OnNotify."),
	FUNCTION("UnwrapObject", unwrap_object, METH_O, ", object",
	    "The Python object behind an interface that WrapObject made."),
	{ NULL },
};
