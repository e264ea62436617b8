/* SPDX-License-Identifier: MIT */
/* IProfAdmin and MAPIAdminProfiles (MAPI reference: IProfAdmin : IUnknown). */
#include <mapicode.h>
#include <mapiguid.h>
#include <mapix.h>
#include "admintable.h"
#include "com.h"
#include "lasterror.h"
#include "mem.h"
#include "profile_admin.h"
#include "services.h"
#include "svcadmin.h"
#include "text.h"
#include "trace.h"

struct profadmin {
	struct com_object com;
	IProfAdmin iprofadmin;
	struct last_error error;
};

#define SELF(This) COM_OBJECT(This, struct profadmin, iprofadmin)

static void
finalize(void *object)
{
	last_error_clear(&((struct profadmin *)object)->error);
}

static const struct com_interface interfaces[] = {
	{ &IID_IProfAdmin, offsetof(struct profadmin, iprofadmin) },
	{ NULL, 0 },
};

static const struct com_class profadmin_class = { "IProfAdmin", interfaces, finalize };

COM_UNKNOWN(profadmin, struct profadmin, iprofadmin, IProfAdmin)

/* Remembers why a call failed, and frees `why`. */
static HRESULT
answer(IProfAdmin *This, HRESULT hr, char *why)
{
	if (FAILED(hr))
		last_error_set(&SELF(This)->error, hr, why);
	g_free(why);
	return hr;
}

static HRESULT
profadmin_GetLastError(IProfAdmin *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->error, hr, flags, out);
}

static HRESULT
profadmin_GetProfileTable(IProfAdmin *This, ULONG flags, LPMAPITABLE *out)
{
	return out ? admintable_profiles(flags, out) : MAPI_E_INVALID_PARAMETER;
}

/* --- Whole profiles ------------------------------------------------------------------------ */

static HRESULT
create_profile(const char *name, ULONG flags, char **why)
{
	struct profile *profile = NULL;
	HRESULT hr;

	hr = profile_create_empty(name, why);
	if (FAILED(hr) || !(flags & MAPI_DEFAULT_SERVICES))
		return hr;
	hr = profile_load(name, &profile, why);
	if (SUCCEEDED(hr))
		hr = services_add_defaults(profile);
	if (FAILED(hr))
		profile_delete(name);
	profile_unref(profile);
	return hr;
}

static HRESULT
profadmin_CreateProfile(IProfAdmin *This, LPTSTR name, LPTSTR password, ULONG_PTR ui, ULONG flags)
{
	char *text = NULL, *secret = NULL, *why = NULL;
	HRESULT hr;

	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, password, flags, &secret);
	if (SUCCEEDED(hr) && secret && *secret) {
		hr = MAPI_E_NO_SUPPORT;
		why = g_strdup("Profiles have no passwords: who may read the file may use it.");
	}
	if (SUCCEEDED(hr))
		hr = create_profile(text, flags, &why);
	mem_free(secret);
	mem_free(text);
	return answer(This, hr, why);
}

static HRESULT
profadmin_DeleteProfile(IProfAdmin *This, LPTSTR name, ULONG flags)
{
	char *text = NULL;
	HRESULT hr;

	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = text && *text ? profile_delete(text) : MAPI_E_INVALID_PARAMETER;
	mem_free(text);
	return answer(This, hr, NULL);
}

/* As the page has it: profiles have no passwords (who may read the file may use it), nothing is
 * done, and that is no error. */
static HRESULT
profadmin_ChangeProfilePassword(
    IProfAdmin *This, LPTSTR name, LPTSTR old_password, LPTSTR new_password, ULONG flags)
{
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	return name ? S_OK : MAPI_E_INVALID_PARAMETER;
}

typedef HRESULT (*pair_fn)(const char *name, const char *new_name, char **why);

static HRESULT
with_two_names(IProfAdmin *This, LPTSTR name, LPTSTR new_name, ULONG flags, pair_fn work)
{
	char *text = NULL, *new_text = NULL, *why = NULL;
	HRESULT hr;

	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, new_name, flags, &new_text);
	if (SUCCEEDED(hr) && (!text || !new_text))
		hr = MAPI_E_INVALID_PARAMETER;
	if (SUCCEEDED(hr))
		hr = work(text, new_text, &why);
	mem_free(text);
	mem_free(new_text);
	return answer(This, hr, why);
}

static HRESULT
profadmin_CopyProfile(
    IProfAdmin *This, LPTSTR name, LPTSTR password, LPTSTR new_name, ULONG_PTR ui, ULONG flags)
{
	return with_two_names(This, name, new_name, flags, profile_copy);
}

static HRESULT
profadmin_RenameProfile(
    IProfAdmin *This, LPTSTR name, LPTSTR password, LPTSTR new_name, ULONG_PTR ui, ULONG flags)
{
	return with_two_names(This, name, new_name, flags, profile_rename);
}

static HRESULT
profadmin_SetDefaultProfile(IProfAdmin *This, LPTSTR name, ULONG flags)
{
	char *text = NULL;
	HRESULT hr;

	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = profile_set_default(text);
	mem_free(text);
	return answer(This, hr, NULL);
}

static HRESULT
profadmin_AdminServices(
    IProfAdmin *This, LPTSTR name, LPTSTR password, ULONG_PTR ui, ULONG flags, LPSERVICEADMIN *out)
{
	struct profile *profile = NULL;
	char *text = NULL, *why = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = text_from_arg(NULL, name, flags, &text);
	if (SUCCEEDED(hr))
		hr = profile_load(text, &profile, &why);
	if (hr == MAPI_E_LOGON_FAILED)
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr))
		hr = svcadmin_create(profile, out);
	profile_unref(profile);
	mem_free(text);
	return answer(This, hr, why);
}

static const IProfAdminVtbl profadmin_vtbl = {
	.QueryInterface = profadmin_QueryInterface,
	.AddRef = profadmin_AddRef,
	.Release = profadmin_Release,
	.GetLastError = profadmin_GetLastError,
	.GetProfileTable = profadmin_GetProfileTable,
	.CreateProfile = profadmin_CreateProfile,
	.DeleteProfile = profadmin_DeleteProfile,
	.ChangeProfilePassword = profadmin_ChangeProfilePassword,
	.CopyProfile = profadmin_CopyProfile,
	.RenameProfile = profadmin_RenameProfile,
	.SetDefaultProfile = profadmin_SetDefaultProfile,
	.AdminServices = profadmin_AdminServices,
};

HRESULT
MAPIAdminProfiles(ULONG flags, LPPROFADMIN *out)
{
	struct profadmin *self;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	self = com_create(&profadmin_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iprofadmin.lpVtbl = &profadmin_vtbl;
	last_error_init(&self->error, "emapi profile");
	*out = &self->iprofadmin;
	if (trace_on())
		trace_admin(S_OK, flags, out);
	return S_OK;
}
