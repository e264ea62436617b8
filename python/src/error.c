/* SPDX-License-Identifier: MIT */
#include "state.h"

PyObject *
raise_hr(struct emapi_state *state, HRESULT hr)
{
	PyObject *error;

	error = PyObject_CallFunction(state->make_error, "i", (int)hr);
	if (error) {
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
		Py_DECREF(error);
	}
	return NULL;
}

PyObject *
none_or_raise(struct emapi_state *state, HRESULT hr)
{
	if (FAILED(hr))
		return raise_hr(state, hr);
	Py_RETURN_NONE;
}
