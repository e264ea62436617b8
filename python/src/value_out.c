/* SPDX-License-Identifier: MIT */
#include "value.h"
#include "args.h"
#include "iid.h"

size_t
value_element_size(ULONG type)
{
	switch (type) {
	case PT_I2:
		return sizeof(short);
	case PT_LONG:
		return sizeof(LONG);
	case PT_R4:
		return sizeof(float);
	case PT_DOUBLE:
	case PT_APPTIME:
		return sizeof(double);
	case PT_I8:
	case PT_CURRENCY:
		return sizeof(LARGE_INTEGER);
	case PT_SYSTIME:
		return sizeof(FILETIME);
	case PT_CLSID:
		return sizeof(GUID);
	case PT_STRING8:
	case PT_UNICODE:
		return sizeof(char *);
	case PT_BINARY:
		return sizeof(SBinary);
	default:
		return 0;
	}
}

static PyObject *
filetime_to_python(struct emapi_state *state, const FILETIME *time)
{
	unsigned long long ticks =
	    (unsigned long long)time->dwHighDateTime << 32 | time->dwLowDateTime;

	return PyObject_CallFunction(state->datetime_from_filetime, "K", ticks);
}

static PyObject *
binary_to_python(const SBinary *binary)
{
	return PyBytes_FromStringAndSize((const char *)binary->lpb, binary->lpb ? binary->cb : 0);
}

/* One value of a type; NULL without an exception where the type has no form in Python. */
static PyObject *
scalar_to_python(struct emapi_state *state, ULONG type, const void *element)
{
	switch (type) {
	case PT_I2:
		return PyLong_FromLong(*(const short *)element);
	case PT_LONG:
	case PT_ERROR:
	case PT_OBJECT:
		return PyLong_FromLong(*(const LONG *)element);
	case PT_R4:
		return PyFloat_FromDouble((double)*(const float *)element);
	case PT_DOUBLE:
		return PyFloat_FromDouble(*(const double *)element);
	case PT_APPTIME:
		return PyObject_CallFunction(
		    state->datetime_from_date, "d", *(const double *)element);
	case PT_BOOLEAN:
		return PyBool_FromLong(*(const unsigned short *)element);
	case PT_I8:
		return PyLong_FromLongLong(((const LARGE_INTEGER *)element)->QuadPart);
	case PT_CURRENCY:
		return PyObject_CallFunction(
		    state->decimal_from_currency, "L", ((const CURRENCY *)element)->int64);
	case PT_SYSTIME:
		return filetime_to_python(state, element);
	case PT_CLSID:
		return iid_to_python(state, element);
	case PT_STRING8:
		return bytes_to_python(*(char *const *)element,
		    *(char *const *)element ? (ULONG)strlen(*(char *const *)element) : 0);
	case PT_UNICODE:
		return wide_to_python(*(WCHAR *const *)element);
	case PT_BINARY:
		return binary_to_python(element);
	case PT_NULL:
		Py_RETURN_NONE;
	default:
		return NULL;
	}
}

static PyObject *
multiple_to_python(struct emapi_state *state, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag) & ~MV_FLAG;
	const SLongArray *array =
	    &value->Value.MVl; /* all arrays begin with a count and a pointer */
	const BYTE *element = (const BYTE *)array->lpl;
	size_t size = value_element_size(type);
	PyObject *tuple, *item;

	if (!size)
		return NULL;
	tuple = PyTuple_New(array->cValues);
	for (ULONG i = 0; tuple && i < array->cValues; i++, element += size) {
		item = scalar_to_python(state, type, element);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

static PyObject *
contents_to_python(struct emapi_state *state, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag);

	if ((type & MVI_FLAG) == MVI_FLAG) /* one value of a column that makes a row for each */
		type &= ~MVI_FLAG;
	if (type & MV_FLAG)
		return multiple_to_python(state, value);
	if (type == PT_CLSID)
		return value->Value.lpguid ? iid_to_python(state, value->Value.lpguid) : NULL;
	return scalar_to_python(state, type, &value->Value);
}

static PyObject *
pair(ULONG tag, PyObject *contents)
{
	PyObject *tuple = contents ? Py_BuildValue("(kO)", (unsigned long)tag, contents) : NULL;

	Py_XDECREF(contents);
	return tuple;
}

PyObject *
value_to_python(struct emapi_state *state, const SPropValue *value)
{
	PyObject *contents = contents_to_python(state, value);

	if (!contents && !PyErr_Occurred())
		contents = Py_NewRef(Py_None);
	return pair(value->ulPropTag, contents);
}

PyObject *
value_to_python_strictly(struct emapi_state *state, const SPropValue *value)
{
	PyObject *contents = contents_to_python(state, value);

	if (!contents && !PyErr_Occurred())
		PyErr_Format(PyExc_TypeError, "Unsupported MAPI property type 0x%x",
		    PROP_TYPE(value->ulPropTag));
	return pair(value->ulPropTag, contents);
}

PyObject *
values_to_python(struct emapi_state *state, ULONG count, const SPropValue *values)
{
	PyObject *tuple = PyTuple_New(count), *item;

	for (ULONG i = 0; tuple && i < count; i++) {
		item = value_to_python(state, &values[i]);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

PyObject *
rows_to_python(struct emapi_state *state, const SRowSet *rows)
{
	ULONG count = rows ? rows->cRows : 0;
	PyObject *tuple = PyTuple_New(count), *item;

	for (ULONG i = 0; tuple && i < count; i++) {
		item = values_to_python(state, rows->aRow[i].cValues, rows->aRow[i].lpProps);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

PyObject *
bytes_to_python(const void *data, ULONG size)
{
	if (!data)
		Py_RETURN_NONE;
	return PyBytes_FromStringAndSize(data, size);
}

PyObject *
error_to_python(const MAPIERROR *error, ULONG flags)
{
	if (!error)
		Py_RETURN_NONE;
	return Py_BuildValue("kNNkk", (unsigned long)error->ulVersion,
	    text_to_python(error->lpszError, flags), text_to_python(error->lpszComponent, flags),
	    (unsigned long)error->ulLowLevelError, (unsigned long)error->ulContext);
}
