/* SPDX-License-Identifier: MIT */
/* The module object: how its state is found from a type. */
#ifndef EMAPI_PYTHON_MODULE_H
#define EMAPI_PYTHON_MODULE_H

#include "state.h"

/* The state behind one of the module's types; NULL and an exception otherwise. */
struct emapi_state *state_of_type(PyTypeObject *type);

#endif
