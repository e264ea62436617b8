/* SPDX-License-Identifier: MIT */
/* PyIMsgServiceAdmin and PyIMsgServiceAdmin2: the message services of a profile. */
#include <mapiaux.h>
#include "entry.h"
#include "iid.h"
#include "types.h"
#include "value.h"

static HRESULT
call_services(void *object, ULONG flags, IMAPITable **out)
{
	IMsgServiceAdmin *admin = object;

	return admin->lpVtbl->GetMsgServiceTable(admin, flags, out);
}

static PyObject *
services_GetMsgServiceTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_services);
}

static HRESULT
call_providers(void *object, ULONG flags, IMAPITable **out)
{
	IMsgServiceAdmin *admin = object;

	return admin->lpVtbl->GetProviderTable(admin, flags, out);
}

static PyObject *
services_GetProviderTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_providers);
}

/* What CreateMsgService and CreateMsgServiceEx are given. */
struct service {
	struct text name, display_name;
	ULONG_PTR window;
	ULONG flags;
};

static void
service_clear(struct service *service)
{
	text_clear(&service->name);
	text_clear(&service->display_name);
}

static int
service_parse(PyObject *args, struct service *service)
{
	PyObject *name, *display_name;

	memset(service, 0, sizeof(*service));
	if (!PyArg_ParseTuple(args, "OO|O&O&", &name, &display_name, arg_uiparam, &service->window,
		arg_ulong, &service->flags))
		return 0;
	if (text_set(&service->name, name, service->flags) &&
	    text_set(&service->display_name, display_name, service->flags))
		return 1;
	service_clear(service);
	return 0;
}

/* CreateMsgService(service, displayName, ui=0, flags=0) */
static PyObject *
services_CreateMsgService(PyObject *self, PyObject *args)
{
	IMsgServiceAdmin *admin = wrapped(self);
	struct service service;
	HRESULT hr;

	if (!service_parse(args, &service))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->CreateMsgService(admin, text_pointer(&service.name),
		    text_pointer(&service.display_name), service.window, service.flags);
	Py_END_ALLOW_THREADS
	service_clear(&service);
	return none_or_raise_from(self, hr);
}

/* CreateMsgServiceEx(service, displayName, ui=0, flags=0) -> the service's UID */
static PyObject *
services_CreateMsgServiceEx(PyObject *self, PyObject *args)
{
	IMsgServiceAdmin2 *admin = wrapped(self);
	struct service service;
	GUID uid = { 0 };
	HRESULT hr;

	if (!service_parse(args, &service))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->CreateMsgServiceEx(admin, text_pointer(&service.name),
		    text_pointer(&service.display_name), service.window, service.flags,
		    (MAPIUID *)&uid);
	Py_END_ALLOW_THREADS
	service_clear(&service);
	return FAILED(hr) ? raise_from(self, hr) : iid_to_python(state_of(self), &uid);
}

/* DeleteMsgService(uid) */
static PyObject *
services_DeleteMsgService(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) };
	IMsgServiceAdmin *admin = wrapped(self);
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:DeleteMsgService", iid_argument, &uid))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->DeleteMsgService(admin, (MAPIUID *)iid_or_null(&uid));
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* RenameMsgService(uid, flags, name) */
static PyObject *
services_RenameMsgService(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) };
	IMsgServiceAdmin *admin = wrapped(self);
	struct text name = { NULL };
	PyObject *name_object;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O:RenameMsgService", iid_argument, &uid, arg_ulong, &flags,
		&name_object) ||
	    !text_set(&name, name_object, flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->RenameMsgService(
		    admin, (MAPIUID *)iid_or_null(&uid), flags, text_pointer(&name));
	Py_END_ALLOW_THREADS
	text_clear(&name);
	return none_or_raise_from(self, hr);
}

/* ConfigureMsgService(uid, ui, flags, values|None) */
static PyObject *
services_ConfigureMsgService(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) };
	IMsgServiceAdmin *admin = wrapped(self);
	SPropValue *values = NULL;
	ULONG flags, count = 0;
	ULONG_PTR window;
	PyObject *given;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&O:ConfigureMsgService", iid_argument, &uid, arg_uiparam,
		&window, arg_ulong, &flags, &given) ||
	    (given != Py_None && !values_from_python(state_of(self), given, &values, &count)))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->ConfigureMsgService(
		    admin, (MAPIUID *)iid_or_null(&uid), window, flags, count, values);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(values);
	return none_or_raise_from(self, hr);
}

/* OpenProfileSection(uid, iid|None, flags) */
static PyObject *
services_OpenProfileSection(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) }, iid = uid;
	IMsgServiceAdmin *admin = wrapped(self);
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

/* AdminProviders(uid, flags) */
static PyObject *
services_AdminProviders(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) };
	IMsgServiceAdmin *admin = wrapped(self);
	IProviderAdmin *providers = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:AdminProviders", iid_argument, &uid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->AdminProviders(
		    admin, (MAPIUID *)iid_or_null(&uid), flags, &providers);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_PROVIDER_ADMIN, providers);
}

static PyMethodDef services_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("GetMsgServiceTable", services_GetMsgServiceTable, METH_VARARGS, ", flags",
	    "A table of the profile's services."),
	METHOD("GetProviderTable", services_GetProviderTable, METH_VARARGS, ", flags",
	    "A table of the providers of all services."),
	METHOD("CreateMsgService", services_CreateMsgService, METH_VARARGS,
	    ", serviceName, displayName, uiParam=0, flags=0",
	    "Adds a service, EMAPI_STORE or another one of mapisvc.inf."),
	METHOD("DeleteMsgService", services_DeleteMsgService, METH_VARARGS, ", uuid",
	    "Takes a service out."),
	METHOD("RenameMsgService", services_RenameMsgService, METH_VARARGS,
	    ", uuid, flags, newName", "Gives a service another display name."),
	METHOD("ConfigureMsgService", services_ConfigureMsgService, METH_VARARGS,
	    ", iid, uiParam, flags, props", "Sets up a service by properties ((tag, value), ...)."),
	METHOD("OpenProfileSection", services_OpenProfileSection, METH_VARARGS,
	    ", uuid, iid, flags", "A section of the profile."),
	METHOD("AdminProviders", services_AdminProviders, METH_VARARGS, ", uuid, flags",
	    "What a service's providers are changed with."),
	{ NULL },
};

static PyMethodDef services2_methods[] = {
	METHOD("CreateMsgServiceEx", services_CreateMsgServiceEx, METH_VARARGS,
	    ", serviceName, displayName, uiParam=0, flags=0", "Adds a service; its IID."),
	{ NULL },
};

WRAPPER_SPEC(
    services, "PyIMsgServiceAdmin", services_methods, "The message services of a profile.");
WRAPPER_SPEC(
    services2, "PyIMsgServiceAdmin2", services2_methods, "The message services of a profile.");

const struct wrapper_class service_admin_class = { &IID_IMsgServiceAdmin, WRAP_UNKNOWN,
	&services_spec };
const struct wrapper_class service_admin2_class = { &IID_IMsgServiceAdmin2, WRAP_SERVICE_ADMIN,
	&services2_spec };
