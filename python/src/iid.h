/* SPDX-License-Identifier: MIT */
/* PyIID: a GUID as an immutable, hashable Python object (pywintypes.IID). */
#ifndef EMAPI_PYTHON_IID_H
#define EMAPI_PYTHON_IID_H

#include <stdbool.h>
#include "state.h"

extern PyType_Spec iid_spec;

PyObject *iid_to_python(struct emapi_state *state, const GUID *guid);

/* An IID object or the text of a GUID; 0 and an exception otherwise: com_error "invalid class
 * string" for text that is none, TypeError for other types. */
int iid_from_python(struct emapi_state *state, PyObject *object, GUID *out);

/* The same as a converter of PyArg_ParseTuple's "O&": set state first.  None leaves given false. */
struct iid_argument {
	struct emapi_state *state;
	bool given;
	GUID guid;
};
int iid_argument(PyObject *object, void *argument);
/* NULL where None was passed. */
const GUID *iid_or_null(const struct iid_argument *argument);

#endif
