/* SPDX-License-Identifier: MIT */
/* PyIProviderAdmin: the providers of one message service. */
#include "entry.h"
#include "iid.h"
#include "types.h"
#include "value.h"

static HRESULT
call_providers(void *object, ULONG flags, IMAPITable **out)
{
	IProviderAdmin *admin = object;

	return admin->lpVtbl->GetProviderTable(admin, flags, out);
}

static PyObject *
providers_GetProviderTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_providers);
}

/* CreateProvider(name, count, values|None, ui, flags) -> the provider's UID; count is not needed */
static PyObject *
providers_CreateProvider(PyObject *self, PyObject *args)
{
	IProviderAdmin *admin = wrapped(self);
	PyObject *name_object, *given;
	struct text name = { NULL };
	SPropValue *values = NULL;
	ULONG said, flags, count = 0;
	ULONG_PTR window;
	GUID uid = { 0 };
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&OO&O&:CreateProvider", &name_object, arg_ulong, &said,
		&given, arg_uiparam, &window, arg_ulong, &flags) ||
	    (given != Py_None && !values_from_python(state_of(self), given, &values, &count)))
		return NULL;
	if (!text_set(&name, name_object, flags)) {
		MAPIFreeBuffer(values);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->CreateProvider(
		    admin, text_pointer(&name), count, values, window, flags, (MAPIUID *)&uid);
	Py_END_ALLOW_THREADS
	text_clear(&name);
	MAPIFreeBuffer(values);
	return FAILED(hr) ? raise_from(self, hr) : iid_to_python(state_of(self), &uid);
}

/* DeleteProvider(uid) */
static PyObject *
providers_DeleteProvider(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) };
	IProviderAdmin *admin = wrapped(self);
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:DeleteProvider", iid_argument, &uid))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->DeleteProvider(admin, (MAPIUID *)iid_or_null(&uid));
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* OpenProfileSection(uid, iid|None, flags) */
static PyObject *
providers_OpenProfileSection(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) }, iid = uid;
	IProviderAdmin *admin = wrapped(self);
	IProfSect *section = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:OpenProfileSection", iid_argument, &uid, iid_argument,
		&iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->OpenProfileSection(
		    admin, (MAPIUID *)iid_or_null(&uid), iid_or_null(&iid), flags, &section);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_PROFILE_SECTION, section);
}

static PyMethodDef providers_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("GetProviderTable", providers_GetProviderTable, METH_VARARGS, ", flags",
	    "A table of the service's providers."),
	METHOD("CreateProvider", providers_CreateProvider, METH_VARARGS,
	    ", providerName, cValues, props, uiParam, flags",
	    "Adds a provider, with these properties ((tag, value), ...) or None in its section; "
	    "its IID."),
	METHOD("DeleteProvider", providers_DeleteProvider, METH_VARARGS, ", uuid",
	    "Takes a provider out."),
	METHOD("OpenProfileSection", providers_OpenProfileSection, METH_VARARGS,
	    ", uuid, iid, flags", "A provider's section of the profile."),
	{ NULL },
};

WRAPPER_SPEC(
    providers, "PyIProviderAdmin", providers_methods, "The providers of a message service.");

const struct wrapper_class provider_admin_class = { &IID_IProviderAdmin, WRAP_UNKNOWN,
	&providers_spec };
