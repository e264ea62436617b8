/* SPDX-License-Identifier: MIT */
/*
 * OpenEntry, CompareEntryIDs, Advise and Unadvise: the session, stores, containers and the address
 * book have them alike, each at its own place.  A type passes the call itself.
 */
#ifndef EMAPI_PYTHON_ENTRY_H
#define EMAPI_PYTHON_ENTRY_H

#include "unknown.h"
#include "args.h"

struct open_request {
	struct bytes_argument entry;
	const IID *iid;
	ULONG flags;
};
typedef HRESULT open_call(
    void *object, const struct open_request *request, ULONG *type, IUnknown **out);
/* OpenEntry(entryId|None, iid|None, flags) */
PyObject *open_entry(PyObject *self, PyObject *args, open_call *call);

struct compare_request {
	struct bytes_argument one, other;
	ULONG flags;
};
typedef HRESULT compare_call(void *object, const struct compare_request *request, ULONG *result);
/* CompareEntryIDs(entryId, entryId, flags=0) -> 0|1 */
PyObject *compare_entries(PyObject *self, PyObject *args, compare_call *call);

struct advise_request {
	struct bytes_argument entry;
	ULONG mask;
	IMAPIAdviseSink *sink;
};
typedef HRESULT advise_call(
    void *object, const struct advise_request *request, ULONG_PTR *connection);
/* Advise(entryId|None, mask, sink) -> connection */
PyObject *advise(PyObject *self, PyObject *args, advise_call *call);
/* The same without an entry ID, of tables. */
PyObject *advise_table(PyObject *self, PyObject *args, advise_call *call);

typedef HRESULT unadvise_call(void *object, ULONG_PTR connection);
PyObject *unadvise(PyObject *self, PyObject *args, unadvise_call *call);

/* A method that takes flags and gives a table. */
typedef HRESULT table_call(void *object, ULONG flags, IMAPITable **out);
PyObject *get_table(PyObject *self, PyObject *args, table_call *call);

#endif
