/* SPDX-License-Identifier: MIT */
/* COM objects in C: see com.h.  An object's memory is a MAPI buffer, so that tests can make its
 * allocation fail and a stray pointer is noticed by its magic word. */
#include "com.h"

#include <mapicode.h>
#include <mapiguid.h>
#include "mem.h"

void *
com_create(const struct com_class *class, size_t size)
{
	struct com_object *object = mem_zalloc(NULL, size);

	if (!object)
		return NULL;
	object->class = class;
	atomic_init(&object->refs, 1);
	return object;
}

HRESULT
com_query_interface(struct com_object *object, const IID *iid, void **out)
{
	const struct com_interface *entry = object->class->interfaces;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!iid)
		return MAPI_E_INVALID_PARAMETER;
	if (!IsEqualIID(iid, &IID_IUnknown)) {
		while (entry->iid && !IsEqualIID(iid, entry->iid))
			entry++;
		if (!entry->iid)
			return MAPI_E_INTERFACE_NOT_SUPPORTED;
	}
	com_add_ref(object);
	*out = (char *)object + entry->offset;
	return S_OK;
}

ULONG
com_add_ref(struct com_object *object)
{
	return atomic_fetch_add(&object->refs, 1) + 1;
}

bool
com_try_add_ref(struct com_object *object)
{
	unsigned refs = atomic_load(&object->refs);

	while (refs)
		if (atomic_compare_exchange_weak(&object->refs, &refs, refs + 1))
			return true;
	return false;
}

ULONG
com_release(struct com_object *object)
{
	ULONG left = atomic_fetch_sub(&object->refs, 1) - 1;

	if (left == 0) {
		if (object->class->finalize)
			object->class->finalize(object);
		mem_free(object);
	}
	return left;
}
