/* SPDX-License-Identifier: MIT */
/* IProfSect over one section of a profile (MAPI reference: IProfSect : IMAPIProp). */
#include "profsect.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "bag.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "prop.h"
#include "propcopy.h"
#include "secret.h"
#include "unsupported.h"
#include "value_stream.h"

struct profsect {
	struct com_object com;
	IProfSect iprofsect;
	struct profile *profile;
	MAPIUID section;
	bool writable;
	struct last_error error;
};

/* What a client may not change: the section's own name. */
static const ULONG computed[] = { PR_PROVIDER_UID, 0 };

#define SELF(This) COM_OBJECT(This, struct profsect, iprofsect)

static void
finalize(void *object)
{
	struct profsect *self = object;

	last_error_clear(&self->error);
	profile_unref(self->profile);
}

static const struct com_interface interfaces[] = {
	{ &IID_IProfSect, offsetof(struct profsect, iprofsect) },
	{ &IID_IMAPIProp, offsetof(struct profsect, iprofsect) },
	{ NULL, 0 },
};

static const struct com_class profsect_class = { "IProfSect", interfaces, finalize };

COM_UNKNOWN(profsect, struct profsect, iprofsect, IProfSect)

static HRESULT
profsect_GetLastError(IProfSect *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
profsect_SaveChanges(IProfSect *This, ULONG flags)
{
	return S_OK; /* nothing is ever pending */
}

/* --- Reading ------------------------------------------------------------------------------- */

/* The section's values with room for `extra` more; an absent section is empty. */
static HRESULT
read_values(struct profsect *self, ULONG extra, SPropValue **values, ULONG *count)
{
	SPropValue *found = NULL, *copy;
	HRESULT hr;

	hr = profile_section_read(self->profile, &self->section, &found, count);
	if (hr == MAPI_E_NOT_FOUND) {
		*count = 0;
		hr = S_OK;
	}
	if (FAILED(hr) || !extra) {
		*values = found;
		if (SUCCEEDED(hr) && !found && !(*values = mem_zalloc(NULL, sizeof **values)))
			hr = MAPI_E_NOT_ENOUGH_MEMORY;
		return hr;
	}
	copy = mem_zalloc(NULL, ((size_t)*count + extra) * sizeof *copy);
	hr = copy ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; SUCCEEDED(hr) && i < *count; i++)
		hr = prop_copy(copy, &found[i], &copy[i]);
	mem_free(found);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	*values = copy;
	return S_OK;
}

static ULONG
count_secrets(const SPropTagArray *tags)
{
	ULONG count = 0, i;

	for (i = 0; tags && i < tags->cValues; i++)
		count += secret_is(tags->aulPropTag[i]);
	return count;
}

/* Secrets come only when asked for by name: it may take a command to get them. */
static HRESULT
add_secrets(struct profsect *self, const SPropTagArray *tags, SPropValue *values, ULONG *count)
{
	ULONG i;

	for (i = 0; tags && i < tags->cValues; i++) {
		char *why = NULL;
		HRESULT hr;

		if (!secret_is(tags->aulPropTag[i]))
			continue;
		hr = secret_read(self->profile, &self->section, tags->aulPropTag[i], values,
		    &values[*count], &why);
		if (hr == MAPI_E_NOT_ENOUGH_MEMORY)
			return hr;
		if (FAILED(hr)) {
			last_error_set(&self->error, hr, why);
			prop_set_error(&values[*count], tags->aulPropTag[i], hr);
		}
		(*count)++;
		g_free(why);
	}
	return S_OK;
}

static HRESULT
profsect_GetProps(
    IProfSect *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct profsect *self = SELF(This);
	SPropValue *values = NULL;
	ULONG found;
	HRESULT hr;

	if (!count || !out)
		return MAPI_E_INVALID_PARAMETER;
	*count = 0;
	*out = NULL;
	hr = read_values(self, count_secrets(tags), &values, &found);
	if (SUCCEEDED(hr))
		hr = add_secrets(self, tags, values, &found);
	if (SUCCEEDED(hr))
		hr = props_select(values, found, tags, flags, count, out);
	mem_free(values);
	return hr;
}

static HRESULT
profsect_GetPropList(IProfSect *This, ULONG flags, LPSPropTagArray *out)
{
	struct bag *bag = bag_create();
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	if (!out) {
		bag_free(bag);
		return MAPI_E_INVALID_PARAMETER;
	}
	*out = NULL;
	hr = bag ? read_values(SELF(This), 0, &values, &count) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = bag_set_array(bag, values, count);
	if (SUCCEEDED(hr))
		hr = bag_get_prop_list(bag, flags, out);
	mem_free(values);
	bag_free(bag);
	return hr;
}

/* --- Writing ------------------------------------------------------------------------------- */

static HRESULT
write_values(struct profsect *self, const struct bag *bag)
{
	const SPropValue *values = bag_values(bag);
	ULONG count = bag_count(bag), i;
	HRESULT hr;

	hr = profile_section_write(self->profile, &self->section, count, values, NULL);
	if (FAILED(hr))
		last_error_set(&self->error, hr, NULL);
	for (i = 0; i < count && SUCCEEDED(hr); i++) {
		char *why = NULL;

		if (!secret_is(values[i].ulPropTag))
			continue;
		hr = secret_write(self->profile, &self->section, &values[i], &why);
		if (FAILED(hr))
			last_error_set(&self->error, hr, why);
		g_free(why);
	}
	return hr;
}

static HRESULT
profsect_SetProps(IProfSect *This, ULONG count, LPSPropValue values, LPSPropProblemArray *problems)
{
	struct profsect *self = SELF(This);
	SPropProblemArray *found = NULL;
	struct bag *bag;
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (!self->writable)
		return MAPI_E_NO_ACCESS;
	if (!count || !values)
		return MAPI_E_INVALID_PARAMETER;
	bag = bag_create();
	hr = bag ? bag_set_props(bag, count, values, computed, &found) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = write_values(self, bag);
	if (SUCCEEDED(hr) && problems)
		*problems = g_steal_pointer(&found);
	mem_free(found);
	bag_free(bag);
	return hr;
}

static HRESULT
profsect_DeleteProps(IProfSect *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct profsect *self = SELF(This);
	HRESULT hr;
	ULONG i;

	if (problems)
		*problems = NULL;
	if (!self->writable)
		return MAPI_E_NO_ACCESS;
	if (!tags || !tags->cValues)
		return MAPI_E_INVALID_PARAMETER;
	hr = profile_section_write(self->profile, &self->section, 0, NULL, tags);
	for (i = 0; i < tags->cValues && SUCCEEDED(hr); i++)
		if (secret_is(tags->aulPropTag[i]))
			secret_delete(self->profile, &self->section, tags->aulPropTag[i]);
	return hr;
}

static HRESULT
profsect_CopyTo(IProfSect *This, ULONG excluded, LPCIID excluded_iids, LPSPropTagArray exclude,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return propcopy_to((IMAPIProp *)This, exclude, target, flags, problems);
}

static HRESULT
profsect_CopyProps(IProfSect *This, LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return propcopy_props((IMAPIProp *)This, include, target, flags, problems);
}

/* A stream on a value; there is nothing else to open. */
static HRESULT
profsect_OpenProperty(
    IProfSect *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct value_stream_request request = { (IMAPIProp *)This, SELF(This)->writable, tag, iid,
		flags };

	if (!iid || !out || PROP_TYPE(tag) == PT_UNSPECIFIED)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return value_stream_open(&request, out);
}

static const IProfSectVtbl profsect_vtbl = {
	.QueryInterface = profsect_QueryInterface,
	.AddRef = profsect_AddRef,
	.Release = profsect_Release,
	.GetLastError = profsect_GetLastError,
	.SaveChanges = profsect_SaveChanges,
	.GetProps = profsect_GetProps,
	.GetPropList = profsect_GetPropList,
	.OpenProperty = profsect_OpenProperty,
	.SetProps = profsect_SetProps,
	.DeleteProps = profsect_DeleteProps,
	.CopyTo = profsect_CopyTo,
	.CopyProps = profsect_CopyProps,
	.GetNamesFromIDs = unsupported_IProfSect_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IProfSect_GetIDsFromNames,
};

HRESULT
profsect_open(
    struct profile *profile, const MAPIUID *section, const IID *iid, ULONG flags, IProfSect **out)
{
	struct profsect *self;
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	*out = NULL;
	hr = profile_section_read(profile, section, &values, &count);
	mem_free(values);
	if (hr == MAPI_E_NOT_FOUND && (flags & MAPI_MODIFY))
		hr = S_OK;
	if (FAILED(hr))
		return hr;
	self = com_create(&profsect_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iprofsect.lpVtbl = &profsect_vtbl;
	self->profile = profile_ref(profile);
	self->section = *section;
	self->writable = (flags & MAPI_MODIFY) != 0;
	last_error_init(&self->error, "emapi profile");
	hr = com_query_interface(&self->com, iid ? iid : &IID_IProfSect, (void **)out);
	com_release(&self->com);
	return FAILED(hr) ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
}
