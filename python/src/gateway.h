/* SPDX-License-Identifier: MIT */
/*
 * Python objects as COM objects: what MAPI calls, calls Python.  Such a call may come on any thread
 * and takes the GIL; an exception in it is reported and becomes a failed result, it never
 * propagates. After the interpreter has ended calls do nothing.
 */
#ifndef EMAPI_PYTHON_GATEWAY_H
#define EMAPI_PYTHON_GATEWAY_H

#include "unknown.h"

struct gateway {
	const void *vtable; /* first: this is the interface */
	const IID *iid;
	struct emapi_state *state;
	PyObject *module_type; /* keeps state alive */
	PyObject *server;      /* the Python object, or the callback */
	PyObject *context;     /* the callback's; NULL for objects */
	int references;        /* atomic */
};

/* NULL and an exception without memory. */
struct gateway *gateway_create(struct emapi_state *state, const IID *iid, const void *vtable,
    PyObject *server, PyObject *context);

HRESULT gateway_QueryInterface(void *self, const IID *iid, void **out);
ULONG gateway_AddRef(void *self);
ULONG gateway_Release(void *self);

/* Takes the GIL for a call from MAPI; false where there is no interpreter any more. */
bool gateway_enter(PyGILState_STATE *gil);
/* Reports the exception that is set and turns it into a result; S_OK where there is none. */
HRESULT gateway_result(struct gateway *gateway);

extern const struct IMAPIAdviseSinkVtbl sink_vtable;
extern const struct IStreamVtbl gateway_stream_vtable;

#endif
