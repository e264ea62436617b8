/* SPDX-License-Identifier: MIT */
/* PyIMAPISession. */
#include "entry.h"
#include "iid.h"
#include "types.h"
#include "value.h"

static HRESULT
call_open(void *object, const struct open_request *request, ULONG *type, IUnknown **out)
{
	IMAPISession *session = object;

	return session->lpVtbl->OpenEntry(session, request->entry.size, request->entry.data,
	    request->iid, request->flags, type, out);
}

static PyObject *
session_OpenEntry(PyObject *self, PyObject *args)
{
	return open_entry(self, args, call_open);
}

static HRESULT
call_compare(void *object, const struct compare_request *request, ULONG *result)
{
	IMAPISession *session = object;

	return session->lpVtbl->CompareEntryIDs(session, request->one.size, request->one.data,
	    request->other.size, request->other.data, request->flags, result);
}

static PyObject *
session_CompareEntryIDs(PyObject *self, PyObject *args)
{
	return compare_entries(self, args, call_compare);
}

static HRESULT
call_advise(void *object, const struct advise_request *request, ULONG_PTR *connection)
{
	IMAPISession *session = object;

	return session->lpVtbl->Advise(session, request->entry.size, request->entry.data,
	    request->mask, request->sink, connection);
}

static PyObject *
session_Advise(PyObject *self, PyObject *args)
{
	return advise(self, args, call_advise);
}

static HRESULT
call_unadvise(void *object, ULONG_PTR connection)
{
	IMAPISession *session = object;

	return session->lpVtbl->Unadvise(session, connection);
}

static PyObject *
session_Unadvise(PyObject *self, PyObject *args)
{
	return unadvise(self, args, call_unadvise);
}

static HRESULT
call_stores(void *object, ULONG flags, IMAPITable **out)
{
	IMAPISession *session = object;

	return session->lpVtbl->GetMsgStoresTable(session, flags, out);
}

static PyObject *
session_GetMsgStoresTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_stores);
}

static HRESULT
call_status(void *object, ULONG flags, IMAPITable **out)
{
	IMAPISession *session = object;

	return session->lpVtbl->GetStatusTable(session, flags, out);
}

static PyObject *
session_GetStatusTable(PyObject *self, PyObject *args)
{
	return get_table(self, args, call_status);
}

/* OpenMsgStore(ui, entryId, iid|None, flags) */
static PyObject *
session_OpenMsgStore(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMAPISession *session = wrapped(self);
	struct bytes_argument entry;
	IMsgStore *store = NULL;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&O&:OpenMsgStore", arg_uiparam, &window,
		arg_bytes_or_none, &entry, iid_argument, &iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->OpenMsgStore(
		    session, window, entry.size, entry.data, iid_or_null(&iid), flags, &store);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return wrap_iid(state_of(self), iid.given ? &iid.guid : &IID_IMsgStore, store);
}

/* OpenAddressBook(ui, iid|None, flags) */
static PyObject *
session_OpenAddressBook(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMAPISession *session = wrapped(self);
	IAddrBook *book = NULL;
	ULONG_PTR window;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:OpenAddressBook", arg_uiparam, &window, iid_argument,
		&iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->OpenAddressBook(
		    session, window, iid_or_null(&iid), flags, &book);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_ADDRESS_BOOK, book);
}

/* OpenProfileSection(uid, iid|None, flags) */
static PyObject *
session_OpenProfileSection(PyObject *self, PyObject *args)
{
	struct iid_argument uid = { .state = state_of(self) }, iid = uid;
	IMAPISession *session = wrapped(self);
	IProfSect *section = NULL;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:OpenProfileSection", iid_argument, &uid, iid_argument,
		&iid, arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->OpenProfileSection(
		    session, (MAPIUID *)iid_or_null(&uid), iid_or_null(&iid), flags, &section);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_PROFILE_SECTION, section);
}

/* QueryIdentity() -> bytes | None */
static PyObject *
session_QueryIdentity(PyObject *self, PyObject *unused)
{
	IMAPISession *session = wrapped(self);
	ENTRYID *entry = NULL;
	PyObject *result;
	ULONG size = 0;
	HRESULT hr;

	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->QueryIdentity(session, &size, &entry);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = bytes_to_python(entry, size);
	MAPIFreeBuffer(entry);
	return result;
}

/* Logoff(ui, flags, reserved) */
static PyObject *
session_Logoff(PyObject *self, PyObject *args)
{
	IMAPISession *session = wrapped(self);
	ULONG flags, reserved;
	ULONG_PTR window;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&:Logoff", arg_uiparam, &window, arg_ulong, &flags,
		arg_ulong, &reserved))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->Logoff(session, window, flags, reserved);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* with mapi.MAPILogonEx(...) as session: ... logs off at its end */
static PyObject *
session_enter(PyObject *self, PyObject *unused)
{
	return Py_NewRef(self);
}

/* Also after an exception, which goes on; a session that is logged off already is no error. */
static PyObject *
session_exit(PyObject *self, PyObject *args)
{
	IMAPISession *session = wrapped(self);

	Py_BEGIN_ALLOW_THREADS
		session->lpVtbl->Logoff(session, 0, 0, 0);
	Py_END_ALLOW_THREADS
	Py_RETURN_FALSE;
}

/* AdminServices(flags=0) */
static PyObject *
session_AdminServices(PyObject *self, PyObject *args)
{
	IMAPISession *session = wrapped(self);
	IMsgServiceAdmin *admin = NULL;
	ULONG flags = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "|O&:AdminServices", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = session->lpVtbl->AdminServices(session, flags, &admin);
	Py_END_ALLOW_THREADS
	return wrap_result(self, hr, WRAP_SERVICE_ADMIN, admin);
}

static PyMethodDef session_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("GetMsgStoresTable", session_GetMsgStoresTable, METH_VARARGS, ", flags",
	    "A table of the message stores."),
	METHOD("OpenMsgStore", session_OpenMsgStore, METH_VARARGS, ", uiParam, entryId, iid, flags",
	    "The store of this entry ID; MDB_WRITE or MAPI_BEST_ACCESS to write."),
	METHOD("OpenAddressBook", session_OpenAddressBook, METH_VARARGS, ", uiParam, iid, flags",
	    "The address book."),
	METHOD("OpenProfileSection", session_OpenProfileSection, METH_VARARGS,
	    ", iidSection, iid, flags", "A section of the profile."),
	METHOD("GetStatusTable", session_GetStatusTable, METH_VARARGS, ", flags",
	    "A table of the state of MAPI's parts."),
	METHOD("OpenEntry", session_OpenEntry, METH_VARARGS, ", entryId, iid, flags",
	    "The store, folder, message or address of this entry ID, typed by what it is; a store "
	    "is a PyIUnknown."),
	METHOD("CompareEntryIDs", session_CompareEntryIDs, METH_VARARGS,
	    ", entryId1, entryId2, flags=0", "1 where both are of one object, else 0."),
	METHOD("Advise", session_Advise, METH_VARARGS, ", entryId, mask, sink",
	    "Calls the sink at these events (fnev...), of one object or for None of the session; a "
	    "number for Unadvise."),
	METHOD("Unadvise", session_Unadvise, METH_VARARGS, ", connection", "Ends an Advise."),
	METHOD("QueryIdentity", session_QueryIdentity, METH_NOARGS, "",
	    "The entry ID of whose session it is, or None."),
	METHOD("Logoff", session_Logoff, METH_VARARGS, ", uiParam, flags, reserved",
	    "Ends the session."),
	METHOD("AdminServices", session_AdminServices, METH_VARARGS, ", flags=0",
	    "What the services of the session's profile are changed with."),
	METHOD("__enter__", session_enter, METH_NOARGS, "", "The session itself."),
	METHOD("__exit__", session_exit, METH_VARARGS, ", type, value, traceback", "Logs off."),
	{ NULL },
};

WRAPPER_SPEC(session, "PyIMAPISession", session_methods, "A logged-on session.");

const struct wrapper_class session_class = { &IID_IMAPISession, WRAP_UNKNOWN, &session_spec };
