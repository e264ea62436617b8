/* SPDX-License-Identifier: MIT */
#include "args.h"

static int
integer(PyObject *object, long long least, unsigned long long most, unsigned long long *out)
{
	PyObject *number = PyNumber_Index(object);
	unsigned long long value;
	int overflow, fits;
	long long small;

	if (!number)
		return 0;
	small = PyLong_AsLongLongAndOverflow(number, &overflow);
	value = (unsigned long long)small;
	fits = overflow == 0 && small >= least && (small < 0 || value <= most);
	if (overflow > 0) {
		value = PyLong_AsUnsignedLongLong(number);
		fits = !PyErr_Occurred() && value <= most;
		PyErr_Clear();
	}
	Py_DECREF(number);
	if (!fits) {
		PyErr_Format(PyExc_OverflowError, "%R does not fit", object);
		return 0;
	}
	*out = value;
	return 1;
}

int
arg_ulong(PyObject *object, void *out)
{
	unsigned long long value;

	if (!integer(object, INT32_MIN, UINT32_MAX, &value))
		return 0;
	*(ULONG *)out = (ULONG)value;
	return 1;
}

int
arg_tag(PyObject *object, void *out)
{
	unsigned long long value;

	if (!integer(object, 0, UINT32_MAX, &value))
		return 0;
	*(ULONG *)out = (ULONG)value;
	return 1;
}

int
arg_uiparam(PyObject *object, void *out)
{
	unsigned long long value;

	if (!integer(object, INT64_MIN, UINT64_MAX, &value))
		return 0;
	*(ULONG_PTR *)out = (ULONG_PTR)value;
	return 1;
}

int
arg_uint64(PyObject *object, void *out)
{
	unsigned long long value;

	if (!integer(object, INT64_MIN, UINT64_MAX, &value))
		return 0;
	*(uint64_t *)out = value;
	return 1;
}

int
arg_progress(PyObject *object, void *out)
{
	if (object != Py_None && !(PyLong_CheckExact(object) && PyObject_IsTrue(object) == 0)) {
		PyErr_SetString(PyExc_TypeError, "progress must be None");
		return 0;
	}
	*(IMAPIProgress **)out = NULL;
	return 1;
}

int
arg_bytes(PyObject *object, void *out)
{
	struct bytes_argument *bytes = out;

	if (!PyBytes_Check(object)) {
		PyErr_Format(PyExc_TypeError, "expected bytes, not %s", Py_TYPE(object)->tp_name);
		return 0;
	}
	if ((size_t)PyBytes_GET_SIZE(object) > UINT32_MAX) {
		PyErr_SetString(PyExc_OverflowError, "more than 4 GB");
		return 0;
	}
	bytes->size = (ULONG)PyBytes_GET_SIZE(object);
	bytes->data = PyBytes_AS_STRING(object);
	return 1;
}

int
arg_bytes_or_none(PyObject *object, void *out)
{
	struct bytes_argument *bytes = out;

	if (object != Py_None)
		return arg_bytes(object, out);
	bytes->size = 0;
	bytes->data = NULL;
	return 1;
}

PyObject *
wide_from_python(PyObject *object)
{
	PyObject *raw, *ended = NULL;
	Py_ssize_t size;

	if (!PyUnicode_Check(object))
		return PyErr_Format(
		    PyExc_TypeError, "expected str, not %s", Py_TYPE(object)->tp_name);
	if (PyUnicode_FindChar(object, 0, 0, PyUnicode_GET_LENGTH(object), 1) >= 0)
		return PyErr_Format(PyExc_ValueError, "embedded null character");
	raw = PyUnicode_AsEncodedString(object, "utf-16-le", "surrogatepass");
	if (!raw)
		return NULL;
	size = PyBytes_GET_SIZE(raw);
	ended = PyBytes_FromStringAndSize(NULL, size + (Py_ssize_t)sizeof(WCHAR));
	if (ended) {
		memcpy(PyBytes_AS_STRING(ended), PyBytes_AS_STRING(raw), (size_t)size);
		memset(PyBytes_AS_STRING(ended) + size, 0, sizeof(WCHAR));
	}
	Py_DECREF(raw);
	return ended;
}

/* Undecodable bytes that Python smuggles in str come out as they were; other surrogates survive. */
static PyObject *
utf8_from_python(PyObject *object)
{
	PyObject *bytes = PyUnicode_AsEncodedString(object, "utf-8", "surrogateescape");

	if (bytes || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
		return bytes;
	PyErr_Clear();
	return PyUnicode_AsEncodedString(object, "utf-8", "surrogatepass");
}

PyObject *
narrow_from_python(PyObject *object)
{
	PyObject *bytes;

	if (PyBytes_Check(object))
		bytes = Py_NewRef(object);
	else if (PyUnicode_Check(object))
		bytes = utf8_from_python(object);
	else
		return PyErr_Format(
		    PyExc_TypeError, "expected str or bytes, not %s", Py_TYPE(object)->tp_name);
	if (bytes && strlen(PyBytes_AS_STRING(bytes)) != (size_t)PyBytes_GET_SIZE(bytes)) {
		Py_DECREF(bytes);
		return PyErr_Format(PyExc_ValueError, "embedded null character");
	}
	return bytes;
}

int
text_set(struct text *text, PyObject *object, ULONG flags)
{
	PyObject *decoded;

	text->bytes = NULL;
	if (!object || object == Py_None)
		return 1;
	if (!(flags & MAPI_UNICODE)) {
		text->bytes = narrow_from_python(object);
	} else if (PyBytes_Check(object)) {
		decoded = PyUnicode_DecodeUTF8(
		    PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object), "surrogatepass");
		text->bytes = decoded ? wide_from_python(decoded) : NULL;
		Py_XDECREF(decoded);
	} else {
		text->bytes = wide_from_python(object);
	}
	return text->bytes != NULL;
}

LPTSTR
text_pointer(const struct text *text)
{
	return text->bytes ? (LPTSTR)(void *)PyBytes_AS_STRING(text->bytes) : NULL;
}

void
text_clear(struct text *text)
{
	Py_CLEAR(text->bytes);
}

PyObject *
wide_to_python(const WCHAR *string)
{
	int little_endian = -1;
	size_t length = 0;

	if (!string)
		Py_RETURN_NONE;
	while (string[length])
		length++;
	return PyUnicode_DecodeUTF16((const char *)string, (Py_ssize_t)(length * sizeof(WCHAR)),
	    "surrogatepass", &little_endian);
}

PyObject *
text_to_python(const void *string, ULONG flags)
{
	if (!string)
		Py_RETURN_NONE;
	if (flags & MAPI_UNICODE)
		return wide_to_python(string);
	return PyUnicode_DecodeUTF8(string, (Py_ssize_t)strlen(string), "surrogateescape");
}
