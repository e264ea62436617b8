/* SPDX-License-Identifier: MIT */
#include "notify.h"
#include "args.h"
#include "sets.h"
#include "value.h"

static PyObject *
critical_error(const ERROR_NOTIFICATION *info)
{
	return Py_BuildValue("(NikN)", bytes_to_python(info->lpEntryID, info->cbEntryID),
	    (int)info->scode, (unsigned long)info->ulFlags,
	    error_to_python(info->lpMAPIError, info->ulFlags));
}

static PyObject *
new_mail(const NEWMAIL_NOTIFICATION *info)
{
	const char *narrow = (const char *)info->lpszMessageClass;
	PyObject *class;

	if (info->ulFlags & MAPI_UNICODE)
		class = text_to_python(narrow, MAPI_UNICODE);
	else
		class = bytes_to_python(narrow, narrow ? (ULONG)strlen(narrow) : 0);
	return Py_BuildValue("(NNkNk)", bytes_to_python(info->lpEntryID, info->cbEntryID),
	    bytes_to_python(info->lpParentID, info->cbParentID), (unsigned long)info->ulFlags,
	    class, (unsigned long)info->ulMessageFlags);
}

static PyObject *
object_event(const OBJECT_NOTIFICATION *info)
{
	return Py_BuildValue("(NkNNNN)", bytes_to_python(info->lpEntryID, info->cbEntryID),
	    (unsigned long)info->ulObjType, bytes_to_python(info->lpParentID, info->cbParentID),
	    bytes_to_python(info->lpOldID, info->cbOldID),
	    bytes_to_python(info->lpOldParentID, info->cbOldParentID),
	    tags_to_python(info->lpPropTagArray));
}

static PyObject *
table_event(struct emapi_state *state, const TABLE_NOTIFICATION *info)
{
	return Py_BuildValue("(kiNNN)", (unsigned long)info->ulTableEvent, (int)info->hResult,
	    value_to_python(state, &info->propIndex), value_to_python(state, &info->propPrior),
	    values_to_python(state, info->row.cValues, info->row.lpProps));
}

static PyObject *
status_event(struct emapi_state *state, const STATUS_OBJECT_NOTIFICATION *info)
{
	PyObject *values = values_to_python(state, info->cValues, info->lpPropVals);
	PyObject *list = values ? PySequence_List(values) : NULL;

	Py_XDECREF(values);
	return Py_BuildValue("(NN)", bytes_to_python(info->lpEntryID, info->cbEntryID), list);
}

static PyObject *
event_info(struct emapi_state *state, const NOTIFICATION *notification)
{
	switch (notification->ulEventType) {
	case fnevCriticalError:
		return critical_error(&notification->info.err);
	case fnevNewMail:
		return new_mail(&notification->info.newmail);
	case fnevObjectCreated:
	case fnevObjectDeleted:
	case fnevObjectModified:
	case fnevObjectMoved:
	case fnevObjectCopied:
	case fnevSearchComplete:
		return object_event(&notification->info.obj);
	case fnevTableModified:
		return table_event(state, &notification->info.tab);
	case fnevExtended:
		return Py_BuildValue("(kN)", (unsigned long)notification->info.ext.ulEvent,
		    bytes_to_python(
			notification->info.ext.pbEventParameters, notification->info.ext.cb));
	case fnevStatusObjectModified:
		return status_event(state, &notification->info.statobj);
	default:
		Py_RETURN_NONE;
	}
}

PyObject *
notification_to_python(struct emapi_state *state, const NOTIFICATION *notification)
{
	return Py_BuildValue(
	    "(kN)", (unsigned long)notification->ulEventType, event_info(state, notification));
}
