/* SPDX-License-Identifier: MIT */
/* Restrictions and sort orders as Python: the forms of restriction.c, the other way. */
#include "sets.h"
#include "value.h"

static PyObject *
list_to_python(struct emapi_state *state, ULONG count, const SRestriction *list)
{
	PyObject *tuple = PyTuple_New(count), *item;

	for (ULONG i = 0; tuple && i < count; i++) {
		item = restriction_to_python(state, &list[i]);
		if (!item)
			Py_CLEAR(tuple);
		else
			PyTuple_SET_ITEM(tuple, i, item);
	}
	return tuple;
}

static PyObject *
comment_to_python(struct emapi_state *state, const SCommentRestriction *comment)
{
	PyObject *inner = restriction_to_python(state, comment->lpRes);

	if (!inner)
		return NULL;
	return Py_BuildValue(
	    "(NN)", inner, values_to_python(state, comment->cValues, comment->lpProp));
}

static PyObject *
argument_to_python(struct emapi_state *state, const SRestriction *r)
{
	switch (r->rt) {
	case RES_AND:
	case RES_OR:
		return list_to_python(state, r->res.resAnd.cRes, r->res.resAnd.lpRes);
	case RES_NOT:
		return Py_BuildValue("(N)", restriction_to_python(state, r->res.resNot.lpRes));
	case RES_PROPERTY:
	case RES_CONTENT:
		return Py_BuildValue("(IIN)", r->res.resProperty.relop,
		    r->res.resProperty.ulPropTag,
		    value_to_python(state, r->res.resProperty.lpProp));
	case RES_BITMASK:
		return Py_BuildValue("(III)", r->res.resBitMask.relBMR, r->res.resBitMask.ulPropTag,
		    r->res.resBitMask.ulMask);
	case RES_EXIST:
		return Py_BuildValue("(I)", r->res.resExist.ulPropTag);
	case RES_COMPAREPROPS:
		return Py_BuildValue("(III)", r->res.resCompareProps.relop,
		    r->res.resCompareProps.ulPropTag1, r->res.resCompareProps.ulPropTag2);
	case RES_SIZE:
		return Py_BuildValue(
		    "(III)", r->res.resSize.relop, r->res.resSize.ulPropTag, r->res.resSize.cb);
	case RES_SUBRESTRICTION:
		return Py_BuildValue("(IN)", r->res.resSub.ulSubObject,
		    restriction_to_python(state, r->res.resSub.lpRes));
	case RES_COMMENT:
		return comment_to_python(state, &r->res.resComment);
	default:
		return PyErr_Format(PyExc_ValueError, "restriction type 0x%x is not known", r->rt);
	}
}

PyObject *
restriction_to_python(struct emapi_state *state, const SRestriction *restriction)
{
	PyObject *argument;

	if (!restriction)
		Py_RETURN_NONE;
	if (Py_EnterRecursiveCall(" while reading a restriction"))
		return NULL;
	argument = argument_to_python(state, restriction);
	Py_LeaveRecursiveCall();
	return argument ? Py_BuildValue("(IN)", restriction->rt, argument) : NULL;
}

PyObject *
sort_to_python(const SSortOrderSet *sort)
{
	PyObject *orders, *one;

	if (!sort)
		Py_RETURN_NONE;
	orders = PyTuple_New(sort->cSorts);
	for (ULONG i = 0; orders && i < sort->cSorts; i++) {
		one = Py_BuildValue("(II)", sort->aSort[i].ulPropTag, sort->aSort[i].ulOrder);
		if (!one)
			Py_CLEAR(orders);
		else
			PyTuple_SET_ITEM(orders, i, one);
	}
	return orders ? Py_BuildValue("(NII)", orders, sort->cCategories, sort->cExpanded) : NULL;
}
