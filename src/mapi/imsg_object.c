/* SPDX-License-Identifier: MIT */
/* IMAPIProp as messages in storages and their attachments have it: see imsg.h. */
#include "imsg.h"

#include <edkmdb.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "propnames.h"
#include "subject.h"

#define SUPPORT_MASK                                                                               \
	(STORE_ENTRYID_UNIQUE | STORE_MODIFY_OK | STORE_CREATE_OK | STORE_ATTACH_OK |              \
	    STORE_OLE_OK | STORE_MV_PROPS_OK | STORE_RTF_OK)

HRESULT
object_enter(struct imsg_object *object, bool write)
{
	HRESULT hr = document_enter(object->document);

	if (SUCCEEDED(hr) && write && !object->writable)
		return document_leave(object->document, MAPI_E_NO_ACCESS);
	return hr;
}

HRESULT
object_leave(struct imsg_object *object, HRESULT hr)
{
	return document_leave(object->document, hr);
}

HRESULT
object_own(struct imsg_object *object)
{
	struct part *copy;
	HRESULT hr;

	if (object->own)
		return S_OK;
	hr = part_clone(object->part, &copy);
	if (FAILED(hr))
		return hr;
	part_unref(object->part);
	object->part = copy;
	object->own = true;
	return S_OK;
}

HRESULT
object_init(struct imsg_object *object, struct document *document, struct part *part)
{
	object->document = document_ref(document);
	object->part = part;
	last_error_init(&object->error, "emapi message files");
	return S_OK;
}

void
object_clear(struct imsg_object *object)
{
	part_unref(object->part);
	document_unref(object->document);
	last_error_clear(&object->error);
}

HRESULT
object_identify(struct imsg_object *object)
{
	struct bag *bag = object->part->bag;
	LONG access = MAPI_ACCESS_READ, mask = SUPPORT_MASK;
	HRESULT hr;

	if (object->writable)
		access |= MAPI_ACCESS_MODIFY;
	if (object->document->unicode)
		mask |= STORE_UNICODE_OK;
	hr = bag_set_long(bag, PR_OBJECT_TYPE, object->type);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS, access);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ACCESS_LEVEL, object->writable ? MAPI_MODIFY : 0);
	if (SUCCEEDED(hr) && object->type == MAPI_MESSAGE)
		hr = bag_set_long(bag, PR_STORE_SUPPORT_MASK, mask);
	return hr;
}

/* --- Reading ------------------------------------------------------------------------------- */

HRESULT
object_get_props(
    struct imsg_object *object, SPropTagArray *tags, ULONG flags, ULONG *count, SPropValue **values)
{
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*values = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = object_enter(object, false);
	if (FAILED(hr))
		return hr;
	return object_leave(object, bag_get_props(object->part->bag, tags, flags, count, values));
}

/* The bag's list, and behind it the objects within. */
HRESULT
object_get_prop_list(struct imsg_object *object, ULONG flags, SPropTagArray **out)
{
	SPropTagArray *plain = NULL, *all = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = object_enter(object, false);
	if (FAILED(hr))
		return hr;
	hr = bag_get_prop_list(object->part->bag, flags, &plain);
	if (SUCCEEDED(hr)) {
		all = mem_zalloc(NULL, CbNewSPropTagArray((size_t)plain->cValues + 2));
		hr = all ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (SUCCEEDED(hr)) {
		memcpy(all, plain, CbSPropTagArray(plain));
		if (object->type == MAPI_MESSAGE) {
			all->aulPropTag[all->cValues++] = PR_MESSAGE_RECIPIENTS;
			all->aulPropTag[all->cValues++] = PR_MESSAGE_ATTACHMENTS;
		} else if (object->part->embedded || object->part->ole) {
			all->aulPropTag[all->cValues++] = PR_ATTACH_DATA_OBJ;
		}
		*out = all;
	}
	mem_free(plain);
	return object_leave(object, hr);
}

/* --- Writing ------------------------------------------------------------------------------- */

/* What may not be set: the object's own, and what SetAttribIMsgOnIStg made unwriteable.  g_free().
 */
static ULONG *
unwriteable(const struct imsg_object *object)
{
	GArray *tags = g_array_new(TRUE, FALSE, sizeof(ULONG));
	GHashTableIter at;
	gpointer id, attributes;

	for (size_t i = 0; object->readonly[i]; i++)
		g_array_append_val(tags, object->readonly[i]);
	g_hash_table_iter_init(&at, object->part->attributes);
	while (g_hash_table_iter_next(&at, &id, &attributes)) {
		ULONG tag = PROP_TAG(PT_UNSPECIFIED, GPOINTER_TO_UINT(id));

		if (!(GPOINTER_TO_UINT(attributes) & PROPATTR_WRITEABLE))
			g_array_append_val(tags, tag);
	}
	return (ULONG *)(void *)g_array_free(tags, FALSE);
}

static bool
has_value(const SPropValue *values, ULONG count, ULONG tag)
{
	for (ULONG i = 0; i < count; i++)
		if (PROP_ID(values[i].ulPropTag) == PROP_ID(tag) &&
		    PROP_TYPE(values[i].ulPropTag) != PT_ERROR)
			return true;
	return false;
}

/* Of attributes' making a property is not computed, but barred. */
static void
correct_problems(const struct imsg_object *object, SPropProblemArray *problems)
{
	for (ULONG i = 0; problems && i < problems->cProblem; i++)
		if (!(part_attributes(object->part, problems->aProblem[i].ulPropTag) &
			PROPATTR_WRITEABLE))
			problems->aProblem[i].scode = MAPI_E_NO_ACCESS;
}

/* `found` goes to who asks for it. */
static HRESULT
leave_with_problems(
    struct imsg_object *object, HRESULT hr, SPropProblemArray *found, SPropProblemArray **problems)
{
	correct_problems(object, found);
	if (problems && SUCCEEDED(hr))
		*problems = found;
	else
		mem_free(found);
	return object_leave(object, hr);
}

HRESULT
object_set_props(
    struct imsg_object *object, ULONG count, const SPropValue *values, SPropProblemArray **problems)
{
	SPropProblemArray *found = NULL;
	ULONG *barred;
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	hr = object_enter(object, true);
	if (FAILED(hr))
		return hr;
	hr = object_own(object);
	barred = unwriteable(object);
	if (SUCCEEDED(hr))
		hr = bag_set_props(object->part->bag, count, values, barred, &found);
	g_free(barred);
	if (SUCCEEDED(hr) && object->type == MAPI_MESSAGE &&
	    has_value(values, count, PR_SUBJECT_A)) {
		if (!has_value(values, count, PR_SUBJECT_PREFIX_A))
			bag_remove(object->part->bag, PR_SUBJECT_PREFIX_A);
		hr = subject_changed(object->part->bag);
	}
	return leave_with_problems(object, hr, found, problems);
}

HRESULT
object_delete_props(
    struct imsg_object *object, const SPropTagArray *tags, SPropProblemArray **problems)
{
	SPropProblemArray *found = NULL;
	ULONG *barred;
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = object_enter(object, true);
	if (FAILED(hr))
		return hr;
	hr = object_own(object);
	barred = unwriteable(object);
	if (SUCCEEDED(hr))
		hr = bag_delete_props(object->part->bag, tags, barred, &found);
	g_free(barred);
	return leave_with_problems(object, hr, found, problems);
}

/* --- Names --------------------------------------------------------------------------------- */

HRESULT
object_get_names(struct imsg_object *object, SPropTagArray **tags, const GUID *set, ULONG flags,
    ULONG *count, MAPINAMEID ***names)
{
	HRESULT hr = object_enter(object, false);

	if (FAILED(hr))
		return hr;
	return object_leave(
	    object, propnames_get_names(object->document->names, tags, set, flags, count, names));
}

HRESULT
object_get_ids(
    struct imsg_object *object, ULONG count, MAPINAMEID **names, ULONG flags, SPropTagArray **tags)
{
	HRESULT hr = object_enter(object, false);

	if (FAILED(hr))
		return hr;
	return object_leave(
	    object, propnames_get_ids(object->document->names, count, names, flags, tags));
}
