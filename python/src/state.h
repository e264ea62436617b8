/* SPDX-License-Identifier: MIT */
/*
 * What the extension module `_emapi` keeps, instead of globals: its types and what it needs of the
 * Python side (`_emapi_types`).  Every wrapper object points to it; it lives as long as they do.
 *
 * Rules of this folder: a type per file, heap types, multi-phase initialisation; the GIL is
 * released round every call into MAPI (also round Release, which may write to disk); a failed call
 * becomes a com_error in raise_hr() alone; whatever MAPI returns is freed on every way out.
 */
#ifndef EMAPI_PYTHON_STATE_H
#define EMAPI_PYTHON_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <sys/types.h>
#include <mapix.h>
#include <mapiutil.h>

/* The wrapper types; a base stands before what derives from it. */
enum wrapper_kind {
	WRAP_UNKNOWN,
	WRAP_STREAM,
	WRAP_SESSION,
	WRAP_TABLE,
	WRAP_PROP,
	WRAP_STATUS,
	WRAP_CONTAINER,
	WRAP_FOLDER,
	WRAP_MESSAGE,
	WRAP_STORE,
	WRAP_ATTACH,
	WRAP_PROFILE_SECTION,
	WRAP_ADDRESS_BOOK,
	WRAP_ADDRESS_CONTAINER,
	WRAP_DISTRIBUTION_LIST,
	WRAP_MAIL_USER,
	WRAP_PROFILE_ADMIN,
	WRAP_SERVICE_ADMIN,
	WRAP_SERVICE_ADMIN2,
	WRAP_PROVIDER_ADMIN,
	WRAP_ADVISE_SINK,
	WRAP_CONVERTER,
	WRAP_EXCHANGE_STORE,
	WRAP_EXCHANGE_STORE_EX,
	WRAP_COUNT
};

struct emapi_state {
	PyTypeObject *types[WRAP_COUNT];
	PyTypeObject *iid_type;
	PyObject *type_iids; /* pythoncom.TypeIIDs: IID -> type */

	/* Of _emapi_types. */
	PyObject *make_error;             /* hresult -> a com_error */
	PyObject *datetime_from_filetime; /* int -> datetime */
	PyObject *filetime_from_datetime; /* datetime or number -> int */
	PyObject *datetime_from_date;     /* float, days since 1899-12-30 -> datetime */
	PyObject *date_from_datetime;
	PyObject *decimal_from_currency; /* int, ten-thousandths -> Decimal */
	PyObject *currency_from_decimal;

	Py_ssize_t wrappers; /* alive; pythoncom._GetInterfaceCount() */
	Py_ssize_t gateways; /* Python objects that MAPI holds; _GetGatewayCount() */
};

/* Sets the exception for a failed result and returns NULL: the one map from HRESULT to Python. */
PyObject *raise_hr(struct emapi_state *state, HRESULT hr);
/* The same with a sentence for people, UTF-8; NULL makes one of the code's name. */
PyObject *raise_hr_because(struct emapi_state *state, HRESULT hr, const char *reason);

/* None for a success, com_error for a failure. */
PyObject *none_or_raise(struct emapi_state *state, HRESULT hr);

#endif
