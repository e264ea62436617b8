/* SPDX-License-Identifier: MIT */
#include "sets.h"
#include "args.h"
#include "iid.h"
#include "value.h"

int
tags_from_python(PyObject *object, SPropTagArray **out)
{
	PyObject *items;
	Py_ssize_t count, i;

	*out = NULL;
	if (object == Py_None)
		return 1;
	items = PyLong_Check(object) ? PyTuple_Pack(1, object) : PySequence_Tuple(object);
	if (!items)
		return 0;
	count = PyTuple_GET_SIZE(items);
	*out = more_memory(NULL, (size_t)CbNewSPropTagArray(count + 1), 1);
	for (i = 0; *out && i < count; i++) {
		if (!arg_tag(PyTuple_GET_ITEM(items, i), &(*out)->aulPropTag[i])) {
			MAPIFreeBuffer(*out);
			*out = NULL;
		}
	}
	if (*out)
		(*out)->cValues = (ULONG)count;
	Py_DECREF(items);
	return *out != NULL;
}

PyObject *
tags_to_python(const SPropTagArray *tags)
{
	PyObject *tuple, *item;

	if (!tags)
		Py_RETURN_NONE;
	tuple = PyTuple_New(tags->cValues);
	for (ULONG i = 0; tuple && i < tags->cValues; i++) {
		item = PyLong_FromUnsignedLong(tags->aulPropTag[i]);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

/* Copies one entry ID into the list. */
static int
entry_from_python(PyObject *object, void *root, SBinary *out)
{
	struct bytes_argument bytes;

	if (!arg_bytes(object, &bytes))
		return 0;
	out->cb = bytes.size;
	out->lpb = more_memory(root, (size_t)bytes.size + 1, 1);
	if (out->lpb)
		memcpy(out->lpb, bytes.data, bytes.size);
	return out->lpb != NULL;
}

int
entry_list_from_python(PyObject *object, ENTRYLIST **out)
{
	PyObject *items;
	ENTRYLIST *list;
	Py_ssize_t i = 0;

	*out = NULL;
	items = PyBytes_Check(object) ? PyTuple_Pack(1, object) : PySequence_Tuple(object);
	if (!items)
		return 0;
	list = more_memory(NULL, 1, sizeof(*list));
	if (!list)
		goto out;
	list->cValues = (ULONG)PyTuple_GET_SIZE(items);
	list->lpbin = more_memory(list, (size_t)list->cValues + 1, sizeof(SBinary));
	if (!list->lpbin)
		goto out;
	for (; i < PyTuple_GET_SIZE(items); i++) {
		if (!entry_from_python(PyTuple_GET_ITEM(items, i), list, &list->lpbin[i]))
			goto out;
	}
	*out = list;
	list = NULL;
out:
	MAPIFreeBuffer(list);
	Py_DECREF(items);
	return *out != NULL;
}

int
recipients_from_python(struct emapi_state *state, PyObject *object, ADRLIST **out)
{
	PyObject *items = PySequence_Tuple(object);
	ADRLIST *list;
	ADRENTRY *entry;
	Py_ssize_t count, i;

	*out = NULL;
	if (!items)
		return 0;
	count = PyTuple_GET_SIZE(items);
	list = more_memory(NULL, (size_t)CbNewADRLIST(count + 1), 1);
	if (list)
		list->cEntries = 0;
	for (i = 0; list && i < count; i++) {
		entry = &list->aEntries[i];
		entry->ulReserved1 = 0;
		if (!values_from_python(
			state, PyTuple_GET_ITEM(items, i), &entry->rgPropVals, &entry->cValues)) {
			FreePadrlist(list);
			list = NULL;
		} else {
			list->cEntries++;
		}
	}
	Py_DECREF(items);
	*out = list;
	return list != NULL;
}

int
iids_from_python(struct emapi_state *state, PyObject *object, IID **out, ULONG *count)
{
	PyObject *items;
	IID *iids = NULL;
	Py_ssize_t i = 0, size;

	*out = NULL;
	*count = 0;
	if (object == Py_None)
		return 1;
	items = PySequence_Tuple(object);
	if (!items)
		return 0;
	size = PyTuple_GET_SIZE(items);
	if (size)
		iids = more_memory(NULL, (size_t)size, sizeof(*iids));
	while (iids && i < size && iid_from_python(state, PyTuple_GET_ITEM(items, i), &iids[i]))
		i++;
	Py_DECREF(items);
	if (i < size) {
		MAPIFreeBuffer(iids);
		return 0;
	}
	*out = iids;
	*count = (ULONG)size;
	return 1;
}

PyObject *
problems_to_python(const SPropProblemArray *problems)
{
	PyObject *tuple, *item;

	if (!problems)
		Py_RETURN_NONE;
	tuple = PyTuple_New(problems->cProblem);
	for (ULONG i = 0; tuple && i < problems->cProblem; i++) {
		const SPropProblem *problem = &problems->aProblem[i];

		item = Py_BuildValue("(kki)", (unsigned long)problem->ulIndex,
		    (unsigned long)problem->ulPropTag, (int)problem->scode);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}
