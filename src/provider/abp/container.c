/* SPDX-License-Identifier: MIT */
/* What IABContainer and IDistList add to IMAPIProp, but for ResolveNames. */
#include "abp_private.h"

#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"

bool
abp_is_unsaved_list(const struct abp_object *self)
{
	return self->kind == ABP_LIST && !self->key.bytes;
}

/* --- Tables and entries -------------------------------------------------------------------- */

HRESULT
abp_GetContentsTable(IABContainer *This, ULONG flags, LPMAPITABLE *out)
{
	struct abp_object *self = ABP_OBJECT(This);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(MAPI_UNICODE | MAPI_ASSOCIATED | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	if (self->kind == ABP_ROOT || (flags & MAPI_ASSOCIATED) || abp_is_unsaved_list(self))
		return MAPI_E_NO_SUPPORT;
	return abp_contents(self->logon, self->key.bytes, flags, out);
}

HRESULT
abp_GetHierarchyTable(IABContainer *This, ULONG flags, LPMAPITABLE *out)
{
	struct abp_object *self = ABP_OBJECT(This);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(MAPI_UNICODE | CONVENIENT_DEPTH | MAPI_DEFERRED_ERRORS))
		return MAPI_E_UNKNOWN_FLAGS;
	return self->kind == ABP_ROOT ? abp_hierarchy(self->logon, flags, out) : MAPI_E_NO_SUPPORT;
}

HRESULT
abp_OpenEntry(IABContainer *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags, ULONG *type,
    LPUNKNOWN *out)
{
	struct abp_object *self = ABP_OBJECT(This);
	SBinary bytes = { id ? size : 0, (BYTE *)id };
	IMAPISupport *support = self->logon->support;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	hr = abp_open(self->logon, &bytes, iid, flags, type, out);
	/* A member of a list may be anybody's. */
	if (hr == MAPI_E_UNKNOWN_ENTRYID && self->kind == ABP_LIST)
		hr = support->lpVtbl->OpenEntry(support, size, id, iid, flags, type, out);
	return hr;
}

/* --- New entries --------------------------------------------------------------------------- */

static const SizedSPropTagArray(16, identity) = { 16,
	{ PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SEARCH_KEY, PR_OBJECT_TYPE,
	    PR_DISPLAY_TYPE, PR_ACCESS, PR_ACCESS_LEVEL, PR_PARENT_ENTRYID, PR_TEMPLATEID,
	    PR_MAPPING_SIGNATURE, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_DEPTH,
	    PR_CONTAINER_FLAGS, PR_AB_PROVIDER_ID } };

static bool
is_identity(ULONG tag)
{
	for (ULONG i = 0; i < identity.cValues; i++)
		if (PROP_ID(identity.aulPropTag[i]) == PROP_ID(tag))
			return true;
	return PROP_TYPE(tag) == PT_OBJECT || PROP_TYPE(tag) == PT_ERROR ||
	       PROP_TYPE(tag) == PT_NULL;
}

/* What another entry, whoever has it, says of itself. */
static HRESULT
read_other(struct abp_logon *logon, const SBinary *id, struct bag *bag, ULONG *type)
{
	IMAPISupport *support = logon->support;
	IMAPIProp *entry = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = support->lpVtbl->OpenEntry(support, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IMAPIProp,
	    0, type, (IUnknown **)(void *)&entry);
	if (SUCCEEDED(hr) && *type != MAPI_MAILUSER && *type != MAPI_DISTLIST)
		hr = MAPI_E_INVALID_ENTRYID;
	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->GetProps(entry, NULL, MAPI_UNICODE, &count, &values);
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		if (!is_identity(values[i].ulPropTag))
			hr = bag_set(bag, &values[i]);
	mem_free(values);
	COM_CLEAR(entry);
	return FAILED(hr) ? hr : S_OK;
}

/* A template makes an empty entry; any other entry is copied. */
static HRESULT
start_entry(struct abp_logon *logon, const SBinary *id, struct abp_key *key, struct bag *bag)
{
	GBytes *bytes = NULL;
	ULONG type = MAPI_MAILUSER;
	HRESULT hr = MAPI_E_UNKNOWN_ENTRYID;

	key->bytes = NULL;
	if (id->cb)
		hr = abp_id_parse(&logon->uid, id->lpb, id->cb, &type, &bytes);
	else
		hr = S_OK;
	if (SUCCEEDED(hr) && !bytes && type != MAPI_MAILUSER && type != MAPI_DISTLIST)
		hr = MAPI_E_INVALID_ENTRYID; /* a container */
	if (hr == MAPI_E_UNKNOWN_ENTRYID || bytes)
		hr = read_other(logon, id, bag, &type);
	g_clear_pointer(&bytes, g_bytes_unref);
	key->type = type;
	return hr;
}

static HRESULT
check_writable(const struct abp_object *self)
{
	if (!self->logon->ops->write || self->kind == ABP_ROOT)
		return MAPI_E_NO_SUPPORT;
	return self->writable ? S_OK : MAPI_E_NO_ACCESS;
}

static HRESULT
new_entry(struct abp_object *self, const SBinary *id, ULONG flags, struct abp_object **out)
{
	struct bag *bag = bag_create();
	struct abp_key key;
	HRESULT hr = bag ? start_entry(self->logon, id, &key, bag) : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, (LONG)key.type);
	if (FAILED(hr)) {
		bag_free(bag);
		return hr;
	}
	hr = abp_object_create(
	    self->logon, key.type == MAPI_DISTLIST ? ABP_LIST : ABP_USER, &key, bag, out);
	if (FAILED(hr))
		return hr;
	(*out)->writable = true;
	(*out)->create_flags = flags;
	if (self->kind == ABP_LIST)
		(*out)->home = g_bytes_ref(self->key.bytes);
	return S_OK;
}

static HRESULT
check_saved(const struct abp_object *self)
{
	return abp_is_unsaved_list(self) ? MAPI_E_OBJECT_CHANGED : S_OK;
}

HRESULT
abp_CreateEntry(IABContainer *This, ULONG size, LPENTRYID id, ULONG flags, LPMAPIPROP *out)
{
	struct abp_object *self = ABP_OBJECT(This), *entry = NULL;
	SBinary bytes = { id ? size : 0, (BYTE *)id };
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)(CREATE_CHECK_DUP_STRICT | CREATE_CHECK_DUP_LOOSE | CREATE_REPLACE))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = check_writable(self);
	if (SUCCEEDED(hr))
		hr = check_saved(self);
	if (SUCCEEDED(hr))
		hr = new_entry(self, &bytes, flags, &entry);
	return SUCCEEDED(hr) ? abp_object_hand_out(entry, &IID_IMAPIProp, (void **)out) : hr;
}

/* --- Copying and deleting ------------------------------------------------------------------ */

/* Into a list: a member, not a copy. */
static HRESULT
add_to_list(struct abp_object *self, const SBinary *id)
{
	struct abp_logon *logon = self->logon;
	struct bag *bag = bag_create();
	GBytes *own = NULL;
	char *why = NULL;
	ULONG type;
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && FAILED(abp_id_parse(&logon->uid, id->lpb, id->cb, &type, &own)))
		hr = read_other(logon, id, bag, &type);
	if (SUCCEEDED(hr) && !own)
		hr = bag_set_long(bag, PR_OBJECT_TYPE, (LONG)type);
	if (SUCCEEDED(hr))
		hr = abp_enter(logon);
	if (SUCCEEDED(hr)) {
		hr = logon->ops->add_member(logon->book, self->key.bytes, id, own, bag, &why);
		logon->wrote = true;
		abp_leave(logon, hr, why);
	}
	g_clear_pointer(&own, g_bytes_unref);
	bag_free(bag);
	return hr;
}

static HRESULT
copy_here(struct abp_object *self, const SBinary *id, ULONG flags)
{
	struct abp_object *entry = NULL;
	char *why = NULL;
	HRESULT hr = new_entry(self, id, flags, &entry);

	if (FAILED(hr))
		return hr;
	hr = abp_enter(self->logon);
	if (SUCCEEDED(hr)) {
		hr = abp_save(entry, &why);
		abp_leave(self->logon, hr, why);
	}
	com_release(&entry->com);
	return hr;
}

HRESULT
abp_CopyEntries(
    IABContainer *This, LPENTRYLIST entries, ULONG_PTR ui, LPMAPIPROGRESS progress, ULONG flags)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr, result = S_OK;
	ULONG done = 0;

	if (!entries)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~(ULONG)(AB_NO_DIALOG | CREATE_CHECK_DUP_LOOSE | CREATE_CHECK_DUP_STRICT |
			     CREATE_REPLACE))
		return MAPI_E_UNKNOWN_FLAGS;
	hr = check_writable(self);
	if (SUCCEEDED(hr))
		hr = check_saved(self);
	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; i < entries->cValues; i++) {
		const SBinary *id = &entries->lpbin[i];

		hr = self->kind == ABP_LIST ? add_to_list(self, id) : copy_here(self, id, flags);
		if (FAILED(hr) && SUCCEEDED(result))
			result = hr;
		done += SUCCEEDED(hr);
	}
	return FAILED(result) && done ? MAPI_W_PARTIAL_COMPLETION : result;
}

static HRESULT
delete_one(struct abp_object *self, const SBinary *id)
{
	struct abp_logon *logon = self->logon;
	struct abp_key key = { 0, NULL };
	char *why = NULL;
	HRESULT hr;

	if (self->kind == ABP_LIST) {
		hr = logon->ops->remove_member(logon->book, self->key.bytes, id, &why);
	} else {
		hr = abp_id_parse(&logon->uid, id->lpb, id->cb, &key.type, &key.bytes);
		if (SUCCEEDED(hr) && !key.bytes)
			hr = MAPI_E_INVALID_ENTRYID;
		if (SUCCEEDED(hr))
			hr = logon->ops->erase(logon->book, &key, &why);
		g_clear_pointer(&key.bytes, g_bytes_unref);
	}
	if (FAILED(hr) && why) {
		g_free(logon->error);
		logon->error = g_steal_pointer(&why);
		logon->error_hr = hr;
	}
	g_free(why);
	return hr;
}

HRESULT
abp_DeleteEntries(IABContainer *This, LPENTRYLIST entries, ULONG flags)
{
	struct abp_object *self = ABP_OBJECT(This);
	HRESULT hr, result = S_OK;
	ULONG done = 0;

	if (!entries)
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = check_writable(self);
	if (SUCCEEDED(hr))
		hr = check_saved(self);
	if (SUCCEEDED(hr))
		hr = abp_enter(self->logon);
	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; i < entries->cValues; i++) {
		hr = delete_one(self, &entries->lpbin[i]);
		if (FAILED(hr) && SUCCEEDED(result))
			result = hr;
		done += SUCCEEDED(hr);
	}
	self->logon->wrote = true;
	abp_leave(self->logon, S_OK, NULL);
	return FAILED(result) && done ? MAPI_W_PARTIAL_COMPLETION : result;
}
