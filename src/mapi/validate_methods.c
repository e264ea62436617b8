/* SPDX-License-Identifier: MIT */
/*
 * Arguments of whole methods (mapival.h; MAPI reference: ValidateParms, ValidateParameters).  What
 * each has to be is a letter in the order of the arguments, the object first.
 */
#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapival.h>

/*
 * .  anything             p  something that is not NULL
 * #  a property tag       n  not NULL where the argument before, a count, is not 0
 * T  columns              t  columns, or NULL
 * S  a sort order         s  a sort order, or NULL
 * Q  a restriction        q  a restriction, or NULL
 * E  a list of entries    e  a list of entries, or NULL
 * A  a list of addresses  a  a list of addresses, or NULL
 * V  as many values as the argument before says; N  as many names
 */
static const char *const methods[] = {
	[IUnknown_QueryInterface] = "ppp",
	[IUnknown_AddRef] = "p",
	[IUnknown_Release] = "p",
	[IMAPIProp_GetLastError] = "p..p",
	[IMAPIProp_SaveChanges] = "p.",
	[IMAPIProp_GetProps] = "pt.pp",
	[IMAPIProp_GetPropList] = "p.p",
	[IMAPIProp_OpenProperty] = "p#p..p",
	[IMAPIProp_SetProps] = "p.V.",
	[IMAPIProp_DeleteProps] = "pT.",
	[IMAPIProp_CopyTo] = "p.nt...p..",
	[IMAPIProp_CopyProps] = "pT...p..",
	[IMAPIProp_GetNamesFromIDs] = "pp..pp",
	[IMAPIProp_GetIDsFromNames] = "p.N.p",
	[IMAPITable_GetLastError] = "p..p",
	[IMAPITable_Advise] = "p.pp",
	[IMAPITable_Unadvise] = "p.",
	[IMAPITable_GetStatus] = "ppp",
	[IMAPITable_SetColumns] = "pT.",
	[IMAPITable_QueryColumns] = "p.p",
	[IMAPITable_GetRowCount] = "p.p",
	[IMAPITable_SeekRow] = "p...",
	[IMAPITable_SeekRowApprox] = "p..",
	[IMAPITable_QueryPosition] = "pppp",
	[IMAPITable_FindRow] = "pQ..",
	[IMAPITable_Restrict] = "pq.",
	[IMAPITable_CreateBookmark] = "pp",
	[IMAPITable_FreeBookmark] = "p.",
	[IMAPITable_SortTable] = "pS.",
	[IMAPITable_QuerySortOrder] = "pp",
	[IMAPITable_QueryRows] = "p..p",
	[IMAPITable_Abort] = "p",
	[IMAPITable_ExpandRow] = "p.n..pp",
	[IMAPITable_CollapseRow] = "p.n.p",
	[IMAPITable_WaitForCompletion] = "p...",
	[IMAPITable_GetCollapseState] = "p..npp",
	[IMAPITable_SetCollapseState] = "p..np",
	[IMAPIContainer_GetContentsTable] = "p.p",
	[IMAPIContainer_GetHierarchyTable] = "p.p",
	[IMAPIContainer_OpenEntry] = "p.n..pp",
	[IMAPIContainer_SetSearchCriteria] = "pqe.",
	[IMAPIContainer_GetSearchCriteria] = "p....",
	[IABContainer_CreateEntry] = "p.n.p",
	[IABContainer_CopyEntries] = "pE...",
	[IABContainer_DeleteEntries] = "pE.",
	[IABContainer_ResolveNames] = "pt.Ap",
	[IDistList_CreateEntry] = "p.n.p",
	[IDistList_CopyEntries] = "pE...",
	[IDistList_DeleteEntries] = "pE.",
	[IDistList_ResolveNames] = "pt.Ap",
	[IMAPIFolder_CreateMessage] = "p..p",
	[IMAPIFolder_CopyMessages] = "pE.p...",
	[IMAPIFolder_DeleteMessages] = "pE...",
	[IMAPIFolder_CreateFolder] = "p.p...p",
	[IMAPIFolder_CopyFolder] = "p.n.p....",
	[IMAPIFolder_DeleteFolder] = "p.n...",
	[IMAPIFolder_SetReadFlags] = "pe...",
	[IMAPIFolder_GetMessageStatus] = "p.n.p",
	[IMAPIFolder_SetMessageStatus] = "p.n...",
	[IMAPIFolder_SaveContentsSort] = "ps.",
	[IMAPIFolder_EmptyFolder] = "p...",
	[IMsgStore_Advise] = "p.n.pp",
	[IMsgStore_Unadvise] = "p.",
	[IMsgStore_CompareEntryIDs] = "p.n.n.p",
	[IMsgStore_OpenEntry] = "p.n..pp",
	[IMsgStore_SetReceiveFolder] = "p...n",
	[IMsgStore_GetReceiveFolder] = "p..pp.",
	[IMsgStore_GetReceiveFolderTable] = "p.p",
	[IMsgStore_StoreLogoff] = "p.",
	[IMsgStore_AbortSubmit] = "p.n.",
	[IMsgStore_GetOutgoingQueue] = "p.p",
	[IMsgStore_SetLockState] = "pp.",
	[IMsgStore_FinishedMsg] = "p..n",
	[IMsgStore_NotifyNewMail] = "pp",
	[IMessage_GetAttachmentTable] = "p.p",
	[IMessage_OpenAttach] = "p...p",
	[IMessage_CreateAttach] = "p..pp",
	[IMessage_DeleteAttach] = "p....",
	[IMessage_GetRecipientTable] = "p.p",
	[IMessage_ModifyRecipients] = "p.a",
	[IMessage_SubmitMessage] = "p.",
	[IMessage_SetReadFlag] = "p.",
	[IABProvider_Shutdown] = "pp",
	[IABProvider_Logon] = "pp......p",
	[IABLogon_GetLastError] = "p..p",
	[IABLogon_Logoff] = "p.",
	[IABLogon_OpenEntry] = "p.n..pp",
	[IABLogon_CompareEntryIDs] = "p.n.n.p",
	[IABLogon_Advise] = "p.n.pp",
	[IABLogon_Unadvise] = "p.",
	[IABLogon_OpenStatusEntry] = "p..pp",
	[IABLogon_OpenTemplateID] = "p.n...p.",
	[IABLogon_GetOneOffTable] = "p.p",
	[IABLogon_PrepareRecips] = "p.tA",
	[IXPProvider_Shutdown] = "pp",
	[IXPProvider_TransportLogon] = "pp....p",
	[IXPLogon_AddressTypes] = "pppppp",
	[IXPLogon_RegisterOptions] = "pppp",
	[IXPLogon_TransportNotify] = "pp.",
	[IXPLogon_Idle] = "p.",
	[IXPLogon_TransportLogoff] = "p.",
	[IXPLogon_SubmitMessage] = "p.ppp",
	[IXPLogon_EndMessage] = "p.p",
	[IXPLogon_Poll] = "pp",
	[IXPLogon_StartMessage] = "p.pp",
	[IXPLogon_OpenStatusEntry] = "p..pp",
	[IXPLogon_ValidateState] = "p..",
	[IXPLogon_FlushQueues] = "p..n.",
	[IMSProvider_Shutdown] = "pp",
	[IMSProvider_Logon] = "pp...n.....pp",
	[IMSProvider_SpoolerLogon] = "pp...n.....pp",
	[IMSProvider_CompareStoreIDs] = "p.n.n.p",
	[IMSLogon_GetLastError] = "p..p",
	[IMSLogon_Logoff] = "p.",
	[IMSLogon_OpenEntry] = "p.n..pp",
	[IMSLogon_CompareEntryIDs] = "p.n.n.p",
	[IMSLogon_Advise] = "p.n.pp",
	[IMSLogon_Unadvise] = "p.",
	[IMSLogon_OpenStatusEntry] = "p..pp",
	[IMAPIControl_GetLastError] = "p..p",
	[IMAPIControl_Activate] = "p..",
	[IMAPIControl_GetState] = "p.p",
	[IMAPIStatus_ValidateState] = "p..",
	[IMAPIStatus_SettingsDialog] = "p..",
	[IMAPIStatus_ChangePassword] = "ppp.",
	[IMAPIStatus_FlushQueues] = "p..n.",
	[IStream__Read] = "pp..",
	[IStream__Write] = "pp..",
	[IStream_Seek] = "p...",
	[IStream_SetSize] = "p.",
	[IStream_CopyTo] = "pp...",
	[IStream_Commit] = "p.",
	[IStream_Revert] = "p",
	[IStream_LockRegion] = "p...",
	[IStream_UnlockRegion] = "p...",
	[IStream_Stat] = "pp.",
	[IStream_Clone] = "pp",
	[IMAPIAdviseSink_OnNotify] = "p.n",
};

/* Arguments of 4 bytes stand in the first half of their 8. */
static ULONG
number_of(const LPVOID *argument)
{
	return *(const ULONG *)(const void *)argument;
}

static bool
is_bad(char kind, const LPVOID *argument)
{
	LPVOID value = *argument;

	switch (kind) {
	case 'p':
		return !value;
	case '#':
		return FBadPropTag(number_of(argument));
	case 'n':
		return number_of(argument - 1) && !value;
	case 'T':
		return FBadColumnSet(value);
	case 'S':
		return FBadSortOrderSet(value);
	case 'E':
		return FBadEntryList(value);
	case 'A':
		return FBadRowSet(value);
	case 'V':
		return !value || FBadRgPropVal((LPSPropValue)value, number_of(argument - 1));
	case 'N':
		return FBadRglpNameID(value, number_of(argument - 1));
	}
	return false;
}

/* Small letters: NULL will do. */
static HRESULT
check(char kind, const LPVOID *argument)
{
	ULONG code;

	if (strchr("tseaq", kind)) {
		if (!*argument)
			return S_OK;
		kind = g_ascii_toupper(kind);
	}
	if (kind == 'Q') { /* it says itself what is wrong */
		code = FBadRestriction(*argument);
		return code == TRUE ? MAPI_E_INVALID_PARAMETER : (HRESULT)code;
	}
	return is_bad(kind, argument) ? MAPI_E_INVALID_PARAMETER : S_OK;
}

HRESULT
HrValidateParameters(METHODS method, LPVOID *arguments)
{
	HRESULT hr = S_OK;

	if (!arguments || (size_t)method >= G_N_ELEMENTS(methods) || !methods[method])
		return MAPI_E_INVALID_PARAMETER;
	for (size_t i = 0; SUCCEEDED(hr) && methods[method][i]; i++)
		hr = check(methods[method][i], &arguments[i]);
	return hr;
}

/* Behind the first argument stands what the compiler likes. */
HRESULT
__ValidateParameters(METHODS method, LPVOID first)
{
	const LPVOID *object = first;

	if (!object || !*object || (size_t)method >= G_N_ELEMENTS(methods))
		return MAPI_E_INVALID_PARAMETER;
	return S_OK;
}

HRESULT
__CPPValidateParameters(METHODS method, const LPVOID first)
{
	if (!first || (size_t)method >= G_N_ELEMENTS(methods))
		return MAPI_E_INVALID_PARAMETER;
	return S_OK;
}
