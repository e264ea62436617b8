/* SPDX-License-Identifier: MIT */
/*
 * Properties in memory with access rights (MAPI reference: CreateIProp, IPropData : IMAPIProp).
 * Rights are kept by property id; what has none may be written, and is dirty once it was.
 */
#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "bag.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "propcopy.h"
#include "propnames.h"
#include "value_stream.h"

#define WRITE_RIGHTS (IPROP_READONLY | IPROP_READWRITE)
#define STATES (IPROP_CLEAN | IPROP_DIRTY)

struct right {
	ULONG tag;
	ULONG access;
};

struct propdata {
	struct com_object com;
	IPropData ipropdata;
	GMutex lock; /* over all below */
	struct bag *bag;
	GArray *rights; /* struct right: one for each property there is, objects too */
	bool read_only;
	struct propnames *names;
	struct last_error error;
};

#define SELF(This) COM_OBJECT(This, struct propdata, ipropdata)

static void
finalize(void *object)
{
	struct propdata *self = object;

	bag_free(self->bag);
	propnames_free(self->names);
	if (self->rights)
		g_array_unref(self->rights);
	last_error_clear(&self->error);
	g_mutex_clear(&self->lock);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPIPropData, offsetof(struct propdata, ipropdata) },
	{ &IID_IMAPIProp, offsetof(struct propdata, ipropdata) },
	{ NULL, 0 },
};

static const struct com_class propdata_class = { "IPropData", interfaces, finalize };

COM_UNKNOWN(propdata, struct propdata, ipropdata, IPropData)

/* --- Rights -------------------------------------------------------------------------------- */

static struct right *
find_right(struct propdata *self, ULONG tag)
{
	for (guint i = 0; i < self->rights->len; i++) {
		struct right *right = &g_array_index(self->rights, struct right, i);

		if (PROP_ID(right->tag) == PROP_ID(tag))
			return right;
	}
	return NULL;
}

static bool
may_write(struct propdata *self, ULONG tag)
{
	const struct right *right = find_right(self, tag);

	return !self->read_only && (!right || !(right->access & IPROP_READONLY));
}

static void
note_written(struct propdata *self, ULONG tag)
{
	struct right *right = find_right(self, tag), fresh = { tag, IPROP_READWRITE | IPROP_DIRTY };

	if (!right) {
		g_array_append_val(self->rights, fresh);
		return;
	}
	right->tag = tag;
	right->access = (right->access & ~STATES) | IPROP_DIRTY;
}

static void
forget_right(struct propdata *self, ULONG tag)
{
	struct right *right = find_right(self, tag);

	if (right)
		g_array_remove_index(
		    self->rights, (guint)(right - (struct right *)(void *)self->rights->data));
}

static HRESULT
propdata_HrSetObjAccess(IPropData *This, ULONG access)
{
	if (access != IPROP_READONLY && access != IPROP_READWRITE)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&SELF(This)->lock);
	SELF(This)->read_only = access == IPROP_READONLY;
	g_mutex_unlock(&SELF(This)->lock);
	return S_OK;
}

static bool
is_access(ULONG access)
{
	return !(access & ~(WRITE_RIGHTS | STATES)) && (access & WRITE_RIGHTS) != WRITE_RIGHTS &&
	       (access & STATES) != STATES;
}

/* A kind of right that is not named stays as it is. */
static HRESULT
propdata_HrSetPropAccess(IPropData *This, LPSPropTagArray tags, ULONG *access)
{
	struct propdata *self = SELF(This);
	ULONG i;

	if (!tags || !access)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < tags->cValues; i++)
		if (!is_access(access[i]))
			return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
	for (i = 0; i < tags->cValues; i++) {
		struct right *right = find_right(self, tags->aulPropTag[i]);

		if (right && access[i] & WRITE_RIGHTS)
			right->access =
			    (right->access & ~WRITE_RIGHTS) | (access[i] & WRITE_RIGHTS);
		if (right && access[i] & STATES)
			right->access = (right->access & ~STATES) | (access[i] & STATES);
	}
	g_mutex_unlock(&self->lock);
	return S_OK;
}

static HRESULT
propdata_HrGetPropAccess(IPropData *This, LPSPropTagArray *tags, ULONG **access)
{
	struct propdata *self = SELF(This);
	HRESULT hr = S_OK;

	if (!tags || !access)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
	*tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)self->rights->len + 1));
	*access = mem_zalloc(NULL, ((size_t)self->rights->len + 1) * sizeof **access);
	if (*tags && *access) {
		(*tags)->cValues = self->rights->len;
		for (guint i = 0; i < self->rights->len; i++) {
			const struct right *right = &g_array_index(self->rights, struct right, i);

			(*tags)->aulPropTag[i] = right->tag;
			(*access)[i] = right->access;
		}
	} else {
		mem_free(*tags);
		mem_free(*access);
		*tags = NULL;
		*access = NULL;
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	}
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
propdata_HrAddObjProps(IPropData *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct propdata *self = SELF(This);
	SPropProblemArray *found;
	HRESULT hr = S_OK;

	if (problems)
		*problems = NULL;
	if (!tags)
		return MAPI_E_INVALID_PARAMETER;
	found = mem_zalloc(NULL, CbNewSPropProblemArray((size_t)tags->cValues + 1));
	if (!found)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_mutex_lock(&self->lock);
	if (self->read_only)
		hr = MAPI_E_NO_ACCESS;
	for (ULONG i = 0; i < tags->cValues && SUCCEEDED(hr); i++) {
		ULONG tag = tags->aulPropTag[i];
		SPropProblem problem = { i, tag, MAPI_E_INVALID_TYPE };

		if (PROP_TYPE(tag) == PT_OBJECT)
			note_written(self, tag);
		else
			found->aProblem[found->cProblem++] = problem;
	}
	g_mutex_unlock(&self->lock);
	if (SUCCEEDED(hr) && found->cProblem) {
		hr = MAPI_W_ERRORS_RETURNED;
		if (problems)
			*problems = g_steal_pointer(&found);
	}
	mem_free(found);
	return hr;
}

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
propdata_GetLastError(IPropData *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
propdata_SaveChanges(IPropData *This, ULONG flags)
{
	return S_OK; /* there is nowhere else to keep them */
}

static HRESULT
propdata_GetProps(
    IPropData *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct propdata *self = SELF(This);
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	if (flags & ~MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	g_mutex_lock(&self->lock);
	hr = bag_get_props(self->bag, tags, flags, count, out);
	g_mutex_unlock(&self->lock);
	return hr;
}

/* The bag's list, and behind it the objects. */
static HRESULT
propdata_GetPropList(IPropData *This, ULONG flags, LPSPropTagArray *out)
{
	struct propdata *self = SELF(This);
	SPropTagArray *plain = NULL, *all = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	g_mutex_lock(&self->lock);
	hr = bag_get_prop_list(self->bag, flags, &plain);
	if (SUCCEEDED(hr)) {
		all = mem_zalloc(
		    NULL, CbNewSPropTagArray((size_t)plain->cValues + self->rights->len + 1));
		hr = all ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	if (SUCCEEDED(hr))
		memcpy(all, plain, CbSPropTagArray(plain));
	for (guint i = 0; SUCCEEDED(hr) && i < self->rights->len; i++) {
		ULONG tag = g_array_index(self->rights, struct right, i).tag;

		if (PROP_TYPE(tag) == PT_OBJECT)
			all->aulPropTag[all->cValues++] = tag;
	}
	g_mutex_unlock(&self->lock);
	mem_free(plain);
	*out = all;
	return hr;
}

static HRESULT
propdata_SetProps(IPropData *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct propdata *self = SELF(This);
	HRESULT hr = S_OK;
	ULONG i;

	if (problems)
		*problems = NULL;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
	for (i = 0; i < count; i++)
		if (!may_write(self, values[i].ulPropTag))
			hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr))
		hr = bag_set_props(self->bag, count, values, NULL, problems);
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		if (bag_get(self->bag, values[i].ulPropTag))
			note_written(self, values[i].ulPropTag);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
propdata_DeleteProps(IPropData *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct propdata *self = SELF(This);
	HRESULT hr = S_OK;
	ULONG i;

	if (problems)
		*problems = NULL;
	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&self->lock);
	for (i = 0; i < tags->cValues; i++)
		if (!may_write(self, tags->aulPropTag[i]))
			hr = MAPI_E_NO_ACCESS;
	if (SUCCEEDED(hr))
		hr = bag_delete_props(self->bag, tags, NULL, problems);
	for (i = 0; i < tags->cValues && SUCCEEDED(hr); i++)
		forget_right(self, tags->aulPropTag[i]);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
propdata_CopyTo(IPropData *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
propdata_CopyProps(IPropData *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

/* A stream on a value.  Objects that HrAddObjProps added are only names: nobody has them. */
static HRESULT
propdata_OpenProperty(
    IPropData *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct propdata *self = SELF(This);
	struct value_stream_request request = { (IMAPIProp *)This, false, tag, iid, flags };

	if (!iid || !out || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (PROP_TYPE(tag) == PT_OBJECT)
		return MAPI_E_NO_SUPPORT;
	g_mutex_lock(&self->lock);
	request.writable = may_write(self, tag);
	g_mutex_unlock(&self->lock);
	return value_stream_open(&request, out);
}

static HRESULT
propdata_GetNamesFromIDs(IPropData *This, LPSPropTagArray *tags, LPGUID set, ULONG flags,
    ULONG *count, LPMAPINAMEID **out)
{
	struct propdata *self = SELF(This);
	HRESULT hr;

	g_mutex_lock(&self->lock);
	hr = propnames_get_names(self->names, tags, set, flags, count, out);
	g_mutex_unlock(&self->lock);
	return hr;
}

static HRESULT
propdata_GetIDsFromNames(
    IPropData *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *out)
{
	struct propdata *self = SELF(This);
	HRESULT hr;

	g_mutex_lock(&self->lock);
	hr = propnames_get_ids(self->names, count, names, flags, out);
	g_mutex_unlock(&self->lock);
	return hr;
}

static const IPropDataVtbl propdata_vtbl = {
	.QueryInterface = propdata_QueryInterface,
	.AddRef = propdata_AddRef,
	.Release = propdata_Release,
	.GetLastError = propdata_GetLastError,
	.SaveChanges = propdata_SaveChanges,
	.GetProps = propdata_GetProps,
	.GetPropList = propdata_GetPropList,
	.OpenProperty = propdata_OpenProperty,
	.SetProps = propdata_SetProps,
	.DeleteProps = propdata_DeleteProps,
	.CopyTo = propdata_CopyTo,
	.CopyProps = propdata_CopyProps,
	.GetNamesFromIDs = propdata_GetNamesFromIDs,
	.GetIDsFromNames = propdata_GetIDsFromNames,
	.HrSetObjAccess = propdata_HrSetObjAccess,
	.HrSetPropAccess = propdata_HrSetPropAccess,
	.HrGetPropAccess = propdata_HrGetPropAccess,
	.HrAddObjProps = propdata_HrAddObjProps,
};

/* The allocators are not used: what goes out is freed by MAPIFreeBuffer. */
SCODE
CreateIProp(LPCIID iid, ALLOCATEBUFFER *allocate, ALLOCATEMORE *allocate_more,
    FREEBUFFER *free_buffer, LPVOID reserved, LPPROPDATA *out)
{
	struct propdata *self;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (iid && memcmp(iid, &IID_IMAPIPropData, sizeof *iid) != 0)
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	self = com_create(&propdata_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->ipropdata.lpVtbl = &propdata_vtbl;
	g_mutex_init(&self->lock);
	last_error_init(&self->error, "emapi properties");
	self->rights = g_array_new(FALSE, FALSE, sizeof(struct right));
	self->names = propnames_create();
	self->bag = bag_create();
	if (!self->bag) {
		com_release(&self->com);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	*out = &self->ipropdata;
	return S_OK;
}
