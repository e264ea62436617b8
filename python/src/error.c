/* SPDX-License-Identifier: MIT */
#include "state.h"
#include "args.h"

PyObject *
raise_hr_because(struct emapi_state *state, HRESULT hr, const char *reason)
{
	PyObject *text = text_to_python(reason, 0), *error = NULL;

	if (text)
		error = PyObject_CallFunction(state->make_error, "iO", (int)hr, text);
	Py_XDECREF(text);
	if (error) {
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
		Py_DECREF(error);
	}
	return NULL;
}

PyObject *
raise_hr(struct emapi_state *state, HRESULT hr)
{
	return raise_hr_because(state, hr, NULL);
}

PyObject *
none_or_raise(struct emapi_state *state, HRESULT hr)
{
	if (FAILED(hr))
		return raise_hr(state, hr);
	Py_RETURN_NONE;
}
