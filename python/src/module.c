/* SPDX-License-Identifier: MIT */
/*
 * The extension module `_emapi`: the types and functions under win32com.mapi and pythoncom.
 * Multi-phase initialisation; its state takes the place of globals.
 */
#include "module.h"
#include "iid.h"
#include "types.h"

const struct wrapper_class *const wrapper_classes[WRAP_COUNT] = {
	[WRAP_UNKNOWN] = &unknown_class,
	[WRAP_STREAM] = &stream_class,
	[WRAP_SESSION] = &session_class,
	[WRAP_TABLE] = &table_class,
	[WRAP_PROP] = &prop_class,
	[WRAP_STATUS] = &status_class,
	[WRAP_CONTAINER] = &container_class,
	[WRAP_FOLDER] = &folder_class,
	[WRAP_MESSAGE] = &message_class,
	[WRAP_STORE] = &store_class,
	[WRAP_ATTACH] = &attach_class,
	[WRAP_PROFILE_SECTION] = &profile_section_class,
	[WRAP_ADDRESS_BOOK] = &address_book_class,
	[WRAP_ADDRESS_CONTAINER] = &address_container_class,
	[WRAP_DISTRIBUTION_LIST] = &distribution_list_class,
	[WRAP_MAIL_USER] = &mail_user_class,
	[WRAP_PROFILE_ADMIN] = &profile_admin_class,
	[WRAP_SERVICE_ADMIN] = &service_admin_class,
	[WRAP_SERVICE_ADMIN2] = &service_admin2_class,
	[WRAP_PROVIDER_ADMIN] = &provider_admin_class,
	[WRAP_ADVISE_SINK] = &advise_sink_class,
	[WRAP_CONVERTER] = &converter_class,
	[WRAP_EXCHANGE_STORE] = &exchange_store_class,
	[WRAP_EXCHANGE_STORE_EX] = &exchange_store_ex_class,
};

static struct PyModuleDef module_definition;

struct emapi_state *
state_of_type(PyTypeObject *type)
{
	PyObject *module = PyType_GetModuleByDef(type, &module_definition);

	return module ? PyModule_GetState(module) : NULL;
}

static int
add_wrapper_type(PyObject *module, struct emapi_state *state, enum wrapper_kind kind)
{
	const struct wrapper_class *class = wrapper_classes[kind];
	PyObject *base = kind == WRAP_UNKNOWN ? NULL : (PyObject *)state->types[class->base];
	PyObject *iid;
	int failed;

	state->types[kind] = (PyTypeObject *)PyType_FromModuleAndSpec(module, class->spec, base);
	if (!state->types[kind] || PyModule_AddType(module, state->types[kind]) < 0)
		return -1;
	iid = iid_to_python(state, class->iid);
	failed = !iid || PyDict_SetItem(state->type_iids, iid, (PyObject *)state->types[kind]) < 0;
	Py_XDECREF(iid);
	return failed ? -1 : 0;
}

static int
add_types(PyObject *module, struct emapi_state *state)
{
	state->iid_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &iid_spec, NULL);
	if (!state->iid_type || PyModule_AddType(module, state->iid_type) < 0)
		return -1;
	state->type_iids = PyDict_New();
	if (!state->type_iids || PyModule_AddObjectRef(module, "TypeIIDs", state->type_iids) < 0)
		return -1;
	for (int kind = 0; kind < WRAP_COUNT; kind++) {
		if (add_wrapper_type(module, state, (enum wrapper_kind)kind) < 0)
			return -1;
	}
	return 0;
}

static int
import_helpers(struct emapi_state *state)
{
	const struct {
		const char *name;
		PyObject **place;
	} helpers[] = {
		{ "make_error", &state->make_error },
		{ "datetime_from_filetime", &state->datetime_from_filetime },
		{ "filetime_from_datetime", &state->filetime_from_datetime },
		{ "datetime_from_date", &state->datetime_from_date },
		{ "date_from_datetime", &state->date_from_datetime },
		{ "decimal_from_currency", &state->decimal_from_currency },
		{ "currency_from_decimal", &state->currency_from_decimal },
	};
	PyObject *types = PyImport_ImportModule("_emapi_types");
	int failed = !types;

	for (size_t i = 0; !failed && i < sizeof(helpers) / sizeof(*helpers); i++) {
		*helpers[i].place = PyObject_GetAttrString(types, helpers[i].name);
		failed = !*helpers[i].place;
	}
	Py_XDECREF(types);
	return failed ? -1 : 0;
}

static int
module_exec(PyObject *module)
{
	struct emapi_state *state = PyModule_GetState(module);

	if (import_helpers(state) < 0 || add_types(module, state) < 0)
		return -1;
	if (PyModule_AddFunctions(module, mapi_functions) < 0)
		return -1;
	return PyModule_AddFunctions(module, gateway_functions);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
	struct emapi_state *state = PyModule_GetState(module);

	for (int kind = 0; kind < WRAP_COUNT; kind++)
		Py_VISIT(state->types[kind]);
	Py_VISIT(state->iid_type);
	Py_VISIT(state->type_iids);
	Py_VISIT(state->make_error);
	Py_VISIT(state->datetime_from_filetime);
	Py_VISIT(state->filetime_from_datetime);
	Py_VISIT(state->datetime_from_date);
	Py_VISIT(state->date_from_datetime);
	Py_VISIT(state->decimal_from_currency);
	Py_VISIT(state->currency_from_decimal);
	return 0;
}

static int
module_clear(PyObject *module)
{
	struct emapi_state *state = PyModule_GetState(module);

	for (int kind = 0; kind < WRAP_COUNT; kind++)
		Py_CLEAR(state->types[kind]);
	Py_CLEAR(state->iid_type);
	Py_CLEAR(state->type_iids);
	Py_CLEAR(state->make_error);
	Py_CLEAR(state->datetime_from_filetime);
	Py_CLEAR(state->filetime_from_datetime);
	Py_CLEAR(state->datetime_from_date);
	Py_CLEAR(state->date_from_datetime);
	Py_CLEAR(state->decimal_from_currency);
	Py_CLEAR(state->currency_from_decimal);
	return 0;
}

static void
module_free(void *module)
{
	module_clear(module);
}

static PyModuleDef_Slot module_slots[] = {
	{ Py_mod_exec, module_exec },
	{ 0, NULL },
};

static struct PyModuleDef module_definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "_emapi",
	.m_doc = "Extended MAPI: what win32com.mapi and pythoncom are made of.",
	.m_size = sizeof(struct emapi_state),
	.m_slots = module_slots,
	.m_traverse = module_traverse,
	.m_clear = module_clear,
	.m_free = module_free,
};

PyMODINIT_FUNC
PyInit__emapi(void)
{
	return PyModuleDef_Init(&module_definition);
}
