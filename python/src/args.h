/* SPDX-License-Identifier: MIT */
/*
 * Arguments from Python.  The arg_x functions are converters for PyArg_ParseTuple's "O&": 1, or 0
 * and an exception.  Misuse is a TypeError, ValueError or OverflowError, never a com_error.
 */
#ifndef EMAPI_PYTHON_ARGS_H
#define EMAPI_PYTHON_ARGS_H

#include "state.h"

/* A ULONG from -2^31 to 2^32-1: constants of module mapi are signed, scripts pass both. */
int arg_ulong(PyObject *object, void *out);
/* A property tag: not negative. */
int arg_tag(PyObject *object, void *out);
/* A window handle or a connection number: any integer of a pointer's width. */
int arg_uiparam(PyObject *object, void *out);
int arg_uint64(PyObject *object, void *out);
/* IMAPIProgress: None or 0, there is no Python type for it. */
int arg_progress(PyObject *object, void *out);

/* bytes or None, borrowed: the argument tuple keeps it alive during the call. */
struct bytes_argument {
	ULONG size;
	void *data;
};
int arg_bytes_or_none(PyObject *object, void *out);
int arg_bytes(PyObject *object, void *out);

/*
 * A string as MAPI takes it: WCHAR with MAPI_UNICODE in flags, else UTF-8.  object may be NULL or
 * None, both give NULL; str and bytes are taken.  text_clear() frees; text_pointer() is borrowed.
 */
struct text {
	PyObject *bytes;
};
int text_set(struct text *text, PyObject *object, ULONG flags);
LPTSTR text_pointer(const struct text *text);
void text_clear(struct text *text);

/* Strings that MAPI gave: UTF-8 or WCHAR by flags; NULL gives None. */
PyObject *text_to_python(const void *string, ULONG flags);
PyObject *wide_to_python(const WCHAR *string);
/* A bytes object that holds str as WCHARs with a final 0; ValueError for a 0 within. */
PyObject *wide_from_python(PyObject *object);
/* The same for char: a bytes object of str (as UTF-8) or bytes. */
PyObject *narrow_from_python(PyObject *object);

#endif
