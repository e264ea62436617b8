/* SPDX-License-Identifier: MIT */
/*
 * Property values between MAPI and Python.
 *
 *   PT_I2, PT_LONG, PT_I8, PT_ERROR  int, signed        PT_STRING8   out bytes; in str or bytes
 *   PT_R4, PT_DOUBLE                 float              PT_UNICODE   str
 *   PT_BOOLEAN                       bool; in also int  PT_BINARY    bytes
 *   PT_SYSTIME, PT_APPTIME           datetime, UTC      PT_CLSID     IID; in also its text
 *   PT_NULL                          None               PT_OBJECT    out int
 *   PT_MV_x                          out tuple; in a sequence
 *
 * PT_CURRENCY and unknown types come out as None and are a TypeError going in.  A value is a tuple
 * (tag, value), nothing else; a row is a tuple of those.
 */
#ifndef EMAPI_PYTHON_VALUE_H
#define EMAPI_PYTHON_VALUE_H

#include "state.h"

PyObject *value_to_python(struct emapi_state *state, const SPropValue *value);
/* The same, but a TypeError for what has no form in Python. */
PyObject *value_to_python_strictly(struct emapi_state *state, const SPropValue *value);
PyObject *values_to_python(struct emapi_state *state, ULONG count, const SPropValue *values);
PyObject *rows_to_python(struct emapi_state *state, const SRowSet *rows);

/* The value's parts are hung on root, a MAPI buffer.  1, or 0 and an exception. */
int value_from_python(struct emapi_state *state, PyObject *object, void *root, SPropValue *out);
/* A sequence of values as one MAPI buffer, also when it is empty. */
int values_from_python(
    struct emapi_state *state, PyObject *sequence, SPropValue **out, ULONG *count);
/* The same hung on root. */
int values_from_python_more(
    struct emapi_state *state, PyObject *sequence, void *root, SPropValue **out, ULONG *count);

/* The size of one value of type in the array of a multiple one; 0 where there is no such type. */
size_t value_element_size(ULONG type);

/* bytes, or None for NULL. */
PyObject *bytes_to_python(const void *data, ULONG size);
/* None | (version, error, component, low-level error, context). */
PyObject *error_to_python(const MAPIERROR *error, ULONG flags);

/* Allocation with a Python exception: NULL and MemoryError.  root NULL: a buffer of its own. */
void *more_memory(void *root, size_t count, size_t size);

#endif
