/* SPDX-License-Identifier: MIT */
/* PyIConverterSession: the type is here, an object of it is not built yet (CoCreateInstance says
 * so). */
#include "types.h"

static const IID converter_iid = { 0x4B401570, 0xB77B, 0x11D0,
	{ 0x9D, 0xA5, 0x00, 0xC0, 0x4F, 0xD6, 0x56, 0x85 } };

static PyObject *
not_built(PyObject *self, PyObject *args)
{
	return raise_from(self, MAPI_E_NO_SUPPORT);
}

static PyMethodDef converter_methods[] = {
	METHOD("MIMEToMAPI", not_built, METH_VARARGS, ", stream, msg, flags=0",
	    "Not built: com_error MAPI_E_NO_SUPPORT."),
	METHOD("MAPIToMIMEStm", not_built, METH_VARARGS, ", msg, stream, flags=0",
	    "Not built: com_error MAPI_E_NO_SUPPORT."),
	METHOD("SetAdrBook", not_built, METH_VARARGS, ", addrBook",
	    "Not built: com_error MAPI_E_NO_SUPPORT."),
	{ NULL },
};

WRAPPER_SPEC(converter, "PyIConverterSession", converter_methods, "Messages to and from MIME.");

const struct wrapper_class converter_class = { &converter_iid, WRAP_UNKNOWN, &converter_spec };
