/* SPDX-License-Identifier: MIT */
/*
 * Sessions of messages in storages, and attributes of their properties (MAPI reference:
 * OpenIMsgSession, CloseIMsgSession, GetAttribIMsgOnIStg, SetAttribIMsgOnIStg).
 */
#include "imsg.h"

#include <string.h>
#include <mapicode.h>
#include "mem.h"

#define ALL_ATTRIBUTES (PROPATTR_MANDATORY | PROPATTR_READABLE | PROPATTR_WRITEABLE)

struct _MSGSESS {
	GPtrArray *messages; /* struct imsg, weak */
};

static GMutex lock; /* over all sessions */

SCODE
OpenIMsgSession(LPMALLOC malloc_object, ULONG flags, LPMSGSESS *out)
{
	LPMSGSESS session;

	if (!malloc_object || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	session = g_new0(struct _MSGSESS, 1);
	session->messages = g_ptr_array_new();
	*out = session;
	return S_OK;
}

HRESULT
session_add(LPMSGSESS session, struct imsg *message)
{
	g_mutex_lock(&lock);
	message->session = session;
	g_ptr_array_add(session->messages, message);
	g_mutex_unlock(&lock);
	return S_OK;
}

void
session_remove(struct imsg *message)
{
	g_mutex_lock(&lock);
	if (message->session)
		g_ptr_array_remove_fast(message->session->messages, message);
	message->session = NULL;
	g_mutex_unlock(&lock);
}

/* The next message that is still there, with a reference on it. */
static struct imsg *
take_message(LPMSGSESS session)
{
	struct imsg *message = NULL;

	g_mutex_lock(&lock);
	while (!message && session->messages->len) {
		message =
		    g_ptr_array_steal_index_fast(session->messages, session->messages->len - 1);
		message->session = NULL;
		if (!com_try_add_ref(&message->object.com))
			message = NULL; /* on its way out already */
	}
	g_mutex_unlock(&lock);
	return message;
}

/* Objects that somebody still holds answer MAPI_E_INVALID_OBJECT from now on. */
void
CloseIMsgSession(LPMSGSESS session)
{
	struct imsg *message;

	if (!session)
		return;
	while ((message = take_message(session))) {
		imsg_close(message);
		com_release(&message->object.com);
	}
	g_ptr_array_unref(session->messages);
	g_free(session);
}

/* --- Attributes ---------------------------------------------------------------------------- */

static struct imsg_object *
object_of(IUnknown *object)
{
	struct imsg_object *found = object ? imsg_object_of(object) : NULL;

	return found || !object ? found : imsg_attach_object_of(object);
}

static ULONG
attributes_of(const struct part *part, ULONG tag)
{
	return bag_get(part->bag, tag) ? part_attributes(part, tag) : PROPATTR_NOT_PRESENT;
}

HRESULT
GetAttribIMsgOnIStg(LPVOID pointer, LPSPropTagArray tags, LPSPropAttrArray *out)
{
	struct imsg_object *object = object_of(pointer);
	SPropAttrArray *array;
	HRESULT hr;

	if (!object || !tags || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	array = mem_zalloc(NULL, CbNewSPropAttrArray((size_t)tags->cValues + 1));
	if (!array)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = object_enter(object, false);
	if (FAILED(hr)) {
		mem_free(array);
		return hr;
	}
	array->cValues = tags->cValues;
	for (ULONG i = 0; i < tags->cValues; i++) {
		array->aPropAttr[i] = attributes_of(object->part, tags->aulPropTag[i]);
		if (array->aPropAttr[i] == PROPATTR_NOT_PRESENT)
			hr = MAPI_W_ERRORS_RETURNED;
	}
	*out = array;
	return object_leave(object, hr);
}

/* What cannot be set, with its place and why. */
static HRESULT
set_attributes(struct imsg_object *object, const SPropTagArray *tags, const SPropAttrArray *wanted,
    SPropProblemArray *problems)
{
	struct part *part;
	HRESULT hr = object_own(object);

	part = object->part;
	for (ULONG i = 0; SUCCEEDED(hr) && i < tags->cValues; i++) {
		ULONG tag = tags->aulPropTag[i], attributes = wanted->aPropAttr[i];
		SPropProblem problem = { i, tag, S_OK };

		if (attributes & ~ALL_ATTRIBUTES)
			problem.scode = MAPI_E_INVALID_PARAMETER;
		else if (!bag_get(part->bag, tag))
			problem.scode = MAPI_E_NOT_FOUND;
		if (FAILED(problem.scode))
			problems->aProblem[problems->cProblem++] = problem;
		else
			part_set_attributes(part, tag, attributes);
	}
	return SUCCEEDED(hr) && problems->cProblem ? MAPI_W_ERRORS_RETURNED : hr;
}

HRESULT
SetAttribIMsgOnIStg(
    LPVOID pointer, LPSPropTagArray tags, LPSPropAttrArray attributes, LPSPropProblemArray *out)
{
	struct imsg_object *object = object_of(pointer);
	SPropProblemArray *problems;
	HRESULT hr;

	if (out)
		*out = NULL;
	if (!object || !tags || !attributes || tags->cValues != attributes->cValues)
		return MAPI_E_INVALID_PARAMETER;
	problems = mem_zalloc(NULL, CbNewSPropProblemArray((size_t)tags->cValues + 1));
	if (!problems)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = object_enter(object, true);
	if (SUCCEEDED(hr))
		hr = object_leave(object, set_attributes(object, tags, attributes, problems));
	if (out && hr == MAPI_W_ERRORS_RETURNED)
		*out = problems;
	else
		mem_free(problems);
	return hr;
}
