/* SPDX-License-Identifier: MIT */
#include "value.h"
#include "args.h"
#include "iid.h"

void *
more_memory(void *root, size_t count, size_t size)
{
	void *memory = NULL;
	SCODE sc = MAPI_E_NOT_ENOUGH_MEMORY;

	if (count <= (UINT32_MAX - 16) / size)
		sc = root ? MAPIAllocateMore((ULONG)(count * size), root, &memory)
			  : MAPIAllocateBuffer((ULONG)(count * size), &memory);
	if (FAILED(sc)) {
		PyErr_NoMemory();
		return NULL;
	}
	return memory;
}

static int
unsupported_type(ULONG type)
{
	PyErr_Format(PyExc_TypeError, "Unsupported MAPI property type 0x%x", type);
	return 0;
}

static int
integer_from_python(PyObject *object, long long least, long long most, long long *out)
{
	long long value;
	int overflow;

	value = PyLong_AsLongLongAndOverflow(object, &overflow);
	if (value == -1 && PyErr_Occurred())
		return 0;
	if (overflow || value < least || value > most) {
		PyErr_Format(PyExc_OverflowError, "%R does not fit in the property's type", object);
		return 0;
	}
	*out = value;
	return 1;
}

static int
large_from_python(PyObject *object, LARGE_INTEGER *out)
{
	uint64_t value;

	if (!arg_uint64(object, &value))
		return 0;
	out->QuadPart = (LONGLONG)value;
	return 1;
}

static int
double_from_python(PyObject *object, double *out)
{
	*out = PyFloat_AsDouble(object);
	return *out != -1.0 || !PyErr_Occurred();
}

static int
filetime_from_python(struct emapi_state *state, PyObject *object, FILETIME *out)
{
	PyObject *ticks = PyObject_CallOneArg(state->filetime_from_datetime, object);
	unsigned long long value;

	if (!ticks)
		return 0;
	value = PyLong_AsUnsignedLongLong(ticks);
	Py_DECREF(ticks);
	if (PyErr_Occurred())
		return 0;
	out->dwLowDateTime = (DWORD)value;
	out->dwHighDateTime = (DWORD)(value >> 32);
	return 1;
}

static int
date_from_python(struct emapi_state *state, PyObject *object, double *out)
{
	PyObject *days = PyObject_CallOneArg(state->date_from_datetime, object);
	int done = days && double_from_python(days, out);

	Py_XDECREF(days);
	return done;
}

/* pywin32 takes no value for PT_CURRENCY; here a Decimal is one, and all else is none as there. */
static int
currency_from_python(struct emapi_state *state, PyObject *object, CURRENCY *out)
{
	PyObject *units = PyObject_CallOneArg(state->currency_from_decimal, object);
	int done = units && units != Py_None &&
		   integer_from_python(units, INT64_MIN, INT64_MAX, (long long *)&out->int64);

	if (units == Py_None)
		unsupported_type(PT_CURRENCY);
	Py_XDECREF(units);
	return done;
}

/* Copies a bytes object, its final 0 included; takes the reference over. */
static void *
copy_bytes(PyObject *bytes, void *root)
{
	void *copy = NULL;

	if (bytes)
		copy = more_memory(root, (size_t)PyBytes_GET_SIZE(bytes) + 1, 1);
	if (copy)
		memcpy(copy, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes) + 1);
	Py_XDECREF(bytes);
	return copy;
}

static int
binary_from_python(PyObject *object, void *root, SBinary *out)
{
	struct bytes_argument bytes;

	if (!arg_bytes(object, &bytes))
		return 0;
	out->cb = bytes.size;
	out->lpb = copy_bytes(Py_NewRef(object), root);
	return out->lpb != NULL;
}

/* One value of a type into its place; see scalar_to_python(). */
static int
scalar_from_python(
    struct emapi_state *state, ULONG type, PyObject *object, void *root, void *element)
{
	long long number;
	double real;

	switch (type) {
	case PT_I2:
		if (!integer_from_python(object, INT16_MIN, UINT16_MAX, &number))
			return 0;
		*(short *)element = (short)number;
		return 1;
	case PT_LONG:
	case PT_ERROR:
		if (!integer_from_python(object, INT32_MIN, UINT32_MAX, &number))
			return 0;
		*(LONG *)element = (LONG)number;
		return 1;
	case PT_R4:
		if (!double_from_python(object, &real))
			return 0;
		*(float *)element = (float)real;
		return 1;
	case PT_DOUBLE:
		return double_from_python(object, element);
	case PT_APPTIME:
		return date_from_python(state, object, element);
	case PT_I8:
		return large_from_python(object, element);
	case PT_CURRENCY:
		return currency_from_python(state, object, element);
	case PT_SYSTIME:
		return filetime_from_python(state, object, element);
	case PT_CLSID:
		return iid_from_python(state, object, element);
	case PT_STRING8:
		return (*(void **)element = copy_bytes(narrow_from_python(object), root)) != NULL;
	case PT_UNICODE:
		return (*(void **)element = copy_bytes(wide_from_python(object), root)) != NULL;
	case PT_BINARY:
		return binary_from_python(object, root, element);
	default:
		return unsupported_type(type);
	}
}

static int
multiple_from_python(
    struct emapi_state *state, ULONG type, PyObject *object, void *root, SPropValue *out)
{
	size_t size = value_element_size(type);
	PyObject *items;
	BYTE *elements;
	int done = 0;

	if (!size)
		return unsupported_type(type | MV_FLAG);
	items = PySequence_Tuple(object);
	if (!items)
		return 0;
	elements = more_memory(root, (size_t)PyTuple_GET_SIZE(items) + 1, size);
	if (!elements)
		goto out;
	out->Value.MVl.cValues = (ULONG)PyTuple_GET_SIZE(items);
	out->Value.MVl.lpl = (LONG *)(void *)elements;
	for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(items); i++) {
		if (!scalar_from_python(
			state, type, PyTuple_GET_ITEM(items, i), root, elements + (size_t)i * size))
			goto out;
	}
	done = 1;
out:
	Py_DECREF(items);
	return done;
}

static int
boolean_from_python(PyObject *object, unsigned short *out)
{
	int truth = PyObject_IsTrue(object);

	*out = truth > 0;
	return truth >= 0;
}

int
value_from_python(struct emapi_state *state, PyObject *object, void *root, SPropValue *out)
{
	PyObject *contents;
	ULONG type;

	if (!PyTuple_Check(object) || PyTuple_GET_SIZE(object) != 2) {
		PyErr_SetString(PyExc_TypeError, "a property value must be a tuple (tag, value)");
		return 0;
	}
	memset(out, 0, sizeof(*out));
	if (!arg_tag(PyTuple_GET_ITEM(object, 0), &out->ulPropTag))
		return 0;
	contents = PyTuple_GET_ITEM(object, 1);
	type = PROP_TYPE(out->ulPropTag);
	if ((type & MVI_FLAG) == MVI_FLAG) /* one value, to compare a multi-valued column with */
		type &= ~MVI_FLAG;
	if (type & MV_FLAG)
		return multiple_from_python(state, type & ~MV_FLAG, contents, root, out);
	switch (type) {
	case PT_NULL:
		return 1;
	case PT_BOOLEAN:
		return boolean_from_python(contents, &out->Value.b);
	case PT_CLSID:
		out->Value.lpguid = more_memory(root, 1, sizeof(GUID));
		return out->Value.lpguid && iid_from_python(state, contents, out->Value.lpguid);
	}
	return scalar_from_python(state, type, contents, root, &out->Value);
}

int
values_from_python_more(
    struct emapi_state *state, PyObject *sequence, void *root, SPropValue **out, ULONG *count)
{
	PyObject *items = PySequence_Tuple(sequence);
	SPropValue *values = NULL;
	Py_ssize_t done = 0, size;

	*out = NULL;
	*count = 0;
	if (!items)
		return 0;
	size = PyTuple_GET_SIZE(items);
	values = more_memory(root, (size_t)size + 1, sizeof(*values));
	while (values && done < size &&
	       value_from_python(state, PyTuple_GET_ITEM(items, done), root ? root : (void *)values,
		   &values[done]))
		done++;
	Py_DECREF(items);
	if (!values || done < size) {
		if (!root)
			MAPIFreeBuffer(values);
		return 0;
	}
	*out = values;
	*count = (ULONG)done;
	return 1;
}

int
values_from_python(struct emapi_state *state, PyObject *sequence, SPropValue **out, ULONG *count)
{
	return values_from_python_more(state, sequence, NULL, out, count);
}
