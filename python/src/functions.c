/* SPDX-License-Identifier: MIT */
/* The functions of module mapi that call libemapi. */
#include <emapi.h>
#include "args.h"
#include "gateway.h"
#include "iid.h"
#include "sets.h"
#include "types.h"
#include "value.h"

/* What libemapi does not export yet is NULL here and answers MAPI_E_NO_SUPPORT. */
#pragma weak HrDispatchNotifications
#pragma weak HrThisThreadAdviseSink
#pragma weak MAPIAdminProfiles
#pragma weak OpenStreamOnFile
#pragma weak OpenStreamOnFileW
#pragma weak RTFSync
#pragma weak WrapCompressedRTFStream
#pragma weak WrapCompressedRTFStreamEx

static struct emapi_state *
state_in(PyObject *module)
{
	return PyModule_GetState(module);
}

/* wrap(), or the com_error of a failed hr (object is NULL then). */
static PyObject *
wrap_or_raise(struct emapi_state *state, HRESULT hr, enum wrapper_kind kind, void *object)
{
	return FAILED(hr) ? raise_hr(state, hr) : wrap(state, kind, object);
}

/* MAPIInitialize(None | (version, flags)) */
static PyObject *
mapi_MAPIInitialize(PyObject *module, PyObject *argument)
{
	MAPIINIT_0 init = { 0, 0 };
	HRESULT hr;

	if (argument != Py_None) {
		if (!PyTuple_Check(argument))
			return PyErr_Format(
			    PyExc_TypeError, "None or a tuple (version, flags) is needed");
		if (!PyArg_ParseTuple(argument, "O&O&:MAPIInitialize", arg_ulong, &init.ulVersion,
			arg_ulong, &init.ulFlags))
			return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = MAPIInitialize(argument == Py_None ? NULL : &init);
	Py_END_ALLOW_THREADS
	return none_or_raise(state_in(module), hr);
}

static PyObject *
mapi_MAPIUninitialize(PyObject *module, PyObject *unused)
{
	Py_BEGIN_ALLOW_THREADS
		MAPIUninitialize();
	Py_END_ALLOW_THREADS
	Py_RETURN_NONE;
}

/* MAPILogonEx(ui, profile|None, password=None, flags=0) */
static PyObject *
mapi_MAPILogonEx(PyObject *module, PyObject *args)
{
	struct text profile = { NULL }, password = { NULL };
	PyObject *profile_object, *password_object = NULL;
	IMAPISession *session = NULL;
	ULONG_PTR window;
	ULONG flags = 0;
	HRESULT hr = S_OK;
	bool ready;

	if (!PyArg_ParseTuple(args, "O&O|OO&:MAPILogonEx", arg_uiparam, &window, &profile_object,
		&password_object, arg_ulong, &flags))
		return NULL;
	ready = text_set(&profile, profile_object, flags) &&
		text_set(&password, password_object, flags);
	if (ready) {
		Py_BEGIN_ALLOW_THREADS
			hr = MAPILogonEx(window, text_pointer(&profile), text_pointer(&password),
			    flags, &session);
		Py_END_ALLOW_THREADS
	}
	text_clear(&profile);
	text_clear(&password);
	if (ready && FAILED(hr))
		return raise_hr_because(state_in(module), hr, emapi_logon_reason());
	return ready ? wrap(state_in(module), WRAP_SESSION, session) : NULL;
}

/* MAPIAdminProfiles(flags) */
static PyObject *
mapi_MAPIAdminProfiles(PyObject *module, PyObject *args)
{
	IProfAdmin *admin = NULL;
	HRESULT hr = MAPI_E_NO_SUPPORT;
	ULONG flags;

	if (!PyArg_ParseTuple(args, "O&:MAPIAdminProfiles", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (MAPIAdminProfiles)
			hr = MAPIAdminProfiles(flags, &admin);
	Py_END_ALLOW_THREADS
	return wrap_or_raise(state_in(module), hr, WRAP_PROFILE_ADMIN, admin);
}

/* What HrQueryAllRows is given. */
struct query {
	IMAPITable *table;
	SPropTagArray *tags;
	SRestriction *restriction;
	SSortOrderSet *sort;
	LONG most;
};

static void
query_clear(struct query *query)
{
	release_object(query->table);
	MAPIFreeBuffer(query->tags);
	MAPIFreeBuffer(query->restriction);
	MAPIFreeBuffer(query->sort);
}

static int
query_parse(struct emapi_state *state, PyObject *args, struct query *query)
{
	PyObject *table, *tags, *restriction, *sort;

	return PyArg_ParseTuple(args, "OOOOO&:HrQueryAllRows", &table, &tags, &restriction, &sort,
		   arg_ulong, &query->most) &&
	       tags_from_python(tags, &query->tags) &&
	       restriction_from_python(state, restriction, &query->restriction) &&
	       sort_from_python(sort, &query->sort) &&
	       interface_from_python(state, table, &IID_IMAPITable, false, (void **)&query->table);
}

/* HrQueryAllRows(table, tags, restriction, sort, max) -> rows */
static PyObject *
mapi_HrQueryAllRows(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	struct query query = { NULL };
	PyObject *result = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	if (!query_parse(state, args, &query))
		goto out;
	Py_BEGIN_ALLOW_THREADS
		hr = HrQueryAllRows(
		    query.table, query.tags, query.restriction, query.sort, query.most, &rows);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		raise_hr(state, hr);
	else
		result = rows_to_python(state, rows);
	FreeProws(rows);
out:
	query_clear(&query);
	return result;
}

/* HrGetOneProp(object, tag) -> (tag, value) */
static PyObject *
mapi_HrGetOneProp(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	SPropValue *value = NULL;
	PyObject *object, *result;
	IMAPIProp *prop;
	ULONG tag;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&:HrGetOneProp", &object, arg_ulong, &tag) ||
	    !interface_from_python(state, object, &IID_IMAPIProp, false, (void **)&prop))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = HrGetOneProp(prop, tag, &value);
	Py_END_ALLOW_THREADS
	release_object(prop);
	if (FAILED(hr))
		return raise_hr(state, hr);
	result = value_to_python_strictly(state, value);
	MAPIFreeBuffer(value);
	return result;
}

/* HrSetOneProp(object, (tag, value)) */
static PyObject *
mapi_HrSetOneProp(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	PyObject *object, *given, *list;
	SPropValue *value;
	IMAPIProp *prop;
	ULONG count;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO:HrSetOneProp", &object, &given))
		return NULL;
	list = PyTuple_Pack(1, given);
	if (!list || !values_from_python(state, list, &value, &count)) {
		Py_XDECREF(list);
		return NULL;
	}
	Py_DECREF(list);
	if (!interface_from_python(state, object, &IID_IMAPIProp, false, (void **)&prop)) {
		MAPIFreeBuffer(value);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS
		hr = HrSetOneProp(prop, value);
	Py_END_ALLOW_THREADS
	release_object(prop);
	MAPIFreeBuffer(value);
	return none_or_raise(state, hr);
}

/* HrAllocAdviseSink(callback, context=None): callback(tuple of notifications, context) */
static PyObject *
mapi_HrAllocAdviseSink(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	PyObject *callback, *context = Py_None;
	struct gateway *gateway;

	if (!PyArg_ParseTuple(args, "O|O:HrAllocAdviseSink", &callback, &context))
		return NULL;
	if (!PyCallable_Check(callback))
		return PyErr_Format(PyExc_TypeError, "the callback must be callable");
	gateway = gateway_create(state, &IID_IMAPIAdviseSink, &sink_vtable, callback, context);
	return gateway ? wrap(state, WRAP_ADVISE_SINK, gateway) : NULL;
}

static PyObject *
mapi_HrThisThreadAdviseSink(PyObject *module, PyObject *object)
{
	struct emapi_state *state = state_in(module);
	IMAPIAdviseSink *sink, *thread_sink = NULL;
	HRESULT hr = MAPI_E_NO_SUPPORT;

	if (!interface_from_python(state, object, &IID_IMAPIAdviseSink, false, (void **)&sink))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (HrThisThreadAdviseSink)
			hr = HrThisThreadAdviseSink(sink, &thread_sink);
	Py_END_ALLOW_THREADS
	release_object(sink);
	return wrap_or_raise(state, hr, WRAP_ADVISE_SINK, thread_sink);
}

static PyObject *
mapi_HrDispatchNotifications(PyObject *module, PyObject *args)
{
	HRESULT hr = MAPI_E_NO_SUPPORT;
	ULONG flags;

	if (!PyArg_ParseTuple(args, "O&:HrDispatchNotifications", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (HrDispatchNotifications)
			hr = HrDispatchNotifications(flags);
	Py_END_ALLOW_THREADS
	return none_or_raise(state_in(module), hr);
}

/* RTFSync(message, flags) -> whether the message was changed */
static PyObject *
mapi_RTFSync(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	HRESULT hr = MAPI_E_NO_SUPPORT;
	BOOL updated = FALSE;
	IMessage *message;
	PyObject *object;
	ULONG flags;

	if (!PyArg_ParseTuple(args, "OO&:RTFSync", &object, arg_ulong, &flags) ||
	    !interface_from_python(state, object, &IID_IMessage, false, (void **)&message))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (RTFSync)
			hr = RTFSync(message, flags, &updated);
	Py_END_ALLOW_THREADS
	release_object(message);
	return FAILED(hr) ? raise_hr(state, hr) : PyLong_FromLong(updated);
}

/* WrapCompressedRTFStream(stream, flags) -> stream */
static PyObject *
mapi_WrapCompressedRTFStream(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	IStream *compressed, *plain = NULL;
	HRESULT hr = MAPI_E_NO_SUPPORT;
	PyObject *object;
	ULONG flags;

	if (!PyArg_ParseTuple(args, "OO&:WrapCompressedRTFStream", &object, arg_ulong, &flags) ||
	    !interface_from_python(state, object, &IID_IStream, false, (void **)&compressed))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (WrapCompressedRTFStream)
			hr = WrapCompressedRTFStream(compressed, flags, &plain);
	Py_END_ALLOW_THREADS
	release_object(compressed);
	return wrap_or_raise(state, hr, WRAP_STREAM, plain);
}

/* WrapCompressedRTFStreamEx(stream, (flags, inCodePage, outCodePage)=(0, 0, 0)) -> (stream, flags)
 */
static PyObject *
mapi_WrapCompressedRTFStreamEx(PyObject *module, PyObject *args)
{
	struct emapi_state *state = state_in(module);
	RTF_WCSINFO info = { .size = sizeof(info) };
	RTF_WCSRETINFO found = { .size = sizeof(found) };
	IStream *compressed, *plain = NULL;
	HRESULT hr = MAPI_E_NO_SUPPORT;
	PyObject *object, *wrapper;

	if (!PyArg_ParseTuple(args, "O|(O&O&O&):WrapCompressedRTFStreamEx", &object, arg_ulong,
		&info.ulFlags, arg_ulong, &info.ulInCodePage, arg_ulong, &info.ulOutCodePage) ||
	    !interface_from_python(state, object, &IID_IStream, false, (void **)&compressed))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		if (WrapCompressedRTFStreamEx)
			hr = WrapCompressedRTFStreamEx(compressed, &info, &plain, &found);
	Py_END_ALLOW_THREADS
	release_object(compressed);
	wrapper = wrap_or_raise(state, hr, WRAP_STREAM, plain);
	return wrapper ? Py_BuildValue("(Nk)", wrapper, (unsigned long)found.ulStreamFlags) : NULL;
}

/* OpenStreamOnFile(filename, flags=0, prefix=None): flags are STGM_*, SOF_UNIQUEFILENAME */
static PyObject *
open_stream(PyObject *module, PyObject *args, bool wide)
{
	struct text filename = { NULL }, prefix = { NULL };
	PyObject *name_object, *prefix_object = NULL;
	ULONG flags = 0, encoding = wide ? MAPI_UNICODE : 0;
	HRESULT hr = MAPI_E_NO_SUPPORT;
	IStream *stream = NULL;
	bool ready;

	if (!PyArg_ParseTuple(args, "O|O&O", &name_object, arg_ulong, &flags, &prefix_object))
		return NULL;
	ready = text_set(&filename, name_object, encoding) &&
		text_set(&prefix, prefix_object, encoding);
	if (ready) {
		Py_BEGIN_ALLOW_THREADS
			if (wide && OpenStreamOnFileW)
				hr = OpenStreamOnFileW(MAPIAllocateBuffer, MAPIFreeBuffer, flags,
				    (LPCWSTR)(void *)text_pointer(&filename),
				    (LPCWSTR)(void *)text_pointer(&prefix), &stream);
			else if (!wide && OpenStreamOnFile)
				hr = OpenStreamOnFile(MAPIAllocateBuffer, MAPIFreeBuffer, flags,
				    text_pointer(&filename), text_pointer(&prefix), &stream);
		Py_END_ALLOW_THREADS
	}
	text_clear(&filename);
	text_clear(&prefix);
	return ready ? wrap_or_raise(state_in(module), hr, WRAP_STREAM, stream) : NULL;
}

static PyObject *
mapi_OpenStreamOnFile(PyObject *module, PyObject *args)
{
	return open_stream(module, args, false);
}

static PyObject *
mapi_OpenStreamOnFileW(PyObject *module, PyObject *args)
{
	return open_stream(module, args, true);
}

/* _GetInterfaceCount(), _GetGatewayCount() of pythoncom */
static PyObject *
interface_count(PyObject *module, PyObject *unused)
{
	return PyLong_FromSsize_t(state_in(module)->wrappers);
}

static PyObject *
gateway_count(PyObject *module, PyObject *unused)
{
	return PyLong_FromSsize_t(state_in(module)->gateways);
}

PyMethodDef mapi_functions[] = {
	FUNCTION("MAPIInitialize", mapi_MAPIInitialize, METH_O, ", init",
	    "Begins to use MAPI: None, or (MAPI_INIT_VERSION, flags)."),
	FUNCTION(
	    "MAPIUninitialize", mapi_MAPIUninitialize, METH_NOARGS, "", "Ends one MAPIInitialize."),
	FUNCTION("MAPILogonEx", mapi_MAPILogonEx, METH_VARARGS,
	    ", uiParam, profileName, password=None, flags=0",
	    "A session on a profile; with MAPI_USE_DEFAULT on the default one. It is a context "
	    "manager."),
	FUNCTION("MAPIAdminProfiles", mapi_MAPIAdminProfiles, METH_VARARGS, ", flags",
	    "What profiles are made, copied and deleted with."),
	FUNCTION("HrQueryAllRows", mapi_HrQueryAllRows, METH_VARARGS,
	    ", table, properties, restrictions, sortOrderSet, rowsMax",
	    "All rows of a table in one tuple, at most rowsMax where that is not 0; None leaves "
	    "columns, restriction or order as they are."),
	FUNCTION("HrGetOneProp", mapi_HrGetOneProp, METH_VARARGS, ", prop, propTag",
	    "(tag, value) of one property; com_error MAPI_E_NOT_FOUND where it is not there."),
	FUNCTION("HrSetOneProp", mapi_HrSetOneProp, METH_VARARGS, ", prop, propValue",
	    "Sets one property from (tag, value)."),
	FUNCTION("HrAllocAdviseSink", mapi_HrAllocAdviseSink, METH_VARARGS,
	    ", callback, context=None",
	    "A sink for Advise that calls callback(notifications, context). The call may come on "
	    "another thread; what it raises is logged."),
	FUNCTION("HrThisThreadAdviseSink", mapi_HrThisThreadAdviseSink, METH_O, ", object",
	    "A sink that delivers to this one on the thread that made it, when that dispatches."),
	FUNCTION("HrDispatchNotifications", mapi_HrDispatchNotifications, METH_VARARGS, ", flags",
	    "Delivers the notifications that wait for this thread."),
	FUNCTION("RTFSync", mapi_RTFSync, METH_VARARGS, ", message, flags",
	    "Brings a message's text and RTF into agreement; whether the message was changed."),
	FUNCTION("WrapCompressedRTFStream", mapi_WrapCompressedRTFStream, METH_VARARGS,
	    ", stream, flags",
	    "Plain RTF over a stream of PR_RTF_COMPRESSED; with MAPI_MODIFY to write."),
	FUNCTION("WrapCompressedRTFStreamEx", mapi_WrapCompressedRTFStreamEx, METH_VARARGS,
	    ", stream, wcsinfo=(0, 0, 0)",
	    "(stream, kind of the native body) over a stream of PR_RTF_COMPRESSED; wcsinfo is "
	    "(flags, code page in, code page out)."),
	FUNCTION("OpenStreamOnFile", mapi_OpenStreamOnFile, METH_VARARGS,
	    ", filename, flags=0, prefix=None",
	    "A stream on a file; with SOF_UNIQUEFILENAME on a new one in that folder."),
	FUNCTION("OpenStreamOnFileW", mapi_OpenStreamOnFileW, METH_VARARGS,
	    ", filename, flags=0, prefix=None", "OpenStreamOnFile for str."),
	FUNCTION("_GetInterfaceCount", interface_count, METH_NOARGS, "",
	    "How many objects of MAPI Python holds."),
	FUNCTION("_GetGatewayCount", gateway_count, METH_NOARGS, "",
	    "How many Python objects MAPI holds."),
	{ NULL },
};
