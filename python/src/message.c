/* SPDX-License-Identifier: MIT */
/* PyIMessage. */
#include "entry.h"
#include "iid.h"
#include "sets.h"
#include "types.h"

static HRESULT
call_attachments(void *object, ULONG flags, IMAPITable **out)
{
	IMessage *message = object;

	return message->lpVtbl->GetAttachmentTable(message, flags, out);
}

static PyObject *
message_GetAttachmentTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_attachments);
}

static HRESULT
call_recipients(void *object, ULONG flags, IMAPITable **out)
{
	IMessage *message = object;

	return message->lpVtbl->GetRecipientTable(message, flags, out);
}

static PyObject *
message_GetRecipientTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_recipients);
}

/* OpenAttach(number, iid|None, flags) */
static PyObject *
message_OpenAttach(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMessage *message = wrapped(self);
	IAttach *attach = NULL;
	ULONG number, flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:OpenAttach", arg_ulong, &number, iid_argument, &iid,
		arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr =
		    message->lpVtbl->OpenAttach(message, number, iid_or_null(&iid), flags, &attach);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_ATTACH, attach);
}

/* CreateAttach(iid|None, flags) -> [number, attachment] */
static PyObject *
message_CreateAttach(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMessage *message = wrapped(self);
	IAttach *attach = NULL;
	ULONG number = 0, flags;
	PyObject *wrapper;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&:CreateAttach", iid_argument, &iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = message->lpVtbl->CreateAttach(
		    message, iid_or_null(&iid), flags, &number, &attach);
	Py_END_ALLOW_THREADS
	wrapper = wrap_result(self, hr, WRAP_ATTACH, attach);
	return wrapper ? Py_BuildValue("[kN]", (unsigned long)number, wrapper) : NULL;
}

/* DeleteAttach(number, ui, progress, flags) */
static PyObject *
message_DeleteAttach(PyObject *self, PyObject *args)
{
	IMessage *message = wrapped(self);
	IMAPIProgress *progress;
	ULONG number, flags;
	ULONG_PTR window;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&O&:DeleteAttach", arg_ulong, &number, arg_uiparam,
		&window, arg_progress, &progress, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = message->lpVtbl->DeleteAttach(message, number, window, progress, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* ModifyRecipients(flags, rows) */
static PyObject *
message_ModifyRecipients(PyObject *self, PyObject *args)
{
	IMessage *message = wrapped(self);
	ADRLIST *list = NULL;
	PyObject *rows;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O:ModifyRecipients", arg_ulong, &flags, &rows) ||
	    (rows != Py_None && !recipients_from_python(state_of(self), rows, &list)))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = message->lpVtbl->ModifyRecipients(message, flags, list);
	Py_END_ALLOW_THREADS
	FreePadrlist(list);
	return none_or_raise_from(self, hr);
}

static PyObject *
message_SubmitMessage(PyObject *self, PyObject *args)
{
	IMessage *message = wrapped(self);
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:SubmitMessage", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = message->lpVtbl->SubmitMessage(message, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyObject *
message_SetReadFlag(PyObject *self, PyObject *args)
{
	IMessage *message = wrapped(self);
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:SetReadFlag", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = message->lpVtbl->SetReadFlag(message, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

static PyMethodDef message_methods[] = {
	METHOD("GetAttachmentTable", message_GetAttachmentTable, METH_VARARGS, ", flags",
	    "A table of the attachments."),
	METHOD("OpenAttach", message_OpenAttach, METH_VARARGS, ", attachmentNum, interface, flags",
	    "The attachment of this PR_ATTACH_NUM."),
	METHOD("CreateAttach", message_CreateAttach, METH_VARARGS, ", interface, flags",
	    "[number, attachment]: a new one, which is in the message after its own SaveChanges."),
	METHOD("DeleteAttach", message_DeleteAttach, METH_VARARGS,
	    ", attachmentNum, uiParam, progress, flags", "Takes an attachment out."),
	METHOD("GetRecipientTable", message_GetRecipientTable, METH_VARARGS, ", flags",
	    "A table of the recipients."),
	METHOD("ModifyRecipients", message_ModifyRecipients, METH_VARARGS, ", flags, mods",
	    "Changes recipients by rows of (tag, value): MODRECIP_ADD, MODRECIP_MODIFY and "
	    "MODRECIP_REMOVE (by PR_ROWID); 0 puts these in the place of all."),
	METHOD("SubmitMessage", message_SubmitMessage, METH_VARARGS, ", flags",
	    "Sends it. The message is saved and then belongs to the spooler: no further call on it "
	    "succeeds."),
	METHOD("SetReadFlag", message_SetReadFlag, METH_VARARGS, ", flag",
	    "Marks it as read, or with CLEAR_READ_FLAG as unread."),
	{ NULL },
};

WRAPPER_SPEC(message, "PyIMessage", message_methods, "A message.");

const struct wrapper_class message_class = { &IID_IMessage, WRAP_PROP, &message_spec };
