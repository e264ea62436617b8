/* SPDX-License-Identifier: MIT */
/*
 * Lists and descriptions that calls take: tags, names, entry IDs, recipients, restrictions, sort
 * orders.  x_from_python() gives one MAPI buffer (MAPIFreeBuffer; recipients: FreePadrlist) and 1,
 * or 0 and an exception.
 *
 *   tags         a sequence of int, one int, or None (NULL)
 *   entry list   bytes or a sequence of bytes
 *   recipients   a sequence of rows
 *   restriction  (RES_x, argument) or None (NULL); see restriction.c
 *   sort order   (((tag, order), ...), categories=0, expanded=0) or None (NULL)
 *   names        a sequence of (IID, int or str), or None
 */
#ifndef EMAPI_PYTHON_SETS_H
#define EMAPI_PYTHON_SETS_H

#include "state.h"

int tags_from_python(PyObject *object, SPropTagArray **out);
PyObject *tags_to_python(const SPropTagArray *tags);

int entry_list_from_python(PyObject *object, ENTRYLIST **out);

int recipients_from_python(struct emapi_state *state, PyObject *object, ADRLIST **out);

int restriction_from_python(struct emapi_state *state, PyObject *object, SRestriction **out);
int sort_from_python(PyObject *object, SSortOrderSet **out);
/* As they go in; None for NULL. */
PyObject *sort_to_python(const SSortOrderSet *sort);
PyObject *restriction_to_python(struct emapi_state *state, const SRestriction *restriction);

int names_from_python(struct emapi_state *state, PyObject *object, MAPINAMEID ***out, ULONG *count);
/* A list of (IID|None, str|int|None). */
PyObject *names_to_python(struct emapi_state *state, MAPINAMEID **names, ULONG count);

/* A sequence of IIDs; an empty one gives NULL. */
int iids_from_python(struct emapi_state *state, PyObject *object, IID **out, ULONG *count);

/* None | ((index, tag, scode), ...). */
PyObject *problems_to_python(const SPropProblemArray *problems);

#endif
