/* SPDX-License-Identifier: MIT */
/* PyIAddrBook, PyIABContainer, PyIDistList and PyIMailUser. */
#include "entry.h"
#include "sets.h"
#include "types.h"
#include "value.h"

static HRESULT
call_open(void *object, const struct open_request *request, ULONG *type, IUnknown **out)
{
	IAddrBook *book = object;

	return book->lpVtbl->OpenEntry(book, request->entry.size, request->entry.data, request->iid,
	    request->flags, type, out);
}

static PyObject *
book_OpenEntry(PyObject *self, PyObject *args)
{
	return open_entry(self, args, call_open);
}

static HRESULT
call_compare(void *object, const struct compare_request *request, ULONG *result)
{
	IAddrBook *book = object;

	return book->lpVtbl->CompareEntryIDs(book, request->one.size, request->one.data,
	    request->other.size, request->other.data, request->flags, result);
}

static PyObject *
book_CompareEntryIDs(PyObject *self, PyObject *args)
{
	return compare_entries(self, args, call_compare);
}

/* The list as rows; ADRLIST and SRowSet are laid out alike. */
static PyObject *
recipients_to_python(struct emapi_state *state, const ADRLIST *list)
{
	return rows_to_python(state, (const SRowSet *)(const void *)list);
}

/* ResolveName(ui, flags, title|None, rows) -> the rows resolved; the argument stays as it is */
static PyObject *
book_ResolveName(PyObject *self, PyObject *args)
{
	PyObject *title_object, *rows, *result = NULL;
	IAddrBook *book = wrapped(self);
	struct text title = { NULL };
	ADRLIST *list = NULL;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&OO:ResolveName", arg_uiparam, &window, arg_ulong, &flags,
		&title_object, &rows))
		return NULL;
	if (!text_set(&title, title_object, flags) ||
	    !recipients_from_python(state_of(self), rows, &list))
		goto out;
	Py_BEGIN_ALLOW_THREADS
		hr = book->lpVtbl->ResolveName(book, window, flags, text_pointer(&title), list);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		raise_from(self, hr);
	else
		result = recipients_to_python(state_of(self), list);
out:
	text_clear(&title);
	FreePadrlist(list);
	return result;
}

/* pywin32 derives its PyIMailUser from PyIMAPIContainer, though a mail user contains nothing. */
static PyObject *
user_contains_nothing(PyObject *self, PyObject *args)
{
	return raise_from(self, MAPI_E_NO_SUPPORT);
}

static PyMethodDef book_methods[] = {
	METHOD("OpenEntry", book_OpenEntry, METH_VARARGS, ", entryId, iid, flags",
	    "The user, list or container of this entry ID; None is the root container."),
	METHOD("CompareEntryIDs", book_CompareEntryIDs, METH_VARARGS,
	    ", entryId1, entryId2, flags=0", "1 where both are of one entry, else 0."),
	METHOD("ResolveName", book_ResolveName, METH_VARARGS,
	    ", uiParam, flags, entryTitle, ADRLIST",
	    "A tuple of rows: those given, with PR_ENTRYID and address for each display name. "
	    "com_error MAPI_E_NOT_FOUND or MAPI_E_AMBIGUOUS_RECIP for a name that is nobody's, or "
	    "more than one's."),
	{ NULL },
};

static PyMethodDef user_methods[] = {
	METHOD("GetContentsTable", user_contains_nothing, METH_VARARGS, ", flags",
	    "A user contains nothing: com_error MAPI_E_NO_SUPPORT."),
	METHOD("GetHierarchyTable", user_contains_nothing, METH_VARARGS, ", flags",
	    "A user contains nothing: com_error MAPI_E_NO_SUPPORT."),
	METHOD("OpenEntry", user_contains_nothing, METH_VARARGS, ", entryId, iid, flags",
	    "A user contains nothing: com_error MAPI_E_NO_SUPPORT."),
	{ NULL },
};

static PyMethodDef no_methods[] = {
	{ NULL },
};

WRAPPER_SPEC(book, "PyIAddrBook", book_methods, "The address book.");
WRAPPER_SPEC(list, "PyIABContainer", no_methods, "A list of addresses.");
WRAPPER_SPEC(group, "PyIDistList", no_methods, "A distribution list.");
WRAPPER_SPEC(user, "PyIMailUser", user_methods, "An address.");

const struct wrapper_class address_book_class = { &IID_IAddrBook, WRAP_PROP, &book_spec };
const struct wrapper_class address_container_class = { &IID_IABContainer, WRAP_CONTAINER,
	&list_spec };
const struct wrapper_class distribution_list_class = { &IID_IDistList, WRAP_CONTAINER,
	&group_spec };
const struct wrapper_class mail_user_class = { &IID_IMailUser, WRAP_CONTAINER, &user_spec };
