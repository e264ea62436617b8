/* SPDX-License-Identifier: MIT */
/* IMAPISupport (MAPI reference: IMAPISupport : IUnknown). */
#include "support.h"
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "entryid.h"
#include "mem.h"
#include "notify.h"
#include "profile_admin.h"
#include "profsect.h"
#include "prop.h"
#include "statusobj.h"
#include "support_private.h"
#include "unsupported.h"

static void
finalize(void *object)
{
	session_unref(((struct support *)object)->session);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMAPISup, offsetof(struct support, imapisupport) },
	{ NULL, 0 },
};

static const struct com_class support_class = { "IMAPISupport", interfaces, finalize };

COM_UNKNOWN(support, struct support, imapisupport, IMAPISupport)

/* --- Errors, memory, profile --------------------------------------------------------------- */

static HRESULT
support_GetLastError(IMAPISupport *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return last_error_get(&SELF(This)->session->error, hr, flags, out);
}

static HRESULT
support_GetMemAllocRoutines(
    IMAPISupport *This, LPALLOCATEBUFFER *buffer, LPALLOCATEMORE *more, LPFREEBUFFER *release)
{
	if (!buffer || !more || !release)
		return MAPI_E_INVALID_PARAMETER;
	*buffer = mem_allocate;
	*more = mem_allocate_more;
	*release = mem_free;
	return S_OK;
}

static HRESULT
support_ModifyStatusRow(IMAPISupport *This, ULONG count, LPSPropValue values, ULONG flags)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (count && !values)
		return MAPI_E_INVALID_PARAMETER;
	if (flags & ~STATUSROW_UPDATE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(self->session);
	return FAILED(hr)
		   ? hr
		   : session_status_modify(self->session, &self->provider, count, values, flags);
}

static HRESULT
support_OpenProfileSection(IMAPISupport *This, LPMAPIUID uid, ULONG flags, LPPROFSECT *out)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(self->session);
	if (FAILED(hr))
		return hr;
	return profsect_open(self->session->profile, uid ? uid : &self->provider, NULL, flags, out);
}

static HRESULT
support_NewUID(IMAPISupport *This, LPMAPIUID out)
{
	return out ? uid_new(out) : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
support_ModifyProfile(IMAPISupport *This, ULONG flags)
{
	return S_OK; /* no section of a store is ever temporary here */
}

/* --- Notifications ------------------------------------------------------------------------- */

static HRESULT
support_Subscribe(IMAPISupport *This, LPNOTIFKEY key, ULONG mask, ULONG flags,
    LPMAPIADVISESINK sink, ULONG_PTR *connection)
{
	HRESULT hr;

	if (!key || !sink || !connection)
		return MAPI_E_INVALID_PARAMETER;
	*connection = 0;
	if (flags & ~NOTIFY_SYNC)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(SELF(This)->session);
	return FAILED(hr) ? hr : notify_subscribe(key, mask, flags, sink, connection);
}

static HRESULT
support_Unsubscribe(IMAPISupport *This, ULONG_PTR connection)
{
	return notify_unsubscribe(connection);
}

static HRESULT
support_Notify(
    IMAPISupport *This, LPNOTIFKEY key, ULONG count, LPNOTIFICATION notifications, ULONG *flags)
{
	ULONG result = 0;
	HRESULT hr;

	if (!key || !count || !notifications)
		return MAPI_E_INVALID_PARAMETER;
	hr = notify_all(key, count, notifications, &result);
	if (flags)
		*flags = result;
	return hr;
}

/* --- Entry IDs ----------------------------------------------------------------------------- */

static HRESULT
support_SetProviderUID(IMAPISupport *This, LPMAPIUID uid, ULONG flags)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!uid || flags)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(self->session);
	return FAILED(hr) ? hr : session_add_uid(self->session, &self->provider, uid);
}

static HRESULT
support_CompareEntryIDs(IMAPISupport *This, ULONG size1, LPENTRYID id1, ULONG size2, LPENTRYID id2,
    ULONG flags, ULONG *result)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!result)
		return MAPI_E_INVALID_PARAMETER;
	hr = session_check(self->session);
	if (FAILED(hr))
		return hr;
	return session_compare_entryids(self->session, size1, id1, size2, id2, result);
}

static HRESULT
support_OpenEntry(IMAPISupport *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags,
    ULONG *type, LPUNKNOWN *out)
{
	struct support *self = SELF(This);
	SBinary bytes = { size, (BYTE *)id };
	ULONG unwanted;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(self->session);
	if (FAILED(hr))
		return hr;
	return session_open_entry(self->session, &bytes, iid, flags, type ? type : &unwanted, out);
}

static HRESULT
support_WrapStoreEntryID(
    IMAPISupport *This, ULONG size, LPENTRYID id, ULONG *out_size, LPENTRYID *out)
{
	struct support *self = SELF(This);
	SPropValue *values = NULL;
	ULONG count = 0;
	char *module = NULL;
	HRESULT hr;

	if (!id || !size || !out_size || !out)
		return MAPI_E_INVALID_PARAMETER;
	hr = profile_section_read(self->session->profile, &self->provider, &values, &count);
	if (SUCCEEDED(hr))
		hr = prop_read_text(values, count, PR_PROVIDER_DLL_NAME_W, &module);
	if (hr != MAPI_E_NOT_ENOUGH_MEMORY)
		hr = storeid_wrap(module ? module : "", id, size, out_size, out);
	g_free(module);
	mem_free(values);
	return hr;
}

static HRESULT
support_GetSvcConfigSupportObj(IMAPISupport *This, ULONG flags, LPMAPISUP *out)
{
	struct support *self = SELF(This);

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	return support_create(self->session, &self->provider, NULL, out);
}

/* --- The object ---------------------------------------------------------------------------- */

static HRESULT
support_IStorageFromStream(
    IMAPISupport *This, LPUNKNOWN stream, LPCIID iid, ULONG flags, LPSTORAGE *storage)
{
	return HrIStorageFromStream(stream, iid, flags, storage);
}

static const IMAPISupportVtbl support_vtbl = {
	.QueryInterface = support_QueryInterface,
	.AddRef = support_AddRef,
	.Release = support_Release,
	.GetLastError = support_GetLastError,
	.GetMemAllocRoutines = support_GetMemAllocRoutines,
	.Subscribe = support_Subscribe,
	.Unsubscribe = support_Unsubscribe,
	.Notify = support_Notify,
	.ModifyStatusRow = support_ModifyStatusRow,
	.OpenProfileSection = support_OpenProfileSection,
	.RegisterPreprocessor = unsupported_IMAPISupport_RegisterPreprocessor,
	.NewUID = support_NewUID,
	.MakeInvalid = support_MakeInvalid,
	.SpoolerYield = support_SpoolerYield,
	.SpoolerNotify = support_SpoolerNotify,
	.CreateOneOff = support_CreateOneOff,
	.SetProviderUID = support_SetProviderUID,
	.CompareEntryIDs = support_CompareEntryIDs,
	.OpenTemplateID = support_OpenTemplateID,
	.OpenEntry = support_OpenEntry,
	.GetOneOffTable = support_GetOneOffTable,
	.Address = support_Address,
	.Details = support_Details,
	.NewEntry = support_NewEntry,
	.DoConfigPropsheet = unsupported_IMAPISupport_DoConfigPropsheet,
	.CopyMessages = support_CopyMessages,
	.CopyFolder = support_CopyFolder,
	.DoCopyTo = support_DoCopyTo,
	.DoCopyProps = support_DoCopyProps,
	.DoProgressDialog = support_DoProgressDialog,
	.ReadReceipt = support_ReadReceipt,
	.PrepareSubmit = support_PrepareSubmit,
	.ExpandRecips = support_ExpandRecips,
	.UpdatePAB = unsupported_IMAPISupport_UpdatePAB,
	.DoSentMail = support_DoSentMail,
	.OpenAddressBook = support_OpenAddressBook,
	.Preprocess = unsupported_IMAPISupport_Preprocess,
	.CompleteMsg = support_CompleteMsg,
	.StoreLogoffTransports = support_StoreLogoffTransports,
	.StatusRecips = support_StatusRecips,
	.WrapStoreEntryID = support_WrapStoreEntryID,
	.ModifyProfile = support_ModifyProfile,
	.IStorageFromStream = support_IStorageFromStream,
	.GetSvcConfigSupportObj = support_GetSvcConfigSupportObj,
};

HRESULT
support_create(struct session *session, const MAPIUID *provider, const struct support_hooks *hooks,
    IMAPISupport **out)
{
	struct support *self = com_create(&support_class, sizeof *self);

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->imapisupport.lpVtbl = &support_vtbl;
	self->session = session_ref(session);
	self->provider = *provider;
	if (hooks)
		self->hooks = *hooks;
	*out = &self->imapisupport;
	return S_OK;
}
