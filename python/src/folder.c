/* SPDX-License-Identifier: MIT */
/* PyIMAPIContainer and PyIMAPIFolder. */
#include "entry.h"
#include "iid.h"
#include "sets.h"
#include "types.h"
#include "value.h"

static HRESULT
call_contents(void *object, ULONG flags, IMAPITable **out)
{
	IMAPIContainer *container = object;

	return container->lpVtbl->GetContentsTable(container, flags, out);
}

static PyObject *
container_GetContentsTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_contents);
}

static HRESULT
call_hierarchy(void *object, ULONG flags, IMAPITable **out)
{
	IMAPIContainer *container = object;

	return container->lpVtbl->GetHierarchyTable(container, flags, out);
}

static PyObject *
container_GetHierarchyTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_hierarchy);
}

static HRESULT
call_open(void *object, const struct open_request *request, ULONG *type, IUnknown **out)
{
	IMAPIContainer *container = object;

	return container->lpVtbl->OpenEntry(container, request->entry.size, request->entry.data,
	    request->iid, request->flags, type, out);
}

static PyObject *
container_OpenEntry(PyObject *self, PyObject *args)
{
	return open_entry(self, args, call_open);
}

/* SetSearchCriteria(restriction|None, entries|None, flags) */
static PyObject *
container_SetSearchCriteria(PyObject *self, PyObject *args)
{
	IMAPIContainer *container = wrapped(self);
	PyObject *given, *entries;
	SRestriction *restriction;
	ENTRYLIST *list = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "OOO&:SetSearchCriteria", &given, &entries, arg_ulong, &flags) ||
	    !restriction_from_python(state_of(self), given, &restriction))
		return NULL;
	if (entries != Py_None && !entry_list_from_python(entries, &list)) {
		MAPIFreeBuffer(restriction);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = container->lpVtbl->SetSearchCriteria(container, restriction, list, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(restriction);
	MAPIFreeBuffer(list);
	return none_or_raise_from(self, hr);
}

static PyObject *
entries_to_python(const ENTRYLIST *list)
{
	ULONG count = list ? list->cValues : 0;
	PyObject *tuple = PyTuple_New(count), *item;

	for (ULONG i = 0; tuple && i < count; i++) {
		item = bytes_to_python(list->lpbin[i].lpb, list->lpbin[i].cb);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

/* GetSearchCriteria(flags=0) -> (restriction, entries, state) */
static PyObject *
container_GetSearchCriteria(PyObject *self, PyObject *args)
{
	IMAPIContainer *container = wrapped(self);
	SRestriction *restriction = NULL;
	PyObject *criteria, *entries;
	ENTRYLIST *list = NULL;
	ULONG flags = 0, state = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "|O&:GetSearchCriteria", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = container->lpVtbl->GetSearchCriteria(
		    container, flags, &restriction, &list, &state);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	criteria = restriction_to_python(state_of(self), restriction);
	entries = criteria ? entries_to_python(list) : NULL;
	MAPIFreeBuffer(restriction);
	MAPIFreeBuffer(list);
	if (!entries) {
		Py_XDECREF(criteria);
		return NULL;
	}
	return Py_BuildValue("(NNk)", criteria, entries, (unsigned long)state);
}

/* The calls on folders below give the result itself: MAPI_W_PARTIAL_COMPLETION is one. */
static PyObject *
result_code(PyObject *self, HRESULT hr)
{
	return FAILED(hr) ? raise_from(self, hr) : PyLong_FromLong(hr);
}

/* CreateFolder(type, name, comment=None, iid=None, flags=0) */
static PyObject *
folder_CreateFolder(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	struct text name = { NULL }, comment = { NULL };
	PyObject *name_object, *comment_object = NULL;
	IMAPIFolder *folder = wrapped(self), *created = NULL;
	ULONG type, flags = 0;
	HRESULT hr = S_OK;
	bool ready;

	if (!PyArg_ParseTuple(args, "O&O|OO&O&:CreateFolder", arg_ulong, &type, &name_object,
		&comment_object, iid_argument, &iid, arg_ulong, &flags))
		return NULL;
	ready = text_set(&name, name_object, flags) && text_set(&comment, comment_object, flags);
	if (ready) {
		Py_BEGIN_ALLOW_THREADS
			hr = folder->lpVtbl->CreateFolder(folder, type, text_pointer(&name),
			    text_pointer(&comment), iid_or_null(&iid), flags, &created);
		Py_END_ALLOW_THREADS
	}
	text_clear(&name);
	text_clear(&comment);
	return ready ? wrap_result(self, hr, WRAP_FOLDER, created) : NULL;
}

/* CreateMessage(iid|None, flags) */
static PyObject *
folder_CreateMessage(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMAPIFolder *folder = wrapped(self);
	IMessage *message = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:CreateMessage", iid_argument, &iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->CreateMessage(folder, iid_or_null(&iid), flags, &message);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_MESSAGE, message);
}

/* CopyMessages(entries, iid|None, folder, ui, progress, flags) -> hr */
static PyObject *
folder_CopyMessages(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMAPIFolder *folder = wrapped(self);
	PyObject *entries, *target;
	ENTRYLIST *list = NULL;
	IMAPIProgress *progress;
	void *destination;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&OO&O&O&:CopyMessages", &entries, iid_argument, &iid,
		&target, arg_uiparam, &window, arg_progress, &progress, arg_ulong, &flags) ||
	    !interface_from_python(state_of(self), target, iid.given ? &iid.guid : &IID_IMAPIFolder,
		false, &destination))
		return NULL;
	if (!entry_list_from_python(entries, &list)) {
		release_object(destination);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->CopyMessages(
		    folder, list, iid_or_null(&iid), destination, window, progress, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(list);
	release_object(destination);
	return result_code(self, hr);
}

/* DeleteMessages(entries, ui, progress, flags) -> hr */
static PyObject *
folder_DeleteMessages(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	IMAPIProgress *progress;
	ENTRYLIST *list;
	PyObject *entries;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&O&O&:DeleteMessages", &entries, arg_uiparam, &window,
		arg_progress, &progress, arg_ulong, &flags) ||
	    !entry_list_from_python(entries, &list))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->DeleteMessages(folder, list, window, progress, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(list);
	return result_code(self, hr);
}

/* SetReadFlags(entries|None, ui, progress, flags) -> hr; None is every message of the folder */
static PyObject *
folder_SetReadFlags(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	IMAPIProgress *progress;
	ENTRYLIST *list = NULL;
	PyObject *entries;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&O&O&:SetReadFlags", &entries, arg_uiparam, &window,
		arg_progress, &progress, arg_ulong, &flags) ||
	    (entries != Py_None && !entry_list_from_python(entries, &list)))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->SetReadFlags(folder, list, window, progress, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(list);
	return result_code(self, hr);
}

/* DeleteFolder(entryId, ui, progress, flags=0) -> hr */
static PyObject *
folder_DeleteFolder(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	struct bytes_argument entry;
	IMAPIProgress *progress;
	ULONG_PTR window;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&|O&:DeleteFolder", arg_bytes, &entry, arg_uiparam,
		&window, arg_progress, &progress, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->DeleteFolder(
		    folder, entry.size, entry.data, window, progress, flags);
	Py_END_ALLOW_THREADS
	return result_code(self, hr);
}

/* EmptyFolder(ui, progress, flags) -> hr */
static PyObject *
folder_EmptyFolder(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	IMAPIProgress *progress;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:EmptyFolder", arg_uiparam, &window, arg_progress,
		&progress, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->EmptyFolder(folder, window, progress, flags);
	Py_END_ALLOW_THREADS
	return result_code(self, hr);
}

/* CopyFolder(entryId, iid|None, folder, newName|None, ui, progress, flags) -> hr */
static PyObject *
folder_CopyFolder(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	struct text name = { NULL };
	PyObject *target, *name_object;
	IMAPIFolder *folder = wrapped(self);
	struct bytes_argument entry;
	IMAPIProgress *progress;
	void *destination;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&OOO&O&O&:CopyFolder", arg_bytes, &entry, iid_argument,
		&iid, &target, &name_object, arg_uiparam, &window, arg_progress, &progress,
		arg_ulong, &flags) ||
	    !interface_from_python(state_of(self), target, iid.given ? &iid.guid : &IID_IMAPIFolder,
		false, &destination))
		return NULL;
	if (!text_set(&name, name_object, flags)) {
		release_object(destination);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->CopyFolder(folder, entry.size, entry.data, iid_or_null(&iid),
		    destination, text_pointer(&name), window, progress, flags);
	Py_END_ALLOW_THREADS
	text_clear(&name);
	release_object(destination);
	return result_code(self, hr);
}

/* GetMessageStatus(entryId, flags=0) -> status */
static PyObject *
folder_GetMessageStatus(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	struct bytes_argument entry;
	ULONG flags = 0, status = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&|O&:GetMessageStatus", arg_bytes, &entry, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->GetMessageStatus(
		    folder, entry.size, entry.data, flags, &status);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(status);
}

/* SetMessageStatus(entryId, status, mask) -> status before */
static PyObject *
folder_SetMessageStatus(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	ULONG status, mask, before = 0;
	struct bytes_argument entry;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:SetMessageStatus", arg_bytes, &entry, arg_ulong,
		&status, arg_ulong, &mask))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->SetMessageStatus(
		    folder, entry.size, entry.data, status, mask, &before);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return PyLong_FromUnsignedLong(before);
}

/* SaveContentsSort(sortOrderSet, flags=0) */
static PyObject *
folder_SaveContentsSort(PyObject *self, PyObject *args)
{
	IMAPIFolder *folder = wrapped(self);
	SSortOrderSet *sort;
	PyObject *given;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|O&:SaveContentsSort", &given, arg_ulong, &flags) ||
	    !sort_from_python(given, &sort))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = folder->lpVtbl->SaveContentsSort(folder, sort, flags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(sort);
	return none_or_raise_from(self, hr);
}

static PyMethodDef container_methods[] = {
	METHOD("GetContentsTable", container_GetContentsTable, METH_VARARGS, ", flags",
	    "A table of the messages, or of the entries of an address book. MAPI_ASSOCIATED: of "
	    "the hidden ones."),
	METHOD("GetHierarchyTable", container_GetHierarchyTable, METH_VARARGS, ", flags",
	    "A table of the folders in it; with CONVENIENT_DEPTH of all below."),
	METHOD("OpenEntry", container_OpenEntry, METH_VARARGS, ", entryId, iid, flags",
	    "The folder or message of this entry ID, typed by what it is; None is the container "
	    "itself."),
	METHOD("SetSearchCriteria", container_SetSearchCriteria, METH_VARARGS,
	    ", restriction, entryIds, flags",
	    "What a search folder shows: messages that match, in these folders. None keeps what "
	    "there is."),
	METHOD("GetSearchCriteria", container_GetSearchCriteria, METH_VARARGS, ", flags=0",
	    "(restriction, entry IDs of the folders, state) of a search folder."),
	{ NULL },
};

static PyMethodDef folder_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("CreateMessage", folder_CreateMessage, METH_VARARGS, ", iid, flags",
	    "A new message, which is in the folder after its SaveChanges."),
	METHOD("CopyMessages", folder_CopyMessages, METH_VARARGS,
	    ", msgs, iid, folder, uiParam, progress, flags",
	    "Copies messages by their entry IDs, or with MESSAGE_MOVE moves them; the result code, "
	    "which is MAPI_W_PARTIAL_COMPLETION where not all went."),
	METHOD("DeleteMessages", folder_DeleteMessages, METH_VARARGS,
	    ", msgs, uiParam, progress, flags",
	    "Deletes messages by their entry IDs; the result code."),
	METHOD("CreateFolder", folder_CreateFolder, METH_VARARGS,
	    ", folderType, folderName, folderComment=None, iid=None, flags=0",
	    "A new folder in this one; with OPEN_IF_EXISTS one of that name may be there."),
	METHOD("DeleteFolder", folder_DeleteFolder, METH_VARARGS,
	    ", entryId, uiParam, progress, flags=0",
	    "Deletes a folder, with DEL_MESSAGES and DEL_FOLDERS also one that is not empty; the "
	    "result code."),
	METHOD("SetReadFlags", folder_SetReadFlags, METH_VARARGS, ", msgs, uiParam, progress, flag",
	    "Marks messages by their entry IDs as read, or with CLEAR_READ_FLAG as unread; the "
	    "result code."),
	METHOD("EmptyFolder", folder_EmptyFolder, METH_VARARGS, ", uiParam, progress, flags",
	    "Deletes all that is in the folder; the result code."),
	METHOD("CopyFolder", folder_CopyFolder, METH_VARARGS,
	    ", entryId, iid, folder, newName, uiParam, progress, flags",
	    "Copies a folder into another one, or with FOLDER_MOVE moves it; the result code."),
	METHOD("GetMessageStatus", folder_GetMessageStatus, METH_VARARGS, ", entryId, flags=0",
	    "A message's status bits (MSGSTATUS_...)."),
	METHOD("SetMessageStatus", folder_SetMessageStatus, METH_VARARGS, ", entryId, status, mask",
	    "Changes the status bits in the mask; what they were before."),
	METHOD("SaveContentsSort", folder_SaveContentsSort, METH_VARARGS, ", sortOrderSet, flags=0",
	    "The order that contents tables of this folder begin with."),
	{ NULL },
};

WRAPPER_SPEC(container, "PyIMAPIContainer", container_methods, "A container of objects.");
WRAPPER_SPEC(folder, "PyIMAPIFolder", folder_methods, "A folder of a message store.");

const struct wrapper_class container_class = { &IID_IMAPIContainer, WRAP_PROP, &container_spec };
const struct wrapper_class folder_class = { &IID_IMAPIFolder, WRAP_CONTAINER, &folder_spec };
