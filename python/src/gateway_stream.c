/* SPDX-License-Identifier: MIT */
/*
 * A Python object as an IStream: Read(n) -> bytes, Write(bytes) -> count, Seek(offset, origin) ->
 * position, and where it has them SetSize(n), Commit(flags), Revert(), Stat(flags), Clone().
 */
#include "gateway.h"

#define COPY_CHUNK 65536

static HRESULT
stream_QueryInterface(IStream *self, const IID *iid, void **out)
{
	return gateway_QueryInterface(self, iid, out);
}

static ULONG
stream_AddRef(IStream *self)
{
	return gateway_AddRef(self);
}

static ULONG
stream_Release(IStream *self)
{
	return gateway_Release(self);
}

/* Copies what Read gave; more than was asked for is an error of the object's. */
static HRESULT
take_bytes(PyObject *bytes, void *data, ULONG size, ULONG *got)
{
	if (!PyBytes_Check(bytes) || PyBytes_GET_SIZE(bytes) > (Py_ssize_t)size)
		return E_FAIL;
	*got = (ULONG)PyBytes_GET_SIZE(bytes);
	memcpy(data, PyBytes_AS_STRING(bytes), *got);
	return S_OK;
}

static HRESULT
stream_Read(IStream *self, void *data, ULONG size, ULONG *got)
{
	struct gateway *gateway = (struct gateway *)self;
	PyGILState_STATE gil;
	ULONG count = 0;
	PyObject *bytes;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	bytes = PyObject_CallMethod(gateway->server, "Read", "k", (unsigned long)size);
	hr = bytes ? take_bytes(bytes, data, size, &count) : gateway_result(gateway);
	Py_XDECREF(bytes);
	PyGILState_Release(gil);
	if (got)
		*got = count;
	return hr;
}

/* Calls a method that answers a number; takes the result of PyObject_CallMethod over. */
static HRESULT
take_number(struct gateway *gateway, PyObject *result, unsigned long long *out)
{
	if (result && result != Py_None)
		*out = PyLong_AsUnsignedLongLong(result);
	Py_XDECREF(result);
	return gateway_result(gateway);
}

static HRESULT
stream_Write(IStream *self, const void *data, ULONG size, ULONG *written)
{
	struct gateway *gateway = (struct gateway *)self;
	unsigned long long count = size;
	PyGILState_STATE gil;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	hr = take_number(gateway,
	    PyObject_CallMethod(gateway->server, "Write", "y#", data, (Py_ssize_t)size), &count);
	PyGILState_Release(gil);
	if (written)
		*written = FAILED(hr) ? 0 : (ULONG)count;
	return hr;
}

static HRESULT
stream_Seek(IStream *self, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position)
{
	struct gateway *gateway = (struct gateway *)self;
	unsigned long long number = 0;
	PyGILState_STATE gil;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	hr = take_number(gateway,
	    PyObject_CallMethod(
		gateway->server, "Seek", "Lk", (long long)move.QuadPart, (unsigned long)origin),
	    &number);
	PyGILState_Release(gil);
	if (position)
		position->QuadPart = number;
	return hr;
}

/* Calls a method for its effect; result as in take_number(). */
static HRESULT
take_nothing(struct gateway *gateway, PyObject *result)
{
	Py_XDECREF(result);
	return gateway_result(gateway);
}

static HRESULT
stream_SetSize(IStream *self, ULARGE_INTEGER size)
{
	struct gateway *gateway = (struct gateway *)self;
	PyGILState_STATE gil;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	hr = take_nothing(gateway, PyObject_CallMethod(gateway->server, "SetSize", "K",
				       (unsigned long long)size.QuadPart));
	PyGILState_Release(gil);
	return hr;
}

static HRESULT
stream_CopyTo(IStream *self, IStream *target, ULARGE_INTEGER size, ULARGE_INTEGER *read,
    ULARGE_INTEGER *written)
{
	unsigned long long done = 0;
	ULONG wanted, got, put;
	HRESULT hr = S_OK;
	char *chunk = PyMem_RawMalloc(COPY_CHUNK);

	if (!chunk)
		return E_OUTOFMEMORY;
	while (done < size.QuadPart && SUCCEEDED(hr)) {
		wanted =
		    size.QuadPart - done < COPY_CHUNK ? (ULONG)(size.QuadPart - done) : COPY_CHUNK;
		hr = stream_Read(self, chunk, wanted, &got);
		if (FAILED(hr) || got == 0)
			break;
		hr = target->lpVtbl->Write(target, chunk, got, &put);
		done += got;
	}
	PyMem_RawFree(chunk);
	if (read)
		read->QuadPart = done;
	if (written)
		written->QuadPart = done;
	return hr;
}

static HRESULT
stream_Commit(IStream *self, DWORD flags)
{
	struct gateway *gateway = (struct gateway *)self;
	PyGILState_STATE gil;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	hr = take_nothing(
	    gateway, PyObject_CallMethod(gateway->server, "Commit", "k", (unsigned long)flags));
	PyGILState_Release(gil);
	return hr;
}

static HRESULT
stream_Revert(IStream *self)
{
	struct gateway *gateway = (struct gateway *)self;
	PyGILState_STATE gil;
	HRESULT hr;

	if (!gateway_enter(&gil))
		return E_FAIL;
	hr = take_nothing(gateway, PyObject_CallMethod(gateway->server, "Revert", NULL));
	PyGILState_Release(gil);
	return hr;
}

static HRESULT
stream_LockRegion(IStream *self, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

static HRESULT
stream_UnlockRegion(IStream *self, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD type)
{
	return STG_E_INVALIDFUNCTION;
}

/* The size, by seeking to the end and back. */
static HRESULT
stream_Stat(IStream *self, STATSTG *stat, DWORD flags)
{
	ULARGE_INTEGER position;
	LARGE_INTEGER move = { .QuadPart = 0 };
	HRESULT hr;

	memset(stat, 0, sizeof(*stat));
	stat->type = STGTY_STREAM;
	hr = stream_Seek(self, move, STREAM_SEEK_CUR, &position);
	if (SUCCEEDED(hr))
		hr = stream_Seek(self, move, STREAM_SEEK_END, &stat->cbSize);
	if (SUCCEEDED(hr)) {
		move.QuadPart = (LONGLONG)position.QuadPart;
		hr = stream_Seek(self, move, STREAM_SEEK_SET, &position);
	}
	return hr;
}

static HRESULT
stream_Clone(IStream *self, IStream **out)
{
	struct gateway *gateway = (struct gateway *)self;
	PyGILState_STATE gil;
	PyObject *clone;
	HRESULT hr;

	*out = NULL;
	if (!gateway_enter(&gil))
		return E_FAIL;
	clone = PyObject_CallMethod(gateway->server, "Clone", NULL);
	if (clone)
		*out = (IStream *)gateway_create(
		    gateway->state, &IID_IStream, &gateway_stream_vtable, clone, NULL);
	hr = take_nothing(gateway, clone);
	PyGILState_Release(gil);
	return hr;
}

const struct IStreamVtbl gateway_stream_vtable = {
	.QueryInterface = stream_QueryInterface,
	.AddRef = stream_AddRef,
	.Release = stream_Release,
	.Read = stream_Read,
	.Write = stream_Write,
	.Seek = stream_Seek,
	.SetSize = stream_SetSize,
	.CopyTo = stream_CopyTo,
	.Commit = stream_Commit,
	.Revert = stream_Revert,
	.LockRegion = stream_LockRegion,
	.UnlockRegion = stream_UnlockRegion,
	.Stat = stream_Stat,
	.Clone = stream_Clone,
};
