/* SPDX-License-Identifier: MIT */
/* PyIMAPIProp, and the types that add nothing to it but GetLastError. */
#include "args.h"
#include "iid.h"
#include "sets.h"
#include "types.h"
#include "value.h"

/* (hr, problems): problems is None where they were not asked for or there are none. */
static PyObject *
with_problems(struct emapi_state *state, HRESULT hr, SPropProblemArray *problems)
{
	PyObject *result = NULL;

	if (FAILED(hr))
		raise_hr(state, hr);
	else
		result = Py_BuildValue("(iN)", (int)hr, problems_to_python(problems));
	MAPIFreeBuffer(problems);
	return result;
}

/* GetProps(tags, flags=0) -> (hr, values) */
static PyObject *
prop_GetProps(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	ULONG flags = 0, count = 0;
	SPropTagArray *tags;
	SPropValue *values = NULL;
	PyObject *wanted, *result = NULL;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|O&:GetProps", &wanted, arg_ulong, &flags) ||
	    !tags_from_python(wanted, &tags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->GetProps(prop, tags, flags, &count, &values);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(tags);
	if (FAILED(hr))
		return raise_from(self, hr);
	result = Py_BuildValue("(iN)", (int)hr, values_to_python(state_of(self), count, values));
	MAPIFreeBuffer(values);
	return result;
}

/* SetProps(values, wantProblems=False) -> (hr, problems) */
static PyObject *
prop_SetProps(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	SPropProblemArray *problems = NULL;
	PyObject *given;
	SPropValue *values;
	ULONG count;
	int want = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|p:SetProps", &given, &want) ||
	    !values_from_python(state_of(self), given, &values, &count))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->SetProps(prop, count, values, want ? &problems : NULL);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(values);
	return with_problems(state_of(self), hr, problems);
}

/* DeleteProps(tags, wantProblems=False) -> (hr, problems) */
static PyObject *
prop_DeleteProps(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	SPropProblemArray *problems = NULL;
	SPropTagArray *tags;
	PyObject *given;
	int want = 0;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|p:DeleteProps", &given, &want) ||
	    !tags_from_python(given, &tags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->DeleteProps(prop, tags, want ? &problems : NULL);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(tags);
	return with_problems(state_of(self), hr, problems);
}

/* What CopyTo and CopyProps are given. */
struct copy {
	struct iid_argument iid;
	ULONG_PTR window;
	IMAPIProgress *progress;
	SPropTagArray *tags;
	IID *exclude;
	ULONG exclude_count;
	void *destination;
	ULONG flags;
	int want_problems;
	SPropProblemArray *problems;
};

static void
copy_clear(struct copy *copy)
{
	MAPIFreeBuffer(copy->tags);
	MAPIFreeBuffer(copy->exclude);
	release_object(copy->destination);
}

static int
copy_prepare(struct copy *copy, PyObject *tags, PyObject *destination)
{
	const GUID *iid = copy->iid.given ? &copy->iid.guid : &IID_IMAPIProp;

	return tags_from_python(tags, &copy->tags) &&
	       interface_from_python(copy->iid.state, destination, iid, false, &copy->destination);
}

/* CopyTo(exclude_iids, exclude_tags, ui, progress, iid, destination, flags, wantProblems=False) */
static PyObject *
prop_CopyTo(PyObject *self, PyObject *args)
{
	struct copy copy = { .iid = { .state = state_of(self) } };
	IMAPIProp *prop = wrapped(self);
	PyObject *iids, *tags, *destination, *result = NULL;
	SPropTagArray *exclude;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OOO&O&O&OO&|p:CopyTo", &iids, &tags, arg_uiparam, &copy.window,
		arg_progress, &copy.progress, iid_argument, &copy.iid, &destination, arg_ulong,
		&copy.flags, &copy.want_problems))
		return NULL;
	if (!iids_from_python(state_of(self), iids, &copy.exclude, &copy.exclude_count) ||
	    !copy_prepare(&copy, tags, destination))
		goto out;
	exclude = copy.tags && copy.tags->cValues ? copy.tags : NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->CopyTo(prop, copy.exclude_count, copy.exclude, exclude,
		    copy.window, copy.progress, iid_or_null(&copy.iid), copy.destination,
		    copy.flags, copy.want_problems ? &copy.problems : NULL);
	Py_END_ALLOW_THREADS
	result = with_problems(state_of(self), hr, copy.problems);
out:
	copy_clear(&copy);
	return result;
}

/* CopyProps(tags, ui, progress, iid, destination, flags, wantProblems=False) */
static PyObject *
prop_CopyProps(PyObject *self, PyObject *args)
{
	struct copy copy = { .iid = { .state = state_of(self) } };
	IMAPIProp *prop = wrapped(self);
	PyObject *tags, *destination, *result = NULL;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "OO&O&O&OO&|p:CopyProps", &tags, arg_uiparam, &copy.window,
		arg_progress, &copy.progress, iid_argument, &copy.iid, &destination, arg_ulong,
		&copy.flags, &copy.want_problems))
		return NULL;
	if (!copy_prepare(&copy, tags, destination))
		goto out;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->CopyProps(prop, copy.tags, copy.window, copy.progress,
		    iid_or_null(&copy.iid), copy.destination, copy.flags,
		    copy.want_problems ? &copy.problems : NULL);
	Py_END_ALLOW_THREADS
	result = with_problems(state_of(self), hr, copy.problems);
out:
	copy_clear(&copy);
	return result;
}

/* GetPropList(flags) -> tags */
static PyObject *
prop_GetPropList(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	SPropTagArray *tags = NULL;
	PyObject *result;
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:GetPropList", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->GetPropList(prop, flags, &tags);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	result = tags_to_python(tags);
	MAPIFreeBuffer(tags);
	return result;
}

/* OpenProperty(tag, iid, interfaceOptions, flags) -> an object typed by iid */
static PyObject *
prop_OpenProperty(PyObject *self, PyObject *args)
{
	struct iid_argument iid = { .state = state_of(self) };
	IMAPIProp *prop = wrapped(self);
	ULONG tag, options, flags;
	IUnknown *object = NULL;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&O&O&O&:OpenProperty", arg_tag, &tag, iid_argument, &iid,
		arg_ulong, &options, arg_ulong, &flags))
		return NULL;
	if (!iid.given)
		return PyErr_Format(PyExc_TypeError, "an IID is needed");
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->OpenProperty(prop, tag, &iid.guid, options, flags, &object);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		return raise_from(self, hr);
	return wrap_iid(state_of(self), &iid.guid, object);
}

static PyObject *
prop_SaveChanges(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	ULONG flags;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O&:SaveChanges", arg_ulong, &flags))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->SaveChanges(prop, flags);
	Py_END_ALLOW_THREADS
	return none_or_raise_from(self, hr);
}

/* GetIDsFromNames(names, flags=0) -> tags */
static PyObject *
prop_GetIDsFromNames(PyObject *self, PyObject *args)
{
	IMAPIProp *prop = wrapped(self);
	SPropTagArray *tags = NULL;
	ULONG flags = 0, count;
	PyObject *given, *result;
	MAPINAMEID **names;
	HRESULT hr;

	if (!PyArg_ParseTuple(args, "O|O&:GetIDsFromNames", &given, arg_ulong, &flags) ||
	    !names_from_python(state_of(self), given, &names, &count))
		return NULL;
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->GetIDsFromNames(prop, count, names, flags, &tags);
	Py_END_ALLOW_THREADS
	MAPIFreeBuffer(names);
	if (FAILED(hr))
		return raise_from(self, hr);
	result = tags_to_python(tags);
	MAPIFreeBuffer(tags);
	return result;
}

/* GetNamesFromIDs(tags, propSetGuid=None, flags=0) -> (hr, tags, names) */
static PyObject *
prop_GetNamesFromIDs(PyObject *self, PyObject *args)
{
	struct iid_argument set = { .state = state_of(self) };
	IMAPIProp *prop = wrapped(self);
	SPropTagArray *tags, *returned;
	MAPINAMEID **names = NULL;
	ULONG flags = 0, count = 0;
	PyObject *given, *result;
	HRESULT hr;

	if (!PyArg_ParseTuple(
		args, "O|O&O&:GetNamesFromIDs", &given, iid_argument, &set, arg_ulong, &flags) ||
	    !tags_from_python(given, &tags))
		return NULL;
	returned = tags; /* with None, MAPI puts its own list here */
	Py_BEGIN_ALLOW_THREADS
		hr = prop->lpVtbl->GetNamesFromIDs(
		    prop, &returned, set.given ? &set.guid : NULL, flags, &count, &names);
	Py_END_ALLOW_THREADS
	if (FAILED(hr))
		result = raise_from(self, hr);
	else
		result = Py_BuildValue("(iNN)", (int)hr, tags_to_python(returned),
		    names_to_python(state_of(self), names, count));
	if (returned != tags)
		MAPIFreeBuffer(returned);
	MAPIFreeBuffer(tags);
	MAPIFreeBuffer(names);
	return result;
}

static PyMethodDef prop_methods[] = {
	METHOD("GetLastError", wrapper_GetLastError, METH_VARARGS, ", hr, flags=0",
	    "What the object says about its failed call: None, or (version, error, component, "
	    "low-level error, context)."),
	METHOD("SaveChanges", prop_SaveChanges, METH_VARARGS, ", flags",
	    "Makes changes last; with KEEP_OPEN_READWRITE the object can be changed further."),
	METHOD("GetProps", prop_GetProps, METH_VARARGS, ", propList, flags=0",
	    "(hr, ((tag, value), ...)) in the order asked for, None: all. What is missing is "
	    "(PROP_TAG(PT_ERROR, id), code), and hr MAPI_W_ERRORS_RETURNED."),
	METHOD("GetPropList", prop_GetPropList, METH_VARARGS, ", flags",
	    "A tuple of the tags of all properties; MAPI_UNICODE makes text PT_UNICODE."),
	METHOD("OpenProperty", prop_OpenProperty, METH_VARARGS,
	    ", propTag, iid, interfaceOptions, flags",
	    "A property as an interface: IStream for long values, IMessage for an attached "
	    "message. MAPI_CREATE | MAPI_MODIFY to write."),
	METHOD("SetProps", prop_SetProps, METH_VARARGS, ", propList, wantProblems=False",
	    "Sets properties from a sequence of (tag, value); (hr, None), or with wantProblems "
	    "(hr, ((index, tag, code), ...))."),
	METHOD("DeleteProps", prop_DeleteProps, METH_VARARGS, ", propList, wantProblems=False",
	    "Deletes properties; (hr, None), or with wantProblems (hr, ((index, tag, code), "
	    "...))."),
	METHOD("CopyTo", prop_CopyTo, METH_VARARGS,
	    ", IIDExcludeList, propTags, uiParam, progress, resultIID, dest, flags, "
	    "wantProblems=False",
	    "Copies all properties but those of propTags, with what the object contains; (hr, "
	    "problems)."),
	METHOD("CopyProps", prop_CopyProps, METH_VARARGS,
	    ", propTags, uiParam, progress, resultIID, dest, flags, wantProblems=False",
	    "Copies the properties of propTags; (hr, problems)."),
	METHOD("GetNamesFromIDs", prop_GetNamesFromIDs, METH_VARARGS,
	    ", propTags, propSetGuid=None, flags=0",
	    "(hr, tags, [(IID, name or number), ...]) of named properties; None: all, or all of a "
	    "set."),
	METHOD("GetIDsFromNames", prop_GetIDsFromNames, METH_VARARGS, ", nameIds, flags=0",
	    "A tuple of tags, type PT_UNSPECIFIED, for names ((IID, str or int), ...). PT_ERROR "
	    "for one that is not there, unless MAPI_CREATE makes it."),
	{ NULL },
};

static PyMethodDef no_methods[] = {
	{ NULL },
};

WRAPPER_SPEC(prop, "PyIMAPIProp", prop_methods, "An object with properties.");
WRAPPER_SPEC(attach, "PyIAttach", no_methods, "An attachment of a message.");
WRAPPER_SPEC(section, "PyIProfSect", no_methods, "A section of a profile.");

const struct wrapper_class prop_class = { &IID_IMAPIProp, WRAP_UNKNOWN, &prop_spec };
const struct wrapper_class attach_class = { &IID_IAttachment, WRAP_PROP, &attach_spec };
const struct wrapper_class profile_section_class = { &IID_IProfSect, WRAP_PROP, &section_spec };
