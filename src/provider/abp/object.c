/* SPDX-License-Identifier: MIT */
/* IMAPIProp of containers, lists and addresses (MAPI reference: IMailUser, IABContainer,
 * IDistList). */
#include "abp_private.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "display.h"
#include "mem.h"
#include "unsupported.h"

/* The one vtable stands for all three. */
_Static_assert(sizeof(IDistListVtbl) == sizeof(IABContainerVtbl), "IDistList is laid out alike");
_Static_assert(
    offsetof(IABContainerVtbl, GetContentsTable) == sizeof(IMailUserVtbl), "IMailUser comes first");

/* What follows from an entry's key and address, and what the book keeps to itself. */
static const ULONG computed[] = { PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SEARCH_KEY,
	PR_OBJECT_TYPE, PR_DISPLAY_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, PR_PARENT_ENTRYID,
	PR_TEMPLATEID, PR_CONTAINER_FLAGS, PR_DEF_CREATE_MAILUSER, PR_DEF_CREATE_DL,
	PR_AB_PROVIDER_ID, PR_DEPTH, PR_CONTAINER_CONTENTS, PR_CONTAINER_HIERARCHY, 0 };

static void
finalize(void *object)
{
	struct abp_object *self = object;

	bag_free(self->bag);
	g_clear_pointer(&self->key.bytes, g_bytes_unref);
	g_clear_pointer(&self->home, g_bytes_unref);
	if (self->logon)
		com_release(&self->logon->com);
}

static const struct com_interface container_interfaces[] = {
	{ &IID_IABContainer, offsetof(struct abp_object, iab) },
	{ &IID_IMAPIContainer, offsetof(struct abp_object, iab) },
	{ &IID_IMAPIProp, offsetof(struct abp_object, iab) },
	{ NULL, 0 },
};

static const struct com_interface list_interfaces[] = {
	{ &IID_IDistList, offsetof(struct abp_object, iab) },
	{ &IID_IABContainer, offsetof(struct abp_object, iab) },
	{ &IID_IMAPIContainer, offsetof(struct abp_object, iab) },
	{ &IID_IMAPIProp, offsetof(struct abp_object, iab) },
	{ NULL, 0 },
};

static const struct com_interface user_interfaces[] = {
	{ &IID_IMailUser, offsetof(struct abp_object, iab) },
	{ &IID_IMAPIProp, offsetof(struct abp_object, iab) },
	{ NULL, 0 },
};

static const struct com_class container_class = { "IABContainer", container_interfaces, finalize };
static const struct com_class list_class = { "IDistList", list_interfaces, finalize };
static const struct com_class user_class = { "IMailUser", user_interfaces, finalize };

COM_UNKNOWN(object, struct abp_object, iab, IABContainer)

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
object_GetLastError(IABContainer *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return abp_last_error(ABP_OBJECT(This)->logon, hr, flags, out);
}

static HRESULT
object_GetProps(
    IABContainer *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	hr = abp_enter(self->logon);
	if (FAILED(hr))
		return hr;
	hr = bag_get_props(self->bag, tags, flags, count, out);
	return abp_leave(self->logon, hr, NULL);
}

static HRESULT
object_GetPropList(IABContainer *This, ULONG flags, LPSPropTagArray *out)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	hr = abp_enter(self->logon);
	if (FAILED(hr))
		return hr;
	hr = bag_get_prop_list(self->bag, flags, out);
	return abp_leave(self->logon, hr, NULL);
}

/* S_OK with the lock taken where the object may be changed. */
static HRESULT
enter_to_change(struct abp_object *self)
{
	if (!self->writable || self->kind == ABP_ROOT || self->kind == ABP_BOOK)
		return MAPI_E_NO_ACCESS;
	return abp_enter(self->logon);
}

static HRESULT
object_SetProps(IABContainer *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr;

	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	hr = enter_to_change(self);
	if (FAILED(hr))
		return hr;
	hr = bag_set_props(self->bag, count, values, computed, problems);
	self->changed = self->changed || SUCCEEDED(hr);
	return abp_leave(self->logon, hr, NULL);
}

static HRESULT
object_DeleteProps(IABContainer *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr;

	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = enter_to_change(self);
	if (FAILED(hr))
		return hr;
	hr = bag_delete_props(self->bag, tags, computed, problems);
	self->changed = self->changed || SUCCEEDED(hr);
	return abp_leave(self->logon, hr, NULL);
}

static HRESULT
object_SaveChanges(IABContainer *This, ULONG flags)
{
	struct abp_object *self = ABP_OBJECT(This);
	char *why = NULL;
	HRESULT hr;

	if (flags &
	    ~(ULONG)(FORCE_SAVE | KEEP_OPEN_READONLY | KEEP_OPEN_READWRITE | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = enter_to_change(self);
	if (FAILED(hr))
		return hr;
	hr = self->changed || !self->key.bytes ? abp_save(self, &why) : S_OK;
	if (SUCCEEDED(hr) && (flags & KEEP_OPEN_READONLY))
		self->writable = false;
	return abp_leave(self->logon, hr, why);
}

static const IID *
own_iid(const struct abp_object *self)
{
	return self->kind == ABP_USER   ? &IID_IMailUser
	       : self->kind == ABP_LIST ? &IID_IDistList
					: &IID_IABContainer;
}

static HRESULT
object_CopyTo(IABContainer *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct abp_object *self = ABP_OBJECT(This);
	IMAPISupport *support = self->logon->support;

	return support->lpVtbl->DoCopyTo(support, own_iid(self), This, excluded, excluded_iids,
	    exclude, ui, progress, iid, target, flags, problems);
}

static HRESULT
object_CopyProps(IABContainer *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	struct abp_object *self = ABP_OBJECT(This);
	IMAPISupport *support = self->logon->support;

	return support->lpVtbl->DoCopyProps(
	    support, own_iid(self), This, include, ui, progress, iid, target, flags, problems);
}

/* The tables that the object has as properties.  MAPI_E_NO_SUPPORT for any other. */
static HRESULT
open_table(struct abp_object *self, ULONG tag, ULONG options, IMAPITable **out)
{
	bool is_entry = self->kind == ABP_USER || self->kind == ABP_LIST;
	struct display_details details = { self->key.type, self->writable, options };

	switch (PROP_ID(tag)) {
	case PROP_ID(PR_CONTAINER_CONTENTS):
		return self->kind == ABP_USER ? MAPI_E_NO_SUPPORT
					      : abp_GetContentsTable(&self->iab, options, out);
	case PROP_ID(PR_CONTAINER_HIERARCHY):
		return self->kind == ABP_USER ? MAPI_E_NO_SUPPORT
					      : abp_GetHierarchyTable(&self->iab, options, out);
	case PROP_ID(PR_DETAILS_TABLE):
		return is_entry ? display_details(&details, out) : MAPI_E_NO_SUPPORT;
	case PROP_ID(PR_CREATE_TEMPLATES):
		return self->kind == ABP_BOOK || self->kind == ABP_LIST
			   ? abp_templates(self->logon, options, out)
			   : MAPI_E_NO_SUPPORT;
	}
	return MAPI_E_NO_SUPPORT;
}

static HRESULT
object_OpenProperty(
    IABContainer *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	IMAPITable *table = NULL;
	HRESULT hr;

	if (!iid || !out || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	/* Of containers with a dialog of their own for searches; Restrict is what ours have. */
	if (tag == PR_SEARCH)
		return MAPI_E_NOT_FOUND;
	if (!IsEqualGUID(iid, &IID_IMAPITable))
		return PROP_TYPE(tag) == PT_OBJECT ? MAPI_E_INTERFACE_NOT_SUPPORTED
						   : MAPI_E_NO_SUPPORT;
	hr = open_table(ABP_OBJECT(This), tag, options, &table);
	*out = (IUnknown *)table;
	return hr;
}

/* Nobody can have set any: SetSearchCriteria is for folders. */
static HRESULT
object_GetSearchCriteria(IABContainer *This, ULONG flags, LPSRestriction *restriction,
    LPENTRYLIST *containers, ULONG *state)
{
	return MAPI_E_NOT_INITIALIZED;
}

static const IABContainerVtbl object_vtbl = {
	.QueryInterface = object_QueryInterface,
	.AddRef = object_AddRef,
	.Release = object_Release,
	.GetLastError = object_GetLastError,
	.SaveChanges = object_SaveChanges,
	.GetProps = object_GetProps,
	.GetPropList = object_GetPropList,
	.OpenProperty = object_OpenProperty,
	.SetProps = object_SetProps,
	.DeleteProps = object_DeleteProps,
	.CopyTo = object_CopyTo,
	.CopyProps = object_CopyProps,
	.GetNamesFromIDs = unsupported_IABContainer_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IABContainer_GetIDsFromNames,
	.GetContentsTable = abp_GetContentsTable,
	.GetHierarchyTable = abp_GetHierarchyTable,
	.OpenEntry = abp_OpenEntry,
	.SetSearchCriteria = unsupported_IABContainer_SetSearchCriteria,
	.GetSearchCriteria = object_GetSearchCriteria,
	.CreateEntry = abp_CreateEntry,
	.CopyEntries = abp_CopyEntries,
	.DeleteEntries = abp_DeleteEntries,
	.ResolveNames = abp_ResolveNames,
};

/* --- The object ---------------------------------------------------------------------------- */

HRESULT
abp_object_create(struct abp_logon *logon, enum abp_kind kind, const struct abp_key *key,
    struct bag *bag, struct abp_object **out)
{
	const struct com_class *class = kind == ABP_USER   ? &user_class
					: kind == ABP_LIST ? &list_class
							   : &container_class;
	struct abp_object *self = com_create(class, sizeof *self);

	*out = NULL;
	if (!self) {
		bag_free(bag);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	self->iab.lpVtbl = &object_vtbl;
	self->logon = logon;
	com_add_ref(&logon->com);
	self->kind = kind;
	self->key.type = key->type;
	self->key.bytes = key->bytes ? g_bytes_ref(key->bytes) : NULL;
	self->bag = bag;
	*out = self;
	return S_OK;
}

HRESULT
abp_object_hand_out(struct abp_object *object, const IID *iid, void **out)
{
	HRESULT hr = com_query_interface(&object->com, iid ? iid : own_iid(object), out);

	com_release(&object->com);
	return FAILED(hr) ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
}
