/* SPDX-License-Identifier: MIT */
#include <unistd.h>
#include "unknown.h"
#include "args.h"
#include "iid.h"
#include "module.h"
#include "value.h"
#include "types.h"

PyObject *
wrap(struct emapi_state *state, enum wrapper_kind kind, void *object)
{
	struct wrapper *self;

	if (!object)
		Py_RETURN_NONE;
	self = PyObject_New(struct wrapper, state->types[kind]);
	if (!self) {
		release_object(object);
		return NULL;
	}
	self->state = state;
	self->object = object;
	self->process = getpid();
	state->wrappers++;
	return (PyObject *)self;
}

PyObject *
wrap_iid(struct emapi_state *state, const IID *iid, void *object)
{
	for (int kind = 0; kind < WRAP_COUNT; kind++) {
		if (IsEqualGUID(wrapper_classes[kind]->iid, iid))
			return wrap(state, (enum wrapper_kind)kind, object);
	}
	release_object(object);
	return PyErr_Format(
	    PyExc_TypeError, "There is no interface object registered that supports this IID");
}

PyObject *
wrap_object_type(struct emapi_state *state, ULONG object_type, void *object)
{
	enum wrapper_kind kind = WRAP_UNKNOWN;

	switch (object_type) {
	case MAPI_FOLDER:
		kind = WRAP_FOLDER;
		break;
	case MAPI_MESSAGE:
		kind = WRAP_MESSAGE;
		break;
	case MAPI_ATTACH:
		kind = WRAP_ATTACH;
		break;
	case MAPI_ADDRBOOK:
		kind = WRAP_ADDRESS_BOOK;
		break;
	case MAPI_ABCONT:
		kind = WRAP_ADDRESS_CONTAINER;
		break;
	case MAPI_MAILUSER:
		kind = WRAP_MAIL_USER;
		break;
	case MAPI_DISTLIST:
		kind = WRAP_DISTRIBUTION_LIST;
		break;
	case MAPI_PROFSECT:
		kind = WRAP_PROFILE_SECTION;
		break;
	case MAPI_STATUS:
		kind = WRAP_STATUS;
		break;
	case MAPI_SESSION:
		kind = WRAP_SESSION;
		break;
	}
	return wrap(state, kind, object);
}

/* Whether the interface has GetLastError, which stands in one slot wherever there is one. */
static bool
has_last_error(PyObject *self)
{
	static const enum wrapper_kind kinds[] = { WRAP_PROP, WRAP_TABLE, WRAP_SESSION,
		WRAP_PROFILE_ADMIN, WRAP_SERVICE_ADMIN, WRAP_PROVIDER_ADMIN };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (PyObject_TypeCheck(self, state_of(self)->types[kinds[i]]))
			return true;
	}
	return false;
}

static HRESULT
last_error(PyObject *self, HRESULT code, ULONG flags, MAPIERROR **error)
{
	IMAPIProp *object = wrapped(self);
	HRESULT hr;

	*error = NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = object->lpVtbl->GetLastError(object, code, flags, error);
	Py_END_ALLOW_THREADS
	return hr;
}

PyObject *
raise_from(PyObject *self, HRESULT hr)
{
	MAPIERROR *error = NULL;

	if (!has_last_error(self) || FAILED(last_error(self, hr, 0, &error)) || !error)
		return raise_hr(state_of(self), hr);
	raise_hr_because(state_of(self), hr, error->lpszError);
	MAPIFreeBuffer(error);
	return NULL;
}

PyObject *
none_or_raise_from(PyObject *self, HRESULT hr)
{
	if (FAILED(hr))
		return raise_from(self, hr);
	Py_RETURN_NONE;
}

PyObject *
wrap_result(PyObject *self, HRESULT hr, enum wrapper_kind kind, void *object)
{
	if (FAILED(hr))
		return raise_from(self, hr);
	return wrap(state_of(self), kind, object);
}

void
release_object(void *object)
{
	IUnknown *unknown = object;

	if (!unknown)
		return;
	Py_BEGIN_ALLOW_THREADS
		unknown->lpVtbl->Release(unknown);
	Py_END_ALLOW_THREADS
}

static HRESULT
query(IUnknown *object, const IID *iid, void **out)
{
	HRESULT hr;

	*out = NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = object->lpVtbl->QueryInterface(object, iid, out);
	Py_END_ALLOW_THREADS
	return hr;
}

int
interface_from_python(
    struct emapi_state *state, PyObject *object, const IID *iid, bool none_ok, void **out)
{
	HRESULT hr;

	*out = NULL;
	if (object == Py_None && none_ok)
		return 1;
	if (!PyObject_TypeCheck(object, state->types[WRAP_UNKNOWN])) {
		PyErr_Format(PyExc_TypeError,
		    "The Python object can not be used as a COM interface: %s",
		    Py_TYPE(object)->tp_name);
		return 0;
	}
	hr = query(wrapped(object), iid, out);
	if (FAILED(hr))
		raise_hr(state, hr);
	return SUCCEEDED(hr);
}

PyObject *
wrapper_GetLastError(PyObject *self, PyObject *args)
{
	MAPIERROR *error;
	PyObject *result;
	HRESULT code, hr;
	ULONG flags = 0;

	if (!PyArg_ParseTuple(args, "O&|O&:GetLastError", arg_ulong, &code, arg_ulong, &flags))
		return NULL;
	hr = last_error(self, code, flags, &error);
	if (FAILED(hr))
		return raise_hr(state_of(self), hr);
	result = error_to_python(error, flags);
	MAPIFreeBuffer(error);
	return result;
}

/* QueryInterface(iid, useIID=None): useIID names the type of wrapper where it differs. */
static PyObject *
unknown_QueryInterface(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { state_of(self), false, { 0 } }, use = iid;
	void *object;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&|O&:QueryInterface", iid_argument, &iid, iid_argument, &use))
		return NULL;
	if (!iid.given)
		return PyErr_Format(PyExc_TypeError, "an IID is needed");
	hr = query(wrapped(self), &iid.guid, &object);
	if (FAILED(hr))
		return raise_hr(state_of(self), hr);
	return wrap_iid(state_of(self), use.given ? &use.guid : &iid.guid, object);
}

/* The object's identity: its IUnknown, not to be used after this call. */
static void *
identity(PyObject *self)
{
	void *unknown;

	if (FAILED(query(wrapped(self), &IID_IUnknown, &unknown)))
		return wrapped(self);
	release_object(unknown);
	return unknown;
}

static PyObject *
unknown_compare(PyObject *self, PyObject *other, int op)
{
	bool equal;

	if (op != Py_EQ && op != Py_NE)
		Py_RETURN_NOTIMPLEMENTED;
	equal = PyObject_TypeCheck(other, state_of(self)->types[WRAP_UNKNOWN]) &&
		identity(self) == identity(other);
	return PyBool_FromLong(equal == (op == Py_EQ));
}

static Py_hash_t
unknown_hash(PyObject *self)
{
	return (Py_hash_t)((uintptr_t)identity(self) >> 4);
}

static PyObject *
unknown_repr(PyObject *self)
{
	const char *name = Py_TYPE(self)->tp_name, *dot = strrchr(name, '.');

	return PyUnicode_FromFormat(
	    "<%s at %p with obj at %p>", dot ? dot + 1 : name, self, wrapped(self));
}

static int
unknown_set(PyObject *self, PyObject *name, PyObject *value)
{
	PyErr_Format(
	    PyExc_TypeError, "'%s' object has only read-only attributes", Py_TYPE(self)->tp_name);
	return -1;
}

static void
unknown_dealloc(PyObject *self)
{
	struct wrapper *wrapper = (struct wrapper *)self;
	PyTypeObject *type = Py_TYPE(self);

	wrapper->state->wrappers--;
	if (wrapper->process == getpid())
		release_object(wrapper->object);
	PyObject_Free(self);
	Py_DECREF(type);
}

static PyMethodDef unknown_methods[] = {
	METHOD("QueryInterface", unknown_QueryInterface, METH_VARARGS, ", iid, useIID=None",
	    "The object under another interface; com_error E_NOINTERFACE where it does not have "
	    "it. useIID names the Python type where it is another one."),
	{ NULL },
};

static PyType_Slot unknown_slots[] = {
	{ Py_tp_dealloc, unknown_dealloc },
	{ Py_tp_richcompare, unknown_compare },
	{ Py_tp_hash, unknown_hash },
	{ Py_tp_repr, unknown_repr },
	{ Py_tp_setattro, unknown_set },
	{ Py_tp_methods, unknown_methods },
	{ Py_tp_doc, (char[]){ "An object of MAPI's." } },
	{ 0 },
};

static PyType_Spec unknown_spec = {
	.name = "_emapi.PyIUnknown",
	.basicsize = sizeof(struct wrapper),
	.flags = WRAPPER_FLAGS,
	.slots = unknown_slots,
};

const struct wrapper_class unknown_class = { &IID_IUnknown, WRAP_UNKNOWN, &unknown_spec };
