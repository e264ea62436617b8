/* SPDX-License-Identifier: MIT */
/*
 * PyIUnknown: the wrapper that all interface types derive from.  One COM reference per wrapper,
 * released when Python drops it; in a forked child it is left alone (a child must not touch its
 * parent's stores).
 */
#ifndef EMAPI_PYTHON_UNKNOWN_H
#define EMAPI_PYTHON_UNKNOWN_H

#include "state.h"

struct wrapper {
	PyObject head;
	struct emapi_state *state;
	IUnknown *object;
	pid_t process;
};

/* How a file describes its type. */
struct wrapper_class {
	const IID *iid;
	enum wrapper_kind base;
	PyType_Spec *spec;
};

extern const struct wrapper_class unknown_class;

/* The interface behind a wrapper, borrowed; type it by assigning. */
static inline void *
wrapped(PyObject *self)
{
	return ((struct wrapper *)self)->object;
}

static inline struct emapi_state *
state_of(PyObject *self)
{
	return ((struct wrapper *)self)->state;
}

/* Takes over the caller's reference, also on failure.  A NULL object gives None. */
PyObject *wrap(struct emapi_state *state, enum wrapper_kind kind, void *object);
/* By interface: TypeError where no type stands for iid. */
PyObject *wrap_iid(struct emapi_state *state, const IID *iid, void *object);
/* By what OpenEntry reported (MAPI_FOLDER ...); PyIUnknown for MAPI_STORE and what has no type. */
PyObject *wrap_object_type(struct emapi_state *state, ULONG object_type, void *object);
/*
 * raise_hr() for a call on self that failed: what its GetLastError tells about hr becomes the
 * error's text.  none_or_raise_from() gives None for a success, wrap_result() wraps what the call
 * gave.
 */
PyObject *raise_from(PyObject *self, HRESULT hr);
PyObject *none_or_raise_from(PyObject *self, HRESULT hr);
PyObject *wrap_result(PyObject *self, HRESULT hr, enum wrapper_kind kind, void *object);

/*
 * The interface of an argument, with a reference of its own (release_object()): by QueryInterface
 * where the wrapper is of another type.  None is allowed when none_ok and gives NULL.
 */
int interface_from_python(
    struct emapi_state *state, PyObject *object, const IID *iid, bool none_ok, void **out);
/* Releases without the GIL; NULL is allowed. */
void release_object(void *object);

/* GetLastError(hr, flags=0), at the same place in every interface that has it. */
PyObject *wrapper_GetLastError(PyObject *self, PyObject *args);

/* An entry of a PyMethodDef: `arguments` is ", a, b=0" as inspect.signature() shows them (all are
 * positional), `text` what help() says. */
#define METHOD(name, function, flags, arguments, text)                                             \
	{                                                                                          \
		name, function, flags, name "($self" arguments ", /)\n--\n\n" text                 \
	}
#define FUNCTION(name, function, flags, arguments, text)                                           \
	{                                                                                          \
		name, function, flags, name "($module" arguments ", /)\n--\n\n" text               \
	}

/* For the types' slots. */
#define WRAPPER_FLAGS                                                                              \
	(Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION |            \
	    Py_TPFLAGS_IMMUTABLETYPE)
#define WRAPPER_SPEC(spec_name, python_name, methods, text)                                        \
	static PyType_Slot spec_name##_slots[] = {                                                 \
		{ Py_tp_methods, methods },                                                        \
		{ Py_tp_doc, (char[]){ text } },                                                   \
		{ 0 },                                                                             \
	};                                                                                         \
	static PyType_Spec spec_name##_spec = {                                                    \
		.name = "_emapi." python_name,                                                     \
		.basicsize = sizeof(struct wrapper),                                               \
		.flags = WRAPPER_FLAGS,                                                            \
		.slots = spec_name##_slots,                                                        \
	}

#endif
