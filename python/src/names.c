/* SPDX-License-Identifier: MIT */
/* Names of properties: (IID, number or string). */
#include "sets.h"
#include "args.h"
#include "iid.h"
#include "value.h"

static int
string_from_python(PyObject *object, void *root, WCHAR **out)
{
	PyObject *wide = wide_from_python(object);
	size_t size;

	if (!wide)
		return 0;
	size = (size_t)PyBytes_GET_SIZE(wide);
	*out = more_memory(root, size, 1);
	if (*out)
		memcpy(*out, PyBytes_AS_STRING(wide), size);
	Py_DECREF(wide);
	return *out != NULL;
}

static int
name_from_python(struct emapi_state *state, PyObject *object, void *root, MAPINAMEID *out)
{
	PyObject *set, *name;

	if (!PyTuple_Check(object) || !PyArg_ParseTuple(object, "OO", &set, &name)) {
		PyErr_SetString(PyExc_TypeError, "a property's name is a tuple (IID, int or str)");
		return 0;
	}
	out->lpguid = more_memory(root, 1, sizeof(GUID));
	if (!out->lpguid || !iid_from_python(state, set, out->lpguid))
		return 0;
	if (PyUnicode_Check(name)) {
		out->ulKind = MNID_STRING;
		return string_from_python(name, root, &out->Kind.lpwstrName);
	}
	out->ulKind = MNID_ID;
	return arg_ulong(name, &out->Kind.lID);
}

int
names_from_python(struct emapi_state *state, PyObject *object, MAPINAMEID ***out, ULONG *count)
{
	PyObject *items;
	MAPINAMEID **names;
	Py_ssize_t i = 0, size;

	*out = NULL;
	*count = 0;
	if (object == Py_None)
		return 1;
	items = PySequence_Tuple(object);
	if (!items)
		return 0;
	size = PyTuple_GET_SIZE(items);
	names = more_memory(NULL, (size_t)size + 1, sizeof(*names));
	for (; names && i < size; i++) {
		names[i] = more_memory(names, 1, sizeof(**names));
		if (!names[i] ||
		    !name_from_python(state, PyTuple_GET_ITEM(items, i), names, names[i]))
			break;
	}
	Py_DECREF(items);
	if (!names || i < size) {
		MAPIFreeBuffer(names);
		return 0;
	}
	*out = names;
	*count = (ULONG)size;
	return 1;
}

static PyObject *
name_to_python(struct emapi_state *state, const MAPINAMEID *name)
{
	PyObject *set, *value;

	if (!name)
		return Py_BuildValue("(OO)", Py_None, Py_None);
	set = name->lpguid ? iid_to_python(state, name->lpguid) : Py_NewRef(Py_None);
	value = name->ulKind == MNID_STRING ? wide_to_python(name->Kind.lpwstrName)
					    : PyLong_FromLong(name->Kind.lID);
	return Py_BuildValue("(NN)", set, value);
}

PyObject *
names_to_python(struct emapi_state *state, MAPINAMEID **names, ULONG count)
{
	PyObject *list = PyList_New(count), *item;

	for (ULONG i = 0; list && i < count; i++) {
		item = name_to_python(state, names[i]);
		if (!item)
			Py_CLEAR(list);
		else
			PyList_SET_ITEM(list, i, item);
	}
	return list;
}
