/* SPDX-License-Identifier: MIT */
/* IMAPISupport (MAPI reference: IMAPISupport : IUnknown). */
#include "support.h"
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "addrbook.h"
#include "com.h"
#include "entryid.h"
#include "mem.h"
#include "notify.h"
#include "profile_admin.h"
#include "profsect.h"
#include "prop.h"
#include "propcopy.h"
#include "session_private.h"
#include "spooler_link.h"
#include "text.h"
#include "unsupported.h"

struct support {
	struct com_object com;
	IMAPISupport imapisupport;
	struct session *session;
	MAPIUID provider;
	struct support_hooks hooks;
};

#define SELF(This) COM_OBJECT(This, struct support, imapisupport)

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
	return FAILED(hr) ? hr : stores_add_uid(self->session, &self->provider, uid);
}

static HRESULT
support_CreateOneOff(IMAPISupport *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out)
{
	return addrbook_create_oneoff(name, address_type, address, flags, size, out);
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
	char *module;
	HRESULT hr;

	if (!id || !size || !out_size || !out)
		return MAPI_E_INVALID_PARAMETER;
	profile_section_read(self->session->profile, &self->provider, &values, &count);
	module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
	hr = storeid_wrap(module ? module : "", id, size, out_size, out);
	g_free(module);
	mem_free(values);
	return hr;
}

static HRESULT
support_OpenAddressBook(IMAPISupport *This, LPCIID iid, ULONG flags, LPADRBOOK *out)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(self->session);
	return FAILED(hr) ? hr : addrbook_create(self->session, iid, out);
}

/* --- Copying ------------------------------------------------------------------------------- */

static HRESULT
support_DoCopyTo(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG excluded,
    LPCIID excluded_iids, LPSPropTagArray exclude, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID target_iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems)
{
	return source ? propcopy_to(source, exclude, target, flags, problems)
		      : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
support_DoCopyProps(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPSPropTagArray include,
    ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID target_iid, LPVOID target, ULONG flags,
    LPSPropProblemArray *problems)
{
	return source ? propcopy_props(source, include, target, flags, problems)
		      : MAPI_E_INVALID_PARAMETER;
}

/* --- Sending ------------------------------------------------------------------------------- */

static HRESULT
support_SpoolerYield(IMAPISupport *This, ULONG flags)
{
	struct support *self = SELF(This);

	if (self->hooks.spooler_yield)
		return self->hooks.spooler_yield(self->hooks.context, flags);
	return S_OK; /* each worker is a process of its own: nobody waits for it */
}

static HRESULT
support_SpoolerNotify(IMAPISupport *This, ULONG flags, LPVOID data)
{
	struct support *self = SELF(This);
	struct profile *profile = self->session->profile;

	if (self->hooks.spooler_notify)
		return self->hooks.spooler_notify(self->hooks.context, flags, data);
	if (self->session->pid != getpid())
		return MAPI_E_END_OF_SESSION;
	if (!(flags & NOTIFY_READYTOSEND))
		return MAPI_E_NO_SUPPORT;
	if (self->session->flags & MAPI_NO_MAIL)
		return S_OK; /* asked for: the spooler is not to know of this session */
	return spooler_wake(profile_uid(profile), profile_name(profile));
}

static HRESULT
support_StatusRecips(IMAPISupport *This, LPMESSAGE message, LPADRLIST recipients)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!message || !recipients)
		return MAPI_E_INVALID_PARAMETER;
	if (!self->hooks.status_recips)
		return MAPI_E_NO_SUPPORT;
	hr = self->hooks.status_recips(self->hooks.context, message, recipients);
	if (SUCCEEDED(hr)) /* as documented; the caller's where it fails */
		mem_free(recipients);
	return hr;
}

/* A message marked MSGFLAG_RESEND: who has it already is left out of the next try. */
static HRESULT
prepare_row(const SRow *row, ADRENTRY *entry)
{
	LONG type = prop_find_long(row->lpProps, row->cValues, PR_RECIPIENT_TYPE, MAPI_TO);
	bool again = ((ULONG)type & MAPI_SUBMITTED) != 0;
	SPropValue *values;
	ULONG count = 0, i;
	HRESULT hr = S_OK;

	values = mem_zalloc(NULL, ((size_t)row->cValues + 2) * sizeof *values);
	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < row->cValues; i++) {
		ULONG tag = row->lpProps[i].ulPropTag;

		if (tag != PR_RECIPIENT_TYPE && tag != PR_RESPONSIBILITY)
			hr = prop_copy(values, &row->lpProps[i], &values[count++]);
	}
	if (FAILED(hr)) {
		mem_free(values);
		return hr;
	}
	prop_set_long(&values[count++], PR_RECIPIENT_TYPE,
	    again ? (LONG)((ULONG)type & ~MAPI_SUBMITTED) : (LONG)MAPI_P1);
	prop_set_bool(&values[count++], PR_RESPONSIBILITY, !again);
	entry->rgPropVals = values;
	entry->cValues = count;
	return S_OK;
}

static HRESULT
prepare_recipients(IMessage *message)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	ADRLIST *list = NULL;
	HRESULT hr;
	ULONG i;

	hr = message->lpVtbl->GetRecipientTable(message, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows);
	if (FAILED(hr))
		goto out;
	list = mem_zalloc(NULL, CbNewADRLIST((size_t)rows->cRows));
	if (!list)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		hr = prepare_row(&rows->aRow[i], &list->aEntries[i]);
		list->cEntries += SUCCEEDED(hr);
	}
	if (SUCCEEDED(hr) && list->cEntries)
		hr = message->lpVtbl->ModifyRecipients(message, 0, list);
out:
	FreePadrlist(list);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
support_PrepareSubmit(IMAPISupport *This, LPMESSAGE message, ULONG *flags)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_MESSAGE_FLAGS } };
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	if (!message)
		return MAPI_E_INVALID_PARAMETER;
	if (flags)
		*flags = 0;
	hr = message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values);
	if (SUCCEEDED(hr) &&
	    (prop_find_long(values, count, PR_MESSAGE_FLAGS, 0) & (LONG)MSGFLAG_RESEND))
		hr = prepare_recipients(message);
	mem_free(values);
	return FAILED(hr) ? hr : S_OK;
}

/* There are no personal distribution lists, and every message is sent by the spooler. */
static HRESULT
support_ExpandRecips(IMAPISupport *This, LPMESSAGE message, ULONG *flags)
{
	if (!message || !flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = NEEDS_SPOOLER;
	return S_OK;
}

/* Leaves the messages of a store that logs off with the spooler, which is a process of its own. */
static HRESULT
support_StoreLogoffTransports(IMAPISupport *This, ULONG *flags)
{
	if (!flags)
		return MAPI_E_INVALID_PARAMETER;
	*flags = LOGOFF_COMPLETE;
	return S_OK;
}

/* --- The object ---------------------------------------------------------------------------- */

static const IMAPISupportVtbl support_vtbl = {
	.QueryInterface = support_QueryInterface,
	.AddRef = support_AddRef,
	.Release = support_Release,
	.GetLastError = support_GetLastError,
	.GetMemAllocRoutines = support_GetMemAllocRoutines,
	.Subscribe = support_Subscribe,
	.Unsubscribe = support_Unsubscribe,
	.Notify = support_Notify,
	.ModifyStatusRow = unsupported_IMAPISupport_ModifyStatusRow,
	.OpenProfileSection = support_OpenProfileSection,
	.RegisterPreprocessor = unsupported_IMAPISupport_RegisterPreprocessor,
	.NewUID = support_NewUID,
	.MakeInvalid = unsupported_IMAPISupport_MakeInvalid,
	.SpoolerYield = support_SpoolerYield,
	.SpoolerNotify = support_SpoolerNotify,
	.CreateOneOff = support_CreateOneOff,
	.SetProviderUID = support_SetProviderUID,
	.CompareEntryIDs = support_CompareEntryIDs,
	.OpenTemplateID = unsupported_IMAPISupport_OpenTemplateID,
	.OpenEntry = support_OpenEntry,
	.GetOneOffTable = unsupported_IMAPISupport_GetOneOffTable,
	.Address = unsupported_IMAPISupport_Address,
	.Details = unsupported_IMAPISupport_Details,
	.NewEntry = unsupported_IMAPISupport_NewEntry,
	.DoConfigPropsheet = unsupported_IMAPISupport_DoConfigPropsheet,
	.CopyMessages = unsupported_IMAPISupport_CopyMessages,
	.CopyFolder = unsupported_IMAPISupport_CopyFolder,
	.DoCopyTo = support_DoCopyTo,
	.DoCopyProps = support_DoCopyProps,
	.DoProgressDialog = unsupported_IMAPISupport_DoProgressDialog,
	.ReadReceipt = unsupported_IMAPISupport_ReadReceipt,
	.PrepareSubmit = support_PrepareSubmit,
	.ExpandRecips = support_ExpandRecips,
	.UpdatePAB = unsupported_IMAPISupport_UpdatePAB,
	.DoSentMail = unsupported_IMAPISupport_DoSentMail,
	.OpenAddressBook = support_OpenAddressBook,
	.Preprocess = unsupported_IMAPISupport_Preprocess,
	.CompleteMsg = unsupported_IMAPISupport_CompleteMsg,
	.StoreLogoffTransports = support_StoreLogoffTransports,
	.StatusRecips = support_StatusRecips,
	.WrapStoreEntryID = support_WrapStoreEntryID,
	.ModifyProfile = support_ModifyProfile,
	.IStorageFromStream = unsupported_IMAPISupport_IStorageFromStream,
	.GetSvcConfigSupportObj = unsupported_IMAPISupport_GetSvcConfigSupportObj,
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
