/* SPDX-License-Identifier: MIT */
/* PyIStream. */
#include "args.h"
#include "iid.h"
#include "types.h"

/* Read(n), n > 0 -> bytes, fewer at the end */
static PyObject *
stream_Read(PyObject *self, PyObject *args)
{
	IStream *stream = wrapped(self);
	ULONG size, got = 0;
	PyObject *bytes;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:Read", arg_ulong, &size))
		return NULL;
	if (size == 0 || size > INT32_MAX)
		return PyErr_Format(PyExc_TypeError, "the number of bytes must be positive");
	bytes = PyBytes_FromStringAndSize(NULL, size);
	if (!bytes)
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Read(stream, PyBytes_AS_STRING(bytes), size, &got);
	Py_END_ALLOW_THREADS
	if (FAILED(hr)) {
		Py_DECREF(bytes);
		return raise_from(self, hr);
	}
	if (got < size)
		_PyBytes_Resize(&bytes, got);
	return bytes;
}

/* Write(bytes or str) -> bytes written */
static PyObject *
stream_Write(PyObject *self, PyObject *args)
{
	IStream *stream = wrapped(self);
	ULONG written = 0;
	Py_buffer data;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "s*:Write", &data))
		return NULL;
	if ((size_t)data.len > UINT32_MAX) {
		PyBuffer_Release(&data);
		return PyErr_Format(PyExc_OverflowError, "more than 4 GB at once");
	}
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Write(stream, data.buf, (ULONG)data.len, &written);
	Py_END_ALLOW_THREADS
	PyBuffer_Release(&data);
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(written);
}

/* Seek(offset, origin) -> position */
static PyObject *
stream_Seek(PyObject *self, PyObject *args)
{
	IStream *stream = wrapped(self);
	ULARGE_INTEGER position = { .QuadPart = 0 };
	LARGE_INTEGER move;
	ULONG origin;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:Seek", arg_uint64, &move.QuadPart, arg_ulong, &origin))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Seek(stream, move, origin, &position);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLongLong(position.QuadPart);
}

static PyObject *
stream_SetSize(PyObject *self, PyObject *args)
{
	IStream *stream = wrapped(self);
	ULARGE_INTEGER size;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:SetSize", arg_uint64, &size.QuadPart))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->SetSize(stream, size);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* CopyTo(stream, bytes) -> bytes written */
static PyObject *
stream_CopyTo(PyObject *self, PyObject *args)
{
	ULARGE_INTEGER size, got = { .QuadPart = 0 }, written = got;
	IStream *stream = wrapped(self);
	PyObject *target;
	void *destination;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&:CopyTo", &target, arg_uint64, &size.QuadPart) ||
	    !interface_from_python(state_of(self), target, &IID_IStream, false, &destination))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->CopyTo(stream, destination, size, &got, &written);
	Py_END_ALLOW_THREADS
	release_object(destination);
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLongLong(written.QuadPart);
}

/* Commit(flags=STGC_DEFAULT) */
static PyObject *
stream_Commit(PyObject *self, PyObject *args)
{
	IStream *stream = wrapped(self);
	ULONG flags = STGC_DEFAULT;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "|O&:Commit", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Commit(stream, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyObject *
stream_Revert(PyObject *self, PyObject *unused)
{
	IStream *stream = wrapped(self);
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Revert(stream);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* LockRegion and UnlockRegion(offset, bytes, type) */
static PyObject *
region(PyObject *self, PyObject *args, bool lock)
{
	IStream *stream = wrapped(self);
	ULARGE_INTEGER offset, size;
	ULONG type;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&", arg_uint64, &offset.QuadPart, arg_uint64,
		&size.QuadPart, arg_ulong, &type))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = (lock ? stream->lpVtbl->LockRegion : stream->lpVtbl->UnlockRegion)(
		    stream, offset, size, type);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyObject *
stream_LockRegion(PyObject *self, PyObject *args)
{
	return region(self, args, true);
}

static PyObject *
stream_UnlockRegion(PyObject *self, PyObject *args)
{
	return region(self, args, false);
}

static PyObject *
stream_Clone(PyObject *self, PyObject *unused)
{
	IStream *stream = wrapped(self), *clone = NULL;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Clone(stream, &clone);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_STREAM, clone);
}

static PyObject *
time_to_python(struct emapi_state *state, const FILETIME *time)
{
	unsigned long long ticks =
	    (unsigned long long)time->dwHighDateTime << 32 | time->dwLowDateTime;

	return PyObject_CallFunction(state->datetime_from_filetime, "K", ticks);
}

/* Stat(flags=0) -> (name, type, size, mtime, ctime, atime, mode, locks, clsid, state, reserved);
 * MAPI's streams have no name: it is None. */
static PyObject *
stream_Stat(PyObject *self, PyObject *args)
{
	struct emapi_state *state = state_of(self);
	IStream *stream = wrapped(self);
	STATSTG stat;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "|O&:Stat", arg_ulong, &flags))
		return NULL;
	memset(&stat, 0, sizeof(stat));
	Py_BEGIN_ALLOW_THREADS
		hr = stream->lpVtbl->Stat(stream, &stat, flags | STATFLAG_NONAME);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_hr(state, hr);
	return Py_BuildValue("(OkKNNNkkNkk)", Py_None, (unsigned long)stat.type,
	    (unsigned long long)stat.cbSize.QuadPart, time_to_python(state, &stat.mtime),
	    time_to_python(state, &stat.ctime), time_to_python(state, &stat.atime),
	    (unsigned long)stat.grfMode, (unsigned long)stat.grfLocksSupported,
	    iid_to_python(state, &stat.clsid), (unsigned long)stat.grfStateBits,
	    (unsigned long)stat.reserved);
}

static PyMethodDef stream_methods[] = {
	METHOD("Read", stream_Read, METH_VARARGS, ", numBytes",
	    "At most so many bytes; fewer at the end, then b''."),
	METHOD("read", stream_Read, METH_VARARGS, ", numBytes",
	    "At most so many bytes; fewer at the end, then b''."),
	METHOD("Write", stream_Write, METH_VARARGS, ", data", "Writes bytes; how many were."),
	METHOD("write", stream_Write, METH_VARARGS, ", data", "Writes bytes; how many were."),
	METHOD("Seek", stream_Seek, METH_VARARGS, ", offset, origin",
	    "Goes to a place (STREAM_SEEK_SET, _CUR, _END); where that is from the beginning."),
	METHOD("SetSize", stream_SetSize, METH_VARARGS, ", newSize",
	    "Cuts it off, or makes it longer with zeros."),
	METHOD("CopyTo", stream_CopyTo, METH_VARARGS, ", stream, cb",
	    "Copies at most so many bytes from here into another stream; how many were."),
	METHOD("Commit", stream_Commit, METH_VARARGS, ", flags=0",
	    "Makes what was written part of the object."),
	METHOD("Revert", stream_Revert, METH_NOARGS, "",
	    "Drops what was written since the last Commit, where the stream can."),
	METHOD("LockRegion", stream_LockRegion, METH_VARARGS, ", offset, cb, lockType",
	    "Locks a part, where the stream can."),
	METHOD("UnlockRegion", stream_UnlockRegion, METH_VARARGS, ", offset, cb, lockType",
	    "Ends a LockRegion."),
	METHOD("Clone", stream_Clone, METH_NOARGS, "",
	    "A stream on the same bytes with a place of its own."),
	METHOD("Stat", stream_Stat, METH_VARARGS, ", grfStatFlag=0",
	    "(name, type, size, mtime, ctime, atime, mode, locks, clsid, state bits, storage "
	    "format)."),
	{ NULL },
};

WRAPPER_SPEC(stream, "PyIStream", stream_methods, "The bytes of a property.");

const struct wrapper_class stream_class = { &IID_IStream, WRAP_UNKNOWN, &stream_spec };
