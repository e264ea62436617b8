/* SPDX-License-Identifier: MIT */
/*
 * Notifications as tuples:
 *
 *   (fnevCriticalError, (entryid, scode, flags, error))
 *   (fnevNewMail, (entryid, parentid, flags, class: str with MAPI_UNICODE else bytes, message
 * flags)) (fnevObjectX or fnevSearchComplete, (entryid, type, parentid, oldid, oldparentid, tags))
 *   (fnevTableModified, (event, hresult, index value, prior value, row))
 *   (fnevExtended, (event, bytes))   (fnevStatusObjectModified, (entryid, [value, ...]))
 *
 * The event is unsigned; an entry ID that is not there is None.
 */
#ifndef EMAPI_PYTHON_NOTIFY_H
#define EMAPI_PYTHON_NOTIFY_H

#include "state.h"

PyObject *notification_to_python(struct emapi_state *state, const NOTIFICATION *notification);

#endif
