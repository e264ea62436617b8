/* SPDX-License-Identifier: MIT */
/* PyIProfAdmin.  Passwords are taken and mean nothing: see docs of IProfAdmin. */
#include "entry.h"
#include "types.h"

/* What most calls take: up to three strings, a window and flags. */
struct names {
	struct text one, two, three;
	ULONG_PTR window;
	ULONG flags;
};

static void
names_clear(struct names *names)
{
	text_clear(&names->one);
	text_clear(&names->two);
	text_clear(&names->three);
}

/* Sets the strings once flags are known; NULL objects stay NULL.  0: an exception, all cleared. */
static int
names_set(struct names *names, PyObject *one, PyObject *two, PyObject *three)
{
	if (text_set(&names->one, one, names->flags) && text_set(&names->two, two, names->flags) &&
	    text_set(&names->three, three, names->flags))
		return 1;
	names_clear(names);
	return 0;
}

static HRESULT
call_profiles(void *object, ULONG flags, IMAPITable **out)
{
	IProfAdmin *admin = object;

	return admin->lpVtbl->GetProfileTable(admin, flags, out);
}

static PyObject *
admin_GetProfileTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_profiles);
}

/* CreateProfile(name, password, ui=0, flags=0) */
static PyObject *
admin_CreateProfile(PyObject *self, PyObject *args)
{
	PyObject *name, *password = NULL;
	IProfAdmin *admin = wrapped(self);
	struct names names = { 0 };
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|OO&O&:CreateProfile", &name, &password, arg_uiparam,
		&names.window, arg_ulong, &names.flags) ||
	    !names_set(&names, name, password, NULL))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->CreateProfile(admin, text_pointer(&names.one),
		    text_pointer(&names.two), names.window, names.flags);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return none_or_raise_from(self, hr);
}

/* DeleteProfile(name, flags=0) */
static PyObject *
admin_DeleteProfile(PyObject *self, PyObject *args)
{
	IProfAdmin *admin = wrapped(self);
	struct names names = { 0 };
	PyObject *name;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|O&:DeleteProfile", &name, arg_ulong, &names.flags) ||
	    !names_set(&names, name, NULL, NULL))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->DeleteProfile(admin, text_pointer(&names.one), names.flags);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return none_or_raise_from(self, hr);
}

/* ChangeProfilePassword(name, old, new, flags) */
static PyObject *
admin_ChangeProfilePassword(PyObject *self, PyObject *args)
{
	PyObject *name, *old_password, *new_password;
	IProfAdmin *admin = wrapped(self);
	struct names names = { 0 };
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OOOO&:ChangeProfilePassword", &name, &old_password,
		&new_password, arg_ulong, &names.flags) ||
	    !names_set(&names, name, old_password, new_password))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->ChangeProfilePassword(admin, text_pointer(&names.one),
		    text_pointer(&names.two), text_pointer(&names.three), names.flags);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return none_or_raise_from(self, hr);
}

/* CopyProfile and RenameProfile(old, password, new, ui=0, flags=0) */
static PyObject *
copy_or_rename(PyObject *self, PyObject *args, bool rename)
{
	PyObject *old_name, *password, *new_name;
	IProfAdmin *admin = wrapped(self);
	struct names names = { 0 };
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OOO|O&O&", &old_name, &password, &new_name, arg_uiparam,
		&names.window, arg_ulong, &names.flags) ||
	    !names_set(&names, old_name, password, new_name))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = (rename ? admin->lpVtbl->RenameProfile : admin->lpVtbl->CopyProfile)(admin,
		    text_pointer(&names.one), text_pointer(&names.two), text_pointer(&names.three),
		    names.window, names.flags);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return none_or_raise_from(self, hr);
}

static PyObject *
admin_CopyProfile(PyObject *self, PyObject *args)
{
	return copy_or_rename(self, args, false);
}

static PyObject *
admin_RenameProfile(PyObject *self, PyObject *args)
{
	return copy_or_rename(self, args, true);
}

/* SetDefaultProfile(name|None, flags=0) */
static PyObject *
admin_SetDefaultProfile(PyObject *self, PyObject *args)
{
	IProfAdmin *admin = wrapped(self);
	struct names names = { 0 };
	PyObject *name;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|O&:SetDefaultProfile", &name, arg_ulong, &names.flags) ||
	    !names_set(&names, name, NULL, NULL))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->SetDefaultProfile(admin, text_pointer(&names.one), names.flags);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return none_or_raise_from(self, hr);
}

/* AdminServices(name, password=None, ui=0, flags=0) */
static PyObject *
admin_AdminServices(PyObject *self, PyObject *args)
{
	PyObject *name, *password = NULL;
	IProfAdmin *admin = wrapped(self);
	IMsgServiceAdmin *services = NULL;
	struct names names = { 0 };
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|OO&O&:AdminServices", &name, &password, arg_uiparam,
		&names.window, arg_ulong, &names.flags) ||
	    !names_set(&names, name, password, NULL))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = admin->lpVtbl->AdminServices(admin, text_pointer(&names.one),
		    text_pointer(&names.two), names.window, names.flags, &services);
	Py_END_ALLOW_THREADS
	names_clear(&names);
	return wrap_result(self, hr, WRAP_SERVICE_ADMIN, services);
}

static PyMethodDef admin_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("GetProfileTable", admin_GetProfileTable, METH_VARARGS, ", flags",
	    "A table of the profiles."),
	METHOD("CreateProfile", admin_CreateProfile, METH_VARARGS,
	    ", profileName, password, uiParam=0, flags=0",
	    "Makes a profile without services; with MAPI_DEFAULT_SERVICES one that can send."),
	METHOD("DeleteProfile", admin_DeleteProfile, METH_VARARGS, ", profileName, flags=0",
	    "Deletes a profile; sessions on it go on."),
	METHOD("ChangeProfilePassword", admin_ChangeProfilePassword, METH_VARARGS,
	    ", profileName, oldPassword, newPassword, flags",
	    "Profiles have no passwords: nothing is done, as the MAPI reference has it."),
	METHOD("CopyProfile", admin_CopyProfile, METH_VARARGS,
	    ", oldProfileName, password, newProfileName, uiParam=0, flags=0",
	    "Makes a copy of a profile."),
	METHOD("RenameProfile", admin_RenameProfile, METH_VARARGS,
	    ", oldProfileName, password, newProfileName, uiParam=0, flags=0",
	    "Gives a profile another name."),
	METHOD("SetDefaultProfile", admin_SetDefaultProfile, METH_VARARGS, ", profileName, flags=0",
	    "The profile that MAPI_USE_DEFAULT takes; None: no one."),
	METHOD("AdminServices", admin_AdminServices, METH_VARARGS,
	    ", profileName, password=None, uiParam=0, flags=0",
	    "What the services of a profile are changed with."),
	{ NULL },
};

WRAPPER_SPEC(admin, "PyIProfAdmin", admin_methods, "The profiles of this user.");

const struct wrapper_class profile_admin_class = { &IID_IProfAdmin, WRAP_UNKNOWN, &admin_spec };
