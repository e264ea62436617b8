/* SPDX-License-Identifier: MIT */
/* PyIMAPIStatus. */
#include "args.h"
#include "types.h"

/* ValidateState(ui, flags) */
static PyObject *
status_ValidateState(PyObject *self, PyObject *args)
{
	IMAPIStatus *status = wrapped(self);
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:ValidateState", arg_uiparam, &window, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = status->lpVtbl->ValidateState(status, window, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* SettingsDialog(ui, flags) */
static PyObject *
status_SettingsDialog(PyObject *self, PyObject *args)
{
	IMAPIStatus *status = wrapped(self);
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:SettingsDialog", arg_uiparam, &window, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = status->lpVtbl->SettingsDialog(status, window, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* ChangePassword(old, new, flags) */
static PyObject *
status_ChangePassword(PyObject *self, PyObject *args)
{
	PyObject *old_object, *new_object;
	IMAPIStatus *status = wrapped(self);
	struct text old_password = { NULL }, new_password = { NULL };
	HRESULT hr = S_OK;
	ULONG flags;
	bool ready;

	if (!PyArg_ParseTuple(
		args, "OOO&:ChangePassword", &old_object, &new_object, arg_ulong, &flags))
		return NULL;
	ready = text_set(&old_password, old_object, flags) &&
		text_set(&new_password, new_object, flags);
	if (ready) {
		Py_BEGIN_ALLOW_THREADS
			hr = status->lpVtbl->ChangePassword(status, text_pointer(&old_password),
			    text_pointer(&new_password), flags);
		Py_END_ALLOW_THREADS
	}
	text_clear(&old_password);
	text_clear(&new_password);
	return ready ? none_or_raise_from(self, hr) : NULL;
}

/* FlushQueues(ui, entryId|None, flags) */
static PyObject *
status_FlushQueues(PyObject *self, PyObject *args)
{
	IMAPIStatus *status = wrapped(self);
	struct bytes_argument entry;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:FlushQueues", arg_uiparam, &window, arg_bytes_or_none,
		&entry, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = status->lpVtbl->FlushQueues(status, window, entry.size, entry.data, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyMethodDef status_methods[] = {
	METHOD("ValidateState", status_ValidateState, METH_VARARGS, ", uiParam, flags",
	    "Has the part look after its state."),
	METHOD("SettingsDialog", status_SettingsDialog, METH_VARARGS, ", uiParam, flags",
	    "There are no dialogs: com_error MAPI_E_NO_SUPPORT."),
	METHOD("ChangePassword", status_ChangePassword, METH_VARARGS,
	    ", oldPassword, newPassword, flags", "Changes the part's password, where it has one."),
	METHOD("FlushQueues", status_FlushQueues, METH_VARARGS, ", uiParam, entryId, flags",
	    "Has messages that wait sent now."),
	{ NULL },
};

WRAPPER_SPEC(status, "PyIMAPIStatus", status_methods, "The state of a provider or of the spooler.");

const struct wrapper_class status_class = { &IID_IMAPIStatus, WRAP_PROP, &status_spec };
