/* SPDX-License-Identifier: MIT */
/* PyIExchangeManageStore and PyIExchangeManageStoreEx: entry IDs of an Exchange server's mailboxes.
 */
#include <edkmdb.h>
#include "args.h"
#include "types.h"
#include "value.h"

static const IID store_iid = { 0x559D10B0, 0xA772, 0x11CD,
	{ 0x9B, 0xC8, 0x00, 0xAA, 0x00, 0x2F, 0xC4, 0x5A } };
static const IID store_ex_iid = { 0x7FE3C629, 0x4D9A, 0x4510,
	{ 0xA4, 0x79, 0x56, 0x96, 0x2B, 0x24, 0x6D, 0xC6 } };

/* CreateStoreEntryID(serverDN, userDN|None, flags=0) -> bytes */
static PyObject *
store_CreateStoreEntryID(PyObject *self, PyObject *args)
{
	PyObject *server_object, *user_object, *result;
	IExchangeManageStore *manage = wrapped(self);
	struct text server = { NULL }, user = { NULL };
	ULONG flags = 0, size = 0;
	ENTRYID *entry = NULL;
	HRESULT hr = S_OK;
	bool ready;

	if (!PyArg_ParseTuple(
		args, "OO|O&:CreateStoreEntryID", &server_object, &user_object, arg_ulong, &flags))
		return NULL;
	ready = text_set(&server, server_object, 0) && text_set(&user, user_object, 0);
	if (ready) {
		Py_BEGIN_ALLOW_THREADS
			hr = manage->lpVtbl->CreateStoreEntryID(manage, text_pointer(&server),
			    text_pointer(&user), flags, &size, &entry);
		Py_END_ALLOW_THREADS
	}
	text_clear(&server);
	text_clear(&user);
	if (!ready || FAILED(hr))
		return ready ? raise_from(self, hr) : NULL;
	result = bytes_to_python(entry, size);
	MAPIFreeBuffer(entry);
	return result;
}

/* No object here gives IExchangeManageStoreEx. */
static PyObject *
store_ex_CreateStoreEntryID2(PyObject *self, PyObject *args)
{
	return raise_from(self, MAPI_E_NO_SUPPORT);
}

static PyMethodDef store_methods[] = {
	METHOD("CreateStoreEntryID", store_CreateStoreEntryID, METH_VARARGS,
	    ", serverDN, userDN, flags=0", "The entry ID of a user's store on a server, as bytes."),
	{ NULL },
};

static PyMethodDef store_ex_methods[] = {
	METHOD("CreateStoreEntryID2", store_ex_CreateStoreEntryID2, METH_VARARGS,
	    ", props, flags=0", "The entry ID of a store that these properties name, as bytes."),
	{ NULL },
};

WRAPPER_SPEC(
    store, "PyIExchangeManageStore", store_methods, "The mailboxes of an Exchange server.");
WRAPPER_SPEC(
    store_ex, "PyIExchangeManageStoreEx", store_ex_methods, "The mailboxes of an Exchange server.");

const struct wrapper_class exchange_store_class = { &store_iid, WRAP_UNKNOWN, &store_spec };
const struct wrapper_class exchange_store_ex_class = { &store_ex_iid, WRAP_UNKNOWN,
	&store_ex_spec };
