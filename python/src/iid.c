/* SPDX-License-Identifier: MIT */
#include "iid.h"
#include "module.h"

#define GUID_TEXT 38 /* {00000000-0000-0000-0000-000000000000} */

struct iid_object {
	PyObject head;
	GUID guid;
};

static bool
guid_from_text(const char *text, GUID *out)
{
	unsigned int data1, data2, data3, octets[8];
	int used = 0, count;

	if (strspn(text, "{}-0123456789abcdefABCDEF") != strlen(text))
		return false;
	count = sscanf(text,
	    *text == '{' ? "{%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x}%n"
			 : "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x%n",
	    &data1, &data2, &data3, &octets[0], &octets[1], &octets[2], &octets[3], &octets[4],
	    &octets[5], &octets[6], &octets[7], &used);
	if (count != 11 || text[used] || (used != GUID_TEXT && used != GUID_TEXT - 2))
		return false;
	out->Data1 = data1;
	out->Data2 = (USHORT)data2;
	out->Data3 = (USHORT)data3;
	for (int i = 0; i < 8; i++)
		out->Data4[i] = (BYTE)octets[i];
	return true;
}

static void
guid_to_text(const GUID *guid, char *text)
{
	const BYTE *o = guid->Data4;

	snprintf(text, GUID_TEXT + 1, "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
	    guid->Data1, guid->Data2, guid->Data3, o[0], o[1], o[2], o[3], o[4], o[5], o[6], o[7]);
}

PyObject *
iid_to_python(struct emapi_state *state, const GUID *guid)
{
	struct iid_object *self = PyObject_New(struct iid_object, state->iid_type);

	if (self)
		self->guid = *guid;
	return (PyObject *)self;
}

int
iid_from_python(struct emapi_state *state, PyObject *object, GUID *out)
{
	const char *text;

	if (Py_IS_TYPE(object, state->iid_type)) {
		*out = ((struct iid_object *)object)->guid;
		return 1;
	}
	if (!PyUnicode_Check(object)) {
		PyErr_Format(PyExc_TypeError, "expected an IID or the text of one, not %s",
		    Py_TYPE(object)->tp_name);
		return 0;
	}
	text = PyUnicode_AsUTF8(object);
	if (!text)
		return 0;
	if (!guid_from_text(text, out)) {
		raise_hr(state, CO_E_CLASSSTRING);
		return 0;
	}
	return 1;
}

int
iid_argument(PyObject *object, void *argument)
{
	struct iid_argument *iid = argument;

	iid->given = object != Py_None;
	return iid->given ? iid_from_python(iid->state, object, &iid->guid) : 1;
}

const GUID *
iid_or_null(const struct iid_argument *argument)
{
	return argument->given ? &argument->guid : NULL;
}

static char *iid_arguments[] = { (char[]){ "iidString" }, (char[]){ "is_bytes" }, NULL };

/* IID(text or bytes or IID, is_bytes=False): bytes are the 16 of a GUID as it lies in memory. */
static PyObject *
iid_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
	struct emapi_state *state = state_of_type(type);
	PyObject *source;
	int is_bytes = 0;
	Py_buffer view;
	GUID guid;

	if (!state || !PyArg_ParseTupleAndKeywords(
			  args, kwargs, "O|p:IID", iid_arguments, &source, &is_bytes))
		return NULL;
	if (PyUnicode_Check(source) || Py_IS_TYPE(source, state->iid_type))
		return iid_from_python(state, source, &guid) ? iid_to_python(state, &guid) : NULL;
	if (PyObject_GetBuffer(source, &view, PyBUF_SIMPLE) < 0)
		return NULL;
	if (view.len < (Py_ssize_t)sizeof(guid)) {
		PyBuffer_Release(&view);
		return PyErr_Format(PyExc_ValueError, "an IID has 16 bytes");
	}
	memcpy(&guid, view.buf, sizeof(guid));
	PyBuffer_Release(&view);
	return iid_to_python(state, &guid);
}

static PyObject *
iid_str(PyObject *self)
{
	char text[GUID_TEXT + 1];

	guid_to_text(&((struct iid_object *)self)->guid, text);
	return PyUnicode_FromString(text);
}

static PyObject *
iid_repr(PyObject *self)
{
	char text[GUID_TEXT + 1];

	guid_to_text(&((struct iid_object *)self)->guid, text);
	return PyUnicode_FromFormat("IID('%s')", text);
}

static Py_hash_t
iid_hash(PyObject *self)
{
	uint64_t halves[2];
	Py_hash_t hash;

	memcpy(halves, &((struct iid_object *)self)->guid, sizeof(halves));
	hash = (Py_hash_t)(halves[0] ^ (halves[1] * 0x9E3779B97F4A7C15u));
	return hash == -1 ? -2 : hash;
}

static PyObject *
iid_compare(PyObject *self, PyObject *other, int op)
{
	bool equal;

	if (!Py_IS_TYPE(other, Py_TYPE(self)) || (op != Py_EQ && op != Py_NE))
		Py_RETURN_NOTIMPLEMENTED;
	equal =
	    IsEqualGUID(&((struct iid_object *)self)->guid, &((struct iid_object *)other)->guid);
	return PyBool_FromLong(equal == (op == Py_EQ));
}

static int
iid_buffer(PyObject *self, Py_buffer *view, int flags)
{
	return PyBuffer_FillInfo(
	    view, self, &((struct iid_object *)self)->guid, sizeof(GUID), 1, flags);
}

static PyObject *
iid_reduce(PyObject *self, PyObject *unused)
{
	return Py_BuildValue("O(N)", Py_TYPE(self), iid_str(self));
}

static void
iid_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	type->tp_free(self);
	Py_DECREF(type);
}

static PyMethodDef iid_methods[] = {
	{ "__reduce__", iid_reduce, METH_NOARGS, "For pickle and copy." },
	{ NULL },
};

static PyType_Slot iid_slots[] = {
	{ Py_tp_new, iid_new },
	{ Py_tp_dealloc, iid_dealloc },
	{ Py_tp_str, iid_str },
	{ Py_tp_repr, iid_repr },
	{ Py_tp_hash, iid_hash },
	{ Py_tp_richcompare, iid_compare },
	{ Py_bf_getbuffer, iid_buffer },
	{ Py_tp_methods, iid_methods },
	{ Py_tp_doc, (char[]){ "A GUID: IID('{00020307-0000-0000-C000-000000000046}')." } },
	{ 0 },
};

PyType_Spec iid_spec = {
	.name = "_emapi.PyIID",
	.basicsize = sizeof(struct iid_object),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
	.slots = iid_slots,
};
