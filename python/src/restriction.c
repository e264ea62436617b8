/* SPDX-License-Identifier: MIT */
/*
 * Restrictions and sort orders.
 *
 *   (RES_AND, [restriction, ...])  (RES_OR, [restriction, ...])  (RES_NOT, (restriction,))
 *   (RES_PROPERTY, (relop, tag, (tag, value)))     (RES_CONTENT, (fuzzy, tag, (tag, value)))
 *   (RES_BITMASK, (operator, tag, mask=0))         (RES_EXIST, (tag,))
 *   (RES_COMPAREPROPS, (relop, tag, tag))          (RES_SIZE, (relop, tag, size))
 *   (RES_SUBRESTRICTION, (tag, restriction))       (RES_COMMENT, (restriction, values))
 *
 * The last four go beyond pywin32.
 */
#include "sets.h"
#include "args.h"
#include "value.h"

struct builder {
	struct emapi_state *state;
	void *root;
};

static int build(const struct builder *builder, PyObject *object, SRestriction *out);

static SRestriction *
build_one(const struct builder *builder, PyObject *object)
{
	SRestriction *inner = more_memory(builder->root, 1, sizeof(*inner));

	return inner && build(builder, object, inner) ? inner : NULL;
}

static int
build_list(const struct builder *builder, PyObject *object, SRestriction *out)
{
	PyObject *items = PySequence_Tuple(object);
	SRestriction *list;
	Py_ssize_t i = 0;

	if (!items)
		return 0;
	list = more_memory(builder->root, (size_t)PyTuple_GET_SIZE(items) + 1, sizeof(*list));
	while (list && i < PyTuple_GET_SIZE(items) &&
	       build(builder, PyTuple_GET_ITEM(items, i), &list[i]))
		i++;
	out->res.resAnd.cRes = (ULONG)i;
	out->res.resAnd.lpRes = list;
	i = list && i == PyTuple_GET_SIZE(items);
	Py_DECREF(items);
	return (int)i;
}

static int
build_not(const struct builder *builder, PyObject *argument, SRestriction *out)
{
	PyObject *inner;

	if (!PyArg_ParseTuple(
		argument, "O|O&:RES_NOT", &inner, arg_ulong, &out->res.resNot.ulReserved))
		return 0;
	out->res.resNot.lpRes = build_one(builder, inner);
	return out->res.resNot.lpRes != NULL;
}

/* RES_PROPERTY and RES_CONTENT: their structures are alike. */
static int
build_value(const struct builder *builder, PyObject *argument, SRestriction *out)
{
	SPropertyRestriction *property = &out->res.resProperty;
	PyObject *value;

	if (!PyArg_ParseTuple(argument, "O&O&O", arg_ulong, &property->relop, arg_tag,
		&property->ulPropTag, &value))
		return 0;
	property->lpProp = more_memory(builder->root, 1, sizeof(SPropValue));
	return property->lpProp &&
	       value_from_python(builder->state, value, builder->root, property->lpProp);
}

static int
build_sub(const struct builder *builder, PyObject *argument, SRestriction *out)
{
	PyObject *inner;

	if (!PyArg_ParseTuple(argument, "O&O", arg_tag, &out->res.resSub.ulSubObject, &inner))
		return 0;
	out->res.resSub.lpRes = build_one(builder, inner);
	return out->res.resSub.lpRes != NULL;
}

static int
build_comment(const struct builder *builder, PyObject *argument, SRestriction *out)
{
	SCommentRestriction *comment = &out->res.resComment;
	PyObject *inner, *values;

	if (!PyArg_ParseTuple(argument, "OO", &inner, &values))
		return 0;
	if (inner != Py_None && !(comment->lpRes = build_one(builder, inner)))
		return 0;
	return values_from_python_more(
	    builder->state, values, builder->root, &comment->lpProp, &comment->cValues);
}

static int
build_argument(const struct builder *builder, PyObject *argument, SRestriction *out)
{
	switch (out->rt) {
	case RES_AND:
	case RES_OR:
		return build_list(builder, argument, out);
	case RES_NOT:
		return build_not(builder, argument, out);
	case RES_PROPERTY:
	case RES_CONTENT:
		return build_value(builder, argument, out);
	case RES_BITMASK:
		return PyArg_ParseTuple(argument, "O&O&|O&", arg_ulong, &out->res.resBitMask.relBMR,
		    arg_tag, &out->res.resBitMask.ulPropTag, arg_ulong,
		    &out->res.resBitMask.ulMask);
	case RES_EXIST:
		return PyArg_ParseTuple(argument, "O&|O&O&", arg_tag, &out->res.resExist.ulPropTag,
		    arg_ulong, &out->res.resExist.ulReserved1, arg_ulong,
		    &out->res.resExist.ulReserved2);
	case RES_COMPAREPROPS:
		return PyArg_ParseTuple(argument, "O&O&O&", arg_ulong,
		    &out->res.resCompareProps.relop, arg_tag, &out->res.resCompareProps.ulPropTag1,
		    arg_tag, &out->res.resCompareProps.ulPropTag2);
	case RES_SIZE:
		return PyArg_ParseTuple(argument, "O&O&O&", arg_ulong, &out->res.resSize.relop,
		    arg_tag, &out->res.resSize.ulPropTag, arg_ulong, &out->res.resSize.cb);
	case RES_SUBRESTRICTION:
		return build_sub(builder, argument, out);
	case RES_COMMENT:
		return build_comment(builder, argument, out);
	default:
		PyErr_Format(PyExc_ValueError, "restriction type 0x%x is not supported", out->rt);
		return 0;
	}
}

static int
build(const struct builder *builder, PyObject *object, SRestriction *out)
{
	PyObject *argument;
	int done;

	memset(out, 0, sizeof(*out));
	if (!PyTuple_Check(object)) {
		PyErr_SetString(PyExc_TypeError, "a restriction must be a tuple (RES_x, argument)");
		return 0;
	}
	if (!PyArg_ParseTuple(object, "O&O", arg_ulong, &out->rt, &argument))
		return 0;
	if (out->rt != RES_AND && out->rt != RES_OR && !PyTuple_Check(argument)) {
		PyErr_SetString(PyExc_TypeError, "a restriction's argument must be a tuple");
		return 0;
	}
	if (Py_EnterRecursiveCall(" while reading a restriction"))
		return 0;
	done = build_argument(builder, argument, out);
	Py_LeaveRecursiveCall();
	return done;
}

int
restriction_from_python(struct emapi_state *state, PyObject *object, SRestriction **out)
{
	struct builder builder = { state, NULL };

	*out = NULL;
	if (object == Py_None)
		return 1;
	*out = builder.root = more_memory(NULL, 1, sizeof(**out));
	if (*out && build(&builder, object, *out))
		return 1;
	MAPIFreeBuffer(*out);
	*out = NULL;
	return 0;
}

static int
sort_order_from_python(PyObject *object, SSortOrder *out)
{
	if (!PyTuple_Check(object)) {
		PyErr_SetString(
		    PyExc_TypeError, "a sort order's column must be a tuple (tag, order)");
		return 0;
	}
	return PyArg_ParseTuple(object, "O&O&", arg_tag, &out->ulPropTag, arg_ulong, &out->ulOrder);
}

int
sort_from_python(PyObject *object, SSortOrderSet **out)
{
	ULONG categories = 0, expanded = 0;
	PyObject *orders, *items;
	SSortOrderSet *set;
	Py_ssize_t i = 0;

	*out = NULL;
	if (object == Py_None)
		return 1;
	if (!PyTuple_Check(object)) {
		PyErr_SetString(PyExc_TypeError, "a sort order must be a tuple");
		return 0;
	}
	if (!PyArg_ParseTuple(
		object, "O|O&O&", &orders, arg_ulong, &categories, arg_ulong, &expanded))
		return 0;
	items = PySequence_Tuple(orders);
	if (!items)
		return 0;
	set = more_memory(NULL, (size_t)CbNewSSortOrderSet(PyTuple_GET_SIZE(items) + 1), 1);
	for (; set && i < PyTuple_GET_SIZE(items); i++) {
		if (!sort_order_from_python(PyTuple_GET_ITEM(items, i), &set->aSort[i]))
			break;
	}
	if (set && i == PyTuple_GET_SIZE(items)) {
		set->cSorts = (ULONG)i;
		set->cCategories = categories;
		set->cExpanded = expanded;
		*out = set;
		set = NULL;
	}
	MAPIFreeBuffer(set);
	Py_DECREF(items);
	return *out != NULL;
}
