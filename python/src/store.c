/* SPDX-License-Identifier: MIT */
/* PyIMsgStore. */
#include "entry.h"
#include "types.h"
#include "value.h"

static HRESULT
call_open(void *object, const struct open_request *request, ULONG *type, IUnknown **out)
{
	IMsgStore *store = object;

	return store->lpVtbl->OpenEntry(store, request->entry.size, request->entry.data,
	    request->iid, request->flags, type, out);
}

static PyObject *
store_OpenEntry(PyObject *self, PyObject *args)
{
	return open_entry(self, args, call_open);
}

static HRESULT
call_compare(void *object, const struct compare_request *request, ULONG *result)
{
	IMsgStore *store = object;

	return store->lpVtbl->CompareEntryIDs(store, request->one.size, request->one.data,
	    request->other.size, request->other.data, request->flags, result);
}

static PyObject *
store_CompareEntryIDs(PyObject *self, PyObject *args)
{
	return compare_entries(self, args, call_compare);
}

static HRESULT
call_advise(void *object, const struct advise_request *request, ULONG_PTR *connection)
{
	IMsgStore *store = object;

	return store->lpVtbl->Advise(store, request->entry.size, request->entry.data, request->mask,
	    request->sink, connection);
}

static PyObject *
store_Advise(PyObject *self, PyObject *args)
{
	return advise(self, args, call_advise);
}

static HRESULT
call_unadvise(void *object, ULONG_PTR connection)
{
	IMsgStore *store = object;

	return store->lpVtbl->Unadvise(store, connection);
}

static PyObject *
store_Unadvise(PyObject *self, PyObject *args)
{
	return unadvise(self, args, call_unadvise);
}

static HRESULT
call_receive_folders(void *object, ULONG flags, IMAPITable **out)
{
	IMsgStore *store = object;

	return store->lpVtbl->GetReceiveFolderTable(store, flags, out);
}

static PyObject *
store_GetReceiveFolderTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_receive_folders);
}

/* GetReceiveFolder(messageClass=None, flags=0) -> (entryId, explicit class) */
static PyObject *
store_GetReceiveFolder(PyObject *self, PyObject *args)
{
	IMsgStore *store = wrapped(self);
	PyObject *class_object = NULL, *result;
	struct text class = { NULL };
	ENTRYID *entry = NULL;
	ULONG flags = 0, size = 0;
	LPTSTR explicit = NULL;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "|OO&:GetReceiveFolder", &class_object, arg_ulong, &flags) ||
	    !text_set(&class, class_object, flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = store->lpVtbl->GetReceiveFolder(
		    store, text_pointer(&class), flags, &size, &entry, &explicit);
	Py_END_ALLOW_THREADS
	text_clear(&class);
	if (FAILED(hr))
		return raise_from(self, hr);
	result =
	    Py_BuildValue("(NN)", bytes_to_python(entry, size), text_to_python(explicit, flags));
	MAPIFreeBuffer(entry);
	MAPIFreeBuffer(explicit);
	return result;
}

/* SetReceiveFolder(messageClass|None, flags, entryId|None) */
static PyObject *
store_SetReceiveFolder(PyObject *self, PyObject *args)
{
	IMsgStore *store = wrapped(self);
	struct text class = { NULL };
	struct bytes_argument entry;
	PyObject *class_object;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&O&:SetReceiveFolder", &class_object, arg_ulong, &flags,
		arg_bytes_or_none, &entry) ||
	    !text_set(&class, class_object, flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = store->lpVtbl->SetReceiveFolder(
		    store, text_pointer(&class), flags, entry.size, entry.data);
	Py_END_ALLOW_THREADS
	text_clear(&class);
	return none_or_raise_from(self, hr);
}

/* StoreLogoff(flags) -> flags */
static PyObject *
store_StoreLogoff(PyObject *self, PyObject *args)
{
	IMsgStore *store = wrapped(self);
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:StoreLogoff", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = store->lpVtbl->StoreLogoff(store, &flags);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(flags);
}

/* AbortSubmit(entryId, flags=0) */
static PyObject *
store_AbortSubmit(PyObject *self, PyObject *args)
{
	IMsgStore *store = wrapped(self);
	struct bytes_argument entry;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&|O&:AbortSubmit", arg_bytes, &entry, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = store->lpVtbl->AbortSubmit(store, entry.size, entry.data, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyMethodDef store_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("Advise", store_Advise, METH_VARARGS, ", entryId, eventMask, adviseSink",
	    "Calls the sink at these events (fnev...), of one object or for None anywhere in the "
	    "store; a number for Unadvise."),
	METHOD("Unadvise", store_Unadvise, METH_VARARGS, ", connection", "Ends an Advise."),
	METHOD("CompareEntryIDs", store_CompareEntryIDs, METH_VARARGS,
	    ", entryId1, entryId2, flags=0", "1 where both are of one object, else 0."),
	METHOD("OpenEntry", store_OpenEntry, METH_VARARGS, ", entryId, iid, flags",
	    "The folder or message of this entry ID, typed by what it is; None is the root "
	    "folder."),
	METHOD("GetReceiveFolder", store_GetReceiveFolder, METH_VARARGS,
	    ", messageClass=None, flags=0",
	    "(entry ID, class): the folder that mail of this class comes into, and the class it is "
	    "set for."),
	METHOD("SetReceiveFolder", store_SetReceiveFolder, METH_VARARGS,
	    ", messageClass, flags, entryId",
	    "The folder that mail of this class comes into; None takes the setting away."),
	METHOD("GetReceiveFolderTable", store_GetReceiveFolderTable, METH_VARARGS, ", flags",
	    "A table of the receive folders."),
	METHOD("StoreLogoff", store_StoreLogoff, METH_VARARGS, ", flags",
	    "Leaves the store in an orderly way; the flags that come back."),
	METHOD("AbortSubmit", store_AbortSubmit, METH_VARARGS, ", entryId, flags=0",
	    "Takes a message back that is not sent yet."),
	{ NULL },
};

WRAPPER_SPEC(store, "PyIMsgStore", store_methods, "A message store.");

const struct wrapper_class store_class = { &IID_IMsgStore, WRAP_PROP, &store_spec };
